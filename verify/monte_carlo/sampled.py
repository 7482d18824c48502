"""What the Monte Carlo route samples: scenes in full dimension, and the expectations asked of them.

A scene is a network of m = 16 units on patches of length n = 64, its filters a random pair of
vectors in R^64 at an exact angle, aligned with no axis. One stream of inputs serves every
expectation asked of a scene; nothing here knows a closed form.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from numerics.model import sample_loss
from numerics.problems import SHARD, Draws, Evaluator, NetworkProblem, Problem, RowFunction, RowProblem
from proofs.engine.definitions import HalfSpaceMoment, MeanSample
from proofs.proxies import ESTIMATORS
from verify.configurations import Configuration, stream
from verify.contexts.slopes import slope_of
from verify.evidence import Evidence, Figures, Grade, Level, Verdict, pinned
from verify.monte_carlo.expectations import Expectation
from verify.monte_carlo.statistics import Array, polarised

UNITS, LENGTH = 16, 64
ALONG = "|along"
"""Suffix of the quantity that holds a vector's projections on `polarised` directions."""
CAP = {"rows": 2**23, "networks": 2**22}
"""Samples after which brute force ends, whatever its power."""
SQUARED = "|squared"
"""Suffix of the squares of a row vector's coordinates along ŵ, along e, and along a direction orthogonal to both."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A network with filters in R^n, and from which stream to take at most how many samples of it."""

    point: Configuration
    w_hat: Array
    e: Array
    cap: Mapping[str, int]
    seed: int
    index: int

    @property
    def w(self) -> Array:
        return self.point.r * self.w_hat

    @property
    def w_star(self) -> Array:
        return math.cos(self.point.theta) * self.w_hat + math.sin(self.point.theta) * self.e

    @property
    def orthogonal(self) -> Array:
        """A unit vector orthogonal to both filters."""
        axis = np.eye(self.point.n)[int(np.argmin(np.abs(self.w_hat) + np.abs(self.e)))]
        rest = axis - (axis @ self.w_hat) * self.w_hat - (axis @ self.e) * self.e
        return np.asarray(rest / np.linalg.norm(rest))

    def draws(self, part: str) -> Draws:
        """The random numbers of a part: a stream of its own for each part of each scene."""
        return Draws(self.cap[part], self.seed, 2 * self.index + (part == "networks"))

    def basis(self, asked: HalfSpaceMoment | MeanSample) -> Array:
        """Orthonormal columns whose span holds what the mean can be: (ŵ, e), or span{v, v*, 1}."""
        if isinstance(asked, MeanSample) and asked.quantity == "gradient_v":
            weights = np.column_stack([self.point.v, self.point.v_star, np.ones(self.point.m)])
            return np.asarray(np.linalg.qr(weights)[0])
        return np.column_stack([self.w_hat, self.e])


def scenes(level: Level, seed: int) -> tuple[Scene, ...]:
    """The scenes of a level: generic; in full also nearly parallel, nearly opposite, large r."""
    if level == "quick":
        return (_scene(seed, 0, "generic"),)
    return (
        _scene(seed, 0, "generic"),
        _scene(seed, 1, "θ = 0.05", theta=0.05),
        _scene(seed, 2, "θ = π − 0.05", theta=math.pi - 0.05),
        _scene(seed, 3, "r = 10, v near v*", r=10.0, spread=0.1),
    )


def _scene(
    seed: int, index: int, label: str, *, theta: float | None = None, r: float | None = None, spread: float = 0.25
) -> Scene:
    """Random but reproducible, with no quantity near zero that a check would have to resolve.

    No unit of v* dominates; v differs from v* at random and, by a fixed amount, in its mean, which is further from 0
    than that of v*: for an odd μ' the coarse gradient is a multiple of 1ᵀv.
    """
    rng = stream(seed, 0x3C, 0, index)
    while abs((v_star := rng.choice((-1.0, 1.0), UNITS) * rng.uniform(0.5, 1.5, UNITS)).sum()) < 2:
        pass
    noise = rng.standard_normal(UNITS)
    v = v_star + spread * (noise - noise.mean() + math.copysign(0.4, v_star.sum()))
    pair = np.linalg.qr(rng.standard_normal((LENGTH, 2)))[0]
    angle, norm, scale = rng.uniform(1.0, 1.3), rng.uniform(0.8, 1.3), rng.uniform(1.2, 2.0)
    drawn = {p.name: float(p.default) * scale for proxy in ESTIMATORS.values() for p in proxy.parameters}
    parameters = drawn | (pinned() if index % 2 == 0 else {})
    point = Configuration(
        label,
        tuple(v.tolist()),
        tuple(v_star.tolist()),
        float(angle) if theta is None else theta,
        float(norm) if r is None else r,
        LENGTH,
        parameters,
    )
    return Scene(point, pair[:, 0], pair[:, 1], dict(CAP), seed, index)


class _Joined(Problem):
    """Several problems on the same samples, with projections of their vectors on directions, and squares of some."""

    def __init__(
        self, parts: Mapping[str, Problem], directions: Mapping[str, Array], squared: Mapping[str, Array]
    ) -> None:
        first = next(iter(parts.values()))
        self.draws, self.normals = first.draws, first.normals
        self.parts, self.layout = tuple(parts.values()), {}
        columns: dict[str, slice] = {}
        width = 0
        for prefix, part in parts.items():
            for name, shape in part.layout.items():
                self.layout[prefix + name] = shape
                columns[prefix + name] = slice(width, width := width + math.prod(shape))
        self.projections: list[tuple[slice, Array, slice, int]] = []
        for suffix, matrices, power in ((ALONG, directions, 1), (SQUARED, squared, 2)):
            for name, matrix in matrices.items():
                self.layout[name + suffix] = (matrix.shape[1],)
                target = slice(width, width := width + matrix.shape[1])
                self.projections.append((columns[name], matrix, target, power))

    def evaluator(self, chunk: int) -> Evaluator:
        evaluators = [part.evaluator(chunk) for part in self.parts]
        widths = [sum(math.prod(shape) for shape in part.layout.values()) for part in self.parts]

        def evaluate(normals: Array, values: Array) -> None:
            start = 0
            for compute, width in zip(evaluators, widths, strict=True):
                compute(normals, values[:, start : start + width])
                start += width
            for source, matrix, target, power in self.projections:
                along = np.matmul(values[:, source], matrix, out=values[:, target])
                if power == 2:
                    along *= along

        return evaluate


def problem(scene: Scene, part: str, asked: Sequence[Expectation]) -> Problem:
    """Sampling problem of one part of a scene: every expectation asked, its projections, squares of row vectors."""
    asked = [one for one in asked if one.part == part]
    parts: dict[str, Problem] = {}
    if part == "rows":
        functions = {one.column: _row_function(one, scene.point) for one in asked}
        parts[""] = RowProblem(functions, scene.w_hat, scene.w_star, draws=scene.draws("rows"))
    else:
        parts = _networks(scene, asked)
    vectors = [one for one in asked if one.is_vector]
    directions = {one.column: polarised(scene.basis(one.definition)) for one in vectors}
    frame = np.column_stack([scene.w_hat, scene.e, scene.orthogonal])
    return _Joined(parts, directions, {one.column: frame for one in vectors if part == "rows"})


def _networks(scene: Scene, asked: Sequence[Expectation]) -> dict[str, Problem]:
    """One network for each place asked about: the scene's own, with the teacher's v, with w = 0."""
    parts: dict[str, Problem] = {}
    by_place: dict[str, dict[str, None]] = defaultdict(dict)
    for one in asked:
        assert isinstance(one.definition, MeanSample)
        by_place[one.definition.at] |= dict.fromkeys([one.estimator] if one.estimator else [])
    for at, names in by_place.items():
        parts[f"{at}/" if at else ""] = NetworkProblem(
            scene.point.v_star if at == "teacher" else scene.point.v,
            np.zeros(LENGTH) if at == "origin" else scene.w,
            scene.point.v_star,
            scene.w_star,
            draws=scene.draws("networks"),
            proxies={name: slope_of(name, scene.point.parameters) for name in names},
        )
    return parts


def _row_function(one: Expectation, point: Configuration) -> RowFunction:
    asked = one.definition
    assert isinstance(asked, HalfSpaceMoment)
    proxy = slope_of(one.estimator, point.parameters) if asked.proxy else None

    def function(z: Array, along_a: Array, along_b: Array) -> Array:
        value = np.ones(len(z)) if proxy is None else np.asarray(proxy(point.r * along_a))
        for side in asked.halfspaces:
            value = value * ((along_a if side == "a" else along_b) > 0)
        return z * value[:, None] if asked.vector else value

    return function


_CHUNK = 512


def flatness(scene: Scene) -> Figures:
    """Whether the sample loss is constant in w around a point: exact equality, no chance involved.

    Unit i of a sample switches where w crosses the hyperplane Z_i · w = 0, at distance |Z_i w|/‖Z_i‖. Up to the nearest
    of these distances the sample loss must not change by one bit; just beyond it, straight across, it must. Counts over
    one shard: perturbations inside the ball, changes there, changes just beyond.
    """
    counts: Counter[str] = Counter()
    generator, point = scene.draws("networks").generator(0), scene.point
    for _ in range(0, SHARD, _CHUNK):
        Z = generator.standard_normal((_CHUNK, point.m, point.n))
        radius, across = _nearest_boundary(scene.w, Z)
        random = generator.standard_normal(across.shape)
        random /= np.linalg.norm(random, axis=1, keepdims=True)
        steps = [t * d for d in (across, -across, random) for t in (1e-3, 0.5, 0.999)]
        here, *inside, beyond = (
            sample_loss(point.v, scene.w + radius * step, point.v_star, scene.w_star, Z)
            for step in (0 * across, *steps, 1.001 * across)
        )
        counts["networks"] += _CHUNK
        counts["perturbations"] += len(inside) * _CHUNK
        counts["changed"] += sum(int(np.count_nonzero(other != here)) for other in inside)
        counts["changed_beyond"] += int(np.count_nonzero(beyond != here))
    return dict(counts)


def _nearest_boundary(w: Array, Z: Array) -> tuple[Array, Array]:
    """Distance (B, 1) from w to each network's nearest hyperplane, the unit step to it (B, n)."""
    product, length = Z @ w, np.linalg.norm(Z, axis=-1)
    nearest = np.argmin(np.abs(product) / length, axis=1)
    picked = np.arange(len(Z)), nearest
    signed = (product[picked] / length[picked])[:, None]
    return np.abs(signed), -np.sign(signed) * Z[picked] / length[picked][:, None]


def judged(figures: Figures) -> Evidence:
    """Exact equality spends no chance. It is blind unless the boundary is where it looked."""
    if figures["changed"]:
        verdict, detail = Verdict.REFUTED, f"ℓ changed in {figures['changed']} perturbations"
    elif figures["changed_beyond"] < figures["networks"]:
        verdict, detail = Verdict.UNDECIDED, "some steps across the nearest boundary left ℓ as it was"
    else:
        verdict = Verdict.VERIFIED
        detail = "ℓ is constant around w up to the nearest boundary, and changes just beyond it"
    return Evidence("monte_carlo", verdict, Grade.TESTED, figures, 0.0, detail)

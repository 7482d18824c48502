"""The definition's side of every claim about an integral contains what the definition says; see test_balls.

What it says is computed here, row by row: mean values by quadrature in mpmath, slopes by differences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, cached_property

import mpmath
import pytest
import test_balls
import test_balls_built
from flint import arb, ctx
from grown import near, random
from held import HELD, holds, returning_balls
from mpmath import mpf

from proofs import symbols
from proofs.engine.claim import Claim, all_claims
from proofs.engine.definitions import (
    Correlation,
    Definition,
    FilterGradient,
    HalfSpaceMoment,
    MeanSample,
    OutputMinimizer,
    Potential,
    ReluNetwork,
    Splitting,
)
from verify import sides
from verify.configurations import Configuration, configurations
from verify.contexts.balls import network
from verify.enclosure import route

mp = mpmath.mp

PROXIES: dict[str, Callable[[mpf, dict[str, float]], mpf]] = {
    "": lambda y, p: mpf(1),
    "identity": lambda y, p: mpf(1),
    "relu": lambda y, p: mpf(y > 0),
    "clipped-relu": lambda y, p: mpf(0 < y < p["c"]),
    "leaky-relu": lambda y, p: mpf(1) if y > 0 else mpf(p["slope"]),
    "sigmoid": lambda y, p: mpmath.sech(y / 2) ** 2 / 4,
    "tanh": lambda y, p: mpmath.sech(y) ** 2,
    "triangular": lambda y, p: max(mpf(0), 1 - abs(y)),
    "gaussian": lambda y, p: mpmath.exp(-((y / p["tau"]) ** 2) / 2),
    "window": lambda y, p: mpf(abs(y) < p["c"]),
}
"""μ' by its name."""

CUTS = (-13, -6, -3, -1.5, -0.5, 0.5, 1.5, 3, 6, 13)


class Defined:
    """Means at a point and their derivatives, for a row z with the coordinates s, t, u along ŵ, e and beyond."""

    def __init__(self, point: Configuration, proxy: str = "", angle: mpf | None = None) -> None:
        self.v, self.u = ([mpf(y) for y in weights] for weights in (point.v, point.v_star))
        self.size, self.star, self.m, self.n = mpf(point.r), mpf(point.r_star), point.m, point.n
        self.theta = mpf(point.theta) if angle is None else angle
        self.mu = lambda y: PROXIES[proxy](y, point.parameters)
        self.kinks = {mpf(0), *(sign * mpf(c) / self.size for c in (1, point.parameters["c"]) for sign in (1, -1))}
        self.mean = cache(self._mean)

    def _mean(self, i: int, j: int, events: str = "", mu: bool = False) -> mpf:
        """E s^i t^j 1{s > 0} 1{s cos θ + t sin θ > 0}, times μ'(rs)."""
        if "b" not in events and j % 2:
            return mpf(0)
        cot = mpmath.cot(self.theta)

        def beyond(edge: mpf) -> mpf:
            """∫ t^j φ(t) dt over t > −edge."""
            density = mpmath.npdf(edge)
            return density if j == 1 else mpmath.ncdf(edge) - (edge * density if j else 0)

        def function(y: mpf) -> mpf:
            rest = beyond(y * cot) if "b" in events else mpf(1)
            return y**i * (self.mu(self.size * y) if mu else 1) * mpmath.npdf(y) * rest

        ends = sorted({*map(mpf, CUTS), *self.kinks, *(k / cot for k in (-4, -1, 1, 4) if abs(cot) > 1)})
        ends = [end for end in ends if abs(end) <= 13 and ("a" not in events or end >= 0)]
        return mpmath.quad(function, ends, method="gauss-legendre")

    def coarse(self) -> list[mpf]:
        """E Σ_i Z_i μ'(Z_i w) v_i (Σ_j v_j 1{Z_j w > 0} − Σ_j v*_j 1{Z_j w* > 0})."""
        found = []
        for i, j in ((1, 0), (0, 1)):
            free, model, teacher = (self.mean(i, j, events, True) for events in ("", "a", "b"))
            terms = [(y, k, model) for k, y in enumerate(self.v)] + [(-y, k, teacher) for k, y in enumerate(self.u)]
            found.append(
                mpmath.fsum(
                    x * y * (own if k == at else free / 2) for k, x in enumerate(self.v) for y, at, own in terms
                )
            )
        return [*found, mpf(0)][: min(self.n, 3)]

    def loss(self, w: list[mpf], v: list[mpf] | None = None) -> mpf:
        """½ E (y − y*)² at a filter: two half-planes at an angle have (π − angle)/2π in common."""
        v, star = self.v if v is None else v, [mpmath.cos(self.theta), mpmath.sin(self.theta), mpf(0)]
        length = mpmath.norm(w)
        apart, along = ([y / length + sign * z for y, z in zip(w, star, strict=True)] for sign in (-1, 1))
        both = (mp.pi - 2 * mpmath.atan2(mpmath.norm(apart), mpmath.norm(along))) / (2 * mp.pi)
        own = mpf(1) / 4
        pairs = [(x, k, "a") for k, x in enumerate(v)] + [(-x, k, "b") for k, x in enumerate(self.u)]
        return mpmath.fsum(
            x * y / 2 * (own if k != j else mpf(1) / 2 if event == other else both)
            for x, k, event in pairs
            for y, j, other in pairs
        )

    def slopes(self, *, one_sided: bool = False) -> list[mpf]:
        """Of the loss along ŵ, e and u."""
        found = []
        for axis in range(min(self.n, 3)):
            moved = lambda h, axis=axis: self.loss([self.size * (k == 0) + h * (k == axis) for k in range(3)])  # noqa: E731
            found.append(mpmath.diff(moved, 0, direction=int(one_sided)))
        return found

    @cached_property
    def gradient_v(self) -> list[mpf]:
        w = [self.size, mpf(0), mpf(0)]
        return [
            mpmath.diff(lambda h, k=k: self.loss(w, [x + h * (j == k) for j, x in enumerate(self.v)]), 0)
            for k in range(self.m)
        ]

    def best(self) -> list[mpf]:
        """The loss is quadratic in v: one step of Newton's method with its Hessian, ¼ and ¼ more on the diagonal."""
        hessian = mpmath.matrix(self.m, self.m) + mpf(1) / 4 + mpmath.eye(self.m) / 4
        step = mpmath.lu_solve(hessian, mpmath.matrix(self.gradient_v))
        return [x - y for x, y in zip(self.v, step, strict=True)]

    def teacher(self, i: int, j: int, events: str) -> mpf:
        """E s^i t^j relu(w*·z)."""
        turned = mpmath.cos(self.theta), mpmath.sin(self.theta)
        return self.star * (turned[0] * self.mean(i + 1, j, events) + turned[1] * self.mean(i, j + 1, events))

    def relu_loss(self) -> mpf:
        """E (Σ relu(w·x_i) − Σ relu(w*·x_i))²/k²."""
        same = self.size**2 * self.mean(2, 0, "a") + self.star**2 / 2 - 2 * self.size * self.teacher(1, 0, "ab")
        apart = (self.size * self.mean(1, 0, "a") - self.teacher(0, 0, "b")) ** 2
        return (self.m * same + self.m * (self.m - 1) * apart) / self.m**2

    def relu_gradient(self) -> list[mpf]:
        """2 E (f(w) − f(w*)) Σ x_i 1{w·x_i > 0}/k."""
        gap, found = self.size * self.mean(1, 0, "a") - self.teacher(0, 0, "b"), []
        for i, j in ((1, 0), (0, 1)):
            same = self.size * self.mean(i + 1, j, "a") - self.teacher(i, j, "ab")
            found.append(2 * (self.m * same + self.m * (self.m - 1) * gap * self.mean(i, j, "a")) / self.m**2)
        return [*found, mpf(0)]


def said(definition: Definition, own: Defined) -> list[mpf]:
    """What a definition says at a point."""
    match definition:
        case HalfSpaceMoment(vector=False):
            return [own.mean(0, 0, "".join(definition.halfspaces))]
        case HalfSpaceMoment():
            found = [own.mean(i, j, "".join(definition.halfspaces), definition.proxy) for i, j in ((1, 0), (0, 1))]
            places = {"along": slice(0, 1), "across": slice(1, 2)}
            return [*found, *([mpf(0)] if own.n >= 3 else [])][places.get(definition.component or "", slice(None))]
        case MeanSample(quantity="coarse_gradient") | Potential():
            return own.coarse()
        case MeanSample(quantity="loss"):
            silent = [mpf(0)] * own.m  # at w = 0 every σ is 0
            return [own.loss([own.size, mpf(0), mpf(0)], silent if definition.at == "origin" else own.v)]
        case MeanSample():
            return own.gradient_v
        case FilterGradient(one_sided=True):
            return [own.slopes(one_sided=True)[1]]
        case FilterGradient():
            return own.slopes()
        case Correlation():
            return [mpmath.fdot(own.coarse(), own.slopes())]
        case OutputMinimizer():
            return [mpmath.fdot(own.best(), own.u)] if definition.of == "inner" else own.best()
        case ReluNetwork(aspect="kernel"):
            return [own.size * own.teacher(1, 0, "ab")]
        case ReluNetwork():
            return [own.relu_loss()] if definition.aspect == "loss" else own.relu_gradient()
        case Splitting():
            cap, sphere = (
                mpmath.quad(lambda y: mpmath.sin(y) ** (own.n - 2), [0, end / 2, end])
                for end in (mp.pi - own.theta / 2, mp.pi)
            )
            return [cap / sphere]
    raise NotImplementedError(definition)


def loosely(value: mpf) -> arb:
    """What mpmath rounded to 30 digits."""
    return near(value) + arb(0, 1e-25)


CLAIMS: dict[Definition, list[Claim]] = {}
for claim in filter(route.covered, all_claims()):
    CLAIMS.setdefault(claim.definition, []).append(claim)
NAMED = {claims[0].id: definition for definition, claims in CLAIMS.items()}
ARBITRARY = ("C1", "C6", "G4")
"""Of every estimator in turn, each of which has a claim of its own here as well."""

_NETWORK, _BALLS = "model.BinarizedNetwork", "network.Network"
_PATCHES = "model.RectifiedNetwork"


@holds(
    "route.definition_sides route._coordinates network.Enclosed.of",
    G2="sides.sides",
    N1=f"sides._of_network {_NETWORK}.said {_NETWORK}.loss model._Rows.pair {_BALLS}.mean "
    f"{_NETWORK}.model {_NETWORK}.teacher {_NETWORK}._activation network.Enclosed.weighted network.Enclosed.__mul__",
    N2=f"{_NETWORK}.gradient_v",
    N3=f"{_BALLS}.filter_gradient {_BALLS}._slope {_BALLS}._surface",
    N4=f"{_NETWORK}.normal_equations {_BALLS}.best_weights",
    C1=f"{_NETWORK}.coarse_gradient",
    **{
        "N3.kink": f"{_BALLS}.one_sided_slope",
        "R6.probability": "route._cap route._cap.up_to",
        "B1.kernel": f"{_PATCHES}.said {_PATCHES}.kernel model._Rows.products {_PATCHES}.model {_PATCHES}.teacher "
        "network.ReluPatches.mean network.ReluPatches.turn",
        "B1.loss": f"{_PATCHES}.loss {_PATCHES}.over_patches {_PATCHES}.residual",
        "B1.gradient": f"{_PATCHES}.gradient",
    },
)
@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in ARBITRARY)) for name in NAMED])
def test_both_sides_of_claims_contain_what_the_definition_says(name: str) -> None:
    definition = NAMED[name]
    rng = random(21)
    network.forget()
    route.definition_sides.cache_clear()
    for _ in range(2):
        m = int(rng.integers(1, 4))
        v, v_star = (tuple(map(float, rng.normal(size=m))) for _ in range(2))
        theta, r, n = float(rng.uniform(0.1, 3.0)), float(rng.uniform(0.2, 3)), int(rng.integers(2, 7))
        point = replace(configurations("quick", 3)[0], v=v, v_star=v_star, theta=theta, r=r, n=n)
        for side in route.definition_sides(definition, point, "full"):
            with mpmath.workdps(40), ctx.workdps(40):
                own = at(side, definition)
                true = [*map(loosely, said(definition, own))]
                for found, value in zip(side.defined, true, strict=True):
                    assert found.value.overlaps(value), side.place
                    assert found.value.rad() < 1e-35 * max(1.0, float(found.size.mid()))
                for claim in CLAIMS[definition]:
                    stated = sides.stated(claim.statement, definition, side, route._WORLD)
                    for closed_form, value in zip(stated, true, strict=True):
                        assert closed_form.overlaps(value), claim.id
                if symbols.moment_full in side.known:
                    moments = (own.mean(1, 0, events, True) for events in ("", "a", "b"))
                    for found, value in zip(side.known.values(), (*moments, own.mean(0, 1, "b", True)), strict=True):
                        assert found.overlaps(loosely(value))


def at(side: route.Side, definition: Definition) -> Defined:
    name = side.proxy.name if side.proxy else getattr(definition, "estimator", "")
    angle = side.known.get(symbols.theta)
    return Defined(side.point, name, None if angle is None else mpf(0) if angle == 0 else +mp.pi)


NO_BALLS = {
    "what each kind of number says for itself": "model._Rows.mean model.BinarizedNetwork.best_weights "
    "model.BinarizedNetwork.filter_gradient model.BinarizedNetwork.one_sided_slope",
    "scales and midpoints": "analytic.fraction analytic._size",
    "places where ranges are cut, exact": "integrals._edges integrals._halves integrals._Line._cuts",
}
"""Annotated alike, but nothing lies in what they return."""


def test_whatever_returns_a_ball_is_held_by_a_test() -> None:
    """In test_balls and test_balls_built too; each of these tests fails if it does not come to what it holds."""
    assert {*test_balls.__dict__, *test_balls_built.__dict__, *globals()} >= {*HELD.values()}
    assert returning_balls() ^ {*HELD, *" ".join(NO_BALLS.values()).split()} == set()

"""Points at which claims are checked: generic ones drawn from a seed, and nasty ones chosen to hurt.

A configuration is a network in concrete numbers. Its floats are exact: the 50-digit routes read them as the
binary fractions they are, so both sides of a check see the same point.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

import mpmath
import numpy as np
from mpmath import mpf
from sympy import Float, Integer, Symbol
from sympy.logic.boolalg import Boolean

from proofs import symbols
from proofs.naming import keyword
from proofs.penalty_forms import PENALTIES
from proofs.proxies import ESTIMATORS

__all__ = ["Configuration", "Level", "configurations", "meeting", "pinned", "pinning"]

_PINNED = "_COARSEPROOF_PINNED"
"""Variable by which worker processes, which inherit it, know them."""

Level = Literal["quick", "full"]


@dataclass(frozen=True)
class Configuration:
    """A network and its teacher in R^n: output weights, angle θ (radian), r = ‖w‖, proxy parameters by name, ‖w*‖."""

    label: str
    v: tuple[float, ...]
    v_star: tuple[float, ...]
    theta: float
    r: float
    n: int = 3
    parameters: dict[str, float] = field(default_factory=dict)
    r_star: float = 1.0

    @property
    def m(self) -> int:
        """Number of hidden units."""
        return len(self.v)

    def scalars(self) -> dict[Symbol, mpf]:
        """The value of every scalar symbol of the registry, at mpmath's current precision, from the vectors."""
        v, v_star = [mpf(x) for x in self.v], [mpf(x) for x in self.v_star]
        difference = [x - y for x, y in zip(v, v_star, strict=True)]
        return {
            symbols.theta: mpf(self.theta),
            symbols.r: mpf(self.r),
            symbols.m: mpf(self.m),
            symbols.n: mpf(self.n),
            **self._filters(),
            symbols.v_v: mpmath.fdot(v, v),
            symbols.v_vs: mpmath.fdot(v, v_star),
            symbols.vs_vs: mpmath.fdot(v_star, v_star),
            symbols.sum_v: mpmath.fsum(v),
            symbols.sum_vs: mpmath.fsum(v_star),
            symbols.diff_diff: mpmath.fdot(difference, difference),
            symbols.v_diff: mpmath.fdot(v, difference),
            symbols.sum_diff: mpmath.fsum(difference),
            symbols.x_in: v[0],
            symbols.ratio: abs(v_star[0]),
            **self._splitting(abs(v_star[0])),
            **{parameter: mpf(self.parameters[keyword(parameter)]) for parameter in _parameters()},
        }

    def _splitting(self, ratio: mpf) -> dict[Symbol, mpf]:
        """Shapes of penalties, and β with λ = ρβ; a configuration that does not name them has the value 2."""
        shapes = {name: mpf(self.parameters.get(keyword(name), 2.0)) for name in (*_SHAPES, *_OTHERS)}
        return {**shapes, symbols.lam: ratio * shapes[symbols.beta]}

    def _filters(self) -> dict[Symbol, mpf]:
        """‖w*‖ and what is written in w − w*; the ReLU network has as many patches as there are output weights."""
        theta, r, r_star = mpf(self.theta), mpf(self.r), mpf(self.r_star)
        return {
            symbols.k: mpf(self.m),
            symbols.r_star: r_star,
            symbols.norm_gap: r - r_star,
            symbols.dw_dw: (r - r_star) ** 2 + 4 * r * r_star * mpmath.sin(theta / 2) ** 2,
        }


_SHAPES = (symbols.a, symbols.gamma, symbols.beta)
_BOUNDS: dict[Symbol, Integer] = {}
for _shape in (shape for penalty in PENALTIES.values() for shape in penalty.parameters):
    _BOUNDS[_shape.symbol] = max(_shape.above, _BOUNDS.get(_shape.symbol, _shape.above))
_OTHERS = tuple(symbol for symbol in _BOUNDS if symbol not in _SHAPES)
"""Shapes of the penalties of extensions."""


def _parameters() -> list[Symbol]:
    return [parameter.symbol for proxy in ESTIMATORS.values() for parameter in proxy.parameters]


def _defaults() -> dict[str, float]:
    return {p.name: float(p.default) for proxy in ESTIMATORS.values() for p in proxy.parameters}


@contextmanager
def pinning(values: Mapping[str, float]) -> Iterator[None]:
    """Points drawn inside, in this process and those it starts, have these values of the parameters named.

    Every second generic point, and the nasty ones, which are made of the first: at the others parameters are drawn as
    ever, so that wrong formulas which agree at one value (τ² and τ³ at 1) are told apart.
    """
    before = os.environ.pop(_PINNED, None)
    if values:
        os.environ[_PINNED] = json.dumps(dict(values))
    try:
        yield
    finally:
        os.environ.pop(_PINNED, None)
        if before is not None:
            os.environ[_PINNED] = before


def pinned() -> dict[str, float]:
    """The parameters with a value of their own, by name."""
    found: dict[str, float] = json.loads(os.environ.get(_PINNED, "{}"))
    return found


def configurations(level: Level, seed: int) -> list[Configuration]:
    """Generic configurations (2 in quick, 8 in full) and nasty ones (a few in quick, all in full)."""
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(0xC0,))))
    generic = [_generic(rng, index) for index in range(2 if level == "quick" else 8)]
    base = generic[0]
    nasty = _nasty(base)
    return [*generic, *(nasty[:3] if level == "quick" else nasty)]


def _generic(rng: np.random.Generator, index: int) -> Configuration:
    m = int(rng.integers(2, 6))
    v, v_star = rng.standard_normal((2, m))
    parameters = {name: value * float(rng.uniform(0.5, 2)) for name, value in _defaults().items()}
    point = Configuration(
        f"generic {index}",
        tuple(v.tolist()),
        tuple(v_star.tolist()),
        float(rng.uniform(0.2, math.pi - 0.2)),
        float(np.exp(rng.uniform(-1, 1))),
        int(rng.integers(2, 9)),
        parameters,
    )
    shapes = {symbol.name: float(np.exp(rng.uniform(-1, 1))) for symbol in _SHAPES}
    others = {keyword(symbol): float(_BOUNDS[symbol]) + float(np.exp(rng.uniform(-1, 1))) for symbol in _OTHERS}
    given = pinned() if index % 2 == 0 else {}
    return replace(point, parameters=parameters | shapes | {"a": 1 + shapes["a"]} | others | given)


def _nasty(base: Configuration) -> list[Configuration]:
    """Edges of the domain: nearly parallel and antiparallel, near the teacher, huge and tiny, degenerate weights."""
    near = tuple(x * (1 + 1e-9) for x in base.v_star)
    return [
        replace(base, label="θ = 1e-8, v ≈ v*", theta=1e-8, v=near),
        replace(base, label="θ = π − 1e-8", theta=math.pi - 1e-8),
        replace(base, label="r = 1e150", r=1e150),
        replace(base, label="r = 1e-150", r=1e-150),
        replace(base, label="m = 1", v=(0.75,), v_star=(-1.25,)),
        replace(base, label="1ᵀv* = 0", v=(0.5, -0.25), v_star=(1.0, -1.0)),
        replace(base, label="v ⟂ v*", v=(1.0, 2.0), v_star=(2.0, -1.0)),
        replace(base, label="θ = π/2 rounded", theta=math.pi / 2),
        replace(base, label="θ = 1e-3, r = 30", theta=1e-3, r=30.0),
        replace(base, label="θ = π − 1e-3, r = 1/30", theta=math.pi - 1e-3, r=1 / 30),
        replace(base, label="v = v*", v=base.v_star),
    ]


def meeting(hypotheses: Sequence[Boolean], points: Sequence[Configuration]) -> list[Configuration]:
    """The configurations at which every hypothesis holds. A claim left with none is undecided, not passed."""
    return [point for point in points if all(_true_at(hypothesis, point) for hypothesis in hypotheses)]


def _true_at(hypothesis: Boolean, point: Configuration) -> bool:
    if hypothesis in (True, False):
        return bool(hypothesis)
    values = {name: Float(str(value), 40) for name, value in point.scalars().items() if name in hypothesis.free_symbols}
    return bool(hypothesis.subs(values))

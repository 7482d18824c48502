"""Points at which claims are checked: generic ones drawn from a seed, and nasty ones chosen to hurt.

A configuration is a network in concrete numbers. Its floats are exact: the 50-digit routes read them as the
binary fractions they are, so both sides of a check see the same point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import mpmath
import numpy as np
from mpmath import mpf
from sympy import Float, Integer, Symbol
from sympy.logic.boolalg import Boolean

from proofs import symbols
from proofs.naming import keyword
from proofs.penalty_forms import PENALTIES
from proofs.proxies import ESTIMATORS, Estimator
from verify.evidence import Level, pinned


@dataclass(frozen=True)
class Numbers:
    """A kind of number: what makes one of an exact number, and what is computed of them."""

    number: Callable[[Any], Any]
    dot: Callable[[Sequence[Any], Sequence[Any]], Any]
    total: Callable[[Iterable[Any]], Any]
    cos: Callable[[Any], Any]
    sin: Callable[[Any], Any]


DIGITS: Final = Numbers(mpf, mpmath.fdot, mpmath.fsum, mpmath.cos, mpmath.sin)


@dataclass(frozen=True)
class Configuration:
    """A network and its teacher in R^n: output weights, angle θ (radian), r = ‖w‖, proxy parameters by name, ‖w*‖."""

    label: str
    v: tuple[float, ...]
    v_star: tuple[float, ...]
    theta: float
    r: float
    n: int = 3
    parameters: dict[str, float] = field(default_factory=dict, hash=False)
    r_star: float = 1.0

    @property
    def m(self) -> int:
        return len(self.v)

    def scalars(self, numbers: Numbers = DIGITS, proxy: Estimator | None = None) -> dict[Symbol, Any]:
        """The value of every scalar symbol of the registry, from the vectors; mpf are of mpmath's current precision.

        The ReLU network has as many patches as there are output weights; α₀ is θ/2, and λ = ρβ. A shape of a penalty
        that the configuration does not name is 2; so a parameter of an estimator, `proxy` or known, has its default.
        """
        number, dot, total = numbers.number, numbers.dot, numbers.total
        v, v_star, difference = self._weights(numbers)
        theta, r, r_star = number(self.theta), number(self.r), number(self.r_star)
        shapes = {name: number(self.parameters.get(keyword(name), 2.0)) for name in (*_SHAPES, *_OTHERS)}
        proxies = [*ESTIMATORS.values(), *([proxy] if proxy else [])]
        return {
            symbols.theta: theta,
            symbols.cap_angle: theta / 2,
            symbols.r: r,
            symbols.m: number(self.m),
            symbols.k: number(self.m),
            symbols.n: number(self.n),
            symbols.r_star: r_star,
            symbols.norm_gap: r - r_star,
            symbols.dw_dw: (r - r_star) ** 2 + 4 * r * r_star * numbers.sin(theta / 2) ** 2,
            symbols.v_v: dot(v, v),
            symbols.v_vs: dot(v, v_star),
            symbols.vs_vs: dot(v_star, v_star),
            symbols.sum_v: total(v),
            symbols.sum_vs: total(v_star),
            symbols.diff_diff: dot(difference, difference),
            symbols.v_diff: dot(v, difference),
            symbols.sum_diff: total(difference),
            symbols.x_in: v[0],
            symbols.ratio: abs(v_star[0]),
            **shapes,
            symbols.lam: abs(v_star[0]) * shapes[symbols.beta],
            **{p.symbol: number(self.parameters.get(p.name, float(p.default))) for q in proxies for p in q.parameters},
        }

    def vectors(self, numbers: Numbers = DIGITS) -> dict[Symbol, list[Any]]:
        """The vectors of the theory in coordinates: along ŵ and e for filters, entrywise for output weights."""
        number = numbers.number
        v, v_star, difference = self._weights(numbers)
        theta, r, r_star = number(self.theta), number(self.r), number(self.r_star)
        turned = [numbers.cos(theta), numbers.sin(theta)]
        along, across = [number(1), number(0)], [number(0), number(1)]
        return {
            symbols.w_hat: along,
            symbols.a_hat: along,
            symbols.e: across,
            symbols.b_perp: across,
            symbols.w_star: turned,
            symbols.b_hat: turned,
            symbols.w_diff: [2 * numbers.sin(theta / 2) ** 2, -turned[1]],
            symbols.dw: [r - r_star * turned[0], -r_star * turned[1]],
            symbols.v: v,
            symbols.v_star: v_star,
            symbols.dv: difference,
            symbols.ones: [number(1)] * self.m,
        }

    def _weights(self, numbers: Numbers) -> tuple[list[Any], list[Any], list[Any]]:
        v, v_star = [numbers.number(x) for x in self.v], [numbers.number(x) for x in self.v_star]
        return v, v_star, [x - y for x, y in zip(v, v_star, strict=True)]


_SHAPES = (symbols.a, symbols.gamma, symbols.beta)
_BOUNDS: dict[Symbol, Integer] = {}
for _shape in (shape for penalty in PENALTIES.values() for shape in penalty.parameters):
    _BOUNDS[_shape.symbol] = max(_shape.above, _BOUNDS.get(_shape.symbol, _shape.above))
_OTHERS = tuple(symbol for symbol in _BOUNDS if symbol not in _SHAPES)
"""Shapes of the penalties of extensions."""


def stream(seed: int, *key: int) -> np.random.Generator:
    """Random numbers of their own for every key."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))


def configurations(level: Level, seed: int) -> list[Configuration]:
    """Generic configurations (2 in quick, 8 in full) and nasty ones (a few in quick, all in full)."""
    rng = stream(seed, 0xC0)
    generic = [_generic(rng, index) for index in range(2 if level == "quick" else 8)]
    base = generic[0]
    nasty = _nasty(base)
    return [*generic, *(nasty[:3] if level == "quick" else nasty)]


def _generic(rng: np.random.Generator, index: int) -> Configuration:
    m = int(rng.integers(2, 6))
    v, v_star = rng.standard_normal((2, m))
    defaults = {p.name: float(p.default) for proxy in ESTIMATORS.values() for p in proxy.parameters}
    parameters = {name: value * float(rng.uniform(0.5, 2)) for name, value in defaults.items()}
    theta, r, n = float(rng.uniform(0.2, math.pi - 0.2)), float(np.exp(rng.uniform(-1, 1))), int(rng.integers(2, 9))
    shapes = {symbol.name: float(np.exp(rng.uniform(-1, 1))) for symbol in _SHAPES}
    others = {keyword(symbol): float(_BOUNDS[symbol]) + float(np.exp(rng.uniform(-1, 1))) for symbol in _OTHERS}
    given = pinned() if index % 2 == 0 else {}
    parameters |= shapes | {"a": 1 + shapes["a"]} | others | given
    return Configuration(f"generic {index}", tuple(v.tolist()), tuple(v_star.tolist()), theta, r, n, parameters)


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
    values = {name: Float(str(value), 40) for name, value in point.scalars().items() if name in hypothesis.free_symbols}
    return bool(hypothesis.subs(values))

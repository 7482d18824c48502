"""Expressions and the same functions in mpmath, grown at random side by side; what mpmath says as a ball."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy
from flint import arb
from mpmath import mpf
from sympy import Abs, Expr, Max, Piecewise, Rational

from verify.contexts.balls.arithmetic import as_ball

p, q = sympy.symbols("p q", real=True)
a, b = sympy.symbols("a b", positive=True)


def random(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def near(value: Any) -> arb:
    """What mpmath rounded to 60 digits."""
    centre = as_ball(mpmath.mpmathify(value))  # unrounded
    return centre + arb(0, 1e-45) * (1 + abs(centre))


def real(function: Callable[..., Any], *numbers: mpf) -> mpf | None:
    """A function's value, None where it is not real."""
    try:
        value = mpmath.mpmathify(function(*numbers))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return value if isinstance(value, mpf) and mpmath.isfinite(value) else None


@dataclass(frozen=True)
class Tree:
    """An expression and the same function in mpmath, grown side by side."""

    expression: Expr
    function: Callable[..., Any]


def grow(rng: np.random.Generator, leaves: list[Tree], depth: int) -> Tree:
    """A tree every part of which has a real value, or none."""
    if depth == 0:
        return leaves[int(rng.integers(len(leaves)))]
    found = _grown(rng, leaves, depth)

    def strict(*numbers: mpf) -> mpf:
        if (value := real(found.function, *numbers)) is None:
            raise ValueError("not real")
        return value

    return Tree(found.expression, strict)


def _grown(rng: np.random.Generator, leaves: list[Tree], depth: int) -> Tree:
    """Sums, products, powers, extremes, case distinctions and functions of smaller trees."""
    one, two = (grow(rng, leaves, depth - 1) for _ in range(2))
    e, f, d, g = one.expression, one.function, two.expression, two.function
    names = ["exp", "sin", "cos", "tanh", "erf", "erfc", "atan", "asin", "acos", "log", "sign", "sinh"]
    kind = int(rng.integers(10))
    if kind < 3:
        name = str(rng.choice(names))
        return Tree(getattr(sympy, name)(e), lambda *y: getattr(mpmath, name)(f(*y)))
    if kind == 3:
        power = Rational(int(rng.choice([-2, -1, 1, 3, 4])), int(rng.choice([1, 2, 3])))
        return Tree(e**power, lambda *y: f(*y) ** (mpf(int(power.p)) / int(power.q)))
    if kind == 4:
        return Tree(Abs(e), lambda *y: abs(f(*y)))
    if kind == 5:
        return Tree(Max(e, d), lambda *y: max(f(*y), g(*y)))
    if kind == 6:
        return Tree(Piecewise((e, d > 0), (d, True)), lambda *y: f(*y) if g(*y) > 0 else g(*y))
    if kind == 7:
        return Tree(e - d, lambda *y: f(*y) - g(*y))
    return Tree(e * d, lambda *y: f(*y) * g(*y)) if kind == 8 else Tree(e + d, lambda *y: f(*y) + g(*y))


LEAVES = [Tree(p, lambda y, z: y), Tree(q, lambda y, z: z), Tree(Rational(1, 3), lambda y, z: mpf(1) / 3)]

"""Chapter `limits`, as NumPy.

Written by `coarseproof derive` from proofs/ and the claims
R4.l1, R4.l0, R4.tl1, P1, P2, P3.
Do not edit: change the claim and derive again. To copy this module out of the project, take
numerics/arguments.py, elementwise.py, geometry.py, quadrature.py and wide.py along; it needs nothing else but NumPy and SciPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np


__all__ = [
    "BENDS",
    "CURVED",
    "KEPT",
    "LEAST",
    "SLOPES",
    "TURNING",
]


def _l1_slopes(u: Any) -> Any:
    """p'(u) for l1."""
    return 1


def _l0_slopes(u: Any) -> Any:
    """p'(u) for l0."""
    return 0


def _tl1_slopes(u: Any, *, a: Any) -> Any:
    """p'(u) for tl1."""
    reach = a + u
    return (a / reach) * ((a + 1) / reach)


def _l1_bends(u: Any) -> Any:
    """-p''(u) for l1."""
    return 0


def _l0_bends(u: Any) -> Any:
    """-p''(u) for l0."""
    return 0


def _tl1_bends(u: Any, *, a: Any) -> Any:
    """-p''(u) for tl1."""
    reach = a + u
    return (2 / reach) * (a / reach) * ((a + 1) / reach)


def _l1_least(f: Any, rho: Any) -> Any:
    """Least |S(x)| > 0 for l1."""
    return 0


def _l0_least(f: Any, rho: Any) -> Any:
    """Least |S(x)| > 0 for l0."""
    return f.root(2, rho)


def _tl1_least(f: Any, rho: Any, *, a: Any) -> Any:
    """Least |S(x)| > 0 for tl1."""
    return np.maximum(0, f.root(2, rho, (a + 1)) - a)


def _l1_kept(f: Any, x: Any, rho: Any) -> Any:
    """S(x) beyond the threshold for l1."""
    return x - rho


def _l0_kept(f: Any, x: Any, rho: Any) -> Any:
    """S(x) beyond the threshold for l0."""
    return x


def _tl1_kept(f: Any, x: Any, rho: Any, *, a: Any) -> Any:
    """S(x) beyond the threshold for tl1."""
    k0 = a + x
    return x - 4 * k0 * f.sin(f.asin(np.minimum(1.5 * f.root(3, a, rho, (a + 1)) / k0 / f.sqrt(k0), 1)) / 3) ** 2 / 3


def _l1_turning(f: Any, twice: Any) -> Any:
    """u with -p''(u) = 2/twice for l1."""
    return 0


def _l0_turning(f: Any, twice: Any) -> Any:
    """u with -p''(u) = 2/twice for l0."""
    return 0


def _tl1_turning(f: Any, twice: Any, *, a: Any) -> Any:
    """u with -p''(u) = 2/twice for tl1."""
    return f.cbrt(a) * f.cbrt(twice) * f.cbrt(a + 1) - a


SLOPES: Final[dict[str, Callable[..., Any]]] = {
    "l1": _l1_slopes,
    "l0": _l0_slopes,
    "tl1": _tl1_slopes,
}
"""By penalty: p'(u): (u, **parameters)."""


BENDS: Final[dict[str, Callable[..., Any]]] = {
    "l1": _l1_bends,
    "l0": _l0_bends,
    "tl1": _tl1_bends,
}
"""By penalty: -p''(u): (u, **parameters)."""


LEAST: Final[dict[str, Callable[..., Any]]] = {
    "l1": _l1_least,
    "l0": _l0_least,
    "tl1": _tl1_least,
}
"""By penalty: least |S(x)| > 0: (field, rho, **parameters)."""


KEPT: Final[dict[str, Callable[..., Any]]] = {
    "l1": _l1_kept,
    "l0": _l0_kept,
    "tl1": _tl1_kept,
}
"""By penalty: S(x) for x beyond the threshold: (field, x, rho, **parameters)."""


TURNING: Final[dict[str, Callable[..., Any]]] = {
    "l1": _l1_turning,
    "l0": _l0_turning,
    "tl1": _tl1_turning,
}
"""By penalty: u with -p''(u) = 2/twice, 0 where p'' = 0: (field, twice, **parameters)."""


CURVED: Final = ("tl1",)
"""Penalties whose p' varies."""

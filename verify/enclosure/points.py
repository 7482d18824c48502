"""A configuration in balls: its floats are exact, everything computed from them is enclosed."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb
from sympy import Symbol

from proofs import symbols
from proofs.naming import keyword
from proofs.proxies import Estimator
from verify.configurations import Configuration
from verify.enclosure.arithmetic import as_ball

__all__ = ["basis", "dot", "exact_key", "scalars"]


def exact_key(number: arb) -> str:
    """What tells balls apart: all bits of midpoint and radius, where `str` shows so many digits."""
    return f"{number.mid().man_exp()} {number.rad().man_exp()}"


def dot(first: Sequence[arb], second: Sequence[arb]) -> arb:
    """The inner product."""
    return sum((x * y for x, y in zip(first, second, strict=True)), arb(0))


def _weights(point: Configuration) -> tuple[list[arb], list[arb], list[arb]]:
    v, v_star = [as_ball(x) for x in point.v], [as_ball(x) for x in point.v_star]
    return v, v_star, [x - y for x, y in zip(v, v_star, strict=True)]


def scalars(point: Configuration, proxy: Estimator | None = None) -> dict[Symbol, arb]:
    """The values of the scalar symbols of statements about the network, and of the proxies' parameters.

    A parameter of `proxy` that the configuration does not name has its default.
    """
    v, v_star, difference = _weights(point)
    theta, r, r_star = as_ball(point.theta), as_ball(point.r), as_ball(point.r_star)
    parameters = proxy.parameters if proxy else ()
    return {
        symbols.theta: theta,
        symbols.r: r,
        symbols.r_star: r_star,
        symbols.norm_gap: r - r_star,
        symbols.dw_dw: (r - r_star) ** 2 + 4 * r * r_star * (theta / 2).sin() ** 2,
        symbols.m: arb(point.m),
        symbols.k: arb(point.m),
        symbols.n: arb(point.n),
        symbols.v_v: dot(v, v),
        symbols.v_vs: dot(v, v_star),
        symbols.vs_vs: dot(v_star, v_star),
        symbols.sum_v: sum(v, arb(0)),
        symbols.sum_vs: sum(v_star, arb(0)),
        symbols.diff_diff: dot(difference, difference),
        symbols.v_diff: dot(v, difference),
        symbols.sum_diff: sum(difference, arb(0)),
        symbols.cap_angle: theta / 2,
        **{p.symbol: as_ball(p.default) for p in parameters},
        **{
            symbol: as_ball(point.parameters[keyword(symbol)])
            for symbol in (symbols.c, symbols.slope, symbols.tau, *(p.symbol for p in parameters))
            if keyword(symbol) in point.parameters
        },
    }


def basis(point: Configuration) -> dict[Symbol, list[arb]]:
    """The vectors of the theory in coordinates: along ŵ and e for filters, entrywise for output weights."""
    v, v_star, difference = _weights(point)
    theta, r, r_star = as_ball(point.theta), as_ball(point.r), as_ball(point.r_star)
    turned = [theta.cos(), theta.sin()]
    along, across = [arb(1), arb(0)], [arb(0), arb(1)]
    return {
        symbols.w_hat: along,
        symbols.a_hat: along,
        symbols.e: across,
        symbols.b_perp: across,
        symbols.w_star: turned,
        symbols.b_hat: turned,
        symbols.w_diff: [2 * (theta / 2).sin() ** 2, -turned[1]],
        symbols.dw: [r - r_star * turned[0], -r_star * turned[1]],
        symbols.v: v,
        symbols.v_star: v_star,
        symbols.dv: difference,
        symbols.ones: [arb(1) for _ in v],
    }

"""Points just outside the hypotheses of a claim, in exact numbers: there the claim fails, so the hypotheses are needed.

A run that is started at a fixed point stays there, stable or not. Random runs never end exactly at N = β or N = 0, so
these points are given; that a step leaves them where they are is checked at 60 digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from mpmath import mp, mpf
from sympy import Expr, Integer, Rational, pi, sympify

from verify.iteration.arithmetic import Exact, norm
from verify.iteration.asked import Asked
from verify.iteration.findings import Findings
from verify.minimizer import pieces
from verify.rows import DIGITS, Row

__all__ = ["EDGES", "Point", "check_edges"]


@dataclass(frozen=True)
class Point:
    """A fixed point of the step in rational numbers; `multiplier` is its N, `tau` a step under which it stays."""

    penalty: str
    w: tuple[Rational, ...]
    w_star: tuple[Rational, ...]
    kappa: Rational
    beta: Rational
    lam: Rational
    multiplier: Rational
    tau: Rational

    @property
    def values(self) -> dict[str, Expr]:
        """The numbers every claim may name."""
        ratio = self.lam / self.beta
        known = {"kappa": self.kappa, "beta": self.beta, "lam": self.lam, "ratio": ratio, "a": Integer(1)}
        return {**known, "multiplier": self.multiplier, "n": Integer(len(self.w))}

    def rests(self) -> bool:
        """Whether a step of length τ leaves it where it is, to 50 digits, with this N."""
        with mp.workdps(DIGITS):
            kappa, beta, lam = (_digits(x) for x in (self.kappa, self.beta, self.lam))
            w, w_star = (np.array([_digits(x) for x in entries]) for entries in (self.w, self.w_star))
            start = Exact(w_star, kappa, beta, lam, pieces(self.penalty), mpf(0))
            z, shrink = start.unnormalized(w, _digits(self.tau))
            grown = w * (1 + _digits(self.tau * self.multiplier))
            return bool(norm(z / shrink - grown) < mpf(10) ** -50)


def _digits(number: Rational) -> mpf:
    return mpf(int(number.p)) / int(number.q)


def _point(penalty: str, w: str, w_star: str, numbers: str) -> Point:
    """The point of these numbers as text: the last are κ, β, λ, N and τ."""
    vectors = (tuple(Rational(x) for x in vector.split()) for vector in (w, w_star))
    return Point(penalty, *vectors, *(Rational(x) for x in numbers.split()))


_SOFT = _point("l1", "5/13 12/13", "3/5 4/5", "1 39/25 4/5 39/25 1/4")
"""N = β: κ|w*_2| = λ, and its entry is active."""

_HARD = _point("l0", "3/5 4/5", "1 0", "3 5 49/40 5 1/4")
"""N = β: an entry is kept where w* has none."""

_STUCK = _point("l0", "-4/5 3/5", "1 0", "4 5 49/40 0 1/4")
"""N = 0: whatever is off the support of w* stays."""

_ZEROS = _point("l1", "-1 0", "1 0", "1 2 3 -1 1/2")
"""At τ = 1/κ instead its z is 0, and there is no step."""

_ALONE = {
    "l1": _point("l1", "-1", "1", "1 2 3 -1 1/2"),
    "l0": _point("l0", "-1", "1", "1 2 4 -1 1/2"),
    "tl1": _point("tl1", "-1", "1", "2 1 64/125 -7/5 1/2"),
}
"""n = 1: nothing is near −w*, so it attracts whatever is near it."""


def _row(part: str, relation: Any, observed: Any, point: Point, **more: Any) -> Row:
    values = point.values | {name: sympify(value) for name, value in more.items()}
    return Row(part, relation, sympify(observed), values, Integer(0), point)


def _signs(asked: Asked) -> Row:
    """n = 1: half of all starts have the sign of w*."""
    count = 10_000
    hits = int(np.sum(asked.rng.standard_normal(count) > 0))
    values = {"n": mpf(1), "cap_angle": mpf("0.5")}
    return Row("statement", "frequency", (hits, count), values, asked.share, "n = 1")


_Edge = tuple[Point | None, Callable[[Asked], Row]]

EDGES: Final[Mapping[tuple[str, str], tuple[_Edge, ...]]] = {
    ("limit", "l1"): ((_SOFT, lambda _: _row("active entry", "=", Rational(12, 13), _SOFT, star_size=Rational(4, 5))),),
    ("support", "l1"): ((_SOFT, lambda _: _row("statement", ">", Rational(4, 5), _SOFT)),),
    ("limit", "l0"): ((_HARD, lambda _: _row("norm equation", "=", 1, _HARD, kept_mass=0)),),
    ("error", "l0"): ((_STUCK, lambda _: _row("bound", "<=", Rational(3, 5), _STUCK, thresholded=0)),),
    ("rate", "*"): ((_ZEROS, lambda _: _row("statement", "=", 0, _ZEROS, step=1, curvature=0)),),
    ("census", "l1"): (
        (_ALONE["l1"], lambda _: _row("multiplier equation", "=", 1, _ALONE["l1"], star_entry=1, spike_sign=-1)),
    ),
    ("census", "l0"): (
        (_ALONE["l0"], lambda _: _row("multiplier equation", "=", 1, _ALONE["l0"], star_entry=1, spike_sign=-1)),
    ),
    ("census", "tl1"): (
        (
            _ALONE["tl1"],
            lambda _: _row(
                "multiplier", "<=", 0, _ALONE["tl1"], star_entry=1, spike_sign=-1, kept_level=Rational(3, 5), x_j=1
            ),
        ),
    ),
    ("spurious", "*"): ((_ALONE["l1"], lambda _: _row("statement", ">=", 0, _ALONE["l1"], m=2, vs_vs=2, sum_vs=2)),),
    ("any-estimator", "*"): (
        (
            None,
            lambda _: Row("strength", "=", 0, {"theta": Integer(0), "v_vs": Integer(2), "B": Integer(0)}, 0, "w = w*"),
        ),
        (None, lambda _: Row("strength", "=", 0, {"theta": pi, "v_vs": Integer(2), "B": Integer(0)}, 0, "w = −w*")),
    ),
    ("probability", "*"): ((None, _signs),),
}
"""(aspect, penalty) -> points and what a claim of it that held there would say."""


def check_edges(asked: Asked) -> Findings:
    """The points given for the aspect, and the rows they leave."""
    found = Findings()
    for point, row in EDGES.get((asked.aspect, asked.penalty), ()):
        if point is not None:
            found.demand(point.rests(), f"no fixed point: {point}")
        found.against(asked, row(asked))
    return found

"""Points just outside the hypotheses of a claim, in exact numbers: there the claim fails, so the hypotheses are needed.

A run that is started at a fixed point stays there, stable or not. Random runs never end exactly at N = β or N = 0, so
these points are given; that a step leaves them where they are is checked at 60 digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from mpmath import mp, mpf
from sympy import Integer, Rational

from verify.iteration.arithmetic import Exact, norm
from verify.iteration.trial import Trial
from verify.minimizer import pieces
from verify.rows import DIGITS, Relation


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

    def rests(self) -> bool:
        """Whether a step of length τ leaves it where it is, to 50 digits, with this N."""
        with mp.workdps(DIGITS):
            w, w_star = (np.array([_digits(x) for x in entries]) for entries in (self.w, self.w_star))
            kappa, beta, lam, tau = map(_digits, (self.kappa, self.beta, self.lam, self.tau))
            z, shrink = Exact(w_star, kappa, beta, lam, pieces(self.penalty), mpf(0)).unnormalized(w, tau)
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

_AT: Final = {"star_entry": "1", "spike_sign": "-1"}

EDGES: Final[Mapping[tuple[str, str], tuple[Point, str, Relation, str, dict[str, str]]]] = {
    ("support", "l1"): (_SOFT, "threshold", ">", "4/5", {}),
    ("error", "l0"): (_STUCK, "bound", "<=", "3/5", {"thresholded": "0"}),
    ("rate", "*"): (_ZEROS, "statement", "=", "0", {"step": "1", "curvature": "0"}),
    ("census", "l1"): (_ALONE["l1"], "multiplier equation", "=", "1", _AT),
    ("census", "l0"): (_ALONE["l0"], "multiplier equation", "=", "1", _AT),
    ("census", "tl1"): (_ALONE["tl1"], "multiplier", "<=", "0", {**_AT, "kept_level": "3/5", "x_j": "1"}),
    ("spurious", "*"): (_ALONE["l1"], "strength", ">=", "0", {"m": "2", "vs_vs": "2", "sum_vs": "2"}),
}
"""(aspect, penalty) -> a point, and what a claim of it that held there would say: part, relation, observed, values."""


def check_edges(trial: Trial) -> None:
    """The point given for the aspect, and the row it leaves."""
    if (edge := EDGES.get((trial.aspect, trial.penalty))) is None:
        return
    point, part, relation, observed, more = edge
    trial.demand(point.rests(), f"no fixed point: {point}")
    values: dict[str, Any] = {name: getattr(point, name) for name in ("kappa", "beta", "lam", "multiplier")}
    values |= {"ratio": point.lam / point.beta, "a": Integer(1), "n": Integer(len(point.w))}
    values |= {name: Rational(value) for name, value in more.items()}
    trial.row(part, relation, Rational(observed), values, Integer(0), point)

"""Adaptive subdivision: is a margin ≥ 0 on the whole of its box?

A box is closed when a ball shows that the margin is positive on it: the plain ball, or the mean-value form

    f(X) ⊂ f(c) + Σ ∂ᵢf(X)·(Xᵢ − cᵢ),

where c moves to the lower end in every coordinate in which f is monotone on the box. No box that reaches an equality
can be closed so. There, at an end of a range, two exact arguments take over, each valid on the whole box:

* an edge: f vanishes identically at the end, to an order k that SymPy decides. By Taylor's theorem f is the k-th power
  of the distance times a value of (the k-th derivative)/k!, which is what is enclosed instead;
* a face: f is monotone towards the end on the box, so it is at least its restriction to the end, which has one
  coordinate less and is closed by the same means; where the restriction is identically 0, f ≥ 0.

The search refutes only by a point at which the ball of the margin lies below 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count, product
from math import inf, isfinite
from typing import Any, Final

from flint import arb, ctx
from sympy import Expr, Pow, Symbol, acos, asin, default_sort_key

from verify.enclosure.boxes.margin import Closing, Margin, halves, identically_zero
from verify.enclosure.boxes.statement import Box, Statement
from verify.evidence import Verdict

_BITS: Final = 80
_SCAN: Final = (Fraction(1, 2), Fraction(1, 64), Fraction(63, 64), Fraction(1, 7), Fraction(13, 16))
_SCANNED: Final = 150


@dataclass
class Found:
    """What a search came to. `smallest` is the smallest lower bound of the margin, each divided at its edges."""

    verdict: Verdict
    subdivisions: int = 0
    smallest: float = inf
    edges: set[str] = field(default_factory=set)
    witness: dict[str, str] = field(default_factory=dict)
    detail: str = ""

    def figures(self) -> dict[str, Any]:
        """The same as JSON can hold it."""
        shown: dict[str, Any] = {"subdivisions": self.subdivisions, "edges": sorted(self.edges)}
        if isfinite(self.smallest):
            shown["smallest_margin"] = self.smallest
        return shown | ({"witness": self.witness} if self.witness else {})


def search(statement: Statement) -> Found:
    """Decide a statement on its whole box: verified, refuted with a witness, or undecided with the reason."""
    with ctx.workprec(_BITS):
        started = _Search(statement)
        if trouble := started.trouble():
            return Found(Verdict.UNDECIDED, detail=trouble)
        if any(started.refuted(shares) for shares in started.scan()):
            return started.found
        for real in _nonnegative(statement.margin):
            part = search(replace(statement, margin=real, affine=(), exact=False))
            if part.verdict is not Verdict.VERIFIED:
                return Found(Verdict.UNDECIDED, detail=f"it may have no value: {real} ≥ 0 is open ({part.detail})")
        return _by_ends(statement, started)


def _nonnegative(expression: Expr) -> list[Expr]:
    """What must not be negative for a margin to be real: radicands, and 1 − x² of arcs.

    Balls of roots and arcs are clipped to their domain, which is right only where rounding alone leaves it.
    """
    roots = {part.base for part in expression.atoms(Pow) if part.exp.is_Rational and not part.exp.is_Integer}
    arcs = {1 - part.args[0] ** 2 for part in expression.atoms(asin, acos)}
    owed = (part for part in roots | arcs if part.free_symbols and not part.is_nonnegative)
    return sorted(owed, key=default_sort_key)


def _by_ends(statement: Statement, started: _Search) -> Found:
    """A margin that is affine in a coordinate is smallest at an end of its range; else the search itself."""
    for symbol in statement.affine:
        if not (started.margin.smooth and identically_zero(statement.margin.diff(symbol, 2), statement.box)):
            continue
        found = Found(Verdict.VERIFIED, edges={f"affine in {symbol}: smallest at an end"})
        for end in (0, 1):
            part = _at_end(statement, symbol, end)
            part.subdivisions += found.subdivisions
            found = replace(part, smallest=min(found.smallest, part.smallest), edges=found.edges | part.edges)
            if found.verdict is not Verdict.VERIFIED:
                break
        return found
    if statement.equality and started.margin.zero:
        return Found(Verdict.VERIFIED, edges={"equality on the whole box, decided exactly"})
    return started.run()


def _at_end(statement: Statement, symbol: Symbol, end: int) -> Found:
    ends = statement.box[symbol]
    others = {other: span for other, span in statement.box.items() if other != symbol}
    at = ends.high if end else ends.low
    margin = statement.margin.subs(symbol, at)
    if identically_zero(margin, others):
        return Found(Verdict.VERIFIED, edges={f"{symbol} = {at}: equality, decided exactly"})
    left = tuple(other for other in statement.affine if other != symbol)
    found = search(replace(statement, margin=margin, box=others, affine=left))
    return replace(found, witness=found.witness | {str(symbol): str(at)}) if found.witness else found


class _Search:
    """One search: the boxes still open, the most doubtful first."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.margin = Margin(statement.margin, statement.box)
        self.found = Found(Verdict.UNDECIDED)
        self.stuck = False
        self._queue: list[tuple[float, int, Box]] = []
        self._ticket = count()

    def run(self) -> Found:
        self._push({symbol: (Fraction(0), Fraction(1)) for symbol in self.statement.box})
        while self._queue:
            box = heappop(self._queue)[2]
            self.found.subdivisions += 1
            if self.found.subdivisions > self.statement.limit:
                shares = ((symbol, float(low), float(high)) for symbol, (low, high) in box.items())
                at = ", ".join(f"{symbol} in [{low:.4g}, {high:.4g}] of its range" for symbol, low, high in shares)
                return replace(self.found, detail=f"still open after {self.statement.limit} boxes, one at {at}")
            if self.refuted({symbol: (span[0] + span[1]) / 2 for symbol, span in box.items()}):
                return self.found
            self._treat(box)
        if self.stuck:
            return replace(self.found, detail="the sign of a number is open")
        return replace(self.found, verdict=Verdict.VERIFIED)

    def trouble(self) -> str:
        for symbol, ends in self.statement.box.items():
            if not ends.at(Fraction(0)) < ends.at(Fraction(1)):
                return f"empty box: {symbol} from {ends.low} to {ends.high}"
        missing = self.statement.margin.free_symbols - set(self.statement.box)
        if missing:
            return f"the box says nothing of {', '.join(sorted(map(str, missing)))}"
        equal = self.margin.zero and not self.statement.equality
        return "the margin is 0 everywhere: nothing is enclosed" if equal else ""

    def scan(self) -> Iterator[dict[Symbol, Fraction]]:
        """A few points all over the box, also near its ends."""
        grid = product(_SCAN, repeat=len(self.statement.box))
        for _, shares in zip(range(_SCANNED), grid, strict=False):
            yield dict(zip(self.statement.box, shares, strict=True))

    def refuted(self, shares: Mapping[Symbol, Fraction]) -> bool:
        """Whether the point violates the statement; it is kept as the witness."""
        value = self.margin.at(shares)
        if not value < 0 or not self.statement.exact:
            return False
        self.found.verdict = Verdict.REFUTED
        self.found.witness = {
            str(symbol): str(ends.point(shares[symbol])) for symbol, ends in self.statement.box.items()
        } | {"margin": value.str(6, radius=False)}
        self.found.smallest = min(self.found.smallest, float(value.upper()))
        return True

    def _push(self, box: Box) -> None:
        """Put a box in line, by the margin in its middle over what it must vanish like."""
        middle = {symbol: (span[0] + span[1]) / 2 for symbol, span in box.items()}
        rank = self.margin.at(middle) / self._distance({symbol: (at, at) for symbol, at in middle.items()})
        heappush(self._queue, (float(rank.mid()) if rank.is_finite() else -inf, next(self._ticket), box))

    def _distance(self, box: Box) -> arb:
        """The largest product of the powers of the distances to the edges at which the margin vanishes."""
        found = arb(1)
        for symbol, end in product(self.margin.ranges, (0, 1)):
            ends, order = self.margin.ranges[symbol], self.margin.quotient(symbol, end)[0]
            if order:
                found *= abs(ends.at(Fraction(end)) - ends.at(box[symbol][1 - end])) ** order
        return found

    def _treat(self, box: Box) -> None:
        closing = Closing(self.margin, box, self.found.edges)
        if closing.closed:
            if closing.lowest is not None:
                lowest = closing.lowest if closing.divided else closing.lowest / self._distance(box)
                self.found.smallest = min(self.found.smallest, float(lowest.lower()))
            return
        for part in halves(box, closing.cut) if box else ():
            self._push(part)
        self.stuck = self.stuck or not box

"""What is stated over a box, a margin that must not be negative in it, decided by adaptive subdivision.

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
from itertools import count, islice, product
from math import inf, isfinite
from typing import Any, Final

import sympy
from flint import arb, ctx
from sympy import Expr, Integer, Max, Min, Poly, Pow, Rational, Symbol, cos, cot, expand, sin, sympify

from proofs.symbols import QUANTITIES, e, theta, w_hat
from verify.enclosure.boxes.margin import Box, Closing, Margin, Range, halves, identically_zero, middle
from verify.evidence import Verdict

_BITS: Final = 80
_SCAN: Final = (Fraction(1, 2), Fraction(1, 64), Fraction(63, 64), Fraction(1, 7), Fraction(13, 16))
_SCANNED: Final = 150
"""As many points are looked at first, all over the box, also near its ends."""


@dataclass(frozen=True)
class Statement:
    """`margin` ≥ 0 wherever the coordinates lie in `box`.

    `reduction` says in words how the margin follows from the inequality of the claim: which exact scalings,
    substitutions and symmetries were used. In the coordinates `affine` the margin is expected to be affine (it is
    tried), so that only the ends of their ranges matter. `exact`: a point with a negative margin refutes the claim; not
    so where the margin is sufficient only. `equality`: the margin may be 0 on the whole box.
    """

    name: str
    margin: Expr
    box: Mapping[Symbol, Range]
    reduction: str = ""
    affine: tuple[Symbol, ...] = ()
    exact: bool = True
    equality: bool = False
    limit: int = 2_000

    def described(self) -> dict[str, list[str]]:
        """The box as text: name -> [low, high]."""
        return {str(symbol): [str(ends.low), str(ends.high)] for symbol, ends in self.box.items()}


def coordinates(**ranges: tuple[object, object]) -> dict[Symbol, Range]:
    """A box from names and exact ends: ``coordinates(theta=(0, pi))``. Its symbols are real."""
    return {Symbol(name, real=True): Range(sympify(low), sympify(high)) for name, (low, high) in ranges.items()}


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
        grid = islice(product(_SCAN, repeat=len(statement.box)), _SCANNED)
        if any(started.refuted({at: (x, x) for at, x in zip(statement.box, shares, strict=True)}) for shares in grid):
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
    arcs = {1 - part.args[0] ** 2 for part in expression.atoms(sympy.asin, sympy.acos)}
    owed = (part for part in roots | arcs if part.free_symbols and not part.is_nonnegative)
    return sorted(owed, key=sympy.default_sort_key)


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
            if self.refuted(middle(box)):
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

    def refuted(self, place: Box) -> bool:
        """Whether the point violates the statement; it is kept as the witness."""
        value = self.margin.over(place)
        if not value < 0 or not self.statement.exact:
            return False
        self.found.verdict = Verdict.REFUTED
        self.found.witness = {
            str(symbol): str(ends.point(place[symbol][0])) for symbol, ends in self.statement.box.items()
        } | {"margin": value.str(6, radius=False)}
        self.found.smallest = min(self.found.smallest, float(value.upper()))
        return True

    def _push(self, box: Box) -> None:
        """Put a box in line, by the margin in its middle over what it must vanish like."""
        rank = self.margin.over(middle(box)) / self._distance(middle(box))
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


# What the builders of statements share.

_CLOSE: Final = Rational(1, 10**6)


def named(expression: Expr, **values: object) -> Expr:
    """The expression with its symbols replaced by name; ValueError for a symbol without a value."""
    missing = {symbol.name for symbol in expression.free_symbols} - set(values)
    if missing:
        raise ValueError(f"no value for {', '.join(sorted(missing))}")
    chosen = {symbol: sympify(values[symbol.name]) for symbol in expression.free_symbols}
    return expression.xreplace(chosen).doit()


_BASIC: Final = {one.symbol: one.basic for one in QUANTITIES.values() if one.basic is not None and one.symbol != theta}


def basic(form: Expr) -> Expr:
    """A form in the basic invariants, or in what is nearer to them."""
    return form.subs(_BASIC)


def in_plane(vector: Expr) -> tuple[Expr, Expr]:
    """A filter's components along ŵ and e, in the basic invariants."""
    vector = expand(basic(basic(basic(vector))))
    return vector.coeff(w_hat), vector.coeff(e)


def divided_out(margin: Expr, symbol: Symbol, box: Mapping[Symbol, Range]) -> Expr:
    """A margin polynomial in a coordinate, divided by (1 − it) as often as that divides it exactly."""
    others = {other: ends for other, ends in box.items() if other != symbol}
    polynomial = Poly(expand(margin), symbol)
    while polynomial.degree() > 0 and identically_zero(polynomial.eval(1), others):
        polynomial = polynomial.div(Poly(1 - symbol, symbol))[0]
    return polynomial.as_expr()


def resolved(expression: Expr, box: Mapping[Symbol, Range]) -> Expr:
    """The expression with max and min replaced by the term that is proved to be the one, over the whole box."""
    for node in expression.atoms(Max, Min):
        for chosen in node.args:
            way = 1 if isinstance(node, Max) else -1
            if all(_never_negative(way * (chosen - other), box) for other in node.args if other != chosen):
                expression = expression.xreplace({node: chosen})
                break
    return expression


def _never_negative(difference: Expr, box: Mapping[Symbol, Range]) -> bool:
    used = {symbol: ends for symbol, ends in box.items() if difference.has(symbol)}
    for scale in [Integer(1), *(sin(node.args[0]) for node in difference.atoms(cot))]:
        scaled = expand((difference * scale).replace(cot, lambda angle: cos(angle) / sin(angle)))
        if search(Statement("larger", scaled, used, limit=200)).verdict is Verdict.VERIFIED:
            return True
    return False


def agrees(name: str, stated: Expr, defined: Expr, box: Mapping[Symbol, Range], reduction: str) -> Iterator[Statement]:
    """The stated value is the one defined (≥ 0), to a millionth of it, over the whole box."""
    for word, sign in (("most", 1), ("least", -1)):
        margin = sign * ((1 + sign * _CLOSE) * defined - stated)
        yield Statement(f"{name}: at {word} the defined one, to 1e-6", margin, box, reduction=reduction)

"""What a penalty is declared by, and what may be declared.

Each refusal is one line that names the penalty, what is wrong and the remedy. The structure is checked exactly. That
p ≥ 0 nowhere falls, where its pieces meet and how far its map moves points is looked at in a few numbers: a refusal
here is for what has no place in the model, the derivations prove the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import sympy
from sympy import Expr, Integer, Rational, Symbol, oo, true
from sympy.logic.boolalg import Boolean, BooleanFalse

from proofs import naming
from proofs.code.printers import NUMPY
from proofs.pieces import exact
from proofs.symbols import ratio, u

_NAME: Final = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_TAKEN: Final = ("convexity", "gradient")
"""P6.convexity and P6.gradient are about every penalty."""

_MODEL: Final = "P(u) = Σ p(|u_i|) is the model: one-sided and grouped penalties are outside it"
_IMPORT: Final = (
    "p is written in `u` and the rest in `ratio`, both of proofs.symbols, and `size` of proofs.penalty_forms; "
    "every parameter needs a Shape"
)
_KINKED: Final = (sympy.Abs, sympy.sign, sympy.Min, sympy.Max, sympy.Piecewise, sympy.Heaviside)
_WIDTHS: Final = (Rational(1), Rational(1, 2), Rational(3))
_RATIOS: Final = (Rational(1, 20), Rational(3, 10), Rational(3))
_ALONG: Final = tuple(Rational(k, 8) for k in range(1, 9))
_FAR: Final = tuple(Rational(x) for x in ("1e-6", "1e-3", "0.1", "0.5", "1", "2", "5", "20", "1000"))
_SLACK: Final = 1e-9


@dataclass(frozen=True)
class Shape:
    """A parameter of a penalty: its symbol, its default, its role, and the number it must exceed, or may equal if that
    is `attained`.
    """

    symbol: Symbol
    default: Rational
    meaning: str
    above: Integer = field(default=Integer(0))
    attained: bool = False

    def __post_init__(self) -> None:
        for name in ("default", "above"):
            object.__setattr__(self, name, exact(getattr(self, name), f"`{name}` of the parameter {self.symbol}"))
        symbol, above, default = self.symbol, self.above, self.default
        if not isinstance(symbol, Symbol) or not symbol.is_positive:
            raise ValueError(
                f"parameter {symbol!s} is not known to be positive; declare Symbol('{symbol!s}', positive=True)"
            )
        if not (above.is_number and above >= 0 and default.is_number and default.is_finite):
            raise ValueError(f"parameter {symbol}: default {default} and bound {above} must be numbers, bound ≥ 0")
        if default < above or (default == above and not self.attained) or default <= 0:
            raise ValueError(f"parameter {symbol}: its default {default} is not {self.domain}")

    @property
    def name(self) -> str:
        """Keyword by which generated functions take it."""
        return naming.keyword(self.symbol)

    @property
    def domain(self) -> str:
        """What generated functions allow."""
        return f"{'>=' if self.attained else '>'} {self.above}"


@dataclass(frozen=True)
class Declaration:
    """What `proofs.penalty_forms.Penalty` is declared by, nothing of it checked."""

    name: str
    title: str
    pieces: tuple[tuple[Expr, Expr, Expr], ...]
    threshold: Expr
    branches: tuple[tuple[Expr, Boolean | bool], ...]
    parameters: tuple[Shape, ...] = ()
    displacement: Expr | None = None
    printed: Expr | None = None
    stable: Expr | None = None
    stable_envelope: Expr | None = None
    source: str = "[here]"
    prove: Callable[[Any], list[Any]] | None = None
    prove_threshold: Callable[[Any], list[Any]] | None = None
    domain: Boolean = true

    @property
    def farthest(self) -> Expr:
        """sup |x − S(x)|; unless it is declared, the threshold."""
        return self.threshold if self.displacement is None else self.displacement


def plain_pieces(declared: Any) -> tuple[tuple[Expr, Expr, Expr], ...]:
    """The pieces with exact numbers, each smooth; |u| is u, as u > 0."""
    try:
        rows = [(low, high, piece) for low, high, piece in declared]
    except (TypeError, ValueError):
        raise ValueError(
            "`pieces` must be a tuple of (low, high, p as an expression in u), with p(|u|) on u > 0"
        ) from None
    found = []
    for row in rows:
        low, high, piece = (exact(part, "an entry of `pieces`") for part in row)
        if low.is_negative or high.is_nonpositive:
            raise ValueError(f"piece ({low}, {high}) leaves u > 0; `pieces` give p(|u|) on u > 0. {_MODEL}")
        positive = Symbol("u", positive=True)
        inside = piece.subs(u, positive)
        if any(part.has(positive) for part in inside.atoms(*_KINKED)):
            raise ValueError(f"{piece} is not smooth; split it where it has kinks, into pieces that are")
        found.append((low, high, inside.xreplace({positive: u}) if piece.has(*_KINKED) else piece))
    return tuple(found)


def plain_branches(declared: Any, size: Symbol) -> tuple[tuple[Expr, Boolean | bool], ...]:
    """The branches with exact numbers, their conditions `size < edge` or `size <= edge`, and True last."""
    try:
        rows = [(gap, when) for gap, when in declared]
    except (TypeError, ValueError):
        raise ValueError(
            "`branches` must be a tuple of (|x| − |S(x)| in `size`, condition), one for each piece"
        ) from None
    return tuple((exact(gap, "an entry of `branches`"), _condition(when, size)) for gap, when in rows)


def _condition(when: Any, size: Symbol) -> Boolean | bool:
    if when is True or when == true:
        return True
    if isinstance(when, sympy.Gt | sympy.Ge) and when.rhs == size:
        when = when.reversed
    if not (isinstance(when, sympy.Lt | sympy.Le) and when.lhs == size) or when.rhs.has(size):
        raise ValueError(f"condition {when} of `branches` is not of the form size < edge or size <= edge")
    return when.func(size, exact(when.rhs, "an edge of `branches`"))


def check(penalty: Declaration, size: Symbol) -> None:
    """Refuse what is no penalty of the model, and what nothing can be derived or generated from."""
    pieces = penalty.pieces
    if not pieces or pieces[0][0] != 0 or pieces[-1][1] != oo:
        raise ValueError("`pieces` must cover u > 0, from 0 to oo, in ascending order")
    for (_, high, left), (low, _, right) in pairwise(pieces):
        if _differ(high, low):
            raise ValueError(
                f"piece ends {high} and {low} do not touch; list the pieces in ascending order, without gaps"
            )
        if _differ(left.subs(u, low), right.subs(u, low)):
            raise ValueError(f"p jumps at {low}; it may jump at 0 alone")
    if len(penalty.branches) != len(pieces) or penalty.branches[-1][1] is not True:
        raise ValueError("`branches` needs one entry for each piece, the last with True")
    _check_forms(penalty, {ratio, *(shape.symbol for shape in penalty.parameters)}, size)
    for values in _samples(penalty, _WIDTHS):
        _check_values(penalty, values)
    if penalty.displacement is None:
        _check_displacement(penalty, size)


def _differ(one: Expr, other: Expr) -> bool:
    """Whether two forms differ; `simplify`, which imports much that is slow, is asked last."""
    difference = one - other
    return bool(difference != 0 and sympy.cancel(difference) != 0 and sympy.simplify(difference) != 0)


def check_name(name: object) -> None:
    """ValueError for what can be no part of the ids of claims."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _TAKEN:
        raise ValueError(
            f"the name must be letters and digits, with single hyphens between, and not {' or '.join(_TAKEN)}"
        )


def _check_forms(penalty: Declaration, known: set[Symbol], size: Symbol) -> None:
    """Every form in its own symbols, and made of functions that generated code has."""
    branches = [form for gap, when in penalty.branches for form in (gap, *([] if when is True else [when]))]
    for part, own in (
        *((sympy.Tuple(low, high), known - {ratio}) for low, high, _ in penalty.pieces),
        *((piece, (known - {ratio}) | {u}) for _, _, piece in penalty.pieces),
        *((form, known) for form in (penalty.threshold, penalty.farthest)),
        *((form, known | {size}) for form in branches),
        (penalty.domain, known),
    ):
        if free := part.free_symbols - own:
            raise ValueError(f"undeclared symbols {sorted(map(str, free))} in {part}; {_IMPORT}")
        lacking = {call.func.__name__ for call in part.atoms(Expr) if call.is_Function} - NUMPY.functions.keys()
        if lacking - {"Piecewise"}:
            raise ValueError(f"{part} uses {', '.join(sorted(lacking))}, which generated code does not have")
    pieces = sympy.Tuple(*(piece for *_, piece in penalty.pieces))
    curved = {call.func.__name__ for call in pieces.atoms(Expr) if call.is_Function}
    curved |= {f"the power {power}" for power in pieces.atoms(sympy.Pow) if not power.exp.is_Rational}
    if curved and (penalty.prove is None or penalty.prove_threshold is None):
        raise ValueError(
            f"p has {', '.join(sorted(curved))}, about which SymPy and the solver decide nothing: give `prove` and "
            "`prove_threshold`, as tests/extension/modules/log_sum.py does"
        )


def _samples(penalty: Declaration, widths: tuple[Rational, ...]) -> Iterator[dict[Symbol, Expr]]:
    """Values of the parameters inside their domain."""
    for width in dict.fromkeys(widths if penalty.parameters else widths[:1]):
        values = {s.symbol: s.above + width * (s.default - s.above or 1) for s in penalty.parameters}
        if not isinstance(penalty.domain.subs(values), BooleanFalse):
            yield values


def _number(form: Expr, values: dict[Symbol, Expr]) -> float:
    """The value of a form; ValueError where it is no real number."""
    value = form.xreplace(values)
    value = value if value.is_Rational else value.evalf()
    if not value.is_extended_real:
        raise ValueError(f"{form} has no real value at {_words(values)}")
    return float(value)


def _words(values: dict[Symbol, Expr]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items()) or "any point"


def _check_values(penalty: Declaration, values: dict[Symbol, Expr]) -> None:
    """The pieces ascend, p ≥ 0 does not fall, and p' does not jump up."""
    height = float(sympy.limit(penalty.pieces[0][2].xreplace(values), u, 0, "+"))
    if height < 0:
        raise ValueError(f"p(0⁺) = {height:g} at {_words(values)}, but 0 = p(0) must be the least value of p")
    for low, high, piece in penalty.pieces:
        start, end = (form.xreplace(values) for form in (low, high))
        if not start < end:
            raise ValueError(
                f"piece ({low}, {high}) is empty at {_words(values)}; sort the pieces, or bound the parameters"
            )
        steps = _FAR if end == oo else _ALONG
        for point in (start + step * (1 if end == oo else end - start) for step in steps):
            here, height = height, _number(piece, {**values, u: point})
            if height < here - _SLACK * (1 + abs(here)):
                raise ValueError(
                    f"p falls to {height:g} at {_words({**values, u: point})}; p ≥ 0 must not fall on u > 0"
                )
    if height <= 0:
        raise ValueError(f"p is 0 everywhere at {_words(values)}; nothing is penalized")
    for (_, _, left), (low, _, right) in pairwise(penalty.pieces):
        jump = _number(sympy.diff(right - left, u), {**values, u: low.xreplace(values)})
        if jump > _SLACK:
            raise ValueError(
                f"p' jumps up at {low}: S rests there while x moves on, and no branch has such a value; "
                "round the kink off by a piece of its own"
            )


def _check_displacement(penalty: Declaration, size: Symbol) -> None:
    """The threshold bounds |x − S(x)| far out, unless another bound is given."""
    for values in ({**shapes, ratio: rho} for shapes in _samples(penalty, _WIDTHS) for rho in _RATIOS):
        if penalty.domain.xreplace(values) != true:
            continue
        far = _number(penalty.branches[-1][0], {**values, size: Integer(10**9)})
        if far > (1 + _SLACK) * _number(penalty.threshold, values) + _SLACK:
            raise ValueError(
                f"|x − S(x)| = {far:g} exceeds the threshold {penalty.threshold} far out, at {_words(values)}; "
                "give its largest value as `displacement`, oo if it has none"
            )

"""Terms that take the place of symbols in a formula: what that needs, and where a term is a number at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sympy import (
    Abs,
    AccumBounds,
    And,
    Basic,
    Derivative,
    Dummy,
    Expr,
    Function,
    Ge,
    Gt,
    Implies,
    Lambda,
    Le,
    Limit,
    Max,
    Min,
    Ne,
    Not,
    Piecewise,
    Pow,
    Subs,
    Sum,
    Symbol,
    Tuple,
    acos,
    asin,
    atan,
    cos,
    cot,
    erf,
    erfc,
    exp,
    false,
    log,
    nan,
    sign,
    sin,
    sympify,
    tan,
)
from sympy.codegen.cfunctions import expm1
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean, true

from proofs.engine.sentence import Exists, Root, Tends

_KNOWN: tuple[type, ...] = (sin, cos, tan, cot, exp, log, asin, acos, atan, erf, erfc, expm1, Abs, sign, Max, Min)
_KNOWN += (Piecewise, AppliedUndef)
"""Functions of which it is known where they are real numbers."""

BINDING: Final = (ExprWithLimits, Derivative, Lambda, Limit, Subs)
"""SymPy's expressions that have variables of their own, which no term is put in for."""


def put_in(form: Any, terms: Mapping[Symbol, Expr]) -> Any:
    """The form for these terms, all at once.

    ValueError for a term in the place of an expression, for one that a variable of the form would bind, and for one
    that is no variable in the place of such.
    """
    if strange := [one for one in terms if not one.is_Symbol]:
        raise ValueError(f"terms are put in for symbols, not for {', '.join(map(str, strange))}")
    own = bound_in(form)
    renamed = {sympify(terms.get(one, one)) for one in own}
    caught = {one for key, term in terms.items() if key not in own for one in sympify(term).free_symbols & renamed}
    if wrong := caught | {one for one in renamed if not one.is_Symbol}:
        raise ValueError(f"{', '.join(map(str, wrong))} would be bound in {form}; choose another name")
    return replaced(form, terms)


def replaced(form: Any, terms: Mapping[Any, Expr]) -> Any:
    """The same unchecked, and for expressions too: by `subs`, one after the other, where that makes a difference."""
    if form.has(*BINDING) or not all(one.is_Symbol for one in terms):
        return form.subs(dict(terms), simultaneous=True)
    return form.xreplace(dict(terms))


def bound_in(form: Basic) -> set[Basic]:
    """The variables that a form has of its own."""
    own = {part.args[2][0] for part in form.atoms(Tends)} | {part.args[1] for part in form.atoms(Root, Limit)}
    own |= {part.args[0] for part in form.atoms(Exists)}
    own |= {one for part in form.atoms(ExprWithLimits, Derivative, Subs, Lambda) for one in part.variables}
    return own


def assumed(terms: Mapping[Symbol, Expr]) -> Boolean:
    """What the symbols assume, of the terms that take their place; ValueError for one that may be no integer."""
    return And(*(one for symbol, term in terms.items() for one in _assumed(symbol, term)))


def _assumed(symbol: Symbol, term: Expr) -> Iterator[Boolean]:
    if symbol.is_integer and not term.is_integer:
        raise ValueError(f"{term} is not known to be an integer, as {symbol} is")
    if symbol.is_positive:
        yield term > 0
    elif symbol.is_nonnegative:
        yield term >= 0
    elif symbol.is_negative:
        yield term < 0
    elif symbol.is_nonpositive:
        yield term <= 0
    elif symbol.is_nonzero:
        yield Ne(term, 0)


def defined(*terms: Basic) -> Boolean:
    """Where terms are real numbers: no divisor is 0, no radicand negative; of a piece, where it is chosen.

    False for what is infinite or imaginary.
    """
    return And(*(one for term in terms for one in _defined(sympify(term))))


def _is_none(term: Basic) -> bool:
    """Whether a term is no real number, or not known to be one: itself, whatever its parts are."""
    if isinstance(term, Sum):
        return not all(end.is_integer or end.is_infinite for _, *ends in term.limits for end in ends)
    unknown = isinstance(term, AccumBounds) or (isinstance(term, Function) and not isinstance(term, _KNOWN))
    return bool(unknown or term.is_infinite or term.is_imaginary or term is nan)


def _defined(term: Basic) -> Iterator[Boolean]:
    if isinstance(term, Tuple):  # where a variable goes, ∞ as well
        return
    if _is_none(term):
        yield false
    if isinstance(term, Piecewise):
        before = true
        for piece, condition in term.args:
            yield from (Implies(And(before, condition), one, evaluate=False) for one in _defined(piece))
            before = And(before, Not(condition))
        yield Not(before)
        return
    if isinstance(term, Derivative | Subs):
        yield from _defined(term.doit())
    elif isinstance(term, BINDING):  # of what is bound, nothing is known that is of a variable of that name
        term = term.xreplace(
            {one: Dummy(f"{one}, bound", **one.assumptions0) for one in bound_in(term) if one.is_Symbol}
        )
    for part in () if isinstance(term, Subs) else term.args:
        yield from _defined(part)
    if isinstance(term, tan | cot):
        yield Ne((cos if isinstance(term, tan) else sin)(term.args[0]), 0)
    if isinstance(term, log):
        yield Gt(term.args[0], 0)
    if isinstance(term, asin | acos):
        yield Le(Abs(term.args[0]), 1)
    if term.is_Pow:
        yield from _defined_power(term)


def _defined_power(term: Pow) -> Iterator[Boolean]:
    if term.exp.could_extract_minus_sign() and not term.base.is_nonzero:
        yield Ne(term.base, 0)
    if not term.exp.is_Rational and not term.base.is_positive:
        if not term.exp.is_integer:
            yield Gt(term.base, 0)
        elif not term.exp.is_nonnegative and not term.base.is_nonzero:
            yield Ne(term.base, 0)
    if term.exp.is_Rational and not term.exp.is_Integer and not term.base.is_nonnegative:
        yield Ge(term.base, 0)


def still_numbers(formula: Boolean, said: Boolean, terms: Mapping[Symbol, Expr]) -> Boolean:
    """Where what is said is made of numbers, the formula is, too: SymPy may have cancelled what is none."""
    where = put_in(defined(formula), terms)
    return true if where == true else Implies(defined(said), where)

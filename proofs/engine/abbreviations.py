"""Letters for what makes a formula too wide: sin²(φ/3), where φ = arcsin(…)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from sympy import Add, Basic, Dummy, Expr, Function, Integral, Piecewise, Pow, S, Symbol, acos, asin, preorder_traversal

from proofs.engine.lines import COLUMN, fits, width

_LETTERS: Final = ("Q", "D", "H", "Y", "X", "W")
_ANGLES: Final = (r"\varphi", r"\psi", r"\omega")
_LEAST: Final = 4.0
_ROOM: Final = COLUMN - 6


def abbreviations(
    forms: Sequence[Basic], taken: str, printed: Callable[[Basic, Mapping[Symbol, str]], str]
) -> tuple[list[Basic], dict[Symbol, str], dict[Symbol, Expr]]:
    """The forms with symbols for parts of them, what the symbols are called, and what they stand for.

    taken: LaTeX whose letters mean something already; printed: the LaTeX of a form, given names of symbols.
    """
    names: dict[Symbol, str] = {}
    meant: dict[Symbol, Expr] = {}
    if fits(taken, _ROOM):  # so do all parts
        return list(forms), names, meant

    @cache  # a symbol has its name before anything with it is printed
    def text(part: Basic) -> str:
        return printed(part, names)

    free = {
        kind: [one for one in kind if not re.search(re.escape(one) + "(?![A-Za-z])", taken)]
        for kind in (_LETTERS, _ANGLES)
    }
    forms = list(forms)
    while wide := [side for form in (*forms, *meant.values()) for side in _sides(form) if not fits(text(side), _ROOM)]:
        counted = Counter(part for side in wide for part in _parts(side))
        sizes = {part: width(text(part)) for part in counted}
        known = {part: counted[part] * (size - 1) for part, size in sizes.items() if _LEAST < size < COLUMN}
        kinds = {part: free[_ANGLES if isinstance(part, asin | acos) else _LETTERS] for part in known}
        if not (chosen := [part for part in known if kinds[part]]):
            break
        best = max(chosen, key=lambda part: (counted[part] > 1, known[part], str(part)))
        symbol = Dummy("short", real=True, nonnegative=best.is_nonnegative or None, positive=best.is_positive or None)
        names[symbol] = kinds[best].pop(0)
        forms = [form.xreplace({best: symbol}) for form in forms]
        meant = {one: sub.xreplace({best: symbol}) for one, sub in meant.items()} | {symbol: best}
    return forms, names, meant


def _sides(form: Basic) -> Iterator[Expr]:
    """The expressions that a statement is about."""
    if isinstance(form, Expr):
        yield form
    else:
        for part in form.args:
            yield from _sides(part)


def _parts(side: Expr) -> Iterator[Expr]:
    """What may get a name: roots, sums and functions in an expression, but no part of an integrand."""
    walk = preorder_traversal(side)
    for part in walk:
        if isinstance(part, Integral):
            walk.skip()
        named = isinstance(part, Add | Function) or (isinstance(part, Pow) and part.exp == S.Half)
        if named and part is not side and part.free_symbols and not isinstance(part, Piecewise):
            yield part

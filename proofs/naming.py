"""What declarations may call estimators, penalties and their parameters, and the symbols that parameters become.

Formulas, generated code, solvers and tables of values tell symbols apart by name. A parameter that a user calls `s`,
`theta` or `np` would be one with a variable of integration, an angle or a module: so where it is declared it becomes a
symbol whose name nothing of this package has, and the user's name stays its keyword.
"""

from __future__ import annotations

import keyword as python
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final
from unicodedata import normalize

from sympy import Basic, Symbol

from proofs.symbols import PARAMETERS

_PREFIX: Final = "given_"

_OF_ESTIMATORS = "v w v_star w_star Z v0 w0 ste eta tolerance max_steps"
_OF_PENALTIES = """
x u w rho beta lam kappa penalty v w0 w_star v_star eta eta_v ste ste_parameters sphere learn_v gradient samples dataset
seed tolerance max_steps record_every normalize progress state digits count
"""

ARGUMENTS: Final = {"estimator": frozenset(_OF_ESTIMATORS.split()), "penalty": frozenset(_OF_PENALTIES.split())}
"""Arguments of the public functions that take the parameters of what is declared as further keywords."""


def identifier(name: str) -> str:
    """The name of an estimator or a penalty as part of the name of a function."""
    return name.replace("-", "_")


def keyword(symbol: Symbol) -> str:
    """What the user calls a parameter."""
    return str(symbol.name).removeprefix(_PREFIX)


def plain(form: Basic) -> str:
    """A form as SymPy writes it, its parameters called as the user does."""
    return str(form).replace(_PREFIX, "")


def renaming(parameters: Iterable[Any]) -> str:
    """Source of the decorator that lets a generated function take parameters under the user's keywords, if need be."""
    names = [f'{p.name}="{p.symbol.name}"' for p in parameters if p.name != p.symbol.name]
    return f"@renamed({', '.join(names)})\n" if names else ""


def declared(kind: str, new: Any, known: Iterable[str], ours: Iterable[Symbol] = ()) -> dict[Symbol, Symbol]:
    """What the symbols of the parameters of a new estimator or penalty become.

    known: the names that are taken; ours: symbols that its expressions are written in and that a parameter might be.
    Raises ValueError for a name that cannot be one, or that is taken.
    """
    _check_name(kind, new.name, known)
    _check_words(f"{kind} {new.name!r}: title {new.title!r}", new.title)
    names: dict[Symbol, Symbol] = {}
    for parameter in new.parameters:
        symbol, word = parameter.symbol, str(parameter.symbol.name)
        what = f"{kind} {new.name!r}: parameter {word!r}"
        _check_keyword(what, word, ARGUMENTS[kind])
        _check_words(f"{what}: meaning {parameter.meaning!r}", parameter.meaning)
        if symbol in ours:
            raise ValueError(f"{what} is also the symbol of proofs.symbols in the expressions; choose another name")
        if word in map(keyword, names):
            raise ValueError(f"{what} is declared twice; choose another name for one of them")
        names[symbol] = symbol if symbol in PARAMETERS else Symbol(_PREFIX + word, **symbol.assumptions0)
    return {old: new for old, new in names.items() if old != new}


def _check_name(kind: str, name: str, known: Iterable[str]) -> None:
    what = f"{kind} {name!r}"
    plain = name.replace("-", "")
    if not f"_{plain}".isidentifier() or not name[:1].isalnum() or not name[-1:].isalnum() or _is_folded(name):
        raise ValueError(f"{what} cannot be named so; use letters, digits, and hyphens or underscores between them")
    for other in known:
        if other == name:
            raise ValueError(f"{what} is already declared")
        if identifier(other) == identifier(name):
            raise ValueError(f"{what} and {other!r} would share their generated functions; choose another name")


def _check_keyword(what: str, word: str, arguments: Iterable[str]) -> None:
    if word.startswith(_PREFIX):
        raise ValueError(f"{what} begins like the symbols that parameters become; choose another name")
    if not word.isidentifier() or python.iskeyword(word) or word.startswith("__") or _is_folded(word):
        raise ValueError(f"{what} cannot be a keyword argument; choose an identifier that Python does not reserve")
    if word in arguments:
        raise ValueError(f"{what} is an argument of the functions that take it; choose another name")


def _check_words(what: str, words: str) -> None:
    """Titles and meanings stand in docstrings."""
    if not isinstance(words, str) or not words.isprintable() or "\\" in words or '"""' in words:
        raise ValueError(f'{what} must be one line without backslashes and """')


def _is_folded(name: str) -> bool:
    """Whether Python would read another name."""
    return normalize("NFKC", name) != name


def in_symbols(part: Any, names: Mapping[Symbol, Symbol]) -> Any:
    """Anything that a declaration holds, and the declaration itself, with its symbols exchanged.

    What has been checked, and taken apart, is not once more: it need not be as it was declared.
    """
    if isinstance(part, Basic):
        return part.xreplace(names)
    if isinstance(part, tuple):
        return tuple(in_symbols(inner, names) for inner in part)
    if is_dataclass(part) and not isinstance(part, type):
        renamed = object.__new__(type(part))
        for each in fields(part):
            object.__setattr__(renamed, each.name, in_symbols(getattr(part, each.name), names))
        return renamed
    return part

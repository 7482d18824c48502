"""The languages that expressions are emitted in: NumPy over arrays, and JavaScript over numbers."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["JAVASCRIPT", "NUMPY", "Dialect"]


@dataclass(frozen=True)
class Dialect:
    """How a language writes what the walk over an expression meets; the walk itself is `proofs.code.emit`'s.

    `functions`: by the name of a SymPy function, or of an operation, the callable that computes it; what is missing has
    no form. `clip`, `where`: templates of the arguments (value, low, high) and (condition, value, otherwise). `power`:
    template of (base, exponent) for an operator, whose operands are bracketed where they must be; without one, powers
    are calls. `relations`: operators written otherwise than SymPy does. `reserved`: names that no symbol may have.
    """

    name: str
    functions: Mapping[str, str]
    clip: str
    where: str
    power: str | None
    both: str
    either: str
    relations: Mapping[str, str]
    reserved: frozenset[str]
    doubled_sign: bool
    """Whether −−x is x twice negated; in JavaScript it is a decrement."""

    def call(self, function: str, *arguments: str) -> str:
        """A call of a function by its SymPy name; ValueError if the language has none."""
        if function not in self.functions:
            raise ValueError(f"no {self.name} form for {function}")
        return f"{self.functions[function]}({', '.join(arguments)})"

    def symbol(self, name: str) -> str:
        """The name of a variable; ValueError if it cannot be one."""
        if not name.isidentifier() or name in self.reserved:
            raise ValueError(f"no {self.name} form for the symbol {name!r}: it cannot name a variable")
        return name


NUMPY: Final = Dialect(
    name="NumPy",
    functions={
        "sin": "np.sin",
        "cos": "np.cos",
        "asin": "np.arcsin",
        "atan": "np.arctan",
        "exp": "np.exp",
        "expm1": "np.expm1",
        "log": "np.log",
        "log1p": "np.log1p",
        "erf": "special.erf",
        "erfc": "special.erfc",
        "Abs": "np.abs",
        "sign": "np.sign",
        "sqrt": "np.sqrt",
        "root": "root",
        "hypot": "np.hypot",
        "cbrt": "np.cbrt",
        "Max": "np.maximum",
        "Min": "np.minimum",
    },
    clip="np.clip({value}, {low}, {high})",
    where="np.where({condition}, {value}, {otherwise})",
    power="{base} ** {exponent}",
    both=" & ",
    either=" | ",
    relations={},
    reserved=frozenset(keyword.kwlist),
    doubled_sign=True,
)

_SCRIPT_WORDS = """
arguments await break case catch class const continue debugger default delete do else enum eval export extends false
finally for function if implements import in instanceof interface let new null package private protected public return
static super switch this throw true try typeof undefined var void while with yield NaN Infinity Math
"""

JAVASCRIPT: Final = Dialect(
    name="JavaScript",
    functions={
        "sin": "Math.sin",
        "cos": "Math.cos",
        "asin": "Math.asin",
        "atan": "Math.atan",
        "exp": "Math.exp",
        "expm1": "Math.expm1",
        "log": "Math.log",
        "log1p": "Math.log1p",
        "Abs": "Math.abs",
        "sign": "Math.sign",
        "sqrt": "Math.sqrt",
        "hypot": "Math.hypot",
        "cbrt": "Math.cbrt",
        "Max": "Math.max",
        "Min": "Math.min",
        "Pow": "Math.pow",
    },
    clip="Math.min(Math.max({value}, {low}), {high})",
    where="({condition} ? {value} : {otherwise})",
    power=None,  # `-x ** 2` is a syntax error, and a call needs no brackets
    both=" && ",
    either=" || ",
    relations={"==": "===", "!=": "!=="},
    reserved=frozenset(_SCRIPT_WORDS.split()),
    doubled_sign=False,
)

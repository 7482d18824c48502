"""Generated text with one mistake: mutants of the emitted code.

A mutant is the syntax tree of one generated function in which one place was changed: a constant off by 0.1 % (an
exponent, or an integer that something is compared with, by 1), + and −, * and /, sin and cos, min and max exchanged, a
term dropped, a sign, a comparison turned round, arguments of a call or two parameters exchanged. It is carried out
under the package's own name, in a namespace made from the module's own text; what it returns is judged by whoever holds
the function against a formula.

Places that are mutated are those of formula arithmetic. Left out, and counted, are

* what decides where an integral over an infinite range is sampled and cut off, not what is integrated: the arguments
  `finest` and (unless the range ends there) `high` of `half_line`, and all of `decay_length`;
* what keeps a value that is *not* selected, or a rounding error, inside the domain of a function: the test and the
  last value of `1 / np.where(test, divisor, 1)`, the 1 of `np.arcsin(np.minimum(…, 1))`, bounds below 1e-290;
* where to change from one of two forms of a formula to the other: the test of an `np.where` between two calls with
  the same arguments.

Other literal bounds in `np.minimum` and `np.maximum` are mutated so that they cut off more: less would change nothing
where the bound is slack. Guards that raise are no arithmetic, and whether < or <= stands at a tie is no mistake.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final, cast

_OFF: Final = 1e-3
_TINY: Final = 1e-290

_EXCHANGED: Final = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_TURNED: Final = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
_OTHER_CALL: Final = {
    **{"np.sin": "np.cos", "acute_sine": "np.cos", "np.cos": "np.sin"},
    **{"np.minimum": "np.maximum", "np.maximum": "np.minimum"},
}
_SYMMETRIC: Final = {"np.minimum", "np.maximum", "dot", "combine", "np.asarray", "f.root"}
"""Calls whose two arguments may be exchanged (the second of np.asarray is a type)."""

Change = tuple[str, ast.AST, ast.AST]
"""What was done, the node, what stands in its place."""


@dataclass(frozen=True)
class TextMutant:
    """A generated function with one mistake in its text."""

    label: str
    right: ast.FunctionDef = field(repr=False)
    place: ast.AST = field(repr=False)
    wrong: ast.AST = field(repr=False)

    @property
    def function(self) -> str:
        return self.right.name

    @property
    def tree(self) -> ast.FunctionDef:
        """The function's text with the mistake; `right` is left as it is."""
        memo: dict[int, Any] = {id(self.place): self.wrong}
        return ast.fix_missing_locations(deepcopy(self.right, memo))


def text_mutants(source: str, functions: Sequence[str], endless: Collection[str] = ()) -> tuple[list[TextMutant], int]:
    """The mutants of the named functions of a module's text, and how many places of theirs were left out.

    `endless` names the results of `half_line` whose range is infinite: there `high` is a cut-off.
    """
    tree = ast.parse(source)
    made: list[TextMutant] = []
    excluded = 0
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            sites = _Sites(node, endless)
            for index, (what, place, new) in enumerate(sites.changes):
                line = cast(int, getattr(place, "lineno", node.lineno)) - node.lineno + 1
                made.append(TextMutant(f"code: {node.name}: {what} (line {line}, {index})", node, place, new))
            excluded += sites.excluded
    if missing := set(functions) - {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}:
        raise ValueError(f"no such function in the text: {', '.join(sorted(missing))}")
    return made, excluded


class _Sites:
    """All changes of one function, in the order of its text, and how many were left out."""

    def __init__(self, function: ast.FunctionDef, endless: Collection[str]) -> None:
        self.excluded = 0
        self.left_out = {id(node) for node in _left_out(function, endless)}
        self.changes: list[Change] = list(self._function(function))

    def _function(self, function: ast.FunctionDef) -> Iterator[Change]:
        if not any(isinstance(node, ast.FunctionDef) and node.name == "block" for node in function.body):
            yield from _exchanged_parameters(function)
        for statement in function.body:
            if isinstance(statement, ast.FunctionDef):
                yield from self._function(statement)
            elif isinstance(statement, ast.Return | ast.Assign) and statement.value is not None:
                yield from self._value(statement.value)

    def _value(self, node: ast.expr, larger: bool = True) -> Iterator[Change]:
        """Changes of an expression; `larger` says in which direction a constant is to go."""
        if id(node) in self.left_out:
            self.left_out.remove(id(node))
            before = self.excluded
            self.excluded = before + sum(1 for _ in self._value(node))
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, int | float) and not isinstance(node.value, bool):
                yield from self._constant(node, larger)
        elif isinstance(node, ast.BinOp):
            yield from self._operation(node)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield f"sign of {_text(node.operand)}", node, node.operand
            yield from self._value(node.operand, not larger)
        elif isinstance(node, ast.Compare):
            yield from self._comparison(node)
        elif isinstance(node, ast.Call):
            yield from self._call(node)
        elif isinstance(node, ast.Subscript | ast.Attribute):
            yield from self._value(node.value)
        elif isinstance(node, ast.Tuple):
            for element in node.elts:
                yield from self._value(element)

    def _constant(self, node: ast.Constant, larger: bool) -> Iterator[Change]:
        size = cast(float, node.value)
        if 0 < abs(size) < _TINY:
            self.excluded += 1
            return
        step = _OFF * abs(size) if size else _OFF
        yield f"{size!r} off by 0.1 %", node, ast.Constant(size + step if larger else size - step)

    def _operation(self, node: ast.BinOp) -> Iterator[Change]:
        left, right, kind = node.left, node.right, type(node.op)
        if kind in _EXCHANGED:
            other = ast.BinOp(left, _EXCHANGED[kind](), right)
            yield f"{_text(node)} with {_text(other)[len(_text(left)) :].split()[0]}", node, other
        if kind in {ast.Add, ast.Sub}:
            yield f"sign of {_text(left)}", node, ast.BinOp(_minus(left), node.op, right)
            yield f"{_text(left)} dropped", node, right if kind is ast.Add else _minus(right)
            yield f"{_text(right)} dropped", node, left
        if kind is ast.Pow and isinstance(right, ast.Constant) and isinstance(right.value, int):
            yield from self._value(left)
            for exponent in (right.value + 1, right.value - 1):
                yield f"exponent {right.value} of {_text(left)} is {exponent}", right, ast.Constant(exponent)
        else:
            if not _is_guarded_quotient(node):
                yield from self._value(left)
            yield from self._value(right)

    def _comparison(self, node: ast.Compare) -> Iterator[Change]:
        (operator,), (right,) = node.ops, node.comparators
        if type(operator) in _TURNED:
            yield f"{_text(node)} turned round", node, ast.Compare(node.left, [_TURNED[type(operator)]()], [right])
        yield from self._value(node.left)
        if isinstance(right, ast.Constant) and isinstance(right.value, int) and right.value:
            for bound in (right.value + 1, right.value - 1):
                yield f"{_text(node)} with {bound}", right, ast.Constant(bound)
        else:
            yield from self._value(right)

    def _call(self, node: ast.Call) -> Iterator[Change]:
        name = _name(node)
        if name in _OTHER_CALL:
            other = ast.parse(_OTHER_CALL[name], mode="eval").body
            yield f"{_OTHER_CALL[name]} for {_text(node)}", node, ast.Call(other, node.args, node.keywords)
        if len(node.args) == 2 and name not in _SYMMETRIC and not any(_is_word(argument) for argument in node.args):
            yield f"arguments of {_text(node)} exchanged", node, ast.Call(node.func, node.args[::-1], node.keywords)
        for argument in node.args:
            inner = argument.operand if isinstance(argument, ast.UnaryOp) else argument
            bound = name in {"np.minimum", "np.maximum"} and isinstance(inner, ast.Constant)
            yield from self._value(argument, larger=not bound or name == "np.maximum")


def _left_out(function: ast.FunctionDef, endless: Collection[str]) -> Iterator[ast.expr]:
    """What of a function is no arithmetic of its formula."""
    guards = {
        name for node in ast.walk(function) if isinstance(node, ast.FunctionDef) for name in _only_in_guards(node)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            names = _names(node)
            if names <= guards:
                yield node.value
            elif isinstance(node.value, ast.Call) and _name(node.value) == "half_line":
                yield from node.value.args[2 if names & set(endless) else 3 :]
        elif isinstance(node, ast.BinOp) and _is_guarded_quotient(node):
            test, _, last = cast(ast.Call, node.right).args
            yield from (test, last)
        elif isinstance(node, ast.Call):
            name = _name(node)
            if name == "decay_length" or (name == "np.where" and _two_forms(node)):
                yield node.args[0]
            elif name in {"np.arcsin", "f.asin"} and _name(node.args[0]) == "np.minimum":
                yield cast(ast.Call, node.args[0]).args[1]


def _names(assignment: ast.Assign) -> set[str]:
    return {node.id for target in assignment.targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def _exchanged_parameters(function: ast.FunctionDef) -> Iterator[Change]:
    """Two parameters of one type exchanged in the body."""
    for one, other in combinations([own for own in function.args.args if own.arg != "f"], 2):  # f is an arithmetic
        types = [ast.dump(parameter.annotation) for parameter in (one, other) if parameter.annotation is not None]
        if len(types) == 2 and types[0] == types[1]:
            changed = deepcopy(function)
            changed.body = [_Exchange({one.arg: other.arg, other.arg: one.arg}).visit(s) for s in changed.body]
            yield f"{one.arg} and {other.arg} exchanged", function, changed


class _Exchange(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)


def _only_in_guards(function: ast.FunctionDef) -> set[str]:
    """Names that are assigned, and read only by statements that return nothing."""
    assigned, read = set(), set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            assigned |= _names(node)
        value = node.value if isinstance(node, ast.Assign | ast.Return) else None
        read |= {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} if value is not None else set()
    tests = {
        where.args[0].id
        for where in ast.walk(function)
        if isinstance(where, ast.BinOp) and _is_guarded_quotient(where)
        for where in [cast(ast.Call, where.right)]
        if isinstance(where.args[0], ast.Name)
    }
    return (assigned - read) | tests


def _is_guarded_quotient(node: ast.BinOp) -> bool:
    """1 / np.where(test, divisor, 1): the divisor where it counts, 1 where another piece does."""
    if not isinstance(node.op, ast.Div) or not isinstance(node.right, ast.Call) or _name(node.right) != "np.where":
        return False
    return all(isinstance(part, ast.Constant) and part.value == 1 for part in (node.left, node.right.args[2]))


def _two_forms(where: ast.Call) -> bool:
    """Whether both values are calls of functions of this module with the same arguments."""
    values = where.args[1:]
    if not all(isinstance(value, ast.Call) and isinstance(value.func, ast.Name) for value in values):
        return False
    one, other = (cast(ast.Call, value) for value in values)
    return bool(one.args) and [ast.dump(arg) for arg in one.args] == [ast.dump(arg) for arg in other.args]


def _is_word(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _minus(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def _name(node: ast.expr) -> str:
    return _text(node.func) if isinstance(node, ast.Call) else ""


def _text(node: ast.AST) -> str:
    return ast.unparse(node)

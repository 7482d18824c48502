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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from importlib.abc import InspectLoader
from itertools import combinations
from types import CodeType, ModuleType
from typing import Any, Final, TypeVar, cast

_OFF: Final = 1e-3
_TINY: Final = 1e-290

_EXCHANGED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
_TURNED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
}
_OTHER_CALL: Final = {"np.sin": "np.cos", "np.cos": "np.sin", "np.minimum": "np.maximum", "np.maximum": "np.minimum"}
_SYMMETRIC: Final = {"np.minimum", "np.maximum", "dot", "combine", "np.asarray", "f.root"}
"""Calls whose two arguments may be exchanged (the second of np.asarray is a type)."""

_Expression = TypeVar("_Expression", bound=ast.expr)
Path = tuple[tuple[str, int | None], ...]
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
        """The name of the function."""
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
    """All changes of one function, in the order of its text."""

    def __init__(self, function: ast.FunctionDef, endless: Collection[str]) -> None:
        self.endless = endless
        self.excluded = 0
        self.guards: set[str] = set()
        self.changes: list[Change] = list(self._function(function))

    def _function(self, function: ast.FunctionDef) -> Iterator[Change]:
        nested = any(isinstance(node, ast.FunctionDef) and node.name == "block" for node in function.body)
        if not nested:
            yield from _exchanged_parameters(function)
        self.guards |= _only_in_guards(function)
        for statement in function.body:
            if isinstance(statement, ast.FunctionDef):
                yield from self._function(statement)
            elif isinstance(statement, ast.Return) and statement.value is not None:
                yield from self._value(statement.value)
            elif isinstance(statement, ast.Assign):
                yield from self._assignment(statement)

    def _assignment(self, statement: ast.Assign) -> Iterator[Change]:
        names = {node.id for target in statement.targets for node in ast.walk(target) if isinstance(node, ast.Name)}
        if names <= self.guards:
            self.excluded += self._count(statement.value)
        elif _name(statement.value) == "half_line":
            yield from self._integral(cast(ast.Call, statement.value), bool(names & set(self.endless)))
        else:
            yield from self._value(statement.value)

    def _integral(self, call: ast.Call, endless: bool) -> Iterator[Change]:
        _, low, high, finest = call.args
        yield from self._value(low)
        if endless:
            self.excluded += self._count(high)
        else:
            yield from self._value(high)
        self.excluded += self._count(finest)

    def _count(self, node: ast.expr) -> int:
        """How many changes a part would have had."""
        before = self.excluded
        found = sum(1 for _ in self._value(node))
        self.excluded = before
        return found

    def _value(self, node: ast.expr, larger: bool = True) -> Iterator[Change]:
        """Changes of an expression; `larger` says in which direction a constant is to go."""
        if isinstance(node, ast.Constant):
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
        elif _is_guarded_quotient(node):
            yield from self._guarded(cast(ast.Call, right))
        else:
            yield from self._value(left)
            yield from self._value(right)

    def _guarded(self, where: ast.Call) -> Iterator[Change]:
        test, divisor, last = where.args
        yield from self._value(divisor)
        self.excluded += self._count(test) + self._count(last)

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
        if name == "decay_length":
            self.excluded += self._count(node.args[0])
            return
        if name in _OTHER_CALL:
            other = ast.parse(_OTHER_CALL[name], mode="eval").body
            yield f"{_OTHER_CALL[name]} for {_text(node)}", node, ast.Call(other, node.args, node.keywords)
        if len(node.args) == 2 and name not in _SYMMETRIC and not any(_is_word(argument) for argument in node.args):
            yield f"arguments of {_text(node)} exchanged", node, ast.Call(node.func, node.args[::-1], node.keywords)
        for index, argument in enumerate(node.args):
            if name in {"np.minimum", "np.maximum"} and _is_literal(argument):
                yield from self._value(argument, larger=name == "np.maximum")
            elif name in {"np.arcsin", "f.asin"} and _name(argument) == "np.minimum":
                yield from self._arcsine(cast(ast.Call, argument))
            elif name == "np.where" and index == 0 and _two_forms(node):
                self.excluded += self._count(argument)
            else:
                yield from self._value(argument)

    def _arcsine(self, clamp: ast.Call) -> Iterator[Change]:
        sine, bound = clamp.args
        other = ast.parse("np.maximum", mode="eval").body
        yield f"np.maximum for {_text(clamp)}", clamp, ast.Call(other, clamp.args, [])
        yield from self._value(sine)
        self.excluded += self._count(bound)


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
            assigned |= {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
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


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


def _minus(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def _name(node: ast.expr) -> str:
    return _text(node.func) if isinstance(node, ast.Call) else ""


def _text(node: ast.AST) -> str:
    return ast.unparse(node)


class _Loader(InspectLoader):
    """Carries out a syntax tree as the text of a module."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree

    def get_source(self, fullname: str) -> str:
        return ast.unparse(self.tree)

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.tree, f"<{fullname} with a mistake>")


def carry_out(tree: ast.Module, module: ModuleType) -> None:
    """Carry out a syntax tree in a module."""
    _Loader(tree).exec_module(module)


class Text:
    """A generated module made anew from its text, in which one function at a time can be exchanged."""

    def __init__(self, name: str, source: str) -> None:
        self.source = source
        tree = ast.parse(source)
        self._future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        self.module = ModuleType(name)
        carry_out(tree, self.module)

    @property
    def names(self) -> dict[str, Any]:
        """What the module defines."""
        return vars(self.module)

    @contextmanager
    def with_mistake(self, mutant: TextMutant) -> Iterator[Mapping[str, Any]]:
        """The module's names with the mutant in the place of its function, in tables of functions as well."""
        right = self.names[mutant.function]
        carry_out(ast.Module([*self._future, mutant.tree], []), self.module)
        wrong = self.names[mutant.function]
        self._exchange(right, wrong)
        try:
            yield self.names
        finally:
            self._exchange(wrong, right)
            self.names[mutant.function] = right

    def _exchange(self, old: Callable[..., Any], new: Callable[..., Any]) -> None:
        for table in self.names.values():
            if isinstance(table, dict) and table is not self.names.get("__builtins__"):
                table.update({key: new for key, value in table.items() if value is old})

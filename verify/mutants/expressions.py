"""Expressions with one mistake, and hypotheses with one of them weakened.

A sign, a factor 2, a dropped term, a constant off by 0.1 %, arguments swapped, θ → π − θ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from sympy import Add, Basic, Expr, Ge, Gt, Integer, Integral, Le, Lt, Max, Min, Mul, Ne, Pow, Rational, pi
from sympy.logic.boolalg import Boolean

from proofs import symbols
from proofs.symbols import theta

_OFF: Final = Rational(1001, 1000)

_ALIKE: Final = (
    (symbols.v, symbols.v_star),
    (symbols.v_v, symbols.vs_vs),
    (symbols.sum_v, symbols.sum_vs),
    (symbols.w_hat, symbols.w_star),
    (symbols.moment_along, symbols.moment_across),
    (symbols.r, symbols.r_star),
    (symbols.kappa, symbols.beta),
    (symbols.lam, symbols.beta),
)
"""Symbols that one could take for each other."""


Made = Callable[[], Expr]
"""What makes a mutant: of many, a quick run looks at a few."""


def mutants_of(statement: Expr) -> Iterator[tuple[str, Made]]:
    """(what is done, mutated statement), in a fixed order; some are the same, or the statement itself."""
    yield "sign of the whole", lambda: -statement
    yield "factor 2", lambda: 2 * statement
    if statement.has(theta):
        yield "θ → π − θ", lambda: statement.subs(theta, pi - theta)
    for one, other in _ALIKE:
        if statement.has(one) and statement.has(other):
            yield f"{one} ↔ {other}", partial(statement.xreplace, {one: other, other: one})
    for path, node in _walk(statement, ()):
        replaced = partial(_replace, statement, path)
        if isinstance(node, Max | Min):
            opposite = Min if isinstance(node, Max) else Max
            yield f"{node} the other extreme", partial(replaced, opposite, *node.args)
        if isinstance(node, Add):
            for index, term in enumerate(node.args):
                others = [*node.args[:index], *node.args[index + 1 :]]
                yield f"sign of {term}", partial(replaced, Add, -term, *others)
                yield f"{term} dropped", partial(replaced, Add, *others)
        elif (node.is_number and not (path and _is_exponent(statement, path))) or (
            isinstance(node, Mul | Pow) and not any(arg.is_number for arg in node.args)
        ):
            yield f"{node} off by 0.1 %", partial(replaced, Mul, node, _OFF)


def _walk(node: Basic, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Basic]]:
    yield path, node
    if node.is_number:
        return
    for index, child in enumerate(node.args):
        if not (isinstance(node, Integral) and index > 0):
            yield from _walk(child, (*path, index))


def _is_exponent(statement: Basic, path: tuple[int, ...]) -> bool:
    """Whether the node at `path` is the exponent of a power: 1.001 of an integer exponent leaves the reals."""
    node = statement
    for index in path[:-1]:
        node = node.args[index]
    return isinstance(node, Pow) and path[-1] == 1


def _replace(node: Basic, path: tuple[int, ...], function: Callable[..., Expr], *values: Expr) -> Expr:
    """With function(*values) at `path`."""
    if not path:
        return function(*values)
    index, *rest = path
    arguments = list(node.args)
    arguments[index] = _replace(arguments[index], tuple(rest), function, *values)
    return node.func(*arguments)


Hypotheses = tuple[Boolean, ...]


def weakened(hypotheses: Sequence[Boolean]) -> Iterator[tuple[str, Hypotheses]]:
    """(what was done, hypotheses left).

    0 ≤ θ ≤ π says what an angle is: without it there are no further vectors to speak of.
    """
    for index, hypothesis in enumerate(hypotheses):
        others = (*hypotheses[:index], *hypotheses[index + 1 :])
        if isinstance(hypothesis, Ge | Le) and hypothesis.lhs == theta:
            continue
        if isinstance(hypothesis, Gt | Lt):
            # Unevaluated: SymPy would decide r ≥ 0 from the symbol's own assumption.
            weak = (Ge if isinstance(hypothesis, Gt) else Le)(hypothesis.lhs, hypothesis.rhs, evaluate=False)
            yield f"{hypothesis} weakened to {weak}", (*others, weak)
        elif isinstance(hypothesis, Ge) and isinstance(hypothesis.rhs, Integer):
            weak = Ge(hypothesis.lhs, hypothesis.rhs - 1, evaluate=False)
            yield f"{hypothesis} weakened to {weak}", (*others, weak)
        elif isinstance(hypothesis, Ne):
            yield f"{hypothesis} dropped", others

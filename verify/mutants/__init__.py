"""Mutants: would the checks have noticed a mistake in the claim?

Of every claim there are versions with one mistake (`mutants`): in one of its formulas, or with a hypothesis weakened. A
mistake in a formula is a sign, a factor 2, a dropped term, a constant off by 0.1 %, arguments swapped, θ → π − θ. Each
method that checks claims also judges these (`fates`), by the same means; what none of them notices makes the claim too
weak. A mutant that says the same as the claim is none, but only where that is proved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain
from operator import mul
from typing import Final, TypeVar

from sympy import Add, Basic, Expr, Ge, Gt, Integer, Integral, Le, Lt, Max, Min, Mul, Ne, Pow, Rational, pi
from sympy.logic.boolalg import Boolean

from proofs import symbols
from proofs.engine.claim import Claim
from proofs.engine.definitions import MeanSample
from proofs.engine.sentence import Role
from proofs.symbols import theta
from verify.closed_form import NoValueError
from verify.evidence import Fate, Level

_QUICK: Final = 6
"""Mutants of a claim that a quick run tries, at most: two of them may be the same."""

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Mutant:
    """A wrong version of a claim: `part` names the formula that was changed, or is "" where a hypothesis was."""

    label: str
    part: str
    claim: Claim

    @property
    def formula(self) -> Expr:
        """The wrong formula; KeyError where a hypothesis was changed."""
        return self.claim.formulas[self.part]


@lru_cache(maxsize=512)
def mutants(claim: Claim, level: Level) -> tuple[Mutant, ...]:
    """The mutants of a claim that a run of this level tries, in a fixed order: the same for every method. All differ
    from it, and those of a part from each other.
    """
    names: Counter[str] = Counter()
    planned = []
    for label, part, make in _all(claim):
        names[label] += 1  # one constant may stand in several places
        again = f" ({names[label]})" if names[label] > 1 else ""
        planned.append((label + again, part, make))
    found, seen = [], {*claim.formulas.items()}
    for label, part, make in planned if level == "full" else sample(planned, _QUICK):
        mutant = Mutant(label, part, make())
        if not part or (part, mutant.formula) not in seen:
            found.append(mutant)
            seen.add((part, mutant.claim.formulas.get(part)))
    return tuple(found)


def sample(items: Sequence[_Item], count: int) -> list[_Item]:
    """`count` of the items, evenly spread; all if there are no more."""
    if len(items) <= count:
        return list(items)
    return [items[index * len(items) // count] for index in range(count)]


def _all(claim: Claim) -> Iterator[tuple[str, str, Callable[[], Claim]]]:
    for name, formula in claim.formulas.items():
        made = mutants_of(formula)
        if way := side(claim, name):
            made = chain([("too strong by 1 %", partial(mul, formula, 1 - way * Rational(1, 100)))], made)
        for what, make in made:
            yield f"{name}: {what}", name, partial(_with, claim, name, make)
    for what, hypotheses in weakened(claim.hypotheses, anywhere=_at_any_angle(claim)):
        yield f"hypothesis {what}", "", partial(replace, claim, hypotheses=hypotheses)


def _at_any_angle(claim: Claim) -> bool:
    """Whether a claim that holds at 0 < θ < π does so at the ends: it states one vector for all, and the mean is
    continuous in θ, since half-spaces that differ little differ in rows of little weight. So it is for an odd μ'.
    """
    mean = isinstance(claim.definition, MeanSample) and claim.statement is not None
    return mean and not claim.formula.has(theta, symbols.e)


def side(claim: Claim, part: str) -> int:
    """1 for an upper bound, −1 for a lower one, 0 for what is no bound."""
    return {None: 0, Role.UPPER: 1, Role.LOWER: -1}[claim.bounds.get(part)]


def _with(claim: Claim, name: str, make: Made) -> Claim:
    """The claim with another formula of that name. It keeps no printed form, which would be judged as well."""
    formula = make()
    if name == "statement":
        return replace(claim, statement=formula, printed=None)
    return replace(claim, parts={**claim.parts, name: formula}, printed=None)


def fates(chosen: Iterable[Mutant], notices: Callable[[Mutant], Fate | bool | None]) -> dict[str, Fate]:
    """What becomes of each mutant by one method: `notices` says whether it refutes it, or else what became of it; None
    where it cannot judge it.

    A wrong formula may leave the domain of its functions: that it has no real value is noticed too. Any other failure
    to evaluate says nothing.
    """
    found: dict[str, Fate] = {}
    for mutant in chosen:
        try:
            noticed = notices(mutant)
        except NoValueError:
            noticed = True
        except (ArithmeticError, ValueError):
            noticed = None
        if noticed is not None:
            found[mutant.label] = noticed if isinstance(noticed, Fate) else Fate.KILLED if noticed else Fate.MISSED
    return found


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


def weakened(hypotheses: Sequence[Boolean], *, anywhere: bool = False) -> Iterator[tuple[str, Hypotheses]]:
    """(what was done, hypotheses left).

    0 ≤ θ ≤ π says what an angle is: without it there are no further vectors to speak of. To let θ = 0 and π in is no
    mistake if the claim holds `anywhere` in between.
    """
    for index, hypothesis in enumerate(hypotheses):
        others = (*hypotheses[:index], *hypotheses[index + 1 :])
        if (anywhere or isinstance(hypothesis, Ge | Le)) and hypothesis.lhs == theta:
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

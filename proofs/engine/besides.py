"""What a claim says beside its statement: formulas of its declaration, each decided as it stands.

Nobody argues for one in a derivation: an equality reduces to zero, anything else follows from what the claim supposes.
Where facts are needed a graph says which (`Graph.beside`); then it follows from these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sympy import And, Eq, Rational, default_sort_key, true
from sympy.logic.boolalg import Boolean

from proofs.engine.derivation import Obligation, vanishes
from proofs.engine.residual import at_any_angle
from proofs.engine.sentence import Same, changed, eq, widened
from proofs.engine.smt import STEPS, follows
from proofs.symbols import phi_angle, theta

Rule = Callable[[Boolean], list[Obligation]]


def settled(formula: Boolean, supposed: Sequence[Boolean], rule: Rule | None = None) -> tuple[Obligation, ...]:
    """Owe each part: what is `supposed` of its symbols implies it, unless it is an equality or a `rule` says more.

    ValueError for a part that SymPy has decided already.
    """
    for part in _parts(formula):
        if part == true or (isinstance(part, Eq | Same) and part.args[0] == part.args[1]):
            raise ValueError(
                f"SymPy has made {part} of a part where it is declared, so that it says nothing: {formula}"
            )
    return tuple(owed for part in _parts(formula) for owed in _owed(part, supposed, rule, STEPS))


def mistaken(
    formula: Boolean, supposed: Sequence[Boolean], rule: Rule | None = None
) -> Iterator[tuple[str, Callable[..., Obligation]]]:
    """The same with one mistake: an equality off by a thousandth, a relation reversed, a condition left out.

    A strict condition that need not be strict is one, too: what is supposed is no more than what is needed.
    """
    for part in _parts(formula):
        wrongs = [("off by 0.1 %", _off(part))] if isinstance(part, Eq | Same) else [*changed(part), *widened(part)]
        for word, wrong in wrongs:
            yield word, partial(_first_open, wrong, supposed, rule)


def _parts(formula: Boolean) -> list[Boolean]:
    return sorted(And.make_args(formula), key=default_sort_key)  # SymPy keeps them in a set


def _owed(part: Boolean, supposed: Sequence[Boolean], rule: Rule | None, steps: int) -> list[Obligation]:
    if rule is not None:
        return rule(part)
    if isinstance(part, Eq | Same):
        what, apart = "both sides are the same", part.args[0] - part.args[1]
        apart = apart.doit(integrals=False)  # SymPy tries long at an integral of an unknown function
        apart = apart.xreplace(at_any_angle(apart, (theta, phi_angle)))
        owed = vanishes(what, apart)
        return [vanishes(what, apart.doit()) if owed.decision.zero is None else owed]
    given = [one for one in supposed if one.free_symbols & part.free_symbols]
    return [follows("it follows", part.doit(), *given, steps=steps)]


def _off(part: Boolean) -> Boolean:
    left, right = part.args
    wrong = right * Rational(999, 1000) if right != 0 else Rational(1, 1000)
    return Same(left, wrong) if isinstance(part, Same) else eq(left, wrong)


def _first_open(part: Boolean, supposed: Sequence[Boolean], rule: Rule | None, *, steps: int = STEPS) -> Obligation:
    owed = _owed(part, supposed, rule, steps)
    return next((one for one in owed if one.decision.zero is not True), owed[0])

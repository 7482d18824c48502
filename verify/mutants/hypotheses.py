"""Hypotheses with one of them weakened: dropped, or a strict one made weak."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Ge, Gt, Integer, Le, Lt, Ne
from sympy.logic.boolalg import Boolean

from proofs.symbols import theta

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

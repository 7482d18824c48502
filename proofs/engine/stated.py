"""What a claim states, in LaTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proofs.engine.latex import latex_of, latex_of_sentence

if TYPE_CHECKING:
    from proofs.engine.claim import Claim


def subject_of(claim: Claim) -> str:
    """In LaTeX what the statement says, up to the expression that an identity ends in."""
    if claim.sentence is None:
        return claim.subject
    return latex_of_sentence(claim.sentence, claim.parts, claim.names)


def forms_of(claim: Claim) -> list[str]:
    """The statement in LaTeX, and where it differs the form of the literature; each with its left-hand side."""
    if claim.statement is None:
        return [subject_of(claim)]
    forms = [claim.statement] + [claim.printed] * (claim.printed not in (None, claim.statement))
    return [f"{claim.subject} = {latex_of(form)}" for form in forms]


def latex_of_claim(claim: Claim) -> str:
    """The statement in LaTeX; the form the literature prints follows after another equals sign."""
    parts = [subject_of(claim)]
    if claim.statement is not None:
        parts.append(latex_of(claim.statement))
    if claim.printed is not None and claim.printed != claim.statement:
        parts.append(latex_of(claim.printed))
    return "\n  = ".join(parts)

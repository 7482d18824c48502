"""Mutants: would the checks have noticed a mistake in the claim?

Of every claim there are versions with one mistake (`mutants`): in one of its formulas, or with a hypothesis weakened.
Each method that checks claims also judges these (`fates`), by the same means; what none of them notices makes the claim
too weak. A mutant that says the same as the claim is none, but only where that is proved.
"""

from verify.mutants.matrix import conclude
from verify.mutants.mutant import Mutant, fates, mutants, sample

__all__ = ["Mutant", "conclude", "fates", "mutants", "sample"]

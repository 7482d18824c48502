"""The generated code against the closed forms: float64 results held against 50 digits, in units in the last place.

Mutants of the claim, and of the text that is generated from it, are held in the same way.
"""

from verify.generated.held import ALLOWED
from verify.generated.route import NAME, compare, conclude, holding, judge, run, stale_modules, tasks

__all__ = ["ALLOWED", "NAME", "compare", "conclude", "holding", "judge", "run", "stale_modules", "tasks"]

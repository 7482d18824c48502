"""What is true, and why: the claims of the theory, derived by SymPy from their definitions."""

import os

# SymPy, which reads it once, remembers 1000 results of each function; a derivation comes back to more than that.
os.environ.setdefault("SYMPY_CACHE_SIZE", "20000")

# First estimators and penalties of extensions, of which the chapters make claims.
from proofs import extensions
from proofs.engine.claim import Claim, Kind, all_claims, derive, get
from proofs.engine.standing import proved, rests_on, standing

extensions.check()

__all__ = ["Claim", "Kind", "all_claims", "derive", "get", "proved", "rests_on", "standing"]

"""What is true, and why: the claims of the theory, derived by SymPy from their definitions."""

# Importing a chapter registers its claims; the order here is the order of the theory.
from proofs import gaussian, network, landscape, estimators  # noqa: F401, I001
from proofs.claim import Claim, Kind, all_claims, derive, get, proved, rests_on

__all__ = ["Claim", "Kind", "all_claims", "derive", "get", "proved", "rests_on"]

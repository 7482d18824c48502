"""What is true, and why: the claims of the theory, derived by SymPy from their definitions."""

# First: estimators and penalties of extensions, of which the chapters make claims.
# Importing a chapter registers its claims; the order here is the order of the theory.
from proofs import (  # noqa: F401  # noqa: F401  # noqa: F401
    any_estimator,
    background,
    basin,
    census,
    census_nonconvex,
    descent,
    estimators,
    extensions,
    fixed_points,
    gaussian,
    joint,
    lagrangian,
    landscape,
    limit_errors,
    limits,
    limits_nonconvex,
    lipschitz,
    network,
    penalties,
    penalty_limits,
    splitting,
    stability,
)
from proofs.claim import Claim, Kind, all_claims, derive, get, proved, rests_on

__all__ = ["Claim", "Kind", "all_claims", "derive", "get", "proved", "rests_on"]

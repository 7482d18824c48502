"""What is true, and why: the claims of the theory, derived by SymPy from their definitions."""

# First estimators and penalties of extensions, of which the chapters make claims.
from proofs import extensions  # noqa: F401, I001

# Importing a chapter registers its claims; the order here is the order of the theory.
from proofs import gaussian, network, landscape, estimators, lipschitz, descent  # noqa: F401
from proofs import penalties, penalty_limits, splitting, lagrangian, fixed_points, stability, any_estimator  # noqa: F401
from proofs import limits, limits_nonconvex, limit_errors, basin, census, census_nonconvex, joint, background  # noqa: F401
from proofs.engine.claim import Claim, Kind, all_claims, derive, get, proved, rests_on

__all__ = ["Claim", "Kind", "all_claims", "derive", "get", "proved", "rests_on"]

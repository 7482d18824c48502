"""What is true, and why: the claims of the theory, derived by SymPy from their definitions."""

import os

# SymPy, which reads it once, remembers 1000 results of each function; a derivation comes back to more than that.
os.environ.setdefault("SYMPY_CACHE_SIZE", "20000")

# First estimators and penalties of extensions, of which the chapters make claims.
from proofs import extensions  # noqa: I001

# Importing a chapter registers its claims; the order here is the order of the theory.
from proofs import gaussian, network, landscape, common_zeros, estimators, potentials  # noqa: F401
from proofs import lipschitz, lipschitz_constant, descent, envelopes, penalties, penalty_limits  # noqa: F401
from proofs import splitting, lagrangian, fixed_points, stability, any_estimator, limits, limits_nonconvex  # noqa: F401
from proofs import limit_errors, basin, census, census_nonconvex, joint, background, relu_descent  # noqa: F401
from proofs.engine.claim import Claim, Kind, all_claims, derive, get, proved, rests_on, standing

extensions.check()

__all__ = ["Claim", "Kind", "all_claims", "derive", "get", "proved", "rests_on", "standing"]

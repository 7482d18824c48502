"""Where RVSCGD ends, without iterating: the sparse limit (R4) and the census of all stable limits (R7)."""

from numerics.limits.census import StableLimit, StableLimits, stable_limits
from numerics.limits.sparse import NoLimitError, SparseLimit, sparse_limit

__all__ = ["NoLimitError", "SparseLimit", "StableLimit", "StableLimits", "sparse_limit", "stable_limits"]

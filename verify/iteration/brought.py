"""The name by which training imports from `verify.minimizer`."""

from verify.minimizer import closed_at

__all__ = ["closed_at"]

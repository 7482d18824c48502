"""The names by which free runs and training import from `verify.minimizer`."""

from verify.minimizer import curvature, proximal, total

__all__ = ["curvature", "proximal", "total"]

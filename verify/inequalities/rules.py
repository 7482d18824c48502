"""The chapters, loaded: each registers what it states."""

from verify.inequalities import between, landscape, limits, penalties, splitting, steps
from verify.inequalities.statement import rule_of

__all__ = ["between", "landscape", "limits", "penalties", "rule_of", "splitting", "steps"]

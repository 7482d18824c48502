"""The inequalities route."""

from verify.inequalities.route import NAME, conclude, run, tasks

__all__ = ["NAME", "conclude", "run", "tasks"]

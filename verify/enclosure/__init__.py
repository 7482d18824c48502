"""The enclosure route."""

from verify.enclosure.route import NAME, conclude, run, tasks

__all__ = ["NAME", "conclude", "run", "tasks"]

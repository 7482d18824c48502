"""The statistical route: every closed form against brute-force sampling in full dimension."""

from verify.monte_carlo.route import NAME, conclude, run, tasks

__all__ = ["NAME", "conclude", "run", "tasks"]

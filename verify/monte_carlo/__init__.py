"""The statistical route: every closed form against sampling, by brute force and by samplers verified against it."""

from verify.monte_carlo.route import NAME, conclude, own_side, run, tasks

__all__ = ["NAME", "conclude", "own_side", "run", "tasks"]

"""The 50-digit route: every closed form against its definition, evaluated by raw quadrature."""

from verify.precision.route import NAME, check, conclude, own_side, points_for, run, tasks

__all__ = ["NAME", "check", "conclude", "own_side", "points_for", "run", "tasks"]

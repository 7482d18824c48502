"""The iteration route: what is said of RVSCGD, held against runs of RVSCGD."""

from verify.iteration.route import NAME, check, conclude, own_side, run, tasks

__all__ = ["NAME", "check", "conclude", "own_side", "run", "tasks"]

"""How many stable limits there are over all (β, λ), of which kind, and how good the sparse one is: a phase diagram."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from numerics import NoLimitError, sparse_limit, stable_limits
from numerics.arguments import Array
from verify.evidence import Task
from verify.workers import Callback, Executor, Piece, values

LISTED: Final = 100
"""Limits counted at one point."""

_GRID: Final = 40


class Phases(NamedTuple):
    """β (b,) and λ (l,) on a logarithmic grid, and at each point (l, b): stable limits, whether spikes are among them
    (NaN where it was not settled), support size and error of the sparse limit (NaN where there is none).
    """

    betas: Array
    lams: Array
    counts: Array
    spikes: Array
    support: Array
    error: Array


def phases(
    w_star: Array,
    kappa: float,
    here: tuple[float, float],
    settings: dict[str, Any],
    where: Executor,
    progress: Callback | None,
) -> Phases:
    """The diagram around (β, λ) = `here` and κ, for a true weight w* (n,) of any norm."""
    w_star = w_star / np.linalg.norm(w_star)
    largest = kappa * float(np.abs(w_star).max())
    betas, lams = _around(kappa, here[0], 30.0), _around(largest / 10, here[1], 100.0)
    shared = w_star, kappa, betas, settings
    rows = [Piece(__name__, Task("phases", (f"λ = {lam:.3g}",), (*shared, float(lam)))) for lam in lams]
    return Phases(betas, lams, *np.stack(values(rows, where, progress), axis=1))


def run(task: Task) -> Array:
    """The row of one λ."""
    w_star, kappa, betas, settings, lam = task.arguments
    found = np.full((4, len(betas)), np.nan)
    for column, beta in enumerate(betas):
        point = w_star, kappa, float(beta), lam
        every = stable_limits(*point, count=LISTED, **settings)
        joined = any(record.kind == "spike" for record in every.limits)
        # unless the list is complete, it says nothing about the others
        found[:2, column] = len(every.limits), joined if joined or every.complete else np.nan
        try:
            one = sparse_limit(*point, **settings)
        except NoLimitError:
            continue
        found[2:, column] = len(one.support), one.error
    return found


def _around(middle: float, given: float, factor: float) -> Array:
    """A logarithmic grid that holds `middle` and, if positive, `given` well inside."""
    low, high = min(middle, given or middle), max(middle, given or middle)
    return np.geomspace(low / factor, high * factor, _GRID)

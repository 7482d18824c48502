"""Many runs of RVSCGD from random starts: at which of the limits that R7 knows they end, and how often."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from numerics import StableLimits, learn, stable_limits
from numerics.learning.problem import Pull
from verify.commands.census import SHOWN, described
from verify.evidence import Task
from verify.monte_carlo.statistics import CONFIDENCE, exact_interval
from verify.workers import Callback, Executor, Piece, values

Array = npt.NDArray[np.float64]

NAME: Final = "starts"
_PIECES: Final = 256
_STRIDE: Final = 16
"""Steps between two that are measured: nobody looks at the way."""

_ROUNDING: Final = 1e-7
"""An end is no farther from its limit than the run's own bound and this."""

_ELSEWHERE, _UNSETTLED = -1, -2


class Ends(NamedTuple):
    """Where runs ended: how many at each limit of the census (in its order), at none of them, and before any limit."""

    kappa: float
    census: StableLimits
    counts: list[int]
    elsewhere: int
    unsettled: int

    @property
    def starts(self) -> int:
        return sum(self.counts) + self.elsewhere + self.unsettled

    def interval(self, count: int) -> tuple[float, float]:
        """The exact interval for the probability of what happened `count` times."""
        low, high = exact_interval(count, self.starts)
        return float(low), float(high)


def ends(
    number: int,
    seed: int,
    w_star: Array,
    v: Array,
    settings: dict[str, Any],
    where: Executor,
    progress: Callback | None,
) -> Ends:
    """Run `learn` with these settings from `number` directions uniform on the sphere; (seed, index) makes each.

    w_star (n,) has norm 1; v (m,) are the output weights, learned and true. ValueError where `learn` or
    `stable_limits` raise it, and for an estimator whose pull κ varies with the angle, as then each limit has its own.
    """
    pull = Pull(settings["ste"], settings["ste_parameters"], v)
    if not pull.constant:
        raise ValueError(f"the limits of --ste {settings['ste']} are not known: its pull κ varies with the angle (R12)")
    kappa = pull.at(v, 0.0, 1.0)[1]
    posed = kappa, settings["beta"], settings["lam"], settings["penalty"], tuple(settings["parameters"].items())
    census = stable_limits(w_star, *posed[:4], **settings["parameters"])
    common = {name: settings[name] for name in ("beta", "lam", "eta", "penalty", "ste", "ste_parameters")}
    common |= {name: settings[name] for name in ("tolerance", "max_steps")} | settings["parameters"]
    learn(v, w_star, w_star, **common | {"max_steps": 0})  # what is wrong is told before anything is sent
    size = -(-number // _PIECES)
    firsts = range(0, number, size)
    runs = [range(first, min(first + size, number)) for first in firsts]
    shared = seed, w_star, v, common, posed
    pieces = [Piece(__name__, Task(NAME, (f"{one[0]} to {one[-1]}",), (*shared, one), len(one))) for one in runs]
    found = np.concatenate(values(pieces, where, progress))
    counts = np.bincount(found[found >= 0], minlength=len(census.limits)).tolist()
    return Ends(kappa, census, counts, *(int((found == kind).sum()) for kind in (_ELSEWHERE, _UNSETTLED)))


def run(task: Task) -> npt.NDArray[np.intp]:
    """Which limit of the census each of some starts leads to."""
    seed, w_star, v, common, posed, indices = task.arguments
    limits = _limits(w_star.tobytes(), posed)
    found = []
    for index in indices:
        start = np.random.Generator(np.random.Philox([seed, index])).standard_normal(w_star.size)
        result = learn(v, start, w_star, record_every=_STRIDE, **common)
        away = np.linalg.norm(limits - result.w, axis=1)
        known = away.size and away.min() <= result.distance + _ROUNDING
        found.append(_UNSETTLED if not result.converged else int(away.argmin()) if known else _ELSEWHERE)
    return np.array(found, dtype=np.intp)


@lru_cache(maxsize=1)
def _limits(w_star: bytes, posed: tuple[Any, ...]) -> Array:
    """The limits of a problem, (limits, n), found once in a process."""
    (*numbers, parameters), true = posed, np.frombuffer(w_star)
    census = stable_limits(true, *numbers, **dict(parameters))
    return np.reshape([one.weights for one in census.limits], (-1, true.size))


def rows(found: Ends) -> list[tuple[str, str]]:
    """What is printed, line by line: the limits where most runs ended first."""

    def share(count: int) -> str:
        low, high = found.interval(count)  # rounded so that what is shown covers it
        between = f"from {math.floor(low * 1e4) / 1e4:.4f} to {math.ceil(high * 1e4) / 1e4:.4f}"
        return f"{count:>{len(str(found.starts))}}, share {count / found.starts:.4f} ({between})"

    limits, every = found.census.limits, f"{found.census.total}" if found.census.complete else "an unknown number"
    reached = sorted((-count, index) for index, count in enumerate(found.counts) if count)
    told = [("starts", f"{found.starts}; shares with exact intervals, each of confidence {CONFIDENCE:.0%}")]
    told += [(f"limit {index + 1}", f"{share(-count)}: {described(limits[index])}") for count, index in reached[:SHOWN]]
    rest = -sum(count for count, _ in reached[SHOWN:])
    told += [(f"{len(reached) - SHOWN} more limits", f"{share(rest)} (--json has them)")] if rest else []
    told += [("elsewhere", share(found.elsewhere)), ("not converged", share(found.unsettled))]
    why = "" if found.census.complete else f": {found.census.reason}"
    return [*told, ("limits reached", f"{len(reached)} of {every} (R7){why}")]


def as_json(found: Ends, about: dict[str, Any]) -> dict[str, Any]:
    """The document of `--json`: the problem, and the census with how often each limit was reached."""

    def counted(count: int) -> dict[str, Any]:
        return {"count": count, "interval": found.interval(count)}

    document = {"schema": 1, **about, "kappa": found.kappa, "starts": found.starts, "confidence": CONFIDENCE}
    document["stable_limits"] = {name: getattr(found.census, name) for name in ("total", "complete", "reason")}
    names = ("kind", "index", "sign", "multiplier", "lyapunov")
    document["limits"] = [
        {name: getattr(limit, name) for name in names} | {"support": limit.support.tolist()} | counted(count)
        for limit, count in zip(found.census.limits, found.counts, strict=True)
    ]
    return document | {"elsewhere": counted(found.elsewhere), "not_converged": counted(found.unsettled)}

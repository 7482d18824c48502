"""Many runs of RVSCGD from random starts: at which of the limits that R7 knows they end, and how often."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from numerics import LearningResult, StableLimits, learn, stable_limits
from numerics.learning.problem import Pull
from verify.commands.census import SHOWN, described
from verify.evidence import Task
from verify.workers import Callback, Executor, Piece, values

Array = npt.NDArray[np.float64]

NAME: Final = "starts"
CONFIDENCE: Final = 0.95
"""Of each interval by itself."""

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
        """The exact interval of Clopper and Pearson for the probability of what happened `count` times."""
        from scipy.special import betaincinv

        tail, left = (1 - CONFIDENCE) / 2, self.starts - count
        low = float(betaincinv(count, left + 1, tail)) if count else 0.0
        return low, float(betaincinv(count + 1, left, 1 - tail)) if left else 1.0


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
    known = _Known.of(w_star.tobytes(), posed)
    found = []
    for index in indices:
        start = np.random.Generator(np.random.Philox([seed, index])).standard_normal(w_star.size)
        found.append(known.index(learn(v, start, w_star, record_every=_STRIDE, **common)))
    return np.array(found, dtype=np.intp)


class _Known:
    """The census, by support."""

    def __init__(self, census: StableLimits) -> None:
        self.limits = census.limits
        self.by_support: dict[bytes, list[int]] = {}
        for index, one in enumerate(self.limits):
            self.by_support.setdefault(one.support.tobytes(), []).append(index)

    @classmethod
    @lru_cache(maxsize=1)
    def of(cls, w_star: bytes, posed: tuple[Any, ...]) -> _Known:
        """That of a problem, made once in a process."""
        *numbers, parameters = posed
        return cls(stable_limits(np.frombuffer(w_star), *numbers, **dict(parameters)))

    def index(self, result: LearningResult) -> int:
        """Of the limit where a run ended."""
        if not result.converged:
            return _UNSETTLED
        same = self.by_support.get(np.flatnonzero(result.u).tobytes(), [])
        for among in (same, range(len(self.limits))):  # short of the limit its support need not be there yet
            away = [float(np.linalg.norm(result.w - self.limits[index].weights)) for index in among]
            if away and min(away) <= result.distance + _ROUNDING:
                return among[away.index(min(away))]
        return _ELSEWHERE


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

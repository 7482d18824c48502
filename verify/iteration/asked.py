"""What a checker is asked: the claim, the code under test, and where its problems come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from proofs.engine.claim import Claim
from verify.evidence import Level
from verify.iteration.arithmetic import Iteration, Problem, pull
from verify.minimizer import BROUGHT, DEFAULTS

__all__ = ["Asked", "Theory", "directions", "drawn", "generator", "penalties_of", "sparse_filter"]

Array = NDArray[np.float64]

_OUTPUTS: Final = ((1.0, 0.5), (0.75, -1.25, 0.5), (2.0, 1.0))
"""True output weights v*, which set κ."""


def _sparse_limit(*arguments: Any, **options: Any) -> Any:
    from numerics.limits import sparse_limit

    return sparse_limit(*arguments, **options)


def _stable_limits(*arguments: Any, **options: Any) -> Any:
    from numerics.limits import stable_limits

    return stable_limits(*arguments, **options)


def _learn(*arguments: Any, **options: Any) -> Any:
    from numerics.learning import learn

    return learn(*arguments, **options)


@dataclass(frozen=True)
class Theory:
    """The code under test that predicts something; a test replaces one by a wrong one.

    What a claim states as a formula is read from the claim (`verify.rows`), not from here.
    """

    sparse_limit: Callable[..., Any] = _sparse_limit
    stable_limits: Callable[..., Any] = _stable_limits
    learn: Callable[..., Any] = _learn


@dataclass(frozen=True)
class Asked:
    """A claim to be judged on the problems of one part; `share` is its false-alarm probability a random test.

    Without a `theory` nothing is judged, and the runs leave their rows only.
    """

    claim: Claim
    level: Level
    seed: int
    part: int = 0
    share: float = 1e-8
    theory: Theory | None = field(default_factory=Theory)

    @property
    def blind(self) -> bool:
        """Whether only the runs' own side is wanted: no formula of the claim and no code under test is used."""
        return self.theory is None

    @property
    def penalty(self) -> str:
        """The penalty the claim is about, "*" for any."""
        return str(getattr(self.claim.definition, "penalty", "*"))

    @property
    def aspect(self) -> str:
        """What the claim says something about."""
        return str(getattr(self.claim.definition, "aspect", ""))

    @property
    def rng(self) -> np.random.Generator:
        """A fresh generator of this claim and part: the same whoever asks."""
        return generator(self.seed, self.claim.id, self.part)

    def many(self, quick: int, full: int) -> int:
        """How many, by level."""
        return quick if self.level == "quick" else full

    def rounds(self, quick: int, full: int, lacking: Callable[[], object]) -> Iterator[int]:
        """0, 1, … for as many rounds as the level asks for, and on while something is lacking: ten times that at most.

        What a claim must be seen to do does not happen on every problem drawn; how often it does is left to chance,
        whether it was seen at all is not.
        """
        wanted = self.many(quick, full)
        for k in range(10 * wanted):
            if k >= wanted and not lacking():
                return
            yield k


def generator(seed: int, name: str, part: int) -> np.random.Generator:
    """Philox keyed by seed, claim id and part."""
    key = (0x17, part, *map(ord, name))
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))


def sparse_filter(rng: np.random.Generator, n: int, nonzeros: int, dominating: bool = False) -> tuple[float, ...]:
    """A filter of that many normal entries in random places, at least one; `dominating` makes one of them large."""
    w = np.zeros(n)
    places = rng.permutation(n)[: max(nonzeros, 1)]
    w[places] = rng.standard_normal(len(places))
    if dominating:
        w[places[0]] *= 6
    return tuple(float(x) for x in np.round(w / np.linalg.norm(w), 4) + (w != 0) * 1e-5)


def drawn(
    rng: np.random.Generator,
    penalty: str,
    *,
    n: int = 0,
    beta: tuple[float, float] = (0.05, 20.0),
    lam: tuple[float, float] = (1e-3, 1.0),
    ste: str = "",
) -> Problem:
    """A problem with κ from the quadrature of its coarse gradient; β/κ and λ/κ log-uniform in the ranges given."""
    n = n or int(rng.integers(2, 9))
    v_star = _OUTPUTS[int(rng.integers(len(_OUTPUTS)))]
    alpha, kappa = (float(x) for x in pull(v_star, ste or ("relu", "identity")[int(rng.integers(2))]))
    w_star = sparse_filter(rng, n, int(rng.integers(1, n + 1)), bool(rng.random() < 0.3))
    ratios = [float(np.exp(rng.uniform(np.log(low), np.log(high)))) for low, high in (beta, lam)]
    least = {shape.name: float(shape.above) for shape in BROUGHT[penalty].parameters} if penalty in BROUGHT else {}
    shapes = {
        name: least.get(name, 0.0) + (value - least.get(name, 0.0)) * float(np.exp(rng.uniform(-1, 1)))
        for name, value in DEFAULTS[penalty].items()
    }
    if penalty == "scad":
        shapes["a"] = max(shapes["a"], 2.1)
    return Problem(w_star, kappa, kappa * ratios[0], kappa * ratios[1], penalty, shapes, alpha)


def penalties_of(asked: Asked, notes: dict[str, Any]) -> tuple[str, ...]:
    """The claim's penalty, or all; the notes of what is found name those of extensions."""
    if asked.penalty != "*":
        return (asked.penalty,)
    if BROUGHT:
        notes["penalties of extensions"] = ", ".join(BROUGHT)
    return tuple(DEFAULTS)


def directions(rng: np.random.Generator, count: int, n: int) -> Array:
    """Uniform directions (count, n)."""
    z = rng.standard_normal((count, n))
    return np.asarray(z / np.linalg.norm(z, axis=-1, keepdims=True))


def angle_to(iteration: Iteration, w: Array) -> Array:
    """Angle to w* by Kahan's formula, in radians: (starts,)."""
    apart = np.linalg.norm(w - iteration.w_star, axis=-1)
    return np.asarray(2 * np.arctan2(apart, np.linalg.norm(w + iteration.w_star, axis=-1)))

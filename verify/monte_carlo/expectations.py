"""Which means over samples a claim speaks of, read off its definition: no closed form in sight."""

from __future__ import annotations

from dataclasses import dataclass

from proofs.engine.claim import Claim
from proofs.engine.definitions import Correlation, HalfSpaceMoment, MeanSample
from proofs.proxies import ESTIMATORS

REPRESENTATIVES = ("clipped-relu", "gaussian")
"""Estimators at which statements about an arbitrary μ' are tested: M = M₊ ≠ 0, and M = 0 ≠ M₊."""


@dataclass(frozen=True)
class Expectation:
    """A mean to be sampled, of one row or a whole network; `estimator` names μ' if there is one."""

    definition: HalfSpaceMoment | MeanSample
    estimator: str = ""

    @property
    def part(self) -> str:
        """What is drawn: "rows" or "networks"."""
        return "rows" if isinstance(self.definition, HalfSpaceMoment) else "networks"

    @property
    def column(self) -> str:
        asked = self.definition
        if isinstance(asked, MeanSample):
            name = f"{asked.quantity}:{self.estimator}" if self.estimator else asked.quantity
            return f"{asked.at}/{name}" if asked.at else name
        factors = ["z"] * asked.vector + [f"proxy:{self.estimator}"] * asked.proxy
        return " ".join([*factors, *(f"{side}>0" for side in asked.halfspaces)])

    @property
    def family(self) -> str:
        """Which reduced sampler it needs: that of its estimator, of none, or the one at w = 0."""
        asked = self.definition
        return "w = 0" if isinstance(asked, MeanSample) and asked.at == "origin" else self.estimator

    @property
    def in_weights(self) -> bool:
        """Whether it is a vector of R^m, given entry by entry."""
        return self.definition == MeanSample("gradient_v")

    @property
    def is_vector(self) -> bool:
        asked = self.definition
        return asked.vector if isinstance(asked, HalfSpaceMoment) else asked.quantity != "loss"


def expectations(claim: Claim) -> tuple[Expectation, ...]:
    """The sampled means a claim speaks of; none if its definition is not a mean of samples with a variance."""
    asked = claim.definition
    if isinstance(asked, HalfSpaceMoment):
        moment = HalfSpaceMoment(asked.halfspaces, asked.vector, asked.proxy)
        # Those for which the integrals of statements about any μ' are computed as well.
        integrated = (name for name, proxy in ESTIMATORS.items() if proxy.has_variance and proxy.waves is None)
        with_proxy = tuple(integrated) if asked.proxy else ("",)
        return tuple(Expectation(moment, name) for name in with_proxy)
    if getattr(asked, "activation", "binary") != "binary":  # no sampler draws it
        return ()
    if isinstance(asked, MeanSample) and asked.quantity != "coarse_gradient":
        return (Expectation(MeanSample(asked.quantity, at=asked.at)),)
    if isinstance(asked, MeanSample | Correlation):
        names = REPRESENTATIVES if asked.estimator == "*" else (asked.estimator,)
        # Without a variance, no test of the mean of samples has a known level.
        sampled = (name for name in names if ESTIMATORS[name].has_variance)
        return tuple(Expectation(MeanSample("coarse_gradient"), name) for name in sampled)
    return ()


def component(claim: Claim) -> int | None:
    """Which coordinate of the vector a claim states: 0 along ŵ (or a), 1 along e; None for all of it, or a scalar."""
    asked = claim.definition
    if isinstance(asked, Correlation):
        return 1
    which = asked.component if isinstance(asked, HalfSpaceMoment) else None
    return None if which is None else int(which == "across")

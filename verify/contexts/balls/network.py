"""Means of the sampled networks, enclosed: the sums of verify.model, each mean an integral.

The derivative of a mean in w is an integral over the boundary that moves: w·z > 0 changes where s = 0, so along a unit
vector d the mean of 1{w·z > 0} g(z) changes at the rate (1/‖w‖) ∫ (d·z) g(z) φ over the plane s = 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flint import arb, arb_mat

from verify.contexts.balls.analytic import UncertifiedError
from verify.contexts.balls.arithmetic import as_ball
from verify.contexts.balls.means import Means, first_moment, line_mean, means_at
from verify.model import BinarizedNetwork, RectifiedNetwork, Row, axes


@dataclass(frozen=True)
class Enclosed:
    """A ball and the natural size of the number in it: the sum of the |terms| it is the sum of."""

    value: arb
    size: arb

    @classmethod
    def of(cls, value: arb) -> Enclosed:
        """A number that is no sum."""
        return cls(value, abs(value))

    def __mul__(self, other: Enclosed) -> Enclosed:
        return Enclosed(self.value * other.value, self.size * other.size)

    @classmethod
    def weighted(cls, terms: Iterable[tuple[Enclosed, Any]]) -> Enclosed:
        """Σ weight · number, the weights being balls or whole numbers."""
        value, size = arb(0), arb(0)
        for term, weight in terms:
            value += weight * term.value
            size += abs(weight) * term.size
        return cls(value, size)


@dataclass(frozen=True)
class Network(BinarizedNetwork[Enclosed]):
    """The binarized network in balls."""

    weighted = Enclosed.weighted
    exact = staticmethod(as_ball)

    def mean(self, row: Row) -> Enclosed:
        return Enclosed.of(self._means.mean(row))

    @property
    def _means(self) -> Means:
        return means_at(self.theta, self.r, self.proxy, self.parameters)

    def filter_gradient(self) -> list[Enclosed]:
        """∂f/∂w along ŵ, e and u; at θ = 0 and π along e the slope of the side θ moves to."""
        outputs = self.outputs()
        return [
            self.weighted(
                (Enclosed.of(self._slope(axis, i, first, j, second)), x * y / 2)
                for i, first, x in outputs
                for j, second, y in outputs
            )
            for axis in range(len(axes(self.n)))
        ]

    def one_sided_slope(self) -> Enclosed:
        """The slope along e at an end of [0, π]."""
        return self.filter_gradient()[1]

    def _slope(self, axis: int, i: int, first: Row, j: int, second: Row) -> arb:
        """The derivative of E[F(Z_i) G(Z_j)] as w moves along a unit vector."""
        if i == j:
            return self._surface(axis, first * second)
        mean = self._means.mean
        return self._surface(axis, first) * mean(second) + mean(first) * self._surface(axis, second)

    def _surface(self, axis: int, row: Row) -> arb:
        """(1/‖w‖) ∫ (d·z) g(z) φ(z) over s = 0, for a row function 1{w·z > 0} g(z)."""
        if not row.a or axis == 0:  # nothing moves; or d·z = s, which is 0 there
            return arb(0)
        height = 1 / (2 * arb.pi()).sqrt() / self.r
        half = first_moment()
        if axis > 1:
            return height * line_mean(1) * (line_mean(0) / 2 if row.b else line_mean(0))
        if not row.b:
            return height * (half - half)
        return height * (half if self._teacher_beyond() else -half)

    def _teacher_beyond(self) -> bool:
        """Where w* lies at the boundary s = 0: w*·z > 0 is t > 0 if so, t < 0 if not.

        Inside (0, π), w*·z = t sin θ there. At the ends it is ±s, and for t > 0 the boundary moves to s < 0.
        """
        angle = self.theta
        if angle == 0:
            return False
        if angle > 0 and (angle < arb.pi() or angle.overlaps(arb.pi())):
            return True
        raise UncertifiedError(f"θ = {angle} is not known to lie in [0, π]")

    def best_weights(self) -> list[Enclosed]:
        """The v that minimizes the loss: the m×m system E[σσᵀ] v = E[σσ*ᵀ] v*, solved with certified error."""
        matrix, right = self.normal_equations()
        solution = arb_mat([[entry.value for entry in row] for row in matrix]).solve(
            arb_mat([[entry.value] for entry in right])
        )
        size = sum((entry.size for entry in right), arb(0))
        return [Enclosed(solution[k, 0], abs(solution[k, 0]) + size) for k in range(len(right))]


@dataclass(frozen=True)
class ReluPatches(RectifiedNetwork[Enclosed]):
    """The ReLU network in balls."""

    weighted = Enclosed.weighted
    exact = staticmethod(as_ball)

    def mean(self, row: Row) -> Enclosed:
        return Enclosed.of(means_at(self.theta, self.r).mean(row))

    def turn(self) -> tuple[arb, arb]:
        return self.theta.cos(), self.theta.sin()

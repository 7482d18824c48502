"""Means of the sampled networks, enclosed: explicit double sums over rows, each mean an integral.

Rows are independent, so E[F(Z_i) G(Z_j)] is the mean of F·G where i = j and E[F] E[G] where not; no sum is simplified.
The derivative of a mean in w is an integral over the boundary that moves: w·z > 0 changes where s = 0, so along a unit
vector d the mean of 1{w·z > 0} g(z) changes at the rate (1/‖w‖) ∫ (d·z) g(z) φ over the plane s = 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flint import arb, arb_mat

from proofs.proxies import Estimator
from proofs.symbols import r, r_star, theta
from verify.configurations import Configuration
from verify.enclosure.arithmetic import as_ball
from verify.enclosure.integrals import UncertifiedError
from verify.enclosure.means import Row, first_moment, line_mean, means_at
from verify.enclosure.points import scalars

__all__ = ["Enclosed", "Network", "ReluPatches", "total"]

_MODEL: Final = Row(a=True)
_TEACHER: Final = Row(b=True)


@dataclass(frozen=True)
class Enclosed:
    """A ball and the natural size of the number in it: the sum of the |terms| it is the sum of."""

    value: arb
    size: arb


def total(terms: Iterable[arb]) -> Enclosed:
    """A sum and its size."""
    value, size = arb(0), arb(0)
    for term in terms:
        value += term
        size += abs(term)
    return Enclosed(value, size)


class Network:
    """The binarized network at a configuration. `origin` is w = 0; `angle` a ball in the place of θ."""

    def __init__(
        self,
        point: Configuration,
        proxy: Estimator | None = None,
        *,
        origin: bool = False,
        angle: arb | None = None,
    ) -> None:
        self.values = scalars(point, proxy)
        if angle is not None:
            self.values[theta] = angle
        self.v, self.v_star = [as_ball(x) for x in point.v], [as_ball(x) for x in point.v_star]
        self.axes = max(2, min(point.n, 3))
        self.origin = origin
        self.means = means_at(point, proxy, angle)

    def outputs(self) -> list[tuple[int, Row, arb]]:
        """y − y* as a sum over rows. At w = 0 every σ(Z_i w) is σ(0) = 0."""
        model = [] if self.origin else [(i, _MODEL, weight) for i, weight in enumerate(self.v)]
        return model + [(i, _TEACHER, -weight) for i, weight in enumerate(self.v_star)]

    def pair(self, i: int, first: Row, j: int, second: Row) -> arb:
        """E[F(Z_i) G(Z_j)]."""
        mean = self.means.mean
        return mean(first * second) if i == j else mean(first) * mean(second)

    def loss(self) -> Enclosed:
        """½ E(y − y*)²."""
        outputs = self.outputs()
        return total(x * y / 2 * self.pair(i, first, j, second) for i, first, x in outputs for j, second, y in outputs)

    def gradient_v(self) -> list[Enclosed]:
        """E[σ(Z_k w)(y − y*)] for every k."""
        return [total(y * self.pair(k, _MODEL, j, row) for j, row, y in self.outputs()) for k in range(len(self.v))]

    def coarse_gradient(self) -> list[Enclosed]:
        """E[Σ_i Z_i μ'(Z_i w) v_i (y − y*)] along ŵ, e and (n ≥ 3) a direction orthogonal to both."""
        directions = [Row(s=1, proxy=True), Row(t=1, proxy=True), Row(u=1, proxy=True)][: self.axes]
        return [
            total(
                weight * y * self.pair(i, direction, j, row)
                for i, weight in enumerate(self.v)
                for j, row, y in self.outputs()
            )
            for direction in directions
        ]

    def filter_gradient(self) -> list[Enclosed]:
        """∂f/∂w along ŵ, e and u; at θ = 0 and π along e the slope of the side θ moves to."""
        outputs = self.outputs()
        return [
            total(
                x * y / 2 * self._slope(axis, i, first, j, second)
                for i, first, x in outputs
                for j, second, y in outputs
            )
            for axis in range(self.axes)
        ]

    def _slope(self, axis: int, i: int, first: Row, j: int, second: Row) -> arb:
        """The derivative of E[F(Z_i) G(Z_j)] as w moves along a unit vector."""
        if i == j:
            return self._surface(axis, first * second)
        mean = self.means.mean
        return self._surface(axis, first) * mean(second) + mean(first) * self._surface(axis, second)

    def _surface(self, axis: int, row: Row) -> arb:
        """(1/‖w‖) ∫ (d·z) g(z) φ(z) over s = 0, for a row function 1{w·z > 0} g(z)."""
        if not row.a or axis == 0:  # nothing moves; or d·z = s, which is 0 there
            return arb(0)
        height = 1 / (2 * arb.pi()).sqrt() / self.values[r]
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
        angle = self.values[theta]
        if angle == 0:
            return False
        if angle > 0 and (angle < arb.pi() or angle.overlaps(arb.pi())):
            return True
        raise UncertifiedError(f"θ = {angle} is not known to lie in [0, π]")

    def best_weights(self) -> list[Enclosed]:
        """The v that minimizes the loss: the m×m system E[σσᵀ] v = E[σσ*ᵀ] v*, solved with certified error."""
        units = range(len(self.v_star))
        matrix = arb_mat([[self.pair(i, _MODEL, j, _MODEL) for j in units] for i in units])
        right = [total(y * self.pair(i, _MODEL, j, _TEACHER) for j, y in enumerate(self.v_star)) for i in units]
        solution = matrix.solve(arb_mat([[entry.value] for entry in right]))
        size = sum((entry.size for entry in right), arb(0))
        return [Enclosed(solution[k, 0], abs(solution[k, 0]) + size) for k in units]


Terms = list[tuple[Row, arb]]


class ReluPatches:
    """The ReLU network without overlap: as many patches as the configuration has output weights."""

    def __init__(self, point: Configuration) -> None:
        self.k = point.m
        self.values = scalars(point)
        self.means = means_at(point)

    def model(self) -> Terms:
        """relu(w·z) = r s 1{s > 0}."""
        return [(Row(s=1, a=True), self.values[r])]

    def teacher(self) -> Terms:
        """relu(w*·z) = ‖w*‖ (s cos θ + t sin θ) 1{w*·z > 0}."""
        sine, cosine = self.values[theta].sin_cos()
        return [(Row(s=1, b=True), self.values[r_star] * cosine), (Row(t=1, b=True), self.values[r_star] * sine)]

    def kernel(self) -> Enclosed:
        """E[relu(w·z) relu(w*·z)]."""
        return total(self._terms(self.model(), self.teacher(), same=True))

    def loss(self) -> Enclosed:
        """E(f(w) − f(w*))²."""
        return self._over_patches(self._residual(), self._residual())

    def gradient(self) -> list[Enclosed]:
        """2 E[(f(w) − f(w*)) ∇f(w)] along ŵ, e and u."""
        directions = (Row(s=1, a=True), Row(t=1, a=True), Row(u=1, a=True))
        return [self._over_patches([(row, arb(2))], self._residual()) for row in directions]

    def _residual(self) -> Terms:
        return self.model() + [(row, -weight) for row, weight in self.teacher()]

    def _terms(self, first: Terms, second: Terms, same: bool) -> list[arb]:
        mean = self.means.mean
        return [x * y * (mean(one * two) if same else mean(one) * mean(two)) for one, x in first for two, y in second]

    def _over_patches(self, first: Terms, second: Terms) -> Enclosed:
        """(1/k²) Σ_i Σ_j E[F(x_i) G(x_j)]."""
        both = [self._terms(first, second, same) for same in (False, True)]
        return total(term / self.k**2 for i in range(self.k) for j in range(self.k) for term in both[i == j])

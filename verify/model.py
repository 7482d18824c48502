"""The networks of the model, each once: their quantities as sums over rows, over any kind of number.

Rows of Z are independent, so E[F(Z_i) G(Z_j)] is the mean of F·G where i = j and E[F] E[G] where i ≠ j. Nothing else is
used: no sum is simplified, no moment is known in closed form. What the mean of one row function is, a kind of number
says (`verify.contexts`): by quadrature in doubles and in digits, or enclosed in balls.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from sympy import Symbol

from proofs import symbols
from proofs.engine import definitions
from proofs.engine.definitions import ACTIVATIONS, Definition
from proofs.proxies import Estimator
from verify.configurations import Configuration


@dataclass(frozen=True)
class Row:
    """A function of one row: ``s^i t^j u^k``, times μ'(rs) if `proxy`, 1{ŵ·z > 0} if `a`, 1{w*·z > 0} if `b`."""

    s: int = 0
    t: int = 0
    u: int = 0
    proxy: bool = False
    a: bool = False
    b: bool = False

    def __mul__(self, other: Row) -> Row:
        if self.proxy and other.proxy:
            raise ValueError("a row function with μ' twice is not needed by any definition")
        powers = (self.s + other.s, self.t + other.t, self.u + other.u)
        return Row(*powers, self.proxy or other.proxy, self.a or other.a, self.b or other.b)


PROXY_MOMENTS: Final[dict[Symbol, Row]] = {
    symbols.moment_full: Row(s=1, proxy=True),
    symbols.moment_half: Row(s=1, proxy=True, a=True),
    symbols.moment_along: Row(s=1, proxy=True, b=True),
    symbols.moment_across: Row(t=1, proxy=True, b=True),
}
"""M, M₊, A and B, under the symbols of statements about any proxy."""

_MODEL: Final = Row(a=True)
"""1{ŵ·z > 0}."""

_AXES: Final = (Row(s=1), Row(t=1), Row(u=1))
"""z along ŵ, e, and a direction orthogonal to both."""


def axes(n: int) -> tuple[Row, ...]:
    """Where vectors of R^n are looked at: along ŵ, e and (n ≥ 3) one direction orthogonal to both."""
    return _AXES[: max(2, min(n, 3))]


def moment_rows(asked: definitions.HalfSpaceMoment, n: int) -> list[Row]:
    """The row functions of a moment: a scalar, a vector along ŵ, e and (n ≥ 3) orthogonal to both, or one of these."""
    event = Row(proxy=asked.proxy, a="a" in asked.halfspaces, b="b" in asked.halfspaces)
    if asked.component:
        return [event * _AXES[asked.component == "across"]]
    return [event * axis for axis in axes(n)] if asked.vector else [event]


class _Number(Protocol):
    def __mul__(self, other: Self, /) -> Self: ...


Number = TypeVar("Number", bound=_Number)
"""What a mean of a row function is, and what is built of means."""


Terms = list[tuple[Row, Any]]
"""A function of one row, as a sum of row functions with weights."""


class _Rows(ABC, Generic[Number]):
    """What knows the mean of a row function."""

    weighted: Callable[[Iterable[tuple[Number, Any]]], Number]
    """Σ weight · number, the weights being exact."""

    exact: Callable[[Any], Any]
    """A coordinate of the network from an exact number."""

    @abstractmethod
    def mean(self, row: Row) -> Number:
        """E of a function of one row."""

    def pair(self, same: bool, first: Row, second: Row) -> Number:
        """E[F(Z_i) G(Z_j)], for i = j or not."""
        return self.mean(first * second) if same else self.mean(first) * self.mean(second)

    def products(self, first: Terms, second: Terms, same: bool, parts: int = 1) -> list[tuple[Number, Any]]:
        """The terms of E[F(Z_i) G(Z_j)]/parts, for i = j or not."""
        return [(self.pair(same, one, two), x * y / parts) for one, x in first for two, y in second]


@dataclass(frozen=True)
class BinarizedNetwork(_Rows[Number]):
    """y = Σ v_i σ(Z_i w) beside its teacher y*; σ(x) is the first of the `levels` for x ≤ 0, the second for x > 0.

    θ may be 0 or π; `origin` is w = 0, as r = 0 is.
    """

    v: Any
    v_star: Any
    theta: Any
    r: Any
    n: int = 3
    proxy: Estimator | None = None
    parameters: dict[str, float] = field(default_factory=dict, hash=False)
    origin: bool = False
    levels: tuple[int, int] = ACTIVATIONS["binary"]

    @classmethod
    def at(cls, point: Configuration, proxy: Estimator | None = None, *, angle: Any = None, **more: Any) -> Self:
        """The network of a configuration, or of another angle; its floats are exact. `more` are the other fields."""
        v, v_star = (tuple(map(cls.exact, weights)) for weights in (point.v, point.v_star))
        theta, r = (cls.exact(x) for x in (point.theta if angle is None else angle, point.r))
        more["origin"] = more.get("origin", False) or r == 0
        return cls(v, v_star, theta, r, point.n, proxy, point.parameters, **more)

    def _activation(self, *positive: Row) -> Terms:
        low, high = self.levels
        return [*((row, high - low) for row in positive), *([(Row(), low)] if low else [])]

    def model(self) -> Terms:
        """σ(z·w); at w = 0 it is σ(0)."""
        return self._activation() if self.origin else self._activation(_MODEL)

    def teacher(self) -> Terms:
        """σ(z·w*)."""
        return self._activation(Row(b=True))

    def outputs(self) -> list[tuple[int, Row, Any]]:
        """y − y* as a sum over rows: Σ v_i σ(Z_i w) − Σ v*_i σ(Z_i w*)."""
        model = [(i, row, weight * height) for i, weight in enumerate(self.v) for row, height in self.model()]
        star = list(enumerate(self.v_star))
        return model + [(i, row, -weight * height) for i, weight in star for row, height in self.teacher()]

    def loss(self) -> Number:
        """f = ½ E(y − y*)², as a double sum."""
        outputs, pair = self.outputs(), cache(self.pair)
        return self.weighted(
            (pair(i == j, first, second), x * y / 2) for i, first, x in outputs for j, second, y in outputs
        )

    def gradient_v(self) -> list[Number]:
        """E ∂ℓ/∂v_k = E[σ(Z_k w)(y − y*)] for every k."""
        outputs, model, pair = self.outputs(), self.model(), cache(self.pair)
        terms = [(j, own, row, height * y) for own, height in model for j, row, y in outputs]
        units, weighted = range(len(self.v)), self.weighted
        return [weighted((pair(k == j, own, row), y) for j, own, row, y in terms) for k in units]

    def coarse_gradient(self) -> list[Number]:
        """E g_μ = E[Σ_i Z_i μ'(Z_i w) v_i (y − y*)] along the axes; at w = 0 the direction at angle θ to w* stands in
        for ŵ.
        """
        outputs, pair = self.outputs(), cache(self.pair)
        terms = [(i == j, row, weight * y) for i, weight in enumerate(self.v) for j, row, y in outputs]
        slopes = [Row(proxy=True) * axis for axis in axes(self.n)]
        return [self.weighted((pair(same, slope, row), y) for same, row, y in terms) for slope in slopes]

    def normal_equations(self) -> tuple[list[list[Number]], list[Number]]:
        """E[σσᵀ] and E[σσ*ᵀ]v*, σ = σ(Zw): the v that minimizes the loss solves this m×m system."""
        units, star, weighted = range(len(self.v_star)), list(enumerate(self.v_star)), self.weighted
        own, theirs = self.model(), self.teacher()
        among, across = ([self.products(own, others, same) for same in (False, True)] for others in (own, theirs))
        right = [[(one, x * y) for j, y in star for one, x in across[i == j]] for i in units]
        return [[weighted(among[i == j]) for j in units] for i in units], [weighted(terms) for terms in right]

    @abstractmethod
    def best_weights(self) -> list[Number]:
        """The v that minimizes the loss."""

    def filter_gradient(self) -> list[Number]:
        """∂f/∂w along the axes."""
        raise ValueError(f"∂f/∂w is not evaluated by {type(self).__qualname__}")

    def one_sided_slope(self) -> Number:
        """At θ = 0 and π, the slope of f along a direction orthogonal to w."""
        raise ValueError(f"the slope of f is not evaluated by {type(self).__qualname__}")

    def said(self, definition: Definition) -> list[Number]:
        """The numbers that a definition speaks of, at this network; ValueError for one that speaks of others."""
        match definition:
            case definitions.MeanSample(quantity="loss"):
                return [self.loss()]
            case definitions.MeanSample(quantity="gradient_v"):
                return self.gradient_v()
            case definitions.MeanSample() | definitions.Potential():
                return self.coarse_gradient()
            case definitions.FilterGradient():
                return self.filter_gradient()
            case definitions.OutputMinimizer(of="weights"):
                return self.best_weights()
            case definitions.OutputMinimizer():
                return [self.weighted(zip(self.best_weights(), self.v_star, strict=True))]
            case definitions.Correlation():
                pairs = zip(self.coarse_gradient(), self.filter_gradient(), strict=True)
                return [self.weighted((one * other, 1) for one, other in pairs)]
        raise ValueError(f"{definition} is no quantity of a network")


@dataclass(frozen=True)
class RectifiedNetwork(_Rows[Number]):
    """The ReLU network without overlap beside its teacher, on k patches.

    A rectified projection is a row function, relu(w·z) = r s 1{s > 0} and relu(w*·z) = ‖w*‖ (s cos θ + t sin θ) times
    1{w*·z > 0}.
    """

    k: int
    theta: Any
    r: Any
    r_star: Any
    n: int = 3

    @classmethod
    def at(cls, point: Configuration) -> Self:
        """The network of a configuration: as many patches as it has output weights."""
        theta, r, r_star = map(cls.exact, (point.theta, point.r, point.r_star))
        return cls(point.m, theta, r, r_star, point.n)

    @abstractmethod
    def turn(self) -> tuple[Any, Any]:
        """cos θ and sin θ."""

    def model(self) -> Terms:
        """relu(w·z)."""
        return [(Row(s=1, a=True), self.r)]

    def teacher(self) -> Terms:
        """relu(w*·z)."""
        cosine, sine = self.turn()
        return [(Row(s=1, b=True), self.r_star * cosine), (Row(t=1, b=True), self.r_star * sine)]

    def residual(self) -> Terms:
        """relu(w·z) − relu(w*·z)."""
        return self.model() + [(row, -weight) for row, weight in self.teacher()]

    def over_patches(self, first: Terms, second: Terms) -> Number:
        """(1/k²) Σ_i Σ_j E[F(x_i) G(x_j)], term by term."""
        both = [self.products(first, second, same, self.k**2) for same in (False, True)]
        return self.weighted(term for i in range(self.k) for j in range(self.k) for term in both[i == j])

    def kernel(self) -> Number:
        """E[relu(w·z) relu(w*·z)]."""
        return self.weighted(self.products(self.model(), self.teacher(), same=True))

    def loss(self) -> Number:
        """ℓ = E(f(w) − f(w*))²."""
        return self.over_patches(self.residual(), self.residual())

    def gradient(self) -> list[Number]:
        """2 E[(f(w) − f(w*)) ∇f(w)] along ŵ, e and u."""
        return [self.over_patches([(axis * _MODEL, 2)], self.residual()) for axis in _AXES]

    def said(self, definition: definitions.ReluNetwork) -> list[Number]:
        """The numbers that a definition speaks of; ValueError for one about descent or critical points."""
        match definition.aspect:
            case "kernel":
                return [self.kernel()]
            case "loss":
                return [self.loss()]
            case "gradient":
                return self.gradient()
        raise ValueError(f"{definition} is no quantity of the network")

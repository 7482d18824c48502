"""What a closed form must agree with: definitions, as data.

A definition names an expectation, a derivative, a minimizer … of the *sampled* network; it contains no closed
form. The symbolic derivation, the 50-digit quadrature and the Monte Carlo route each read it and evaluate it
in their own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from sympy import Expr, Le, Symbol
from sympy.logic.boolalg import Boolean

from proofs.symbols import ratio, u, x_in

ACTIVATIONS = {"binary": (0, 1)}
"""Activation functions σ by name: σ(x) for x ≤ 0 and for x > 0."""


class Definition:
    """One of the kinds below; `over` are the variables that it speaks of every value of."""

    over: ClassVar[frozenset[Symbol]] = frozenset()

    def says(self, value: Expr) -> Boolean:
        """What it is for an expression to be the one defined; ValueError where no formula says that."""
        raise ValueError(f"what {type(self).__name__} means for {value} is no formula")


def demand(given: object, *own: Definition | type[Definition]) -> None:
    """ValueError for what is none of these definitions, nor of one of these kinds."""
    if given not in own and not isinstance(given, tuple(kind for kind in own if isinstance(kind, type))):
        known = " or ".join(one.__name__ if isinstance(one, type) else str(one) for one in own)
        raise ValueError(f"the rule reads {known}, and not {given}")


@dataclass(frozen=True)
class HalfSpaceMoment(Definition):
    """``E[ z^d · μ'(r a·z)^q · Π 1{h·z > 0} ]`` for z ~ N(0, I_n), h running over `halfspaces`.

    `vector` says whether the factor z is there; `proxy` whether μ' is; `component` picks one coordinate of
    the vector ("across" is the one along e), None all of it.
    """

    halfspaces: tuple[Literal["a", "b"], ...]
    vector: bool = True
    proxy: bool = False
    component: Literal["along", "across"] | None = None


@dataclass(frozen=True)
class MeanSample(Definition):
    """E of a sample quantity of the network: ℓ, ∂ℓ/∂v or the sample coarse gradient of a named STE.

    `at` fixes part of the arguments: "teacher" is v = v*, "origin" is w = 0. An `estimator` of "*" stands for
    an arbitrary proxy.
    """

    quantity: Literal["loss", "gradient_v", "coarse_gradient"]
    estimator: str = ""
    at: Literal["", "teacher", "origin"] = ""
    activation: str = "binary"


@dataclass(frozen=True)
class FilterGradient(Definition):
    """∂f/∂w of the population loss, f being the mean of the sample loss; `one_sided` at θ = 0 and π."""

    one_sided: bool = False


@dataclass(frozen=True)
class OutputMinimizer(Definition):
    """argmin over v of the population loss at fixed angle; `of` is the vector or its product with v*."""

    of: Literal["weights", "inner"] = "weights"


@dataclass(frozen=True)
class Landscape(Definition):
    """Critical points of the population loss and their kinds."""

    point: Literal["minimum", "spurious", "saddle", "all"]


@dataclass(frozen=True)
class Correlation(Definition):
    """⟨E g_μ, ∂f/∂w⟩ for a named STE ("*" for any)."""

    estimator: str


@dataclass(frozen=True)
class CommonZeros(Definition):
    """Where (∂f/∂v, G_μ) vanish together, or how G_μ behaves at a spurious minimum."""

    estimator: str
    aspect: Literal["zeros", "beyond", "spurious", "ratio"]


@dataclass(frozen=True)
class Potential(Definition):
    """Whether the coarse gradient of an STE is the gradient of a potential: in w alone, or jointly."""

    estimator: str
    jointly: bool = False


@dataclass(frozen=True)
class ProximalMap(Definition):
    """argmin over u of ``ρ p(u) + ½(u − x)²``; `penalty` is p, an expression in `proofs.symbols.u`."""

    penalty: Expr
    over = frozenset({u})

    @property
    def cost(self) -> Expr:
        """What is minimized over u."""
        return ratio * self.penalty + (u - x_in) ** 2 / 2

    def says(self, value: Expr) -> Boolean:
        """That no real u is better than `value`."""
        return Le(self.cost.xreplace({u: value}), self.cost, evaluate=False)


@dataclass(frozen=True)
class Displacement(Definition):
    """|x − S(x)| for the proximal map S of a named penalty."""

    penalty: str


@dataclass(frozen=True)
class Envelope(Definition):
    """``min over u of λ p(u) + (β/2)(w − u)²`` of a named penalty ("*" for any), or the convexity behind R1."""

    penalty: str
    aspect: Literal["value", "gradient", "convexity"] = "value"


@dataclass(frozen=True)
class PenaltyLimit(Definition):
    """What the transformed l1 penalty and its proximal map tend to as its shape a → 0⁺ or a → ∞."""

    penalty: Literal["l0", "l1"]
    of: Literal["penalty", "proximal-map"]


@dataclass(frozen=True)
class LipschitzGradient(Definition):
    """The Lipschitz constant of the population gradient: the form as printed, or on a region away from the kinks."""

    aspect: Literal["printed", "direction", "region"]


@dataclass(frozen=True)
class DescentConstant(Definition):
    """The constant A with ‖G_relu‖² ≤ A(‖∂f/∂v‖² + ⟨G_relu, ∂f/∂w⟩): the bound, or the form as printed."""

    aspect: Literal["printed", "bound"]


@dataclass(frozen=True)
class Splitting(Definition):
    """A statement about the iteration RVSCGD itself: its steps, its fixed points, where it ends and how fast.

    `aspect` says which; `penalty` is the name of one, or "*" for any. Judged by running the iteration.
    """

    aspect: str
    penalty: str = "*"


@dataclass(frozen=True)
class ReluNetwork(Definition):
    """The no-overlap network with ReLU activation and mean pooling: a mean, its gradient, its critical points."""

    aspect: Literal["kernel", "loss", "gradient", "critical", "descent"]


@dataclass(frozen=True)
class PlainDescent(Definition):
    """Coarse gradient descent without splitting, v and w learned together."""

    estimator: str


@dataclass(frozen=True)
class SampleGradient(Definition):
    """The almost-everywhere derivative of the sample loss in w."""

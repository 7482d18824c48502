"""What a closed form must agree with: definitions, as data.

A definition names an expectation, a derivative, a minimizer … of the *sampled* network; it contains no closed
form. The symbolic derivation, the 50-digit quadrature and the Monte Carlo route each read it and evaluate it
in their own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sympy import Expr

__all__ = [
    "CommonZeros",
    "Correlation",
    "Definition",
    "FilterGradient",
    "HalfSpaceMoment",
    "Landscape",
    "MeanSample",
    "OutputMinimizer",
    "Potential",
    "ProximalMap",
    "SampleGradient",
]


@dataclass(frozen=True)
class HalfSpaceMoment:
    """``E[ z^d · μ'(r a·z)^q · Π 1{h·z > 0} ]`` for z ~ N(0, I_n), h running over `halfspaces`.

    `vector` says whether the factor z is there; `proxy` whether μ' is; `component` picks one coordinate of
    the vector ("across" is the one along e), None all of it.
    """

    halfspaces: tuple[Literal["a", "b"], ...]
    vector: bool = True
    proxy: bool = False
    component: Literal["along", "across"] | None = None


@dataclass(frozen=True)
class MeanSample:
    """E of a sample quantity of the network: ℓ, ∂ℓ/∂v or the sample coarse gradient of a named STE.

    `at` fixes part of the arguments: "teacher" is v = v*, "origin" is w = 0. An `estimator` of "*" stands for
    an arbitrary proxy.
    """

    quantity: Literal["loss", "gradient_v", "coarse_gradient"]
    estimator: str = ""
    at: Literal["", "teacher", "origin"] = ""


@dataclass(frozen=True)
class FilterGradient:
    """∂f/∂w of the population loss, f being the mean of the sample loss; `one_sided` at θ = 0 and π."""

    one_sided: bool = False


@dataclass(frozen=True)
class OutputMinimizer:
    """argmin over v of the population loss at fixed angle; `of` is the vector or its product with v*."""

    of: Literal["weights", "inner"] = "weights"


@dataclass(frozen=True)
class Landscape:
    """Critical points of the population loss and their kinds."""

    point: Literal["minimum", "spurious", "saddle", "all"]


@dataclass(frozen=True)
class Correlation:
    """⟨E g_μ, ∂f/∂w⟩ for a named STE ("*" for any)."""

    estimator: str


@dataclass(frozen=True)
class CommonZeros:
    """Where (∂f/∂v, G_μ) vanish together, or how G_μ behaves at a spurious minimum."""

    estimator: str
    aspect: Literal["zeros", "beyond", "spurious", "ratio"]


@dataclass(frozen=True)
class Potential:
    """Whether the coarse gradient of an STE is the gradient of a potential: in w alone, or jointly."""

    estimator: str
    jointly: bool = False


@dataclass(frozen=True)
class ProximalMap:
    """argmin over u of ``ρ p(u) + ½(u − x)²``; `penalty` is p, an expression in `proofs.symbols.u`."""

    penalty: Expr


@dataclass(frozen=True)
class SampleGradient:
    """The almost-everywhere derivative of the sample loss in w."""


Definition = (
    HalfSpaceMoment
    | MeanSample
    | FilterGradient
    | OutputMinimizer
    | Landscape
    | Correlation
    | CommonZeros
    | Potential
    | ProximalMap
    | SampleGradient
)

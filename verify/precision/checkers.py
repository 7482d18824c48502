"""Checks of closed forms against quadrature: moments, means of sample quantities, minimizers.

Each checker takes a claim, one configuration at which its hypotheses hold, and the level; it
returns comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, cast

from mpmath import mp, mpf
from sympy import Expr, Integral, Symbol

from proofs.engine.claim import Claim
from proofs.engine.definitions import HalfSpaceMoment, MeanSample, OutputMinimizer
from proofs.proxies import ESTIMATORS, Estimator, estimator
from verify.configurations import Configuration, Level
from verify.model import PROXY_MOMENTS, moment_rows
from verify.precision.comparison import (
    Comparison,
    against,
    closed_vector,
    compare,
    forms,
    is_coarse,
)
from verify.precision.network import Network
from verify.precision.plane import plane_means
from verify.precision.quadrature import DIGITS

__all__ = [
    "check_mean_sample",
    "check_minimizer",
    "check_moment",
    "label_of",
    "moment_values",
    "proxies_for",
]

_QUICK: Final = ("clipped-relu", "sigmoid", "triangular")


def proxies_for(name: str, level: Level, point: Configuration) -> Iterator[Estimator]:
    """The estimator of that name; for "*", those that stand for all in this level.

    A quick run tries them all at the generic points, and one of them, in turn, at each of the others.
    """
    if name != "*":
        yield estimator(name)
        return
    in_turn = _QUICK[len(point.label) % len(_QUICK)]
    quick = _QUICK if point.label.startswith("generic") else (in_turn,)
    names = tuple(key for key in ESTIMATORS if ESTIMATORS[key].waves is None) if level == "full" else quick
    yield from (ESTIMATORS[key] for key in (_representatives(level) if is_coarse() else names))


def _representatives(level: Level) -> tuple[str, ...]:
    """Those that mutants are tried with: one with a scale, and one that is not 0 on either side."""
    return (*_QUICK, "leaky-relu") if level == "full" else (_QUICK[0], "leaky-relu")


def _cancels(form: Expr) -> bool:
    """Whether a form is only as accurate as its largest part: its integrals are taken to a fixed
    precision.
    """
    return bool(form.has(Integral))


def check_moment(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """G1–G5: a mean over a half-space or two, with a proxy or without."""
    definition = cast(HalfSpaceMoment, claim.definition)
    if not definition.proxy:
        return _moment(claim, point, definition, None)
    return [found for proxy in proxies_for("*", level, point) for found in _moment(claim, point, definition, proxy)]


def _moment(
    claim: Claim, point: Configuration, definition: HalfSpaceMoment, proxy: Estimator | None
) -> list[Comparison]:
    means = plane_means(point.theta, point.r, proxy, point.parameters)
    defined = [means.mean(row) for row in moment_rows(definition, point.n)]
    return against(claim, point, defined, vector=definition.vector and not definition.component, proxy=proxy)


def label_of(point: Configuration, form: str, proxy: Estimator | None = None) -> str:
    """Where a comparison was made: configuration, form, proxy."""
    return f"{point.label}, {form}" + (f", {proxy.name}" if proxy else "")


def moment_values(point: Configuration, proxy: Estimator) -> dict[Symbol, mpf]:
    """M, M₊, A and B by quadrature, under the symbols of statements about any proxy."""
    means = plane_means(point.theta, point.r, proxy, point.parameters)
    return {symbol: means.mean(row).value for symbol, row in PROXY_MOMENTS.items()}


def check_mean_sample(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """N1, N2 and chapter C: the mean of the sample loss, of its gradient in v, of the sample
    coarse gradient.
    """
    definition = cast(MeanSample, claim.definition)
    if definition.quantity == "coarse_gradient":
        return [
            found
            for proxy in proxies_for(definition.estimator, level, point)
            for name in forms(claim)
            for found in _coarse(claim, name, point, proxy, definition.estimator == "*")
        ]
    if definition.at == "teacher":
        point = replace(point, v=point.v_star)
    network = Network.at(point)
    network = replace(network, origin=network.origin or definition.at == "origin")
    return _said(claim, point, network, vector=definition.quantity == "gradient_v")


def _said(claim: Claim, point: Configuration, network: Network, vector: bool) -> list[Comparison]:
    with mp.workdps(DIGITS):
        defined = network.said(claim.definition)
    return against(claim, point, defined, vector=vector)


def _coarse(claim: Claim, name: str, point: Configuration, proxy: Estimator, arbitrary: bool) -> list[Comparison]:
    form = forms(claim)[name]
    extra = moment_values(point, proxy) if arbitrary else {}
    closed = closed_vector(form, point, extra=extra, proxy=proxy if arbitrary else None)
    defined = Network.at(point, proxy).coarse_gradient()
    closed += [mpf(0)] * (len(defined) - len(closed))
    joint = arbitrary or (_cancels(form) and proxy.waves is None)  # the integrals of waves have the size of their sums
    return compare(label_of(point, name, proxy), closed, defined, joint=joint)


def check_minimizer(claim: Claim, point: Configuration, level: Level) -> list[Comparison]:
    """N4: the solution of the normal equations, or its product with v*."""
    return _said(claim, point, Network.at(point), vector=cast(OutputMinimizer, claim.definition).of == "weights")

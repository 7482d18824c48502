"""Chapter N: the population loss of the binarized network.

``y = vᵀσ(Zw)``, ``y* = v*ᵀσ(Zw*)``, ``ℓ = ½(y − y*)²``, ``f(v, w) = E ℓ`` with Z of m independent rows N(0, I_n) and
σ(x) = 1{x > 0}. The loss depends on w only through θ = angle(w, w*); θ ∈ (0, π), r = ‖w‖ > 0.

Stable forms are written in v − v* and θ, whose errors are relative to how far the network still is from its
teacher; the printed forms subtract numbers of the size of ‖v‖².
"""

from __future__ import annotations

from sympy import pi

from proofs.engine.claim import claim, get
from proofs.engine.definitions import FilterGradient, MeanSample, OutputMinimizer
from proofs.engine.derivation import Derivation, vanishes
from proofs.rules.means import of_rows
from proofs.rules.slopes import gradient_in_v, least_in_v, of_best_weights, through_the_angle
from proofs.symbols import (
    CLOSED_ANGLE,
    NONZERO_FILTER,
    OPEN_ANGLE,
    diff_diff,
    dv,
    e,
    m,
    n,
    ones,
    r,
    sum_diff,
    sum_v,
    sum_vs,
    theta,
    v,
    v_star,
    v_v,
    v_vs,
    vs_vs,
)

COSINE_LIKE = 1 - 2 * theta / pi
"""c(θ) = 1 − 2θ/π: the correlation of the two activation signs, which replaces cos θ throughout chapter N."""


@claim(
    id="N1",
    title="Population loss",
    source="[Y], Lemma 1",
    subject=r"f(v,w)",
    definition=MeanSample("loss"),
    statement=(diff_diff + sum_diff**2 + 4 * theta / pi * v_vs) / 8,
    printed=(v_v + sum_v**2 - 2 * (COSINE_LIKE * v_vs + sum_v * sum_vs) + vs_vs + sum_vs**2) / 8,
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    setting="f(v, w) = ½E(vᵀσ(Zw) − v*ᵀσ(Zw*))², σ(x) = 1{x > 0}, the m rows of Z independent and N(0, I_n)",
    code=("population_loss",),
)
def N1(d: Derivation) -> None:
    d.open(of_rows)
    d.conclude(N1.statement, N1.printed)


@claim(
    id="N1.origin",
    title="Population loss at w = 0",
    source="[Y], Lemma 1",
    subject=r"f(v,0)",
    definition=MeanSample("loss", at="origin"),
    statement=(vs_vs + sum_vs**2) / 8,
    code=("population_loss_at_origin",),
)
def N1_origin(d: Derivation) -> None:
    d.open(of_rows)
    d.conclude(N1_origin.statement)


@claim(
    id="N1.teacher",
    title="Population loss once the output weights are right",
    source="[Y], Lemma 1",
    subject=r"f(v^*,w)",
    definition=MeanSample("loss", at="teacher"),
    statement=theta * vs_vs / (2 * pi),
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
)
def N1_teacher(d: Derivation) -> None:
    d.open(of_rows)
    d.conclude(N1_teacher.statement)


@claim(
    id="N2",
    title="Gradient of the population loss in the output weights",
    source="[Y], Lemma 2",
    subject=r"\partial f/\partial v",
    definition=MeanSample("gradient_v"),
    statement=(dv + sum_diff * ones + 2 * theta / pi * v_star) / 4,
    printed=(v + sum_v * ones) / 4 - (COSINE_LIKE * v_star + sum_vs * ones) / 4,
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    code=("loss_gradient_v",),
)
def N2(d: Derivation) -> None:
    d.open(of_rows)
    d.cite("N1")
    vector = d.reached("step()")
    d.step(
        "The gradient of the mean is the mean of the gradient",
        vector,
        "differentiating N1 with respect to v_k, for symbolic m, gives the same vector",
        vanishes("∂f/∂v − E ∂ℓ/∂v", gradient_in_v(get("N1").as_printed) - vector),
    )
    d.conclude(N2.statement, N2.printed)


@claim(
    id="N3",
    title="Gradient of the population loss in the filter",
    source="[Y], Lemma 2",
    subject=r"\partial f/\partial w",
    definition=FilterGradient(),
    statement=-v_vs / (2 * pi * r) * e,
    hypotheses=OPEN_ANGLE + NONZERO_FILTER,
    code=("loss_gradient_w",),
)
def N3(d: Derivation) -> None:
    d.open(through_the_angle)
    d.conclude(N3.statement)


@claim(
    id="N3.kink",
    title="One-sided slope of the population loss at θ = 0 (and minus it at θ = π)",
    source="[here]",
    subject=r"\lim_{h\to0^+}\tfrac1h\,[f(v,w+hd)-f(v,w)]",
    definition=FilterGradient(one_sided=True),
    statement=v_vs / (2 * pi * r),
    hypotheses=(*NONZERO_FILTER, n >= 2),
    setting="w = r w*, d ⟂ w*, ‖d‖ = 1; for w = −r w* the limit is minus this",
)
def N3_kink(d: Derivation) -> None:
    d.open(through_the_angle)
    d.conclude(N3_kink.statement)


@claim(
    id="N4",
    title="The best output weights at a given angle",
    source="[Y], Proposition 1",
    subject=r"v(\theta)=\operatorname{argmin}_v f(v,w)",
    definition=OutputMinimizer(),
    statement=v_star - 2 * theta / pi * (v_star - sum_vs / (m + 1) * ones),
    printed=COSINE_LIKE * v_star + sum_vs * (1 - COSINE_LIKE) / (m + 1) * ones,
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
    code=("best_output_weights",),
)
def N4(d: Derivation) -> None:
    d.open(least_in_v)
    d.conclude(N4.statement, N4.printed)


@claim(
    id="N4.inner",
    title="Inner product of the best output weights with the true ones",
    source="[Y], Proposition 1",
    subject=r"v(\theta)^\top v^*",
    definition=OutputMinimizer("inner"),
    statement=COSINE_LIKE * vs_vs + sum_vs**2 * (1 - COSINE_LIKE) / (m + 1),
    hypotheses=CLOSED_ANGLE + NONZERO_FILTER,
)
def N4_inner(d: Derivation) -> None:
    d.open(of_best_weights)
    d.conclude(N4_inner.statement)

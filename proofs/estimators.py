"""Chapter C: the expected coarse gradient of a straight-through estimator.

``g_μ = Zᵀ(μ'(Zw) ⊙ v)(vᵀσ(Zw) − v*ᵀσ(Zw*))``, ``G_μ = E g_μ``. C1 reduces G_μ for *any* proxy to four scalar Gaussian
moments; the claims after it are instances. Symbols as in proofs.symbols; the moments M, M₊, A, B and the
kernels p, q, C, b as in proofs.moments.
"""

from __future__ import annotations

from functools import partial

from sympy import Expr, Ge, Gt, Integer, Limit, cos, cot, erf, exp, pi, sin, sqrt
from sympy.codegen.cfunctions import expm1
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim, claim, get
from proofs.engine.combinations import coefficient
from proofs.engine.definitions import MeanSample
from proofs.engine.derivation import Derivation
from proofs.engine.sentence import eq
from proofs.moments import PHI_0, Kernels, Moments, constant_on_sides, folded_kernels, is_gaussian_on_pieces
from proofs.oscillation import moments_of, owed, wave_kernels
from proofs.proxies import ARBITRARY, ESTIMATORS, Estimator, estimator
from proofs.rules.means import Phi, normal_density, of_rows
from proofs.rules.moments import (
    GENERAL,
    at_the_ends,
    finite_moments,
    for_any_slope,
    for_no_length,
    of_half_spaces,
    with_moments,
)
from proofs.symbols import (
    CLOSED_ANGLE,
    HALF,
    INTEGRABLE,
    NONZERO_FILTER,
    OPEN_ANGLE,
    c,
    e,
    r,
    slope,
    sum_v,
    sum_vs,
    tau,
    theta,
    v_v,
    v_vs,
    w_hat,
    w_star,
)

ANGLES = OPEN_ANGLE + NONZERO_FILTER


@claim(
    id="C1",
    title="Expected coarse gradient of any straight-through estimator",
    source="[here]; [Y], Lemmas 4 and 7 are instances",
    subject=r"G_\mu",
    definition=MeanSample("coarse_gradient", "*"),
    statement=GENERAL.kernels().gradient(),
    printed=GENERAL.gradient(),
    hypotheses=ANGLES,
    setting=f"G_μ = E[Zᵀ(v ∘ μ'(Zw)) (vᵀσ(Zw) − v*ᵀσ(Zw*))], Z and σ as in N1; {INTEGRABLE}",
    code=("coarse_gradient",),
)
def C1(d: Derivation) -> None:
    d.open(of_rows)
    d.conclude(C1.statement, C1.printed)


def _clipped() -> Kernels:
    level, y = c / r, c / (sqrt(2) * r * sin(theta))
    drop = -PHI_0 * expm1(-(level**2) / 2)
    turned = drop + PHI_0 * (exp(-(level**2) / 2) * erf(y * cos(theta)) - erf(y))
    return Kernels(drop / 2, drop / 2, turned / 2, PHI_0 / 2 * erf(y))


def _gaussian() -> Kernels:
    narrow = 1 / sqrt(1 + (r / tau) ** 2 * sin(theta) ** 2)  # nothing in it grows with r/τ
    turned = 2 * PHI_0 * sin(theta / 2) ** 2 * narrow * (1 - narrow * cos(theta)) / (1 + narrow) / (1 + (tau / r) ** 2)
    return Kernels(PHI_0 / (1 + (r / tau) ** 2), Integer(0), -turned, PHI_0 * narrow)


KERNELS: dict[str, Kernels] = {
    "identity": Kernels(PHI_0, Integer(0), Integer(0), PHI_0),
    "relu": Kernels(PHI_0 / 2, PHI_0 / 2, Integer(0), PHI_0 / 2),
    "clipped-relu": _clipped(),
    "leaky-relu": Kernels(PHI_0 * (1 + slope) / 2, PHI_0 * (1 - slope) / 2, Integer(0), PHI_0 * (1 + slope) / 2),
    "gaussian": _gaussian(),
    **{name: Kernels(*proxy.kernels) for name, proxy in ESTIMATORS.items() if proxy.kernels is not None},
}
"""Closed kernels, in the form that computes well. A proxy that is not here is computed by quadrature."""


def kernels_of(name: str) -> Kernels:
    """The kernels code is generated from: closed where they are known, else integrals: folded, or free of waves."""
    if name in KERNELS:
        return KERNELS[name]
    proxy = estimator(name)
    return folded_kernels(proxy) if proxy.waves is None else wave_kernels(proxy.waves)


def _printed_relu() -> Expr:
    h = v_v + sum_v**2 - sum_v * sum_vs + v_vs
    bisector = (w_hat + w_star) / sqrt(2 + 2 * cos(theta))
    return h / (2 * sqrt(2 * pi)) * w_hat - cos(theta / 2) * v_vs / sqrt(2 * pi) * bisector


def _printed_clipped() -> Expr:
    across = sin(theta) / (2 * sqrt(2 * pi)) * erf(c / (sqrt(2) * r * sin(theta)))
    half = normal_density(Integer(0)) - normal_density(c / r)
    along = HALF * normal_density(Integer(0)) - normal_density(c / r) * Phi(c / r * cot(theta)) + across * cot(theta)
    return Moments(half, half, along, across).gradient()


PRINTED: dict[str, Expr] = {
    "identity": (v_v * w_hat - v_vs * w_star) / sqrt(2 * pi),
    "relu": _printed_relu(),
    "clipped-relu": _printed_clipped(),
}


def derive_gradient(d: Derivation, name: str) -> None:
    """Derive G_μ of a named estimator: from C1, by closed integrals or in the declared quadrature form.

    A proxy that is constant on both sides of 0 needs no moments: its one-row means are those of half-spaces.
    """
    target, proxy = get(ID_OF[name]), estimator(name)
    if is_homogeneous(proxy):
        d.open(of_half_spaces)
    else:
        into_c1(d, proxy, closed=name in KERNELS and is_gaussian_on_pieces(proxy))
        if name not in KERNELS:
            d.by("The moments are finite", finite_moments)
    further = [_FURTHER[name]] if name in _FURTHER else []
    if not is_homogeneous(proxy) and CLOSED_ANGLE[0] in target.hypotheses:
        further.append(("The ends θ = 0 and θ = π", at_the_ends))
    for where, rule in further:
        d.by(where, rule)
    d.conclude(target.formula, target.printed)


def is_homogeneous(proxy: Estimator) -> bool:
    """Whether μ' is one number below 0 and one above it, and the closed form is known."""
    return proxy.name in KERNELS and constant_on_sides(proxy)


def into_c1(d: Derivation, proxy: Estimator, *, closed: bool) -> None:
    """C1 with the moments of `proxy` in the place of M, M₊, A and B."""
    d.recall("C1", get("C1").as_printed)
    d.cite("G4", "G5")
    if proxy.waves is not None and proxy.name not in KERNELS:
        average_the_waves(d, moments_of(wave_kernels(proxy.waves)))
        return
    name = "Integrate the moments" if closed else "Fold the moments onto s > 0"
    d.by(name, partial(with_moments, closed=closed))


def average_the_waves(d: Derivation, moments: Moments) -> None:
    """C1 with moments in which the waves of μ' are averaged."""
    d.apply(
        "Average the waves",
        lambda gradient: gradient.subs(dict(zip(GENERAL, moments, strict=True)), simultaneous=True),
        "B by G5, with g(y) = E μ'(yu). A, as in G4, has the slope −sin θ E[u² μ'(r sin θ u)]/√(2π) in θ, is M/2 at "
        "π/2 and M₊ at 0, where Φ(s cot θ) → 1{s > 0}; by parts, in s = tan(ψ/2), and in its inverse beyond π/2",
        owed(),
    )


_DOMAINS = {"leaky-relu": (), **dict.fromkeys(("clipped-relu", "window"), (Ge(c, 0, evaluate=False),))}
"""Where a closed form holds further than its parameters are meant to go: any slope, and c = 0, where μ' = 0."""

_FURTHER = {
    "leaky-relu": ("Any slope", for_any_slope),
    **dict.fromkeys(("clipped-relu", "window"), ("c = 0", for_no_length)),
}


def continuous_at_the_ends(printed: Expr, simple: Expr) -> dict[str, Boolean]:
    """The printed form has 0/0 at θ = π; its limits there and at 0 are the values of the simplified form."""
    return {
        f"continuous at θ = {'π' if end == pi else end}, along {text}": eq(
            Limit(coefficient(printed, basis), theta, end, "-" if end else "+"),
            coefficient(simple, basis).subs(theta, end),
        )
        for end in (Integer(0), pi)
        for basis, text in ((w_hat, "ŵ"), (e, "e"))
    }


ID_OF = {"identity": "C2", "relu": "C3", "clipped-relu": "C4"}
_SOURCES = {
    "identity": "[Y], Lemma 7",
    "relu": "[Y], Lemma 4; simplified form [here]",
    "clipped-relu": "closed form [here]",
}


def hypotheses_of(proxy: Estimator) -> tuple[Boolean, ...]:
    """The angles at which the stated form of G_μ holds, w ≠ 0, and the domains of the parameters."""
    closed = proxy.name in KERNELS and proxy.kernels is None
    closed &= proxy.name != "clipped-relu"  # erf(c/(√2 r sin θ)) is 0/0 where both vanish
    declared = tuple((Gt if p.symbol.is_positive else Ge)(p.symbol, 0, evaluate=False) for p in proxy.parameters)
    return (CLOSED_ANGLE if closed else OPEN_ANGLE) + NONZERO_FILTER + _DOMAINS.get(proxy.name, declared)


def register_estimator_claim(proxy: Estimator) -> Claim:
    """State G_μ of one estimator as a claim: C2, C3, C4 for the classical ones, C5.<name> for any other."""
    name = proxy.name
    claim_id = ID_OF.setdefault(name, f"C5.{name}")
    printed, stated = PRINTED.get(name), kernels_of(name).gradient()
    return claim(
        id=claim_id,
        title=f"Expected coarse gradient: {proxy.title}",
        source=_SOURCES.get(name, "[here]"),
        subject=rf"G_{{\mathrm{{{name}}}}}",
        definition=MeanSample("coarse_gradient", name),
        statement=stated,
        printed=printed,
        hypotheses=hypotheses_of(proxy),
        besides=partial(continuous_at_the_ends, printed, stated) if name == "relu" else dict,
        setting="" if proxy.has_variance else "E μ'(rs)⁴ is infinite: the Monte Carlo method does not apply",
        code=("coarse_gradient",),
    )(lambda d: derive_gradient(d, name))


for _name in ("identity", "relu", "clipped-relu"):
    register_estimator_claim(ESTIMATORS[_name])


@claim(
    id="C5",
    title="Quadrature form of the coarse gradient of any estimator",
    source="[here]",
    subject=r"G_\mu",
    definition=MeanSample("coarse_gradient", "*"),
    statement=folded_kernels(ARBITRARY).gradient(),
    hypotheses=ANGLES,
    setting=INTEGRABLE,
)
def C5(d: Derivation) -> None:
    into_c1(d, ARBITRARY, closed=False)
    d.conclude(C5.statement)


for _proxy in ESTIMATORS.values():
    if _proxy.name not in ID_OF:
        register_estimator_claim(_proxy)

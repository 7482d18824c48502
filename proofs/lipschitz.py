"""Chapter N, continued: how fast the population gradient turns (N6.printed, N6.direction).

Write V = ‖v*‖². Two points (v, w), (v', w') with angles θ, θ'; in the coordinates w*, n, … with n the unit vector of w
orthogonal to w*, ŵ = cos θ w* + sin θ n and e = sin θ w* − cos θ n. All that is left of the second point's direction is
q = n·n' ∈ [−1, 1], so every distance below is an expression in θ, θ' and q.
"""

from __future__ import annotations

from sympy import And, Eq, Expr, Implies, Integer, Max, Ne, Symbol, cos, cot, oo, pi, sin, symbols

from proofs.engine.claim import Kind, claim
from proofs.engine.definitions import LipschitzGradient
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, Either, If, Part, Same, Tends, eq, gt, le, lt, ne
from proofs.rules.algebra import gram
from proofs.rules.analysis import circle, convex, tends
from proofs.symbols import e, n, named, phi_angle, r, theta, v_vs

LEAST_ANGLE = Symbol("theta_0", real=True)
"""θ₀ ∈ (0, π/2): the region keeps θ₀ ≤ θ ≤ π − θ₀."""

DIRECTION_CONSTANT = Max(1, cot(LEAST_ANGLE))
"""K of N6.direction, in θ₀."""

STRETCH = Symbol("K", positive=True)
"""K, where another constant is written in it."""

MIRRORED_QUOTIENT = (v_vs / (2 * pi)) ** 2 * cot(theta) ** 2
"""The squared quotient of N6.printed, ε being θ."""

STAR, NORMAL, NORMAL_2 = symbols("w* n n'")
_Q, CC, SS, _T = named("⟨n,n'⟩", "cos θ cos θ'", "sin θ sin θ'", "t")
HAT_GAP, E_GAP = symbols("‖ŵ−ŵ'‖ ‖e−e'‖", nonnegative=True)
_APART, _TURNED = symbols("‖w−w'‖ ‖∂f/∂w−∂f/∂w'‖", nonnegative=True)
_SLOPE, _SLOPE_2 = symbols("∂f/∂w ∂f/∂w'")
_NORMALS, _HAT_MIRROR, _E_MIRROR = symbols("‖n'−n‖ ‖ŵ₀−ŵ₀⁻‖ ‖e₀−e₀⁻‖", nonnegative=True)

REGION = {
    "0 < θ₀ < π/2": All(gt(LEAST_ANGLE, 0), lt(LEAST_ANGLE, pi / 2)),
    "θ": All(le(LEAST_ANGLE, theta), le(theta, pi - LEAST_ANGLE)),
    "θ'": All(le(LEAST_ANGLE, phi_angle), le(phi_angle, pi - LEAST_ANGLE)),
}
"""Where N6 and its direction hold: θ' is the angle of the second point."""

NAMES = {phi_angle: r"\theta'", NORMAL: "n"}


def at_angle(angle: Expr, normal: Symbol) -> tuple[Expr, Expr]:
    """ŵ and e of a filter with that angle, `normal` the unit vector of w orthogonal to w*."""
    return cos(angle) * STAR + sin(angle) * normal, sin(angle) * STAR - cos(angle) * normal


@claim(
    id="N6.printed",
    title="No Lipschitz constant holds between any two points where the population loss is differentiable",
    source="[Y], Lemma 3, as printed; the witness [here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=All(eq(_TURNED**2 / _APART**2, Part("squared quotient")), Tends(Part("squared quotient"), oo, (theta, 0))),
    definition=LipschitzGradient("printed"),
    premises={"0 < θ": gt(theta, 0), "θ < π": lt(theta, pi), "v·v* ≠ 0": ne(v_vs, 0)},
    names={_TURNED: r"\|\partial_wf(v,w)-\partial_wf(v,w')\|"},
    hypotheses=(Ne(v_vs, 0), n >= 2),
    parts={"squared quotient": MIRRORED_QUOTIENT},
    setting="w* = (1, 0), w = (cos θ, sin θ), w' = (cos θ, −sin θ): ‖w‖ = ‖w'‖ = 1 and one v, so every bound on "
    "‖v‖ and ‖w‖ is met",
)
def N6_printed(d: Derivation) -> None:
    g = Graph(d)
    inside = g.given("0 < θ"), g.given("θ < π")
    (w, e_1), (w_2, e_2) = (at_angle(theta, side * NORMAL) for side in (1, -1))
    slopes = [
        g.cite("N3", {r: Integer(1), e: one}, *inside, value=slope, name=f"N3 at {at}")
        for at, slope, one in (("w", _SLOPE, e_1), ("w'", _SLOPE_2, e_2))
    ]
    told = g.rule(
        "distances",
        gram,
        *slopes,
        products={(STAR, STAR): Integer(1), (STAR, NORMAL): Integer(0), (NORMAL, NORMAL): Integer(1)},
        norms={w - w_2: _APART, _SLOPE - _SLOPE_2: _TURNED},
    )
    signs = g.instance("sin θ", g.apply("sine", circle, at=_T), {_T: theta})
    nonzero = Symbol("x", nonzero=True, real=True)
    limit = g.apply("limit", tends, f=MIRRORED_QUOTIENT.subs(v_vs, nonzero), over=theta, to=Integer(0))
    g.conclude(g.instance("its limit", limit, {nonzero: v_vs}, g.given("v·v* ≠ 0")), told, signs, *inside)


FRAMES = at_angle(theta, NORMAL), at_angle(phi_angle, NORMAL_2)
"""(ŵ, e) of the two points."""


def frames(
    g: Graph, lengths: dict[Expr, Expr], products: dict[Expr, tuple[Expr, Expr]], *known: Fact
) -> tuple[Fact, Fact, Fact]:
    """Of the two frames: these lengths and inner products; ‖ŵ − ŵ'‖²; and |⟨n, n'⟩| ≤ 1."""
    one, none, ((w, e_1), (w_2, e_2)) = Integer(1), Integer(0), FRAMES
    planes = {CC: (cos(theta) * STAR, cos(phi_angle) * STAR), SS: (sin(theta) * NORMAL, sin(phi_angle) * NORMAL)}
    normals = {(NORMAL, NORMAL): one, (NORMAL_2, NORMAL_2): one, (NORMAL, NORMAL_2): _Q}
    told = g.rule(
        "distances",
        gram,
        *known,
        products=normals | {(STAR, STAR): one, (STAR, NORMAL): none, (STAR, NORMAL_2): none},
        norms={w - w_2: HAT_GAP, e_1 - e_2: E_GAP} | lengths,
        expanded=planes,
        named=products,
    )
    unit = g.rule(
        "n and n'",
        gram,
        products=normals,
        norms={NORMAL: one, NORMAL_2: one},
        named={_Q: (NORMAL, NORMAL_2)},
        same={_NORMALS: (NORMAL_2, NORMAL)},
    )
    return (told, g.equal("‖ŵ − ŵ'‖²", HAT_GAP**2, 2 - 2 * CC - 2 * SS * _Q, told), unit)


def sines_in_region(g: Graph, least: Fact) -> tuple[Fact, list[Fact]]:
    """The signs of sine and cosine at any t, and that at both angles the sine is no less than at θ₀."""
    sine = g.apply("sine", circle, at=_T)
    ends = {"low": LEAST_ANGLE, "high": pi - LEAST_ANGLE}
    concave = g.apply("−sin is convex", convex, sine, least, f=-sin(_T), over=_T, **ends)
    inside = And(LEAST_ANGLE <= _T, pi - LEAST_ANGLE >= _T)
    chord = g.fact("sin t ≥ sin θ₀", Implies(inside, sin(_T) >= sin(LEAST_ANGLE)), concave, least)
    return sine, [g.instance(f"at {x}", chord, {_T: x}) for x in (theta, phi_angle)]


@claim(
    id="N6.direction",
    title="How fast the direction of the gradient turns away from the kinks",
    source="[here]",
    sentence=All(
        le(E_GAP, Part("bound") * HAT_GAP),
        gt(_HAT_MIRROR, 0),
        Either(
            eq(_E_MIRROR, Part("bound") * _HAT_MIRROR),
            If(
                All(Same(NORMAL_2, NORMAL), ne(theta, phi_angle)),
                All(eq(E_GAP, Part("bound") * HAT_GAP), gt(HAT_GAP, 0)),
            ),
        ),
    ),
    definition=LipschitzGradient("direction"),
    parts={"bound": DIRECTION_CONSTANT},
    premises=REGION,
    names=NAMES | {Part("bound"): "K"},
    setting="ŵ = cos θ w* + sin θ n, e = sin θ w* − cos θ n, n the unit vector of w orthogonal to w*; ŵ₀, e₀ at θ₀, "
    "and mirrored in w*: so no smaller K will do; any two points of the region, no path between them is needed",
)
def N6_direction(d: Derivation) -> None:
    g = Graph(d)
    least, first, second = (g.given(name) for name in REGION)
    sine, sines = sines_in_region(g, least)
    (w, e_1), (mirrored, e_m) = (at_angle(LEAST_ANGLE, side * NORMAL) for side in (1, -1))
    told, apart, unit = frames(g, {w - mirrored: _HAT_MIRROR, e_1 - e_m: _E_MIRROR}, {})
    c_0, s_0 = cos(LEAST_ANGLE), sin(LEAST_ANGLE)
    turned = g.equal("‖e − e'‖²", E_GAP**2, 2 - 2 * SS - 2 * CC * _Q, told)
    low = g.instance("sine and cosine of θ₀", sine, {_T: LEAST_ANGLE})
    acute = g.fact("sin θ₀ and cos θ₀ are positive", And(s_0 > 0, c_0 > 0), least, low)
    steep = And(STRETCH >= 1, STRETCH * s_0 >= c_0)
    level = g.fact("q = 1", CC + SS <= 1, told)
    within = acute, told, first, second, *sines
    tilted = g.fact("q = −1 with K", Implies(steep, STRETCH**2 * (1 - CC + SS) >= 1 + CC - SS), *within)
    any_bound = g.fact("any such K", Implies(steep, E_GAP <= STRETCH * HAT_GAP), apart, turned, level, tilted, unit)
    bound = g.instance("K", any_bound, {STRETCH: DIRECTION_CONSTANT}, acute)
    ahead, behind = (g.instance(f"cos({x})", sine, {_T: x}) for x in (theta - phi_angle, phi_angle - theta))
    turn = g.equal("cos(θ − θ')", cos(theta - phi_angle), CC + SS, told)
    straight = g.fact(
        "n = n'",
        Implies(And(Same(NORMAL_2, NORMAL), Ne(theta, phi_angle)), And(Eq(E_GAP, HAT_GAP), HAT_GAP > 0)),
        *(unit, apart, turned, ahead, behind, turn, first, second, least),
    )
    attained = And(Eq(_E_MIRROR, cot(LEAST_ANGLE) * _HAT_MIRROR), _HAT_MIRROR > 0)
    g.conclude(bound, g.fact("mirrored in w*", attained, told, acute), straight, acute)

"""Chapter R, continued: with the true loss neither the Lagrangian nor the angle always decreases (R2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Abs, And, Derivative, Eq, Expr, Implies, Integer, Ne, Rational, Subs, cos, oo, pi, sin, sqrt
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Kind, claim, get
from proofs.engine.combinations import inner
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, If, Part, Tends, eq, ge, gt, le, ne
from proofs.rules.analysis import circle, rising, squeezed, tends
from proofs.splitting import F_VECTOR
from proofs.symbols import PLANE, beta, e, kappa, named, step, theta, vs_vs, w_hat, w_star


@dataclass(frozen=True)
class Witness:
    """A point of the plane from which every step of the ReLU iteration raises θ, and the Lagrangian with it.

    `w` and `w_star` are unit vectors of R²; `u` is the minimizer at w; `turn` bounds the angle of the step up to which
    the Lagrangian is proved to rise (π/2: every step).
    """

    penalty: str
    w: tuple[Rational, Rational]
    w_star: tuple[Rational, Rational]
    u: tuple[Rational, Rational]
    v_star: tuple[Integer, ...]
    beta: Rational
    lam: Rational
    turn: Expr


_W, _W_STAR = (Rational(4, 5), Rational(3, 5)), (Rational(3, 5), Rational(4, 5))

LAGRANGIAN_WITNESS = Witness(
    "l0", _W, _W_STAR, (Rational(4, 5), Integer(0)), (Integer(1),), Rational(1, 5), Rational(49, 1000), pi / 2
)
"""The witness of R2: rises for every τ > 0, so for every η < 1/(α+β)."""

LAGRANGIAN_WITNESSES = (
    LAGRANGIAN_WITNESS,
    Witness(
        "l1",
        _W,
        _W_STAR,
        (Rational(3, 10), Rational(1, 10)),
        (Integer(1),),
        Integer(1),
        Rational(1, 2),
        Rational(1, 10),
    ),
)

_PULL_THERE = 7 / (50 * sqrt(2 * pi))
"""κ sin θ at both witnesses."""

RATES: dict[str, Expr] = {
    "rate of the angle, l0": Rational(12, 125) - _PULL_THERE,
    "rate of the Lagrangian, l0": (Rational(12, 125) - _PULL_THERE) * (1 / (2 * pi) - Rational(12, 125)),
    "rate of the angle, l1": Rational(1, 10) - _PULL_THERE,
    "rate of the Lagrangian, l1": (Rational(1, 10) - _PULL_THERE) * (1 / (2 * pi) - Rational(1, 10)),
}
"""R2: dθ/dτ and dL_β/dτ at τ = 0 from each witness; all are > 0."""

_ANGLE, _LOSS, _V, _Y, _LATER, _LAST = named("θ", "f", "v", "y", "y'", "y''")


def dot(first: tuple[Expr, ...], second: tuple[Expr, ...]) -> Expr:
    """The inner product of two vectors given by their entries."""
    return sum((p * q for p, q in zip(first, second, strict=True)), Integer(0))


def cost(witness: Witness, entry: Expr, u: Expr) -> Expr:
    """λp(|u|) + (β/2)(x − u)² of one entry."""
    price = sympy.Piecewise((Integer(1), Ne(u, 0)), (Integer(0), True)) if witness.penalty == "l0" else Abs(u)
    return witness.lam * price + witness.beta / 2 * (entry - u) ** 2


def drawn(witness: Witness, pull: Expr = kappa) -> tuple[Expr, Expr]:
    """z = w + τ(κw* + βu)."""
    w, star, u = witness.w, witness.w_star, witness.u
    one, two = (w[i] + step * (pull * star[i] + witness.beta * u[i]) for i in (0, 1))
    return one, two


class After:
    """What one step from a witness leads to, by name: ‖z‖, θ⁺, w⁺, any u⁺, and by how much the Lagrangian rises."""

    def __init__(self, witness: Witness) -> None:
        mark = f"({witness.penalty})"
        self.norm = sympy.Symbol(f"‖z‖{mark}", positive=True)
        self.angle, self.raised, self.loss, w_1, w_2, u_1, u_2 = named(
            *(name + mark for name in ("θ⁺", "ΔL_β", "f⁺", "w⁺_1", "w⁺_2", "u⁺_1", "u⁺_2"))
        )
        self.w, self.u = (w_1, w_2), (u_1, u_2)
        self.turn = self.angle - _ANGLE


def premises(witness: Witness) -> dict[str, Boolean]:
    """What one step from the witness is; the Lagrangian is f + λP(u) + (β/2)‖w − u‖²."""
    to, z, mark = After(witness), drawn(witness), f", {witness.penalty}"
    return {
        f"z{mark}": All(eq(to.norm**2, dot(z, z)), *(eq(to.norm * to.w[i], z[i]) for i in (0, 1))),
        f"θ⁺{mark}": All(eq(cos(to.angle), dot(to.w, witness.w_star)), ge(to.angle, 0), le(to.angle, pi)),
        f"L{mark}": eq(to.raised, _raised(witness, to.u)),
    }


def _raised(witness: Witness, u: tuple[Expr, Expr]) -> Expr:
    """By how much a step raises the Lagrangian, `u` being what u is then."""
    to = After(witness)
    costs = [cost(witness, to.w[i], u[i]) - cost(witness, witness.w[i], witness.u[i]) for i in (0, 1)]
    return to.loss - _LOSS + costs[0] + costs[1]


def risen(witness: Witness) -> dict[str, Expr]:
    """By how much a step raises θ and, at u⁺ = u, the Lagrangian."""
    return {"angle": After(witness).turn, "Lagrangian": _raised(witness, witness.u)}


def said(witness: Witness) -> Boolean:
    """The clauses of R2 about a witness."""
    to = After(witness)
    rises = gt(to.raised, 0)
    rates = [(Part(f"rate of the {what}, {witness.penalty}"), by / step) for what, by in risen(witness).items()]
    best = zip(witness.w, witness.u, strict=True)
    return All(
        *(If(ne(_V, u), gt(cost(witness, w, _V), cost(witness, w, u))) for w, u in best),
        gt(to.angle, _ANGLE),
        rises if witness.turn == pi / 2 else If(le(to.turn, witness.turn), rises),
        *(Tends(by, rate, (step, Integer(0))) for rate, by in rates),
        *(gt(rate, 0) for rate, _ in rates),
    )


def rising_from(g: Graph, witness: Witness, signs: Fact, squared: Fact, sine: Fact, pull: Fact) -> tuple[Fact, ...]:
    """The step turns w away from w* by an angle x in (0, π/2), and so the Lagrangian rises."""
    to, z, w, star, mark = After(witness), drawn(witness), witness.w, witness.w_star, f", {witness.penalty}"
    moved, angle, raised = (g.given(f"{name}{mark}") for name in ("z", "θ⁺", "L"))
    turn = to.turn
    up = g.instance(f"sin θ⁺ ≥ 0{mark}", signs, {_Y: to.angle})
    far = g.fact(f"sin θ⁺{mark}", Eq(to.norm * sin(to.angle), z[0] * star[1] - z[1] * star[0]), up, moved, angle)
    added = [
        g.equal(f"{name} of x{mark}", function(turn), function(turn).expand(trig=True))
        for name, function in (("sine", sin), ("cosine", cos))
    ]
    turned = g.fact(
        f"x{mark}",
        And(Eq(to.norm * sin(turn), z[0] * w[1] - z[1] * w[0]), Eq(to.norm * cos(turn), dot(z, w))),
        *(far, sine, moved, angle, *added),
    )
    back = g.instance(f"signs at −x{mark}", signs, {_Y: -turn})
    ahead = g.fact(f"x > 0{mark}", turn > 0, back, angle, sine, turned, pull)
    here = g.instance(f"signs at x{mark}", signs, {_Y: turn})
    acute = g.fact(f"x ≤ π/2{mark}", turn <= pi / 2, here, angle, sine, turned)
    near = g.instance(f"1 − cos x ≤ x²/2{mark}", squared, {_LAST: turn})
    new = w[0] * cos(turn) + w[1] * sin(turn), w[1] * cos(turn) - w[0] * sin(turn)
    entries = g.fact(f"w⁺{mark}", And(Eq(to.w[0], new[0]), Eq(to.w[1], new[1]), to.w[1] > 0), turned, moved)
    lost = g.cite("N1.teacher", {theta: to.angle, vs_vs: Integer(1)}, angle, value=to.loss, name=f"f⁺{mark}")
    return moved, acute, ahead, near, turned, entries, lost, raised


def at_once(g: Graph, witness: Witness, tangent: Fact, below: Fact, *known: Fact) -> Iterator[Fact]:
    """The rates at τ = 0: ‖z‖ sin x = τR, ‖z‖ ≤ 1 + τ and x cos x ≤ sin x ≤ x leave sin x and x = τR but for τ²."""
    to, z, w, u, mark = After(witness), drawn(witness), witness.w, witness.u, f", {witness.penalty}"
    pull, moved, acute, ahead, near, turned, entries, *losses = known
    x, rates = to.turn, [RATES[f"rate of the {what}{mark}"] for what in ("angle", "Lagrangian")]
    rate = sympy.expand((z[0] * w[1] - z[1] * w[0]) / step)
    positive = g.fact(f"R > 0{mark}", rate > 0, pull)
    same = g.fact(f"R at this κ{mark}", Eq(rates[0], rate), pull)
    long = g.fact(f"‖z‖ ≤ 1 + τ{mark}", And(to.norm >= 1, to.norm <= 1 + step), pull, moved)
    low = g.instance(f"sin x ≤ x, for x ≥ 0{mark}", below, {_LATER: x})
    high = g.instance(f"x cos x ≤ sin x, for x ≤ π/2{mark}", tangent, {_Y: Integer(0), _LATER: x})
    bent = g.fact(f"x cos x ≤ sin x ≤ x{mark}", And(x * cos(x) <= sin(x), sin(x) <= x), low, high, acute, ahead)
    close = []
    for name, by, use in (("x", x, bent), ("sin x", sin(x), positive)):
        most = And(by <= step * rate, step * rate <= to.norm * by)
        most = g.fact(f"{name} ≤ τR ≤ ‖z‖ {name}{mark}", most, turned, use)
        off = step * rate - by
        close.append(g.fact(f"τR − {name}{mark}", And(off >= 0, off <= step**2 / 10), most, long))
    flat = g.fact(f"1 − cos x{mark}", And(cos(x) <= 1, 1 - cos(x) <= step**2), near, close[0], ahead)
    by, drag, along = risen(witness), witness.beta * dot(u, (w[1], -w[0])), witness.beta * dot(u, w)
    rise = Eq(by["Lagrangian"], x / (2 * pi) + along * (1 - cos(x)) - drag * sin(x))
    off = by["Lagrangian"] - step * rate * (1 / (2 * pi) - drag)
    rise = g.fact(f"L at u⁺ = u{mark}", rise, entries, *losses)
    rise = g.fact(f"its distance{mark}", Abs(off) <= step**2, rise, flat, *close)
    zero = g.apply(f"τ → 0{mark}", tends, f=step, over=step, to=Integer(0))
    for what, value, by_now in zip(by, rates, (close[0], rise), strict=True):
        told = g.fact(f"{what}, per τ{mark}", le(Abs(by[what] / step - value), step), by_now, same)
        yield g.rule(f"rate of the {what}{mark}", squeezed, told, zero, of=by[what] / step, value=value)


def first_order() -> dict[str, Boolean]:
    """Why: the rates of θ and of the Lagrangian along the step, for any u = q ŵ − C e + k f, f ⟂ ŵ, e."""
    q, across, off = named("q", "C", "k")
    u = q * w_hat - across * e + off * F_VECTOR
    gram = {**PLANE, (F_VECTOR, F_VECTOR): Integer(1)}
    z = w_hat + step * (kappa * w_star + beta * u)
    norm = sqrt(inner(z, z, gram))
    turn = Subs(Derivative(-inner(w_star, z, gram) / norm, step), step, 0) / sin(theta)
    fall = Subs(Derivative(inner(u, z, gram) / norm, step), step, 0)
    pull, fit, drag = kappa * sin(theta), vs_vs / (2 * pi), beta * across
    rate = (drag - pull) * (fit - drag) - beta**2 * off**2
    return {
        "dθ/dτ at τ = 0, in any dimension": eq(turn, drag - pull),
        "the slope of the true loss": eq(Derivative(get("N1.teacher").formula, theta), fit),
        "the rate of the Lagrangian at τ = 0": eq(fit * turn - beta * fall, rate),
        "for k = 0 both rise exactly for κ sin θ < βC < ‖v*‖²/2π": sympy.Equivalent(
            And(drag > pull, (drag - pull) * (fit - drag) > 0), And(pull < drag, drag < fit)
        ),
    }


@claim(
    id="R2",
    title="With the true loss neither the Lagrangian nor the angle always decreases",
    source="[here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=All(*map(said, LAGRANGIAN_WITNESSES)),
    definition=Splitting("lagrangian", "l0"),
    parts=RATES,
    besides=first_order,
    names={_LOSS: "f"},
    premises={
        "κ": eq(8 * pi * kappa**2, 1),
        "θ": All(eq(cos(_ANGLE), dot(_W, _W_STAR)), ge(_ANGLE, 0), le(_ANGLE, pi)),
        **{name: told for witness in LAGRANGIAN_WITNESSES for name, told in premises(witness).items()},
    },
    setting="ReLU estimator, v = v*, ‖v*‖ = 1; w = (⅘, ⅗), w* = (⅗, ⅘); β = ⅕, λ = 49/1000 for l0 and β = 1, λ = ½ "
    "for l1; u = S(w), the only minimizer, v any other number; w⁺ = z/‖z‖, z = w + τ(κw* + βu), any τ > 0, so any "
    "η < 1/(α+β); ΔL_β is how much f + λP(u) + (β/2)‖w − u‖² rises with the true loss f, whatever u⁺; its rate is that "
    "at u⁺ = u. Beside the statement u is qŵ − Ce and a vector of length k orthogonal to both",
)
def R2(d: Derivation) -> None:
    g = Graph(d)
    signs = g.apply("signs", circle, at=_Y)
    beyond: dict[str, Any] = {"low": Integer(0), "high": oo}
    first = g.apply("x − sin x rises", rising, f=_Y - sin(_Y), over=_Y, then=_LATER, **beyond)
    below = g.instance("sin y ≤ y", first, {_Y: Integer(0)})
    bent = cos(_LATER) + _LATER**2 / 2
    second = g.apply("cos x + x²/2 rises", rising, below, f=bent, over=_LATER, then=_LAST, **beyond)
    squared = g.instance("1 − cos y ≤ y²/2", second, {_LATER: Integer(0)})
    quarter: dict[str, Any] = {"low": Integer(0), "high": pi / 2}
    off = sin(_Y) - _Y * cos(_Y)
    tangent = g.apply("sin y − y cos y rises", rising, signs, f=off, over=_Y, then=_LATER, **quarter)
    here = g.instance("sin θ ≥ 0", signs, {_Y: _ANGLE})
    pull, angle = g.given("κ"), g.given("θ")
    known = And(Eq(sin(_ANGLE), Rational(7, 25)), Eq(cos(_ANGLE), Rational(24, 25)), _ANGLE >= 0, pi >= _ANGLE)
    sine = g.fact("sin θ", known, angle, here)
    loss = g.cite("N1.teacher", {theta: _ANGLE, vs_vs: Integer(1)}, angle, value=_LOSS, name="f")
    ends = []
    for witness in LAGRANGIAN_WITNESSES:
        to, w, mark = After(witness), witness.w, f", {witness.penalty}"
        moved, acute, ahead, near, turned, entries, lost, raised = rising_from(g, witness, signs, squared, sine, pull)
        if witness.penalty == "l0":
            gained, also = witness.beta / 2 * (to.w[1] ** 2 - w[1] ** 2), [entries, turned, pull]
        else:
            also, gained = [], sum(witness.beta * (w[i] - witness.u[i]) * (to.w[i] - w[i]) for i in (0, 1))
        least = g.fact(f"no u⁺ costs less{mark}", to.raised >= to.turn / (2 * pi) + gained, *also, raised, lost, loss)
        early = to.turn <= witness.turn if witness.turn != pi / 2 else sympy.true
        up = g.fact(f"the Lagrangian rises{mark}", Implies(early, to.raised > 0), least, entries, ahead, near)
        ends += [ahead, up]
        ends += at_once(g, witness, tangent, below, pull, moved, acute, ahead, near, turned, entries, lost, loss)
    g.conclude(*ends)

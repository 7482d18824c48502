"""Chapter R, continued: with the true loss neither the Lagrangian nor the angle always decreases (R2)."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, And, Eq, Expr, Implies, Integer, Ne, Piecewise, Rational, cos, pi, sin, sqrt, symbols
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Kind, claim, get
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation, Obligation, holds, inner, vanishes
from proofs.engine.sentence import All, Exists, If, Part, Term, Where, eq, gt, lt
from proofs.engine.smt import follows
from proofs.potentials import at_teacher, radial_and_pull
from proofs.splitting import ENTRY, F_VECTOR, X
from proofs.symbols import PLANE, alpha, beta, e, eta, kappa, lam, step, theta, v, v_star, vs_vs, w_hat, w_star, x


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

_COST = {"l0": Piecewise((lam, Ne(ENTRY, 0)), (Integer(0), True)), "l1": lam * Abs(ENTRY)}
"""λp of one entry u_i."""

_TURN, _COS, _SIN = symbols("x cos_x sin_x", real=True)
_KAPPA_RELU = Eq(8 * pi * kappa**2, 1)
"""κ at ‖v*‖ = 1."""


def dot(first: tuple[Expr, ...], second: tuple[Expr, ...]) -> Expr:
    """The inner product of two vectors given by their entries."""
    return sum((p * q for p, q in zip(first, second, strict=True)), Integer(0))


def beats_all(what: str, witness: Witness, entry: Expr, best: Expr, given: tuple[object, ...] = ()) -> Obligation:
    """Owe: `best` is the only minimizer of λp(|u|) + (β/2)(entry − u)²."""
    cost = (_COST[witness.penalty] + witness.beta / 2 * (entry - ENTRY) ** 2).subs(lam, witness.lam)
    return follows(what, cost > cost.subs(ENTRY, best), Ne(ENTRY, best), *given)


def turned_away(witness: Witness) -> tuple[Expr, Expr]:
    """The witness w turned away from w* by the angle x, in cos x and sin x."""
    first, second = witness.w
    return first * _COS + second * _SIN, second * _COS - first * _SIN


def turning(d: Derivation, witness: Witness) -> None:
    """From the witness every step turns w away from w*, by an angle in (0, π/2)."""
    w, target, u = witness.w, witness.w_star, witness.u
    z = tuple(w_i + step * (kappa * s_i + witness.beta * u_i) for w_i, s_i, u_i in zip(w, target, u, strict=True))
    cosine, sine = dot(w, target), w[0] * target[1] - w[1] * target[0]
    turned = turned_away(witness)
    ahead, aside = dot(z, w), z[0] * w[1] - z[1] * w[0]
    d.step(
        f"{witness.penalty}: θ rises, whatever τ > 0",
        f"w = {w}, w* = {target}, β = {witness.beta}, λ = {witness.lam}, u = {u}",
        "w⁺ is w turned by an angle x away from w*: θ⁺ = θ + x, 0 < x < π/2; cos x and sin x are ⟨z, w⟩/‖z‖ and "
        "(z₁w₂ − z₂w₁)/‖z‖",
        *(beats_all(f"u_{i + 1} is the only minimizer", witness, w[i], u[i]) for i in (0, 1)),
        vanishes("‖w‖² − 1", dot(w, w) - 1),
        vanishes("‖w*‖² − 1", dot(target, target) - 1),
        holds("sin θ > 0", sine > 0),
        holds("cos θ > 0", cosine > 0),
        follows("⟨z, w⟩ > 0", ahead > 0, _KAPPA_RELU),
        follows("z₁w₂ − z₂w₁ > 0", aside > 0, _KAPPA_RELU),
        follows("both entries of z are positive", And(z[0] > 0, z[1] > 0), _KAPPA_RELU),
        *(vanishes(f"z_{i + 1} − ‖z‖ w⁺_{i + 1}", z[i] - turned[i].subs({_COS: ahead, _SIN: aside})) for i in (0, 1)),
        vanishes("⟨w⁺, w*⟩ − cos(θ + x)", dot(turned, target) - (cosine * _COS - sine * _SIN)),
    )


def sine_is_below() -> list[Obligation]:
    """sin x ≤ x and 1 − cos x ≤ x²/2 for x ≥ 0: each difference starts at 0 and has a derivative ≥ 0."""
    over, under = x - sin(x), x**2 / 2 - (1 - cos(x))
    return [
        *(
            vanishes(f"{name} at 0", part.subs(x, 0))
            for name, part in (("x − sin x", over), ("x²/2 − 1 + cos x", under))
        ),
        vanishes("slope of x − sin x", over.diff(x) - (1 - cos(x))),
        follows("it is ≥ 0", 1 - _COS >= 0, Eq(_COS**2 + _SIN**2, 1)),
        vanishes("slope of x²/2 − 1 + cos x", under.diff(x) - over),
    ]


def loss_slope(d: Derivation) -> Expr:
    """df/dθ at v = v*: a constant, so that f rises by this times the angle."""
    d.cite("N1.teacher")
    return get("N1.teacher").formula.diff(theta)


_CIRCLE = (Eq(_COS**2 + _SIN**2, 1), _SIN > 0, _COS > 0, _SIN <= _TURN, 1 - _COS <= _TURN**2 / 2)


def rises_l0(d: Derivation, witness: Witness) -> None:
    """The support stays, so λP is unchanged and the envelope changes by (β/2)(w₂⁺² − w₂²)."""
    w = witness.w
    first, second = turned_away(witness)
    inside = [Eq(_COS**2 + _SIN**2, 1), _SIN > 0, _COS > 0, second > 0]
    change = loss_slope(d).subs(vs_vs, dot(witness.v_star, witness.v_star)) * _TURN
    change += witness.beta / 2 * (second**2 - w[1] ** 2)
    d.step(
        "l0: the Lagrangian rises, whatever τ > 0",
        change,
        "θ‖v*‖²/2π rises by x‖v*‖²/2π; u keeps its support, so (β/2)‖w − u‖² + λP(u) changes by (β/2)(w₂⁺² − w₂²)",
        vanishes("f(v*, w) − θ‖v*‖²/2π", get("N1.teacher").formula - theta * vs_vs / (2 * pi)),
        *sine_is_below(),
        follows("w₁⁺ > w₁ and w₂⁺ < w₂; w₂⁺ > 0 as z₂ > 0", And(first > w[0], second < w[1]), inside),
        beats_all("the large entry is kept", witness, X, X, (w[0] <= X,)),
        beats_all("the small one is dropped", witness, X, Integer(0), (X >= 0, w[1] >= X)),
        follows("it rises", change > 0, _CIRCLE),
    )


def rises_l1(d: Derivation, witness: Witness) -> None:
    """The envelope lies above its tangent: it changes by at least β⟨w − u, w⁺ − w⟩."""
    d.cite("R1.global")
    w, u = witness.w, witness.u
    first, second = turned_away(witness)
    move, apart = (first - w[0], second - w[1]), (w[0] - u[0], w[1] - u[1])
    change = loss_slope(d).subs(vs_vs, dot(witness.v_star, witness.v_star)) * _TURN + witness.beta * dot(apart, move)
    d.step(
        f"l1: the Lagrangian rises for every step with 0 < x ≤ {witness.turn}",
        change,
        "x is the angle of the step, so this is every small η; λP(u) + (β/2)‖w − u‖² changes by at least "
        "β⟨w − u, w⁺ − w⟩ (R1.global, second step)",
        follows("it rises", change > 0, *_CIRCLE, witness.turn >= _TURN),
    )


def first_order(d: Derivation, strength: Expr) -> None:
    """The rates of θ and of the Lagrangian along the step, for any u = q ŵ − C e + k f, f ⟂ ŵ, e; κ is `strength` at
    the witnesses."""
    d.cite("R1")
    q, across, off = symbols("q C k", real=True)
    u = q * w_hat - across * e + off * F_VECTOR
    gram = {**PLANE, (F_VECTOR, F_VECTOR): Integer(1)}
    z = w_hat + step * (kappa * w_star + beta * u)
    norm = sqrt(inner(z, z, gram))
    turn = (-inner(w_star, z, gram) / norm).diff(step).subs(step, 0) / sin(theta)
    fall = (inner(u, z, gram) / norm).diff(step).subs(step, 0)
    pull, true = kappa * sin(theta), loss_slope(d)
    change = true * turn - beta * fall
    rate = (beta * across - pull) * (true - beta * across) - beta**2 * off**2
    d.step(
        "Why: the rates at τ = 0, in any dimension",
        rate,
        "u = qŵ − Ce + kf, f ⟂ ŵ, e: dθ/dτ = βC − κ sin θ, and the Lagrangian has the rate shown (∇E = β(w − u), R1). "
        "In the plane (k = 0) both rise exactly when κ sin θ < βC < ‖v*‖²/2π: the coarse gradient weighs the fit by "
        "κ sin θ, the loss by ‖v*‖²/2π",
        vanishes("dθ/dτ", turn - (beta * across - pull)),
        vanishes("rate of the Lagrangian", change - rate),
        _both_rise(),
    )
    for witness in LAGRANGIAN_WITNESSES:
        for name, general in (("angle", turn), ("Lagrangian", change)):
            part = f"rate of the {name}, {witness.penalty}"
            d.hold(part, RATES[part], _at(witness, general, across, off, strength), "the rate at the witness")
            d.step("It is > 0", RATES[part], "", holds("sign", RATES[part] > 0))


def _at(witness: Witness, rate: Expr, across: Expr, off: Expr, strength: Expr) -> Expr:
    """A rate at a witness: θ, C = −⟨u, e⟩ and ‖v*‖² from its vectors."""
    w, target, u = witness.w, witness.w_star, witness.u
    cosine, sine = dot(w, target), Abs(w[0] * target[1] - w[1] * target[0])
    tangent = tuple((s_i - cosine * w_i) / sine for w_i, s_i in zip(w, target, strict=True))
    numbers = {across: -dot(u, tangent), off: 0, beta: witness.beta, kappa: strength}
    squares = {vs_vs: dot(witness.v_star, witness.v_star), sin(theta): sine, cos(theta): cosine}
    return rate.subs(numbers).subs(squares)


def _both_rise() -> Obligation:
    """Both rates positive in the plane exactly when βC lies strictly between."""
    pull, drag, fit = symbols("κ_sin β_C fit", real=True)
    rising = And(drag - pull > 0, (drag - pull) * (fit - drag) > 0)
    between = And(pull < drag, drag < fit)
    return follows("both rise exactly between", And(Implies(rising, between), Implies(between, rising)))


_BOTH_RISE = All(gt(Term(r"\theta(w^+)"), Term(r"\theta(w)")), gt(Term(r"L_\beta(u^+,w^+)"), Term(r"L_\beta(u,w)")))
_WITNESS = (
    eq(v, v_star),
    eq(Term(r"\|v^*\|"), 1),
    eq(Term("w"), Term(r"(\tfrac45,\tfrac35)")),
    eq(w_star, Term(r"(\tfrac35,\tfrac45)")),
)


def _rates(name: str) -> tuple[Boolean, Boolean]:
    """What both rates are at τ = 0."""
    angle, lagrangian = (Part(f"rate of the {what}, {name}") for what in ("angle", "Lagrangian"))
    at_once = Term(r"\tfrac{d\theta}{d\tau}(0)"), Term(r"\tfrac{dL_\beta}{d\tau}(0)")
    return eq(at_once[0], angle), eq(at_once[1], lagrangian)


@claim(
    id="R2",
    title="With the true loss neither the Lagrangian nor the angle always decreases",
    source="[here]",
    kind=Kind.COUNTEREXAMPLE,
    sentence=All(
        Where(
            If(All(lt(0, eta), lt(eta, 1 / (alpha + beta))), _BOTH_RISE),
            Term(r"\ell_0"),
            *_rates("l0"),
            *_WITNESS,
            eq(beta, Rational(1, 5)),
            eq(lam, Rational(49, 1000)),
        ),
        Where(
            Exists(Term(r"\eta_0>0"), If(All(lt(0, eta), lt(eta, Term(r"\eta_0"))), _BOTH_RISE)),
            Term(r"\ell_1"),
            *_rates("l1"),
            *_WITNESS,
            eq(beta, 1),
            eq(lam, Rational(1, 2)),
        ),
    ),
    definition=Splitting("lagrangian", "l0"),
    parts=RATES,
    setting="ReLU estimator; L_β = f + λP(u) + (β/2)‖w − u‖² with the true loss f; the l1 witness has the same v*, w "
    "and w*",
)
def R2(d: Derivation) -> None:
    d.begin("L_β(u, w) = f(v*, w) + λP(u) + (β/2)‖w − u‖², u = S(w), one step w → w⁺, u⁺ = S(w⁺)")
    _, pull, owes = radial_and_pull(d, "")
    at_one = at_teacher(pull).subs(vs_vs, 1)
    d.step(
        "κ of the witness",
        at_one,
        "C9 at v = v*, ‖v*‖ = 1",
        *owes,
        vanishes("8πκ² − 1", 8 * pi * at_one**2 - 1),
        holds("κ > 0", at_one > 0),
    )
    flat, soft_one = LAGRANGIAN_WITNESSES
    turning(d, flat)
    rises_l0(d, flat)
    turning(d, soft_one)
    rises_l1(d, soft_one)
    first_order(d, at_one)
    d.conclude_argument(
        "small steps do not help: the coarse and the true gradient weigh the fit differently; "
        "L_β(u, w⁺), before u moves, is higher still"
    )

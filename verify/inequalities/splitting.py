"""Chapter R: steps, fixed points, the basin and stability, in coordinates (`verify.inequalities.frame`) or by entries.

A step is defined by z = w + τ(κw* + βu), w⁺ = z/‖z‖. Of a minimizer u only that no other point does better is used,
unless a penalty is named; its map then is P1's or P2's formula.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Abs, And, Eq, Equivalent, Expr, Ge, Gt, Implies, Integer, Le, Lt, Ne, Or, Rational, Symbol, cos, sin
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim, get
from proofs.symbols import beta, cap_angle, kappa, lam, multiplier, n, ratio, step, x_in
from verify.inequalities.frame import CIRCLE, C, S, circle_point, dot, placed, reals
from verify.inequalities.statement import Statement, stated
from verify.minimizer import objective

__all__ = ["soft"]

_U = reals("u_1 u_2 u_3")
_W = (Integer(1), Integer(0), Integer(0))
_STAR = (C, S, Integer(0))
_Z = Symbol("norm_z", positive=True)
_N = multiplier


def soft(point: Expr) -> Expr:
    """P1's map at ρ = λ/β."""
    return get("P1").formula.subs({x_in: point, ratio: lam / beta})


@stated("R1", scope="all n: three coordinates hold w, w⁺ and u", whole=True)
def _lyapunov(claim: Claim) -> Iterator[Statement]:
    """w* as the step makes it: κw* = (z − w)/τ − βu, z = ‖z‖w⁺; λP(u) is a number, and u competes at w⁺ too."""
    new, (height, least) = reals("p_1 p_2 p_3"), reals("lambda_P e_plus")
    pull = [(_Z * there - here) / step - beta * own for there, here, own in zip(new, _W, _U, strict=True)]
    away = [there - here for there, here in zip(new, _W, strict=True)]
    before = dot(pull, _W) + beta / 2 - height - beta * _squares(_W, _U) / 2
    after = dot(pull, new) + beta / 2 - least
    bound = placed(claim.parts["lower bound"], {"‖w⁺−w‖²": dot(away, away), "‖z‖": _Z})
    known = Eq(dot(new, new), 1), Le(least, height + beta * _squares(new, _U) / 2)
    yield Statement("H(w⁺) − H(w)", Ge(after - before, bound), known)


def _squares(one: list[Expr] | tuple[Expr, ...], other: list[Symbol]) -> Expr:
    return dot(*[[a - b for a, b in zip(one, other, strict=True)]] * 2)


@stated("R1.global", scope="all n, by entries: ½N(w_i² − w̄_i²) sums to 0", whole=True)
def _global(claim: Claim) -> Iterator[Statement]:
    """The envelope at w_i is the objective at some v, whichever it is; at w̄_i it is the one at S(w̄_i)."""
    here, limit, v, own, pull = reals("x x_bar v u_bar y")
    value = pull * limit + beta * limit**2 / 2 - objective(Abs(own), own, limit, lam, beta)
    other = pull * here + beta * here**2 / 2 - objective(Abs(v), v, here, lam, beta)
    bound = placed(claim.parts["lower bound"], {"‖w−w̄‖²": (here - limit) ** 2})
    known = Eq(own, soft(limit)), Eq(_N * limit, pull + beta * own)
    yield Statement("an entry", Ge(value - other, bound - _N * (here**2 - limit**2) / 2), known)


@stated("R3", scope="all n: three coordinates hold w̄, w* and ū", whole=True)
def _fixed(claim: Claim) -> Iterator[Statement]:
    right = [placed(claim.parts["right side"], {"u": u, "w_star": s}) for u, s in zip(_U, _STAR, strict=True)]
    moved = [w + step * (kappa * s + beta * u) for w, s, u in zip(_W, _STAR, _U, strict=True)]
    level = placed(claim.parts["multiplier"], {"u_w": _U[0]})
    norm = Eq(_Z**2, dot(moved, moved))
    balance = [Eq(_N * w, part) for w, part in zip(_W, right, strict=True)]
    stays = And(*(Eq(there, _Z * w) for there, w in zip(moved, _W, strict=True)))
    own = [part.xreplace({_N: level}) for part in balance]
    yield Statement("fixed, so N w̄ is that", And(*own, 1 + step * level > 0), (*CIRCLE, norm, stays))
    positive = 1 + step * _N > 0
    yield Statement("N w̄ is that, so fixed", And(stays, Eq(_N, level)), (*CIRCLE, norm, *balance, positive))
    across = Symbol("norm_P_u", nonnegative=True)
    sine = placed(claim.parts["sine"], {"P_u": across})
    known = (*CIRCLE, *balance, Eq(across**2, _U[1] ** 2 + _U[2] ** 2))
    yield Statement("sin θ̄", Eq(S, sine), known)
    yield Statement("‖Pū‖ ≤ ‖w̄ − ū‖", Le(across**2, _squares(_W, _U)), known)


@stated("R6", scope="all n, by inner products", whole=True)
def _basin(claim: Claim) -> Iterator[Statement]:
    """z = (1 + τβ)w + τκy, y = w* + d with ‖d‖ ≤ sin α₀: in numbers Y = ‖y‖, y·w*, ‖z‖ and cos θ.

    The first two statements say what these numbers satisfy, the others what follows from that.
    """
    along, across, inner, own, far = reals("d_1 d_2 w_y y_w Y")
    q, root = Symbol("q", positive=True), Symbol("cos_cap", positive=True)
    heavy, pull = 1 + step * beta, step * kappa
    angle = Eq(q**2 + root**2, 1)
    ball = angle, Le(along**2 + across**2, q**2), Eq(far**2, (1 + along) ** 2 + across**2), Ge(far, 0)
    yield Statement("the ball lies in the cone", And(Ge(1 + along, root * far), Ge(far, 1 - q)), ball)
    norm = Eq(_Z**2, heavy**2 + 2 * heavy * pull * inner + pull**2 * far**2)
    triangle = And(Le(_Z, heavy + pull * far), Ge(_Z, heavy - pull * far), Ge(_Z, pull * far - heavy))
    yield Statement("the triangle inequality", triangle, (norm, Ge(far, 0), Le(Abs(inner), far)))
    known = angle, Ge(own, root * far), Ge(far, 1 - q), *triangle.args
    part = claim.parts["gain lower bound"].xreplace({sin(cap_angle): q, cos(cap_angle): root})
    gain, ahead = placed(part, {}), heavy * C + pull * own
    inside = Lt(C, root), Gt(C, -root)
    yield Statement("the gain", Ge(ahead, (C + gain) * _Z), (*known, *inside), relaxed=True)
    yield Statement("which is an increase", Gt(gain, 0), (angle, *inside), relaxed=True)
    yield Statement("the cap is kept", Ge(ahead, root * _Z), (*known, Ge(C, root), Le(C, 1)), relaxed=True)
    yield _near_the_cap(gain, q, root)


def _near_the_cap(gain: Expr, q: Symbol, root: Symbol) -> Statement:
    """w a little outside a narrow cap, and y where the cone touches the ball: there the gain is all but the least."""
    (cap_cos, cap_sin), (own_cos, own_sin) = circle_point(Rational(1, 1000)), circle_point(Rational(1, 995))
    ball = (cap_cos**2, cap_cos * cap_sin)  # along w*, and across it on the side of w
    moved = [own + other for own, other in zip((2 * own_cos, 2 * own_sin), ball, strict=True)]
    values = (Eq(q, cap_sin), Eq(root, cap_cos), Eq(C, own_cos), Eq(S, own_sin), Eq(beta, 1), Eq(kappa, 1), Eq(step, 1))
    known = (*values, Eq(_Z**2, dot(moved, moved)))
    return Statement("an instance near the cap", Ge(moved[0], (C + gain) * _Z), known)


@stated("R6.radius", scope="all n, by entries", whole=True)
def _radius(claim: Claim) -> Iterator[Statement]:
    """An entry's gap is at most |w_i|, as 0 competes, and at most δ, which is its supremum; the squares are summed."""
    w, own, price, square = reals("w_i u_i p_i sum")
    delta = Symbol("far", positive=True)
    better = Le(objective(price, own, w, lam, beta), beta * w**2 / 2)
    yield Statement("an entry", Le((w - own) ** 2, w**2), (better, Ge(price, 0)))
    bound = placed(claim.parts["bound"], {"delta": delta})
    known = Ge(square, 0), Le(square, 1), Le(square, n * delta**2)
    yield Statement("the sum", And(Ge(bound, 0), Le(beta**2 * square, bound**2)), known)


@stated("R7.stability", scope="n = 2, 3", whole=False)
def _stability(claim: Claim) -> Iterator[Statement]:
    for size in (2, 3):
        entries, slopes = (reals(" ".join(f"{name}_{i}" for i in range(1, size + 1))) for name in "wS")
        stiff = [placed(claim.parts["stiffness"], {"S_slope": slope}) for slope in slopes]
        known = Eq(dot(entries, entries), 1), Ne(entries[0], 0)
        claimed = Or(And(*(Gt(d, 0) for d in stiff)), *_soft_cases(claim.parts["secular sum"], entries, stiff))
        bent = [_N - beta * slope for slope in slopes]  # N − h'', h' = βS
        yield Statement(f"n = {size}", Equivalent(_definite(entries, bent), claimed), known, slow=size > 2)


def _soft_cases(part: Expr, entries: list[Symbol], stiff: list[Expr]) -> Iterator[Boolean]:
    for j, (own, d) in enumerate(zip(entries, stiff, strict=True)):
        others = [(w, other) for i, (w, other) in enumerate(zip(entries, stiff, strict=True)) if i != j]
        secular = placed(part, {"A": sum((w**2 / other for w, other in others), Integer(0)), "w_j": own, "d": -d})
        rest = [Gt(other, 0) for _, other in others]
        yield And(Lt(d, 0), *rest, Lt(secular, 0))
        yield And(Eq(d, 0), *rest, Ne(own, 0))


def _definite(entries: list[Symbol], stiff: list[Expr]) -> Boolean:
    """diag(D) > 0 on the complement of w, which (−w_k, …, w_1, …) span where w_1 ≠ 0: by its leading minors."""
    first, *rest = entries
    tangents = [[-other, *(first if k == i else Integer(0) for k in range(len(rest)))] for i, other in enumerate(rest)]
    gram = [[dot([d * a for d, a in zip(stiff, one, strict=True)], other) for other in tangents] for one in tangents]
    if len(gram) == 1:
        return Gt(gram[0][0], 0)
    return And(Gt(gram[0][0], 0), Gt(gram[0][0] * gram[1][1] - gram[0][1] ** 2, 0))


@stated("R10", scope="all n, by entries", whole=True)
def _free(claim: Claim) -> Iterator[Statement]:
    """κ(w* − ŵ) = β(w − u), w = r ŵ: every term of w·(w − u) is ≥ 0, p being even and nondecreasing in |u|."""
    w, own, price, at_w, inner = reals("w_i u_i p_u p_w w_dot")
    r = Symbol("norm_w", positive=True)
    better = [
        Le(objective(price, own, w, lam, beta), lam * at_w),
        Le((w - own) ** 2, (w + own) ** 2),
        Implies(Ge(Abs(own), Abs(w)), Ge(price, at_w)),
    ]
    yield Statement("w_i(w_i − u_i) ≥ 0", Ge(w * (w - own), 0), tuple(better))
    balance = Eq(kappa * (C - 1) * r, beta * inner)
    known = (*CIRCLE, balance, Ge(inner, 0))
    yield Statement("so w is along w*, and w·(w − u) = 0", And(Eq(C, 1), Eq(inner, 0)), known)
    yield Statement("so an entry of w that is not 0 is u_i", Eq(w, own), (Eq(w * (w - own), 0), Ne(w, 0)))
    v = Symbol("v", real=True)
    here = Symbol("x", positive=True)
    yield Statement("l1: S(x) ≠ x", Ne(soft(here), here))
    a = Symbol("a", positive=True)
    slope = lam / beta * a * (a + 1) / (a + here) ** 2
    shorter = objective((a + 1) * v / (a + v), v, here, lam, beta)
    yield Statement(
        "transformed l1: a shorter one is better than x",
        Lt(shorter, lam * (a + 1) * here / (a + here)),
        (Or(Eq(v, here - slope), Eq(v, here / 2)), Ge(v, here / 2), Ge(v, here - slope)),
    )
    keeps = Ge(beta * here**2 / 2, lam)
    yield Statement("l0: x is as good as 0", Equivalent(keeps, Ge(here, claim.parts["threshold"])))

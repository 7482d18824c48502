"""Chapter R: the entries of a limit, its error, its support, and the spikes, by entries.

An entry of a fixed point satisfies N x = y + βu, y = κ|w*_i| > 0 and u a minimizer at x; a sum over the entries is
stated for the numbers it adds up, or for vectors of few different entries.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import (
    Abs,
    And,
    Eq,
    Equivalent,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Ne,
    Or,
    Piecewise,
    Rational,
    Symbol,
    cos,
    sin,
    sqrt,
)
from sympy.logic.boolalg import Boolean

from proofs.engine.claim import Claim
from proofs.symbols import (
    a,
    beta,
    kappa,
    kept_level,
    lam,
    multiplier,
    nonzeros,
    ratio,
    spike_sign,
    star_entry,
    star_size,
    theta,
    thresholded,
)
from verify.inequalities.frame import CIRCLE, C, S, circle_point, dot, placed, reals
from verify.inequalities.splitting import soft
from verify.inequalities.statement import Statement, stated
from verify.minimizer import objective

__all__: list[str] = []

_N = multiplier
_X, _OWN = reals("x_i u_i")
_HALF = Symbol("sin_half", nonnegative=True)
_SOFT = Eq(_OWN, soft(_X)), Eq(_N * _X, kappa * star_size + beta * _OWN)
_ABOVE = (Gt(_N, beta),)


@stated("R4.l1", scope="all n, by entries; that ‖w̄(N)‖ = 1 has a root is its continuity", whole=False)
def _l1_limit(claim: Claim) -> Iterator[Statement]:
    parts = claim.parts
    active = Gt(star_size, parts["active threshold"])
    form = Piecewise((parts["active entry"], active), (parts["inactive entry"], True))
    balance = Eq(_N * _X, kappa * star_size + beta * soft(_X))
    yield Statement("an entry", Equivalent(balance, Eq(_X, form)), _ABOVE)
    other, later = Symbol("M", positive=True), Symbol("x_M", real=True)
    after = Eq(other * later, kappa * star_size + beta * soft(later))
    yield Statement("it falls as N grows", And(Gt(later, 0), Lt(later, _X)), (*_ABOVE, balance, after, Gt(other, _N)))
    largest, size = Symbol("omega_max", positive=True), Symbol("K", positive=True)
    exists = placed(parts["existence"], {"omega_max": largest})
    near = Le(size * (_N - beta), kappa * star_size - lam), Lt(_N * lam, beta * kappa * star_size)
    yield Statement(
        "the largest entry tends to ∞ as N → β, if λ is below",
        Ge(_X, size),
        (*_ABOVE, *_SOFT, *near, Eq(star_size, largest), Lt(lam, exists)),
    )
    yield Statement("there are such N, if λ is below", Gt(kappa * largest, lam), (Lt(lam, exists),))
    yield Statement("else no entry is active", Eq(_OWN, 0), (*_ABOVE, *_SOFT, Le(star_size, largest), Ge(lam, exists)))
    rests = Eq(kappa * star_size, kappa * star_size + beta * soft(star_size))
    yield Statement("w̄ = w*, N = κ", Equivalent(rests, Le(beta * star_size, lam)))


@stated("R4.l0", scope="all n, by entries; the norm for n = 3", whole=False)
def _l0_limit(claim: Claim) -> Iterator[Statement]:
    parts = claim.parts
    kept, dropped = Eq(_N * _X, kappa * star_size + beta * _X), Eq(_N * _X, kappa * star_size)
    yield Statement("kept", Equivalent(kept, Eq(_X, parts["kept entry"])), _ABOVE)
    yield Statement("dropped", Equivalent(dropped, Eq(_X, parts["dropped entry"])), _ABOVE)
    yield Statement("x is as good as 0", Equivalent(Ge(beta * _X**2 / 2, lam), Ge(Abs(_X), parts["threshold"])))
    entries = reals("w_1 w_2 w_3")
    for support in (1, 2):
        found = [kappa * w / (_N - beta if i < support else _N) for i, w in enumerate(entries)]
        mass = dot(entries[:support], entries[:support])
        equation = placed(parts["norm equation"], {"kept_mass": mass})
        yield Statement(
            f"norm, {support} kept of 3", Eq(dot(found, found), equation), (*_ABOVE, Eq(dot(entries, entries), 1))
        )


@stated("R4.tl1", scope="all n, by entries: that these are limits, not that there are no others", whole=False)
def _tl1_limit(claim: Claim) -> Iterator[Statement]:
    parts, v = claim.parts, Symbol("v", nonnegative=True)
    yield Statement("dropped", Equivalent(Eq(_N * _X, kappa * star_size), Eq(_X, parts["lower entry"])), (Gt(_N, 0),))
    x = parts["kept entry"]
    level, other = ((a + 1) * u / (a + u) for u in (kept_level, v))
    here, there = (objective(p, u, x, ratio) for p, u in ((level, kept_level), (other, v)))
    beyond = Ge((a + kept_level) ** 2, 2 * ratio * (a + 1))
    yield Statement("kept: U minimizes at x", Le(here, there), (beyond,))
    yield Statement("its equation", Eq(_N * x - beta * kept_level, parts["active equation"]))


_STAR = (C, S, Integer(0))
_SUM = Symbol("gaps_squared", nonnegative=True)


@stated("R5", scope="all n: three coordinates hold w̄, w* and ū", whole=True)
def _error(claim: Claim) -> Iterator[Statement]:
    own, gap, (apart, inner) = reals("u_1 u_2 u_3"), Symbol("gap", nonnegative=True), reals("distance star_u")
    level = [Eq(_N * w, kappa * s + beta * u) for w, s, u in zip((1, 0, 0), _STAR, own, strict=True)]
    known = (*CIRCLE, *level, Eq(gap**2, (1 - own[0]) ** 2 + own[1] ** 2 + own[2] ** 2))
    part = {name: placed(form, {"gap": gap, "u_w": own[0]}) for name, form in claim.parts.items()}
    yield Statement("sin θ̄", Le(S, part["bound"]), known)
    yield Statement("its square", Eq(S**2, part["square of the sine"]), known)
    by_half = part["distance"].xreplace({sin(theta / 2): _HALF, cos(theta / 2): sqrt(1 - _HALF**2)})
    chord = Eq(apart**2, (1 - C) ** 2 + S**2), Ge(apart, 0), Eq(C, 1 - 2 * _HALF**2), Le(_HALF, 1)
    yield Statement("the distance", Eq(apart, by_half), (*CIRCLE, *chord))
    yield from _same_sign(_N * _X - beta * _OWN)
    ahead = Eq(_N * C, kappa + beta * inner), Ge(inner, 0), Ge(_N, beta)
    yield Statement("cos θ̄", Ge(C, part["lower bound"]), ahead)


def _same_sign(pull: Expr) -> Iterator[Statement]:
    """A minimizer is no longer than x and on its side, so that u_i has the sign of N x − βu: of w*_i."""
    price, at_x = reals("p_u p_x")
    better = [
        Le(objective(price, _OWN, _X, lam, beta), lam * at_x),
        Le((_X - _OWN) ** 2, (_X + _OWN) ** 2),
        Or(Lt(Abs(_OWN), Abs(_X)), Ge(price, at_x)),
    ]
    yield Statement("u_i w*_i ≥ 0", Ge(_OWN * pull, 0), (*better, Ge(_N, beta)))


def _sum_of_gaps(claim: Claim, count: Symbol, most: Expr) -> Statement:
    """κ sin θ̄ ≤ β‖w̄ − ū‖ (R5), of which `count` entries are not 0 and none is more than `most`."""
    known = Ge(S, 0), Le((kappa * S) ** 2, _SUM), Le(_SUM, count * most)
    return Statement("the sum", Le(S, claim.parts["bound"]), known, relaxed=True)


def _instance(
    bound: Expr, counted: Symbol, count: int, entries: list[tuple[int, Expr, Expr]], known: Boolean
) -> Statement:
    """w̄ and ū of a few different entries (how often, w̄_i, ū_i), N = 3/2 and β = 1: κw* = (3/2)w̄ − ū."""
    pull = [Rational(3, 2) * x - u for _, x, u in entries]
    square = sum((times * y**2 for (times, _, _), y in zip(entries, pull, strict=True)), Integer(0))
    along = sum((times * x * y for (times, x, _), y in zip(entries, pull, strict=True)), Integer(0))
    bound = bound.xreplace({counted: Integer(count)})
    given = (known, Eq(beta, 1), Eq(kappa**2, square), Eq(kappa**2 * S**2, square - along**2))
    return Statement(f"an instance of {sum(times for times, _, _ in entries)} entries", Le(S, bound), given)


@stated("R5.l1", scope="all n, by entries", whole=True)
def _l1_error(claim: Claim) -> Iterator[Statement]:
    gap, star = beta * (_X - _OWN), Symbol("y", real=True)
    known = *_ABOVE, Eq(_OWN, soft(_X)), Eq(_N * _X, star + beta * _OWN)
    yield Statement("an entry", Le(Abs(gap), lam), known)
    yield Statement("where w*_i = 0", Eq(gap, 0), (*known, Eq(star, 0)))
    yield _sum_of_gaps(claim, nonzeros, lam**2)
    (large, small), least = circle_point(Rational(1, 1000)), Rational(1, 10**6)
    entries = [(1, large, large - least), (400, small / 20, small / 20 - least)]
    yield _instance(claim.parts["bound"], nonzeros, 401, entries, Eq(lam, least))


@stated("R5.l0", scope="all n, by entries", whole=True)
def _l0_error(claim: Claim) -> Iterator[Statement]:
    gap, star = beta * (_X - _OWN), Symbol("y", real=True)
    known = (
        Or(Eq(_OWN, 0), Eq(_OWN, _X)),
        Le(beta * (_X - _OWN) ** 2 / 2, lam),
        Eq(_N * _X, star + beta * _OWN),
        *_ABOVE,
    )
    yield Statement("an entry", Le(gap**2, 2 * lam * beta), known)
    yield Statement("where w*_i = 0, or u_i is not", Eq(gap, 0), (*known, Or(Eq(star, 0), Ne(_OWN, 0))))
    yield _sum_of_gaps(claim, thresholded, 2 * lam * beta)
    large, small = circle_point(Rational(1, 100))
    yield _instance(
        claim.parts["bound"], thresholded, 1, [(1, large, large), (1, small, Integer(0))], Eq(2 * lam, small**2)
    )


@stated("R5.tl1", scope="all n, by entries, with P5's bound", whole=True)
def _tl1_error(claim: Claim) -> Iterator[Statement]:
    threshold, star = Symbol("t", positive=True), Symbol("y", real=True)
    closer = Le(Abs(_X - _OWN), threshold), Le(Abs(_OWN), Abs(_X)), Ge(_OWN * _X, 0)
    known = *closer, Eq(_N * _X, star + beta * _OWN), *_ABOVE
    yield Statement("where w*_i = 0", Eq(_X, 0), (*known, Eq(star, 0)))
    bound = placed(claim.parts["bound"], {"t": threshold})
    sums = Ge(S, 0), Le((kappa * S) ** 2, _SUM), Le(_SUM, nonzeros * (beta * threshold) ** 2)
    yield Statement("the sum", Le(S, bound), sums, relaxed=True)
    (large, small), least = circle_point(Rational(1, 1000)), Symbol("gap", positive=True)
    own = large - small / 80  # = a, where the gap ρa(a + 1)/(a + u)² is a quarter of the threshold ρ(a + 1)/a
    shape = Eq(a, own), Eq(threshold, small / 20), Eq(ratio * (a + 1), a * threshold), Ge(a**2, 2 * ratio * (a + 1))
    kept = Eq(least, ratio * a * (a + 1) / (a + own) ** 2), Eq(least, large - own)
    entries = [(1, large, own), (400, small / 20, Integer(0))]
    yield _instance(bound, nonzeros, 401, entries, And(*shape, *kept))


@stated("R9", scope="all n, by entries", whole=True)
def _support(claim: Claim) -> Iterator[Statement]:
    yield Statement("an entry", Equivalent(Ne(_OWN, 0), Gt(star_size, claim.formula)), (*_ABOVE, *_SOFT))
    inner = Symbol("w_u", real=True)
    most = claim.formula.xreplace({_N: kappa + beta})
    known = Eq(_N, kappa * C + beta * inner), Le(C, 1), Le(inner, 1)
    yield Statement("N ≤ κ + β", Le(claim.formula, most), known)


# Spikes: one active entry j with N < β; y = σκw*_j and x = |w̄_j|.

_SPIKE = Symbol("x_j", positive=True)
_ALONG = spike_sign * kappa * star_entry
_BELOW = Gt(_N, 0), Lt(_N, beta)


def _others(claim: Claim, spike: Expr) -> Iterator[Statement]:
    """n = 2, 3: ‖w̄‖ = 1 with entries κw*_i/N beside the spike."""
    for others in (1, 2):
        rest = reals(" ".join(f"w_{i}" for i in range(others)))
        total = spike**2 + sum(((kappa * w / _N) ** 2 for w in rest), Integer(0))
        known = *_BELOW, Eq(star_entry**2 + dot(rest, rest), 1), Eq(spike_sign**2, 1)
        equation = Equivalent(Eq(total, 1), Eq(claim.parts["multiplier equation"], 1))
        yield Statement(f"‖w̄‖ = 1, n = {others + 1}", equation, known)


@stated("R7.l1", scope="the conditions of a spike, n = 2, 3; stability is R7.stability", whole=False)
def _l1_census(claim: Claim) -> Iterator[Statement]:
    parts, signs = claim.parts, Eq(spike_sign**2, 1)
    balance = Eq(_N * _SPIKE, _ALONG + beta * soft(_SPIKE))
    active = Gt(_SPIKE, parts["active threshold"])
    yield Statement("active", Equivalent(Ne(soft(_SPIKE), 0), active))
    yield Statement(
        "the spike", Equivalent(balance, Eq(_SPIKE, parts["spike"])), (*_BELOW, signs, Gt(_SPIKE * beta, lam))
    )
    low = Le(kappa * star_size / _N, lam / beta)
    yield Statement("inactive", Equivalent(low, Le(star_size, parts["inactive threshold"])), _BELOW)
    yield from _others(claim, (lam - _ALONG) / (beta - _N))


@stated("R7.l0", scope="the conditions of a spike, n = 2, 3; stability is R7.stability", whole=False)
def _l0_census(claim: Claim) -> Iterator[Statement]:
    parts = claim.parts
    spike = Eq(_N * _X, kappa * star_entry + beta * _X)
    yield Statement("the spike", Equivalent(spike, Eq(_X, parts["spike"])), _BELOW)
    yield Statement("x is better than 0", Equivalent(Gt(beta * _X**2 / 2, lam), Gt(Abs(_X), parts["threshold"])))
    yield from _others(claim, kappa * star_entry / (_N - beta))


@stated("R7.tl1", scope="the equation of a spike; stability is R7.stability", whole=False)
def _tl1_census(claim: Claim) -> Iterator[Statement]:
    level = kept_level + ratio * a * (a + 1) / (a + kept_level) ** 2
    found = placed(claim.parts["multiplier"], {"x_j": level})
    signs = (Eq(spike_sign**2, 1),)
    balance = Eq(_N * level, _ALONG + beta * kept_level)
    yield Statement("N", Equivalent(balance, Eq(_N, found)), signs)
    norm = Eq(kappa**2 * (1 - star_entry**2) * level**2 + (level**2 - 1) * (_ALONG + beta * kept_level) ** 2, 0)
    yield Statement("‖w̄‖ = 1", Equivalent(norm, Eq(claim.parts["multiplier equation"], 0)), signs, slow=True)

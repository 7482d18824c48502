"""R6: the basin of the splitting iteration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import mpmath
import numpy as np
import sympy
from mpmath import mpf
from scipy.special import ndtri
from sympy import Abs, And, Eq, Expr, Ge, Gt, Integer, Le, Lt, Matrix, Rational, Symbol, cos, expand, pi, simplify, sin

from proofs.engine.claim import Claim
from proofs.symbols import beta, cap_angle, kappa, lam, n, step
from verify.enclosure.boxes.search import Statement, coordinates, named
from verify.inequalities import C, S, Z, dot, on_circle, placed, reals, stated
from verify.inequalities import Statement as OverReals
from verify.iteration.arithmetic import Iteration, Problem, unit
from verify.iteration.trial import Trial, directions, drawn, generator, on_trial
from verify.minimizer import DEFAULTS, Array, displacement, objective, proximal
from verify.roads import over_boxes
from verify.roads.limit_errors import tight_problem
from verify.rows import Relation

_TANGENT: Final = (
    "z/(1 + τβ) lies in the ball of radius g sin α₀ about w + g w*, g = τκ/(1 + τβ); the largest θ⁺ over the ball is "
    "the angle φ in (α₀, θ) of the tangent from 0, with g = sin(θ − φ)/(sin φ − sin α₀): each φ is one g > 0, "
    "and conversely"
)


@over_boxes("R6", left="the gain for π/2 < θ < π − α₀; the cap θ ≤ α₀")
def _basin(claim: Claim) -> Iterator[Statement]:
    """cos θ⁺ − cos θ against the gain, for the worst y in the ball about κw*; α₀ = π/2 − γ, φ = α₀ + s, θ = φ + b.

    With cos φ − cos θ = 2 sin((θ + φ)/2) sin((θ − φ)/2) and sin(θ − φ) = 2 sin((θ − φ)/2) cos((θ − φ)/2) the factor
    sin((θ − φ)/2) > 0 leaves both sides; of what is left, sin(s/2) is a factor for θ ≤ π/2.
    """
    gamma, x, y = box = coordinates(gamma=(0, pi / 2), x=(0, 1), y=(0, 1))
    cap, s, b = pi / 2 - gamma, gamma * x, gamma * (1 - x) * y
    phi, theta = cap + s, cap + s + b
    bound = claim.parts["gain lower bound"].replace(Abs, lambda inside: inside)

    def gain(share: Expr) -> Expr:
        """At τβ = `share`, for this τκ/(1 + τβ)."""
        scale = (1 + share) * sin(b) / (sin(phi) - sin(cap))
        return named(bound, kappa=scale, step=1, beta=share, cap_angle=cap, theta=theta)

    if simplify(gain(Integer(0)) - gain(2 * gamma)) != 0:
        raise ValueError("the gain depends on τβ at fixed τκ/(1 + τβ)")
    numerator, denominator = sympy.fraction(sympy.together(gain(Integer(0))))
    yield Statement("denominator of the gain", denominator, box, reduction=_TANGENT, limit=400)
    # Divided by sin(b/2): the numerator has the factor sin b.
    halved = numerator.subs(sin(b), 2 * cos(b / 2))
    if expand(halved * sin(b / 2) - numerator.subs(sin(b), 2 * sin(b / 2) * cos(b / 2))) != 0:
        raise ValueError("sin(θ − φ) is no factor of the gain")
    margin = 2 * sin((theta + phi) / 2) * denominator - halved
    mixed = sin(theta - b / 2) * cos(cap + s / 2) - (1 - sin(cap)) * cos(b / 2) * sin(cap + s / 2)
    # Without the factor another gain can be refuted, but hardly closed: that is not tried for long.
    factored = expand((margin - 4 * sin(s / 2) * mixed).rewrite(sympy.exp)) == 0
    reduced, limit = (mixed, 2_000) if factored else (margin, 20)
    yield Statement("gain, θ ≤ π/2", reduced, box, reduction=_TANGENT, limit=limit)


# Over the reals.


@stated("R6", scope="all n, by inner products", whole=True)
def _basin_kept(claim: Claim) -> Iterator[OverReals]:
    """z = (1 + τβ)w + τκy, y = w* + d with ‖d‖ ≤ sin α₀: in numbers Y = ‖y‖, y·w*, ‖z‖ and cos θ.

    The first two statements say what these numbers satisfy, the others what follows from that.
    """
    along, across, inner, own, far = reals("d_1 d_2 w_y y_w Y")
    q, root = Symbol("q", positive=True), Symbol("cos_cap", positive=True)
    heavy, pull = 1 + step * beta, step * kappa
    angle = Eq(q**2 + root**2, 1)
    ball = angle, Le(along**2 + across**2, q**2), Eq(far**2, (1 + along) ** 2 + across**2), Ge(far, 0)
    yield OverReals("the ball lies in the cone", And(Ge(1 + along, root * far), Ge(far, 1 - q)), ball)
    norm = Eq(Z**2, heavy**2 + 2 * heavy * pull * inner + pull**2 * far**2)
    triangle = And(Le(Z, heavy + pull * far), Ge(Z, heavy - pull * far), Ge(Z, pull * far - heavy))
    yield OverReals("the triangle inequality", triangle, (norm, Ge(far, 0), Le(Abs(inner), far)))
    known = angle, Ge(own, root * far), Ge(far, 1 - q), *triangle.args
    part = claim.parts["gain lower bound"].xreplace({sin(cap_angle): q, cos(cap_angle): root})
    gain, ahead = placed(part, {}), heavy * C + pull * own
    inside = Lt(C, root), Gt(C, -root)
    yield OverReals("the gain", Ge(ahead, (C + gain) * Z), (*known, *inside), relaxed=True)
    yield OverReals("which is an increase", Gt(gain, 0), (angle, *inside), relaxed=True)
    yield OverReals("the cap is kept", Ge(ahead, root * Z), (*known, Ge(C, root), Le(C, 1)), relaxed=True)
    yield _near_the_cap(gain, q, root)


def _near_the_cap(gain: Expr, q: Symbol, root: Symbol) -> OverReals:
    """w a little outside a narrow cap, and y where the cone touches the ball: there the gain is all but the least."""
    (cap_cos, cap_sin), (own_cos, own_sin) = on_circle(Rational(1, 1000)), on_circle(Rational(1, 995))
    ball = cap_cos**2, cap_cos * cap_sin  # along w*, and across it on the side of w
    moved = 2 * Matrix([own_cos, own_sin]) + Matrix(ball)
    values = (Eq(q, cap_sin), Eq(root, cap_cos), Eq(C, own_cos), Eq(S, own_sin), Eq(beta, 1), Eq(kappa, 1), Eq(step, 1))
    known = (*values, Eq(Z**2, dot(moved, moved)))
    return OverReals("an instance near the cap", Ge(moved[0], (C + gain) * Z), known)


@stated("R6.radius", scope="all n, by entries", whole=True)
def _radius(claim: Claim) -> Iterator[OverReals]:
    """An entry's gap is at most |w_i|, as 0 competes, and at most δ, which is its supremum; the squares are summed."""
    w, own, price, square = reals("w_i u_i p_i sum")
    delta = Symbol("far", positive=True)
    better = Le(objective(price, own, w, lam, beta), beta * w**2 / 2)
    yield OverReals("an entry", Le((w - own) ** 2, w**2), (better, Ge(price, 0)))
    bound = placed(claim.parts["bound"], {"delta": delta})
    known = Ge(square, 0), Le(square, 1), Le(square, n * delta**2)
    yield OverReals("the sum", And(Ge(bound, 0), Le(beta**2 * square, bound**2)), known)


# By runs.

_STEPS: Final = (1e-3, 0.3, 3.0, 1e3, 1e6)


@on_trial("radius")
def check_radius(trial: Trial) -> None:
    """β‖w − S(w)‖ on the unit sphere: random directions, and filters built to come near the bound."""
    rng = trial.rng
    for penalty in trial.penalties:
        for k in range(trial.many(12, 60)):
            size = int(rng.integers(1, 40))
            rho = float(np.exp(rng.uniform(-8, 1))) if k else 0.5 / size
            problem = Problem((1.0,) * size, 1.0, 2.0, 2.0 * rho, penalty, DEFAULTS[penalty])
            w = np.vstack([directions(rng, 200, size), *_adversarial(problem)])
            gap = problem.beta * np.linalg.norm(w - proximal(w, problem.rho, problem.parts), axis=-1)
            trial.count("filters", len(w))
            values = {"beta": problem.beta, "delta": displacement(rho, problem.parts), "n": float(size)}
            # By l1 a flat filter is moved by all of the bound.
            trial.row("bound", "=" if penalty == "l1" else "<=", float(gap.max()), values, 1e-9, problem)


def _far(problem: Problem) -> float:
    """A bound of β‖w − S(w)‖ on the unit sphere, δ by search: n entries are displaced by δ at most, together by 1."""
    far = displacement(problem.rho, problem.parts, 1.0)  # entries of unit filters are ≤ 1
    return problem.beta * min(1.0, (1 + 1e-9) * far * float(np.sqrt(problem.n)))


def _adversarial(problem: Problem) -> list[Array]:
    """Unit filters with k entries where |x − S(x)| is largest and one more for the rest; flat ones."""
    grid = np.linspace(0, 1, 20001)
    gap = np.abs(grid - proximal(grid, problem.rho, problem.parts))
    size, rows = float(grid[np.argmax(gap)]), []
    for k in range(1, problem.n + 1):
        first = np.arange(problem.n) < k
        rows.append(np.where(first, 1 / np.sqrt(k), 0.0))
        if k < problem.n and k * size**2 < 1:
            rows.append(np.where(first, size, 0.0))
            rows[-1][k] = np.sqrt(1 - k * size**2)
    return rows


@on_trial("basin")
def check_basin(trial: Trial) -> None:
    """For every τ: θ falls while α₀ < θ < π − α₀, and θ ≤ α₀ is never left. β < κ alone is enough (r = β)."""
    rng = trial.rng
    for penalty in trial.penalties:
        for k in range(trial.many(6, 40)):
            # Every second problem has r = β < κ whatever λ is.
            low, high = ((0.05, 5.0), (1e-4, 0.02)) if k % 2 else ((0.05, 0.98), (0.5, 20.0))
            problem = drawn(rng, penalty, n=int(rng.integers(2, 20)), beta=low, lam=high)
            _falls(trial, problem, _STEPS[k % len(_STEPS)])
        _falls(trial, tight_problem(1.0, penalty, DEFAULTS[penalty]), 1e6)
        _gains_no_more(trial, penalty)
    trial.require("steps")


_LITTLE: Final = 1e-5
"""How far from their limits the steps are whose gain is the bound in the limit."""


def _gains_no_more(trial: Trial, penalty: str) -> None:
    """Steps whose gain comes down to the bound, with S(w) all but w: at θ = π/2 short ones, elsewhere those to w*."""
    for weak, tau, cosine in ((1e-3, _LITTLE, 0.0), (1e3 / _LITTLE, 1.0, 0.0), (_LITTLE**2, 1 / _LITTLE**2, 0.5)):
        problem = Problem((1.0, 0.0), 1.0, weak, _LITTLE**4, penalty, DEFAULTS[penalty], 1.0)
        iteration, w = Iteration.of(problem), np.array([[cosine, np.sqrt(1 - cosine**2)]])
        gained = iteration.step(w, tau)[:, 0] - cosine
        away = weak * float(np.linalg.norm(w - iteration.split(w)))
        values = {"kappa": 1.0, "beta": weak, "step": tau, "cap_angle": float(np.arcsin(away))}
        values |= {"theta": float(np.arccos(cosine))}
        trial.row("gain lower bound", "=", gained, values, 10 * _LITTLE * gained, problem)


def _falls(trial: Trial, problem: Problem, tau: float) -> None:
    sine = _far(problem) / problem.kappa
    if sine >= 1:
        trial.count("problems with r ≥ κ")
        return
    cone, iteration = float(np.arcsin(sine)), Iteration.of(problem)
    trial.count("problems")
    w = np.vstack([directions(trial.rng, 32, problem.n), _at_angles(trial.rng, iteration, cone), iteration.w_star])
    theta = iteration.angle(w)
    for _ in range(trial.many(25, 60)):
        w = iteration.step(w, tau)
        turned = iteration.angle(w)
        between = (theta > cone + 1e-14) & (theta < np.pi - cone - 1e-14)
        rise = np.where(between, turned - theta, -np.inf)
        worst, steps = int(np.argmax(rise)), int(between.sum())
        trial.count("steps", steps)
        trial.count("steps in the cone", len(w) - steps)
        if steps:
            message = f"θ goes from {theta[worst]:.15g} to {turned[worst]:.15g}, α₀ = {cone:.12g}, τ = {tau}: {problem}"
            trial.demand(rise[worst] <= 8e-16, message)
            values = {**problem.values, "step": tau, "cap_angle": cone}
            gained = 2 * np.sin((theta + turned) / 2) * np.sin((theta - turned) / 2)
            values["theta"] = theta[between]
            trial.row("gain lower bound", ">=", gained[between], values, 1e-15, problem)
        inside = theta <= cone
        if inside.any():
            left = float(np.max(turned[inside]))
            trial.extreme("max θ⁺/α₀ from within", left / cone)
            trial.demand(left <= cone + 8e-16, f"θ⁺ = {left:.15g} > α₀ = {cone:.15g} from within, τ = {tau}: {problem}")
        theta = turned


def _at_angles(rng: np.random.Generator, iteration: Iteration, cone: float) -> Array:
    """Starts just within and just outside both cones."""
    d = directions(rng, 6, len(iteration.w_star))
    across = unit(d - (d @ iteration.w_star)[:, None] * iteration.w_star)
    angles = np.array([cone * 0.999, cone * 1.001, cone * 1.1, np.pi - cone * 1.001, np.pi - cone * 1.1, cone])
    return np.asarray(np.cos(angles)[:, None] * iteration.w_star + np.sin(angles)[:, None] * across)


_CAPS: Final = ((2, 0.6), (3, 0.9), (5, 0.5), (12, 0.25), (24, 0.3))
"""(n, sin α₀) at which the measure of the cone is sampled: one random test each."""

_LAUNCHES: Final = (("l1", 3), ("l0", 2), ("tl1", 5))
"""Penalty and n of the runs from random starts: one random test each."""


@on_trial("probability", chances=len(_CAPS) + len(_LAUNCHES))
def check_probability(trial: Trial) -> None:
    """P(θ < π − α₀) of uniform starts by exact two-sided tests; runs succeed at least that often, by one-sided ones."""
    count, rng = trial.many(400_000, 4_000_000), trial.rng
    for size, sine in _CAPS:
        hits = 0
        for _ in range(0, count, 100_000):
            z = rng.standard_normal((100_000, size))
            hits += int(np.sum(z[:, 0] > -np.sqrt(1 - sine**2) * np.linalg.norm(z, axis=-1)))
        trial.count("directions", count)
        trial.extreme("max relative error caught with probability 0.999", _power(trial.share, hits / count, count))
        _frequency(trial, "frequency", (hits, count), size, sine)
    for penalty, size in _LAUNCHES:
        _launch(trial, penalty, size)
    # n = 1, which the hypotheses exclude: half of all starts have the sign of w*.
    half = int(np.sum(generator(trial.seed, trial.claim.id, trial.part).standard_normal(10_000) > 0))
    trial.row("statement", "frequency", (half, 10_000), {"n": mpf(1), "cap_angle": mpf("0.5")}, trial.share, "n = 1")


def _frequency(trial: Trial, relation: Relation, seen: tuple[int, int], size: int, sine: float) -> None:
    values = {"n": mpf(size), "cap_angle": mpmath.asin(sine)}
    trial.row("statement", relation, seen, values, trial.share, f"n = {size}, r/κ = {sine}")


def _launch(trial: Trial, penalty: str, size: int) -> None:
    problem = drawn(trial.rng, penalty, n=size, beta=(0.7, 0.95), lam=(0.5, 2.0))
    iteration, count = Iteration.of(problem), trial.many(2000, 20_000)
    sine = _far(problem) / problem.kappa
    ends, last = iteration.run(directions(trial.rng, count, size))
    hits = int(np.sum((iteration.angle(ends) <= np.arcsin(sine) + 1e-9) & (last < 1e-9)))
    trial.count("runs", count)
    trial.extreme("min success frequency", hits / count)
    _frequency(trial, "frequency at least", (hits, count), size, sine)


def _power(share: float, probability: float, count: int) -> float:
    """Relative error of the probability that a test at `share` catches with probability 0.999."""
    if not 0 < probability < 1:
        return 0.0
    reach = -float(ndtri(share / 2) + ndtri(1e-3))
    return float(reach * np.sqrt(probability * (1 - probability) / count) / probability)

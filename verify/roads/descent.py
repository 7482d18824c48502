"""Descent by coarse gradients: the constant of C7, and the plain iteration of B2.

In digits gradients are those of verify.contexts.digits; over boxes G, ∂f/∂v and ∂f/∂w are taken in closed form from
C3, N2 and N3, which have enclosures of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final, cast

import mpmath
import numpy as np
import sympy
from mpmath import mp, mpf
from sympy import Eq, Equivalent, Expr, Ge, Gt, Integer, Le, Lt, Matrix, Rational, Symbol, expand, pi, simplify, sin

from proofs import symbols
from proofs.descent import ENERGY, EXCESS, LIPSCHITZ
from proofs.engine.claim import Claim, get
from proofs.engine.definitions import DescentConstant, PlainDescent
from proofs.lipschitz_constant import LARGEST_V
from proofs.proxies import estimator
from proofs.symbols import eta
from verify.contexts.digits.network import Network, UndefinedError, apart, moved, values
from verify.contexts.digits.quadrature import DIGITS, Estimate
from verify.enclosure.boxes.search import Statement, agrees, basic, coordinates, divided_out, in_plane, named
from verify.evidence import Level
from verify.inequalities import Statement as OverReals
from verify.inequalities import dot, placed, reals, stated
from verify.precision.comparison import ROUGH, Held, generic, holding
from verify.roads import checks, over_boxes
from verify.roads.lipschitz import constant_of_gradient, constants, gradient, pull_along_e
from verify.roads.network import loss


def _energy(network: Network) -> tuple[mpf, mpf]:
    """‖G‖² and E = ‖∂f/∂v‖² + ⟨G, ∂f/∂w⟩."""
    coarse, slope = values(network.coarse_gradient()), values(network.filter_gradient())
    steep = values(network.gradient_v())
    return mpmath.fdot(coarse, coarse), mpmath.fdot(steep, steep) + mpmath.fdot(coarse, slope)


@checks(DescentConstant, points=lambda definition, points: generic(points))
@holding
def check_descent_constant(held: Held, level: Level) -> None:
    """C7: the quotient ‖G‖²/E against A, and where it is all of A; as printed, its growth with ‖w‖."""
    point = held.point
    network = Network.at(point, estimator("relu"))
    if cast(DescentConstant, held.claim.definition).aspect == "printed":
        _grows_with_norm(held, network)
        return
    _against_constant(held, network)
    rng = np.random.Generator(np.random.Philox(key=point.m))
    for index in range(2 if level == "quick" else 8):
        theta, size = (mpf(float(x)) for x in rng.uniform(0.05, 1, size=2))
        v = [mpf(float(x)) for x in rng.standard_normal(point.m)]
        _against_constant(held.at(f"drawn {index}"), replace(network.turned(mp.pi * theta, v), r=10 ** (4 * size - 2)))
    slow = replace(network, v=(mpf(6), mpf(-3)), v_star=(mpf(1), mpf(2)), theta=mp.pi / 2, r=mpf(10) ** -6)
    wide = replace(slow.valley(mp.pi / 2), r=mpf(10) ** 6)
    for edge, name in ((wide, "v = v(π/2), v* = (1, 2), ‖w‖ = 1e6"), (slow, "v = (6, −3), v* = (1, 2), ‖w‖ = 1e-6")):
        _against_constant(held.at(name), edge, mpf("0.9999"))


def _excess(held: Held, network: Network) -> mpf:
    """A of C7."""
    return held.part("bound", {LARGEST_V: mpmath.norm(network.v), symbols.r: network.r})


def _against_constant(held: Held, network: Network, least: object = 0) -> None:
    square, energy = _energy(network)
    held.quotient("‖G‖²/AE", square, _excess(held, network) * energy, least)


def _grows_with_norm(held: Held, network: Network) -> None:
    """On v = v(θ), which is the same at every ‖w‖, the quotient is as stated, a multiple of ‖w‖."""
    valley = network.valley(network.theta)
    quotients = []
    for power in (0, 3, 6):
        square, energy = _energy(replace(valley, r=mpf(10) ** power))
        if abs(energy) <= mpf(10) ** -35 * mpmath.norm(valley.v_star) ** 4:
            raise UndefinedError("v(θ)·v* = 0: the quotient is 0/0")
        quotients.append(square / energy)
        estimate = Estimate(quotients[-1], quotients[-1] * mpf(10) ** -22, quotients[-1])
        held.equal(f"‖w‖ = 1e{power}", held.part("quotient", {symbols.r: mpf(10) ** power}), estimate, ROUGH)
    growth = [after / before for before, after in pairwise(quotients)]
    text = f"‖G‖²/E is {', '.join(mpmath.nstr(quotient, 6) for quotient in quotients)} at ‖w‖ = 1, 1e3, 1e6"
    held.true("growth", all(999 < rate < 1001 for rate in growth), text)


@checks(PlainDescent, points=lambda definition, points: generic(points) if definition.estimator == "relu" else points)
@holding
def check_plain_descent(held: Held, level: Level) -> None:
    """B2: steps of v ← v − η ∂f/∂v, w ← w − ηG with gradients from quadrature."""
    name = cast(PlainDescent, held.claim.definition).estimator
    network = Network.at(held.point, estimator(name))
    if name != "identity":
        _descends(held, network, 2 if level == "quick" else 6)
        return
    # One step from the spurious minimum: v stays, w keeps its line, and shrinks by what the claim says.
    there, rate = network.valley(+mp.pi), mpf(3) / 8
    radial, *others = there.coarse_gradient()
    held.vanish("∂f/∂v", there.gradient_v())
    held.vanish("G off the line", others)
    held.forms(Estimate.exact(there.r) - radial.times(rate), {symbols.eta: rate})


def _descends(held: Held, network: Network, steps: int) -> None:
    """Each step lowers f by what B2.relu promises, with the constants of a region that holds the step's segment."""
    whole, share = (replace(held, claim=claim) for claim in (constant_of_gradient(), get("C7")))  # L and A are theirs
    for index in range(steps):
        there, low = held.at(f"step {index}"), min(network.theta, mp.pi - network.theta) / 2
        _, energy = _energy(network)
        _, constant = constants(whole, network.r / 2, _reach(network), low)
        known = {LIPSCHITZ: constant, EXCESS: _excess(share, network), ENERGY: energy}
        rate = 1 / (constant * (1 + known[EXCESS]))
        while (ahead := _stepped(network, rate, low)) is None:
            rate /= 2  # the claim is about every step that its constants hold for
        fall = network.loss().value - ahead.loss().value
        there.quotient("promised/actual decrease", _promised(held, known, rate), fall)
        longest = held.part("largest step", known)
        there.true("largest step", rate < longest, f"{mpmath.nstr(longest, 12)} is too small")
        worst = _worst_decrease(known, longest)
        there.vanish("decrease at the largest step", [worst])
        there.equal("decrease at worst", _promised(held, known, longest), worst)
        # As η → 0 the decrease over η tends to E, so all that is promised to first order is taken.
        tiny = mpf(10) ** -12 / (1 + network.r) / (1 + known[EXCESS] + known[LIPSCHITZ])
        near = _moved(network, values(network.gradient_v()), values(network.coarse_gradient()), tiny)
        fall = network.loss().value - near.loss().value
        there.quotient("promised/actual decrease, η → 0", _promised(held, known, tiny), fall, mpf("0.9999"))
        network = ahead


def _promised(held: Held, known: dict[Symbol, mpf], rate: mpf) -> mpf:
    return held.part("decrease, a lower bound", {**known, symbols.eta: rate})


def _worst_decrease(known: dict[Symbol, mpf], rate: mpf) -> Estimate:
    """What f(x) = L‖x‖²/2 falls by along −g, ⟨g, ∇f⟩ = E, ‖g‖² = (1 + A)E: no f with an L-Lipschitz ∇f does worse."""
    energy, constant = known[ENERGY], known[LIPSCHITZ]
    slope = mpmath.sqrt(energy)
    step = [slope, slope * mpmath.sqrt(known[EXCESS])]
    before = [slope / constant, mpf(0)]
    after = apart(before, [rate * x for x in step])
    size = abs(energy * rate)
    fall = constant * (mpmath.fdot(before, before) - mpmath.fdot(after, after)) / 2
    return Estimate(fall, size * mpf(10) ** -DIGITS, size)


def _reach(network: Network) -> mpf:
    """A bound on ‖v‖ that holds along a short step too."""
    return 2 * mpmath.norm(network.v) + mpmath.norm(network.v_star)


def _stepped(network: Network, rate: mpf, low: mpf) -> Network | None:
    """The network after one step; None if one of sixteen points on the way lies outside the region of `_descends`."""
    steep, coarse = values(network.gradient_v()), values(network.coarse_gradient())
    ends = [_moved(network, steep, coarse, rate * part / 16) for part in range(1, 17)]
    far = _reach(network)
    inside = (low <= end.theta <= mp.pi - low and 2 * end.r >= network.r and mpmath.norm(end.v) <= far for end in ends)
    return ends[-1] if all(inside) else None


def _moved(network: Network, steep: list[mpf], coarse: list[mpf], rate: mpf) -> Network:
    """v − rate ∂f/∂v and w − rate G, as angle and norm; G in coordinates along ŵ, e, u."""
    step = [*(-rate * x / network.r for x in coarse), mpf(0)]
    return replace(moved(network, step), v=tuple(apart(network.v, [rate * x for x in steep])))


# Over boxes.

_SLOPE: Final = Symbol("slope", real=True)
"""δ = v·∂f/∂v."""

_PRODUCT: Final = symbols.v_vs


def _sides() -> tuple[Expr, Expr]:
    """‖G_relu‖² and ⟨G_relu, ∂f/∂w⟩ by δ = v·∂f/∂v, v·v*, θ and ‖w‖: nothing else of v and v* enters."""
    along, across = in_plane(get("C3").formula)
    # N2 is linear in the vectors v − v*, 1 and v*: its product with v needs theirs only.
    products = {symbols.dv: symbols.v_v - _PRODUCT, symbols.ones: symbols.sum_v, symbols.v_star: _PRODUCT}
    slope = basic(gradient().xreplace(products))
    square = sympy.solve(slope - _SLOPE, symbols.v_v)[0]
    along = expand(along.subs(symbols.v_v, square))
    return expand(along**2 + across**2), across * pull_along_e()


@over_boxes("C7")
def _descent(claim: Claim) -> Iterator[Statement]:
    """‖G‖² ≤ A(‖∂f/∂v‖² + ⟨G, ∂f/∂w⟩), as a quadratic form in (δ, v·v*).

    ‖∂f/∂v‖ ≥ |δ|/C_v, with equality where ∂f/∂v is along v and ‖v‖ = C_v; such v, v* exist for m ≥ 2 and every ratio of
    δ to v·v* but one. So the claim says that the form is ≥ 0: both diagonal entries and the determinant are.
    """
    angle, t = box = coordinates(theta=(0, pi), t=(0, 1))
    own, size, norm, s = claim.parts["bound"], LARGEST_V, symbols.r, Symbol("s", positive=True)
    if simplify(own.subs({size: s * size, norm: s**2 * norm}, simultaneous=True) - s**2 * own) != 0:
        raise ValueError("A is not of degree 1 in (C_v², ‖w‖), so its box is unbounded")
    # v → sv, v* → sv*, w → s²w multiplies both sides by s⁴: take C_v² + ‖w‖ = 1, C_v² = t.
    square, inner = (side.subs({symbols.theta: angle, symbols.r: 1 - t}) for side in _sides())
    largest = own.subs({size: sympy.sqrt(t), norm: 1 - t})
    form = sympy.Poly(expand(largest * (_SLOPE**2 / t + inner) - square), _SLOPE, _PRODUCT)
    first, mixed, last = (form.coeff_monomial(monomial) for monomial in (_SLOPE**2, _SLOPE * _PRODUCT, _PRODUCT**2))
    first, last = simplify(first * t), simplify(last * (1 - t))
    determinant = divided_out(expand(first * last) - t * (1 - t) * mixed**2 / 4, t, box)
    reduction = (
        "‖∂f/∂v‖ ≥ |v·∂f/∂v|/C_v (attained); scaled to C_v² + ‖w‖ = 1, C_v² = t; ≥ 0 for all (v·∂f/∂v, v·v*) "
        "as a quadratic form: entries times t and 1 − t, determinant times t(1 − t), over its factors 1 − t"
    )
    halves = [coordinates(theta=ends, t=(0, 1)) for ends in ((0, pi / 2), (pi / 2, pi))]
    yield Statement("coefficient of (v·∂f/∂v)²", first, {t: box[t]}, reduction=reduction, equality=True)
    for words, margin in (("coefficient of (v·v*)²", last), ("determinant", determinant)):
        for half, side in zip(halves, ("θ ≤ π/2", "θ ≥ π/2"), strict=True):
            yield Statement(f"{words}, {side}", margin, half, reduction=reduction, affine=(t,))


@over_boxes("C7.printed", left="that the formula is exact, beyond a millionth")
def _printed(claim: Claim) -> Iterator[Statement]:
    """At v = v(θ) the quotient grows like ‖w‖: no constant A will do."""
    (angle,) = box = coordinates(theta=(0, pi))
    square, inner = (side.subs({_SLOPE: 0, symbols.theta: angle, _PRODUCT: 1, symbols.r: 1}) for side in _sides())
    grows = named(claim.parts["quotient"], theta=angle, r=symbols.r)
    stated = grows.subs(symbols.r, 1)
    if simplify(grows - symbols.r * stated) != 0:
        raise ValueError("the quotient is not proportional to ‖w‖")
    quotient = simplify(square / inner)
    reduction = "at v = v(θ) ∂f/∂v = 0; both sides are squares of v·v* ≠ 0, set to 1, and ‖w‖ times their value at 1"
    middle = coordinates(theta=(pi / 4, 3 * pi / 4))
    none = f"{reduction}: as ‖w‖ → ∞ no A will do"
    yield Statement("the quotient is at least ‖w‖/2", quotient - Rational(1, 2), middle, reduction=none)
    defined = expand(simplify(quotient * sin(angle)))
    yield from agrees("quotient", expand(stated * sin(angle)), defined, box, reduction)


# Over the reals.


@stated("B2.relu", scope="all n and m, with N6, C6 and C7; slopes are integrated", whole=True)
def _descends_stated(claim: Claim) -> Iterator[OverReals]:
    """φ(t) = f(x − tηg) has the slope −η⟨∇f(x − tηg), g⟩: −ηE at 0, and N6 bounds the change of ∇f."""
    along, across, after, before = reals("change_along_g change_across_g f_plus f")
    t, size, part_v, part_w, inner = (Symbol(name, nonnegative=True) for name in ("t", "g", "g_v", "g_w", "inner"))
    steep = -eta * ENERGY + LIPSCHITZ * eta**2 * size**2 * t
    near = Le(along**2 + across**2, (LIPSCHITZ * eta * size * t) ** 2)
    slope = -eta * (ENERGY + along * size)
    yield OverReals("φ'(t)", Le(slope, steep), (near,))
    decrease = placed(claim.parts["decrease, a lower bound"], {})
    known = (
        Le(after, before + sympy.integrate(steep, (t, 0, 1))),
        Eq(size**2, part_v**2 + part_w**2),
        Eq(ENERGY, part_v**2 + inner),  # inner = ⟨G, ∂f/∂w⟩ ≥ 0 by C6
        Le(part_w**2, EXCESS * ENERGY),  # C7
    )
    yield OverReals("f(v⁺, w⁺)", Le(after, before - decrease), known, relaxed=True)
    moving = Gt(ENERGY, 0), Gt(LIPSCHITZ, 0), Gt(EXCESS, 0)
    largest = claim.parts["largest step"]
    yield OverReals("the largest step", Equivalent(Gt(decrease, 0), Lt(eta, largest)), moving)
    yield _orthogonal(decrease)


def _orthogonal(decrease: Expr) -> OverReals:
    """v ⟂ v*, θ = π/2: ∂f/∂w = 0, G is along w, and a step changes v alone. It is small: E is all that counts."""
    v, star = Matrix([6, -3]), Matrix([1, 2])
    weights = reals("v_1 v_2")
    here = dict(zip(weights, v, strict=True))
    gradient = Matrix([sympy.diff(loss(weights, star, Integer(0)), entry).subs(here) for entry in weights])
    tiny = 1 / Integer(10) ** 20
    taken = loss(v, star, Integer(0)) - loss(v - tiny * gradient, star, Integer(0))
    values = Eq(eta, tiny), Eq(ENERGY, dot(gradient, gradient))
    constants = Ge(LIPSCHITZ, 1), Le(LIPSCHITZ, 10**6), Le(EXCESS, 10**6)  # ∂²f/∂v² is at most ¾
    return OverReals("an instance, θ = π/2", Ge(taken, decrease), (*values, *constants))

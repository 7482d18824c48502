"""What is built of balls contains as well: bounds of tails, means, closed forms, boxes. See test_balls."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, ctx
from grown import LEAVES, Tree, a, b, grow, near, p, q, random, real
from held import holds
from mpmath import mpf
from sympy import Expr, Integer, Integral, Rational, cos, exp, oo, pi, sin
from test_balls import OWN

from proofs.proxies import Estimator, Parameter
from proofs.symbols import QUANTITIES, mu, r, s, theta
from verify.closed_form import prepared
from verify.configurations import Configuration, configurations
from verify.contexts.balls import network
from verify.contexts.balls.analytic import UncertifiedError, integrate
from verify.contexts.balls.arithmetic import BALLS
from verify.contexts.balls.growth import UnboundedError, _Reader, _scaled, tail_bound
from verify.contexts.balls.integrals import enclose
from verify.contexts.balls.network import Means
from verify.enclosure.boxes.margin import Margin, _mean_value
from verify.enclosure.boxes.search import Statement, _Search, coordinates
from verify.model import Row

mp = mpmath.mp


def number(share: Fraction | Rational) -> mpf:
    """At mpmath's precision."""
    return mpf(int(share.numerator)) / int(share.denominator)


# Far out.

FAR = [
    *(
        Tree(e, f)
        for e, f in ((a * p, lambda y, z: y * z), (p - b, lambda y, z: y - z), (-a * p**2, lambda y, z: -z * y**2))
    ),
    Tree(1 + p**2, lambda y, z: 1 + y * y),
    Tree(exp(-p), lambda y, z: mpmath.exp(-y)),
    Tree(1 - p, lambda y, z: 1 - y),
]


@holds(
    """
    growth._Growth.__add__ growth._Growth.__mul__ growth._Growth.power growth._constant growth._power growth._times
    growth._lowest growth._highest growth._Reader.growth growth._Reader.number growth._Reader.range
    growth._Reader._exponential growth._Reader._finite growth._integer_power growth._Reader._power
    """
)
def test_bounds_far_out_hold_at_every_point() -> None:
    """Also where roots turn complex and cosines of them grow, and with parameters from 1e-6 to 1e6."""
    rng, known = random(11), 0
    with mpmath.workdps(60):
        for _ in range(1000):
            try:
                tree = grow(rng, FAR, int(rng.integers(1, 4)))
            except (ValueError, TypeError):  # SymPy compares no complex numbers
                continue
            if tree.expression.has(sympy.zoo, sympy.nan, sympy.I, oo):
                continue
            size, start = 10.0 ** float(rng.choice([0, 0, 0, -6, 1, 6])), float(rng.choice([0.1, 1.0, 6.5, 48.0]))
            values = {a: arb(size, size / 100), b: arb(size, size / 100)}
            reader = _Reader({**values, next(iter(_scaled(p, p).free_symbols - {_ratio()})): arb(start)})
            try:
                bound = reader.growth(_scaled(tree.expression, p))
            except (UnboundedError, ValueError, TypeError):
                continue
            known += 1
            for ratio in (1.0, 1.0 + float(rng.random()) / 10, 1.0 + float(rng.exponential()), 30.0):
                value = real(tree.function, mpf(start) * ratio, mpf(size) * mpf("1.009"))
                if value is None:
                    continue
                at = arb(ratio)
                most = bound.size * at**bound.degree * (bound.rate * at - bound.decay * at**2).exp()
                assert not most.is_finite() or not most < abs(near(value)), (tree.expression, start, ratio, size)
    assert known > 400


def _ratio() -> sympy.Symbol:
    return next(symbol for symbol in _scaled(p, p).free_symbols if symbol.name == "ratio")


@holds("growth.tail_bound")
@pytest.mark.parametrize("start", [0.5, 3.0, 17.0, 60.0, 1e5])
def test_bounds_of_tails_are_above_them(start: float) -> None:
    rng = random(12)
    with mpmath.workdps(30), ctx.workdps(20):
        for _ in range(40):
            scale, shift = 10.0 ** float(rng.uniform(-2, 6)), float(rng.normal()) * 3
            power = int(rng.integers(0, 3))
            wave = sympy.cos(s**3) if rng.random() < 0.3 else Integer(1)
            bell = s**power * exp(-a * s**2 + b * s)
            found = tail_bound(bell * wave, s, arb(start), {a: arb(scale), b: arb(shift)})
            if wave == 1 and found.is_finite():
                middle = mpf(shift) / (2 * mpf(scale))
                low = mpmath.sqrt(scale) * (mpf(start) - middle)
                # s ≥ start: s^power is at least start^power.
                least = mpf(start) ** power * mpmath.exp(scale * middle**2) * mpmath.erfc(low)
                assert not found < near(least * mpmath.sqrt(mp.pi / scale) / 2)
    root = sympy.sqrt(start - 1 - s)  # imaginary: its cosine grows, and 1 + exp of it has zeros
    for complex_inside in (cos(root) ** 9, 1 / (1 + exp(root)), 1 / (1 + (1 + root) ** 2)):
        with pytest.raises(UnboundedError):
            tail_bound(complex_inside * exp(-s), s, arb(start), {})
    with pytest.raises(UnboundedError, match="sign of the exponent"):
        tail_bound((1 + s**2) ** cos(theta) * exp(-s), s, arb(start), {theta: arb(1.5707963, 1e-6)})


def test_what_is_no_integral_over_the_reals_is_refused() -> None:
    with pytest.raises(ValueError, match="must be exact"):
        integrate(lambda z, _: z, arb(0, 0.1), arb(1))
    with pytest.raises(UncertifiedError, match="not real"):
        integrate(lambda z, analytic: z.sqrt(analytic=analytic), arb(-1), arb(0))
    with pytest.raises(ValueError, match="one variable"):
        enclose(Integral(s * r, (s, 0, 1), (r, 0, 1)), {})
    for low, high in ((1 / cos(theta), Integer(1)), (Integer(0), oo * cos(theta))):
        with pytest.raises(UncertifiedError, match=r"not known|not certified"):
            enclose(Integral(exp(-s), (s, low, high)), {theta: arb(1.5707963, 1e-3)})
    for singular in (sympy.Abs(s) ** Rational(-5, 4), 1 / s):
        with pytest.raises(UncertifiedError):
            enclose(Integral(singular, (s, -1, 1)), {})


def shifted(low: Expr, height: Expr) -> Estimator:
    """height·1{x > low}."""
    return Estimator("shifted", "", ((low, oo, height),), (Parameter(b, Rational(1), ""),))


@pytest.mark.parametrize("share", [-1, 0, 1])
def test_kinks_whose_balls_meet_contain(share: int) -> None:
    """One inside another, over 0, over an end of the range; and an end with more bits than are worked with."""
    with mpmath.workdps(60), ctx.workdps(15):
        thin = Estimator("thin", "", ((b, 2 * b, Rational(1, 100)),), OWN)
        values = {a: arb(0.6, 0.5), b: arb(1, 0.05)}
        m, c = mpf("0.6") + share * mpf("0.499"), 1 + share * mpf("0.0499")
        true = 110 + (c + min(c / m, max(22 - c / m, mpf(0)))) / 100
        found = enclose(Integral(5 + mu(s) + mu(a * s), (s, 0, 22)), values, thin)
        assert found.overlaps(near(true))
        found = enclose(Integral(mu(s), (s, -1, 1)), {b: arb(0, 0.01)}, shifted(b, Integer(1)))
        assert found.overlaps(near(1 - share * mpf("0.0099")))
        assert found.rad() < 0.03
        found = enclose(Integral(mu(s), (s, b, 2)), {b: arb(1, 0.01)}, shifted(b, Integer(1)))
        assert found.overlaps(near(1 - share * mpf("0.0099")))
        with ctx.workdps(60):
            fine = (arb(1) / 3).mid()
        found = enclose(Integral(exp(30 * s), (s, 0, r)), {r: fine})
        assert found.overlaps(near((mpmath.exp(30 * mpf(1) / 3) - 1) / 30))
        half = Means({theta: arb(1), r: arb(1), b: arb(0, 0.01)}, shifted(Integer(0), b)).mean(Row(proxy=True))
        assert half.overlaps(near(share * mpf("0.0099") / 2))


def test_integrals_over_a_singularity_contain() -> None:
    rng = random(19)
    with mpmath.workdps(60), ctx.workdps(30):
        for _ in range(60):
            low, high = (float(y) for y in rng.normal(size=2) * 10.0 ** rng.uniform(-6, 3, size=2))
            power = Rational(-int(rng.integers(1, 5)), 5)
            found = enclose(Integral(sympy.Abs(s) ** power, (s, r, theta)), {r: arb(low), theta: arb(high)})
            first, last = (mpmath.sign(y) * abs(mpf(y)) ** number(power + 1) / number(power + 1) for y in (low, high))
            assert found.overlaps(near(last - first)), (power, low, high)
            assert found.rad() < 1e-20


def test_small_integrals_far_out_are_known_to_their_own_size() -> None:
    with mpmath.workdps(60), ctx.workdps(40):
        for low, high in ((50.0, 60.0), (90.0, 1e4), (1300.5, 1e9), (-80.0, -70.0)):
            found = enclose(Integral(exp(-(s**2) / 2), (s, r, theta)), {r: arb(low), theta: arb(high)})
            one, other = sorted((abs(mpf(low)), abs(mpf(high))))
            true = mpmath.sqrt(mp.pi / 2) * (mpmath.erfc(one / mpmath.sqrt(2)) - mpmath.erfc(other / mpmath.sqrt(2)))
            assert (found / true_ball(true) - 1).contains(0)
            assert found.rel_accuracy_bits() > 60


def true_ball(value: mpf) -> arb:
    """A small number to its own size."""
    mantissa, exponent = value.man_exp
    return arb((int(mantissa), int(exponent))) * arb(1, 1e-50)


# Means.

ANGLES = (0.0, 1e-9, 0.4, 1.5707963267948966, 2.2, 3.1415926, 3.141592653589793)


def wedge(row: Row, angle: mpf) -> mpf:
    """E of a row without μ', in polar coordinates."""
    middle = mp.pi / 2
    cuts = sorted({-middle, middle, angle - middle, angle + middle, 3 * middle})
    total = mpf(0)
    for low, high in zip(cuts, cuts[1:], strict=False):
        at = (low + high) / 2
        if high - low > 1e-30 and (not row.a or mpmath.cos(at) > 0) and (not row.b or mpmath.cos(at - angle) > 0):
            total += mpmath.quad(lambda f: mpmath.cos(f) ** row.s * mpmath.sin(f) ** row.t, [low, high])
    power = mpf(row.s + row.t) / 2
    return total / (2 * mp.pi) * 2**power * mpmath.gamma(power + 1)


@holds(
    """
    network.Means._mean network.Means._polar network._arc network._arc.function network._heights network._on_the_line
    network._radial network.first_moment network.line_mean
    """
)
def test_means_of_half_planes_contain() -> None:
    rng = random(13)
    network.forget()
    with mpmath.workdps(35), ctx.workdps(20):
        for _ in range(80):
            angle, width = float(rng.choice(ANGLES)), float(rng.choice([0.0, 0.0, 1e-3]))
            row = Row(*map(int, rng.integers(0, 4, size=3)), a=bool(rng.integers(2)), b=bool(rng.integers(2)))
            found = Means({theta: arb(angle, width)}).mean(row)
            u = mpmath.fac2(row.u - 1) if row.u % 2 == 0 else mpf(0)
            for share in (-1, 0, 1):
                at = mpf(angle) + share * mpf(width)
                if 0 <= at <= mp.pi:
                    assert (found - near(wedge(row, at) * u)).contains(0) or abs(
                        found - near(wedge(row, at) * u)
                    ) < 1e-25
            assert found.rad() < (1e-12 if width == 0 else 1)
        for power in range(6):
            radial = mpmath.mpf(2) ** (mpf(power) / 2) * mpmath.gamma(mpf(power) / 2 + 1) / (2 * mp.pi)
            assert network._radial(power).overlaps(near_loosely(radial))
        assert network.first_moment().overlaps(near_loosely(1 / mpmath.sqrt(2 * mp.pi)))
    for wrong in (arb(-0.1), arb(3.2)):
        with pytest.raises(ValueError, match="lies in"):
            Means({theta: wrong})


def near_loosely(value: mpf) -> arb:
    """What mpmath rounded to 30 digits."""
    return near(value) + arb(0, 1e-28)


@holds("network.Means._by_lines")
def test_means_beside_windows_contain() -> None:
    """Of 1{a < x < a + b}, on either side of 0 and over it: the half-line of t is an error function or a density."""
    rng = random(14)
    for _ in range(60):
        start, length, angle, size = (float(y) for y in rng.uniform((-2, 0.1, 0.1, 0.3), (1.5, 3, 3, 3)))
        start = float(rng.choice([start, 0.25, -0.25, -length]))
        ends = Rational(start), Rational(start) + Rational(length)
        proxy = Estimator("window", "", ((*ends, Integer(2)),))
        row = Row(
            s=int(rng.integers(2)), t=int(rng.integers(2)), proxy=True, a=bool(rng.integers(2)), b=bool(rng.integers(2))
        )
        with ctx.workdps(20):
            found = Means({theta: arb(angle), r: arb(size)}, proxy).mean(row)
        with mpmath.workdps(30):
            first, last = (number(end) / mpf(size) for end in ends)
            first = max(first, mpf(0)) if row.a else first
            cot = mpmath.cot(mpf(angle))

            def function(y: mpf, row: Row = row, cot: mpf = cot) -> mpf:
                edge = y * cot
                inner = mpmath.npdf(edge) if row.t else mpmath.ncdf(edge)
                return 2 * y**row.s * mpmath.npdf(y) * (inner if row.b else 0 if row.t else 1)

            true = mpmath.quad(function, mpmath.linspace(first, last, 9)) if first < last else mpf(0)
        assert found.overlaps(near_loosely(true)), (row, start, length, angle, size)
        assert found.rad() < 1e-15


# Closed forms.


def drawn(rng: np.random.Generator) -> Configuration:
    point = configurations("quick", 3)[0]
    m = int(rng.integers(1, 5))
    v, v_star = (tuple(float(y) for y in rng.normal(size=m)) for _ in range(2))
    return replace(
        point,
        v=v,
        v_star=v_star,
        theta=float(rng.uniform(0.05, 3.1)),
        r=float(rng.uniform(0.2, 3)),
        n=int(rng.integers(2, 7)),
    )


@holds("closed_form.Form.balls closed_form.enclosed arithmetic.dot")
def test_values_and_closed_forms_contain() -> None:
    rng = random(16)
    for _ in range(30):
        point = drawn(rng)
        with mpmath.workdps(60), ctx.workdps(25):
            values, basis = point.scalars(BALLS), point.vectors(BALLS)
            for symbol, true in point.scalars().items():
                assert symbol not in values or values[symbol].overlaps(near(true)), symbol
            t, size = mpf(point.theta), mpf(point.r)
            turned = {"w_star": (mpmath.cos(t), mpmath.sin(t)), "w_diff": (1 - mpmath.cos(t), -mpmath.sin(t))}
            for symbol, entries in basis.items():
                for found, true in zip(entries, turned.get(symbol.name, entries), strict=True):
                    assert isinstance(true, arb) or found.overlaps(near(true))
            part = Integral(exp(-(s**2) / 2), (s, r - 1, r * cos(theta)))
            integral = mpmath.sqrt(mp.pi / 2) * (
                mpmath.erf(size * mpmath.cos(t) / mpmath.sqrt(2)) - mpmath.erf((size - 1) / mpmath.sqrt(2))
            )
            (scalar,) = prepared(1 + part * r).balls(values)
            assert scalar.overlaps(near(1 + integral * size))
            vector = next(symbol for symbol in QUANTITIES if symbol.name == "w_star")
            form = prepared(part * vector)
            along, across = form.coordinates(form.balls(values), point, BALLS)
            assert along.overlaps(near(integral * mpmath.cos(t)))
            assert across.overlaps(near(integral * mpmath.sin(t)))


# Boxes.


@holds(
    """
    margin.Margin.over margin.Range.over margin.Range.at margin.Range._ends
    margin._mean_value
    """
)
def test_margins_contain_and_their_lower_bounds_hold() -> None:
    rng, known = random(17), 0
    box = coordinates(x=(Rational(-1, 3), 2), y=(0, pi))
    x, y = box
    with mpmath.workdps(60), ctx.workdps(20):
        for _ in range(400):
            tree = grow(rng, LEAVES, int(rng.integers(1, 4)))
            expression = tree.expression.subs({p: x, q: y})
            if not expression.free_symbols or expression.has(sympy.zoo, sympy.nan, sympy.I, oo, sympy.ITE):
                continue
            margin = Margin(expression, box)
            spans = {}
            for symbol in box:
                low, high = sorted(Fraction(int(k), 64) for k in rng.integers(0, 65, size=2))
                spans[symbol] = (low, high if rng.random() < 0.7 else low)
            own = {symbol: spans[symbol] for symbol in margin.ranges}
            over = margin.over(spans)
            slopes = {one: margin.slope(one).over(spans) if margin.smooth else arb.nan() for one in own}
            least = _mean_value(margin, own, slopes)[1] if margin.smooth else arb.nan()
            for part in (Fraction(0), Fraction(1), Fraction(3, 7)):
                shares = {symbol: low + (high - low) * part for symbol, (low, high) in spans.items()}
                at = [number(share) for share in shares.values()]
                value = real(tree.function, -mpf(1) / 3 + at[0] * 7 / 3, at[1] * mp.pi)
                if value is None or not over.is_finite():
                    continue
                known += 1
                assert over.overlaps(near(value)), expression
                there = margin.over({symbol: (share, share) for symbol, share in shares.items()})
                assert there.overlaps(near(value)) or not there.is_finite()
                assert not least.is_finite() or not least > near(value), expression
    assert known > 300


@holds("search._Search._distance")
@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_margin_lies_in_the_power_of_the_distance_times_its_quotient(end: int, order: int) -> None:
    rng = random(18)
    box = coordinates(x=(0, 1))
    (x,) = box
    for _ in range(4):
        m, k = (Rational(int(y), 7) for y in rng.integers(1, 20, size=2))
        distance = 1 - x if end else x
        margin = Margin(sin(distance) ** order * exp(m * x) * (k + x**2), box)
        found, quotient = margin.quotient(x, end)
        assert found == order
        seeking = _Search(Statement("", margin.expression, box))
        for _ in range(5):
            far = Fraction(int(rng.integers(1, 64)), 64)
            span = (1 - far, Fraction(1)) if end else (Fraction(0), far)
            with mpmath.workdps(40):
                at = number(span[0] if end else far)
                gap = 1 - at if end else at
                true = (
                    mpmath.sin(gap) ** order
                    * mpmath.exp(mpf(int(m.p)) / int(m.q) * at)
                    * (mpf(int(k.p)) / int(k.q) + at**2)
                )
                assert quotient.over({x: span}).overlaps(near(true / gap**order))
                there = span[0] if end else far
                assert seeking._distance({x: (there, there)}).overlaps(near(gap**order))
                assert seeking._distance({x: span}).overlaps(near(gap**order))

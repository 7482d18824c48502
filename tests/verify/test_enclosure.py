"""Ball arithmetic and certified integrals: what they contain, and what they refuse to certify."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import numpy as np
import pytest
import sympy
from flint import acb, arb, ctx
from mpmath import mpf
from sympy import Abs, Integral, Max, Min, Piecewise, Rational, S, Symbol, exp, oo, sqrt

import proofs
from proofs import proxies
from proofs.engine.definitions import Splitting
from proofs.proxies import ESTIMATORS, Estimator
from proofs.symbols import mu, r, s, theta, x
from verify import suite
from verify.at_points import Comparison, Found, evidence_of
from verify.configurations import configurations
from verify.contexts.balls.analytic import UncertifiedError, integrand, integrate
from verify.contexts.balls.arithmetic import as_ball, ball, compiled
from verify.contexts.balls.growth import UnboundedError, tail_bound
from verify.contexts.balls.integrals import enclose
from verify.contexts.balls.network import means_at
from verify.contexts.digits.plane import plane_means
from verify.enclosure import route
from verify.evidence import Fate, Grade, Outcome, Verdict
from verify.model import Row

POINT = configurations("quick", 1)[0]
CLAIMS = [claim for claim in proofs.all_claims() if route.covered(claim)]
p, q = sympy.symbols("p q", real=True)


def expressions() -> list[sympy.Expr]:
    inside = p / (1 + p**2)
    return [
        p**2 * q - 3 * q / (1 + p**2),
        sqrt(1 + p**2) * exp(-(q**2)) + Rational(1, 3),
        (1 + Abs(p)) ** Rational(3, 2) * (2 + sympy.sin(q)) ** Rational(-1, 2),
        sympy.asin(inside) + sympy.acos(inside) * sympy.atan(q),
        sympy.erf(p) * sympy.erfc(q) + sympy.pi * sympy.tanh(p),
        sympy.tan(inside) + sympy.cot(1 + inside) + sympy.cos(p * q),
        Max(p, q, 0) - Min(p, Rational(1, 7)) + sympy.sign(p) * sympy.log(1 + q**2),
        Piecewise((p, p < q), (p * q, sympy.And(p >= q, q > 0)), (exp(p), True)),
        sympy.codegen.cfunctions.expm1(p / 1000) * (2 + sympy.cos(p)) ** q,
        sympy.betainc_regularized(S(3) / 2, Rational(1, 2), 0, sympy.sin(p) ** 2) + sympy.atan2(p, 2 + q**2),
    ]


@pytest.mark.parametrize("expression", expressions(), ids=str)
def test_a_ball_contains_what_mpmath_computes(expression: sympy.Expr) -> None:
    rng = np.random.Generator(np.random.Philox(7))
    library = [{"betainc_regularized": lambda a, b, c, d: mpmath.betainc(a, b, c, d, regularized=True)}, "mpmath"]
    with mpmath.workdps(60), ctx.workdps(30):
        function = sympy.lambdify([p, q], expression, library)
        for centre, width in zip(rng.normal(size=(40, 2)), [0.0, 1e-12, 1e-3, 0.5] * 10, strict=True):
            found = ball(expression, {p: arb(centre[0], width), q: arb(centre[1], width)})
            for part in (-0.99, 0.0, 0.7):
                value = mpmath.mpmathify(function(mpf(centre[0]) + mpf(part * width), mpf(centre[1]) - part * width))
                # mpmath's 60 digits are rounded: a ball of 30 digits around them is the truth.
                near = as_ball(value) + arb(0, 1e-50) * (1 + abs(as_ball(value)))
                assert not found.is_finite() or found.overlaps(near)
        sharp = ball(expression, {p: arb(0.3), q: arb(-0.4)})
        assert sharp.is_finite()
        assert sharp.rel_accuracy_bits() > 80


def test_a_case_distinction_on_its_boundary_is_both_branches() -> None:
    stairs = Piecewise((0, p < 1), (10, True))
    assert ball(stairs, {p: arb(0.5)}) == 0
    both = ball(stairs, {p: arb(1, 0.01)})
    assert both.contains(0)
    assert both.contains(10)
    assert ball(stairs, {p: arb(1)}) == 10


def test_functions_end_at_their_domain() -> None:
    assert ball(sqrt(p), {p: arb(0.25, 0.5)}).contains(0)
    assert ball(sympy.acos(p), {p: arb(1, 0.1)}).contains(0)
    assert not ball(sqrt(p), {p: arb(-1, 0.5)}).is_finite()
    assert not ball(1 / p, {p: arb(0, 1)}).is_finite()
    assert not ball(sympy.tan(p), {p: arb(1.5, 0.2)}).is_finite()


def test_what_cannot_be_evaluated_is_named() -> None:
    with pytest.raises(ValueError, match="zeta"):
        ball(sympy.zeta(p), {p: arb(2)})
    with pytest.raises(ValueError, match="no value for \\['q'\\]"):
        ball(p + q, {p: arb(2)})
    with pytest.raises(ValueError, match="Integral"):
        compiled(Integral(exp(-p), (p, 0, 1)))
    with pytest.raises(ValueError, match="zeta"):
        integrand(sympy.zeta(p), p)
    with pytest.raises(ValueError, match="not finite"):
        as_ball(mpf("inf"))


def test_a_number_becomes_its_own_ball() -> None:
    assert as_ball(mpf(-0.1)) == arb(-0.1)
    assert as_ball(Rational(1, 3)).contains(arb(1) / 3)


@pytest.mark.parametrize(
    "expression",
    [
        Abs(p),
        sympy.sign(p),
        Max(p, 0),
        sqrt(p),
        sympy.log(p),
        Piecewise((1, p < 0), (p, True)),
        (p**2) ** Rational(1, 3),
    ],
)
def test_where_it_is_not_analytic_an_integrand_says_so(expression: sympy.Expr) -> None:
    function = integrand(expression, p).bind({})
    assert not function(acb(arb(0, 0.5), arb(0, 0.5)), True).is_finite()
    assert function(acb(arb(2, 0.5), arb(0, 0.5)), True).is_finite()


def test_an_integral_across_a_kink_is_not_claimed_to_be_smooth() -> None:
    with ctx.workdps(30):
        kinked = integrate(integrand(Abs(p) + sqrt(Abs(p)), p).bind({}), arb(-1), arb(2))
        assert kinked.overlaps(arb(5) / 2 + (2 + 4 * arb(2).sqrt()) / 3)
        # The same |x| with the question for analyticity ignored: Arb would certify any number.
        wrong = integrate(lambda z, _: (z * z).sqrt(), arb(-1), arb(2))
        assert not integrand(sqrt(p**2), p).bind({})(acb(arb(0, 1), arb(0, 1)), True).is_finite()
        assert not wrong.overlaps(arb(5) / 2) or wrong.rad() > 1e-25


def growing_proxy() -> Estimator:
    """exp(x²), which no declaration may be."""
    growing = Estimator("growing", "exp(x²)", ((-oo, oo, S(1)),))
    object.__setattr__(growing, "pieces", ((-oo, oo, exp(x**2)),))
    return growing


def test_what_arb_cannot_certify_is_no_number() -> None:
    with pytest.raises(UncertifiedError, match="not certified"):
        integrate(integrand(1 / p, p).bind({}), arb(-1), arb(1))
    with pytest.raises(ZeroDivisionError):
        integrate(lambda z, analytic: acb(1 // 0), arb(0), arb(1))
    growing = growing_proxy()
    integral = Integral(mu(r * s) * exp(-(s**2) / 2), (s, 0, oo))
    with pytest.raises(UncertifiedError, match="tail"):
        enclose(integral, {r: arb(2), theta: arb(1)}, growing)
    with pytest.raises(ValueError, match="needs a proxy"):
        enclose(integral, {r: arb(2)})


def test_tails_are_bounded() -> None:
    cases = [
        exp(-(s**2) / 2),
        s**3 * exp(-(s**2) / 2 + 3 * s) * (1 + sympy.erf(s)),
        exp(-s) / (1 + exp(-s)) ** 2 * exp(-(s**2) / 8),
        Abs(sympy.sin(s)) * exp(-2 * s) + exp(-(s**2)) * sqrt(1 + s),
        exp(-(s**4)) * sympy.sech(s),
    ]
    for expression in cases:
        function = sympy.lambdify([s], expression, "mpmath")
        for start in (0.5, 6.0, 17.0):
            bound = tail_bound(expression, s, arb(start), {})
            true = mpmath.quad(lambda y, f=function: abs(f(y)), [start, start + 1, start + 3, start + 10, mpmath.inf])
            assert bound > as_ball(true) * arb(0.999999)
    assert tail_bound(cases[0], s, arb(17), {}) < 1e-62
    with pytest.raises(UnboundedError, match="no bound"):
        tail_bound(sympy.sinh(s) * exp(-(s**2)), s, arb(17), {})
    with pytest.raises(UnboundedError, match="denominator"):
        tail_bound(exp(-(s**2)) / (s - 20), s, arb(17), {})


@pytest.mark.parametrize("name", ["relu", "clipped-relu", "leaky-relu", "sigmoid", "triangular"])
def test_means_agree_with_another_quadrature(name: str) -> None:
    proxy = ESTIMATORS[name]
    other = plane_means(POINT.theta, POINT.r, proxy, POINT.parameters)
    with ctx.workdps(60):
        means = means_at(as_ball(POINT.theta), as_ball(POINT.r), proxy, POINT.parameters)
        for powers in ({}, {"s": 1}, {"t": 1}):
            for a, b in ((True, False), (False, True), (False, False)):
                found = means.mean(Row(**powers, proxy=True, a=a, b=b))
                value = other.mean(Row(**powers, proxy=True, a=a, b=b)).value
                assert abs(found - as_ball(value)) < 1e-48


def test_a_proxy_of_a_user_is_enclosed_with_its_kinks() -> None:
    hat = Estimator("hat", "a hat", ((-S(2), S(1), Max(0, 1 - Abs(x) / 2)), (S(1), oo, 1 / (1 + x**2))))
    values = {theta: arb(1), r: arb(0.75)}
    with mpmath.workdps(40), ctx.workdps(50):
        found = enclose(Integral(mu(r * s) * exp(-(s**2) / 2), (s, -oo, oo)), values, hat)

        def function(y: mpf) -> mpf:
            at = 0.75 * y
            height = max(0, 1 - abs(at) / 2) if at < 1 else 1 / (1 + at**2)
            return height * mpmath.exp(-(y**2) / 2)

        ends = [-mpf(8) / 3, 0, mpf(4) / 3, 3, 6, mpmath.inf]
        true = mpmath.quad(function, ends, method="tanh-sinh")
        assert abs(found - as_ball(true)) < 1e-30
        assert found.rad() < 1e-45


def test_an_integral_that_cancels_is_known_beside_its_parts() -> None:
    """∫ (1 − rs) exp(−rs − s²/2) ds over s > 0 is 2/r³ and less, of parts of the size of 1/r."""
    part = Integral((1 - r * s) * exp(-r * s) * exp(-(s**2) / 2), (s, 0, oo))
    with ctx.workdps(60):
        found = enclose(part, {r: arb(1e150)})
        assert abs(found - 2 / arb(1e150) ** 3) < arb(1e-150) * arb("1e-45")


def test_an_interruption_goes_through_arb() -> None:
    def interrupted(z: acb, analytic: bool) -> acb:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        integrate(interrupted, arb(0), arb(1), arb(1))


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim.id for claim in CLAIMS])
def test_a_claim_is_certified_and_a_spoilt_one_refuted(claim: proofs.Claim) -> None:
    good = route.check(claim, [POINT])
    assert good.verdict is Verdict.VERIFIED, good.detail
    assert good.grade is Grade.TESTED
    assert good.figures["digits"] >= route.DIGITS
    spoilt = replace(claim, statement=claim.formula * Rational(1001, 1000))
    found = route.check(spoilt, [POINT])
    assert found.verdict is Verdict.REFUTED
    assert "closed form" in found.detail


def test_no_configuration_is_undecided() -> None:
    found = route.check(replace(proofs.get("N1"), hypotheses=(S.false,)), [POINT])
    assert found.verdict is Verdict.UNDECIDED
    assert "no configuration" in found.detail


def test_a_definition_without_an_integral_is_undecided() -> None:
    other = replace(proofs.get("N1"), definition=Splitting("rate"))
    assert route.check(other, [POINT]).verdict is Verdict.UNDECIDED


def test_a_formula_with_an_unknown_function_is_undecided() -> None:
    strange = replace(proofs.get("N1"), statement=proofs.get("N1").formula + sympy.zeta(3 + theta))
    found = route.check(strange, [POINT])
    assert found.verdict is Verdict.UNDECIDED
    assert "zeta" in found.detail


def test_an_estimator_that_cannot_be_enclosed_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    growing = growing_proxy()
    monkeypatch.setitem(proxies.ESTIMATORS, "growing", growing)
    monkeypatch.setattr(route, "_QUICK", ("growing",))
    monkeypatch.setattr(route, "definition_sides", route.definition_sides.__wrapped__)
    found = route.check(proofs.get("G5"), [POINT])
    assert found.verdict is Verdict.UNDECIDED
    assert "tail" in found.detail


def test_a_wide_ball_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "_WORKING", 20)
    monkeypatch.setattr(route, "_LADDER", (20,))
    monkeypatch.setattr(route, "definition_sides", route.definition_sides.__wrapped__)
    assert route.check(proofs.get("G1"), [POINT]).verdict is Verdict.UNDECIDED


def test_the_route_reports_points_digits_and_fates() -> None:
    claims = [proofs.get(claim_id) for claim_id in ("G1", "N3", "C3", "B1.loss")]
    tasks = [task for task in route.tasks(claims, "quick", 1, 0.0) if task.arguments[-1] != "boxes"]
    outcomes = [Outcome(task, route.run(task), 0.1) for task in tasks]
    evidence = route.conclude(claims, outcomes, "quick", 1, 0.0)
    for claim in claims:
        (found,) = evidence[claim.id]
        assert found.verdict is Verdict.VERIFIED, found.detail
        assert found.figures["points"] == 5
        assert found.figures["widest_radius"] < 1e-45
        assert set(found.fates.values()) == {Fate.KILLED}
    broken = [replace(outcome, error="worker died") for outcome in outcomes]
    (found,) = suite._Plan("enclosure", claims, "quick", 1).conclude(broken)["G1"]
    assert found.verdict is Verdict.ERROR


def test_a_mutant_that_cannot_be_judged_is_absent() -> None:
    claim = proofs.get("N1")
    negative_root = replace(claim, statement=claim.formula + sqrt(-1 - theta**2))
    assert route._first_refutation(negative_root, [POINT], "quick") is None
    assert route._first_refutation(claim, [POINT], "quick") is False
    assert Symbol("y") not in compiled(claim.formula).symbols


def test_the_place_that_is_named_does_not_hang_on_bits_that_are_not_shown() -> None:
    """The last bits of Arb's radii depend on what was computed before in the same process."""
    figures = []
    for apart in (1e-9, -1e-9):
        one, two = (
            Comparison(label, Verdict.VERIFIED, 60.7 + extra, quotient=1 + extra / 100, required=45.0)
            for label, extra in (("generic 0, statement", apart), ("r = 1e150, statement", -apart))
        )
        figures.append(evidence_of("enclosure", [Found(0.0, "generic 0", (one, two))]).figures)
    assert figures[0] == figures[1]
    assert figures[0]["worst_at"] == "generic 0, statement"

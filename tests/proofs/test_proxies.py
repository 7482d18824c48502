"""Declarations of estimators: what is refused, and that folding loses nothing."""

from __future__ import annotations

import mpmath
import pytest
from sympy import Expr, Integer, Integral, Rational, Symbol, exp, lambdify, nan, oo

from proofs import proxies
from proofs.moments import closed_moments, is_gaussian_on_pieces
from proofs.proxies import ARBITRARY, ESTIMATORS, Estimator, Parameter, add, estimator
from proofs.symbols import c, mu, r, slope, tau, x

ONE, ZERO = Integer(1), Integer(0)
POINTS = [Rational(k, 10) for k in (-31, -17, -9, -4, 3, 5, 12, 29)]


def defaults(proxy: Estimator) -> dict[Symbol, Expr]:
    return {p.symbol: p.default for p in proxy.parameters}


def value(proxy: Estimator, point: Expr) -> Expr:
    """μ'(point) straight from the pieces, at the default parameters."""
    known = defaults(proxy)
    for low, high, piece in proxy.pieces:
        if low.subs(known) < point < high.subs(known):
            return piece.subs(known).subs(x, point)
    return ZERO


def test_the_known_ones() -> None:
    assert list(ESTIMATORS) == [
        "identity",
        "relu",
        "clipped-relu",
        "leaky-relu",
        "sigmoid",
        "tanh",
        "triangular",
        "gaussian",
        "window",
    ]
    assert all(name == proxy.name for name, proxy in ESTIMATORS.items())


def test_an_unknown_one_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"estimator 'swish' is unknown; known: identity, relu, .*gaussian"):
        estimator("swish")


def test_names_are_never_reused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxies, "ESTIMATORS", dict(ESTIMATORS))
    new = add(Estimator("step", "a step", ((ZERO, ONE, ONE),)))
    assert estimator("step") is new
    with pytest.raises(ValueError, match="estimator 'step' is already declared"):
        add(new)


@pytest.mark.parametrize(
    ("pieces", "complaint"),
    [
        ((), "`pieces` is empty"),
        (((-oo, ZERO, ONE), (ONE, oo, ONE)), "piece ends 0 and 1 do not touch"),
        (((ZERO, oo, c * x),), r"undeclared symbols \['c'\]"),
        (((ZERO, c, ONE),), r"undeclared symbols \['c'\]"),
        (((ZERO, oo, nan),), "a real number or a SymPy expression is needed"),
    ],
)
def test_bad_declarations(pieces: tuple, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as caught:
        Estimator("bad", "", pieces)
    assert "'bad'" in str(caught.value)


def test_parameters_are_declared_with_their_symbol() -> None:
    good = Estimator("good", "", ((ZERO, c, ONE),), (Parameter(c, ONE, "level"),))
    assert good.parameters[0].name == "c"
    assert good.breakpoints == (ZERO, c)
    assert ARBITRARY.breakpoints == ()


@pytest.mark.parametrize("name", ESTIMATORS)
def test_defaults_lie_in_the_domain(name: str) -> None:
    for parameter in ESTIMATORS[name].parameters:
        assert parameter.default > 0
        assert parameter.symbol in {c, slope, tau}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_folding_loses_nothing(name: str) -> None:
    """On x > 0 the folded pieces give μ'(x) and μ'(−x), and they do not overlap."""
    proxy, known = ESTIMATORS[name], defaults(ESTIMATORS[name])
    for point in (abs(p) for p in POINTS):
        inside = [
            (right.subs(known).subs(x, point), left.subs(known).subs(x, point))
            for low, high, right, left in proxy.folded()
            if low.subs(known) < point < high.subs(known)
        ]
        assert len(inside) <= 1
        right, left = inside[0] if inside else (ZERO, ZERO)
        assert abs((right - value(proxy, point)).evalf(30)) < 1e-25
        assert abs((left - value(proxy, -point)).evalf(30)) < 1e-25


def test_folding_an_asymmetric_proxy_loses_nothing() -> None:
    """Each half of each piece is there once: nothing needs to be ordered for that."""
    odd = Estimator("odd", "", ((Integer(-3), -ONE, ONE), (-ONE, Integer(2), x)))
    assert odd.folded() == [(1, 3, 0, 1), (0, 1, 0, -x), (0, 2, x, 0)]


@pytest.mark.parametrize(
    "pieces",
    [
        ((-ONE, oo, exp(-x)),),
        ((-oo, ONE, exp(x)), (ONE, oo, exp(2 - x))),
        ((-c, ZERO, 1 + x / c), (ZERO, tau, 1 - x / tau)),
        ((-c, ZERO, 1 + x**2), (ZERO, ONE, 1 + x)),
    ],
)
def test_halves_cover_what_the_pieces_cover(pieces: tuple) -> None:
    """The Gaussian mean of μ' is the same over the pieces and over their halves, whatever the ends."""
    values = {c: Rational(3, 2), tau: Rational(2, 3)}
    parameters = (Parameter(c, ONE, ""), Parameter(tau, ONE, ""))
    proxy = Estimator("test", "", pieces, parameters)

    def mean(low: Expr, high: Expr, integrand: Expr) -> float:
        weighted = lambdify([x], (integrand * exp(-(x**2))).subs(values), "math")
        start, stop = (max(-9.0, min(9.0, float(end.subs(values)))) for end in (low, high))
        return float(mpmath.fp.quad(weighted, [start, *(p for p in (0.0,) if start < p < stop), stop]))

    whole = sum(mean(low, high, piece) for low, high, piece in pieces)
    halves = sum(mean(low, high, piece.subs(x, sign * x)) for sign, low, high, piece in proxy.halves())
    folded = sum(mean(low, high, right + left) for low, high, right, left in proxy.folded())
    assert halves == pytest.approx(whole, rel=1e-9)
    assert folded == pytest.approx(whole, rel=1e-9)


@pytest.mark.parametrize("ends", [(ONE, -ONE), (ONE, ONE), (oo, oo), (c, ONE)])
def test_a_piece_must_be_an_interval(ends: tuple) -> None:
    with pytest.raises(ValueError, match="not provably an interval"):
        Estimator("test", "", ((*ends, ONE),), (Parameter(c, ONE, ""),))


def test_an_arbitrary_proxy_folds_onto_both_halves() -> None:
    assert list(ARBITRARY.folded()) == [(0, oo, mu(x), mu(-x))]


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_reach_is_where_the_proxy_has_faded(name: str) -> None:
    proxy = ESTIMATORS[name]
    assert proxy.reach != oo
    size = max(value(proxy, p) for p in POINTS)
    assert abs(value(proxy, proxy.reach).evalf() / size.evalf()) < 1e-17


def test_which_moments_are_closed() -> None:
    closed = {name for name, proxy in ESTIMATORS.items() if is_gaussian_on_pieces(proxy)}
    assert closed == {"identity", "relu", "clipped-relu", "leaky-relu", "gaussian", "window"}
    assert not is_gaussian_on_pieces(Estimator("tilted", "", ((-oo, oo, exp(x - x**2)),)))
    with pytest.raises(ValueError, match="'triangular' has no closed moments"):
        closed_moments(ESTIMATORS["triangular"])


def test_closed_moments_owe_their_antiderivatives() -> None:
    moments, owed = closed_moments(ESTIMATORS["clipped-relu"])
    assert len(owed) == 3
    assert all(obligation.decision.zero is True for obligation in owed)
    assert not any(moment.has(Integral) for moment in moments)
    assert moments.full.free_symbols == {c, r}

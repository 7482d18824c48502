"""The errata: shown by claims, and once more by quadrature, which shares nothing with the derived formulas."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import pytest
from mpmath import mp, mpf
from sympy import Integer, Rational

import proofs
from proofs.engine.derivation import vanishes
from proofs.errata import ERRATA, Erratum, Line
from proofs.proxies import estimator
from verify.contexts.digits.network import Network
from verify.contexts.digits.quadrature import DIGITS
from verify.reading.derivations import errata_page


@pytest.fixture(autouse=True)
def digits() -> object:
    with mp.workdps(DIGITS):
        yield


def network(v: tuple[object, ...], v_star: tuple[object, ...], theta: object, r: object = 1, ste: str = "") -> Network:
    weights, star = (tuple(mpmath.mpmathify(x) for x in row) for row in (v, v_star))
    return Network(weights, star, mpmath.mpmathify(theta), mpmath.mpmathify(r), 3, estimator(ste) if ste else None)


def sizes(values: object) -> list[float]:
    return [abs(float(value.value)) for value in values]  # type: ignore[attr-defined]


def entry(where: str) -> Erratum:
    return next(erratum for erratum in ERRATA if erratum.where == where)


def values(where: str) -> list[float]:
    return [float(line.value.evalf(30)) for line in entry(where).witness() if line.value is not None]


@pytest.mark.parametrize("erratum", ERRATA, ids=[erratum.where for erratum in ERRATA])
def test_every_witness_is_proved_and_every_claim_exists(erratum: Erratum) -> None:
    lines = list(erratum.witness())
    assert lines
    assert all(line.shown for line in lines)
    assert all(proofs.proved(name) is True for name in erratum.claims)


def test_the_lipschitz_quotient_by_differences_of_the_loss() -> None:
    (first, _), sine = values("[Y], Lemma 3"), mpf(1) / 10
    slope = network((1,), (1,), mpmath.asin(sine)).filter_gradient()
    # At both filters the gradient is a multiple of their own e, of one size: its difference is that of the two e.
    size = mpmath.sqrt(mpmath.fsum(x.value**2 for x in slope))
    apart_of_e, apart_of_w = 2 * mpmath.cos(mpmath.asin(sine)), 2 * sine
    assert float(size * apart_of_e / apart_of_w) == pytest.approx(first, rel=1e-12)


@pytest.mark.parametrize("index", [0, 1])
def test_the_descent_quotient_by_quadrature(index: int) -> None:
    at = network((mpf(1) / 2,), (1,), mp.pi / 2, (1, 1000)[index], "relu")
    coarse, slope, inner = at.coarse_gradient(), at.gradient_v(), replace(at, proxy=None).filter_gradient()
    square = mpmath.fsum(x.value**2 for x in coarse)
    product = mpmath.fsum(x.value * y.value for x, y in zip(coarse, inner, strict=False))
    below = mpmath.fsum(x.value**2 for x in slope) + product
    assert float(square / below) == pytest.approx(values("[Y], (12)")[index], rel=1e-12)


def test_the_spurious_minimum_that_is_global() -> None:
    assert abs(float(network((-1, 1), (1, -1), mp.pi).loss().value)) < 1e-40


def test_the_common_zero_beyond_the_critical_points() -> None:
    at = network((mpf(1) / 3, mpf(1) / 3), (1, 1), mp.pi, 1, "relu")
    assert max(sizes([*at.coarse_gradient(), *at.gradient_v()])) < 1e-40


def test_the_identity_gradient_at_rest() -> None:
    assert max(sizes(network((-1, 1), (1, -1), mp.pi, 1, "identity").coarse_gradient())) < 1e-40


def test_what_is_not_shown_is_not_written() -> None:
    wrong = Line("a wrong value", Integer(1), (vanishes("1 − 1.001", Integer(1) - Rational(1001, 1000)),))
    assert "a wrong value" not in errata_page()
    for lines in ([wrong], [Line("owes nothing", Integer(1), ())]):
        spoiled = replace(ERRATA[0], witness=lambda lines=lines: lines)
        with pytest.raises(ValueError, match="is not shown, so nothing is written"):
            errata_page((spoiled,))


def test_an_unproved_claim_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.reading.derivations.proved", lambda name: None)
    with pytest.raises(ValueError, match=r"N6\.printed.* is not proved"):
        errata_page()

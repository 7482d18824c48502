"""Witnesses against statements of chapter C that leave something out."""

from dataclasses import replace

import pytest
from sympy import Heaviside, cos, pi

import proofs
from proofs.descent import ENERGY
from proofs.engine.derivation import Derivation
from proofs.engine.residual import decide_zero
from proofs.engine.sentence import Is, Part, Same, Term, gt
from proofs.potentials import IDENTITY, SLOPE, constant_between, curl, of_constants
from proofs.symbols import dv, m, sum_diff, sum_v, sum_vs, theta, v, v_diff, v_star, v_v, v_vs, vs_vs, w_hat, x


def test_without_a_teacher_everything_vanishes_at_every_angle() -> None:
    nothing = dict.fromkeys((v, v_star, dv, sum_v, sum_vs, sum_diff, v_diff, v_v, v_vs, vs_vs), 0)
    assert all(decide_zero(proofs.get(one).formula.subs(nothing)).zero for one in ("N2", "C3"))
    assert proofs.get("C8").parts["best weights"].subs(nothing) == 0
    listed = {0, pi, proofs.get("C8").parts["saddle angle"].subs({vs_vs: 1, sum_vs: 0, m: 1})}
    assert pi / 3 not in listed  # where both vanish all the same, were v* = 0 let in
    assert "v* ≠ 0" in proofs.get("C8").premises


def test_at_rest_no_step_size_decreases_the_loss() -> None:
    claim = proofs.get("B2.relu")
    assert claim.parts["decrease, a lower bound"].subs(ENERGY, 0) == 0
    promised = [part for part in claim.sentence.args if part.has(Part("largest step"))]
    assert promised
    assert all(part.args[0].has(gt(ENERGY, 0)) for part in promised)


# Rules of the chapter: each premise is needed.


def test_only_a_field_with_constant_coefficients_is_known_to_be_a_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = proofs.get("C9")
    for change, proved in ((1, True), (cos(theta), None)):
        field = proofs.get("C3").formula * change
        monkeypatch.setattr(
            "proofs.rules.gradients.get", lambda _, field=field: replace(proofs.get("C3"), statement=field)
        )
        _, owes = of_constants(Derivation("C9", claim.definition), claim.definition)
        assert all(one.decision.zero for one in owes) is bool(proved)


def test_mixed_derivatives_that_agree_are_no_curl() -> None:
    slope = Same(SLOPE, proofs.get("N2").formula)
    assert curl(slope, Same(IDENTITY, proofs.get("C2").formula)).has(Is)
    for field in (0 * w_hat, v_vs * w_hat, sum_v * w_hat, -proofs.get("C2").formula):
        with pytest.raises(ValueError, match="CURL needs mixed derivatives that differ at some v"):
            curl(slope, Same(IDENTITY, field))


def test_what_is_not_constant_between_the_hyperplanes_is_refused() -> None:
    slope = Term("slope")
    assert constant_between(sample=(2 * Heaviside(x) - 1) ** 2, slope=slope) == Is("zero almost everywhere", slope)
    for sample in (x * Heaviside(x), x, Heaviside(x - 1)):
        with pytest.raises(ValueError, match="NULL needs a function of the sign of x"):
            constant_between(sample=sample, slope=slope)

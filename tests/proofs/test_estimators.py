"""Witnesses against statements of chapter C that leave something out."""

from sympy import pi

import proofs
from proofs.engine.residual import decide_zero
from proofs.symbols import dv, m, sum_diff, sum_v, sum_vs, v, v_diff, v_star, v_v, v_vs, vs_vs


def test_without_a_teacher_everything_vanishes_at_every_angle() -> None:
    nothing = dict.fromkeys((v, v_star, dv, sum_v, sum_vs, sum_diff, v_diff, v_v, v_vs, vs_vs), 0)
    assert all(decide_zero(proofs.get(one).formula.subs(nothing)).zero for one in ("N2", "C3"))
    assert proofs.get("C8").parts["best weights"].subs(nothing) == 0
    listed = {0, pi, proofs.get("C8").parts["saddle angle"].subs({vs_vs: 1, sum_vs: 0, m: 1})}
    assert pi / 3 not in listed  # where both vanish all the same, were v* = 0 let in
    assert "v* ≠ 0" in proofs.get("C8").premises

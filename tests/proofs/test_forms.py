"""Rules of forms and roots: what they give, and that each thing they need is needed."""

from typing import Any

import pytest
from sympy import And, Eq, Equivalent, Implies, Integer, Ne, Symbol, symbols

from proofs.engine.sentence import All, Exists, Is, Root, eq, ge, gt
from proofs.engine.smt import follows
from proofs.rules.forms import definite, reached, rises, tried

x, y, z = symbols("x y z", real=True)

# FORM: x orthogonal to w, one entry of D and one of all others.

d_1, w_1, w_2, s_1, s_2, s_3 = symbols("d_1 w_1 w_2 s_1 s_2 s_3", real=True)
FORM = Is("stable", Symbol("w"))
X_VECTOR = [(d_1, w_1, x), (y, w_2, z)]
OTHERS = {w_2 * z: s_1, z**2: s_2, y * z**2: s_3}


def test_a_form_is_tried_on_a_tangent_vector() -> None:
    assert tried(positive=FORM, entries=X_VECTOR) == Implies(
        And(FORM, Eq(w_1 * x + w_2 * z, 0, evaluate=False), x**2 + z**2 > 0), d_1 * x**2 + y * z**2 > 0
    )
    quotient = tried(positive=FORM, entries=[(y, w_2, w_2 / y)], sums={w_2**2 / y: s_1, w_2**2 / y**2: s_2})
    assert quotient == Implies(And(FORM, Ne(y, 0), Eq(s_1, 0, evaluate=False), s_2 > 0), s_1 > 0)


def test_a_form_is_positive_on_every_tangent_vector_only() -> None:
    told: dict[str, Any] = {"positive": FORM, "entries": X_VECTOR, "sums": OTHERS}
    least = ge(s_2, 0), ge(s_3, y * s_2)
    found = definite(given=And(d_1 > 0, y > 0), **told)
    assert follows("it is", found.needs, *least).decision.zero is True
    assert found.gives == Implies(And(d_1 > 0, y > 0), FORM)
    weaker = definite(given=And(d_1 > 0, y >= 0), **told)
    assert follows("it need not be", weaker.needs, *least).decision.zero is False
    for one in (z, s_3):
        with pytest.raises(ValueError, match=f"every x orthogonal to w, and {one} is given"):
            definite(given=one > 0, **told)


# ROOT: (x − 1)(x² + y) rises at 1 where x² + y > 0.


def test_a_rising_root_is_one_of_a_factor() -> None:
    root = Root("a rising", x, Eq((x - 1) * (x**2 + y), 0), (0, 2))
    told: dict[str, Any] = {"root": root, "form": z - 1, "factor": x**2 + y, "names": {z: x}, "slopes": {z: Integer(1)}}
    found = rises(**told)
    assert follows("it is", found.needs, y > 0, Eq(z, x)).decision.zero is True
    for known in (y > 0, Eq(z, x)):
        assert follows("it need not be", found.needs, known).decision.zero is not True
    assert found.gives == Equivalent(root, And(Integer(0) < x, x < 2, Eq(z - 1, 0)))
    for wrong in (
        {"form": z - 2},
        {"factor": x**2 - y},
        {"names": {z: x + 1}},
        {"slopes": {z: Integer(2)}},
        {"slopes": {}},
    ):
        with pytest.raises(ValueError, match="ROOT"):
            rises(
                **{"root": root, "form": z - 1, "factor": x**2 + y, "names": {z: x}, "slopes": {z: Integer(1)}} | wrong
            )


# IVT of a norm: entries s·x of w = s, ‖s‖ = 1, on [½, 2].

S, LARGEST = symbols("s s_max", nonnegative=True)
UNIT: dict[str, Any] = {
    "said": Exists(x, All(gt(x, 0), eq(Symbol("norm"), 1))),
    **{"entry": S / x, "over": x, "low": Integer(1) / 2, "high": Integer(2), "most": S},
}


@pytest.mark.parametrize(
    ("change", "needed"),
    [
        ({}, True),
        ({"low": Integer(1) / 4, "alone": {S: LARGEST}}, True),
        ({"low": Integer(2), "high": Integer(3)}, False),  # too small already
        ({"low": Integer(3)}, False),
        ({"high": Integer(3) / 4}, False),  # too large still
        ({"entry": S / (x - 1)}, False),  # not continuous
        ({"said": Exists(x, All(gt(x, 1), eq(Symbol("norm"), 1)))}, False),
        ({"alone": {S: LARGEST}}, False),
        ({"entry": -S / x}, False),
    ],
    ids=str,
)
def test_a_norm_is_one_between_too_large_and_too_small(change: dict[str, object], needed: bool) -> None:
    found = reached(**UNIT | change)
    assert (follows("it is", found.needs, 3 * LARGEST >= 1).decision.zero is True) == needed
    assert found.gives == (UNIT | change)["said"]

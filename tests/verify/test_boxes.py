"""The boxes: the engine proves, refutes and stays undecided where it should; the claims it covers have teeth."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sympy import Integer, Max, Piecewise, Rational, cos, pi, sin, sqrt

from proofs.engine.claim import get
from verify import roads
from verify.enclosure.boxes.search import Statement, coordinates, search
from verify.enclosure.route import judge_boxes
from verify.evidence import Verdict

ANGLE = coordinates(theta=(0, pi / 2))
THETA = next(iter(ANGLE))
CORE = sin(THETA) - sin(THETA) ** 2 - (1 - 2 * THETA / pi - cos(THETA)) ** 2
SQUARE = coordinates(x=(0, 1), y=(0, 1))
X, Y = SQUARE


def test_an_inequality_with_equality_at_both_ends_of_its_range_is_proved():
    found = search(Statement("core", CORE, ANGLE))
    assert found.verdict is Verdict.VERIFIED
    assert found.subdivisions > 1
    assert found.smallest > 0
    assert any("theta = 0: zero of order 1" in edge for edge in found.edges)


def test_a_false_inequality_is_refuted_at_an_exact_point():
    found = search(Statement("core", CORE - sin(THETA) / 100, ANGLE))
    assert found.verdict is Verdict.REFUTED
    at = {THETA: pi * Rational(found.witness["theta"].replace("*pi", "").replace("pi", "1"))}
    assert (CORE - sin(THETA) / 100).subs(at).evalf() < 0


def test_a_narrow_violation_is_found_away_from_the_first_points_tried():
    dip = (X - Rational(1, 3)) ** 2 + (Y - Rational(5, 7)) ** 2 - Rational(1, 10**6)
    assert search(Statement("dip", dip, SQUARE)).verdict is Verdict.REFUTED


def test_edges_are_closed_by_quotients_and_faces():
    found = search(Statement("product", X * Y * (2 - X - Y), SQUARE))
    assert found.verdict is Verdict.VERIFIED
    assert found.edges
    assert (
        search(Statement("falls below at the edge", X * Y * (2 - X - Y) - X**2 / 50, SQUARE)).verdict is Verdict.REFUTED
    )


def test_equality_everywhere_is_undecided_unless_it_is_allowed():
    equal = sin(THETA) ** 2 + cos(THETA) ** 2 - 1
    assert search(Statement("equal", equal, ANGLE)).verdict is Verdict.UNDECIDED
    allowed = search(Statement("equal", equal, ANGLE, equality=True))
    assert allowed.verdict is Verdict.VERIFIED
    assert allowed.edges == {"equality on the whole box, decided exactly"}


def test_an_empty_box_is_undecided():
    empty = search(Statement("empty", X + 1, coordinates(x=(1, 1))))
    assert (empty.verdict, "empty box" in empty.detail) == (Verdict.UNDECIDED, True)


def test_an_inequality_with_equality_inside_the_box_is_undecided_at_the_limit():
    found = search(Statement("inside", (X - Rational(1, 3)) ** 2, coordinates(x=(0, 1)), limit=100))
    assert found.verdict is Verdict.UNDECIDED
    assert "after 100 boxes" in found.detail


def test_a_margin_that_is_only_sufficient_never_refutes():
    assert search(Statement("weak", X - 2, coordinates(x=(0, 1)), exact=False, limit=50)).verdict is Verdict.UNDECIDED


def test_a_margin_with_corners_is_closed_by_plain_balls_only():
    assert search(Statement("corners", Max(X, Y) + Rational(1, 2) - X, SQUARE)).verdict is Verdict.VERIFIED


@pytest.mark.parametrize("claim_id", roads.BOXES)
def test_covered_claims_hold_over_their_boxes(claim_id):
    judged = judge_boxes(get(claim_id))
    assert judged is not None
    assert judged.verdict is Verdict.VERIFIED, judged.detail
    assert judged.whole or judged.detail.startswith("not covered")
    for found in json.loads(json.dumps(judged.figures)).values():
        assert found["reduction"]
        assert all(len(ends) == 2 for ends in found["box"].values())
        assert found["subdivisions"] > 0 or found["edges"]
        assert found.get("smallest_margin", 1) > 0


@pytest.mark.parametrize(
    ("claim_id", "part", "factor"),
    [
        ("C7", "bound", Rational(99, 100)),
        ("C7.printed", "quotient", Rational(1001, 1000)),
        ("N6", "bound of ∂f/∂v in v", Rational(99, 100)),
        ("N6", "bound of ∂f/∂v in w", Rational(99, 100)),
        ("N6", "bound of ∂f/∂w in v", Rational(99, 100)),
        ("N6", "bound of ∂f/∂w in w", Rational(99, 100)),
        ("N6.direction", "bound", Rational(99, 100)),
        ("N6.printed", "squared quotient", Rational(999, 1000)),
        ("B1.descent", "largest step", Rational(101, 100)),
        ("B1.descent", "norm, a lower bound", Rational(101, 100)),
        ("R6", "gain lower bound", Integer(2)),
        ("R7.astroid", "threshold", Rational(101, 100)),
        ("P5.tl1", "bound", Rational(99, 100)),
        ("P5.half", "bound", Rational(99, 100)),
    ],
)
def test_what_is_too_strong_is_refuted(claim_id, part, factor):
    claim = get(claim_id)
    wrong = claim.formulas[part] * factor
    strong = replace(claim, parts={**claim.parts, part: wrong})
    judged = judge_boxes(strong)
    assert judged is not None
    assert judged.verdict is Verdict.REFUTED, judged.detail


def test_a_claim_without_its_part_is_undecided_and_an_unknown_one_is_left_alone():
    bare = judge_boxes(replace(get("C7"), parts={}))
    assert bare is not None
    assert (bare.verdict, "KeyError: 'bound'" in bare.detail) == (Verdict.UNDECIDED, True)
    assert judge_boxes(get("G1")) is None


def test_a_jump_is_not_affine() -> None:
    """Its second derivative is 0 piece by piece; the ends of the range say nothing of the middle."""
    box = coordinates(z=(0, 1))
    (z,) = box
    dips = Piecewise((Integer(1), z < Rational(2, 5)), (-Integer(1), z < Rational(3, 5)), (Integer(1), True))
    assert search(Statement("a dip", dips, box, affine=(z,))).verdict is Verdict.REFUTED


def test_a_margin_that_does_not_exist_inside_is_not_closed_there() -> None:
    """√((z − ⅓)(z − ⅔)) has no value between ⅓ and ⅔, and both ends of the range are real."""
    box = coordinates(z=(0, 1))
    (z,) = box
    gap = 1 + sqrt((z - Rational(1, 3)) * (z - Rational(2, 3)))
    assert search(Statement("a gap", gap, box, limit=200)).verdict is Verdict.UNDECIDED

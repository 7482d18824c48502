"""Mutants: different from the claim and from one another, judged by methods, and gathered: nothing is waved through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sympy import Abs, Expr, Ge, Gt, Integral, Le, Max, Min, Ne, Pow, Rational, Symbol, cos, exp, oo, pi, sin, sqrt

import proofs
from proofs.engine.claim import Claim, Kind, register
from proofs.engine.definitions import HalfSpaceMoment, MeanSample
from proofs.engine.derivation import Derivation
from proofs.engine.sentence import All, If, Part, Term, ge, gt, le, lt
from proofs.symbols import OPEN_ANGLE, cap_angle, e, kappa, r, s, theta, v_vs, vs_vs, w_hat
from verify.closed_form import NoValueError
from verify.evidence import ClaimReport, Evidence, Fate, Grade, Report, Verdict
from verify.mutants import Mutant, fates, mutants, mutants_of, sample, weakened
from verify.mutants.matrix import conclude, says_less

CLAIMS = proofs.all_claims()
STATING = [claim for claim in CLAIMS if claim.formulas]


def no_derivation(d: Derivation) -> None:
    d.begin("nothing")


def a_claim(**fields: object) -> Claim:
    known = ({} if "sentence" in fields else {"statement": cos(theta), "subject": "x"}) | fields
    definition = known.pop("definition", HalfSpaceMoment(("a",)))
    return Claim("B91", "a test", "[here]", definition, no_derivation, **known)  # type: ignore[arg-type]


# Expressions.


@pytest.mark.parametrize("claim", STATING[::4], ids=lambda claim: claim.id)
def test_mutants_of_a_formula_are_new_expressions(claim: Claim) -> None:
    for name, formula in claim.formulas.items():
        expressions = [mutant.formula for mutant in mutants(claim, "full") if mutant.part == name]
        assert len(set(expressions)) == len(expressions)
        assert formula not in expressions
        assert {make() for _, make in mutants_of(formula)} - {formula} <= {*expressions}


def test_each_kind_of_mistake_is_made() -> None:
    statement = theta * v_vs / (2 * pi) + vs_vs / 8
    made = {what: make() for what, make in mutants_of(statement)}
    assert made["sign of the whole"] == -statement
    assert made["factor 2"] == 2 * statement
    assert made["θ → π − θ"] == (pi - theta) * v_vs / (2 * pi) + vs_vs / 8
    expressions = set(made.values())
    assert theta * v_vs / (2 * pi) in expressions
    assert theta * v_vs / (2 * pi) - vs_vs / 8 in expressions
    assert theta * v_vs / (2 * pi) + vs_vs / 8 * Rational(1001, 1000) in expressions


def test_arguments_and_extremes_are_exchanged() -> None:
    kappa, beta = proofs.symbols.kappa, proofs.symbols.beta
    assert beta / kappa in {make() for _, make in mutants_of(kappa / beta)}
    assert Min(kappa, 3) in {make() for _, make in mutants_of(Max(kappa, 3))}


def test_bound_variables_and_exponents_are_left_alone() -> None:
    statement = Integral(exp(-(s**2) / 2) * sin(theta) ** 2, (s, 0, oo)) / sqrt(2 * pi)
    for _, make in mutants_of(statement):
        mutant = make()
        (integral,) = mutant.atoms(Integral)
        assert integral.limits == statement.atoms(Integral).pop().limits
        assert all(power.is_integer or power.q == 2 for power in exponents(mutant))


def exponents(expression: Expr) -> set[Expr]:
    return {power.exp for power in expression.atoms(Pow) if power.exp.is_number}


# Hypotheses.


def test_hypotheses_are_weakened_one_at_a_time() -> None:
    a, b, c = (Symbol(name, real=True) for name in "abc")
    given = (Gt(a, 0), Ge(b, 2), Ne(c, 0), Ge(theta, 0))
    made = dict(weakened(given))
    assert made == {
        "a > 0 weakened to a >= 0": (given[1], given[2], given[3], Ge(a, 0)),
        "b >= 2 weakened to b >= 1": (given[0], given[2], given[3], Ge(b, 1)),
        "Ne(c, 0) dropped": (given[0], given[1], given[3]),
    }


def test_the_ends_are_weakenings_only_of_what_states_an_angle() -> None:
    ends = {"hypothesis theta > 0 weakened to theta >= 0", "hypothesis theta < pi weakened to theta <= pi"}
    for statement, expected in ((r * w_hat, set()), (r * w_hat + r * e, ends), (theta * w_hat, ends)):
        claim = a_claim(statement=statement, hypotheses=OPEN_ANGLE, definition=MeanSample("coarse_gradient", "relu"))
        assert {mutant.label for mutant in mutants(claim, "full") if not mutant.part} == expected


# Mutants of a claim.


def test_a_mutant_is_a_claim_with_one_change() -> None:
    claim = a_claim(printed=sin(theta + pi / 2), hypotheses=(Gt(r, 0, evaluate=False),), parts={"radius": r / 2})
    found = mutants(claim, "full")
    assert len({mutant.label for mutant in found}) == len(found)
    assert {mutant.part for mutant in found} == {"statement", "radius", ""}
    for mutant in found:
        if not mutant.part:
            assert mutant.claim.formulas == claim.formulas
            assert mutant.claim.hypotheses != claim.hypotheses
            with pytest.raises(KeyError):
                _ = mutant.formula
            continue
        changed = [name for name in claim.formulas if mutant.claim.formulas[name] != claim.formulas[name]]
        assert changed == [mutant.part]
        assert mutant.formula == mutant.claim.formulas[mutant.part]
        assert mutant.claim.printed is None
        assert mutant.claim.hypotheses == claim.hypotheses


def test_strict_bounds_are_made_too_strong() -> None:
    parts = {"above": r, "below": r / 3, "threshold": r / 5}
    x = Term("x")
    says = All(If(gt(x, Part("threshold")), le(x, Part("above"))), ge(x, Part("below")))
    claim = a_claim(kind=Kind.INEQUALITY, sentence=says, parts=parts)
    strong = {mutant.part: mutant.formula for mutant in mutants(claim, "full") if "too strong by 1 %" in mutant.label}
    assert strong == {"above": r * Rational(99, 100), "below": r / 3 * Rational(101, 100)}
    unsaid = replace(claim, sentence=ge(x, Part("below")))
    for wrong, match in ((replace(claim, kind=Kind.EQUIVALENCE), "asserts a bound"), (unsaid, "has the parts")):
        with pytest.raises(ValueError, match=match):
            register(wrong)


def test_a_quick_run_tries_an_even_sample() -> None:
    claim = proofs.get("C4")
    quick, full = (mutants(claim, level) for level in ("quick", "full"))
    assert len(quick) == 6 < len(full)
    assert {mutant.label for mutant in quick} <= {mutant.label for mutant in full}
    assert [mutant.label for mutant in quick] == [mutant.label for mutant in mutants(claim, "quick")]
    assert sample(range(12), 4) == [0, 3, 6, 9]
    assert sample([1, 2], 4) == [1, 2]


# What methods make of them.


def test_fates() -> None:
    chosen = mutants(a_claim(statement=cos(theta) + Abs(r)), "full")
    troubles = (NoValueError("complex"), ZeroDivisionError(), ValueError("no value for x"))
    answers = dict(zip((m.label for m in chosen), (True, False, None, *troubles), strict=False))

    def notices(mutant: Mutant) -> bool | None:
        answer = answers.get(mutant.label)
        if isinstance(answer, Exception):
            raise answer
        return answer

    found = fates(chosen, notices)
    killed, missed, _, without_value, *_ = answers
    assert found == {killed: Fate.KILLED, missed: Fate.MISSED, without_value: Fate.KILLED}, "a failure says nothing"


CLAIM = a_claim(statement=cos(theta) + 2)
LABELS = [mutant.label for mutant in mutants(CLAIM, "full")]
DEAD = dict.fromkeys(LABELS, Fate.KILLED)


def gathered(*methods: Mapping[str, Fate], claim: Claim = CLAIM, others: tuple[str, ...] = ()) -> Evidence:
    """What the matrix says when two methods that evaluate the definition, or more, report these fates."""
    names = ("precision", "iteration", *others)
    found = [
        Evidence(name, Verdict.VERIFIED, Grade.TESTED, {}, 0.0, "", given)
        for name, given in zip(names, methods, strict=False)
    ]
    (evidence,) = conclude([claim], {claim.id: found}, "full")[claim.id]
    return evidence


def report_of(evidence: Evidence) -> ClaimReport:
    others = (Evidence(name, Verdict.VERIFIED, Grade.TESTED, {}, 0.0) for name in ("symbolic", "precision"))
    return ClaimReport("B91", "t", "s", "identity", (*others, evidence))


def test_all_dead() -> None:
    evidence = gathered(DEAD)
    assert evidence.verdict is Verdict.VERIFIED
    assert (evidence.figures["killed"], evidence.figures["total"]) == (len(LABELS), len(LABELS))
    claim = report_of(evidence)
    assert claim.verdict is Verdict.VERIFIED
    assert not claim.too_weak


@pytest.mark.parametrize("fate", [Fate.MISSED, None])
def test_a_survivor_makes_the_claim_too_weak(fate: Fate | None) -> None:
    alive = {label: was for label, was in DEAD.items() if label != LABELS[0]}
    evidence = gathered(alive if fate is None else {**alive, LABELS[0]: fate}, alive)
    assert evidence.figures["survivors"] == [LABELS[0]]
    assert evidence.detail == f"not noticed: {LABELS[0]}"
    claim = report_of(evidence)
    assert claim.too_weak
    assert claim.verdict is Verdict.UNDECIDED
    assert Report(0, "full", {}, (claim,), 0.0).exit_code == 1


def test_one_method_is_enough_and_the_matrix_says_which() -> None:
    one = {label: Fate.KILLED if index else Fate.MISSED for index, label in enumerate(LABELS)}
    evidence = gathered(one, {LABELS[0]: Fate.KILLED, LABELS[1]: Fate.KILLED})
    assert evidence.verdict is Verdict.VERIFIED
    assert evidence.figures["by_method"] == {
        "precision": {"tried": len(LABELS), "killed": len(LABELS) - 1, "alone": len(LABELS) - 2},
        "iteration": {"tried": 2, "killed": 2, "alone": 1},
    }
    assert evidence.figures["matrix"][LABELS[0]] == {"precision": "missed", "iteration": "killed"}


def test_a_proved_equivalent_is_none() -> None:
    evidence = gathered({**DEAD, LABELS[0]: Fate.EQUIVALENT}, {LABELS[0]: Fate.MISSED})
    assert evidence.verdict is Verdict.VERIFIED
    assert evidence.figures["equivalent"] == 1
    assert evidence.figures["total"] == len(LABELS) - 1


def test_an_equivalent_that_another_method_kills_is_an_error() -> None:
    evidence = gathered({**DEAD, LABELS[0]: Fate.EQUIVALENT}, {LABELS[0]: Fate.KILLED})
    assert evidence.verdict is Verdict.ERROR
    assert LABELS[0] in evidence.detail


def test_mutants_of_generated_text_count_too() -> None:
    label = "code: f: 2 off by 0.1 %"
    evidence = gathered({**DEAD, label: Fate.KILLED}, {}, {label: Fate.MISSED}, others=("generated",))
    assert evidence.figures["survivors"] == [label], "they are judged by those who hold the text"
    evidence = gathered(DEAD, {}, {label: Fate.KILLED}, others=("generated",))
    assert evidence.figures["killed"] == len(LABELS) + 1


@pytest.mark.parametrize("method", ["symbolic", "generated", "inequalities"])
def test_what_shares_code_with_the_derivation_notices_no_wrong_formula(method: str) -> None:
    alive = {label: was for label, was in DEAD.items() if label != LABELS[0]}
    evidence = gathered(alive, {LABELS[0]: Fate.MISSED}, DEAD, others=(method,))
    assert evidence.figures["survivors"] == [LABELS[0]]
    assert evidence.figures["matrix"][LABELS[0]][method] == "killed"
    assert evidence.figures["by_method"][method]["alone"] == 0


def test_without_a_second_road_mutants_say_nothing() -> None:
    evidence = gathered({}, {}, DEAD, others=("symbolic",))
    assert evidence.verdict is Verdict.UNDECIDED
    assert not report_of(evidence).too_weak, "undecided, as the claim then is"


def test_what_no_method_holds_against_the_definition_survives_even_if_it_is_a_weakened_hypothesis() -> None:
    claim = replace(CLAIM, hypotheses=(Gt(r, 0, evaluate=False),))
    (weak,) = (mutant.label for mutant in mutants(claim, "full") if not mutant.part)
    assert gathered(DEAD, claim=claim).figures["survivors"] == [weak]
    for method in ("inequalities", "symbolic"):
        evidence = gathered(DEAD, {}, {weak: Fate.KILLED}, claim=claim, others=(method,))
        assert evidence.figures["survivors"] == [weak]


BOUND = a_claim(
    kind=Kind.INEQUALITY,
    sentence=All(
        If(lt(Abs(cos(theta)), cos(cap_angle)), ge(Term("x"), Part("lower bound"))), le(Term("x"), Part("bound"))
    ),
    parts={"lower bound": kappa * (cos(cap_angle) - Abs(cos(theta))) / (1 + r), "bound": kappa / r},
)


def test_a_bound_that_says_less_is_apart() -> None:
    found = {mutant.label: says_less(BOUND, mutant) for mutant in mutants(BOUND, "full")}
    less = {label for label, where in found.items() if where}
    assert less >= {"lower bound: sign of cos(cap_angle)", "lower bound: 1 off by 0.1 %", "bound: factor 2"}
    assert not less & {"lower bound: factor 2", "lower bound: 1 dropped", "bound: too strong by 1 %"}
    assert all(where.startswith("equality fails at") for where in found.values() if where)
    evidence = gathered({label: Fate.KILLED for label in found if label not in less}, claim=BOUND)
    assert evidence.verdict is Verdict.VERIFIED
    assert evidence.figures["weaker"] == len(less)
    assert evidence.figures["total"] == len(found) - len(less) == evidence.figures["killed"]
    assert {label for label, by in evidence.figures["matrix"].items() if "weaker" in by.values()} == less
    report = Report(0, "full", {}, (report_of(evidence),), 0.0)
    assert report.summary["mutants"]["weaker"] == len(less)
    everything = gathered(dict.fromkeys(found, Fate.KILLED), claim=BOUND)
    assert everything.figures["weaker"] == 0, "what was noticed needs no excuse"


def test_an_empty_list_is_undecided() -> None:
    nothing = a_claim(kind=Kind.EQUIVALENCE, statement=None)
    assert mutants(nothing, "full") == ()
    assert gathered({}, claim=nothing).verdict is Verdict.UNDECIDED
    assert gathered({}, claim=replace(nothing, hypotheses=(Le(theta, 4),))).verdict is Verdict.UNDECIDED

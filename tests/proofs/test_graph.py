"""The graph of facts: what it refuses, and that every mistake planted in one is seen."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sympy import Abs, And, Eq, Implies, Integer, cos, symbols

import proofs
from proofs.engine import claim as registry
from proofs.engine.claim import Claim, Kind
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.rules import gram, total
from proofs.engine.sentence import All, If, Part, ge, gt, le, lt
from proofs.symbols import kappa

x, y, z = symbols("x y z", real=True)
ABOVE = Claim(
    "B90",
    "a test",
    "[here]",
    Splitting("test"),
    lambda d: None,
    kind=Kind.INEQUALITY,
    sentence=All(If(gt(x, 1), gt(y, Part("bound"))), If(le(x, 1), ge(z, x))),
    parts={"bound": x},
    premises={"square": ge(y, x**2), "far": gt(z, 1)},
)

Begin = Callable[..., tuple[Derivation, Graph]]


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Begin:
    def begun(**changes: object) -> tuple[Derivation, Graph]:
        monkeypatch.setitem(registry._REGISTRY, "B90", replace(ABOVE, **changes))  # type: ignore[arg-type]
        derivation = Derivation("B90")
        return derivation, Graph(derivation)

    return begun


def argue(d: Derivation, g: Graph, left_out: str = "") -> bool | None:
    """The argument for ABOVE, or it with one thing left out."""
    square, far = g.given("square"), g.given("far")
    beyond, within = g.case("beyond 1", x > 1), g.case("within 1", x <= 1)
    above = g.fact("y is above", y > x, *([] if left_out == "use" else [square]), beyond)
    other = g.fact("z is above", z >= x, *([] if left_out == "hypothesis" else [far]), within)
    ends = [g.under(beyond, above), other if left_out == "closing" else g.under(within, other)]
    if left_out == "purpose":
        g.fact("idle", x**2 >= 0)
    g.conclude(*(ends[1:] if left_out == "case" else ends))
    return d.decided


def test_an_argument_is_proved(begin: Begin) -> None:
    d, g = begin()
    assert argue(d, g) is True
    assert [label for label, owed in d.mutants() if owed().decision.zero] == []
    assert len(list(d.mutants())) > 8


@pytest.mark.parametrize("left_out", ["use", "hypothesis", "closing", "purpose", "case"])
def test_an_argument_with_a_hole_is_not(begin: Begin, left_out: str) -> None:
    d, g = begin()
    assert argue(d, g, left_out) is not True


@pytest.mark.parametrize(
    "changes",
    [
        {"sentence": All(If(gt(x, 1), lt(y, Part("bound"))), If(le(x, 1), ge(z, x)))},
        {"sentence": All(gt(y, Part("bound")), If(le(x, 1), ge(z, x)))},
        {"parts": {"bound": 2 * x}},
        {"premises": {"square": ge(y, x), "far": gt(z, 1)}},
        {"premises": {"square": ge(y, x**2), "far": gt(z, 0)}},
        {"premises": {"square": ge(y, x**2), "far": gt(z, 1), "more": gt(x, 0)}},
    ],
    ids=["a word", "a condition", "a formula", "a hypothesis", "a number", "an idle hypothesis"],
)
def test_another_claim_is_not_proved_by_it(begin: Begin, changes: dict[str, object]) -> None:
    d, g = begin(**changes)
    assert argue(d, g) is not True


def test_what_is_no_fact_of_the_claim_is_refused(begin: Begin) -> None:
    _, g = begin()
    square = g.given("square")
    with pytest.raises(ValueError, match="B90 declares no premise 'round'; it declares square, far"):
        g.given("round")
    with pytest.raises(ValueError, match="two facts are called 'square'"):
        g.given("square")
    with pytest.raises(ValueError, match="'square' does not rest on the case 'beyond 1'"):
        g.under(g.case("beyond 1", x > 1), square)
    _, other = begin()
    with pytest.raises(ValueError, match="'y' uses square, of another claim"):
        other.fact("y", y >= 0, square)


def test_hypotheses_that_contradict_each_other_prove_nothing(begin: Begin) -> None:
    d, g = begin(premises={"square": lt(y, x), "far": gt(y, x)})
    g.fact("anything", y > 7, g.given("square"), g.given("far"))
    assert d.steps[-1].decided is None


def graphs() -> list[str]:
    return [claim.id for claim in proofs.all_claims() if claim.premises]


@pytest.mark.parametrize("claim_id", graphs())
def test_every_mistake_in_a_graph_is_seen(claim_id: str) -> None:
    d = proofs.derive(claim_id)
    assert d.decided is True
    planted = list(d.mutants())
    assert len(planted) > 8
    assert [label for label, owed in planted if owed().decision.zero] == []


# Rules: each premise is needed.

a, b, v = symbols("a b v")
length, turned = symbols("length turned", real=True)


def test_a_rule_names_what_had_no_name(begin: Begin) -> None:
    _, g = begin()
    products = {(a, a): Integer(1), (b, b): Integer(1), (a, b): z}
    g.rule("first", gram, products=products, vectors={v: a + b}, norms={v: length})
    g.rule("again", gram, products=products, norms={a + b: length})
    for wrong in (
        {"norms": {a - b: length}},
        {"expanded": {z: (a, a + b)}},
        {"norms": {v: kappa}, "vectors": {v: a - b}},
    ):
        with pytest.raises(ValueError, match="is no new name for"):
            g.rule("wrong", gram, products=products, **wrong)


def test_gram_expands_and_bounds() -> None:
    products = {(a, a): Integer(1), (b, b): Integer(4), (a, b): x}
    said = gram(
        products=products, vectors={v: a + y * b}, norms={v: length}, named={z: (v, a)}, cosines={turned: (v, b)}
    )
    assert set(said.args) == {
        length >= 0,
        Eq(length**2, 1 + 2 * x * y + 4 * y**2),
        Eq(z, 1 + x * y),
        Abs(z) <= length,
        Eq(2 * turned * length, x + 4 * y),
    }


def test_gram_refuses_a_product_it_is_not_given() -> None:
    with pytest.raises(ValueError, match="⟨b, b⟩ is missing"):
        gram(products={(a, a): Integer(1), (a, b): x})


def test_sums_of_what_holds_of_each_entry() -> None:
    sums = {x * y: symbols("P"), x**2: Integer(1)}
    assert total(And(x * y >= 0, x * y <= x**2), sums=sums) == And(symbols("P") >= 0, symbols("P") <= 1)
    for wrong in (x * y <= 1, (x * y) ** 2 <= x**2, x * y <= y**2, x * y * x**2 >= 0, Implies(x * y > 0, x**2 > 0)):
        with pytest.raises(ValueError, match="SUM"):
            total(wrong, sums=sums)
    with pytest.raises(ValueError, match="SUM"):
        total(cos(x) * x * y >= 0, sums=sums)

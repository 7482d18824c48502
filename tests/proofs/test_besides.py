"""What a claim says beside its statement: decided as it stands or from facts, and held by planted mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from inspect import unwrap

import pytest
from sympy import And, Implies, Integer, Integral, Symbol, cos, pi, sin
from sympy.logic.boolalg import Boolean

from proofs.engine import claim as registry
from proofs.engine.claim import Claim, Kind
from proofs.engine.definitions import MeanSample, Splitting
from proofs.engine.derivation import Derivation, Obligation, vanishes
from proofs.engine.graph import Graph
from proofs.engine.sentence import Part, eq, ge, gt
from proofs.symbols import CLOSED_ANGLE, theta

x, y = Symbol("x", real=True), Symbol("y", real=True)


def shifted(d: Derivation) -> None:
    d.begin(sin(theta + pi / 2))
    d.apply("expand", lambda line: line.expand(trig=True), "", vanishes("same", sin(theta + pi / 2) - cos(theta)))
    d.conclude(cos(theta))


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Derivation]:
    def carried_out(said: Mapping[str, Boolean], derivation: Callable[[Derivation], None] = shifted) -> Derivation:
        stated = {"subject": "c", "statement": cos(theta), "hypotheses": CLOSED_ANGLE, "besides": lambda: said}
        claim = Claim("B91", "a test", "[here]", MeanSample("loss"), derivation, **stated)  # type: ignore[arg-type]
        monkeypatch.setitem(registry._REGISTRY, "B91", claim)
        return unwrap(registry.derive)("B91")

    return carried_out


def survivors(chain: Derivation) -> list[str]:
    return [label for label, owed in chain.mutants() if owed(steps=500_000).decision.zero]


@pytest.mark.parametrize(
    ("said", "decided"),
    [
        (eq(cos(theta) ** 2 + sin(theta) ** 2, 1), True),
        (eq(cos(theta) ** 2 - sin(theta) ** 2, 1), False),
        (eq(Integral(sin(x), (x, 0, theta)), 1 - cos(theta)), True),
        (eq(Integral(sin(x), (x, 0, theta)), cos(theta)), False),
        (And(ge(pi - theta, 0), Implies(x > 1, x**2 > x)), True),
        (gt(pi - theta, 0), False),
        (Implies(x > 0, x**2 > x), False),
    ],
)
def test_it_is_decided_as_it_stands(derived: Callable[..., Derivation], said: Boolean, decided: bool) -> None:
    chain = derived({"more": said})
    assert chain.steps[-1].kind == "besides"
    assert (chain.decided is True) is decided
    assert not decided or survivors(chain) == []


def test_a_condition_that_it_does_not_need_survives(derived: Callable[..., Derivation]) -> None:
    chain = derived({"more": Implies(And(x > 1, y > 0), x**2 > x)})
    assert chain.decided is True
    assert survivors(chain) == ["more, y > 0 reversed", "more, y > 0 or equal"]
    assert survivors(derived({"more": Implies(x > 2, x**2 > x)})) == ["more, x > 2 or equal"]


def test_what_is_not_declared_is_refused(derived: Callable[..., Derivation]) -> None:
    with pytest.raises(ValueError, match="SymPy has made True of a part where it is declared"):
        derived({"more": Symbol("p", positive=True) > 0})
    with pytest.raises(ValueError, match="SymPy has made Eq"):
        derived({"more": eq(x + y - y, x)})
    with pytest.raises(ValueError, match="'remark' comes after the statement; say it in its `besides`"):
        derived({}, lambda d: (shifted(d), d.apply("remark", lambda line: line)))  # type: ignore[arg-type, return-value]

    def by_rule(d: Derivation) -> None:
        shifted(d)
        d.decide("other", same_slope)

    with pytest.raises(ValueError, match="B91 says nothing besides that is called other"):
        derived({"more": eq(x + y, y)}, by_rule)


def same_slope(said: Boolean) -> list[Obligation]:
    """SLOPE: for this test."""
    left, right = said.args
    return [vanishes("slopes", (left - right).diff(x)), vanishes("at 0", (left - right).subs(x, 0))]


def test_a_rule_may_say_what_it_owes(derived: Callable[..., Derivation]) -> None:
    def by_rule(d: Derivation) -> None:
        shifted(d)
        d.decide("more", same_slope)

    chain = derived({"more": eq((x + 1) ** 2, x**2 + 2 * x + 1)}, by_rule)
    assert (chain.decided, chain.steps[-1].rule, survivors(chain)) == (True, f"SLOPE of {__name__}", [])
    assert chain.steps[-1].rule in chain.rules


def test_facts_of_a_graph_prove_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def argued(left_out: str, d: Derivation) -> None:
        g = Graph(d)
        far, off = g.given("far"), g.given("off")
        g.beside("more", *(fact for fact in (far, off) if fact.name != left_out))
        g.conclude(far)

    for left_out in ("", "off"):
        claim = Claim(
            *("B91", "a test", "[here]", Splitting("test"), partial(argued, left_out)),  # type: ignore[arg-type]
            kind=Kind.INEQUALITY,
            sentence=gt(x, Part("bound")),
            parts={"bound": Integer(1)},
            premises={"far": gt(x, 1), "off": gt(y, 2)},
            besides=lambda: {"more": x + y > 3},
        )
        monkeypatch.setitem(registry._REGISTRY, "B91", claim)
        chain = unwrap(registry.derive)("B91")
        assert (chain.decided is True) is (not left_out)
        assert left_out or survivors(chain) == []
    with pytest.raises(ValueError, match="B91 says nothing besides that is called 'other'"):
        Graph(Derivation("B91")).beside("other")

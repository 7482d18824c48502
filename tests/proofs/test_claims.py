"""Every claim: registered once, derived, satisfiable, and derived without the help of its own statement."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import FunctionType, ModuleType
from unicodedata import combining

import pytest
from anew import FEW, decided
from sympy import Abs, Integer, Rational, Symbol, cos, default_sort_key, expand, false, sin, true

import proofs
import proofs.rules
from proofs import extensions, symbols
from proofs.engine import claim as registry
from proofs.engine.claim import Claim, Kind
from proofs.engine.definitions import (
    Definition,
    Envelope,
    FilterGradient,
    HalfSpaceMoment,
    MeanSample,
    ProximalMap,
    ReluNetwork,
)
from proofs.engine.derivation import Derivation, Line, holds, name_of, vanishes
from proofs.engine.graph import Graph
from proofs.engine.names import names_of
from proofs.engine.render import describe, latex_of_claim
from proofs.engine.residual import decide_zero
from proofs.engine.sentence import Relation, gt
from proofs.engine.smt import follows
from proofs.symbols import QUANTITIES, r, theta, u, v_vs, vs_vs
from verify.configurations import configurations, meeting

CLAIMS = proofs.all_claims()
IDS = [claim.id for claim in CLAIMS]
IDENTITIES = [claim for claim in CLAIMS if claim.statement is not None]
CHAPTERS = {"G": 5, "N": 6, "C": 9, "P": 7, "R": 12, "B": 3}
THEORY = {f"{chapter}{number}" for chapter, last in CHAPTERS.items() for number in range(1, last + 1)}
POINTS = configurations("full", 1)


def trivial(d: Derivation) -> None:
    d.begin(cos(theta))
    d.conclude(cos(theta))


def example(**changes: object) -> Claim:
    fields: dict[str, object] = {
        "id": "B91",
        "title": "a test",
        "source": "[here]",
        "subject": "x",
        "definition": HalfSpaceMoment(("a",)),
        "derivation": trivial,
        "statement": cos(theta),
    }
    return Claim(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch):
    """A copy of the registry, and derivations that are not remembered."""
    monkeypatch.setattr(registry, "_REGISTRY", {claim.id: claim for claim in proofs.all_claims()})
    monkeypatch.setattr(registry, "derive", registry.derive.__wrapped__)


# The registry.


def test_what_declares_a_claim_is_imported_with_its_chapter() -> None:
    for claim in filter(extensions.is_own, proofs.all_claims()):
        module = claim.function.__module__.removeprefix("proofs.")
        assert module in registry._CHAPTERS[claim.id[0]].split()


def test_ids_are_never_reused(scratch: None) -> None:
    registry.register(example())
    with pytest.raises(ValueError, match=r"'B91' is already taken by 'a test'"):
        registry.register(example(title="another"))
    with pytest.raises(ValueError, match="claim B91: 'cos' is no expression of SymPy's"):
        example(statement="cos")
    with pytest.raises(ValueError, match="'N1' is already taken by 'Population loss'"):
        registry.register(example(id="N1"))


def test_the_decorator_registers(scratch: None) -> None:
    fields = {key: value for key, value in vars(example()).items() if key != "derivation"}
    declared = registry.claim(**fields)(trivial)
    assert registry.get("B91") is declared
    assert registry.derive("B91").decided is True


def test_an_unknown_id_lists_the_known_ones() -> None:
    for lookup in (proofs.get, proofs.derive):
        with pytest.raises(ValueError, match=r"claim id 'C33' is unknown; known ids: G1, .*N5\.saddle.*B3") as caught:
            lookup("C33")
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("bad", ["", "c3", "3C", ".C", "C", "X1", "C3.", "C0"])
def test_ids_start_with_their_chapter(bad: str) -> None:
    with pytest.raises(ValueError, match="is not a chapter's letter and a number"):
        example(id=bad)


def test_an_identity_needs_a_statement() -> None:
    with pytest.raises(ValueError, match="claim B91: an identity needs a `statement`"):
        example(statement=None)
    other = example(statement=None, kind=Kind.EQUIVALENCE)
    with pytest.raises(ValueError, match="claim B91 is an equivalence and has no formula"):
        _ = other.formula


def test_the_printed_form_defaults_to_the_statement() -> None:
    assert example().as_printed == cos(theta)
    assert example(printed=cos(theta) + 0 * r).as_printed == cos(theta)
    assert proofs.get("C3").as_printed != proofs.get("C3").formula


def test_claims_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        proofs.get("N1").statement = Integer(0)  # type: ignore[misc]


# All of them.


def test_the_theory_is_covered() -> None:
    assert {claim_id.partition(".")[0] for claim_id in IDS} == THEORY
    assert len(IDS) == len(set(IDS))
    assert {f"C5.{name}" for name in ("leaky-relu", "sigmoid", "tanh", "triangular", "gaussian")} <= set(IDS)


def test_derived() -> None:
    chains = [proofs.derive(claim_id) for claim_id in IDS]
    assert {c.claim_id: [s.name for s in c.steps if s.decided is not True] for c in chains if not c.decided} == {}
    assert all(chain.steps for chain in chains)
    assert [chain.claim_id for chain in chains] == IDS


def test_every_derivation_is_a_graph_that_ends_in_the_statement() -> None:
    for claim_id in IDS:
        steps = proofs.derive(claim_id).steps
        names = [step.name for step in steps]
        (end,) = [number for number, step in enumerate(steps) if step.kind == "statement"]
        assert len(set(names[: end + 1])) == end + 1, claim_id
        assert all(set(step.uses) <= set(names[:number]) for number, step in enumerate(steps)), claim_id
        assert {use for step in steps for use in step.uses} == set(names[:end]), claim_id
        ruled = {"claim": set(proofs.derive(claim_id).cited), "rule": set(proofs.derive(claim_id).rules)}
        assert all(step.rule in ruled[step.kind] for step in steps if step.kind in ruled), claim_id


def test_well_formed() -> None:
    for claim in CLAIMS:
        assert all((claim.title, claim.source, claim.subject or claim.sentence is not None)), claim.id
        assert (claim.statement is not None) == (claim.kind is Kind.IDENTITY), claim.id
        assert claim.kind is not Kind.EQUIVALENCE or claim.relation is Relation.IFF, claim.id
        forms = (form for form in (claim.statement, claim.printed) if form is not None)
        assert {symbol for form in forms for symbol in form.free_symbols} <= set(QUANTITIES), claim.id


def test_an_identity_concludes_with_its_own_statement() -> None:
    for claim in IDENTITIES:
        chain = proofs.derive(claim.id)
        (last,) = [step for step in chain.steps if step.name == "Statement"]
        stated = {"derived − statement": claim.formula}
        if claim.printed is not None:
            stated["derived − printed form"] = claim.printed
        owed = {obligation.what: obligation.expression for obligation in last.obligations}
        assert owed == {name: chain.derived - form for name, form in stated.items()}, claim.id
        assert (chain.concluded, last.shown) == ("statement", claim.statement)


def test_what_is_no_identity_ends_in_its_sentence() -> None:
    for claim in (claim for claim in CLAIMS if claim not in IDENTITIES):
        chain = proofs.derive(claim.id)
        assert chain.concluded == "sentence"
        assert sum(len(step.obligations) for step in chain.steps) >= 2, claim.id


def test_a_spoiled_part_is_refuted() -> None:
    for claim in CLAIMS:
        implies = proofs.derive(claim.id).implies
        assert implies or not claim.parts
        for name, part in claim.parts.items():
            little = Rational(1, 1000)
            wrong = [part + sign * size for sign in (1, -1) for size in (little, little * part)]
            followed = (implies({**claim.parts, name: form}, 500_000).decision.zero for form in wrong)
            assert not all(followed), (claim.id, name)  # that one does not is all that is asked


def test_citations_are_claims_and_never_circular() -> None:
    for claim_id in IDS:
        cited = list(proofs.rests_on(claim_id))
        assert set(cited) <= set(IDS) - {claim_id}
        assert len(cited) == len(set(cited))


BALANCED = replace(POINTS[0], v=(1.0, 0.5), v_star=(1.0, -0.9))


def test_hypotheses_can_be_met() -> None:
    for claim in CLAIMS:
        known = {symbol for part in claim.hypotheses for symbol in part.free_symbols} <= POINTS[0].scalars().keys()
        if known:
            assert meeting(claim.hypotheses, [*POINTS, BALANCED]), claim.id
        else:
            assert follows("a point that meets them", false, claim.hypotheses).decision.zero is False, claim.id


def test_hypotheses_can_fail() -> None:
    """A hypothesis is not decoration: the saddle's is violated at v* = (1, 1)."""
    assert meeting(proofs.get("N5.saddle").hypotheses, [BALANCED])
    assert not meeting(proofs.get("N5.saddle").hypotheses, [replace(BALANCED, v_star=(1.0, 1.0))])
    assert not meeting(proofs.get("C3").hypotheses, [replace(BALANCED, theta=3.2)])
    assert not meeting(proofs.get("N5").hypotheses, [replace(BALANCED, n=1)])


@pytest.mark.parametrize("claim_id", IDS)
def test_every_claim_can_be_shown(claim_id: str) -> None:
    claim = proofs.get(claim_id)
    text = describe(claim, 80)
    for expected in (claim.id, claim.title, claim.source, "Statement", "Derivation", *claim.code):
        assert expected in " ".join(text.split())
    assert max(sum(not combining(sign) for sign in line) for line in text.splitlines()) <= 80
    latex = latex_of_claim(claim)
    assert latex.startswith(claim.subject)
    assert latex.count("{") == latex.count("}")
    registered = {symbol.name for symbol in QUANTITIES if "_" in symbol.name}
    assert not any(name in latex for name in registered)
    assert not registered & set(re.findall(r"\w+", text))
    assert not any("\ue000" <= character <= "\uf8ff" for character in text)


# A wrong statement in the place of the right one.


@pytest.mark.parametrize("claim", IDENTITIES, ids=[claim.id for claim in IDENTITIES])
def test_no_derivation_uses_its_own_statement(claim: Claim) -> None:
    """With the statement (and printed form) off by 0.1 % the same expression is derived, and the claim refuted.

    The claim object itself is altered, so that every road to it, by name or through the registry, sees the wrong one.
    """
    before, right, wrong = proofs.derive(claim.id), vars(claim).copy(), Rational(1001, 1000) * claim.formula
    for name in ("statement", "printed"):
        if right[name] is not None:
            object.__setattr__(claim, name, Rational(1001, 1000) * right[name])
    try:
        if claim.premises or any(step.name == "Minimizer" for step in before.steps):
            assert decided(claim.id) is not True
            return  # the argument is about the point that is stated, and fails at another
        chain = registry.derive.__wrapped__(claim.id)
    finally:
        for name in ("statement", "printed"):
            object.__setattr__(claim, name, right[name])
    assert chain.decided is not True
    assert chain.derived == before.derived
    assert decide_zero(chain.derived - wrong).zero is False
    assert proofs.derive(claim.id) is before


def test_a_claim_that_concludes_with_another_statement_is_not_proved(scratch: None) -> None:
    """cos θ is derived and proved equal to cos θ; the claim says 2 cos θ."""
    registry.register(example(statement=2 * cos(theta)))
    assert registry.derive("B91").decided is not True


def test_a_sentence_that_is_not_concluded_with_is_not_proved(scratch: None) -> None:
    """cos θ = cos θ is; the claim says that θ > θ + 1, of which no part has a name."""
    registry.register(example(statement=None, subject="", sentence=gt(theta, theta + 1), kind=Kind.EQUIVALENCE))
    assert registry.derive("B91").decided is not True


def test_a_rule_from_elsewhere_is_called_after_it(scratch: None) -> None:
    def typed(d: Derivation, definition: Definition) -> Line:
        """GAUSS: whatever is typed."""
        return cos(theta), []

    registry.register(example(derivation=lambda d: [d.open(typed), d.conclude(cos(theta))]))
    assert proofs.standing("B91").rules == (f"GAUSS of {__name__}",)


def test_a_printed_form_that_was_not_compared_is_not_proved(scratch: None) -> None:
    registry.register(example(printed=2 * cos(theta)))
    assert registry.derive("B91").decided is not True


def test_rests_on_is_transitive(scratch: None) -> None:
    def cites(*ids: str):
        def derivation(d: Derivation) -> None:
            for other in ids:
                d.cite(other)
            trivial(d)

        return derivation

    registry.register(example(id="B91"))
    registry.register(example(id="B92", derivation=cites("B91")))
    registry.register(example(id="B93", derivation=cites("B92", "B91")))
    assert list(proofs.rests_on("B93")) == ["B92", "B91"]
    assert list(proofs.rests_on("B91")) == []


def test_statements_sort_alike() -> None:
    """Canonical keys order the registry's symbols by name, so that nothing printed depends on hashing."""
    names = [symbol.name for symbol in sorted({theta, r, v_vs, vs_vs}, key=default_sort_key)]
    assert names == sorted(names)


def spoil(claim: Claim) -> Claim:
    """The claim with something added to what it states that no chain that reads it can fail to notice."""
    factor = (1 + theta) * (1 + symbols.v_v) * r
    directions = {
        "B1.gradient": symbols.e + symbols.w_hat,
        "G2": symbols.a_hat,
        "G3": symbols.a_hat,
        "G4": symbols.a_hat + symbols.b_perp,
        "N2": symbols.ones,
        "N4": symbols.ones,
        "N3": symbols.e + symbols.w_hat,
    }
    vector = directions.get(
        claim.id, symbols.e + symbols.w_hat if claim.id[:2] in ("C1", "C2", "C3", "C4", "C5") else 1
    )
    extra = expand(factor * vector)
    printed = None if claim.printed is None else claim.printed + extra
    return replace(claim, statement=claim.formula + extra, printed=printed)


@pytest.mark.parametrize("claim_id", IDS)
def test_a_derivation_reads_what_it_cites(claim_id: str, scratch: None) -> None:
    right = proofs.derive(claim_id)
    assert right.decided is True
    for cited in right.cited:
        claim = registry.get(cited)
        if claim.statement is None:  # an equivalence is cited for its argument
            continue
        registry._REGISTRY[cited] = spoil(claim)
        try:
            found = decided(claim_id, FEW // 4)  # what reads nothing of it asks nothing new
        except (ValueError, TypeError, AttributeError):
            found = None
        registry._REGISTRY[cited] = claim
        assert found is not True, f"{claim_id} does not notice a wrong {cited}"


def test_a_typed_in_result_is_not_a_proof(scratch: None) -> None:
    def by_magic(d: Derivation) -> None:
        d.begin(cos(theta))
        d.step("by magic", 2 * cos(theta))
        d.conclude(2 * cos(theta))

    registry.register(example(statement=2 * cos(theta), derivation=by_magic))
    assert registry.derive("B91").decided is None


HALVES = 1 - 2 * sin(theta / 2) ** 2


@pytest.mark.parametrize(
    ("last", "grade"),
    [
        (lambda d: d.evaluate("doit"), "proved with rules"),
        (lambda d: d.step("split", HALVES, "", vanishes("same", HALVES - d.current)), "proved with rules"),
        (lambda d: d.step("elsewhere", HALVES, "", holds("2 > 1", true)), "joined by words"),
        (lambda d: d.apply("by magic", lambda current: HALVES), "joined by words"),
        (lambda d: d.cite("B92"), "joined by words"),
    ],
    ids=["evaluated", "equal", "another line", "another line, computed", "cites one"],
)
def test_a_line_that_nothing_joins_to_the_one_before_proves_nothing(
    scratch: None, last: Callable[[Derivation], None], grade: str
) -> None:
    def chain(d: Derivation) -> None:
        d.begin(cos(theta))
        last(d)
        d.conclude(cos(theta))

    def told(d: Derivation) -> None:
        d.begin(sin(theta))
        d.step("so", cos(theta), "", holds("2 > 1", true))
        d.conclude(cos(theta))

    registry.register(example(id="B91", derivation=chain))
    registry.register(example(id="B92", derivation=told))
    assert registry.derive("B91").decided is True
    assert proofs.standing("B91").grade == grade


def test_words_are_no_line(scratch: None) -> None:
    def says(d: Derivation) -> None:
        d.begin(cos(theta))
        d.step("said", "obviously", "", holds("2 > 1", true))

    registry.register(example(derivation=says))
    with pytest.raises(ValueError, match="B91: words are no line of a derivation: said"):
        registry.derive("B91")


def test_citations_in_a_circle_prove_nothing(scratch: None) -> None:
    def cites(other: str):
        def derivation(d: Derivation) -> None:
            d.cite(other)
            trivial(d)

        return derivation

    registry.register(example(id="B91", derivation=cites("B92")))
    registry.register(example(id="B92", derivation=cites("B91")))
    assert registry.derive("B91").decided is True
    assert proofs.proved("B91") is None

    said = {"statement": None, "subject": "", "sentence": gt(theta, theta + 1), "kind": Kind.EQUIVALENCE}
    registry.register(example(id="B93", derivation=lambda d: Graph(d).cite("B93", {}), **said))
    with pytest.raises(ValueError, match="B93 is cited by what it rests on: B93"):
        registry.derive("B93")


def test_the_names_of_a_cited_claim_are_asked_for_where_it_states_one(scratch: None) -> None:
    def derivation(d: Derivation) -> None:
        Graph(d)
        trivial(d)

    registry.register(example(id="B94", statement=Symbol("‖q‖", real=True), derivation=derivation))
    assert names_of(registry.get("B94")) is not None
    assert names_of(registry.get("P1")) is None


@pytest.mark.parametrize(
    ("claim_id", "other"),
    [
        ("G1", HalfSpaceMoment(("a",), vector=False)),
        ("G3", HalfSpaceMoment(("a",))),
        ("G1", HalfSpaceMoment(("b",), vector=False)),
        ("G4", HalfSpaceMoment(("a", "b"), proxy=True)),
        ("N1", MeanSample("loss", at="teacher")),
        ("N2", MeanSample("loss")),
        ("N3.kink", FilterGradient()),
        ("B1.loss", ReluNetwork("gradient")),
        ("P1", ProximalMap(2 * Abs(u))),
        ("P6.l1", Envelope("l0")),
    ],
)
def test_the_first_line_is_computed_from_the_definition(claim_id: str, other: Definition, scratch: None) -> None:
    registry._REGISTRY[claim_id] = replace(proofs.get(claim_id), definition=other)
    assert registry.derive(claim_id).decided is not True


def test_the_rules_stand_in_one_place_with_their_sources_and_on_one_page() -> None:
    found = {one: module for module in modules_of(proofs) for one in rules_in(module)}
    assert {module.__name__ for module in found.values()} == {m.__name__ for m in modules_of(proofs.rules)}
    assert [one.__name__ for one in found if not re.search(r"Source:\s|By definition", one.__doc__ or "")] == []

    page = (Path(__file__).resolve().parents[2] / "docs" / "trust.md").read_text(encoding="utf-8")
    told: set[FunctionType] = set()
    for module, listed in re.findall(r"automodule:: (\S+)\n   :members:(.*)", page):
        known = import_module(module)
        told |= {getattr(known, name.strip()) for name in listed.split(",")} if listed else set(rules_in(known))
    assert told == found.keys()
    trusted = {rule for claim in proofs.all_claims() for rule in proofs.derive(claim.id).rules}
    assert trusted == {name_of(one) for one in told} | {"EVALUATION"}


def modules_of(package: ModuleType) -> list[ModuleType]:
    return [import_module(found.name) for found in walk_packages(package.__path__, f"{package.__name__}.")]


def rules_in(module: ModuleType) -> list[FunctionType]:
    """The rules among a module's own functions."""
    own = (one for one in vars(module).values() if isinstance(one, FunctionType) and one.__module__ == module.__name__)
    return [one for one in own if re.match("[A-Z]{3,}:", one.__doc__ or "")]

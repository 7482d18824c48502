"""The suite: what evidence adds up to, and that no failure of a method can look green."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify import suite
from verify.evidence import ClaimReport, Evidence, Grade, Outcome, Report, Task, Verdict
from verify.reading.report import to_json

sys.path.insert(0, str(Path(__file__).parent))
fake_methods: Any = import_module("fake_methods")  # workers import it by this name, too

Runner = Callable[..., Report]
THREE = ["C3", "N1.origin", "G1"]
METHODS = ["symbolic", "precision", "monte_carlo", "iteration"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """Run the suite with scripted methods: run({"symbolic": {"C3": "refuted"}}, only=["C3"])."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.syspath_prepend(str(tmp_path))

    def runner(scripts: dict[str, dict[str, str]], jobs: int = 1, **options: Any) -> Report:
        paths = {name: fake_methods.write(tmp_path, name, script) for name, script in scripts.items()}
        monkeypatch.setattr(suite, "METHODS", paths)
        chosen: dict[str, Any] = {"level": "quick", "seed": 7, "only": THREE} | options
        return suite.run_suite(jobs=jobs, **chosen)

    return runner


def claim_report(*evidence: Evidence) -> ClaimReport:
    return ClaimReport("C3", "t", "s", "identity", evidence)


def found(method: str, verdict: str = "verified", grade: str = "tested", **figures: Any) -> Evidence:
    return Evidence(method, Verdict(verdict), Grade(grade), figures, 0.0)


def verdicts(report: Report) -> dict[str, str]:
    return {claim.id: claim.verdict.value for claim in report.claims}


# What evidence adds up to.

evidences = st.builds(
    found,
    st.sampled_from(["symbolic", "precision", "generated", "monte_carlo", "iteration", "enclosure", "mutants"]),
    st.sampled_from([verdict.value for verdict in Verdict]),
    st.sampled_from([grade.value for grade in Grade]),
)


@given(st.lists(evidences, max_size=6))
def test_only_complete_evidence_is_green(items: list[Evidence]) -> None:
    claim = claim_report(*items)
    all_green = all(item.verdict is Verdict.VERIFIED for item in items)
    derived = any(item.method == "symbolic" for item in items)
    seconded = any(item.method in ("precision", "monte_carlo", "iteration", "enclosure") for item in items)
    assert (claim.verdict is Verdict.VERIFIED) == (all_green and derived and seconded)
    assert (claim.grade is not None) == (all_green and derived and seconded)


def test_no_evidence_is_undecided() -> None:
    assert claim_report().verdict is Verdict.UNDECIDED
    assert claim_report(found("monte_carlo")).verdict is Verdict.UNDECIDED
    for second in ("generated", "mutants", "symbolic"):  # none of them a second road to the claim
        assert claim_report(found("symbolic"), found(second)).verdict is Verdict.UNDECIDED
    assert Report(0, "quick", {}, (), 0.0).exit_code == 3


def test_the_worst_verdict_wins() -> None:
    order = ["undecided", "error", "refuted"]
    items = [found("symbolic")]
    for verdict in order:
        items.append(found("precision", verdict))
        assert claim_report(*items).verdict.value == verdict


def test_the_strongest_grade_wins_and_mutants_give_none() -> None:
    both = found("symbolic", grade="tested"), found("iteration")
    assert claim_report(*both, found("mutants", grade="proved")).grade is Grade.TESTED
    assert claim_report(*both, found("precision", grade="enclosed")).grade is Grade.ENCLOSED


@pytest.mark.parametrize("verdict", ["verified", "refuted", "undecided"])
def test_a_surviving_mutant_is_too_weak_and_no_refutation(verdict: str) -> None:
    weak = found("mutants", verdict, killed=4, total=5, survivors=["sign"])
    claim = claim_report(found("symbolic"), weak)
    assert claim.too_weak
    assert claim.verdict is Verdict.UNDECIDED
    assert Report(0, "quick", {}, (claim,), 0.0).exit_code == 1


# Choosing claims.


def test_a_bare_id_takes_its_parts_along() -> None:
    import proofs

    known = proofs.all_claims()
    chosen = [claim.id for claim in suite.select(known, ["C6", "N1.origin"])]
    assert set(chosen) == {"C6", "C6.relu", "C6.identity", "N1.origin"}
    assert chosen == [claim.id for claim in known if claim.id in chosen]
    assert suite.select(known, []) == list(known)


@pytest.mark.parametrize("wanted", ["C", "c3", "", "C6.", "X1"])
def test_an_unknown_id_is_named(wanted: str, run: Runner) -> None:
    with pytest.raises(ValueError, match=r"known ids: .*C3") as caught:
        run({"symbolic": {}}, only=[wanted])
    assert repr(wanted) in str(caught.value)
    assert ("did you mean C3?" in str(caught.value)) == (wanted == "c3")


# Running.


def test_all_green(run: Runner) -> None:
    report = run({name: {} for name in METHODS})
    assert report.exit_code == 0
    assert report.summary["verified"] == report.summary["proved"] == len(report.claims) == 3
    assert report.summary["mutants"]["killed"] == report.summary["mutants"]["total"] >= 15
    budgets = {e.method: e.figures["budget"] for e in report.claims[0].evidence if e.method != "mutants"}
    half = suite.FALSE_ALARM_BUDGET / 2
    assert budgets == {"symbolic": 0.0, "precision": 0.0, "monte_carlo": half, "iteration": half}
    assert report.claims[0].evidence[0].figures["threads"] == "1"


@pytest.mark.parametrize(
    ("word", "verdict", "code"),
    [
        ("refuted", "refuted", 1),
        ("undecided", "undecided", 3),
        ("silent", "undecided", 3),
        ("raise", "error", 1),
        ("exit", "error", 1),
    ],
)
def test_one_bad_task_spoils_its_claim_only(word: str, verdict: str, code: int, run: Runner) -> None:
    report = run({"symbolic": {}, "precision": {"C3": word}})
    assert verdicts(report) == {"C3": verdict, "N1.origin": "verified", "G1": "verified"}
    assert report.exit_code == code


def test_survivors_fail_the_suite(run: Runner) -> None:
    report = run({"symbolic": {}, "precision": {"G1": "survivor"}})
    assert report.exit_code == 1
    assert [claim.id for claim in report.claims if claim.too_weak] == ["G1"]


def test_what_one_method_misses_another_may_kill(run: Runner) -> None:
    report = run({"symbolic": {}, "iteration": {"G1": "survivor"}, "precision": {}})
    assert report.exit_code == 0
    (gathered,) = (e for claim in report.claims if claim.id == "G1" for e in claim.evidence if e.method == "mutants")
    assert gathered.figures["by_method"]["precision"]["alone"] == 1
    assert gathered.figures["by_method"]["iteration"]["alone"] == 0


def test_mutants_are_gathered_and_no_method_of_their_own() -> None:
    assert "mutants" not in suite.METHODS


@pytest.mark.parametrize("missing", ["symbolic", "precision"])
def test_without_derivation_or_second_road_undecided(missing: str, run: Runner) -> None:
    report = run({"symbolic": {}, "precision": {}, "generated": {}} | {missing: {"C3": "absent"}})
    assert verdicts(report) == {"C3": "undecided", "N1.origin": "verified", "G1": "verified"}
    assert report.exit_code == 3


@pytest.mark.parametrize("script", [{"tasks": "raise"}, {"conclude": "raise"}, {"conclude": "nonsense"}])
def test_a_failing_method_is_an_error_of_every_claim(script: dict[str, str], run: Runner) -> None:
    report = run({"symbolic": {}, "precision": script})
    assert set(verdicts(report).values()) == {"error"}
    assert report.exit_code == 1


@pytest.mark.parametrize("text", [None, "def broken(:\n", "import no_such_thing\n", "\0"])
def test_a_module_that_does_not_import(
    text: str | None, run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run({"symbolic": {}})
    broken = f"broken_{abs(hash(text))}"
    if text is not None:
        (tmp_path / f"{broken}.py").write_text(text)
    monkeypatch.setitem(suite.METHODS, "generated", broken)
    report = suite.run_suite(level="quick", seed=1, jobs=1, only=["C3"])
    (claim,) = report.claims
    assert claim.verdict is Verdict.ERROR
    assert [e.method for e in claim.evidence] == ["symbolic", "generated", "mutants"]
    assert claim.evidence[1].detail


def test_failed_work_for_no_claim_in_particular_is_everybodys_error(run: Runner) -> None:
    report = run({"symbolic": {}, "precision": {}})
    plan = suite._Plan("precision", [], "quick", 1)
    kept: dict[str, list[Evidence]] = {claim.id: [] for claim in report.claims}
    plan._complete(kept, Outcome(Task("precision", ()), None, 0.0, "broken"))
    assert all(items[0].verdict is Verdict.ERROR for items in kept.values())


def test_jobs_do_not_change_the_result(run: Runner) -> None:
    scripts = {"symbolic": {"G1": "undecided"}, "precision": {"C3": "raise"}, "monte_carlo": {}}
    texts = [json.loads(to_json(run(scripts, jobs=jobs, only=[]))) for jobs in (1, 2)]
    for document in texts:
        del document["environment"]["jobs"]
        for claim in document["claims"]:
            for item in claim["evidence"]:
                del item["seconds"]
    assert texts[0] == texts[1]


def test_a_dying_worker_is_an_error_of_its_own_claim_only(run: Runner) -> None:
    report = run({"symbolic": {}, "precision": {"C3": "die"}}, jobs=2)
    assert verdicts(report) == {"C3": "error", "N1.origin": "verified", "G1": "verified"}
    (death,) = (e for c in report.claims for e in c.evidence if e.verdict is Verdict.ERROR)
    assert "died" in death.detail


def test_every_worker_dying_ends(run: Runner) -> None:
    report = run({"symbolic": {"*": "die"}}, jobs=2)
    assert set(verdicts(report).values()) == {"error"}


def test_a_value_that_cannot_travel_is_an_error(run: Runner) -> None:
    report = run({"symbolic": {"C3": "unpicklable"}, "precision": {}}, jobs=2)
    assert verdicts(report) == {"C3": "error", "N1.origin": "verified", "G1": "verified"}


def test_progress_ends_complete(run: Runner) -> None:
    seen: list[tuple[int, int, float, str]] = []
    run({"symbolic": {}, "precision": {"C3": "raise"}}, progress=lambda *state: seen.append(state))
    assert [done for done, *_ in seen] == sorted(done for done, *_ in seen)
    assert seen[-1] == (6, 6, 1, "concluding")


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_lightest_come_first_and_the_heaviest_beside_them(run: Runner, jobs: int) -> None:
    seen: list[str] = []
    run({"symbolic": {}, "precision": {}}, jobs=jobs, progress=lambda *state: seen.append(state[-1]))
    light, *others = (said.partition(" ")[2] for said in seen[jobs].split(", "))
    assert light in ("C3", "G1")
    assert others == ["N1.origin"] * (jobs - 1)


def test_environment_names_no_machine(run: Runner) -> None:
    import platform

    environment = run({"symbolic": {}}).environment
    assert {"python", "machine", "system", "numpy", "scipy", "sympy", "mpmath", "jobs"} <= set(environment)
    assert platform.node() not in environment.values()
    assert not any("/" in str(value) for value in environment.values())

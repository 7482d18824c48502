"""Reports and files: what programs and people read, and that nothing is ever half-written."""

from __future__ import annotations

import io
import json
import os
import stat
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from processes import coarseproof
from rich.console import Console

from verify import files
from verify.cli import main
from verify.evidence import ClaimReport, Evidence, Grade, Report, Verdict
from verify.reading.report import print_report, to_json, to_junit, to_markdown, write_report
from verify.reading.summary import words
from verify.suite import run_suite


def found(method: str, verdict: str = "verified", detail: str = "", **figures: Any) -> Evidence:
    return Evidence(method, Verdict(verdict), Grade.TESTED, figures, 0.5, detail)


@pytest.fixture
def report() -> Report:
    claims = (
        ClaimReport(
            "C3",
            "ReLU",
            "[Y], Lemma 4; [here]",
            "identity",
            (found("symbolic", steps=4), found("iteration"), found("mutants", killed=5, total=5, survivors=[])),
        ),
        ClaimReport(
            "C4",
            "a | b",
            "[here]",
            "identity",
            (found("symbolic"), found("precision", "refuted", "at θ = 0.1\x00 <&>", worst=0.5)),
        ),
        ClaimReport(
            "C5",
            "weak",
            "[Y]",
            "identity",
            (found("symbolic"), found("mutants", killed=4, total=5, survivors=["sign of A"])),
        ),
        ClaimReport("C6", "none", "[Y]", "identity", ()),
    )
    return Report(7, "quick", {"python": "3.11", "jobs": 1}, claims, 1.25)


def printed(report: Report, width: int = 140, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    print_report(report, Console(file=stream, width=width, highlight=False), verbose=verbose)
    return stream.getvalue()


def test_json_has_exactly_the_agreed_fields(report: Report) -> None:
    document = json.loads(to_json(report))
    assert list(document) == ["schema", "seed", "level", "environment", "summary", "claims"]
    assert document["schema"] == 1
    assert document["summary"] == {
        "verified": 1,
        "proved": 0,
        "proved_with_rules": 0,
        "enclosed": 0,
        "tested": 1,
        "refuted": 1,
        "undecided": 2,
        "error": 0,
        "mutants": {"killed": 9, "total": 10, "weaker": 0},
    }
    first, second, *_ = document["claims"]
    assert list(first) == ["id", "title", "source", "verdict", "grade", "parts", "rules", "evidence"]
    assert list(first["evidence"][0]) == ["method", "verdict", "figures", "seconds"]
    assert first["grade"] == "tested"
    assert second["grade"] is None
    assert second["evidence"][1]["figures"]["detail"].startswith("at θ")


def test_json_survives_every_number() -> None:
    figures: dict[str, Any] = {
        "nan": float("nan"),
        "inf": -np.inf,
        "np": np.float64(0.5),
        "n": np.int64(3),
        "array": np.arange(2),
        "flag": np.bool_(True),
        "nested": {"t": (1, None)},
    }
    claim = ClaimReport("C3", "t", "s", "identity", (found("symbolic", **figures),))
    (entry,) = json.loads(to_json(Report(1, "full", {}, (claim,), 0.0)))["claims"][0]["evidence"]
    assert entry["figures"] == {
        "nan": "nan",
        "inf": "-inf",
        "np": 0.5,
        "n": 3,
        "array": [0, 1],
        "flag": True,
        "nested": {"t": [1, None]},
    }


def test_table_shows_brackets_verdicts_and_reasons(report: Report) -> None:
    text = printed(report)
    for expected in ("5/5", "too weak", "sign of A", "at θ = 0.1", "no derivation", "seed 7", "tested"):
        assert expected in text
    assert (
        "1 of 4 verified (0 proved, 0 proved with rules, 0 enclosed, 1 tested); 1 refuted, 2 undecided, 0 error" in text
    )
    assert "precision refuted" in text


WORDS = [
    (found("precision", digits=59.96), "agrees to 60 digits"),
    (found("monte_carlo", power={"relative_error": 0.000679}), "0.07 % error would have been caught"),
    (found("monte_carlo", power={"relative_error": np.float64(0.0301)}), "4 % error would have been caught"),
    (found("monte_carlo", power={"relative_error": 1.5}, max_z=1.24, threshold_z=6.0), "within 1.2 standard errors"),
    (found("enclosure", digits=48.4, points=5), "enclosed to 48 digits"),
    (found("enclosure", boxes={"a": {}, "b": {}}), "2 statements enclosed on whole boxes"),
    (found("inequalities", "undecided", statements=4), "inequalities undecided"),
    (found("mutants", "undecided", killed=4, total=5), "4/5 mutants killed"),
    (found("one_of_tomorrow"), "one of tomorrow"),
]


@pytest.mark.parametrize(("evidence", "said"), WORDS)
def test_evidence_is_told_in_words(evidence: Evidence, said: str) -> None:
    assert words(evidence).startswith(said)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_claim_takes_two_lines_of_any_terminal(width: int) -> None:
    every = tuple(evidence for evidence, _ in WORDS if evidence.verdict is Verdict.VERIFIED)
    claim = ClaimReport("C5.leaky-relu", "a title, " * 30, "[Y]", "identity", (found("symbolic"), *every))
    heading, said, *_ = printed(Report(7, "quick", {}, (claim,), 1.0), width).splitlines()
    assert heading.startswith("C5.leaky-relu  a title, ")
    assert heading.rstrip().endswith("…  tested")
    assert said.startswith("  agrees to 60 digits; 0.07 % error would have been caught")
    assert max(len(heading), len(said)) <= width


def test_verbose_has_the_figures(report: Report) -> None:
    text = printed(report, verbose=True)
    assert "symbolic: symbolic (steps 4; 0.50 s)" in text
    assert "4/5 mutants killed (killed 4, total 5; 0.50 s)" in text


def test_junit_counts_and_parses(report: Report) -> None:
    suite = ET.fromstring(to_junit(report).encode())
    cases = suite.findall("testcase")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("9", "3", "0")
    assert len(cases) == 9
    assert [case.get("classname") for case in cases if case.find("failure") is not None] == [
        "coarseproof.C4",
        "coarseproof.C5",
        "coarseproof.C6",
    ]
    (refuted,) = (case for case in cases if case.get("name") == "precision")
    assert "<&>" in (refuted.findtext("failure") or "")


def test_markdown_keeps_the_table_whole(report: Report) -> None:
    rows = [line for line in to_markdown(report).splitlines() if line.startswith("| C")]
    assert len(rows) == 4
    assert all(row.replace("\\|", "").count("|") == 6 for row in rows)


def test_write_report_makes_the_folder(report: Report, tmp_path: Path) -> None:
    paths = write_report(report, tmp_path / "a" / "b")
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == sorted(p.name for p in paths)
    assert {path.name for path in paths} == {"report.json", "junit.xml", "summary.md", "mutants.csv", "report.html"}


def test_a_folder_in_the_place_of_the_page_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    done = CliRunner().invoke(main, ["verify", "--only", "G1", "--report", str(tmp_path)])
    assert done.exit_code == 2
    assert "report.html" in done.output
    assert "is a folder" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def _no_page(_report: Report) -> str:
    raise ZeroDivisionError("no axis")


def test_the_results_are_written_if_the_page_cannot_be_made(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verify.reading.html_report.page.to_html", _no_page)
    with pytest.raises(RuntimeError, match=r"report.html could not be made; written before: .*report.json") as raised:
        write_report(report, tmp_path)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)
    assert {path.name for path in tmp_path.iterdir()} == {"report.json", "junit.xml", "summary.md", "mutants.csv"}
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["summary"]["refuted"] == 1


@pytest.mark.parametrize("trouble", ["page", "disk"])
def test_the_table_is_printed_before_the_trouble_with_the_report(
    trouble: str, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _text: str) -> None:
        raise ValueError(f"cannot write {path}: no space left")

    monkeypatch.setattr("verify.suite.run_suite", lambda **_asked: report)
    if trouble == "page":
        monkeypatch.setattr("verify.reading.html_report.page.to_html", _no_page)
    else:
        monkeypatch.setattr("verify.reading.report.write_atomically", full)
    done = CliRunner().invoke(main, ["verify", "--report", str(tmp_path / "out"), "--json", str(tmp_path / "json")])
    assert done.exit_code != 0
    assert "1 of 4 verified" in done.output
    assert json.loads((tmp_path / "json").read_text(encoding="utf-8"))["schema"] == 1
    if trouble == "page":
        assert isinstance(done.exception, RuntimeError)
        assert (tmp_path / "out" / "junit.xml").is_file()
    else:
        assert done.exit_code == 2
        assert done.output.index("1 of 4 verified") < done.output.index("Error: cannot write")


def test_printing_nothing_says_so() -> None:
    assert "No claim was checked" in printed(Report(1, "quick", {}, (), 0.0))


# Files.


def test_write_keeps_mode_and_follows_links(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    files.write_atomically(link, "new θ\n")
    assert target.read_text(encoding="utf-8") == "new θ\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    (tmp_path / "usual").write_text("")
    files.write_atomically(tmp_path / "new", "")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("failure", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("place", ["fsync", "replace"])
def test_an_interrupted_write_leaves_the_old_text(
    failure: type[BaseException], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise failure

    (tmp_path / "file").write_text("old")
    with monkeypatch.context() as patch:
        patch.setattr(os, place, fail)
        with pytest.raises(failure):
            files.write_atomically(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ValueError, match=r"cannot write .*new: No space left"):
        files.write_atomically(tmp_path / "new", "text")


def test_impossible_targets_are_refused_before_and_during(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path, reason in (
        (tmp_path, "is a folder"),
        (tmp_path / "missing" / "file", "there is no folder"),
        (tmp_path / "file" / "below", "there is no folder"),
    ):
        for action in (files.check_writable, lambda p: files.write_atomically(p, "")):
            with pytest.raises(ValueError, match=reason):
                action(path)
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ValueError, match="is a file"):
            files.check_folder_writable(folder)


def test_checking_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files.check_folder_writable(Path())
    files.check_writable(tmp_path / "file")
    files.check_folder_writable(tmp_path / "a" / "b")
    assert not list(tmp_path.iterdir())


def test_a_device_is_written_not_replaced() -> None:
    files.write_atomically(Path(os.devnull), "text")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("folder", [[], ["--report", "out"]])
def test_what_steps_show_is_written_for_a_page_alone(
    folder: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[Report] = []

    def kept(**asked: Any) -> Report:
        reports.append(run_suite(**asked))
        return reports[-1]

    monkeypatch.setattr("verify.suite.run_suite", kept)
    monkeypatch.setattr("verify.suite.METHODS", {"symbolic": "verify.symbolic"})
    coarseproof("verify", "--only", "G1", "--jobs", 1, *folder, cwd=tmp_path)
    (derived,) = (one for one in reports[0].claims[0].evidence if one.method == "symbolic")
    assert bool(derived.steps) is bool(folder)
    assert len(derived.figures["chain"]) == derived.figures["steps"] > 1

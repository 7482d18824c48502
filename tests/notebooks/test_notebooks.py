"""Notebooks executed, written, compared; what users and cells can do wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import processes
import pytest
from processes import coarseproof
from trial import HEAD, PICTURE, PLAIN, ROOT, folder_of, script_of

import proofs
from verify.evidence import ClaimReport, Evidence, Grade, Verdict
from verify.reading.notebooks import execution
from verify.reading.notebooks.book import check_all, index_page, write_all
from verify.reading.notebooks.comparison import differences
from verify.reading.notebooks.document import assemble, changed_cells, described, finish, text_of
from verify.reading.notebooks.reading import Verdicts
from verify.reading.notebooks.script import chosen_scripts, read_script

# Writing and executing.


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(scripts, folder) of two notebooks that were executed once."""
    base = tmp_path_factory.mktemp("written")
    scripts = folder_of(base / "scripts", n01_plain=PLAIN, n02_picture=PICTURE.format(height=1))
    assert write_all(base / "out", jobs=2, scripts=scripts) == 0
    return scripts, base / "out"


def copied(written: tuple[Path, Path], target: Path) -> Path:
    target.mkdir()
    for path in written[1].iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


def test_notebooks_are_valid_and_hold_their_outputs(written: tuple[Path, Path]) -> None:
    found = nbformat.read(written[1] / "01-plain.ipynb", as_version=nbformat.NO_CONVERT)
    nbformat.validate(found)
    assert (found.nbformat, found.nbformat_minor) == (4, 5)
    assert [cell.id for cell in found.cells] == ["question", "prose-words-about-w", "sum-of-two"]
    assert found.cells[2].outputs == [{"name": "stdout", "output_type": "stream", "text": "2\n"}]
    assert found.metadata.kernelspec.name == "python3"
    assert found.metadata.language_info == {"name": "python"}
    assert all(not cell.metadata for cell in found.cells)
    assert not list(changed_cells(found))


def test_a_picture_has_alternative_text_and_its_data(written: tuple[Path, Path]) -> None:
    found = nbformat.read(written[1] / "02-picture.ipynb", as_version=4)
    cell = found.cells[-1]
    assert cell.metadata.pop("mystnb") == {"image": {"alt": "A <line> rises."}}
    assert cell.metadata == {"tags": ["hide-input"], "jupyter": {"source_hidden": True}}
    said = described(cell.outputs[0])
    assert said is not None
    where = [0.5, 0.707107, 0.125]
    assert said["panels"][0]["drawn"] == [["line", "#1f77b4ff, line -", 2, where, where, [0.5, 0.707107]]]
    assert 'aria-label="A &lt;line&gt; rises."' in cell.outputs[0].data["image/svg+xml"]


def test_the_index_names_every_notebook_with_its_question(written: tuple[Path, Path]) -> None:
    text = (written[1] / "index.md").read_text(encoding="utf-8")
    assert text == index_page([read_script(path) for path in chosen_scripts(written[0])])
    assert "(01-plain.ipynb)" in text
    assert "What is asked?" in text
    assert text.index("```{toctree}") < text.index("\n01-plain\n") < text.index("\n02-picture\n")


FAILING = [
    ("x = 1\n\nraise RuntimeError('no such\\nangle')", ["RuntimeError: no such angle", "line 3 of the cell", "raise "]),
    ("import warnings\nwarnings.warn('careful')", ["wrote to standard error", "careful", "line 2 of the cell"]),
    ("import os\nprint(os.getcwd())", ["holds a path of this machine"]),
    ("import os\nos._exit(3)", ["the kernel died"]),
    ("def f():\n    return 1 / 0\n\nf()", ["ZeroDivisionError", "line 4 of the cell: f()"]),
]


def test_a_failing_cell_is_named_and_the_others_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = f"{HEAD}# %% first claims: N1\ny = 1\n\n# %% broken-one claims: C3 N2\n"
    broken = {f"n0{place}_broken": f"{start}{code}\n" for place, (code, _) in enumerate(FAILING)}
    scripts = folder_of(tmp_path / "scripts", n09_plain=PLAIN, **broken)
    assert write_all(tmp_path / "out", jobs=2, scripts=scripts) == 1
    told = capsys.readouterr().err
    for place, (_, said) in enumerate(FAILING):
        of_this = "".join(re.findall(rf"^.*0{place}-broken\.ipynb.*(?:\n .*)*", told, flags=re.MULTILINE))
        assert [words for words in ("'broken-one'", "(of C3, N2)", *said) if words not in of_this] == [], told
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["09-plain.ipynb", "index.md"]


@pytest.mark.slow
def test_a_cell_that_takes_too_long_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "_TIMEOUT", 6)  # the kernel has to start in it, too
    scripts = folder_of(tmp_path / "scripts", n01_slow=f"{HEAD}# %% slow claims: N1\nimport time\ntime.sleep(60)\n")
    assert write_all(tmp_path / "out", scripts=scripts) == 1
    assert "cell 'slow' (of N1): took more than 6 s" in capsys.readouterr().err


def test_a_kernel_sees_none_of_the_users_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    startup = tmp_path / "startup.py"
    startup.write_text("print('mine')\n")
    for name, value in (
        ("PYTHONSTARTUP", str(startup)),
        ("COARSEPROOF_EXTENSIONS", "nowhere"),
        ("PYTHONHASHSEED", "5"),
    ):
        monkeypatch.setenv(name, value)
    names = ("PYTHONSTARTUP", "COARSEPROOF_EXTENSIONS", "PYTHONHASHSEED", "OMP_NUM_THREADS")
    code = f"import os\nprint([os.environ.get(name) for name in {names!r}], os.listdir())"
    scripts = folder_of(tmp_path / "scripts", n01_env=f"{HEAD}# %% env claims: N1\n{code}\n")
    assert write_all(tmp_path / "out", scripts=scripts) == 0
    found = nbformat.read(tmp_path / "out/01-env.ipynb", as_version=4)
    assert found.cells[-1].outputs[0].text == "[None, None, '0', '1'] []\n"


# What must not be written over.


def edited(path: Path, change: Any) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")


def change_source(document: Any) -> None:
    document["cells"][2]["source"] = ["print(3)"]


def change_output(document: Any) -> None:
    document["cells"][2]["outputs"][0]["text"] = ["3\n"]


def drop_cell(document: Any) -> None:
    del document["cells"][1]


def attach(document: Any) -> None:
    document["cells"][1]["attachments"] = {"dot.png": {"image/png": "iVBORw0KGgo="}}


def reformat(document: Any) -> None:
    document["metadata"]["language_info"]["version"] = "3.14.0"
    document["cells"][2]["source"] = "".join(document["cells"][2]["source"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (change_source, "'sum-of-two' was changed"),
        (change_output, "'sum-of-two' was changed"),
        (drop_cell, "'prose-words-about-w' was removed"),
        (lambda document: document["cells"].reverse(), "another order"),
        (lambda document: document["metadata"].pop("coarseproof"), "did not write"),
        (lambda document: document["metadata"]["coarseproof"].pop("metadata"), "an earlier version"),
        (lambda document: document["metadata"].update(title="mine"), "the notebook's metadata were changed"),
        (lambda document: document["cells"][2]["metadata"].update(tags=["mine"]), "'sum-of-two' was changed"),
        (attach, "'prose-words-about-w' was changed"),
    ],
)
def test_a_notebook_edited_by_hand_is_kept_unless_forced(
    written: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any, said: str
) -> None:
    out = copied(written, tmp_path / "out")
    edited(out / "01-plain.ipynb", change)
    before = (out / "01-plain.ipynb").read_bytes()
    with pytest.raises(ValueError, match=rf"01-plain\.ipynb: it was edited by hand \(.*{said}.*--force"):
        write_all(out, ("01",), scripts=written[0])
    assert (out / "01-plain.ipynb").read_bytes() == before


def test_with_force_what_was_edited_and_what_is_no_notebook_are_written_over(
    written: tuple[Path, Path], tmp_path: Path
) -> None:
    out = copied(written, tmp_path / "out")
    edited(out / "01-plain.ipynb", change_source)
    (out / "02-picture.ipynb").write_bytes(b"not JSON")
    (out / "index.md").write_text("# My own page\n")
    assert write_all(out, jobs=1, scripts=written[0], force=True) == 0
    for path in written[1].iterdir():
        assert (out / path.name).read_bytes() == path.read_bytes()


def test_a_notebook_that_an_editor_only_saved_is_not_edited(written: tuple[Path, Path], tmp_path: Path) -> None:
    out = copied(written, tmp_path / "out")
    edited(out / "01-plain.ipynb", reformat)
    assert write_all(out, ("01",), scripts=written[0]) == 0


@pytest.mark.parametrize("content", [b"not JSON", b"\xff\xfe", b"[]", b'{"nbformat": 3, "worksheets": []}', b"{}"])
def test_a_file_of_another_kind_is_kept_unless_forced(
    written: tuple[Path, Path], tmp_path: Path, content: bytes
) -> None:
    target = tmp_path / "01-plain.ipynb"
    target.write_bytes(content)
    with pytest.raises(ValueError, match=r"01-plain\.ipynb: it is no valid notebook.*--force"):
        write_all(tmp_path, ("01",), scripts=written[0])
    assert target.read_bytes() == content


@pytest.mark.parametrize("content", ["# My own page\n", "", "# Notebooks\n\nNotes of mine.\n"])
def test_an_index_of_somebodys_own_is_kept_unless_forced(tmp_path: Path, content: str) -> None:
    scripts = folder_of(tmp_path / "scripts", n01_plain=PLAIN)
    (tmp_path / "index.md").write_text(content)
    with pytest.raises(ValueError, match=r"cannot write .*index\.md: this command did not write it.*--force"):
        write_all(tmp_path, scripts=scripts)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["index.md"]
    assert (tmp_path / "index.md").read_text() == content


def test_an_index_of_ones_own_that_is_another_now_needs_no_force(written: tuple[Path, Path], tmp_path: Path) -> None:
    out, scripts = copied(written, tmp_path / "out"), folder_of(tmp_path / "scripts", n03_more=PLAIN)
    assert write_all(out, scripts=scripts) == 0
    assert "(03-more.ipynb)" in (out / "index.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(("existing", "force"), [(False, False), (True, True)])
def test_what_is_edited_while_cells_run_is_kept(
    written: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], existing: bool, force: bool
) -> None:
    out = copied(written, tmp_path / "out") if existing else tmp_path / "out"
    out.mkdir(exist_ok=True)
    target = out / "01-plain.ipynb"
    slow = f"{HEAD}# %% slow claims: N1\nfrom pathlib import Path\nx = Path({str(target)!r}).write_text('mine')\n"
    scripts = folder_of(tmp_path / "scripts", n01_plain=slow, n02_picture=PICTURE.format(height=2))
    with pytest.raises(ValueError, match=r"not written: 01-plain\.ipynb in .*while the notebooks were executed"):
        write_all(out, scripts=scripts, force=force)
    assert target.read_text() == "mine"
    assert "written    02-picture.ipynb" in capsys.readouterr().out


def test_a_folder_in_the_place_of_a_notebook_is_refused_even_with_force(
    written: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "01-plain.ipynb").mkdir()
    with pytest.raises(ValueError, match=r"01-plain\.ipynb: it is a folder"):
        write_all(tmp_path, scripts=written[0], force=True)


def test_an_unwritable_target_fails_before_any_work(tmp_path: Path) -> None:
    scripts = folder_of(
        tmp_path / "scripts", n01_mark=f"{HEAD}# %% mark claims: N1\nopen({str(tmp_path / 'ran')!r}, 'w')\n"
    )
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match="it is a file"):
        write_all(tmp_path / "file", scripts=scripts)
    assert not (tmp_path / "ran").exists()


# Checking.


def test_fresh_notebooks_are_current_and_nothing_is_written(
    written: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in written[1].iterdir()}
    assert check_all(written[1], jobs=2, scripts=written[0]) == 0
    assert "all 2 notebooks are current" in capsys.readouterr().out
    assert {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in written[1].iterdir()} == before


def test_a_changed_script_is_stale_and_the_diff_names_the_cell(
    written: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripts = folder_of(tmp_path / "scripts", n01_plain=PLAIN.replace("1 + 1", "1 + 2"))
    assert check_all(written[1], ("01",), scripts=scripts) == 1
    told = capsys.readouterr()
    for line in ["--- a/01-plain.ipynb cell sum-of-two", "-x = 1 + 1", "+x = 1 + 2", "-2", "+3"]:
        assert f"{line}\n" in told.out
    assert "edited by hand" not in told.out
    assert "1 stale: 01-plain.ipynb" in told.err


def test_check_finds_what_is_missing_superfluous_edited_or_of_another_kind(
    written: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripts = folder_of(tmp_path / "scripts", n01_plain=PLAIN, n02_picture=PICTURE.format(height=1), n03_new=PLAIN)
    out = copied(written, tmp_path / "out")
    edited(out / "01-plain.ipynb", change_output)
    (out / "02-picture.ipynb").write_text("{}")
    (out / "09-old.ipynb").write_text("{}")
    assert check_all(out, jobs=2, scripts=scripts) == 1
    told = capsys.readouterr()
    assert "01-plain.ipynb was edited by hand: cell 'sum-of-two' was changed" in told.out
    assert "02-picture.ipynb cannot be compared: it is no valid notebook" in told.out
    assert "03-new.ipynb is missing" in told.out
    assert "09-old.ipynb is superfluous" in told.out
    assert "+++ b/index.md" in told.out
    assert "5 stale" in told.err


def test_check_fails_when_a_cell_fails(written: tuple[Path, Path], tmp_path: Path) -> None:
    scripts = folder_of(tmp_path / "scripts", n01_plain=PLAIN.replace("print(x)", "print(y)"))
    assert check_all(written[1], ("01",), scripts=scripts) == 1


def picture(height: float, tmp_path: Path) -> Any:
    """A notebook with a picture, made without a kernel; the source is always the same."""
    script = script_of(tmp_path, PICTURE.format(height=1.0), "n02_picture")
    notebook = assemble(script)
    caught: list[Any] = []
    with mock.patch("IPython.display.display", caught.append):
        exec(PICTURE.format(height=height), {})
    data = {"image/svg+xml": caught[0].data}
    notebook.cells[-1].outputs = [nbformat.v4.new_output("display_data", data=data)]
    return finish(notebook, script)


@pytest.mark.parametrize(("height", "same"), [(1.0, True), (1.00001, True), (1.001, False), (2.0, False)])
def test_pictures_are_compared_by_their_data(tmp_path: Path, height: float, same: bool) -> None:
    one, other = picture(1.0, tmp_path), picture(height, tmp_path)
    assert not list(changed_cells(one))
    assert (not list(differences("a", one, other))) is same


def test_the_shapes_of_letters_are_not_compared_but_words_are(tmp_path: Path) -> None:
    one, other = picture(1.0, tmp_path), picture(1.0, tmp_path)
    data = other.cells[-1].outputs[0].data
    data["image/svg+xml"] = re.sub(r'<path d="[^"]*"', '<path d="M 0 0"', data["image/svg+xml"])
    assert data != one.cells[-1].outputs[0].data
    assert not list(differences("a", one, other))
    data["image/svg+xml"] = data["image/svg+xml"].replace("rises", "falls")
    (diff,) = differences("a", one, other)
    assert "cell picture" in diff


def test_metadata_kinds_and_ids_are_compared(tmp_path: Path) -> None:
    for change in (
        lambda notebook: notebook.metadata.update(title="mine"),
        lambda notebook: notebook.cells[0].metadata.update(tags=["x"]),
        lambda notebook: notebook.cells[-1].update(id="other"),
        lambda notebook: notebook.cells.reverse(),
        lambda notebook: notebook.cells[-1].update(execution_count=7),
    ):
        one, other = picture(1.0, tmp_path), picture(1.0, tmp_path)
        assert text_of(one) == text_of(other)
        change(other)
        assert list(differences("a", other, one))


# Verdicts.


def report(**changes: Any) -> ClaimReport:
    """A claim that is green, but for what is changed."""
    said = (
        Evidence("symbolic", Verdict.VERIFIED, Grade.PROVED, {"obligations": 3}, 0.1),
        Evidence("precision", Verdict.VERIFIED, Grade.TESTED, {"digits": 59.96, "points": 5}, 0.1),
        Evidence("generated", Verdict.VERIFIED, Grade.TESTED, {"ulp_generic": 1.2345, "points": 6}, 0.1),
        Evidence("mutants", Verdict.VERIFIED, Grade.TESTED, {"killed": 4, "total": 4}, 0.1),
    )
    return ClaimReport(**({"id": "N1", "title": "a < b", "source": "", "kind": "identity", "evidence": said} | changes))


def test_the_table_of_verdicts_shows_what_any_machine_finds() -> None:
    table = Verdicts([report()])
    for text in (repr(table), table._repr_html_()):
        for words in ("N1", "verified", "proved", "3 obligations", "agrees to 60 digits", "4/4 mutants killed"):
            assert words in text
        assert "1.2" not in text
    assert "a &lt; b" in table._repr_html_()


def test_a_claim_that_is_not_green_fails_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    from verify import suite
    from verify.evidence import Report
    from verify.reading.notebooks.reading import verdicts

    bad = Evidence("precision", Verdict.REFUTED, Grade.TESTED, {}, 0.0, "at θ = 1")
    weak = Evidence("mutants", Verdict.UNDECIDED, Grade.TESTED, {"killed": 3, "total": 4, "survivors": ["sign"]}, 0.0)
    for evidence, said in ((bad, "precision refuted: at θ = 1"), (weak, "no check noticed the mutants sign")):
        found = report(evidence=(*report().evidence[:2], evidence))
        monkeypatch.setattr(suite, "run_suite", lambda found=found, **_: Report(1, "quick", {}, (found,), 0.0))
        with pytest.raises(ValueError, match=f"claim N1 is not verified.*{said}"):
            verdicts("N1")
    with pytest.raises(ValueError, match="names no claim"):
        verdicts()


def test_verdicts_of_real_claims_are_the_same_every_time() -> None:
    from verify.reading.notebooks.reading import verdicts

    once, again = verdicts("N4.inner"), verdicts("N4.inner")
    assert repr(once) == repr(again)
    assert [one.id for one in once.reports] == ["N4.inner"]


# The command.


def test_help_teaches() -> None:
    done = coarseproof("notebooks", "--help")
    assert done.returncode == 0
    for words in ("Examples:", "--check", "--only", "--force", "Exit codes"):
        assert words in done.stdout


def test_wrong_use_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for arguments, said in (
        (["--only", "99"], "'99' is no notebook"),
        (["--only", ","], "names no notebook"),
        (["--check", "--force"], "--force has no meaning"),
        (["--only", "07", "--output", str(tmp_path / "file")], "it is a file"),
    ):
        done = coarseproof("notebooks", *arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_an_installed_copy_has_no_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "__file__", str(tmp_path / "site-packages" / "proofs" / "__init__.py"))
    done = coarseproof("notebooks", "--output", tmp_path)
    assert done.returncode == 2
    assert re.search(r"is not a checkout of coarseproof.*pip install -e \.", done.stderr)


@pytest.mark.parametrize("package", ["nbformat", "nbclient", "ipykernel", "matplotlib"])
def test_a_missing_package_is_named_with_the_remedy(
    tmp_path: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    done = coarseproof("notebooks", "--output", tmp_path / "out")
    assert done.returncode == 2
    assert package in done.stderr
    assert "pip install 'coarseproof[docs]'" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_the_old_notebooks_and_no_kernel(
    written: tuple[Path, Path], tmp_path: Path, sent: signal.Signals
) -> None:
    pid_file = tmp_path / "pid"
    slow = f"import os, pathlib, time\npathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))\ntime.sleep(100)"
    scripts = folder_of(tmp_path / "scripts", n01_plain=f"{HEAD}# %% slow claims: N1\n{slow}\n", n02_picture=PLAIN)
    out = copied(written, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    code = (
        "from pathlib import Path\nfrom verify.cli import main\nfrom verify.reading.notebooks import book\n"
        f"book.write_all.__kwdefaults__['scripts'] = Path({str(scripts)!r})\n"
        f"main(['notebooks', '--output', {str(out)!r}, '--jobs', '2'], prog_name='coarseproof')\n"
    )
    with processes.started([sys.executable, "-c", code], cwd=ROOT) as process:
        wait_for(lambda: pid_file.exists() and pid_file.read_text() != "")
        process.send_signal(sent)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert "Interrupted" in told
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    wait_for(lambda: not processes.alive(int(pid_file.read_text())))


def wait_for(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)

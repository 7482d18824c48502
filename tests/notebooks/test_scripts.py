"""Scripts of notebooks: read into cells, and cells made from claims."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from trial import HEAD, PLAIN, ROOT, folder_of, script_of

import proofs
from verify.reading.notebooks.document import LONGEST_FORMULA, assemble, source_of
from verify.reading.notebooks.script import SCRIPTS, Cell, chosen_scripts, read_script

# Scripts.


def test_a_script_is_read_into_cells(tmp_path: Path) -> None:
    script = script_of(tmp_path, PLAIN + "\n# %% [derivation] N1 [verdict] N1 N1.origin\n")
    assert (script.number, script.title, script.question) == ("01", "A title", "What is asked?")
    assert script.notebook == "01-trial.ipynb"
    assert [cell.kind for cell in script.cells] == ["markdown", "code", "derivation", "verdict"]
    ids = ["prose-words-about-w", "sum-of-two", "derivation-N1", "verdict-N1-N1_origin"]
    assert [cell.id for cell in script.cells] == ids
    assert script.cells[1].claims == ("N1",)
    assert script.cells[1].text == "x = 1 + 1\nprint(x)"
    assert script.path.read_text().splitlines()[script.cells[1].line - 1] == "x = 1 + 1"


def test_a_long_list_of_claims_still_gives_a_valid_id(tmp_path: Path) -> None:
    ids = [claim.id for claim in proofs.all_claims()][:30]
    one, other = (script_of(tmp_path, f"{HEAD}# %% [statement] {' '.join(some)}\n") for some in (ids, ids[:-1]))
    assert len(one.cells[0].id) <= 64
    assert one.cells[0].id != other.cells[0].id
    nbformat.validate(assemble(one))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"""Only a title"""\n\n# %% a\n', "the question"),
        (HEAD, "has no cell"),
        (HEAD + "# %%\nx = 1\n", "needs a name"),
        (HEAD + "# %% [statment] N1\n", "no kind of cell"),
        (HEAD + "# %% [statement]\n", "names no claim"),
        (HEAD + "# %% [markdown]\nx = 1\n", "no comment"),
        (HEAD + "# %% [markdown]\n#\n", "without text"),
        (HEAD + "# %% a claims: N1\n\n# %% a claims: N2\n", "is taken"),
        (HEAD + "# %% a claims: N1\nx = = 1\n", "invalid syntax"),
    ],
)
def test_a_script_that_breaks_the_format_is_refused_with_its_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"n01_trial\.py.*{re.escape(said)}"):
        script_of(tmp_path, text)


def test_unknown_numbers_and_empty_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no notebook scripts"):
        chosen_scripts(tmp_path)
    folder_of(tmp_path, n01_a=PLAIN, n02_b=PLAIN, reading="x = 1\n")
    assert [path.name for path in chosen_scripts(tmp_path)] == ["n01_a.py", "n02_b.py"]
    with pytest.raises(ValueError, match=r"'03' is no notebook; there are 01, 02"):
        chosen_scripts(tmp_path, ("03",))


def test_two_scripts_with_the_same_number_are_refused(tmp_path: Path) -> None:
    folder_of(tmp_path, n01_a=PLAIN, n01_b=PLAIN, n02_c=PLAIN)
    for only in ((), ("02",)):
        with pytest.raises(ValueError, match=r"n01_a\.py and n01_b\.py have the same number 01"):
            chosen_scripts(tmp_path, only)


# Cells made from claims.


def made(kind: str, *ids: str) -> str:
    return source_of(Cell("a", kind, ids, "", 1))


def test_a_statement_has_formula_hypotheses_source_code_and_a_link_to_the_book() -> None:
    text = made("statement", "N1")
    claim = proofs.get("N1")
    from proofs.engine.lines import broken
    from proofs.engine.render import latex_of
    from verify.reading.book import slug_of

    assert f"$$\n{broken(f'{claim.subject} = {latex_of(claim.formula)}')}\n$$" in text
    assert claim.printed is not None
    assert latex_of(claim.printed) in text
    assert f"](../formulas.md#{slug_of(claim)})" in text
    assert "numerics.population_loss" in text
    assert claim.source in text


def test_a_derivation_shows_every_step_and_what_it_owed() -> None:
    chain, text = proofs.derive("G1"), made("derivation", "G1")
    for number, step in enumerate(chain.steps, start=1):
        assert f"**{number}. {step.name}**" in text
    assert text.count(": zero") + text.count(": holds") >= sum(len(step.obligations) for step in chain.steps)


def test_a_formula_that_is_too_long_is_told_in_words() -> None:
    from proofs.engine.render import latex_of

    steps = [step.shown for step in proofs.derive("C5").steps if not isinstance(step.shown, str)]
    long = [latex for latex in map(latex_of, steps) if len(latex) > LONGEST_FORMULA]
    text = made("derivation", "C5")
    assert long
    assert text.count("`coarseproof claims C5` prints it") == len(long)
    assert not any(latex in text for latex in long)


def test_generated_code_is_the_code_that_is_shipped() -> None:
    module = (ROOT / "numerics/generated/estimators.py").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)\n```", made("generated", "C3"), flags=re.DOTALL)
    assert blocks
    assert blocks[0] in module
    assert "def _relu_kernels" in blocks[0]


def test_errata_come_from_the_errata_page() -> None:
    text, page = made("errata"), (ROOT / "docs/errata.md").read_text(encoding="utf-8")
    for heading in re.findall(r"^## (.*)$", page, flags=re.MULTILINE):
        assert f"### {heading}" in text
    assert "](../formulas.md" in text
    assert "](formulas.md" not in text


def test_a_claim_that_does_not_exist_or_has_no_code_is_named_with_its_cell(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"n01_trial\.py, cell 'statement-N99'.*'N99' is unknown"):
        assemble(script_of(tmp_path, HEAD + "# %% [statement] N99\n"))
    with pytest.raises(ValueError, match="N5 has no generated code"):
        assemble(script_of(tmp_path, HEAD + "# %% [generated] N5\n"))


# The notebooks of this project.


def test_there_are_seven_scripts_with_question_figures_verdicts_and_what_to_try() -> None:
    paths = chosen_scripts(SCRIPTS)
    assert [path.name[:3] for path in paths] == [f"n{number:02}" for number in range(1, 8)]
    for script in map(read_script, paths):
        code = "\n".join(cell.text for cell in script.cells if cell.kind == "code")
        assert script.question.endswith("?"), script.path.name
        assert len(re.findall(r"\bshow\(", code)) >= 2, script.path.name
        assert any(cell.kind == "verdict" for cell in script.cells) or "verdicts(" in code, script.path.name
        last = script.cells[-1]
        assert last.kind == "markdown", script.path.name
        assert last.text.startswith("## What to try"), script.path.name


@pytest.mark.parametrize("path", chosen_scripts(SCRIPTS), ids=lambda path: path.stem)
def test_no_formula_is_typed_by_hand(path: Path) -> None:
    script = read_script(path)
    prose = [script.title, script.question, *(cell.text for cell in script.cells if cell.kind == "markdown")]
    for text in prose:
        assert "$" not in text
        assert not re.search(r"\\[A-Za-z(\[]", text), text
    named = {name for cell in script.cells for name in cell.claims}
    assert named <= {claim.id for claim in proofs.all_claims()}

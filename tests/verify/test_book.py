"""The formula book and the derivations: every claim, with what is true of it, and links that lead somewhere.

What is stored is read here; that it is what `coarseproof derive` writes, test_build.py says.
"""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sympy import Integer, Symbol

import proofs
from proofs.engine import standing
from proofs.engine.decision import Decision
from proofs.engine.derivation import Obligation, Step
from proofs.engine.lines import broken
from proofs.engine.render import forms_of, latex_in
from proofs.symbols import QUANTITIES
from verify.build import GENERATED
from verify.reading.book import PAGES, defined_at, entry, heading_of, of_claims, slug_of
from verify.reading.derivations import MOST_LINES, as_told, formula, meanings, settled
from verify.reading.markdown import displayed, escaped, slug
from verify.reading.mathml import mathml

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = proofs.all_claims()
GENERATED_TEXT = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in (ROOT / GENERATED).glob("*.py")
}


@pytest.fixture(scope="module")
def book() -> dict[str, str]:
    names = ["formulas.md", "formulas.json", *(f"derivations/{page}.md" for page in ("index", *PAGES.values()))]
    return {f"docs/{name}": (ROOT / "docs" / name).read_text(encoding="utf-8") for name in names}


def test_every_claim_is_in_it(book: dict[str, str]) -> None:
    document = json.loads(book["docs/formulas.json"])
    assert document["schema"] == 1
    assert [item["id"] for item in document["claims"]] == [claim.id for claim in CLAIMS]
    for item, claim in zip(document["claims"], CLAIMS, strict=True):
        assert (item["statement"] is None) == (claim.statement is None)
        assert item["steps"][0] in ("Definition", *item["rests_on"]) or proofs.derive(claim.id).concluded == "sentence"
        assert set(item["rests_on"]) <= {c.id for c in CLAIMS}
        assert f"### {escaped(heading_of(claim))}\n" in book["docs/formulas.md"]
        assert f"## {escaped(heading_of(claim))}\n" in book[item["derivation_page"]]


@pytest.mark.parametrize("claim_id", ["G1", "R3"])
def test_a_derivation_that_another_process_tells_is_written_alike(claim_id: str) -> None:
    chain, told = proofs.derive(claim_id), pickle.loads(pickle.dumps(as_told(claim_id)))
    for name in ("claim_id", "cited", "rules", "words", "concluded", "decided"):
        assert getattr(told, name) == getattr(chain, name), name
    written, spoken = (
        [
            (replace(s, shown="", obligations=()), formula(claim_id, s), list(map(settled, s.obligations)))
            for s in one.steps
        ]
        for one in (chain, told)
    )
    assert spoken == written


@pytest.mark.parametrize("claim_id", ["G1", "R1", "R3", "R6"])
def test_the_grade_is_that_of_the_derivation(
    book: dict[str, str], claim_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = {item["id"]: item for item in json.loads(book["docs/formulas.json"])["claims"]}
    assert items[claim_id] == entry(proofs.get(claim_id), GENERATED_TEXT)
    words = any(proofs.derive(one).words for one in [claim_id, *proofs.rests_on(claim_id)])
    assert items[claim_id]["grade"] == ("joined by words" if words else "proved with rules")
    assert items[claim_id]["obligations"] == sum(len(step.obligations) for step in proofs.derive(claim_id).steps) > 0
    for decided, word in ((False, "refuted"), (None, "undecided")):
        monkeypatch.setattr(standing, "proved", lambda claim_id, decided=decided: decided)
        assert entry(proofs.get(claim_id), GENERATED_TEXT)["grade"] == word


def test_places_are_those_of_declarations_and_functions(book: dict[str, str]) -> None:
    for item in json.loads(book["docs/formulas.json"])["claims"]:
        source = (ROOT / item["derivation"]).read_text(encoding="utf-8").splitlines()
        declared = source[item["derivation_line"] - 1]
        assert re.match(r"\s*(@claim\(|def \w+\(|derivation=lambda d:|\)\(lambda d:)", declared), declared
        for name, place in zip(item["code"], item["code_links"], strict=True):
            path, line = place.split("#L")
            function = name.removeprefix("numerics.")
            assert GENERATED_TEXT[path].splitlines()[int(line) - 1].startswith(f"def {function}(")


def test_code_that_is_not_generated_is_an_error() -> None:
    with pytest.raises(ValueError, match="no generated module defines 'no_such_function'"):
        defined_at("no_such_function", GENERATED_TEXT)


def test_a_single_claim_has_its_facts() -> None:
    text = of_claims("formulas", defined_at, claims=[proofs.get("N5.saddle")], generated=GENERATED_TEXT)
    assert "### N5.saddle · " in text
    assert "[derivation](derivations/network.md#n5saddle--" in text
    assert "(../proofs/landscape.py#L" in text
    assert "[`numerics.saddle_angle`](../numerics/generated/network.py#L" in text
    assert "(api/numerics.md#numerics.saddle_angle)" in text


def anchors(text: str) -> set[str]:
    """As a code host makes them: from the words of a heading."""
    return {slug(re.sub(r"\\(.)", r"\1", title)) for title in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)}


def test_every_link_leads_to_a_heading(book: dict[str, str]) -> None:
    known = {name: anchors(text) for name, text in book.items() if name.endswith(".md")}
    followed = 0
    for name, text in book.items():
        for target, anchor in re.findall(r"\]\(([^)#]*\.md|)#([^)]+)\)", text) if name.endswith(".md") else ():
            path = str((ROOT / name).parent.joinpath(target).resolve().relative_to(ROOT)) if target else name
            if path in known:
                followed += 1
                assert anchor in known[path], f"{name}: {target}#{anchor}"
    assert followed > 3 * len(CLAIMS)


def test_anchors_are_distinct() -> None:
    assert len({slug_of(claim) for claim in CLAIMS}) == len(CLAIMS)
    assert slug_of(proofs.get("N1")) == "n1--population-loss"


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("N1 · Population loss", "n1--population-loss"),
        ("C5.leaky-relu · μ'(x) = 1, snake_case", "c5leaky-relu--μx--1-snake_case"),
        ("S² < ½(m+1)‖v*‖²", "s--m1v"),
        ("vᵀw Θ", "vᵀw-θ"),
    ],
)
def test_slugs_are_those_of_code_hosts(title: str, anchor: str) -> None:
    assert slug(title) == anchor


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("‖v*‖ and w_i", r"‖v\*‖ and w\_i"),
        ("p(u) = |u| < 1", r"p(u) = \|u\| \< 1"),
        ("[Y], Lemma 1", "[Y], Lemma 1"),
        ("[a](b) $x$ `c` ~ \\", "[a\\](b) \\$x\\$ \\`c\\` \\~ \\\\"),
        ("R & D &amp; &#38;", r"R & D \&amp; \&#38;"),
    ],
)
def test_words_stay_words(text: str, safe: str) -> None:
    assert escaped(text) == safe


@pytest.mark.parametrize(
    ("latex", "lines"),
    [
        (r"a = b,\quad c = d", [r"a = b,\quad c = d"]),
        ("a" * 50 + r",\quad " + "b" * 30, ["a" * 50 + ",", "b" * 30]),
        (r"\frac{" + "a" * 50 + r"\quad b}{c}" + "d" * 50, [r"\frac{" + "a" * 50 + r"\quad b}{c}" + "d" * 50]),
        ("S = " + "a" * 40 + " + " + "b" * 30 + " - c", ["S = " + "a" * 40, r"\quad {} + " + "b" * 30 + " - c"]),
        (
            r"x \left(" + "a" * 40 + " + " + "b" * 40 + r"\right) y",
            [r"x \left(" + "a" * 40 + r" \right.", r"\quad \left. + " + "b" * 40 + r"\right) y"],
        ),
        ("a" * 99, ["a" * 99]),
    ],
)
def test_a_wide_display_is_broken_where_a_line_may_end(latex: str, lines: list[str]) -> None:
    told = lines[0] if len(lines) == 1 else r"\begin{aligned} & " + r" \\ & ".join(lines) + r" \end{aligned}"
    assert displayed(latex) == f"$${told}$$"


def test_a_long_formula_is_no_wall_of_symbols() -> None:
    x = Symbol("x")
    short, long = Step("Step", x + 1), Step("Step", sum((x**k for k in range(1, 60)), Integer(0)))
    wall = replace(long, shown=sum((x**k for k in range(1, 900)), Integer(0)))
    assert formula("N1", short) == "$$f(v,w) = x + 1$$"
    assert formula("N1", long).count(r" \\ & ") > 2
    assert "`coarseproof claims N1`" in formula("N1", wall)


def test_a_derivation_says_what_it_proves_what_letters_mean_and_who_decided() -> None:
    assert meanings("R5.l1")  # its sentence is one relation, which has no truth value
    claim = proofs.get("N3")
    text = of_claims("derivations", formula, meanings, settled, title="X", claims=[claim])
    assert '<a id="N3"></a>' in text
    for form in forms_of(claim):
        assert displayed(form) in text
    for symbol in claim.formula.free_symbols:
        assert f"${QUANTITIES[symbol].latex}$: {escaped(QUANTITIES[symbol].meaning)}" in text
    decided = re.findall(r"— (?:exactly zero|holds)[^:\n]*", text)
    assert len(decided) == sum(len(step.obligations) for step in proofs.derive("N3").steps)
    assert all("(SymPy)" in one or "(z3)" in one or one.endswith("by construction") for one in decided)
    assert "(z3)" in "".join(settled(owed) for step in proofs.derive("R3").steps for owed in step.obligations)


RELATION = re.compile(r"=|[<>]|\\(?:leq?|geq?|neq?|to|iff|implies|text)(?![A-Za-z])|\|")
_NAMES = "w_hat w_star v_star lam kappa theta rho phi pi sum_v v_vs vs_vs expm1 Piecewise Abs Implies Eq"
CODE = re.compile(rf"(?<![\\\w])(?:{'|'.join(_NAMES.split())})\b")


def test_every_displayed_line_says_something() -> None:
    """A relation, in every statement, and no name of the code: over all claims."""
    for claim in CLAIMS:
        supposed = (*claim.hypotheses, *claim.premises.values(), *claim.besides().values())
        conditions = [latex_in(claim, one) for one in supposed]
        for latex in (*forms_of(claim), *conditions):
            for said in re.split(r"[;,]\s*\\quad", latex):
                assert RELATION.search(said), (claim.id, said)
            assert not CODE.search(re.sub(r"\\[A-Za-z]+", " ", latex)), (claim.id, latex)


def test_no_statement_is_wider_than_its_column(page: Callable[..., Any], tmp_path: Path) -> None:
    """In a real browser, with the styles of the site (46 em, as its theme has) and of the report: nothing is cut."""
    for name, style, columns in (
        ("site", ROOT / "docs/_static/style.css", {"46em": 1440, "43em": 1024}),
        ("report", ROOT / "verify/reading/html_report/style.css", {"auto": 1024}),
    ):
        shown = "".join(
            f'<div class="math" id="{c.id}">{mathml(broken(f), True)}</div>' for c in CLAIMS for f in forms_of(c)
        )
        for column, width in columns.items():
            text = f"<!doctype html><meta charset=utf-8><style>{style.read_text(encoding='utf-8')}</style>"
            path = tmp_path / f"{name}-{width}.html"
            path.write_text(f'{text}<main><div style="width:{column}">{shown}</div></main>', encoding="utf-8")
            opened = page(path, viewport={"width": width, "height": 900})
            cut = opened.eval_on_selector_all(
                "div.math",
                "all => all.filter(e => Math.max(e.scrollWidth, e.firstElementChild.scrollWidth) > e.clientWidth)"
                ".map(e => e.id)",
            )
            assert opened.locator("div.math").count() > len(CLAIMS)
            assert cut == [], (name, column)


def test_no_derivation_shows_one(book: dict[str, str]) -> None:
    pages = [text for name, text in book.items() if name.startswith("docs/derivations/")]
    formulas = [found for page in pages for found in re.findall(r"^ *\$\$(.+?)\$\$$", page, flags=re.MULTILINE)]
    assert len(formulas) > 300
    assert max(one.count(r" \\ & ") for one in formulas) <= MOST_LINES  # R2 states so much
    assert all(map(RELATION.search, formulas))


@pytest.mark.parametrize(
    ("expression", "decision", "words"),
    [
        (Symbol("x"), Decision(True), "exactly zero (SymPy): $x = 0$"),
        (Integer(0), Decision(True), "exactly zero, it cancels as it stands (SymPy)"),
        (Symbol("x") > 0, Decision(True, by="z3"), "holds (z3)"),
        (Symbol("x") > 0, Decision(True, by=""), "holds by construction"),
        (Symbol("x"), Decision(False, "residual 1 at x = 2"), "refuted residual 1 at x = 2"),
        (Symbol("x"), Decision(None), "undecided"),
    ],
)
def test_what_became_of_an_obligation(expression: object, decision: Decision, words: str) -> None:
    assert settled(Obligation("something", expression, decision)) == words

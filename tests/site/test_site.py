"""The site is built once, as a reader would build it; every link of it is followed, and a browser opens its pages."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import processes
import pytest

import numerics

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BOOK = json.loads((DOCS / "formulas.json").read_text(encoding="utf-8"))["claims"]
PARTS = (
    "index",
    "theory",
    "tutorial",
    "formulas",
    "errata",
    "interactive",
    "notebooks/index",
    "howto/index",
    "api/index",
)


class Page(HTMLParser):
    """Anchors of a page, what it links to, and what it loads."""

    LOADS = frozenset({"script", "img", "link", "iframe", "source", "video", "audio", "embed", "object", "use"})

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.repeated: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.code_links: set[str] = set()
        self.unresolved: list[str] = []
        self.words = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if anchor := given.get("id"):
            (self.repeated if anchor in self.anchors else self.anchors).add(anchor)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in self.LOADS and not (
            tag == "link" and given.get("rel") in ("canonical", "search", "index", "next", "prev")
        ):
            self.loads += [given[name] for name in ("src", "href", "data", "xlink:href") if name in given]
        if tag == "math":
            self.words += 1


def build(target: Path, *options: str) -> processes.Done:
    return processes.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-b", "html", *options, str(DOCS), str(target)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COARSEPROOF_EXTENSIONS": ""},
        timeout=500,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    done = build(target)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return target


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def broken(path: Path, link: str, pages: dict[Path, Page]) -> str:
    """What is wrong with a link of a page, "" if nothing."""
    parts = urlsplit(link)
    if parts.scheme in ("http", "https", "mailto"):
        return ""
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return f"{link} leads out of the site"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file():
        return f"{link}: no such file"
    anchor = unquote(parts.fragment)
    if anchor and (target not in pages or anchor not in pages[target].anchors):
        return f"{link}: no such anchor"
    return ""


def test_every_part_is_there(site: Path) -> None:
    assert [name for name in PARTS if not (site / f"{name}.html").is_file()] == []
    notebooks = {path.stem for path in (DOCS / "notebooks").glob("*.ipynb")}
    assert len(notebooks) == 7
    assert notebooks <= {path.stem for path in (site / "notebooks").glob("*.html")}


def test_every_link_leads_somewhere(site: Path, pages: dict[Path, Page]) -> None:
    wrong = [
        f"{path.relative_to(site)}: {complaint}"
        for path, page in pages.items()
        for link in page.links
        if (complaint := broken(path, link, pages))
    ]
    assert wrong == []
    assert sum(len(page.links) for page in pages.values()) > 5000


def test_a_broken_link_would_be_found(site: Path, pages: dict[Path, Page]) -> None:
    index = site / "index.html"
    for link, said in [
        ("theory.html#the-model", ""),
        ("theory.html#no-such-anchor", "no such anchor"),
        ("no-such-page.html", "no such file"),
        ("/theory.html", "leads out of the site"),
        ("file:///etc/hosts", "leads out of the site"),
    ]:
        assert broken(index, link, pages).endswith(said)
        assert bool(broken(index, link, pages)) is bool(said)


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        for source in page.loads:
            parts = urlsplit(source)
            assert parts.scheme in ("", "data"), f"{path}: {source}"
            assert not parts.netloc, f"{path}: {source}"
            if parts.path and not parts.scheme:
                assert (path.parent / unquote(parts.path)).is_file(), f"{path}: {source}"
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert not any("@import" in style or "url(http" in style or "url(//" in style for style in styles)


def test_no_machine_is_named(site: Path) -> None:
    for path in site.rglob("*.html"):
        assert str(ROOT) not in path.read_text(encoding="utf-8"), path


def test_every_claim_has_its_place(site: Path, pages: dict[Path, Page]) -> None:
    book = pages[site / "formulas.html"]
    theory = pages[site / "theory.html"]
    for claim in BOOK:
        assert claim["anchor"] in book.anchors
        derivation = site / claim["derivation_page"].removeprefix("docs/").replace(".md", ".html")
        assert claim["anchor"] in pages[derivation].anchors
        assert any(link.startswith("formulas.html#") for link in theory.links)
    assert book.words > 2 * len(BOOK)


def test_every_claim_leads_to_its_source(site: Path, pages: dict[Path, Page]) -> None:
    links = pages[site / "formulas.html"].links
    for claim in BOOK:
        for place in (f"{claim['derivation']}#L{claim['derivation_line']}", *claim["code_links"]):
            path, line = place.split("#L")
            assert f"source/{path.removesuffix('.py')}.html#L-{line}" in links


def test_every_page_leads_to_the_notation_and_sources_to_the_bibliography(site: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        ours = "_static" not in path.parts and path.name != "notation.html"
        assert not ours or any(link.endswith("notation.html") for link in page.links), path
    for name in ("theory.html", "formulas.html"):
        keys = {link.removeprefix("references.html#") for link in pages[site / name].links}
        assert {"y", "dx", "bg", "j", "here"} <= keys


def test_the_reference_is_complete(site: Path, pages: dict[Path, Page]) -> None:
    anchors = pages[site / "api" / "numerics.html"].anchors
    assert {f"numerics.{name}" for name in numerics.__all__} <= anchors
    links = pages[site / "formulas.html"].links
    for claim in BOOK:
        for name in claim["code"]:
            assert f"api/numerics.html#{name}" in links


def test_docstrings_are_plain_text_and_signatures_short(site: Path) -> None:
    text = (site / "api" / "numerics.html").read_text(encoding="utf-8")
    assert "A**2/N**2 + B**2/(beta - N)**2" in text
    assert "<strong>Raises</strong> ValueError" in text
    assert "numpy._typing" not in text


def test_it_is_built_again(site: Path) -> None:
    """Over what is there, from what the first build remembers."""
    done = build(site)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr


# In a browser.

OPENED = (
    *("index", "theory", "formulas", "derivations/splitting", "api/numerics", "tutorial", "notebooks/01"),
    *("interactive", "howto/limit", "errata"),
)


def opened(site: Path, name: str) -> Path:
    (path,) = [site / f"{name}.html"] if "/0" not in name else site.glob(f"{name}*.html")
    return path


def brightness(shown: Any) -> int:
    ground = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(","))


@pytest.mark.parametrize("name", OPENED)
def test_a_page_opens(site: Path, page: Callable[..., Any], screenshot: Callable[..., None], name: str) -> None:
    """`page` fails the test for an error on the console, and for anything asked of a network. Light and dark follow the
    reader's choice, and on a narrow screen wide formulas and code scroll in boxes of their own.
    """
    shown, file = page(opened(site, name), color_scheme="light"), f"site-{name.replace('/', '-')}"
    assert shown.title()
    assert brightness(shown) > 600
    screenshot(shown, f"{file}-light")
    shown.emulate_media(color_scheme="dark")
    assert brightness(shown) < 600
    screenshot(shown, f"{file}-dark")
    shown.set_viewport_size({"width": 400, "height": 850})
    assert shown.evaluate("document.documentElement.scrollWidth") <= 400
    screenshot(shown, f"{file}-narrow")


def test_a_page_opens_dark_and_narrow(site: Path, page: Callable[..., Any]) -> None:
    shown = page(opened(site, "interactive"), color_scheme="dark", viewport={"width": 400, "height": 850})
    assert brightness(shown) < 600
    assert shown.evaluate("document.documentElement.scrollWidth") <= 400


STATE = "penalty=l0&beta=3&lam=0.05&w=1,0.5"


def shown_state(shown: Any) -> list[str]:
    """Penalty, β, λ, the number of entries, and the figures."""
    fields = shown.locator("#sm-penalty, .sm-control input[type=number]").evaluate_all("all => all.map(f => f.value)")
    return [*fields, str(shown.locator(".sm-entry").count()), *shown.locator(".sm-figures dd").all_inner_texts()]


def test_the_contents_of_the_interactive_page_keep_its_state(site: Path, page: Callable[..., Any]) -> None:
    wide = {"width": 1500, "height": 900}  # the contents are in a drawer otherwise
    shown = page(f"{(site / 'interactive.html').as_uri()}#{STATE}", viewport=wide)
    before = shown_state(shown)
    assert before[:4] == ["l0", "3", "0.05", "2"]
    shown.locator(".toc-tree a", has_text="How to read it").click()
    shown.wait_for_function("document.querySelector('#how-to-read-it').getBoundingClientRect().top < innerHeight / 2")
    assert shown.url.endswith("#how-to-read-it")
    assert shown_state(shown) == before
    shown.locator("#sm-penalty").select_option("l1")
    assert shown.url.endswith(f"#{STATE.replace('l0', 'l1')}")


def test_a_link_to_a_heading_of_the_interactive_page_arrives(site: Path, page: Callable[..., Any]) -> None:
    shown = page(f"{(site / 'interactive.html').as_uri()}#what-computes-here")
    shown.wait_for_function(
        "(at => at >= 0 && at < innerHeight)(document.querySelector('#what-computes-here').getBoundingClientRect().top)"
    )
    assert shown.evaluate("scrollY") > 300
    assert shown.url.endswith("#what-computes-here")
    assert shown_state(shown)[0] == "l1"


def test_every_derivation_has_its_picture(
    site: Path, page: Callable[..., Any], screenshot: Callable[..., None]
) -> None:
    """One box a step, and in each its words, none of them too small to read."""
    for name in ("splitting", "background"):
        shown = page(site / "derivations" / f"{name}.html")
        shown.evaluate("document.querySelectorAll('details.derivation').forEach(one => { one.open = true })")
        graphs = {claim["id"]: claim["graph"] for claim in BOOK if f"/{name}.md" in claim["derivation_page"]}
        drawn = shown.locator("[role=group][aria-label]").evaluate_all(
            "all => all.map(one => [one.ariaLabel, one.querySelectorAll('svg rect').length])"
        )
        assert dict(drawn) == {f"Picture of {claim_id}": len(nodes) for claim_id, nodes in graphs.items()}
        beyond = shown.locator("details.derivation svg g").evaluate_all(
            """boxes => boxes.flatMap(box => {
                 const edge = box.querySelector("rect").getBoundingClientRect();
                 return [...box.querySelectorAll("text")].filter(text => {
                   const at = text.getBoundingClientRect();
                   return at.left < edge.left || at.right > edge.right || at.top < edge.top || at.bottom > edge.bottom
                     || parseFloat(getComputedStyle(text).fontSize) < 11;
                 }).map(text => text.textContent);
               })"""
        )
        assert beyond == []
        screenshot(shown, f"site-derivations-{name}")


def test_mathematics_is_laid_out(site: Path, page: Callable[..., Any]) -> None:
    shown = page(site / "formulas.html")
    boxes = shown.evaluate("[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().height)")
    assert len(boxes) > 2 * len(BOOK)
    assert min(boxes) > 5
    fractions = shown.evaluate(
        """[...document.querySelectorAll('mfrac')].map(f =>
           f.children[0].getBoundingClientRect().bottom <= f.children[1].getBoundingClientRect().top + 2)"""
    )
    assert len(fractions) > 100
    assert all(fractions)


def test_the_search_finds_a_claim(site: Path, page: Callable[..., Any]) -> None:
    """Without a server: the index is a script."""
    shown = page(f"{(site / 'search.html').as_uri()}?q=Lyapunov")
    shown.wait_for_selector("#search-results li a", timeout=20000)
    found = shown.eval_on_selector_all("#search-results li a", "links => links.map(link => link.getAttribute('href'))")
    assert any("formulas.html" in link or "theory.html" in link for link in found)

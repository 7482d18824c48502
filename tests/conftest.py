"""One thread a process, as in the suite; the longest files first, those that derive much in one process; a real
Chromium that tells what went wrong.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

LONGEST = (
    *("test_stored", "test_claims", "test_injection", "test_contributing", "test_pages", "test_extensions"),
    *("test_cluster", "test_site", "test_iteration", "test_brought_penalties", "test_interactive_page", "test_cli"),
    *("test_report_page", "test_suite", "test_independence", "test_convergence", "test_names", "test_notebooks"),
    *("test_balls", "test_balls_defined", "test_balls_built", "test_moved_runs", "test_penalties_route"),
    *("test_javascript", "test_learning", "test_interactive_pictures", "test_declarations", "test_quadrature"),
)
"""Files handed out first, so that no process is left with one of them at the end."""

DERIVING = {
    *("test_claims", "test_build", "test_book", "test_scripts", "test_splitting", "test_limits", "test_penalties"),
    *("test_graph", "test_hypotheses", "test_lipschitz"),
}
"""Files that share what a process derives, which takes a minute."""

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL = ("file:", "data:", "about:", "blob:")


def pytest_configure(config: pytest.Config) -> None:
    """Files are handed out in the order of their tests, not of how many these are; each worker has a CPU of its own,
    so that a command that a test carries out starts no process for each of them.
    """
    config.option.loadscopereorder = False
    gc.set_threshold(100_000)  # next to nothing of what is derived and kept is garbage: looking took a twentieth
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if worker and hasattr(os, "sched_setaffinity"):
        cpus = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cpus[int(worker) % len(cpus)]})


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """What is left has been looked through for exceptions that nobody saw; not twice more before the process ends."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """By file, but those that derive much are handed out together."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return "derivations" if Path(file).stem in DERIVING else file

    return Scheduling(config, log)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where the slow tests alone are asked for, files without any are not imported: four in five."""
    plain = config.option.markexpr == "slow" and collection_path.suffix == ".py"
    return True if plain and "mark.slow" not in collection_path.read_text(encoding="utf-8") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's browser. One for a file: while it is open its event loop runs, and no other can in that process."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        pytest.skip("chromium is missing; install it: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is missing: pip install -e '.[test]'")
    with sync_api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`page(url, **options)` opens a page, with `color_scheme`, `viewport` … as of `Browser.new_context`.

    At the end of the test it fails if any page had an error on its console, a script that raised, or asked for
    anything that is not in a local file.
    """
    contexts: list[Any] = []
    complaints: list[str] = []

    def watch(opened: Page) -> None:
        opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("requestfailed", lambda request: complaints.append(f"not loaded: {request.url}"))
        opened.on(
            "request",
            lambda request: None if request.url.startswith(LOCAL) else complaints.append(f"network: {request.url}"),
        )

    def open_page(url: str | Path, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}} | options)
        contexts.append(context)
        opened = context.new_page()
        watch(opened)
        opened.goto(url.absolute().as_uri() if isinstance(url, Path) else url, wait_until="load")
        return opened

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def screenshot() -> Callable[..., None]:
    """`screenshot(page, "name", **options)` writes name.png into the folder that COARSEPROOF_SCREENSHOTS may name."""

    def take(shown: Page, name: str, **options: Any) -> None:
        if folder := os.environ.get("COARSEPROOF_SCREENSHOTS"):
            shown.screenshot(path=Path(folder, f"{name}.png"), **options)

    return take

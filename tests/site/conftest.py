"""The real browser of tests/browser, for the tests of the site."""

from importlib import util
from pathlib import Path

_FILE = Path(__file__).resolve().parents[1] / "browser" / "conftest.py"
_spec = util.spec_from_file_location("browser_fixtures", _FILE)
assert _spec is not None
assert _spec.loader is not None
_fixtures = util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)

browser, page, screenshot = _fixtures.browser, _fixtures.page, _fixtures.screenshot

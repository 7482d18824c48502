"""The notebooks of this project are what their scripts give today."""

from __future__ import annotations

import re

import pytest
from processes import coarseproof
from trial import ROOT


@pytest.mark.slow
def test_the_stored_notebooks_are_current() -> None:
    done = coarseproof("notebooks", "--check")  # two minutes where nothing else runs
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-2000:]}"
    for path in sorted((ROOT / "docs/notebooks").glob("*.ipynb")):
        text = path.read_text(encoding="utf-8")
        assert str(ROOT) not in text
        assert "/tmp/" not in text
        assert not re.search(r"20\d\d-\d\d-\d\dT\d\d:", text)

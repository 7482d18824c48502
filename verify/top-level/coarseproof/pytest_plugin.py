"""`pytest --coarseproof my_claims.py`: each claim of an extension is a test, which every method has to pass."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import coarseproof

_OPTION = "--coarseproof"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("coarseproof").addoption(
        _OPTION,
        metavar="FILE",
        action="append",
        default=[],
        help="Verify the claims that this module brings, each as a test.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the file an extension, before anything else can import it."""
    given, *others = config.getoption(_OPTION) or [None]
    if given is None:
        return
    if others:
        raise pytest.UsageError(f"{_OPTION} {given} {_OPTION} {others[0]}: name one file, or run pytest for each")
    path = config.invocation_params.dir / given
    if path.suffix != ".py" or not path.is_file():
        raise pytest.UsageError(f"{_OPTION} {given}: a Python file that declares claims is needed")
    os.environ["COARSEPROOF_EXTENSIONS"] = path.stem
    sys.path.insert(0, str(path.parent))
    try:
        extensions = coarseproof._imported("proofs.extensions")
    except (ImportError, ValueError) as error:
        raise pytest.UsageError(str(error)) from None
    if path.stem not in extensions.LOADED:
        raise pytest.UsageError(f"{_OPTION} {given}: `proofs` was imported before, by a conftest.py or another plugin")
    if config.args_source is not config.ArgsSource.ARGS:
        config.args = []
    config.args.append(str(path))


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Claims | None:
    """The file's claims in the place of its test functions."""
    given = parent.config.getoption(_OPTION)
    if not given or not module_path.samefile(parent.config.invocation_params.dir / given[0]):
        return None
    return Claims.from_parent(parent, path=module_path)


class Claims(pytest.File):
    """The claims that an extension brings."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each, in the theory's order."""
        extensions = coarseproof._imported("proofs.extensions")
        for claim in coarseproof.all_claims():
            if not extensions.is_own(claim):
                yield Claimed.from_parent(self, name=claim.id)


class Claimed(pytest.Item):
    """A claim, held by every method of the suite."""

    def runtest(self) -> None:
        """Fail with what is left to complain about."""
        complaints = coarseproof._imported("verify.reading.summary").complaints
        report = next(one for one in coarseproof.verify(self.name).claims if one.id == self.name)
        if said := complaints(report):
            pytest.fail("\n".join(said), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"claim {self.name}"

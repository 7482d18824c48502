"""The generated code of extensions, in memory.

What `coarseproof derive` writes into `numerics/generated` is this project's own. Where an extension is named,
`serve` lets the modules that hold estimators and penalties be imported from the text that the claims derive *with* the
extensions: so that every method, and whoever imports `verify` before `numerics`, finds their functions under their
names.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import entry_points
from types import ModuleType
from typing import Final

__all__ = ["serve"]

_PACKAGE: Final = "numerics.generated."
_EXTENSIBLE: Final = ("estimators", "penalties", "proxies")


def _named() -> bool:
    """Whether there are extensions; that is known without importing SymPy."""
    return bool(os.environ.get("COARSEPROOF_EXTENSIONS", "").strip() or entry_points(group="coarseproof.extensions"))


class _Loader(InspectLoader):
    """Loads a generated module from the text that the claims derive."""

    def get_source(self, fullname: str) -> str:
        from proofs.generate import text_of

        return text_of(f"{fullname.removeprefix(_PACKAGE)}.py", own=False)


class _Finder(MetaPathFinder):
    """Finds the modules that extensions have functions in."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        if f"{package}." != _PACKAGE or name not in _EXTENSIBLE or not _named():
            return None
        spec = ModuleSpec(fullname, _Loader(), origin=f"<derived>/{name}.py")
        spec.has_location = True
        return spec


def serve() -> None:
    """From now on import these modules with the functions of extensions, if there are any."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())

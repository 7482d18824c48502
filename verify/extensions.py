"""Generated modules in memory: with the functions of extensions, or with one function exchanged for another.

What `coarseproof derive` writes into `numerics/generated` is this project's own. Where an extension is named,
`serve` lets the modules that hold estimators and penalties be imported from the text that the claims derive *with* the
extensions: so that every method, and whoever imports `verify` before `numerics`, finds their functions under their
names.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import entry_points
from importlib.resources import files
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from verify.mutants.text import TextMutant

_PACKAGE: Final = "numerics.generated."
_EXTENSIBLE: Final = ("estimators", "penalties", "proxies")


def named() -> bool:
    """Whether there are extensions; that is known without importing SymPy."""
    return bool(os.environ.get("COARSEPROOF_EXTENSIONS", "").strip() or entry_points(group="coarseproof.extensions"))


class Loader(InspectLoader):
    """Loads a module from its text; without one, a generated one from that which the claims derive with the extensions,
    or from what is written, where they have no function in it.
    """

    def __init__(self, text: str | None) -> None:
        self.text = text

    def get_source(self, fullname: str) -> str:
        if self.text is not None:
            return self.text
        from proofs.code.generate import text_of
        from proofs.extensions import estimators, penalties

        name = fullname.removeprefix(_PACKAGE)
        known = penalties if name == "penalties" else estimators
        if known(own=True) == known(own=False):
            return (files("numerics") / "generated" / f"{name}.py").read_text("utf-8")
        return text_of(f"{name}.py", own=False)


class _Finder(MetaPathFinder):
    """Finds the modules of `texts`, by file name, and those that extensions have functions in."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if f"{fullname}." == _PACKAGE and "__init__.py" in self.texts:
            return ModuleSpec(fullname, Loader(self.texts["__init__.py"]), is_package=True)
        package, _, name = fullname.rpartition(".")
        text = self.texts.get(f"{name}.py")
        if f"{package}." != _PACKAGE or (text is None and not (name in _EXTENSIBLE and named())):
            return None
        spec = ModuleSpec(fullname, Loader(text), origin=f"<derived>/{name}.py")
        spec.has_location = True
        return spec


def serve() -> None:
    """From now on import these modules with the functions of extensions, if there are any."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder({}))


@contextmanager
def derived(texts: Mapping[str, str]) -> Iterator[None]:
    """Meanwhile generated modules that are not imported yet are those of `texts`, by file name, whatever is written."""
    finder = _Finder(texts)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def carry_out(tree: ast.Module, module: ModuleType) -> None:
    """Carry out a syntax tree in a module."""
    Loader(ast.unparse(tree)).exec_module(module)


class Text:
    """A generated module made anew from its text, in which one function at a time can be exchanged."""

    def __init__(self, name: str, source: str) -> None:
        self.source = source
        tree = ast.parse(source)
        self._future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
        self.module = ModuleType(name)
        carry_out(tree, self.module)

    @property
    def names(self) -> dict[str, Any]:
        return vars(self.module)

    @contextmanager
    def with_mistake(self, mutant: TextMutant) -> Iterator[Mapping[str, Any]]:
        """The module's names with the mutant in the place of its function, in tables of functions as well."""
        right = self.names[mutant.function]
        carry_out(ast.Module([*self._future, mutant.tree], []), self.module)
        wrong = self.names[mutant.function]
        self._exchange(right, wrong)
        try:
            yield self.names
        finally:
            self._exchange(wrong, right)
            self.names[mutant.function] = right

    def _exchange(self, old: Any, new: Any) -> None:
        for table in self.names.values():
            if isinstance(table, dict) and table is not self.names.get("__builtins__"):
                table.update({key: new for key, value in table.items() if value is old})

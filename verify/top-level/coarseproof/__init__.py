"""Training of binarized-activation networks with coarse gradients, from Python.

The public functions of `numerics` and `proofs` stand here under their own names, beside `verify` and `torch`. Each is
loaded when it is asked for: what an installation without the extra `verify` lacks is missed there, and not before.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numerics import *  # noqa: F403
    from proofs import *  # noqa: F403
    from verify.evidence import Level, Report

_ONLY_OURS: Final = {"verify": "suite.py", "numerics": "geometry.py", "proofs": "errata.py"}
"""The packages, each with a file by which it is known from another of its name."""


def verify(*ids: str, level: Level = "quick", seed: int = 0, jobs: int = 1, scheduler: str | None = None) -> Report:
    """Check claims by every method, as `coarseproof verify --only` does; all claims if no id is given.

    The report has a verdict, a grade and the evidence for each claim. ValueError for an id that is unknown, and for
    the address of a `scheduler` of Dask's that does not answer or has workers of another version.
    """
    _imported("proofs")
    run_suite = _imported("verify.suite").run_suite
    return run_suite(level=level, only=ids, seed=seed, jobs=jobs, scheduler=scheduler)


def __getattr__(name: str) -> Any:
    if name == "torch":
        return _imported("coarseproof.torch")
    if name == "__all__":  # without SymPy a star gives what is left
        left = {"numerics", "proofs"} if find_spec("sympy") else {"numerics"}
        return [*(known for known, package in _public().items() if package in left), "verify"]
    if name.startswith("_") or name not in _public():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _imported("verify")  # estimators and penalties of extensions are served from here on
    return getattr(_imported(_public()[name]), name)


def __dir__() -> list[str]:
    return sorted({*_public(), "torch", "verify"})


@cache
def _public() -> dict[str, str]:
    """Public name -> its package; read off the text, since neither NumPy nor SymPy is needed to know it."""
    found: dict[str, str] = {}
    for package in ("proofs", "numerics"):
        body = ast.parse(_file_of(package).read_text(encoding="utf-8")).body
        names = (node for node in body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
        found |= dict.fromkeys(ast.literal_eval(next(names).value), package)
    return found


def _file_of(package: str) -> Path:
    """The package's file; ImportError, which names the other one, if another of the name comes first."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"coarseproof is not whole: its package {package!r} is missing; install it again")
    path = Path(spec.origin)
    if not path.with_name(_ONLY_OURS[package]).exists():
        raise ImportError(f"{path} hides coarseproof's package {package!r}; rename it, or start Python elsewhere")
    return path


def _imported(module: str) -> Any:
    """A module; ImportError in one line if another of a package's name hides it, or if an extra is missing."""
    for package in _ONLY_OURS:
        _file_of(package)
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(import_module("verify.extras").remedy(error), name=error.name) from None

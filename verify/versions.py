"""What the numbers of a run may depend on: versions, the kind of machine, and the sources themselves."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_PACKAGES: Final = ("numpy", "scipy", "sympy", "mpmath", "gmpy2", "python-flint", "z3-solver")
_OURS: Final = ("numerics", "proofs", "verify")


def versions() -> dict[str, str]:
    """Python, the kind of machine and the packages installed; nothing that says whose machine it is."""
    found = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def identity(extensions: str) -> dict[str, str]:
    """`versions`, and the sources of coarseproof and of extensions: those named, separated by commas, and installed."""
    brought = {word.strip() for word in extensions.split(",")} - {""}
    brought |= {entry.module for entry in metadata.entry_points(group="coarseproof.extensions")}
    own = sha256("".join(map(_digest, _OURS)).encode()).hexdigest()
    return versions() | {"coarseproof": f"of sources {own[:12]}"} | {name: _digest(name) for name in sorted(brought)}


def _digest(module: str) -> str:
    """The text of a module, or of a package and all modules below it, in twelve digits; "missing" if there is none."""
    try:
        spec = find_spec(module)
    except ImportError:
        spec = None
    if spec is None or spec.origin is None:
        return "missing"
    found = sha256()
    for name, path in _files(Path(spec.origin)):
        found.update(name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return found.hexdigest()[:12]


def _files(origin: Path) -> Iterator[tuple[str, Path]]:
    if origin.name != "__init__.py":
        yield origin.name, origin
        return
    for path in sorted(origin.parent.rglob("*.py")):
        name = path.relative_to(origin.parent).as_posix()
        if not name.startswith("top-level/"):  # installed, it lies elsewhere
            yield name, path

"""What an installation lacks without its extras, told in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

EXTRAS: Final[Mapping[str, Sequence[str]]] = {
    "verify": ("flint", "gmpy2", "jinja2", "latex2mathml", "markupsafe", "sympy", "threadpoolctl", "z3"),
    "docs": ("ipykernel", "matplotlib", "nbclient", "nbformat"),
    "site": ("furo", "myst_nb", "sphinx"),
    "bench": ("jax",),
    "cluster": ("distributed",),
    "torch": ("sklearn", "torch"),
}
"""Extra -> the modules it brings, by the names they are imported under."""


def remedy(error: ImportError) -> str:
    """How to install what is missing; an error that no extra mends is raised again."""
    extra = next((extra for extra, modules in EXTRAS.items() if error.name in modules), None)
    if extra is None:
        raise error
    return f"this needs {error.name}, which is not installed: pip install 'coarseproof[{extra}]'"

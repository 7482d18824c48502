"""docs/notebooks/index.md: the notebooks, with the question that each answers."""

from __future__ import annotations

from collections.abc import Sequence

from verify.notebooks.script import Script

__all__ = ["INDEX", "index_page"]

INDEX = "index.md"


def index_page(scripts: Sequence[Script]) -> str:
    """Text of the page; it holds the table of contents of the site's notebooks, too."""
    lines = [
        "# Notebooks",
        "",
        "Written by `coarseproof notebooks`; do not edit. Formulas, derivations, generated code and verdicts in them",
        "come from the claims in `proofs/`; every figure is drawn from the library as it is.",
        "",
    ]
    for script in scripts:
        lines += [f"- [{script.number} · {script.title}]({script.notebook})", "", f"  {script.question}", ""]
    names = [script.notebook.removesuffix(".ipynb") for script in scripts]
    return "\n".join([*lines, "```{toctree}", ":hidden:", "", *names, "```"]) + "\n"

"""Which modules are generated, and their text."""

from __future__ import annotations

import re
from textwrap import fill

from proofs import extensions
from proofs.code import laws, penalties, splitting
from proofs.code.estimators import estimator_sources, proxy_sources
from proofs.code.functions import FUNCTIONS, emit_function
from proofs.engine.claim import all_claims


def modules() -> dict[str, str]:
    """Text of every generated module of this package by file name."""
    result = {"__init__.py": _PACKAGE}
    for chapter in ("gaussian", "network", "background"):
        chosen = [function for function in FUNCTIONS if function.chapter == chapter]
        sources = [emit_function(function) for function in chosen]
        result[f"{chapter}.py"] = assemble(chapter, [f.claim_id for f in chosen], [f.name for f in chosen], sources)
    result |= {name: text_of(name) for name in EXTENSIBLE}
    for chapter, module in (("splitting", splitting), ("limits", laws)):
        result[f"{chapter}.py"] = assemble(chapter, module.CLAIMS, module.NAMES, module.sources())
    return result


EXTENSIBLE = ("estimators.py", "proxies.py", "penalties.py")
"""The generated modules in which each estimator, or each penalty, has a function."""


def text_of(name: str, *, own: bool = True) -> str:
    """Text of an extensible module: of this package's estimators and penalties, or with those of extensions."""
    if name == "penalties.py":
        known = extensions.penalties(own)
        return assemble("penalties", penalties.claim_ids(known), penalties.NAMES, penalties.sources(known))
    proxies = extensions.estimators(own)
    claims = [claim for claim in all_claims() if "coarse_gradient" in claim.code]
    ids = [claim.id for claim in claims if not own or extensions.is_own(claim)]
    if name == "proxies.py":
        return assemble("proxies", ids, ["PROXIES"], proxy_sources(proxies))
    return assemble("estimators", ids, ["KERNELS", "PARAMETERS", "coarse_gradient"], estimator_sources(proxies))


def header(chapter: str, claim_ids: list[str]) -> str:
    """The do-not-edit header of a generated module."""
    listed = fill(", ".join(claim_ids), 96)
    return (
        f'"""Chapter `{chapter}`, as NumPy.\n\nWritten by `coarseproof derive` from proofs/ and the claims\n{listed}.\n'
        "Do not edit: change the claim and derive again. To copy this module out of the project, take\n"
        "numerics/arguments.py, elementwise.py, geometry.py, quadrature.py and wide.py along; "
        'it needs nothing else but NumPy and SciPy.\n"""\n'
    )


def assemble(chapter: str, claim_ids: list[str], public: list[str], sources: list[str]) -> str:
    """A module: header, the imports its code uses, `__all__`, and the sources."""
    code = "\n\n".join(sources)
    imports = ["from __future__ import annotations\n"]
    typing = [name for name, used in (("Callable", "Callable["), ("Final", "Final[")) if used in code]
    if "Callable" in typing:
        imports.append("from collections.abc import Callable")
    if "Final" in typing:
        imports.append(f"from typing import {'Any, ' if ': Any' in code else ''}Final\n")
    imports += ["import numpy as np", *(["import numpy.typing as npt"] if "npt." in code else [])]
    if "special." in code:
        imports.append("from scipy import special")
    imports.append("")
    for module, names in _PRIMITIVES.items():
        used = [name for name in names if re.search(rf"(?<!\.)\b{name}\b", code)]
        if used:
            imports.append(f"from numerics.{module} import {', '.join(used)}")
    listed = "".join(f'    "{name}",\n' for name in sorted(public))
    kernels = (
        "\nKernels = tuple[Array | float, Array | float, Array | float, Array | float]\n" if "Kernels" in code else ""
    )
    return f"{header(chapter, claim_ids)}\n" + "\n".join(imports) + f"\n\n__all__ = [\n{listed}]\n{kernels}\n\n{code}"


_PRIMITIVES = {
    "arguments": ("Limit", "check_parameters", "evaluate", "renamed", "require"),
    "elementwise": ("check_domain", "entrywise", "quotient", "root", "row_sums", "scalars"),
    "geometry": ("Array", "across", "along", "combine", "dot", "pair", "plain", "rounding", "total", "unit"),
    "quadrature": ("decay_length", "half_line"),
}
_PACKAGE = '"""Code written by `coarseproof derive` from the claims in proofs/. Do not edit."""\n'

"""Which modules are generated, and their text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import fill

from proofs import extensions
from proofs.code import laws, penalties, splitting
from proofs.code.estimators import estimator_sources, proxy_sources
from proofs.code.functions import FUNCTIONS, emit_function
from proofs.engine.claim import all_claims


@dataclass(frozen=True)
class Module:
    """What a generated module is made of: its chapter, the claims, the names that it gives, the sources."""

    chapter: str
    claim_ids: Sequence[str]
    public: Sequence[str]
    sources: Sequence[str]

    @property
    def exported(self) -> str:
        """Its `__all__`."""
        return "__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(self.public)) + "]\n"


def modules() -> dict[str, str]:
    """Text of every generated module of this package by file name."""
    return {"__init__.py": _PACKAGE} | {f"{module.chapter}.py": assemble(module) for module in own_modules()}


def own_modules() -> Iterator[Module]:
    """What the modules of this package are made of."""
    for chapter in ("gaussian", "network", "background"):
        chosen = [function for function in FUNCTIONS if function.chapter == chapter]
        sources = [emit_function(function) for function in chosen]
        yield Module(chapter, [f.claim_id for f in chosen], [f.name for f in chosen], sources)
    for name in EXTENSIBLE:
        yield _extensible(name, own=True)
    for chapter, module in (("splitting", splitting), ("limits", laws)):
        yield Module(chapter, module.CLAIMS, module.NAMES, module.sources())


EXTENSIBLE = ("estimators.py", "proxies.py", "penalties.py")
"""The generated modules in which each estimator, or each penalty, has a function."""


def text_of(name: str, *, own: bool = True) -> str:
    """Text of an extensible module: of this package's estimators and penalties, or with those of extensions."""
    return assemble(_extensible(name, own=own))


def _extensible(name: str, *, own: bool) -> Module:
    if name == "penalties.py":
        known = extensions.penalties(own)
        return Module("penalties", penalties.claim_ids(known), penalties.NAMES, penalties.sources(known))
    proxies = extensions.estimators(own)
    claims = [claim for claim in all_claims() if "coarse_gradient" in claim.code]
    ids = [claim.id for claim in claims if not own or extensions.is_own(claim)]
    if name == "proxies.py":
        return Module("proxies", ids, ["PROXIES"], proxy_sources(proxies))
    return Module("estimators", ids, ["KERNELS", "PARAMETERS", "coarse_gradient"], estimator_sources(proxies))


def _header(chapter: str, claim_ids: Sequence[str]) -> str:
    """The do-not-edit header of a generated module."""
    listed = fill(", ".join(claim_ids), 96)
    return (
        f'"""Chapter `{chapter}`, as NumPy.\n\nWritten by `coarseproof derive` from proofs/ and the claims\n{listed}.\n'
        "Do not edit: change the claim and derive again. To copy this module out of the project, take\n"
        "numerics/arguments.py, elementwise.py, geometry.py, quadrature.py and wide.py along; "
        'it needs nothing else but NumPy and SciPy.\n"""\n'
    )


def assemble(module: Module) -> str:
    """A module: header, the imports its code uses, `__all__`, and the sources."""
    code = "\n\n".join(module.sources)
    imports = ["from __future__ import annotations\n"]
    if "Callable[" in code:
        imports.append("from collections.abc import Callable")
    if "Final[" in code:
        imports.append(f"from typing import {'Any, ' if ': Any' in code else ''}Final\n")
    imports += ["import numpy as np", *(["import numpy.typing as npt"] if "npt." in code else [])]
    if "special." in code:
        imports.append("from scipy import special")
    imports.append("")
    for place, names in PRIMITIVES.items():
        used = [name for name in names if re.search(rf"(?<!\.)\b{name}\b", code)]
        if used:
            imports.append(f"from numerics.{place} import {', '.join(used)}")
    kernels = (
        "\nKernels = tuple[Array | float, Array | float, Array | float, Array | float]\n" if "Kernels" in code else ""
    )
    head = "\n".join(imports)
    return f"{_header(module.chapter, module.claim_ids)}\n{head}\n\n{module.exported}{kernels}\n\n{code}"


PRIMITIVES = {
    "arguments": ("Limit", "check_parameters", "evaluate", "renamed", "require"),
    "elementwise": ("acute_sine", "check_domain", "entrywise", "quotient", "root", "row_sums", "scalars"),
    "geometry": ("Array", "across", "along", "combine", "dot", "pair", "plain", "rounding", "total", "unit"),
    "quadrature": ("decay_length", "half_line"),
}
"""By module of `numerics`, what generated code takes from it."""

_PACKAGE = '"""Code written by `coarseproof derive` from the claims in proofs/. Do not edit."""\n'

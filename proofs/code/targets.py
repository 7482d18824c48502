"""The generated modules for JAX and PyTorch: the text for NumPy, over the operations and primitives of the library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from proofs.code.functions import ERRORS
from proofs.code.generate import PRIMITIVES, Module, own_modules

TARGETS: Final = {"jax": "JAX", "torch": "PyTorch"}
"""By module of `numerics` that holds its operations, the library."""

_LEFT_OUT: Final = ("limits", "splitting")
"""Made for mpmath's numbers too, and with an incomplete beta function, which PyTorch has not."""

_REPLACED: Final = (
    (r"\b(np|special)\.", "xp."),
    (r"\bnpt\.(ArrayLike|NDArray\[xp\.floating\])", "Array"),
    (rf"(?<![.\w])({'|'.join(name for names in PRIMITIVES.values() for name in names)})\(", r"on.\1("),
    (r"kernels\(g\.theta, ", "kernels(on.inside(g.theta), "),
    (r'at_kink: str = "raise"', 'at_kink: str = "nan"'),
    (r'"raise" \(the default: a ValueError\), "nan",', '"nan" (the default)'),
    (
        r"\s+".join(map(re.escape, ERRORS.split())),
        "NaN for values that are not finite and zero vectors; ValueError for shapes that do not fit.",
    ),
    ("; ValueError elsewhere", "; NaN elsewhere"),
)
"""Patterns, and what stands in their place: names, and what is done where values are out of their domain."""


def target_modules(target: str) -> dict[str, str]:
    """Text of every module for a target, by file name."""
    chosen = [module for module in own_modules() if module.chapter not in _LEFT_OUT]
    texts = {f"{module.chapter}.py": _text(module, target) for module in chosen}
    return {"__init__.py": _package(target, chosen), **texts}


def claims_behind() -> Iterator[str]:
    """Ids of the claims that they are written from."""
    for module in own_modules():
        if module.chapter not in _LEFT_OUT:
            yield from module.claim_ids


def _text(module: Module, target: str) -> str:
    code = "\n\n".join(module.sources)
    for pattern, replacement in _REPLACED:
        code = re.sub(pattern, replacement, code)
    imports = [
        f"from {place} import {name}"
        for place, name in (("collections.abc", "Callable"), ("typing", "Any"), ("typing", "Final"))
        if name == "Any" or f"{name}[" in code
    ]
    imports += ["", *(["from numerics.arguments import Limit"] if "Limit" in code else [])]
    imports += [f"from numerics.{target} import OPERATIONS as xp", "from numerics.traced import Primitives"]
    names = ["Array = Any", *(["Kernels = tuple[Array, Array, Array, Array]"] if "Kernels" in code else [])]
    names.append("on = Primitives(xp)")
    head = "\n".join(["from __future__ import annotations", "", *imports])
    return f"{_header(module, target)}\n{head}\n\n{module.exported}\n" + "\n".join(names) + f"\n\n\n{code}"


def _header(module: Module, target: str) -> str:
    return (
        f'"""Chapter `{module.chapter}`, as {TARGETS[target]}.\n\n'
        f"Written by `coarseproof derive --target {target}` from the claims\n{', '.join(module.claim_ids)}.\n"
        "Do not edit. It needs `numerics` of coarseproof, whose functions these are, in float64 (float32 in, float32\n"
        "out). They can be traced, compiled and differentiated: so no value raises, but gives NaN where it is said to\n"
        'raise ValueError. At a kink a derivative is that of one side, between those of both, or 0.\n"""\n'
    )


def _package(target: str, modules: list[Module]) -> str:
    public = {name: module.chapter for module in modules for name in module.public if name.islower()}
    imports = "".join(f"from .{chapter} import {name} as {name}\n" for name, chapter in sorted(public.items()))
    return f'"""Code written by `coarseproof derive --target {target}`. Do not edit."""\n\n{imports}'

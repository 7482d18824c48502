"""Which functions are generated, and the text of the modules that hold them.

A generated function is a claim's stable form: the invariants it needs, then its scalar coefficients, then their
combination with a few vectors. That is what makes it vectorized over any batch shape and independent of m and n.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill, indent

from sympy import Expr, Float, Integer, Integral, Max, Min, Pow, Rational, Symbol, default_sort_key, erfc, exp, oo, sin

from proofs import extensions, symbols
from proofs.code import penalties as generate_penalties
from proofs.code import splitting as generate_splitting
from proofs.code.emit import assignments, text
from proofs.engine.claim import all_claims, get
from proofs.engine.render import line_of
from proofs.estimators import kernels_of
from proofs.moments import KERNEL_SYMBOLS, Kernels
from proofs.naming import identifier, renaming
from proofs.oscillation import frequency, in_units, within_range
from proofs.proxies import Estimator
from proofs.symbols import QUANTITIES

__all__ = ["EXTENSIBLE", "FUNCTIONS", "Function", "modules", "text_of"]


@dataclass(frozen=True)
class Function:
    """A generated function: its claim, its arguments in order, and the last axis of its result."""

    name: str
    claim_id: str
    arguments: tuple[str, ...]
    result: str
    chapter: str


FUNCTIONS = (
    Function("halfspace_probability", "G1", ("theta",), "", "gaussian"),
    Function("halfspace_mean", "G2", ("a",), "n", "gaussian"),
    Function("wedge_mean", "G3", ("a", "b"), "n", "gaussian"),
    Function("population_loss", "N1", ("v", "w", "v_star", "w_star"), "", "network"),
    Function("population_loss_at_origin", "N1.origin", ("v_star",), "", "network"),
    Function("loss_gradient_v", "N2", ("v", "w", "v_star", "w_star"), "m", "network"),
    Function("loss_gradient_w", "N3", ("v", "w", "v_star", "w_star"), "n", "network"),
    Function("best_output_weights", "N4", ("theta", "v_star"), "m", "network"),
    Function("saddle_angle", "N5.saddle", ("v_star",), "", "network"),
    Function("relu_network_loss", "B1.loss", ("w", "w_star", "k"), "", "background"),
    Function("relu_network_gradient", "B1.gradient", ("w", "w_star", "k"), "n", "background"),
)

_INVARIANTS = {
    "m": "m = v_star.shape[-1]",
    "theta": "theta = g.theta",
    "r": "r = g.r",
    "r_star": "r_star = g.r_star",
    # Differences of norms from differences of vectors; the quotient keeps products within float64.
    "norm_gap": "norm_gap = dot(dw, (w + w_star) / (g.r + g.r_star)[:, None])",
    "dw_dw": "dw_dw = dot(dw, dw)",
    "v_v": "v_v = dot(v, v)",
    "v_vs": "v_vs = dot(v, v_star)",
    "vs_vs": "vs_vs = dot(v_star, v_star)",
    "sum_v": "sum_v = total(v)",
    "sum_vs": "sum_vs = total(v_star)",
    "diff_diff": "diff_diff = dot(dv, dv)",
    "v_diff": "v_diff = dot(v, dv)",
    "sum_diff": "sum_diff = total(dv)",
}
_NEEDS_PAIR = {"theta", "r", "r_star", "norm_gap"}
_NEEDS_DV = {"diff_diff", "v_diff", "sum_diff", "dv"}
_NEEDS_DW = {"norm_gap", "dw_dw", "dw"}
_VECTORS = {
    "e": "across(g, at_kink, eps)",
    "v": "v",
    "v_star": "v_star",
    "dv": "dv",
    "dw": "dw",
    "w_hat": "unit(w)",
    "ones": "1.0",
    "a_hat": "unit(a)",
    "b_hat": "unit(b)",
}
_SHAPES = {
    "v": "(..., m) output weights",
    "v_star": "(..., m) true output weights",
    "w": "(..., n) filter, nonzero",
    "w_star": "(..., n) true filter, nonzero; only its direction matters",
    "a": "(..., n) nonzero; only its direction matters",
    "b": "(..., n) nonzero; only its direction matters",
    "theta": "(...) angle between w and w*, radian, 0 <= theta <= pi",
    "k": "(...) number of patches, whole, k >= 1",
}
_TRUE_FILTER = {"background": "(..., n) true filter, nonzero, of any norm"}
"""What w_star is in a chapter in which its norm matters."""

_RESULTS = {"": "(...)", "m": "(..., m)", "n": "(..., n)"}


def header(chapter: str, claim_ids: list[str]) -> str:
    """The do-not-edit header of a generated module."""
    listed = fill(", ".join(claim_ids), 96)
    also = "elementwise.py, " if chapter == "penalties" else ""
    return (
        f'"""Chapter `{chapter}`, as NumPy.\n\nWritten by `coarseproof derive` from proofs/ and the claims\n{listed}.\n'
        "Do not edit: change the claim and derive again. To copy this module out of the project, take\n"
        f"numerics/arguments.py, {also}geometry.py, quadrature.py and wide.py along; "
        'it needs nothing else but NumPy and SciPy.\n"""\n'
    )


def coefficients_of(statement: Expr) -> dict[str, Expr]:
    """Coefficient by vector name; a scalar statement stands under the empty name."""
    vectors = [symbol for symbol in QUANTITIES if QUANTITIES[symbol].space != "scalar"]
    present = [symbol for symbol in vectors if statement.has(symbol)]
    if not present:
        return {"": statement}
    return {symbol.name: statement.diff(symbol) for symbol in present}


def invariant_lines(expressions: list[Expr], arguments: tuple[str, ...], vectors: list[str]) -> list[str]:
    """The lines that compute the invariants of `expressions`, in the registry's order."""
    names = {symbol.name for expression in expressions for symbol in expression.free_symbols}
    lines = []
    if (_NEEDS_PAIR - set(arguments)) & names or {"w_hat", "w_diff", "e"} & set(vectors):
        lines.append("g = pair(w, w_star)")
    if (names | set(vectors)) & _NEEDS_DV:
        lines.append("dv = v - v_star")
    if (names | set(vectors)) & _NEEDS_DW:
        lines.append("dw = w - w_star")
    for symbol in QUANTITIES:
        given = symbol.name == "theta" and "theta" in arguments
        if symbol.name in names and symbol.name in _INVARIANTS and not given:
            lines.append(_INVARIANTS[symbol.name])
    return lines


def block_body(statement: Expr, arguments: tuple[str, ...]) -> list[str]:
    """Lines of the block function of a claim's stable form."""
    parts = coefficients_of(statement)
    vectors = [name for name in parts if name]
    lines = invariant_lines(list(parts.values()), arguments, vectors)
    names = [f"on_{name}" if name else "value" for name in parts]
    lines += [f"{name} = {source}" for name, source in assignments(list(parts.values()), names)]
    if not vectors:
        return [*lines[:-1], f"return {lines[-1].removeprefix('value = ')}"]
    if set(vectors) == {"w_hat", "w_diff"}:
        return [*lines, "return along(g, on_w_hat, on_w_diff)"]
    terms = ", ".join(f"(on_{name}, {_VECTORS[name]})" for name in vectors)
    return [*lines, f"return combine({terms})"]


def emit_function(function: Function) -> str:
    """Source of one generated function with its docstring."""
    claim = get(function.claim_id)
    if claim.statement is None:
        raise ValueError(f"claim {claim.id} has no statement to generate {function.name} from")
    body = block_body(claim.statement, function.arguments)
    signature = ", ".join(f"{name}: npt.ArrayLike" for name in function.arguments)
    extra = ', *, at_kink: str = "raise"' if function.name == "loss_gradient_w" else ""
    given = ", ".join(f"{name}={name}" for name in function.arguments)
    arrays = ", ".join(f"{name}: Array" for name in function.arguments)
    guard = _GUARDS.get(function.name, "")
    lines = [
        f"def {function.name}({signature}{extra}) -> npt.NDArray[np.floating]:",
        indent(docstring(function), "    "),
        "",
    ]
    inner = ["eps = rounding(w, w_star)", ""] if extra else []
    inner += [f"def block({arrays}) -> Array:", *(f"    {line}" for line in body)]
    if guard:
        inner[-1:] = [f"    {line}" for line in guard.splitlines()] + inner[-1:]
    lines += [indent(line, "    ") for line in inner]
    lines += ["", f'    return evaluate(block, "{function.result}", {given})']
    return "\n".join(lines) + "\n"


_THETA_GUARD = 'require((theta >= 0) & (theta <= np.pi), "theta", theta, "angles lie in [0, pi]")'
_PATCH_GUARD = 'require((k >= 1) & (k == np.floor(k)), "k", k, "a whole number of patches, k >= 1, is allowed")'
_GUARDS = {
    "relu_network_loss": _PATCH_GUARD,
    "relu_network_gradient": _PATCH_GUARD,
    "halfspace_probability": _THETA_GUARD,
    "best_output_weights": _THETA_GUARD,
    "saddle_angle": (
        'require(2 * sum_vs**2 < (m + 1) * vs_vs, "sum(v_star)", sum_vs,\n'
        '        "a saddle exists only where sum(v_star)**2 < (m + 1) * norm(v_star)**2 / 2")'
    ),
}


def docstring(function: Function) -> str:
    """Title, shapes, domain, errors and source, from the claim."""
    claim = get(function.claim_id)
    assert claim.statement is not None
    known = _SHAPES | ({"w_star": _TRUE_FILTER[function.chapter]} if function.chapter in _TRUE_FILTER else {})
    shapes = "".join(f"{name}: {known[name]}.\n" for name in function.arguments)
    statement = fill(line_of(claim.statement), 96, initial_indent="    ", subsequent_indent="        ")
    return (
        f'"""{claim.title}.\n\n{statement}\n\n{shapes}Returns {_RESULTS[function.result]}; leading (batch) axes '
        f"broadcast. float32 in, float32 out.\n{_NOTES.get(function.name, '')}{_ERRORS}\n"
        f'Source: {claim.id}, {claim.source}.\n"""'
    )


_ERRORS = (
    "Raises ValueError naming the argument for shapes that do not fit, values that are not finite and\nzero vectors."
)
_NOTES = {
    "loss_gradient_w": (
        "At theta = 0 and theta = pi the loss has a kink and no gradient there: `at_kink` says what to do,\n"
        '"raise" (the default: a ValueError), "nan", or "zero" (the centre of the generalized gradient).\n'
    ),
    "saddle_angle": "Exists only where sum(v_star)**2 < (m + 1) * norm(v_star)**2 / 2; ValueError elsewhere.\n",
}


def kernel_source(proxy: Estimator) -> str:
    """Source of the function (theta, r) -> (p, q, c, b) of one estimator."""
    kernels = kernels_of(proxy.name)
    parameters = "".join(f", {p.symbol.name}: float" for p in proxy.parameters)
    lines = [f"def _{identifier(proxy.name)}_kernels(theta: Array, r: Array{parameters}) -> Kernels:"]
    integrals = sorted({i for part in kernels for i in part.atoms(Integral)}, key=default_sort_key)
    names = {}
    for index, integral in enumerate(integrals):
        names[integral] = Symbol(f"integral_{index}", real=True)
        lines += [f"    {line}".rstrip() for line in integral_lines(index, integral, proxy)]
    values = [part.xreplace(names) for part in kernels]
    if proxy.waves is not None and proxy.kernels is None:
        values = [within_range(value) for value in values]
    lines += [f"    {target} = {source}" for target, source in assignments(values, ["p", "q", "c_", "b"])]
    return renaming(proxy.parameters) + "\n".join([*lines, "    return p, q, c_, b"]) + "\n"


def integral_lines(index: int, integral: Integral, proxy: Estimator) -> list[str]:
    """Lines that compute one integral over s: its integrand as a function of the nodes, and its cut-offs."""
    variable, low, high = integral.limits[0]
    if proxy.waves is not None and proxy.kernels is None:
        return _unit_lines(index, integral)
    size = symbols.r * sin(symbols.theta) if integral.function.has(sin) else symbols.r
    body = assignments([_roots_within(integral.function, variable)], ["value"])
    lines = [f"def integrand_{index}({variable}: Array) -> Array:"]
    lines += [f"    {name} = {source}" for name, source in body[:-1]]
    lines += [f"    return {body[-1][1]}", ""]
    ends = [text(high)] if high != oo else [f"{text(proxy.reach / size)}"] if proxy.reach != oo else []
    ends += [f"decay_length({text(tail.args[0] / variable)})" for tail in integral.function.atoms(erfc)]
    upper = "np.full_like(r, np.inf)"
    for end in ends:
        upper = end if upper.startswith("np.full_like") else f"np.minimum({upper}, {end})"
    finest = text(_finest(proxy.order, 1 / size))
    return [*lines, f"integral_{index} = half_line(integrand_{index}, {text(low)}, {upper}, {finest})", ""]


def _unit_lines(index: int, integral: Integral) -> list[str]:
    """The same for an integral that a wave has become, in s/width."""
    variable, low, high = integral.limits[0]
    width, ratio = (Symbol(f"{name}_{index}", positive=True) for name in ("width", "ratio"))
    size = text(frequency(integral) * symbols.r)
    body = assignments([in_units(integral, ratio, width)], ["value"])
    start = text(Min(low / width, 13))  # where `half_line` ends: nothing is evaluated further out
    return [
        f"{width}, {ratio} = 1.0 / np.maximum(1.0, {size}), np.minimum(1.0, {size})",
        f"def integrand_{index}({variable}: Array) -> Array:",
        *(f"    {name} = {source}" for name, source in body[:-1]),
        f"    return {body[-1][1]}",
        "",
        f"integral_{index} = half_line(integrand_{index}, {start}, {text(high / width)}, np.ones_like(r))",
        "",
    ]


_SMALLEST = 2.0**-1022
"""The smallest normal float64."""


def _finest(order: Rational, scale: Expr) -> Expr:
    """The length on which an integrand varies that grows like s^order at 0, beside a Gaussian weight.

    The nodes reach e^-38 of it, where s itself is nothing; s^(1 + order) is nothing at that power of it.
    """
    return scale if order == 0 else Min(1, scale) * exp(-38 * (1 / (1 + order) - 1)).evalf(15)


def _roots_within(integrand: Expr, variable: Symbol) -> Expr:
    """The integrand with roots of what rounding may take below 0, at the end of its piece, at least of 0."""

    def is_root(part: Expr) -> bool:
        return isinstance(part, Pow) and part.exp.is_integer is False and part.base.has(variable) and part.base.is_Add

    return integrand.replace(is_root, lambda part: Pow(Max(part.base, 0), part.exp))


def proxy_source(proxy: Estimator) -> str:
    """Source of μ'(x) of one estimator, each piece evaluated only where it holds."""
    parameters = "".join(f", {p.symbol.name}: float = {float(p.default)!r}" for p in proxy.parameters)
    keywords = f", *{parameters}" if parameters else ""
    lines, source, last = [], "0.0", len(proxy.pieces) - 1
    for index, (low, high, piece) in reversed(list(enumerate(proxy.pieces))):
        conditions, inside = [], "x"
        short = (
            Float(_SMALLEST) if proxy.order else Integer(0)
        )  # short of a singularity, in the rows where another piece holds
        if low != -oo:
            conditions.append(f"(x > {text(low)})")
            inside = f"np.maximum({inside}, {text(low or short)})"
        if high != oo:
            conditions.append(f"(x {'<' if index == last else '<='} {text(high)})")
            inside = f"np.minimum({inside}, {text(high or -short)})"
        if piece.has(symbols.x):
            lines.append(f"x{index} = {inside}")
        at_piece = piece.subs(symbols.x, Symbol(f"x{index}", real=True))
        lines += [f"{n} = {value}" for n, value in assignments([at_piece], [f"on_{index}"])]
        condition = " & ".join(conditions)
        source = f"np.where({condition}, on_{index}, {source})" if condition else f"np.full(x.shape, on_{index}, float)"
    body = "\n".join(f"    {line}" for line in [*lines, f"return {source}"])
    return (
        f"{renaming(proxy.parameters)}def _{identifier(proxy.name)}_proxy(x: npt.NDArray[np.floating]{keywords}) "
        "-> npt.NDArray[np.floating]:\n"
        f'    """{proxy.title}."""\n{body}\n'
    )


def coarse_gradient_source(proxies: Sequence[Estimator]) -> str:
    """Source of `coarse_gradient`: C1's stable form, with the kernels of the estimator asked for."""
    arguments = ("v", "w", "v_star", "w_star")
    statement = Kernels(*KERNEL_SYMBOLS).gradient()
    body = block_body(statement, arguments)
    body.insert(1, "p, q, c_, b = kernels(g.theta, plain(g.r), **known)")
    block = "\n".join(
        [
            f"def block({', '.join(f'{name}: Array' for name in arguments)}) -> Array:",
            *(f"    {line}" for line in body),
        ]
    )
    own = "; ".join(
        f"{p.name}, {p.meaning} ({proxy.name}, default {float(p.default):g})"
        for proxy in proxies
        for p in proxy.parameters
    )
    shapes = "\n".join(f"{name}: {_SHAPES[name]}." for name in arguments)
    doc = (
        f'"""Expected coarse gradient of the binarized network for a straight-through estimator.\n\n'
        f"    {line_of(statement)}\n\nwith kernels p, q, C, b of the angle and of norm(w) by estimator.\n{shapes}\n"
        + fill(
            f"ste: name of the estimator, one of {', '.join(proxy.name for proxy in proxies)}.",
            96,
            subsequent_indent="    ",
        )
        + "\n"
        + fill(f"parameters: {own}.", 96, subsequent_indent="    ")
        + "\n"
        + "Returns (..., n); leading (batch) axes broadcast. float32 in, float32 out.\n"
        + f"{_ERRORS} So do an unknown `ste`\nand a parameter that it does not have or that is out of its domain.\n"
        'Source: C1 and, by estimator, C2 to C5.\n"""'
    )
    signature = "".join(f"    {name}: npt.ArrayLike,\n" for name in arguments)
    return (
        f'def coarse_gradient(\n{signature}    ste: str = "relu",\n    **parameters: float,\n'
        f") -> npt.NDArray[np.floating]:\n{indent(doc, '    ')}\n"
        "    known = check_parameters(ste, parameters, PARAMETERS)\n    kernels = KERNELS[ste]\n\n"
        f'{indent(block, "    ")}\n\n    return evaluate(block, "n", v=v, w=w, v_star=v_star, w_star=w_star)\n'
    )


def tables_source(proxies: Sequence[Estimator]) -> str:
    """Dispatch tables of the estimators: kernels by name, parameters with default and domain."""
    names = [proxy.name for proxy in proxies]
    kernels = "".join(f'    "{name}": _{identifier(name)}_kernels,\n' for name in names)
    limits = ""
    for name, proxy in zip(names, proxies, strict=True):
        own = ", ".join(
            f'"{p.name}": ({float(p.default)!r}, "{"> 0" if p.symbol.is_positive else ">= 0"}")'
            for p in proxy.parameters
        )
        limits += f'    "{name}": {{{own}}},\n'
    return (
        f"KERNELS: Final[dict[str, Callable[..., Kernels]]] = {{\n{kernels}}}\n"
        '"""By estimator: (theta, r, **parameters) -> (p, q, c_, b), the coefficients of its coarse gradient."""\n\n'
        f"PARAMETERS: Final[dict[str, dict[str, Limit]]] = {{\n{limits}}}\n"
        '"""By estimator: its parameters, each with its default and its domain."""\n'
    )


def modules() -> dict[str, str]:
    """Text of every generated module of this package by file name."""
    result = {"__init__.py": _PACKAGE}
    for chapter in ("gaussian", "network", "background"):
        chosen = [function for function in FUNCTIONS if function.chapter == chapter]
        sources = [emit_function(function) for function in chosen]
        result[f"{chapter}.py"] = assemble(chapter, [f.claim_id for f in chosen], [f.name for f in chosen], sources)
    result |= {name: text_of(name) for name in EXTENSIBLE}
    result["splitting.py"] = assemble(
        "splitting", generate_splitting.CLAIMS, generate_splitting.NAMES, generate_splitting.sources()
    )
    return result


EXTENSIBLE = ("estimators.py", "proxies.py", "penalties.py")
"""The generated modules in which each estimator, or each penalty, has a function."""


def text_of(name: str, *, own: bool = True) -> str:
    """Text of an extensible module: of this package's estimators and penalties, or with those of extensions."""
    if name == "penalties.py":
        known = extensions.penalties(own)
        ids = generate_penalties.claim_ids(known)
        return assemble("penalties", ids, generate_penalties.NAMES, generate_penalties.sources(known))
    proxies = extensions.estimators(own)
    claims = [claim for claim in all_claims() if "coarse_gradient" in claim.code]
    ids = [claim.id for claim in claims if not own or extensions.is_own(claim)]
    if name == "proxies.py":
        table = "".join(f'    "{proxy.name}": _{identifier(proxy.name)}_proxy,\n' for proxy in proxies)
        tables = (
            f"PROXIES: Final[dict[str, Callable[..., npt.NDArray[np.floating]]]] = {{\n{table}}}\n"
            '"""Proxy derivative by estimator; parameters are keywords."""\n'
        )
        return assemble("proxies", ids, ["PROXIES"], [*map(proxy_source, proxies), tables])
    sources = [*map(kernel_source, proxies), tables_source(proxies), coarse_gradient_source(proxies)]
    return assemble("estimators", ids, ["KERNELS", "PARAMETERS", "coarse_gradient"], sources)


def assemble(chapter: str, claim_ids: list[str], public: list[str], sources: list[str]) -> str:
    """A module: header, the imports its code uses, `__all__`, and the sources."""
    code = "\n\n".join(sources)
    imports = ["from __future__ import annotations\n"]
    typing = [name for name, used in (("Callable", "Callable["), ("Final", "Final[")) if used in code]
    if "Callable" in typing:
        imports.append("from collections.abc import Callable")
    if "Final" in typing:
        imports.append("from typing import Final\n")
    imports += ["import numpy as np", "import numpy.typing as npt"]
    if "special." in code:
        imports.append("from scipy import special")
    imports.append("")
    for module, names in _PRIMITIVES.items():
        used = [name for name in names if re.search(rf"\b{name}\b", code)]
        if used:
            imports.append(f"from numerics.{module} import {', '.join(used)}")
    listed = "".join(f'    "{name}",\n' for name in sorted(public))
    kernels = (
        "\nKernels = tuple[Array | float, Array | float, Array | float, Array | float]\n" if "Kernels" in code else ""
    )
    return f"{header(chapter, claim_ids)}\n" + "\n".join(imports) + f"\n\n__all__ = [\n{listed}]\n{kernels}\n\n{code}"


_PRIMITIVES = {
    "arguments": ("Limit", "check_parameters", "evaluate", "real_array", "renamed", "require", "scalars"),
    "elementwise": ("entrywise", "quotient", "root", "summed"),
    "geometry": ("Array", "across", "along", "combine", "dot", "pair", "plain", "rounding", "total", "unit"),
    "quadrature": ("decay_length", "half_line"),
}
_PACKAGE = '"""Code written by `coarseproof derive` from the claims in proofs/. Do not edit."""\n'

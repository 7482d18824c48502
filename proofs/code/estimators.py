"""Text of the generated modules `estimators` and `proxies`: kernels of coarse gradients, and μ' itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from textwrap import fill

from sympy import Expr, Float, Integer, Integral, Max, Min, Pow, Rational, Symbol, default_sort_key, erfc, exp, oo, sin

from proofs import symbols
from proofs.code.emit import assignments, table, written
from proofs.code.functions import ERRORS, block_body, evaluated, head_of, parameter_table, shapes_of
from proofs.code.printers import NUMPY
from proofs.engine.render import line_of
from proofs.estimators import kernels_of
from proofs.moments import KERNEL_SYMBOLS, Kernels
from proofs.naming import identifier, renaming
from proofs.oscillation import frequency, in_units, within_range
from proofs.proxies import Estimator


def estimator_sources(proxies: Sequence[Estimator]) -> list[str]:
    """Source of the module `estimators`."""
    rows = {proxy.name: f"_{identifier(proxy.name)}_kernels" for proxy in proxies}
    meaning = "By estimator: (theta, r, **parameters) -> (p, q, c_, b), the coefficients of its coarse gradient"
    kernels = table("KERNELS", "Callable[..., Kernels]", rows, meaning)
    known = parameter_table("PARAMETERS", "estimator", proxies)
    return [*map(kernel_source, proxies), f"{kernels}\n{known}", coarse_gradient_source(proxies)]


def proxy_sources(proxies: Sequence[Estimator]) -> list[str]:
    """Source of the module `proxies`."""
    rows = {proxy.name: f"_{identifier(proxy.name)}_proxy" for proxy in proxies}
    kind, meaning = (
        "Callable[..., npt.NDArray[np.floating]]",
        "Proxy derivative by estimator; parameters are keywords",
    )
    return [*map(proxy_source, proxies), table("PROXIES", kind, rows, meaning)]


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
    before = []
    if proxy.waves is not None and proxy.kernels is None:  # the integral that a wave has become, in s/width
        width, ratio = (Symbol(f"{name}_{index}", positive=True) for name in ("width", "ratio"))
        size = NUMPY.show(frequency(integral) * symbols.r)
        before = [f"{width}, {ratio} = 1.0 / np.maximum(1.0, {size}), np.minimum(1.0, {size})"]
        integrand, upper, finest = in_units(integral, ratio, width), NUMPY.show(high / width), "np.ones_like(r)"
        low = Min(low / width, 13)  # where `half_line` ends: nothing is evaluated further out
    else:
        size = symbols.r * sin(symbols.theta) if integral.function.has(sin) else symbols.r
        ends = [NUMPY.show(end) for end in [high if high != oo else proxy.reach / size] if not end.has(oo)]
        ends += [f"decay_length({NUMPY.show(tail.args[0] / variable)})" for tail in integral.function.atoms(erfc)]
        upper = reduce(lambda least, end: f"np.minimum({least}, {end})", ends) if ends else "np.full_like(r, np.inf)"
        integrand = _roots_within(integral.function, variable)
        finest = NUMPY.show(_finest(proxy.order, 1 / size))
    *pairs, (_, value) = assignments([integrand], ["value"])
    return [
        *before,
        f"def integrand_{index}({variable}: Array) -> Array:",
        *(f"    {name} = {source}" for name, source in pairs),
        *(f"    return {value}", ""),
        *(f"integral_{index} = half_line(integrand_{index}, {NUMPY.show(low)}, {upper}, {finest})", ""),
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
    lines, source, last = [], "0.0", len(proxy.pieces) - 1
    short = Float(_SMALLEST) if proxy.order else Integer(0)  # of a singularity, in the rows where another piece holds
    for index, (low, high, piece) in reversed(list(enumerate(proxy.pieces))):
        conditions, inside = [], "x"
        if low != -oo:
            conditions.append(f"(x > {NUMPY.show(low)})")
            inside = f"np.maximum({inside}, {NUMPY.show(low or short)})"
        if high != oo:
            conditions.append(f"(x {'<' if index == last else '<='} {NUMPY.show(high)})")
            inside = f"np.minimum({inside}, {NUMPY.show(high or -short)})"
        if piece.has(symbols.x):
            lines.append(f"x{index} = {inside}")
        at_piece = piece.subs(symbols.x, Symbol(f"x{index}", real=True))
        lines += [f"{n} = {value}" for n, value in assignments([at_piece], [f"on_{index}"])]
        condition = " & ".join(conditions)
        source = f"np.where({condition}, on_{index}, {source})" if condition else f"np.full(x.shape, on_{index}, float)"
    array = "npt.NDArray[np.floating]"
    head = head_of(proxy, "proxy", f"x: {array}", array)
    return written(head, f"{proxy.title}.", [*lines, f"return {source}"])


def coarse_gradient_source(proxies: Sequence[Estimator]) -> str:
    """Source of `coarse_gradient`: C1's stable form, with the kernels of the estimator asked for."""
    arguments = ("v", "w", "v_star", "w_star")
    statement = Kernels(*KERNEL_SYMBOLS).gradient()
    body = block_body(statement, arguments)
    body.insert(1, "p, q, c_, b = kernels(g.theta, plain(g.r), **known)")
    names = f"ste: name of the estimator, one of {', '.join(proxy.name for proxy in proxies)}."
    own = "; ".join(
        f"{p.name}, {p.meaning} ({proxy.name}, default {float(p.default):g})"
        for proxy in proxies
        for p in proxy.parameters
    )
    listed = "\n".join(fill(line, 96, subsequent_indent="    ") for line in (names, f"parameters: {own}."))
    documentation = (
        f"Expected coarse gradient of the binarized network for a straight-through estimator.\n\n"
        f"    {line_of(statement)}\n\nwith kernels p, q, C, b of the angle and of norm(w) by estimator.\n"
        f"{shapes_of(arguments, 'estimators')}{listed}\n"
        "Returns (..., n); leading (batch) axes broadcast. float32 in, float32 out.\n"
        f"{ERRORS} So do an unknown `ste`\nand a parameter that it does not have or that is out of its domain.\n"
        "Source: C1 and, by estimator, C2 to C5.\n"
    )
    signature = "".join(f"    {name}: npt.ArrayLike,\n" for name in arguments)
    head = f'def coarse_gradient(\n{signature}    ste: str = "relu",\n    **parameters: float,\n'
    chosen = ["known = check_parameters(ste, parameters, PARAMETERS)", "kernels = KERNELS[ste]", ""]
    lines = [*chosen, *evaluated(arguments, body, "n")]
    return written(f"{head}) -> npt.NDArray[np.floating]:", documentation, lines)

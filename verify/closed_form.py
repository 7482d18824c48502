"""Evaluating a claim's closed form at a configuration, to any number of digits.

This is the theory's side of a check. It reads the claim's expressions and nothing else; the other side (quadrature,
sampling, generated code) lives in other modules and shares none of this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from math import lcm
from typing import Any, Final

import mpmath
from mpmath import mpf
from sympy import Add, Dummy, Expr, Function, Integral, Mul, Pow, Symbol, lambdify, oo

from proofs.proxies import Estimator
from proofs.symbols import QUANTITIES, mu
from proofs.symbols import x as proxy_argument
from verify.configurations import Configuration
from verify.nodes import mpmath_rule

__all__ = ["MPMATH", "NoValueError", "evaluate", "integral", "proxy_function", "split_points", "vector_coordinates"]

_CUT = 16
"""exp(−16²/2) < 1e-55: where the Gaussian weight ends at 50 digits."""


class NoValueError(ValueError):
    """A formula has no real value at a point: what a wrong formula may come to, and a right one must not."""


def _regularized(a: mpf, b: mpf, low: mpf, high: mpf) -> mpf:
    # SymPy prints betainc_regularized as mpmath's betainc and forgets the normalization.
    return mpmath.betainc(a, b, low, high, regularized=True)


_SPARE: Final = 64
"""Bits more for the constants of an integrand: mpmath evaluates it with some more than it was asked for."""

_FAR: Final = 64
"""Quotient of two nodes of a quadrature that calls for nodes between."""

MPMATH: Final[list[Any]] = [{"betainc_regularized": _regularized}, "mpmath"]
"""For lambdify: what SymPy's functions are in mpmath."""


def proxy_function(proxy: Estimator, parameters: Mapping[str, float]) -> Callable[[mpf], mpf]:
    """μ' of an estimator as an mpmath function, with the parameters' exact values."""
    values = {p.symbol: mpf(parameters[p.name]) for p in proxy.parameters}
    pieces = [
        (
            _number(low, values),
            _number(high, values),
            lambdify([proxy_argument], piece.subs(values), "mpmath"),
        )
        for low, high, piece in proxy.pieces
    ]

    def evaluate_proxy(x: mpf) -> mpf:
        for low, high, piece in pieces:
            if low < x < high:
                return piece(x)
        return mpf(0)

    return evaluate_proxy


def _number(end: Expr, values: Mapping[Symbol, mpf]) -> mpf:
    if end in (oo, -oo):
        return mpf("inf") if end == oo else mpf("-inf")
    return mpmath.mpmathify(lambdify(list(values), end, "mpmath")(*values.values()))


def evaluate(
    expression: Expr,
    point: Configuration,
    *,
    extra: Mapping[Symbol, mpf] | None = None,
    proxy: Estimator | None = None,
) -> mpf:
    """A scalar closed form at `point`, at mpmath's current precision.

    `extra` gives values of further symbols (the moments of C1); `proxy` stands in for an arbitrary μ'.
    """
    values = {**point.scalars(), **(extra or {})}
    names: dict[Symbol, mpf] = {}

    def integrate(part: Expr) -> Symbol:
        names[name := Dummy()] = integral(part, values, point, proxy)
        return name

    reduced = expression.replace(lambda part: isinstance(part, Integral), integrate)
    known = {name: value for name, value in {**values, **names}.items() if name in reduced.free_symbols}
    missing = reduced.free_symbols - known.keys()
    if missing:
        raise ValueError(f"no value for {sorted(map(str, missing))} in {expression}")
    return mpmath.mpmathify(lambdify(list(known), reduced, MPMATH)(*known.values()))


def vector_coordinates(expression: Expr, point: Configuration, **options: Any) -> dict[str, list[mpf]]:
    """A vector closed form in coordinates: along (ŵ, e) for filters, entrywise for output weights."""
    coefficients = {
        symbol: evaluate(expression.diff(symbol), point, **options)
        for symbol in sorted(expression.free_symbols, key=str)
        if symbol in QUANTITIES and QUANTITIES[symbol].space != "scalar"
    }
    basis = _basis(point)
    size = len(next(iter(basis[symbol] for symbol in coefficients)))
    return {"vector": [mpmath.fsum(k * basis[s][i] for s, k in coefficients.items()) for i in range(size)]}


def _basis(point: Configuration) -> dict[Symbol, list[mpf]]:
    cosine, sine = mpmath.cos(mpf(point.theta)), mpmath.sin(mpf(point.theta))
    half = mpmath.sin(mpf(point.theta) / 2)
    b = [cosine, sine]
    v, v_star = [mpf(x) for x in point.v], [mpf(x) for x in point.v_star]
    by_name = {
        "w_hat": [mpf(1), mpf(0)],
        "a_hat": [mpf(1), mpf(0)],
        "e": [mpf(0), mpf(1)],
        "b_perp": [mpf(0), mpf(1)],
        "w_star": b,
        "b_hat": b,
        "w_diff": [2 * half**2, -sine],
        "dw": [mpf(point.r) - mpf(point.r_star) * cosine, -mpf(point.r_star) * sine],
        "v": v,
        "v_star": v_star,
        "ones": [mpf(1)] * len(v),
        "dv": [x - y for x, y in zip(v, v_star, strict=True)],
    }
    return {symbol: by_name[symbol.name] for symbol in QUANTITIES if symbol.name in by_name}


def integral(
    part: Integral,
    values: Mapping[Symbol, mpf],
    point: Configuration,
    proxy: Estimator | None = None,
    *,
    careful: bool = False,
) -> mpf:
    """A one-dimensional integral with a Gaussian weight, split at its scales and at the kinks of the proxy.

    mpmath's estimate of the error of its Gauss–Legendre rules can be too small; `careful` takes tanh-sinh, slower.
    """
    variable, low, high = part.limits[0]
    stand_in = Function("stand_in")
    integrand = part.function.replace(mu, stand_in)
    library: list[object] = ["mpmath"]
    if proxy is not None:
        library.insert(0, {"stand_in": proxy_function(proxy, point.parameters)})
    function = _in_one_variable(integrand, variable, values, library)
    start, stop = (max(min(_number(end, values), mpf(_CUT)), mpf(-_CUT)) for end in (low, high))
    nodes = split_points(min(start, stop), max(start, stop), point, proxy)
    pieces = [piece for _, _, piece in proxy.pieces] if proxy else []
    order = _order_of_roots([integrand, *pieces], {variable, proxy_argument})
    rough = {start, stop, mpf(0), *_kinks(point, proxy)} if order > 1 else set()
    panels = [panel for ends in pairwise(nodes) for panel in _towards(*ends, rough)]
    return (1 if start <= stop else -1) * _composite(function, panels, order, careful)


def _in_one_variable(
    form: Expr, variable: Symbol, values: Mapping[Symbol, mpf], library: list[object]
) -> Callable[[mpf], mpf]:
    """A form as a function of one variable; what does not depend on it is computed once, not at every node."""
    constants: dict[Expr, Dummy] = {}

    def visit(part: Expr) -> Expr:
        if not part.has_free(variable):
            return part if part.is_Integer else constants.setdefault(part, Dummy())
        if isinstance(part, Pow) and part.exp.is_Rational:
            return Pow(visit(part.base), part.exp)
        if isinstance(part, Add | Mul):
            fixed, rest = part.as_independent(variable, as_Add=isinstance(part, Add))
            return part.func(visit(fixed), *map(visit, part.func.make_args(rest)))
        return part.func(*map(visit, part.args)) if part.args else part

    reduced = visit(form)
    known = {name: value for name, value in values.items() if name in form.free_symbols}
    with mpmath.workprec(mpmath.mp.prec + _SPARE):
        computed = lambdify(list(known), list(constants), library)(*known.values())
    function = lambdify([variable, *constants.values()], reduced, library, cse=True)
    return lambda at: function(at, *computed)


def _order_of_roots(forms: list[Expr], variables: set[Symbol]) -> int:
    """The least k such that the roots in some forms are powers of k-th roots."""
    powers = [power for form in forms for power in form.atoms(Pow) if power.base.free_symbols & variables]
    return lcm(*(int(power.exp.q) for power in powers if power.exp.is_Rational))


def _towards(low: mpf, high: mpf, rough: set[mpf]) -> list[tuple[mpf, mpf, bool]]:
    """A panel as panels (start, stop, whether a root may be 0 at the start), none of them with two such ends."""
    if low in rough and high in rough:
        middle = (low + high) / 2
        return [(low, middle, True), (high, middle, True)]
    return [(high, low, True)] if high in rough else [(low, high, low in rough)]


def _composite(function: Callable[[mpf], mpf], panels: list[tuple[mpf, mpf, bool]], order: int, careful: bool) -> mpf:
    """Sum of mpmath.quad over panels, in whatever direction they are given; where a root may be 0 at their start, in
    the root of the distance from there, of which the integrand is smooth.

    mpmath.quad refines until its *absolute* error is small, which says nothing of an integral of size 1e-300; so
    each panel is divided by its own size first.
    """

    def part(start: mpf, stop: mpf, power: int, size: mpf) -> mpf:
        def scaled(y: mpf) -> mpf:
            return function(start + (stop - start) * y**power) * power * y ** (power - 1) / size

        return size * abs(stop - start) * mpmath.quad(scaled, [0, 1], method="tanh-sinh" if careful else mpmath_rule)

    sizes = [
        max(abs(function(start + (stop - start) * at)) for at in (mpf("0.03"), mpf("0.5"), mpf("0.97")))
        for start, stop, _ in panels
    ]
    floor = mpf(10) ** (-mpmath.mp.dps) * max(
        (size * abs(stop - start) for (start, stop, _), size in zip(panels, sizes, strict=True)), default=mpf(0)
    )
    return mpmath.fsum(
        part(start, stop, order if at_root else 1, size)
        for (start, stop, at_root), size in zip(panels, sizes, strict=True)
        if size * abs(stop - start) > floor
    )


def split_points(start: mpf, stop: mpf, point: Configuration, proxy: Estimator | None) -> list[mpf]:
    """Ends and interior points between which an integrand of this theory is smooth and of one scale.

    Panels double in length: on longer ones Gauss–Legendre of the degree mpmath chooses keeps only 40 digits.
    """
    inner = {mpf(0), *_kinks(point, proxy)}
    for scale in [*_lengths(point), abs(mpmath.tan(mpf(point.theta))), mpf(1)]:
        inner |= {sign * factor * scale for sign in (-1, 1) for factor in (1, 2, 4, 8, 16, 32, 64, 128)}
    return list(_bridged([start, *sorted(node for node in inner if start < node < stop), stop]))


def _lengths(point: Configuration) -> tuple[mpf, mpf]:
    """Of s where rs, and where r sin θ s, is 1."""
    return 1 / mpf(point.r), 1 / (mpf(point.r) * mpmath.sin(mpf(point.theta)))


def _kinks(point: Configuration, proxy: Estimator | None) -> list[mpf]:
    """Where μ'(rs) or μ'(r sin θ s) passes the end of a piece."""
    if proxy is None:
        return []
    values = {p.symbol: mpf(point.parameters[p.name]) for p in proxy.parameters}
    ends = [_number(end, values) for end in proxy.breakpoints]
    return [end * length for end in ends for length in _lengths(point)]


def _bridged(nodes: list[mpf]) -> Iterator[mpf]:
    """The nodes, with further doublings where two of one sign are far apart: between its scales a μ' that decays like a
    power contributes at every length alike.
    """
    for low, high in zip(nodes, nodes[1:], strict=False):
        yield low
        small, large = sorted((abs(low), abs(high)))
        if low * high > 0 and large > _FAR * small:
            steps = int(mpmath.floor(mpmath.log(large / small, 2) / 2))
            inside = [4**k * small for k in range(1, steps)]
            yield from inside if low > 0 else [-node for node in reversed(inside)]
    yield nodes[-1]

"""Straight-through estimators: a proxy derivative μ' declared once, as smooth pieces.

To add one, construct an `Estimator` and pass it to `add`, here or in an extension: the sampled network, the quadrature,
the generated code and the checks all read the pieces declared. See CONTRIBUTING.md for worked examples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sympy import Expr, Integer, Max, Rational, Symbol, exp, limit, nan, oo, simplify, sqrt

from proofs import naming, symbols
from proofs.symbols import x

_ANY = Symbol("epsilon", positive=True)

__all__ = ["ESTIMATORS", "Estimator", "Parameter", "add", "estimator"]


@dataclass(frozen=True)
class Parameter:
    """A positive (or nonnegative) parameter of a proxy, its default and its role."""

    symbol: Symbol
    default: Rational
    meaning: str

    @property
    def name(self) -> str:
        """Keyword by which generated functions take it."""
        return naming.keyword(self.symbol)


@dataclass(frozen=True)
class Estimator:
    """A straight-through estimator.

    `pieces` lists (low, high, μ' as an expression in `proofs.symbols.x`) with ascending, touching ends; outside
    them μ' = 0. `reach`, for a proxy with exponential tails, is where |μ'| has fallen below 1e-17 of its
    maximum: a hint to the float64 quadrature, never used in a proof. `kernels`, if they are known, are p, q, C and b of
    `proofs.moments` in closed form, in θ and r: they must be provable, and replace the integrals.
    """

    name: str
    title: str
    pieces: tuple[tuple[Expr, Expr, Expr], ...]
    parameters: tuple[Parameter, ...] = ()
    reach: Expr = field(default=oo)
    kernels: tuple[Expr, Expr, Expr, Expr] | None = None

    def __post_init__(self) -> None:
        if not self.pieces:
            raise ValueError(f"estimator {self.name!r}: `pieces` is empty; give at least one (low, high, μ')")
        for (_, high, _), (low, _, _) in zip(self.pieces, self.pieces[1:], strict=False):
            if simplify(high - low) != 0:
                raise ValueError(f"estimator {self.name!r}: piece ends {high} and {low} do not touch")
        for low, high, _ in self.pieces:
            if not (low == -oo or high == oo or (high - low).is_positive) or oo in (low, -high):
                raise ValueError(
                    f"estimator {self.name!r}: piece ({low}, {high}) is not provably an interval, low < high"
                )
            if any(end.is_nonnegative is None or end.is_nonpositive is None for end in (low, high)):
                raise ValueError(f"estimator {self.name!r}: the signs of ({low}, {high}) are open; declare its symbols")
        parameters = {parameter.symbol for parameter in self.parameters}
        known = {x, *parameters}
        for low, high, proxy in self.pieces:
            if free := (low.free_symbols | high.free_symbols | proxy.free_symbols) - known:
                raise ValueError(f"estimator {self.name!r}: undeclared symbols {sorted(map(str, free))} in μ'")
            if proxy.has(nan):
                raise ValueError(f"estimator {self.name!r}: μ' is undefined on ({low}, {high})")
        for kernel in self.kernels or ():
            if free := kernel.free_symbols - parameters - {symbols.theta, symbols.r}:
                raise ValueError(f"estimator {self.name!r}: undeclared symbols {sorted(map(str, free))} in a kernel")

    def tails(self) -> Iterator[Expr]:
        """Limits at the ends of the pieces: of μ'(x) exp(−εx²) at infinity, ε > 0 any, and of μ'(x)√|x − end| at a
        finite end. Where they are 0, the moments of μ' are finite; NaN where SymPy cannot tell.
        """
        for low, high, piece in self.pieces:
            for end, side in ((low, 1), (high, -1)):
                infinite = end in (oo, -oo)
                weight = exp(-_ANY * x**2) if infinite else sqrt(side * (x - end))
                try:
                    yield limit(piece * weight, x, end, "-" if end == oo or side < 0 else "+")
                except NotImplementedError:  # it depends on ε, or SymPy cannot tell
                    yield nan

    @property
    def breakpoints(self) -> tuple[Expr, ...]:
        """Finite ends of the pieces, ascending."""
        ends = [low for low, _, _ in self.pieces] + [self.pieces[-1][1]]
        return tuple(end for end in ends if end not in (oo, -oo))

    def halves(self) -> Iterator[tuple[int, Expr, Expr, Expr]]:
        """(sign, low, high, piece): on low < x < high, with low ≥ 0, μ'(sign·x) is the piece's expression at sign·x."""
        for low, high, piece in self.pieces:
            if not low.is_nonnegative:
                yield -1, Max(-high, 0), -low, piece
            if not high.is_nonpositive:
                yield 1, Max(low, 0), high, piece

    def folded(self) -> list[tuple[Expr, Expr, Expr, Expr]]:
        """(low, high, right, left): contributions of μ'(x) and of μ'(−x) on intervals x > 0, equal intervals merged."""
        merged: dict[tuple[Expr, Expr], list[Expr]] = {}
        for sign, low, high, piece in self.halves():
            sides = merged.setdefault((low, high), [Integer(0), Integer(0)])
            sides[0 if sign > 0 else 1] += piece.subs(x, sign * x)
        return [(low, high, right, left) for (low, high), (right, left) in merged.items()]


ARBITRARY = Estimator("*", "any proxy", ((-oo, oo, symbols.mu(x)),))
"""Stands for every μ' in the statements that hold for any straight-through estimator."""

ESTIMATORS: dict[str, Estimator] = {}


def add(new: Estimator) -> Estimator:
    """Register an estimator, its parameters under symbols of their own; ValueError for a name that it cannot have."""
    ours = {x} if new.kernels is None else {x, symbols.theta, symbols.r}
    names = naming.declared("estimator", new, ESTIMATORS, ours)
    own: Estimator = naming.in_symbols(new, names) if names else new
    ESTIMATORS[new.name] = own
    return own


def estimator(name: str) -> Estimator:
    """The estimator of that name; ValueError with the known names otherwise."""
    if name not in ESTIMATORS:
        raise ValueError(f"estimator {name!r} is unknown; known: {', '.join(ESTIMATORS)}")
    return ESTIMATORS[name]


_ONE, _ZERO = Integer(1), Integer(0)

IDENTITY = add(Estimator("identity", "identity, μ'(x) = 1", ((-oo, oo, _ONE),)))
RELU = add(Estimator("relu", "ReLU, μ'(x) = 1{x > 0}", ((_ZERO, oo, _ONE),)))
CLIPPED_RELU = add(
    Estimator(
        "clipped-relu",
        "clipped ReLU, μ'(x) = 1{0 < x < c}",
        ((_ZERO, symbols.c, _ONE),),
        (Parameter(symbols.c, Rational(1), "clipping level, c > 0"),),
    )
)
LEAKY_RELU = add(
    Estimator(
        "leaky-relu",
        "leaky ReLU, μ'(x) = 1 for x > 0, a for x < 0",
        ((-oo, _ZERO, symbols.slope), (_ZERO, oo, _ONE)),
        (Parameter(symbols.slope, Rational(1, 100), "slope for x < 0, a ≥ 0"),),
    )
)
_E = exp(-x)
SIGMOID = add(
    Estimator(
        "sigmoid",
        "derivative of the sigmoid",
        ((-oo, _ZERO, exp(x) / (1 + exp(x)) ** 2), (_ZERO, oo, _E / (1 + _E) ** 2)),
        reach=Integer(45),
    )
)
TANH = add(
    Estimator(
        "tanh",
        "derivative of tanh",
        ((-oo, _ZERO, 4 * exp(2 * x) / (1 + exp(2 * x)) ** 2), (_ZERO, oo, 4 * _E**2 / (1 + _E**2) ** 2)),
        reach=Integer(23),
    )
)
TRIANGULAR = add(
    Estimator("triangular", "triangular, μ'(x) = max(0, 1 − |x|)", ((-_ONE, _ZERO, 1 + x), (_ZERO, _ONE, 1 - x)))
)
GAUSSIAN = add(
    Estimator(
        "gaussian",
        "Gaussian, μ'(x) = exp(−x²/2τ²)",
        ((-oo, oo, exp(-(x**2) / (2 * symbols.tau**2))),),
        (Parameter(symbols.tau, Rational(1), "width, τ > 0"),),
    )
)

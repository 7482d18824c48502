"""Straight-through estimators: a proxy derivative μ' declared once, as pieces.

To add one, construct an `Estimator` and pass it to `add`, here or in an extension: the sampled network, the quadrature,
the generated code and the checks all read the smooth pieces it is taken apart into. See CONTRIBUTING.md for worked
examples, `proofs.pieces` and `proofs.engine.integrability` for what is admitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from sympy import Expr, Integer, Max, Number, Rational, Symbol, cos, erf, exp, factor, limit, nan, oo, pi, sin, sqrt

from proofs import naming, symbols
from proofs.engine.integrability import check_functions, check_piece, order_at
from proofs.pieces import Piece, exact, smooth_pieces
from proofs.symbols import x
from proofs.waves import Waves, waves

__all__ = ["ESTIMATORS", "Estimator", "Parameter", "add", "estimator"]

_ANY = Symbol("epsilon", positive=True)
_LARGEST = Integer(10) ** 300
"""Beyond it a number of μ', or what is computed with it, is none in float64."""


@dataclass(frozen=True)
class Parameter:
    """A positive (or nonnegative) parameter of a proxy, its default and its role."""

    symbol: Symbol
    default: Rational
    meaning: str

    def __post_init__(self) -> None:
        own = self.symbol
        if not isinstance(own, Symbol) or not own.is_nonnegative or own.is_rational is not None:
            raise ValueError(
                f"parameter {own!r}: a Symbol of a real number > 0 or >= 0 is needed: "
                f"Symbol({str(own)!r}, positive=True) or Symbol({str(own)!r}, nonnegative=True), in the pieces too"
            )
        object.__setattr__(self, "default", exact(self.default, f"the default of parameter {own}"))
        good = self.default.is_positive or (self.default == 0 and not own.is_positive)
        if not good or not self.default.is_number:
            raise ValueError(f"parameter {own}: the default {self.default} is not a number {self.domain}")

    @property
    def domain(self) -> str:
        """Which numbers it may be, "> 0" or ">= 0"."""
        return "> 0" if self.symbol.is_positive else ">= 0"

    @property
    def name(self) -> str:
        """Keyword by which generated functions take it."""
        return naming.keyword(self.symbol)


@dataclass(frozen=True)
class Estimator:
    """A straight-through estimator.

    `pieces` lists (low, high, μ' as an expression in `proofs.symbols.x`) with ascending, touching ends; outside them
    μ' = 0. They may hold Python numbers and floats, |x|, max, min, sign, Heaviside, Piecewise and hyperbolic functions;
    what is kept are the smooth pieces that `proofs.pieces` takes them apart into, those of 0 left out. `reach`, for a
    proxy with exponential tails, is where |μ'| has fallen below 1e-17 of its maximum: a hint to the float64
    quadrature, never used in a proof. `kernels`, if they are known, are p, q, C and b of `proofs.moments` in closed
    form, in θ and r: they must be provable, and replace the integrals.

    ValueError where the pieces cannot be taken apart, a moment is not finite or cannot be computed at every ‖w‖, or a
    symbol is not declared.
    """

    name: str
    title: str
    pieces: tuple[Piece, ...]
    parameters: tuple[Parameter, ...] = ()
    reach: Expr = field(default=oo)
    kernels: tuple[Expr, Expr, Expr, Expr] | None = None

    def __post_init__(self) -> None:
        try:
            self._take_apart()
        except ValueError as error:
            raise ValueError(f"estimator {self.name!r}: {error}") from None

    def _take_apart(self) -> None:
        """Replace what was declared by smooth pieces and exact numbers."""
        known = {parameter.symbol for parameter in self.parameters}
        pieces = _checked(self.pieces, known | {x})
        if not pieces:
            raise ValueError("μ' is 0 everywhere; `pieces` is empty or holds pieces of 0 only")
        for piece in pieces if waves(pieces) is None else ():
            if not piece[2].has(symbols.mu):  # ARBITRARY, whose moments are a hypothesis
                check_piece(piece)
        object.__setattr__(self, "pieces", pieces)
        object.__setattr__(self, "reach", exact(self.reach, "reach"))
        numbers = {number for piece in pieces for part in piece for number in part.atoms(Number)}
        if wide := [number for number in numbers if number.is_finite and abs(number) > _LARGEST]:
            raise ValueError(f"μ' has the number {wide[0].n(3)}, too large for float64; scale μ'")
        if self.kernels is not None:
            kernels = tuple(exact(kernel, "a kernel") for kernel in self.kernels)
            if len(kernels) != 4:
                raise ValueError(f"`kernels` has {len(kernels)} entries; give the four that are p, q, C and b")
            for kernel in kernels:
                _require_known(kernel, known | {symbols.theta, symbols.r}, "a kernel")
                check_functions(kernel)
            object.__setattr__(self, "kernels", kernels)

    def tails(self) -> Iterator[Expr]:
        """Limits at the ends of the pieces: of μ'(x) exp(−εx²) at infinity, ε > 0 any, and of μ'(x)|x − end|^(19/20) at
        a finite end. Where they are 0, the moments of μ' are finite; NaN where SymPy cannot tell.
        """
        for low, high, piece in self.pieces:
            for end, side in ((low, 1), (high, -1)):
                infinite = end in (oo, -oo)
                weight = exp(-_ANY * x**2) if infinite else (side * (x - end)) ** Rational(19, 20)
                try:
                    yield limit(piece * weight, x, end, "-" if end == oo or side < 0 else "+")
                except NotImplementedError:  # it depends on ε, or SymPy cannot tell
                    yield nan

    @property
    def breakpoints(self) -> tuple[Expr, ...]:
        """Finite ends of the pieces, ascending."""
        ends = dict.fromkeys(end for low, high, _ in self.pieces for end in (low, high))
        return tuple(end for end in ends if end not in (oo, -oo))

    @cached_property
    def waves(self) -> Waves | None:
        """What μ' is the sum of where it oscillates without end; None where it does not."""
        return waves(self.pieces)

    @cached_property
    def order(self) -> Rational:
        """The largest e ≤ 0 seen with |μ'(x)| ≤ C|x|^e at 0; it is above −1."""
        ends = [piece for piece in self.pieces if 0 in piece[:2] and not piece[2].has(symbols.mu)]
        return min((order_at(piece, Integer(0), low, high) for low, high, piece in ends), default=Rational(0))

    @property
    def has_variance(self) -> bool:
        """Whether E μ'(rs)⁴ is seen to be finite: samples then tell the variance of their mean."""
        return bool(self.order > Rational(-1, 4))

    def halves(self) -> Iterator[tuple[int, Expr, Expr, Expr]]:
        """(sign, low, high, piece): on low < x < high, with low ≥ 0, μ'(sign·x) is the piece's expression at sign·x."""
        for low, high, piece in self.pieces:
            if not low.is_nonnegative:
                yield -1, Max(-high, 0), -low, piece
            if not high.is_nonpositive:
                yield 1, Max(low, 0), high, piece

    def folded(self) -> list[tuple[Expr, Expr, Expr, Expr]]:
        """(low, high, right, left): contributions of μ'(x) and of μ'(−x) on intervals x > 0, equal intervals merged.

        Where μ' is even or odd, both are one expression up to the sign, so that what cancels does so exactly.
        """
        merged: dict[tuple[Expr, Expr], list[Expr]] = {}
        for sign, low, high, piece in self.halves():
            sides = merged.setdefault((low, high), [Integer(0), Integer(0)])
            sides[0 if sign > 0 else 1] += piece.subs(x, sign * x)
        for sides in merged.values():
            for sign in (1, -1):
                if factor(sides[0] - sign * sides[1]) == 0:
                    sides[1] = sign * sides[0]
        return [(low, high, right, left) for (low, high), (right, left) in merged.items()]


def _checked(declared: object, known: set[Symbol]) -> tuple[Piece, ...]:
    """The smooth pieces, of known symbols."""
    if not isinstance(declared, tuple | list):
        raise ValueError(f"`pieces` is {declared!r}; give a tuple of (low, high, μ')")
    for piece in declared:
        for part in piece if isinstance(piece, tuple | list) else ():
            if isinstance(part, Expr):
                _require_known(part, known, "μ'")
    return smooth_pieces(declared)


def _require_known(expression: Expr, known: set[Symbol], where: str) -> None:
    """ValueError with the remedy if an expression has a symbol that is not declared."""
    for free in sorted(expression.free_symbols - known, key=str):
        if free.name == x.name:
            remedy = "x is the argument of μ' only as it stands in proofs.symbols: from proofs.symbols import x"
        elif free.name in {symbol.name for symbol in known}:
            remedy = "its Parameter has a symbol of that name with other assumptions; use the same Symbol in both"
        else:
            remedy = "give each a Parameter, with its default"
        raise ValueError(f"undeclared symbols ['{free}'] in {where}; {remedy}")


ARBITRARY = Estimator("*", "any proxy", ((-oo, oo, symbols.mu(x)),))
"""Stands for every μ' in the statements that hold for any straight-through estimator."""

ESTIMATORS: dict[str, Estimator] = {}


def add(new: Estimator) -> Estimator:
    """Register an estimator, its parameters under symbols of their own; ValueError for a name that it cannot have."""
    names = naming.declared("estimator", new, ESTIMATORS, () if new.kernels is None else (symbols.theta, symbols.r))
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


def _window() -> Estimator:
    half_width, full = symbols.c, 1 / sqrt(2 * pi)
    level, across = half_width / symbols.r, half_width / (sqrt(2) * symbols.r * sin(symbols.theta))
    left, drop = exp(-(level**2) / 2), full * (1 - exp(-(level**2) / 2))
    turned = drop + full * (left * erf(across * cos(symbols.theta)) - erf(across))
    return Estimator(
        "window",
        "window, μ'(x) = 1{|x| < c}",
        ((-half_width, half_width, _ONE),),
        (Parameter(half_width, Rational(1), "half-width, c > 0"),),
        kernels=(drop, _ZERO, turned, full * erf(across)),
    )


WINDOW = add(_window())

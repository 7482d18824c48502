"""Penalties: p declared once, as smooth pieces on u > 0, with the closed form of its proximal map.

``S(x) = argmin_u ρ p(|u|) + ½(u − x)²`` is odd, 0 up to a threshold and ``sgn(x)(|x| − shrink(|x|))`` beyond it. To add
a penalty, construct a `Penalty` and pass it to `add`, here or in an extension: its claims (P5, P6 and P7 with its
name), the derivation that holds the closed form against the definition, the generated code and the checks all read what
is declared. See CONTRIBUTING.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import sympy
from sympy import Abs, Eq, Expr, Integer, Le, Min, Piecewise, Rational, Symbol, acos, asin, cos, oo, pi, sign, sin, sqrt
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from proofs import naming, symbols
from proofs.penalty_rules import Declaration, Shape, check, check_name, plain_branches, plain_pieces
from proofs.pieces import exact
from proofs.symbols import a, gamma, ratio, u, x_in

__all__ = ["PENALTIES", "Penalty", "Shape", "add", "penalty", "size"]

size = Symbol("size", nonnegative=True)
"""|x|: what thresholds and shrinkages are written in."""


@dataclass(frozen=True)
class Penalty(Declaration):
    """A penalty p(|u|) with p(0) = 0, and the closed form of its proximal map.

    `pieces` lists (low, high, p as an expression in `proofs.symbols.u`) on u > 0, ascending and touching; a first piece
    that does not tend to 0 makes p jump. In ρ = `proofs.symbols.ratio`: `threshold` is the largest |x| with S(x) = 0;
    `branches` says for each piece, in its order, what |x| − |S(x)| is where |S(x)| lands in that piece, and when, in
    `size` = |x| beyond the threshold (the first condition met counts); `displacement` is sup |x − S(x)|, ∞ where there
    is no bound; `domain` is the condition on ρ and the parameters under which all this is so, where it is not always.
    `stable` and `stable_envelope`, where given, are the forms that compute best, `printed` is the map as the literature
    prints it; they are proved equal. Where the solver does not know the functions in p, `prove` gives the
    `proofs.proximal.Branch` of each piece, and `prove_threshold` the obligations from which the threshold follows.
    Raises ValueError for parts of another form; `add`, for what is no penalty of the model P(u) = Σ p(|u_i|), such as a
    one-sided or a grouped one.
    """

    def __post_init__(self) -> None:
        try:
            check_name(self.name)
            for name, value in (
                ("pieces", plain_pieces(self.pieces)),
                ("branches", plain_branches(self.branches, size)),
                ("threshold", exact(self.threshold, "`threshold`")),
                ("displacement", None if self.displacement is None else exact(self.displacement, "`displacement`")),
            ):
                object.__setattr__(self, name, value)
            if not isinstance(self.parameters, tuple) or not all(isinstance(s, Shape) for s in self.parameters):
                raise ValueError("`parameters` must be a tuple of Shape")
            if self.threshold.has(Piecewise):
                raise ValueError("`threshold` holds a Piecewise; write it with Min and Max")
            if not isinstance(self.domain, Boolean):
                raise ValueError("`domain` must be a relation of SymPy, such as ratio <= 1")
        except ValueError as error:
            raise ValueError(f"penalty {self.name!r}: {error}") from error

    @property
    def hypotheses(self) -> tuple[Boolean, ...]:
        """What ρ and the parameters must satisfy beyond being positive."""
        bounds = [
            (sympy.Ge if s.attained else sympy.Gt)(s.symbol, s.above, evaluate=False)
            for s in self.parameters
            if s.above != 0
        ]
        return (*bounds, *([] if self.domain == sympy.true else [self.domain]))

    @property
    def jumps(self) -> bool:
        """Whether p(0⁺) > 0 = p(0)."""
        return bool(self.pieces[0][2].subs(u, 0) != 0)

    def at(self, value: Expr) -> Expr:
        """p at an expression that is > 0 wherever it is used."""
        cases = [(piece.subs(u, value), Le(value, high)) for _, high, piece in self.pieces[:-1]]
        last = self.pieces[-1][2].subs(u, value)
        return Piecewise(*cases, (last, True)) if cases else last

    @property
    def on_reals(self) -> Expr:
        """p(|u|) for real u, as a definition states it."""
        beyond = self.at(Abs(u))
        return Piecewise((Integer(0), Eq(u, 0)), (beyond, True)) if self.jumps else beyond

    @property
    def shrink(self) -> Expr:
        """|x| − |S(x)| beyond the threshold, in `size`."""
        return Piecewise(*self.branches) if len(self.branches) > 1 else self.branches[0][0]

    @property
    def landings(self) -> tuple[Expr, ...]:
        """|S(x)| in each branch: a quotient where |x| and the gap have a common divisor > 0, as they may cancel."""
        found = []
        for gap, _ in self.branches:
            above, below = (
                sympy.fraction(sympy.factor(size - gap)) if gap.is_rational_function() else (size - gap, Integer(1))
            )
            found.append(above / below if below.is_positive and below.free_symbols else size - gap)
        return tuple(found)

    @property
    def has_quotients(self) -> bool:
        """Whether some branch is such a quotient."""
        return any(root != size - gap for root, (gap, _) in zip(self.landings, self.branches, strict=True))

    @property
    def proximal(self) -> Expr:
        """S(x) as declared: 0 up to the threshold, sgn(x)(|x| − shrink) beyond it."""
        beyond = x_in - sign(x_in) * self.shrink.subs(size, Abs(x_in))
        if self.has_quotients:
            conditions = [condition for _, condition in self.branches]
            signed = [sign(x_in) * root for root in self.landings]
            beyond = Piecewise(*zip(signed, conditions, strict=True)).subs(size, Abs(x_in))
        if self.threshold == 0:
            return beyond
        return Piecewise((Integer(0), Le(Abs(x_in), self.threshold)), (beyond, True))

    @property
    def envelope(self) -> Expr:
        """min over u of λ p(|u|) + (β/2)(x − u)², taken at S(x), in λ, β and ρ = λ/β."""
        return self.envelope_in([gap for gap, _ in self.branches])

    def envelope_in(self, gaps: Sequence[Expr]) -> Expr:
        """The same with other expressions for |x| − |S(x)|, a symbol each, say."""
        zero = (symbols.beta * x_in**2 / 2, Le(Abs(x_in), self.threshold))
        cases = [] if self.threshold == 0 else [zero]
        for gap, root, (_, condition), (_, _, piece) in zip(
            gaps, self.landings, self.branches, self.pieces, strict=True
        ):
            value = symbols.lam * piece.subs(u, root) + symbols.beta * gap**2 / 2
            own = sympy.true if isinstance(condition, bool) else condition
            cases.append((value.subs(size, Abs(x_in)), own.subs(size, Abs(x_in))))
        return Piecewise(*cases)

    @property
    def edges(self) -> tuple[Expr, ...]:
        """The |x| at which S passes from one branch to the next."""
        return tuple(cast(Relational, when).rhs for _, when in self.branches[:-1])


PENALTIES: dict[str, Penalty] = {}


def add(new: Penalty) -> Penalty:
    """Register a penalty, its parameters under symbols of their own.

    Raises ValueError for a name that it cannot have, and for what is no penalty of the model.
    """
    names = naming.declared("penalty", new, PENALTIES, (ratio, size, u))
    try:
        check(new, size)
    except ValueError as error:
        raise ValueError(f"penalty {new.name!r}: {error}") from error
    own: Penalty = naming.in_symbols(new, names) if names else new
    asked = {name: getattr(new, name) for name in ("prove", "prove_threshold") if names}
    proofs: dict[str, Any] = {name: partial(_prove, prove, names) for name, prove in asked.items() if prove is not None}
    PENALTIES[new.name] = own = replace(own, **proofs) if proofs else own
    return own


def _prove(prove: Callable[[Penalty], list[Any]], names: dict[Symbol, Symbol], registered: Penalty) -> list[Any]:
    """The branches or obligations that a declaration proves in its own symbols, in those it is registered under."""
    found = prove(naming.in_symbols(registered, {new: old for old, new in names.items()}))
    return [naming.in_symbols(each, names) for each in found]


def penalty(name: str) -> Penalty:
    """The penalty of that name; ValueError with the known names otherwise."""
    if name not in PENALTIES:
        raise ValueError(f"penalty {name!r} is unknown; known: {', '.join(PENALTIES)}")
    return PENALTIES[name]


_ONE, _ZERO = Integer(1), Integer(0)
_SHORT = Min(Abs(x_in), ratio)

L1 = Penalty(
    "l1",
    "l1, p(u) = |u|",
    ((_ZERO, oo, u),),
    threshold=ratio,
    branches=((ratio, True),),
    source="classical",
    stable=x_in - sympy.Max(-ratio, Min(x_in, ratio)),
    stable_envelope=symbols.beta * _SHORT * (Abs(x_in) - _SHORT / 2),
)
L0 = Penalty(
    "l0",
    "l0, p(u) = 1{u ≠ 0}",
    ((_ZERO, oo, _ONE),),
    threshold=sqrt(2 * ratio),
    branches=((_ZERO, True),),
    source="classical",
    stable_envelope=Min(symbols.beta * x_in**2 / 2, symbols.lam),
)

_JUMP = sqrt(2 * ratio * (a + 1))
_CAPPED = Min(_JUMP, a)
_TL1_THRESHOLD = _CAPPED * (2 * _JUMP - _CAPPED) / (2 * a)
_REACH = a + size
_TL1_SINE = Rational(3, 2) * sqrt(3) * sqrt(ratio * a * (a + 1)) / _REACH ** Rational(3, 2)


def _tl1_printed() -> Expr:
    x, small = Abs(x_in), ratio <= a**2 / (2 * (a + 1))
    angle = acos(1 - Rational(27, 2) * ratio * a * (a + 1) / (a + x) ** 3)
    root = sign(x_in) * (Rational(2, 3) * (a + x) * cos(angle / 3) - 2 * a / 3 + x / 3)
    threshold = Piecewise((ratio * (a + 1) / a, small), (_JUMP - a / 2, True))
    return Piecewise((Integer(0), Le(x, threshold)), (root, True))


TL1 = Penalty(
    "tl1",
    "transformed l1, p(u) = (a + 1)|u|/(a + |u|)",
    ((_ZERO, oo, (a + 1) * u / (a + u)),),
    threshold=_TL1_THRESHOLD,
    branches=((Rational(4, 3) * sin(asin(_TL1_SINE) / 3) ** 2 * _REACH, True),),
    parameters=(Shape(a, Rational(1), "shape, a > 0"),),
    printed=_tl1_printed(),
    source="[ZX]",
)

_MCP_THRESHOLD = sqrt(ratio) * sqrt(Min(ratio, gamma))

MCP = Penalty(
    "mcp",
    "minimax concave, p(u) = |u| − u²/2γ up to γ, then γ/2",
    ((_ZERO, gamma, u - u**2 / (2 * gamma)), (gamma, oo, gamma / 2)),
    threshold=_MCP_THRESHOLD,
    branches=((ratio * (gamma - size) / (gamma - ratio), size < gamma), (_ZERO, True)),
    parameters=(Shape(gamma, Rational(2), "width, γ > 0"),),
    stable=Piecewise(
        (_ZERO, Le(Abs(x_in), _MCP_THRESHOLD)),
        (sign(x_in) * gamma * (Abs(x_in) - ratio) / (gamma - ratio), Abs(x_in) < gamma),
        (x_in, True),
    ),
    source="Zhang, Ann. Statist. 38 (2010); the case ρ ≥ γ [here]",
)

SCAD = Penalty(
    "scad",
    "smoothly clipped, p'(u) = 1 up to 1, (a − u)/(a − 1) up to a, then 0",
    ((_ZERO, _ONE, u), (_ONE, a, u - (u - 1) ** 2 / (2 * (a - 1))), (a, oo, (a + 1) / 2)),
    threshold=sqrt(ratio) * sqrt(Min(ratio, a + 1)),
    branches=(
        (ratio, size <= Min(1 + ratio, (a + 1 + ratio) / 2, a + 1)),
        (ratio * (a - size) / (a - 1 - ratio), size < a),
        (_ZERO, True),
    ),
    parameters=(Shape(a, Rational(37, 10), "knee, a ≥ 1", _ONE, attained=True),),
    source="Fan and Li, J. Amer. Statist. Assoc. 96 (2001), with knots 1 and a; the cases ρ ≥ a − 1 [here]",
)

_HALF_THRESHOLD = Rational(3, 2) * ratio ** Rational(2, 3)
_HALF_SINE = Rational(3, 4) * sqrt(3) * ratio / size ** Rational(3, 2)
_THIRD = asin(_HALF_SINE) / 3
_COSINE = ratio / 4 * (Abs(x_in) / 3) ** Rational(-3, 2)
HALF = Penalty(
    "half",
    "l½, p(u) = √|u|",
    ((_ZERO, oo, sqrt(u)),),
    threshold=_HALF_THRESHOLD,
    branches=((Rational(4, 3) * size * sin(_THIRD) * sin(pi / 3 + _THIRD), True),),
    printed=Piecewise(
        (_ZERO, Le(Abs(x_in), _HALF_THRESHOLD)),
        (Rational(2, 3) * x_in * (1 + cos(2 * pi / 3 - Rational(2, 3) * acos(_COSINE))), True),
    ),
    source="Xu, Chang, Xu and Zhang, IEEE Trans. Neural Netw. 23 (2012)",
)

PENALTIES |= {own.name: own for own in (L1, L0, TL1, MCP, SCAD, HALF)}  # a test checks them as `add` would

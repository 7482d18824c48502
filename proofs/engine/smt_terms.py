"""SymPy's statements over the reals in the terms of an SMT solver, and what a number that it finds means in them.

Sines and cosines are numbers with c² + s² = 1; π enters between two rationals; a root is one where its radicand is
not negative. SymPy cancels x/x before the solver sees it: a quotient speaks of the points where it is defined.
"""

from __future__ import annotations

import operator
import signal
from typing import Any, Final

import sympy
from sympy import And, Basic, Expr, Implies, Integer, Not, Piecewise, Rational, Symbol, pi
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanFunction, BooleanTrue

from proofs.engine.sentence import Kept

_CLOCK: Final = 120_000
"""Milliseconds after which it is stopped all the same; it takes a million steps in one to ten seconds."""

_RELATIONS: Final = {
    **{sympy.Eq: operator.eq, sympy.Ne: operator.ne, sympy.Lt: operator.lt},
    **{sympy.Le: operator.le, sympy.Gt: operator.gt, sympy.Ge: operator.ge},
}
_PI_KNOWN: Final = "π is known to 6 digits only"
_PI_BETWEEN: Final = Rational(333, 106), Rational(355, 113)


class SolverMissingError(ImportError):
    """The SMT solver is not installed: nothing can be said about inequalities."""


def solver_module() -> Any:
    """Z3; SolverMissingError, which says how to get it, where there is none."""
    try:
        import z3  # half of SymPy's import time, needed by derivations only
    except ImportError as error:
        message = "the SMT solver Z3 is not installed; install it with: pip install z3-solver"
        raise SolverMissingError(message) from error
    return z3


def _sides(part: Basic) -> list[Expr]:
    """The expressions that a statement compares, without those inside a Piecewise."""
    if isinstance(part, Relational):
        return list(part.args)
    return [side for inner in part.args for side in _sides(inner)] if isinstance(part, BooleanFunction) else []


class Translation:
    """SymPy to the solver's terms. `facts` are the assumptions on the symbols and the meaning of roots."""

    def __init__(self, context: Any = None) -> None:
        self.z3 = solver_module()
        self.method = self.z3.Solver
        # Of its own unless one is given: what is found must not depend on what was asked before.
        self.context = context or self.z3.Context()
        self.symbols: dict[str, Any] = {}
        self._known: dict[str, Symbol] = {}
        self.facts: list[Any] = []
        self.approximate = ""
        self._circles: dict[Expr, tuple[Any, Any]] = {}
        self._roots: dict[tuple[Expr, int], Any] = {}
        self._terms: dict[Basic, Any] = {}
        self._powers: dict[Basic, int] = {}
        self.undefined: list[Any] = []
        """Conditions under which the solver took any number for a quotient or a root."""

    def solver(self, steps: int, *parts: Any) -> Any:
        """A new one: asked twice, a solver no longer uses its decision procedure for polynomials."""
        solver = self.method(ctx=self.context)
        # Ctrl-C would stop it even in a worker, which leaves Ctrl-C to the process that began it.
        solver.set(rlimit=steps, timeout=_CLOCK, ctrl_c=signal.getsignal(signal.SIGINT) is not signal.SIG_IGN)
        solver.add(*self.facts, *parts)
        return solver

    def answer(self, solver: Any) -> Any:
        """What it says; KeyboardInterrupt if Ctrl-C stopped it, which it takes for a reason not to know."""
        found = solver.check()
        if found == self.z3.unknown and solver.reason_unknown() == "interrupted from keyboard":
            raise KeyboardInterrupt
        return found

    def boolean(self, part: Basic) -> Any:
        """The solver's term for a condition; what stands in several places is made once."""
        if part not in self._terms:
            self._terms[part] = self._boolean(part)
        return self._terms[part]

    def _boolean(self, part: Basic) -> Any:
        z3 = self.z3
        if isinstance(part, BooleanTrue | BooleanFalse):
            return z3.BoolVal(bool(part), self.context)
        joined = {And: z3.And, sympy.Or: z3.Or, Not: z3.Not, Implies: z3.Implies, sympy.ITE: z3.If}
        if type(part) in joined:  # ITE is what SymPy makes of a relation with a Piecewise in it
            return joined[type(part)](*map(self.boolean, part.args))
        if isinstance(part, sympy.Equivalent):
            first, *others = map(self.boolean, part.args)
            return z3.And(*(first == other for other in others))
        if isinstance(part, Kept):  # a predicate: all that counts is whether it is the same, and one is asked for once
            self.approximate = self.approximate or "a predicate is known by its name only"
            return z3.Bool(f"predicate {len(self._terms)}", self.context)
        if type(part) not in _RELATIONS:
            raise ValueError(f"no SMT form for the condition {part}")
        return self.relation(part)

    def relation(self, part: Basic) -> Any:
        """The same for one between two numbers."""
        return _RELATIONS[type(part)](*map(self.real, part.args))

    def spurious(self, found: dict[str, Any], given: tuple[Boolean, ...], conclusion: Boolean) -> bool:
        """Whether the statement, evaluated exactly where the solver says it fails, does not.

        The solver's quotient by 0, and its root of a negative number, are any numbers, and its integers are reals.
        """
        if not all(self.z3.is_rational_value(value) for value in found.values()):
            return any(self._known[name].is_integer for name in found)
        point = {
            self._known[name]: Rational(value.numerator_as_long(), value.denominator_as_long())
            for name, value in found.items()
        }
        if any(symbol.is_integer and not value.is_integer for symbol, value in point.items()):
            return True
        try:
            holds = [part.xreplace(point) for part in given]
            fails = conclusion.xreplace(point)
            sides = [side.xreplace(point) for part in (*given, conclusion) for side in _sides(part)]
        except TypeError:  # a comparison of what is undefined there
            return True
        return (
            any(side.has(sympy.nan, sympy.zoo) for side in sides)
            or not all(isinstance(part, BooleanTrue) for part in holds)
            or not isinstance(fails, BooleanFalse)
        )

    def real(self, part: Expr) -> Any:
        """The same for a number."""
        if part not in self._terms:
            self._terms[part] = self._real(part)
        return self._terms[part]

    def _real(self, part: Expr) -> Any:
        z3 = self.z3
        if isinstance(part, Rational):
            return self._number(part)
        if isinstance(part, Symbol):
            return self._symbol(part)
        if part == pi:
            return self._pi()
        if isinstance(part, sympy.Add | sympy.Mul):
            return (z3.Sum if part.is_Add else z3.Product)(*map(self.real, part.args))
        if isinstance(part, sympy.Pow):
            return self._power(part)
        if isinstance(part, sympy.Abs):
            inside = self.real(part.args[0])
            return z3.If(inside >= 0, inside, -inside)
        if isinstance(part, sympy.sign):
            inside = self.real(part.args[0])
            one, zero = self._number(Integer(1)), self._number(Integer(0))
            return z3.If(inside > 0, one, z3.If(inside < 0, -one, zero))
        if isinstance(part, sympy.cos | sympy.sin):
            return self._circle(part.args[0])[isinstance(part, sympy.sin)]
        if isinstance(part, sympy.tan | sympy.cot):
            c, s = self._circle(part.args[0])
            self.undefined.append((c if isinstance(part, sympy.tan) else s) == 0)
            return s / c if isinstance(part, sympy.tan) else c / s
        if isinstance(part, sympy.Max | sympy.Min):
            return self._extreme(part)
        if isinstance(part, Piecewise):
            return self._pieces(part)
        raise ValueError(f"no SMT form for {part.func.__name__} in {part}")

    def _number(self, value: Rational) -> Any:
        return self.z3.RealVal(f"{value.p}/{value.q}", self.context)

    def _symbol(self, symbol: Symbol) -> Any:
        if self._known.setdefault(symbol.name, symbol) != symbol:
            raise ValueError(f"two symbols print alike: {symbol.name}")  # as one variable they would be equal
        if symbol.is_even or symbol.is_odd or symbol.is_irrational or (symbol.is_rational and not symbol.is_integer):
            raise ValueError(f"no SMT form for what {symbol} assumes")  # a counterexample would be none
        if symbol.name not in self.symbols:
            name = f"symbol {symbol.name}"  # a root or π has none such
            value = self.symbols[symbol.name] = self.z3.Real(name, self.context)
            for holds, relation, bound in (
                (symbol.is_integer and symbol.is_positive, operator.ge, 1),
                (symbol.is_positive, operator.gt, 0),
                (symbol.is_negative, operator.lt, 0),
                (symbol.is_nonnegative, operator.ge, 0),
                (symbol.is_nonpositive, operator.le, 0),
                (symbol.is_nonzero, operator.ne, 0),
            ):
                if holds:
                    self.facts.append(relation(value, bound))
        return self.symbols[symbol.name]

    def _pi(self) -> Any:
        value = self.z3.Real("pi", self.context)
        if self.approximate != _PI_KNOWN:
            self.approximate = _PI_KNOWN
            low, high = map(self.real, _PI_BETWEEN)
            self.facts += [low < value, value < high]
        return value

    def _circle(self, angle: Expr) -> tuple[Any, Any]:
        """Cosine and sine of an angle, of which only c² + s² = 1 is known: a counterexample is none."""
        if angle not in self._circles:
            number, self.approximate = len(self._circles), "an angle is known by its cosine and sine only"
            c, s = (self.z3.Real(f"{name} {number}", self.context) for name in ("cos", "sin"))
            self._circles[angle] = c, s
            self.facts.append(c * c + s * s == 1)
        return self._circles[angle]

    def _power(self, part: sympy.Pow) -> Any:
        base, exponent = part.args
        if not isinstance(exponent, Rational):
            return self._unknown(part)
        value = self.real(base) if exponent.q == 1 else self._root(base, int(exponent.q))
        product = self.z3.Product(*[value] * abs(int(exponent.p)))
        if exponent > 0:
            return product
        self.undefined.append(product == 0)  # the solver's quotient by 0 is any number: what is proved holds for each
        return 1 / product

    def _unknown(self, part: sympy.Pow) -> Any:
        """A power whose exponent is no number: nothing is known of its value, but what one step more does."""
        more, steps = part.exp.as_coeff_Add()
        if more.is_Integer and more > 0 and steps.is_integer and steps.is_nonnegative:
            return self.real(part.base**more) * self._unknown(sympy.Pow(part.base, steps))
        for symbol in sorted(part.free_symbols, key=str):
            self._symbol(symbol)  # a counterexample gives them values, by name
        self.approximate = "a power is known by its name only"
        value = self.z3.Real(f"power {self._powers.setdefault(part, len(self._powers))}", self.context)
        if part.is_nonnegative:
            self.facts.append(value >= 0)
        return value

    def _root(self, radicand: Expr, degree: int) -> Any:
        """A root: nothing is said of it where the radicand is negative, so that no hypothesis hides there."""
        if (radicand, degree) not in self._roots:
            inside = self.real(radicand)
            value = self._roots[radicand, degree] = self.z3.Real(f"root {len(self._roots)}", self.context)
            self.undefined.append(inside < 0)
            power = self.z3.Product(*[value] * degree)
            self.facts.append(self.z3.Implies(inside >= 0, self.z3.And(value >= 0, power == inside)))
        return self._roots[radicand, degree]

    def _extreme(self, part: Expr) -> Any:
        first, *rest = map(self.real, part.args)
        for value in rest:
            better = value > first if isinstance(part, sympy.Max) else value < first
            first = self.z3.If(better, value, first)
        return first

    def _pieces(self, part: Piecewise) -> Any:
        *pieces, (last, otherwise) = part.args
        if otherwise != True:  # noqa: E712  (SymPy's true)
            raise ValueError(f"no SMT form for a Piecewise without a last piece that always holds: {part}")
        value = self.real(last)
        for piece, condition in reversed(pieces):
            value = self.z3.If(self.boolean(condition), self.real(piece), value)
        return value


class Words(Translation):
    """Relations as words: what follows whatever they mean follows at once."""

    def __init__(self) -> None:
        super().__init__(solver_module().main_ctx())  # what is asked of words alone is decided, whatever was before
        self._numbers: dict[Basic, int] = {}
        self.method = self.z3.SimpleSolver

    def relation(self, part: Basic) -> Any:
        """A word for it."""
        return self.z3.Bool(f"relation {self._numbers.setdefault(part, len(self._numbers))}", self.context)

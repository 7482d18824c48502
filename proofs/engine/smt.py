"""Statements over the reals, decided by an SMT solver: ``given`` implies ``conclusion`` for all real values.

The obligation is written in the mathematics: SymPy relations between polynomials, quotients, roots, |·|, min, max and
pieces. It is proved when the solver finds its negation unsatisfiable, refuted when the solver exhibits a
counterexample, and undecided otherwise: on a timeout, and when the hypotheses cannot be shown to be satisfiable, for
then anything would follow. A counterexample whose values are rational is put back into the statement itself, and
believed only if that is false there. Sines and cosines enter as symbols with c² + s² = 1; π enters between two
rationals. SymPy cancels x/x before the solver sees it: a quotient speaks of the points where it is defined.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sympy import (
    ITE,
    Abs,
    Add,
    And,
    Basic,
    Eq,
    Equivalent,
    Expr,
    Ge,
    Gt,
    Implies,
    Integer,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    nan,
    pi,
    sign,
    zoo,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanFunction, BooleanTrue

from proofs.engine.decision import Decision, Obligation

__all__ = ["SolverMissingError", "follows", "impossible"]

_TIMEOUT: Final = 20_000
"""Milliseconds the solver may take over one obligation."""

_SHORT: Final = 2_000
"""The same for one region of a case distinction."""

_PI_BETWEEN: Final = Rational(333, 106), Rational(355, 113)


class SolverMissingError(ImportError):
    """The SMT solver is not installed: nothing can be said about inequalities."""


def _solver_module() -> Any:
    try:
        import z3  # half of SymPy's import time, needed by derivations only
    except ImportError as error:
        message = "the SMT solver Z3 is not installed; install it with: pip install z3-solver"
        raise SolverMissingError(message) from error
    return z3


def follows(what: str, conclusion: Boolean, *given: Boolean | Iterable[Boolean], timeout: int = _TIMEOUT) -> Obligation:
    """Owe: every real point that satisfies `given`, and the assumptions on the symbols, satisfies `conclusion`.

    Integer symbols are taken as reals: what holds for all reals holds for them. The solver may take `timeout`
    milliseconds. Raises ValueError for what it cannot express, SolverMissingError where there is no solver.
    """
    hypotheses = tuple(one for part in given for one in ([part] if isinstance(part, Boolean) else part))
    shown = Implies(And(*hypotheses, evaluate=False), conclusion, evaluate=False) if hypotheses else conclusion
    return Obligation(what, shown, _decide(hypotheses, conclusion, timeout))


def impossible(conditions: Iterable[Boolean]) -> bool:
    """Whether no real point satisfies all of `conditions` and the assumptions on the symbols: True only if proved."""
    z3 = _solver_module()
    translation = _Translation(z3)
    try:
        parts = [translation.boolean(part) for part in conditions]
    except ValueError:  # a function the solver does not know
        return False
    solver = z3.Solver(ctx=translation.context)
    solver.set("timeout", _SHORT)
    solver.add(*translation.facts, *parts)
    return bool(solver.check() == z3.unsat)


def _decide(given: tuple[Boolean, ...], conclusion: Boolean, timeout: int) -> Decision:
    z3 = _solver_module()
    translation = _Translation(z3)
    hypotheses = [translation.boolean(part) for part in given]
    claim = translation.boolean(conclusion)

    def asked(*parts: Any) -> Any:  # a solver asked twice no longer uses its decision procedure for polynomials
        solver = z3.Solver(ctx=translation.context)
        solver.set("timeout", timeout)
        solver.add(*translation.facts, *hypotheses, *parts)
        return solver

    if (consistent := asked().check()) != z3.sat:
        why = "contradict each other" if consistent == z3.unsat else "were not shown to be satisfiable"
        return Decision(None, f"the hypotheses {why}")
    solver = asked(z3.Not(claim))
    answer = solver.check()
    if answer == z3.unsat:
        return Decision(True)
    if answer == z3.unknown or translation.approximate:
        return Decision(None, f"the solver gave no proof ({solver.reason_unknown() or 'π is known to 6 digits only'})")
    model = solver.model()
    names = translation.symbols
    found = {name: model.eval(names[name], model_completion=True) for name in sorted(names)}
    where = ", ".join(f"{name} = {value}" for name, value in found.items())
    arbitrary = any(z3.is_true(model.eval(part, model_completion=True)) for part in translation.undefined)
    if arbitrary or translation.spurious(found, given, conclusion):
        return Decision(None, f"the solver's counterexample is none ({where})")
    return Decision(False, f"fails at {where}")


def _sides(part: Basic) -> list[Expr]:
    """The expressions that a statement compares, without those inside a Piecewise."""
    if isinstance(part, Relational):
        return list(part.args)
    return [side for inner in part.args for side in _sides(inner)] if isinstance(part, BooleanFunction) else []


class _Translation:
    """SymPy to the solver's terms. `facts` are the assumptions on the symbols and the meaning of roots."""

    def __init__(self, z3: Any) -> None:
        self.z3 = z3
        self.context = z3.Context()  # of its own: what is found must not depend on what was asked before
        self.symbols: dict[str, Any] = {}
        self._known: dict[str, Symbol] = {}
        self.facts: list[Any] = []
        self.approximate = False
        self._roots: dict[tuple[Expr, int], Any] = {}
        self.undefined: list[Any] = []
        """Conditions under which the solver took any number for a quotient or a root."""

    def boolean(self, part: Basic) -> Any:
        z3 = self.z3
        if isinstance(part, BooleanTrue | BooleanFalse):
            return z3.BoolVal(bool(part), self.context)
        if isinstance(part, And | Or):
            join = z3.And if isinstance(part, And) else z3.Or
            return join(*map(self.boolean, part.args))
        if isinstance(part, Not):
            return z3.Not(self.boolean(part.args[0]))
        if isinstance(part, Implies):
            return z3.Implies(*map(self.boolean, part.args))
        if isinstance(part, Equivalent):
            first, *others = map(self.boolean, part.args)
            return z3.And(*(first == other for other in others))
        if isinstance(part, ITE):  # what SymPy makes of a relation with a Piecewise in it
            return z3.If(*map(self.boolean, part.args))
        relations = {Eq: "__eq__", Ne: "__ne__", Lt: "__lt__", Le: "__le__", Gt: "__gt__", Ge: "__ge__"}
        if type(part) not in relations:
            raise ValueError(f"no SMT form for the condition {part}")
        left, right = map(self.real, part.args)
        return getattr(left, relations[type(part)])(right)

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
            any(side.has(nan, zoo) for side in sides)
            or not all(isinstance(part, BooleanTrue) for part in holds)
            or not isinstance(fails, BooleanFalse)
        )

    def real(self, part: Expr) -> Any:
        z3 = self.z3
        if isinstance(part, Rational):
            return self._number(part)
        if isinstance(part, Symbol):
            return self._symbol(part)
        if part == pi:
            return self._pi()
        if isinstance(part, Add):
            return z3.Sum(*map(self.real, part.args))
        if isinstance(part, Mul):
            return z3.Product(*map(self.real, part.args))
        if isinstance(part, Pow):
            return self._power(part)
        if isinstance(part, Abs):
            inside = self.real(part.args[0])
            return z3.If(inside >= 0, inside, -inside)
        if isinstance(part, sign):
            inside = self.real(part.args[0])
            one, zero = self._number(Integer(1)), self._number(Integer(0))
            return z3.If(inside > 0, one, z3.If(inside < 0, -one, zero))
        if isinstance(part, Max | Min):
            return self._extreme(part)
        if isinstance(part, Piecewise):
            return self._pieces(part)
        raise ValueError(f"no SMT form for {part.func.__name__} in {part}")

    def _number(self, value: Rational) -> Any:
        return self.z3.RealVal(f"{value.p}/{value.q}", self.context)

    def _real(self, name: str) -> Any:
        return self.z3.Real(name, self.context)

    def _symbol(self, symbol: Symbol) -> Any:
        if self._known.setdefault(symbol.name, symbol) != symbol:
            raise ValueError(f"two symbols print alike: {symbol.name}")  # as one variable they would be equal
        if symbol.name not in self.symbols:
            value = self.symbols[symbol.name] = self._real(f"symbol {symbol.name}")  # a root or π has none such
            if symbol.is_integer and symbol.is_positive:
                self.facts.append(value >= 1)
            for holds, fact in (
                (symbol.is_positive, value > 0),
                (symbol.is_negative, value < 0),
                (symbol.is_nonnegative, value >= 0),
                (symbol.is_nonpositive, value <= 0),
                (symbol.is_nonzero, value != 0),
            ):
                if holds:
                    self.facts.append(fact)
        return self.symbols[symbol.name]

    def _pi(self) -> Any:
        if not self.approximate:
            self.approximate = True
            low, high = map(self.real, _PI_BETWEEN)
            value = self._real("pi")
            self.facts += [low < value, value < high]
        return self._real("pi")

    def _power(self, part: Pow) -> Any:
        base, exponent = part.args
        if isinstance(exponent, Integer):
            factors = [self.real(base)] * abs(int(exponent))
            product = self.z3.Product(*factors)
            # The solver's quotient by 0 is any number: what is proved holds for each of them.
            return product if exponent > 0 else self._inverse(product)
        if isinstance(exponent, Rational):
            root = self._root(base, int(exponent.q))
            return self._power_of(root, int(exponent.p))
        raise ValueError(f"no SMT form for the power {part}")

    def _power_of(self, value: Any, exponent: int) -> Any:
        product = self.z3.Product(*[value] * abs(exponent))
        return product if exponent > 0 else self._inverse(product)

    def _inverse(self, divisor: Any) -> Any:
        self.undefined.append(divisor == 0)
        return 1 / divisor

    def _root(self, radicand: Expr, degree: int) -> Any:
        """A root: nothing is said of it where the radicand is negative, so that no hypothesis hides there."""
        if (radicand, degree) not in self._roots:
            inside = self.real(radicand)
            value = self._roots[radicand, degree] = self._real(f"root {len(self._roots)}")
            self.undefined.append(inside < 0)
            power = self.z3.Product(*[value] * degree)
            self.facts.append(self.z3.Implies(inside >= 0, self.z3.And(value >= 0, power == inside)))
        return self._roots[radicand, degree]

    def _extreme(self, part: Expr) -> Any:
        first, *rest = map(self.real, part.args)
        for value in rest:
            better = value > first if isinstance(part, Max) else value < first
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

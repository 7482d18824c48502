"""A derivation: a chain of named steps, each with obligations that must be decided exactly.

A chain starts at a definition. Every further step either *evaluates* what stands there (SymPy integrates,
differentiates, sums or takes a limit) or puts something else in its place, and then owes the proof that it may: a
residual that reduces to exactly zero, or an exact sign condition. `conclude` ends the chain at the claim's own
statement, which no earlier step may use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any, Literal

from sympy import Expr, Integer, Integral, Poly, Rational, Symbol, expand, pi, sympify
from sympy.logic.boolalg import Boolean

from proofs.engine.decision import Decision, Obligation
from proofs.engine.residual import decide_zero
from proofs.symbols import theta

__all__ = ["Derivation", "Obligation", "Step", "holds", "nonnegative_in_theta", "vanishes"]


def vanishes(what: str, expression: Expr) -> Obligation:
    """Owe: `expression` is identically zero."""
    return Obligation(what, sympify(expression), decide_zero(expression))


def holds(what: str, condition: Boolean | bool) -> Obligation:
    """Owe: a condition that SymPy decides by itself from the assumptions on its symbols."""
    condition = sympify(condition)
    decided = condition.is_Boolean and not condition.free_symbols
    truth = bool(condition) if decided else None
    return Obligation(what, condition, Decision(truth, "" if truth else f"{condition}"))


def nonnegative_in_theta(what: str, expression: Expr) -> Obligation:
    """Owe: an expression affine in θ is ≥ 0 on [0, π]; it is exactly when it is at both ends."""
    polynomial = Poly(expression, theta)
    ends = [polynomial.eval(end) for end in (0, pi)]
    affine = polynomial.degree() <= 1 and all(end.is_number for end in ends)
    signs = [end.is_nonnegative for end in ends] if affine else [None]
    sign = False if False in signs else None if None in signs else True
    return Obligation(what, expression >= 0, Decision(sign, f"values {ends} at the ends"))


Owed = Obligation | Iterable[Obligation]
Line = tuple[Expr, list[Obligation]]
"""What a rule makes of a definition, or of the line before, and what it owes."""


def name_of(rule: Callable[..., Any]) -> str:
    """What a rule is called: the first word of its docstring, and whose. ValueError for a function that has no name."""
    while isinstance(rule, partial):
        rule = rule.func
    name = (rule.__doc__ or "").partition(":")[0]
    if not rule.__module__.startswith("proofs.rules."):
        name += f" of {rule.__module__}"
    if not name.partition(" of ")[0].isupper():
        raise ValueError(f"{rule.__name__} is no rule: its docstring begins with no name in capitals and a colon")
    return name


Kind = Literal[
    "hypothesis", "case", "definition", "solver", "SymPy", "rule", "claim", "case closed", "statement", "besides"
]
"""What a step is taken for granted as, or what proves it."""


@dataclass(frozen=True)
class Step:
    """One named step: what stands after it, why it is allowed, and what it owed.

    `computed` marks what SymPy made from the line before, and the lines that open and close a chain: only these may
    owe nothing. `uses` names the steps before it that it rests on; `rule` is the rule, or the claim, that gave it.
    """

    name: str
    shown: str | Expr | Boolean
    because: str = ""
    obligations: tuple[Obligation, ...] = ()
    computed: bool = False
    kind: Kind = "SymPy"
    rule: str = ""
    uses: tuple[str, ...] = ()

    @property
    def decided(self) -> bool | None:
        """True if every obligation is proved, False if one is refuted, None if one is undecided or none is there."""
        verdicts = [obligation.decision.zero for obligation in self.obligations]
        if False in verdicts:
            return False
        return None if None in verdicts or not (verdicts or self.computed) else True


Planted = tuple[str, Callable[..., Obligation]]
"""A mistake by name, and what is then owed: how many `steps` a solver may take is a keyword of it."""


@dataclass
class Derivation:
    """The chain of one claim. `current` is the expression reached, on the `line` of that name, `derived` the one held
    against the statement, `held` the forms it was held against, `cited` the claims it rests on, `rules` what it trusts
    (an engine's theorem, or that the first line is the definition), `words` the lines that nothing but a sentence joins
    to the one before."""

    claim_id: str
    definition: Any = None
    steps: list[Step] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    names: Any = None
    besides: dict[str, Step] = field(default_factory=dict)
    deciders: dict[str, Callable[[Boolean], list[Obligation]]] = field(default_factory=dict)
    current: Expr | None = None
    line: tuple[str, ...] = ()
    derived: Expr | None = None
    held: tuple[Expr, ...] = ()
    implies: Callable[[Mapping[str, Expr], int], Obligation] | None = None
    mutants: Callable[[], Iterable[Planted]] = tuple
    concluded: Literal["", "statement", "sentence"] = ""

    def begin(self, shown: Expr, because: str = "") -> None:
        """Open the chain with the definition, typed: it is trusted that the line says the same."""
        self._next(Step("Definition", shown, because, computed=True, kind="definition"))
        self.current = shown
        self.trust("DEFINITION")

    def recall(self, claim_id: str, stated: Expr) -> None:
        """Open the chain with what another claim states."""
        self.cite(claim_id)
        self._next(Step(claim_id, stated, "", computed=True, kind="claim", rule=claim_id))
        self.current = stated

    def open(self, rule: Callable[[Derivation, Any], Line], because: str = "") -> None:
        """Open the chain with what a rule makes of the claim's own definition."""
        self._by("Definition", rule, self.definition, because, "definition")

    def by(self, name: str, rule: Callable[[Derivation, Any], Line], because: str = "") -> None:
        """The next line is what a rule makes of the current one."""
        self._by(name, rule, self.current, because)

    def _by(
        self, name: str, rule: Callable[[Derivation, Any], Line], given: Any, because: str, kind: Kind = "rule"
    ) -> None:
        self.current, owes = rule(self, given)
        called = name_of(rule)
        self.trust(called)
        self._next(Step(name, self.current, because or f"by {called}", tuple(owes), not owes, kind, called))

    def _next(self, step: Step) -> None:
        """Add a line, which uses the one before. ValueError after the statement, to which the declaration adds."""
        if self.concluded:
            raise ValueError(f"{self.claim_id}: {step.name!r} comes after the statement; say it in its `besides`")
        self.steps.append(replace(step, uses=(*self.line, *step.uses)))
        self.line = (step.name,)

    def trust(self, rule: str) -> None:
        """Record that the argument rests on a rule."""
        if rule not in self.rules:
            self.rules.append(rule)

    def reached(self, asked: str) -> Expr:
        """The expression reached; ValueError, which says what `asked` for it, where there is none."""
        if self.current is None:
            raise ValueError(f"{self.claim_id}: {asked} before any expression was reached")
        return self.current

    def step(self, name: str, shown: Expr | str, because: str = "", *owes: Owed) -> None:
        """Add a step whose correctness is carried by the obligations it `owes`. ValueError for words."""
        if isinstance(shown, str):
            raise ValueError(f"{self.claim_id}: words are no line of a derivation: {name}")
        self._joined(name, shown, because, owes)

    def apply(self, name: str, change: Callable[[Expr], Expr], because: str = "", *owes: Owed) -> None:
        """Compute the next expression from the current one."""
        self._joined(name, change(self.reached(f"apply({name!r})")), because, owes, computed=True)

    def _joined(self, name: str, shown: Expr, because: str, owes: Iterable[Owed], computed: bool = False) -> None:
        """Add a line, among the `words` if nothing that it owes says that it is the one before."""
        obligations = tuple(one for part in owes for one in ([part] if isinstance(part, Obligation) else part))
        self._next(Step(name, shown, because, obligations, computed))
        if not _says_equal(obligations, self.current, shown):
            self.words.append(name)
        self.current = shown

    def evaluate(self, name: str, because: str = "", over: Symbol | None = None) -> None:
        """Let SymPy carry out the integrals and sums that stand in the current expression, or those over a variable."""
        self.trust("EVALUATION")
        line = self.reached(f"evaluate({name!r})")
        self.current = line.doit() if over is None else evaluated(line, over)
        self._next(Step(name, self.current, because, computed=True, rule="EVALUATION"))

    def cite(self, *claim_ids: str) -> None:
        """Record that what follows rests on other claims, which must themselves be proved."""
        self.cited += [claim_id for claim_id in dict.fromkeys(claim_ids) if claim_id not in self.cited]

    def conclude(self, statement: Expr, printed: Expr | None = None) -> None:
        """End the chain: what was derived equals the statement (and the form the literature prints)."""
        derived = self.derived = self.reached("conclude()")
        self.held = (statement,) if printed is None else (statement, printed)
        owes = [vanishes("derived − statement", derived - statement)]
        if printed is not None and printed != statement:
            owes.append(vanishes("derived − printed form", derived - printed))
        self._next(Step("Statement", statement, "", tuple(owes), kind="statement"))
        self.concluded = "statement"
        if self.mutants is tuple:  # no graph plants its own
            self.mutants = partial(_planted, self.steps[:])

    def decide(self, name: str, rule: Callable[[Boolean], list[Obligation]]) -> None:
        """Of what is said besides, by name: a rule says what it owes."""
        self.trust(name_of(rule))
        self.deciders[name] = rule

    def attain(self, name: str, term: Expr, said: Boolean, uses: tuple[str, ...], *owes: Obligation) -> None:
        """Go on with a term of which a graph's facts imply what is said of the expression reached."""
        self._next(Step(name, said, "", owes, kind="solver", uses=uses))
        self.current = term

    def conclude_sentence(
        self,
        sentence: Boolean,
        implies: Callable[[Mapping[str, Expr], int], Obligation],
        uses: tuple[str, ...],
        *owes: Obligation,
    ) -> None:
        """End a graph at the claim's sentence; `implies` says whether its facts imply it with other parts."""
        self._next(Step("Statement", sentence, "", owes, kind="statement", uses=uses))
        self.concluded, self.implies = "sentence", implies

    @property
    def decided(self) -> bool | None:
        """True if the chain is concluded and every step is proved; False if one is refuted; else None."""
        verdicts = [step.decided for step in self.steps]
        if False in verdicts:
            return False
        if not self.concluded or None in verdicts or not any(s.obligations for s in self.steps):
            return None
        return True


def _planted(steps: Iterable[Step]) -> Iterable[Planted]:
    """A chain with a line off by a thousandth, which then is no longer the one after it, where that is owed."""
    for here, after in pairwise(steps):
        if not after.computed:
            yield f"{here.name}, off by 0.1 %", partial(_off, here.shown, after.shown)


def _off(line: Expr, after: Expr, *, steps: int = 0) -> Obligation:
    return vanishes("they are the same", Rational(1001, 1000) * line - after)


def evaluated(line: Expr, over: Symbol) -> Expr:
    """A line in which the integrals over one variable are carried out."""

    def over_it(part: Expr) -> bool:
        return isinstance(part, Integral) and part.variables == [over]

    done = line.replace(over_it, lambda part: part.doit())
    return done.replace(lambda part: isinstance(part, Integral) and part.function == 0, lambda part: Integer(0))


def _says_equal(owes: Iterable[Obligation], before: Expr | None, after: Expr) -> bool:
    """Whether one of the residuals owed is the difference of two lines."""
    if before is None:
        return False
    gap = expand(before - after)
    owed = (expand(one.expression) for one in owes if isinstance(one.expression, Expr))
    return gap == 0 or any(residual in (gap, expand(-gap)) for residual in owed)

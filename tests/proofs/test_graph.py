"""The graph of facts: what it refuses, and that every mistake planted in one is seen."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sympy import (
    Abs,
    And,
    Eq,
    Expr,
    Ge,
    Implies,
    Integer,
    Le,
    Symbol,
    asin,
    cos,
    floor,
    oo,
    pi,
    sign,
    sin,
    sqrt,
    symbols,
    tan,
)

import proofs
from proofs.engine import claim as registry
from proofs.engine.claim import Claim, Kind
from proofs.engine.definitions import Splitting
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Graph
from proofs.engine.sentence import All, If, Part, Same, Tends, Term, eq, ge, gt, le, lt
from proofs.rules.algebra import Applied, entrywise, gram, grown, iterated, total
from proofs.rules.analysis import (
    addition,
    arcsine,
    carried,
    circle,
    cluster,
    convex,
    falling,
    least,
    partial,
    rising,
    slope,
    sole,
    squeezed,
    tends,
    unbounded,
    vanishing,
)
from proofs.symbols import PRODUCTS, kappa, n, sum_v, sum_vs, theta, v_star, v_vs, vs_vs, w_hat
from proofs.symbols import v as v_

x, y, z = symbols("x y z", real=True)
ABOVE = Claim(
    "B90",
    "a test",
    "[here]",
    Splitting("test"),
    lambda d: None,
    kind=Kind.INEQUALITY,
    sentence=All(If(gt(x, 1), gt(y, Part("bound"))), If(le(x, 1), ge(z, x))),
    parts={"bound": x},
    premises={"square": ge(y, x**2), "far": gt(z, 1)},
    names={x: "x", y: "y", z: "z"},
)

Begin = Callable[..., tuple[Derivation, Graph]]


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Begin:
    def begun(**changes: object) -> tuple[Derivation, Graph]:
        monkeypatch.setitem(registry._REGISTRY, "B90", replace(ABOVE, **changes))  # type: ignore[arg-type]
        derivation = Derivation("B90")
        return derivation, Graph(derivation)

    return begun


def argue(d: Derivation, g: Graph, left_out: str = "") -> bool | None:
    """The argument for ABOVE, or it with one thing left out."""
    square, far = g.given("square"), g.given("far")
    beyond, within = g.case("beyond 1", x > 1), g.case("within 1", x <= 1)
    above = g.fact("y is above", y > x, *([] if left_out == "use" else [square]), beyond)
    other = g.fact("z is above", z >= x, *([] if left_out == "hypothesis" else [far]), within)
    ends = [g.under(beyond, above), other if left_out == "closing" else g.under(within, other)]
    if left_out == "purpose":
        g.fact("idle", x**2 >= 0)
    g.conclude(*(ends[1:] if left_out == "case" else ends))
    return d.decided


def test_an_argument_is_proved(begin: Begin) -> None:
    d, g = begin()
    assert argue(d, g) is True
    assert [label for label, owed in d.mutants() if owed(steps=500_000).decision.zero] == []
    assert len(list(d.mutants())) > 8


@pytest.mark.parametrize("left_out", ["use", "hypothesis", "closing", "purpose", "case"])
def test_an_argument_with_a_hole_is_not(begin: Begin, left_out: str) -> None:
    d, g = begin()
    assert argue(d, g, left_out) is not True


@pytest.mark.parametrize(
    "changes",
    [
        {"sentence": All(If(gt(x, 1), lt(y, Part("bound"))), If(le(x, 1), ge(z, x)))},
        {"sentence": All(gt(y, Part("bound")), If(le(x, 1), ge(z, x)))},
        {"parts": {"bound": 2 * x}},
        {"premises": {"square": ge(y, x), "far": gt(z, 1)}},
        {"premises": {"square": ge(y, x**2), "far": gt(z, 0)}},
        {"premises": {"square": ge(y, x**2), "far": gt(z, 1), "more": gt(x, 0)}},
    ],
    ids=["a word", "a condition", "a formula", "a hypothesis", "a number", "an idle hypothesis"],
)
def test_another_claim_is_not_proved_by_it(begin: Begin, changes: dict[str, object]) -> None:
    d, g = begin(**changes)
    assert argue(d, g) is not True


def test_what_is_no_fact_of_the_claim_is_refused(begin: Begin) -> None:
    _, g = begin()
    square = g.given("square")
    with pytest.raises(ValueError, match="B90 declares no premise 'round'; it declares square, far"):
        g.given("round")
    with pytest.raises(ValueError, match="two facts are called 'square'"):
        g.given("square")
    with pytest.raises(ValueError, match="'square' does not rest on the case 'beyond 1'"):
        g.under(g.case("beyond 1", x > 1), square)
    _, other = begin()
    with pytest.raises(ValueError, match="square is no fact of this graph"):
        other.fact("y", y >= 0, square)


def test_hypotheses_that_contradict_each_other_prove_nothing(begin: Begin) -> None:
    d, g = begin(premises={"square": lt(y, x), "far": gt(y, x)})
    g.fact("anything", y > 7, g.given("square"), g.given("far"))
    assert d.steps[-1].decided is None


STEPS = {"C7": 200_000}
"""Of the solver, where it would be lost in one mistake for twenty seconds; elsewhere 500 000."""


@pytest.mark.parametrize("claim_id", [claim.id for claim in proofs.all_claims()])
def test_every_mistake_in_a_derivation_is_seen(claim_id: str) -> None:
    d = proofs.derive(claim_id)
    assert d.decided is True
    planted = list(d.mutants())
    assert planted
    assert [label for label, owed in planted if owed(steps=STEPS.get(claim_id, 500_000)).decision.zero] == []


# Rules: each premise is needed.

a, b, v = symbols("a b v")
length, turned = symbols("length turned", real=True)


def test_a_rule_names_what_had_no_name(begin: Begin) -> None:
    _, g = begin()
    products = {(a, a): Integer(1), (b, b): Integer(1), (a, b): z}
    g.rule("first", gram, products=products, vectors={v: a + b}, norms={v: length})
    g.rule("again", gram, products=products, norms={a + b: length})
    for wrong in (
        {"norms": {a - b: length}},
        {"expanded": {z: (a, a + b)}},
        {"norms": {v: kappa}, "vectors": {v: a - b}},
    ):
        with pytest.raises(ValueError, match="is no new name for"):
            g.rule("wrong", gram, products=products, **wrong)


def test_gram_expands_and_bounds() -> None:
    products = {(a, a): Integer(1), (b, b): kappa**2, (a, b): x}
    said = gram(
        products=products, vectors={v: a + y * b}, norms={v: length}, named={z: (v, a)}, cosines={turned: (v, b)}
    )
    assert set(said.args) == {
        length >= 0,
        Eq(length**2, 1 + 2 * x * y + kappa**2 * y**2),
        Eq(z, 1 + x * y),
        Abs(z) <= length,
        Eq(kappa * turned * length, x + kappa**2 * y),
    }


def test_gram_refuses_a_product_it_is_not_given() -> None:
    with pytest.raises(ValueError, match="⟨b, b⟩ is missing"):
        gram(products={(a, a): Integer(1), (a, b): x})


def test_a_cited_vector_is_one_of_the_basis(begin: Begin) -> None:
    d, g = begin(premises={"θ ≤ π": le(theta, pi)})
    slope = symbols("slope")
    cited = g.cite("N2", {}, g.given("θ ≤ π"), value=slope)
    assert isinstance(cited.formula, Same)
    squares = g.rule("squares", gram, cited, products=PRODUCTS, expanded={length: (slope, v_star)})
    form = v_vs - (1 - 2 * theta / pi) * vs_vs + (sum_v - sum_vs) * sum_vs
    for name, uses, proved in (("from both", [squares], True), ("from nothing", [], False)):
        g.equal(name, 4 * length, form, *uses)
        assert (d.steps[-1].decided is True) is proved
    with pytest.raises(ValueError, match="v_vs is no new name for"):
        g.rule("wrong", gram, products=PRODUCTS, expanded={v_vs: (v_, v_)})


def test_sums_of_what_holds_of_each_entry() -> None:
    sums = {x * y: symbols("P"), x**2: Integer(1)}
    assert total(And(x * y >= 0, x * y <= x**2), sums=sums) == And(symbols("P") >= 0, symbols("P") <= 1)
    counted = total(x * y <= x**2 + 3 * z, sums=sums | {Integer(1): kappa})
    assert counted == (symbols("P") <= 1 + 3 * z * kappa)
    for wrong in (x * y <= 1, (x * y) ** 2 <= x**2, x * y <= y**2, x * y * x**2 >= 0, Implies(x * y > 0, x**2 > 0)):
        with pytest.raises(ValueError, match="SUM"):
            total(wrong, sums=sums)
    with pytest.raises(ValueError, match="SUM"):
        total(cos(x) * x * y >= 0, sums=sums)


def test_equal_vectors_have_equal_entries() -> None:
    assert entrywise(Same(x * a, v + w_hat), entries={a: y, v: z, w_hat: kappa}) == Eq(x * y, z + kappa)
    for wrong, match in ((Eq(x, y), "not Eq"), (Same(a, v), "entry of v"), (Same(a, w_hat), "entry of w_hat")):
        with pytest.raises(ValueError, match=match):
            entrywise(wrong, entries={a: y})


def test_a_function_grows_by_what_its_slope_does() -> None:
    at = {"slope": y, "below": 1 - 2 * x, "over": x, "start": (Integer(0), z), "end": (kappa, length)}
    steeper = ge((y - 1 + 2 * x) * x, 0)
    assert grown(steeper, **at) == ge(length - z, kappa - kappa**2)
    for wrong in ({"below": 1 + 2 * x}, {"start": (Integer(1), z)}, {"below": 1 / x}, {"end": (x, length)}):
        with pytest.raises(ValueError, match="MONO needs"):
            grown(steeper, **at | wrong)
    with pytest.raises(ValueError, match="MONO needs"):
        grown(ge((y - 1 / x) * x, 0), **at | {"below": 1 / x})


COUNT = Symbol("k", integer=True, nonnegative=True)
AT = {"holds": ge(x, COUNT), "values": {x: (y, x + 1, z)}, "count": COUNT}


def test_what_passes_from_step_to_step_holds_after_all(begin: Begin) -> None:
    first, after = ge(y, 0), Implies(ge(x, COUNT), ge(x + 1, COUNT + 1), evaluate=False)
    assert iterated(first, after, **AT) == ge(z, COUNT)
    for wrong in (
        {"first": ge(y, 1)},
        {"after": Implies(ge(x, COUNT), ge(x + 1, COUNT), evaluate=False)},
        {"count": x},
    ):
        with pytest.raises(ValueError, match="ITER"):
            iterated(**{"first": first, "after": after} | AT | wrong)
    _, g = begin()
    inside = g.case("inside", x < 2)
    told = g.fact("first", ge(y, 0)), g.fact("after", Implies(ge(x, COUNT), ge(x + 1, COUNT + 1)), inside)
    with pytest.raises(ValueError, match="'run' speaks of every entry or point, and a case of some"):
        g.rule("run", iterated, *told, **AT)


def test_a_limit_is_what_it_is_said_to_be() -> None:
    at = {"f": sin(x) * (z + 1) ** 2 / x, "over": x, "to": Integer(0)}
    assert tends(**at, value=z**2 + 2 * z + 1).gives == Tends(at["f"], z**2 + 2 * z + 1, (x, 0))
    with pytest.raises(ValueError, match=r"LIM finds .* as x tends to 0, not 2"):
        tends(**at, value=Integer(2))


t, u = symbols("t u", real=True)
b = Symbol("b", positive=True)
HERE = {"over": t, "low": Integer(0), "high": b}
SOUND: dict[str, tuple[Callable[..., Applied], dict[str, Any]]] = {
    "MONO": (rising, HERE | {"f": t**3 + t, "then": u, "strict": True}),
    "MONO, an end of infinite slope": (rising, HERE | {"f": sqrt(t), "then": u, "strict": True}),
    "CONVEX, chord": (convex, HERE | {"f": t**4}),
    "ARC": (arcsine, {"angle": asin(1 / (1 + b)) / 3}),
    "LIM, ∞": (
        unbounded,
        {"over": t, "f": 1 / (b - t), "top": Integer(1), "bottom": b - t, "start": Integer(0), "to": b},
    ),
    "ONLY": (sole, {"over": t, "low": b, "high": oo, "equation": Eq(1 / (t - b), 1)}),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_rule_gives_what_it_says(name: str, begin: Begin) -> None:
    d, g = begin()
    rule, data = SOUND[name]
    g.apply("applied", rule, **data)
    assert d.steps[-1].decided is True


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("MONO", {"f": t**3 - t}),
        ("MONO", {"f": t**3, "low": -b}),  # its slope is 0 at 0
        ("MONO", {"f": -1 / t, "low": -b}),  # it jumps, and rises on both sides
        ("MONO, an end of infinite slope", {"low": -b}),
        ("CONVEX, chord", {"f": -(t**4)}),
        ("CONVEX, chord", {"f": t**3, "low": -b}),
        ("CONVEX, chord", {"f": 1 / t}),  # not defined at an end
        ("ARC", {"angle": asin(1 / (1 + t)) / 3}),
        ("ARC", {"angle": asin(2 / (1 + b)) / 3}),
        ("LIM, ∞", {"f": -1 / (b - t)}),
        ("LIM, ∞", {"top": b - t}),  # its limit is 0
        ("LIM, ∞", {"top": Integer(2)}),
        ("LIM, ∞", {"bottom": t - b}),
        ("LIM, ∞", {"start": 2 * b}),
        ("ONLY", {"equation": Eq(1 / (b - t), -1)}),  # it rises
        ("ONLY", {"equation": Eq(1 / (t - b), -1)}),
        ("ONLY", {"equation": eq(1 / (t - b), 0)}),  # reached in the limit only
        ("ONLY", {"equation": Eq(1 / (t - b) - t, -2 / b), "low": Integer(0)}),  # it jumps up at b, and has two
        ("ONLY", {"equation": Eq((t - 2 * b) ** 2, 1)}),  # falls first, then rises
    ],
)
def test_a_rule_without_what_it_needs_is_not_applied(name: str, change: dict[str, object], begin: Begin) -> None:
    d, g = begin()
    rule, data = SOUND[name]
    g.apply("applied", rule, **data | change)
    assert d.steps[-1].decided is not True


@pytest.mark.parametrize("f", [sign(t), Abs(t), floor(t), t**u, tan(t)])
def test_what_a_rule_does_not_know_is_refused(f: Expr) -> None:
    with pytest.raises(ValueError, match="no rule knows where"):
        rising(f=f, over=t, low=Integer(0), high=b, then=u)


def test_a_limit_is_that_of_the_function_it_is_told_of() -> None:
    limit = Tends(t**2 + t, Integer(6), (t, Integer(2)))
    equal = Eq(length, t**2 + t, evaluate=False)
    assert carried(equal, limit) == carried(equal, limit, value=sqrt(36)) == Tends(length, 6, (t, 2))
    with pytest.raises(ValueError, match=r"LIM knows the limit of t\*\*2 \+ t, not"):
        carried(Eq(length, t**2, evaluate=False), limit)
    with pytest.raises(ValueError, match="LIM finds the limit 6, not 7"):
        carried(equal, limit, value=Integer(7))
    with pytest.raises(ValueError, match="LIM needs a divisor that tends to 0, not t"):
        unbounded(**SOUND["LIM, ∞"][1] | {"bottom": t})


def test_what_is_squeezed_tends_to_the_value() -> None:
    near, zero = Le(Abs(length - 3), t**2, evaluate=False), Tends(t**2, Integer(0), (t, Integer(0)))
    assert squeezed(near, zero, of=length, value=Integer(3)) == Tends(length, 3, (t, 0))
    for wrong in (Le(Abs(length - 4), t**2), Le(Abs(length - 3), t), Le(length - 3, t**2)):
        with pytest.raises(ValueError, match=r"LIM needs \|.* − 3\| ≤ t\*\*2"):
            squeezed(wrong, zero, of=length, value=Integer(3))
    with pytest.raises(ValueError, match="the value without t"):
        squeezed(Le(Abs(length - t), t**2, evaluate=False), zero, of=length, value=t)
    with pytest.raises(ValueError, match="LIM needs what tends to 0"):
        squeezed(near, Tends(t**2, Integer(1), (t, Integer(1))), of=length, value=Integer(3))


def test_what_holds_for_some_only_is_no_rule_and_has_no_instance(begin: Begin) -> None:
    _, g = begin()
    here = g.case("here", t > 1)
    square = g.fact("square", t**2 > 1, here)
    with pytest.raises(ValueError, match="'rises' is for every t, which what it uses restricts"):
        g.apply("rises", rising, square, f=t**2, over=t, low=Integer(0), high=b, then=u)
    with pytest.raises(ValueError, match="'rises' is for every real b, and assumes something of it"):
        g.apply("rises", rising, f=b**2, over=b, low=Integer(0), high=Integer(1), then=u)
    with pytest.raises(ValueError, match="'square' is not for every t"):
        g.instance("elsewhere", square, {t: Integer(0)})
    entry = g.fact("entry", t >= 0, here)
    with pytest.raises(ValueError, match="'sums' speaks of every entry or point, and a case of some"):
        g.rule("sums", total, entry, sums={t: u})
    with pytest.raises(ValueError, match="'slope' speaks of every entry or point, and a case of some"):
        g.rule("slope", grown, entry, slope=y, below=t, over=t, start=(x, x), end=(z, z))
    everywhere = g.fact("no square is negative", ge(t**2, 0))
    g.rule("sum", total, everywhere, sums={t**2: u})
    with pytest.raises(ValueError, match=r"u is the sum or an entry of t\*\*2, and not of x\*\*2"):
        g.rule("another sum", total, g.fact("another", ge(x**2, 0)), sums={x**2: u})


def test_an_instance_owes_what_its_symbols_assume(begin: Begin) -> None:
    d, g = begin()
    for name, term, proved in (("of a square", t**2 + 1, True), ("of any", t, False)):
        g.instance(name, g.fact(f"positive {name}", b + 1 > 1), {b: term})
        assert (d.steps[-1].decided is True) is proved


def test_a_rule_speaks_of_every_point_of_its_range(begin: Begin) -> None:
    d, g = begin()
    rises = g.apply("rises", rising, f=t - sin(t), over=t, low=Integer(0), high=oo, then=u)
    g.fact("x ≥ sin x", Implies(y >= 0, sin(y) <= y), g.instance("from 0", rises, {t: Integer(0), u: y}))
    signs = g.apply("signs", circle, at=t)
    chord = g.apply("chord", convex, signs, f=-sin(t), over=t, low=Integer(0), high=pi / 2)
    g.fact("Jordan", Implies(And(t >= 0, t <= pi / 2), sin(t) >= 2 * t / pi), chord)
    assert d.decided is not False
    assert all(step.decided for step in d.steps)


PLACE = {"level": Integer(0), "place": Same(v, theta * a), "called": z, "fixed": {n}}
LOCAL: dict[str, tuple[Callable[..., Applied], dict[str, Any]]] = {
    "least": (least, PLACE | {"value": length**2 + (theta - pi) ** 2, "near": Integer(1)}),
    "falling": (falling, PLACE | {"value": length**2 + theta - pi}),
}


@pytest.mark.parametrize(
    ("name", "change", "plane", "applies"),
    [
        ("least", {}, True, True),
        ("falling", {}, True, True),
        ("least", {"value": length**2 + (theta - pi) ** 3}, True, False),
        ("least", {"value": (theta - pi) ** 2}, True, False),  # flat in v
        ("least", {"level": Integer(-1)}, True, False),
        ("least", {"near": Integer(0)}, True, False),
        ("falling", {"value": length**2 + pi - theta}, True, False),
        ("falling", {"level": Integer(1)}, True, False),
        ("falling", {}, False, False),  # on a line no path leads there
    ],
)
def test_a_local_minimum_is_one_nearby(
    name: str, change: dict[str, object], plane: bool, applies: bool, begin: Begin
) -> None:
    d, g = begin()
    products = {(v, v): x, (a, a): Integer(1), (a, v): y}
    distance = g.rule("distance", gram, products=products, same={length: (v, theta * a)})
    rule, data = LOCAL[name]
    g.apply("LOCAL", rule, distance, g.case("plane", n >= (2 if plane else 1)), **data | change)
    assert (d.steps[-1].decided is True) is applies


def test_what_is_local_holds_at_every_place_nearby(begin: Begin) -> None:
    _, g = begin()
    rule, data = LOCAL["least"]
    with pytest.raises(ValueError, match="'LOCAL' rests on what restricts theta"):
        g.apply("LOCAL", rule, g.case("here", theta < pi), **data)
    for wrong in ({"level": x}, {"near": length}):
        with pytest.raises(ValueError, match=r"LOCAL is for .*, and \w+ may move"):
            least(**data | wrong)
    for wrong, why in (({"level": x}, "and x may move"), ({"place": Same(v, a / theta)}, "a polynomial in theta")):
        with pytest.raises(ValueError, match=why):
            falling(**LOCAL["falling"][1] | wrong)


def test_a_partial_derivative_is_in_independent_variables() -> None:
    assert partial(Eq(x, v_vs * theta**2), over=theta, called=y) == Eq(y, 2 * v_vs * theta)
    for wrong in (Eq(x, length * theta), Eq(x, kappa * theta), x <= theta):
        with pytest.raises(ValueError, match="DIFF needs an equality"):
            partial(wrong, over=theta, called=y)


def test_a_citation_owes_what_the_claim_is_about(begin: Begin) -> None:
    _, g = begin()
    with pytest.raises(ValueError, match="C3 says what something is; give its `value`"):
        g.cite("C3", {})
    _, g = begin(sentence=le(Term("Q"), Part("bound")), premises={})
    with pytest.raises(ValueError, match="B90 speaks of Q; give its term"):
        g.cite("B90", {x: Integer(1)})


def test_a_part_of_an_arcsine() -> None:
    low, high, across, triple = arcsine(angle=asin(y) / 3).gives.args
    for q in (0.0, 0.3, 1.0):
        assert all(bool(one.subs(y, q)) for one in (low, high, across))
        assert complex(triple.lhs.subs(y, q).evalf()).real == pytest.approx(q)
    assert addition(first=x, second=pi / 3).rhs.subs(x, 1).evalf() == pytest.approx(float(sin(1 + pi / 3)))
    for wrong in (2 * asin(y), -asin(y), asin(y) + 1):
        with pytest.raises(ValueError, match="ARC needs a whole part of an arcsine"):
            arcsine(angle=wrong)


def test_a_name_for_a_term_is_new_and_assumes_no_more(begin: Begin) -> None:
    _, g = begin()
    size = Symbol("size of x", nonnegative=True)
    assert g.let(size, Abs(x)).formula == Eq(size, Abs(x))
    with pytest.raises(ValueError, match="signed assumes what x is not known to be"):
        g.let(Symbol("signed", nonnegative=True), x)
    for taken in (z, size, kappa):
        with pytest.raises(ValueError, match=r"'let' needs a new real name|two facts"):
            g.let(taken, Abs(y))


def test_where_something_is_least(begin: Begin) -> None:
    d, g = begin(premises={})
    d.begin((u - y) ** 2, "over all u")
    point = g.let(t, y)
    g.least(point, u, point)
    assert (d.steps[-1].decided, d.current) == (True, y)
    d.begin(u**3, "over all u")
    g.least(point, u, point)
    assert d.steps[-1].decided is False
    d.begin((u - y) ** 2 + 3, "over all u")
    there = g.fact("the value", Eq((t - y) ** 2 + 3, Integer(3)), point)
    g.least(point, u, point, value=there)
    assert (d.steps[-1].decided, d.current) == (True, 3)
    d.begin((u - y) ** 2 + 3, "over all u")
    most = g.fact("at most", (t - y) ** 2 + 3 <= 4, point)
    assert most.formula.lhs == there.formula.lhs
    with pytest.raises(ValueError, match="'at most' does not say what"):
        g.least(point, u, point, value=most)
    d.begin((u - y) ** 2 + 2, "over all u")
    with pytest.raises(ValueError, match="'the value' does not say what"):
        g.least(point, u, point, value=there)


def test_where_something_is_zero(begin: Begin) -> None:
    for f, right in ((u**3 - y**3, True), (u**2 - y**2, False)):
        d, g = begin(premises={})
        d.begin(f)
        g.zero(u, y)
        assert (d.steps[-1].decided is True, d.current) == (right, y)


def test_what_is_meant_by_a_citation(begin: Begin) -> None:
    _, g = begin()
    assert g.cite("P1", {}, value=x, meant=True).formula == registry.get("P1").definition.says(x)
    with pytest.raises(ValueError, match="what MeanSample means for y is no formula"):
        g.cite("C3", {}, value=y, meant=True)


def test_what_lies_below_a_power_of_less_than_one_vanishes(begin: Begin) -> None:
    power = kappa * x**COUNT
    base, told = And(x >= 0, x < 1), {"value": y**2, "factor": kappa, "ratio": x, "over": COUNT}
    assert vanishing(power >= y**2, base, **told) == Tends(y**2, Integer(0), (COUNT, oo))
    for between, less, change in (
        (power >= y, base, {}),
        (power >= y**2, And(x >= 0, x <= 1), {}),
        (power >= y**2, x < 1, {}),
        (COUNT * power >= y**2, base, {"factor": COUNT * kappa}),
    ):
        with pytest.raises(ValueError, match="LIM needs"):
            vanishing(between, less, **told | change)


@pytest.mark.parametrize("premise", [{}, {"of y": lt(x, y)}, {"of k": lt(x, COUNT)}, {"fixed": lt(x, kappa)}])
def test_a_multiple_that_a_step_may_change_has_no_limit(premise: dict[str, Any], begin: Begin) -> None:
    _, g = begin(premises=premise)
    at = {"holds": ge(y, COUNT), "values": {y: (y, z, y)}, "count": COUNT}
    first, after = ge(y, 0), Implies(ge(y, COUNT), ge(z, COUNT + 1), evaluate=False)
    g.rule("run", iterated, g.fact("first", first), g.fact("after", after), **at)
    known = g.fact("x", And(x >= 0, x < 1)), *map(g.given, g.premises)
    facts = g.fact("between", kappa * x**COUNT >= t**2, *known), known[0]
    at = {"value": t**2, "factor": kappa, "ratio": x, "over": COUNT}
    if "fixed" in premise:
        assert g.rule("limit", vanishing, *facts, **at).formula == Tends(t**2, Integer(0), (COUNT, oo))
        return
    with pytest.raises(ValueError, match=r"'limit' (needs what no step changes, and x may|rests on x < k)"):
        g.rule("limit", vanishing, *facts, **at)


def test_a_slope_where_a_nondecreasing_map_has_one_value() -> None:
    here, there = (x, y), (t, z)
    rises = Ge((z - y) * (t - x), 0)
    continuous = cluster(rises, here=here, there=there)
    for wrong in (Ge((z - y) * (x - t), 0), Ge(t - x, 0), Le((z - y) * (t - x), 0)):
        with pytest.raises(ValueError, match="CLUSTER needs"):
            cluster(wrong, here=here, there=there)
    f_x, f_t, steep = symbols("f_x f_t steep", real=True)
    line, far = f_t - f_x - 2 * y * (t - x), Abs(z - y) * Abs(t - x)
    assert slope(Le(Abs(line), 3 * far), continuous, f=(f_x, f_t), called=steep).args[1] == Eq(steep, 2 * y)
    for rest, bound in ((line, Abs(t - x)), (line, Abs(z - y)), (line, far / Abs(t - x) ** 2), (line + t * z, far)):
        with pytest.raises(ValueError, match="DIFF needs"):
            slope(Le(Abs(rest), bound), continuous, f=(f_x, f_t), called=steep)

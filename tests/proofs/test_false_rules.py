"""What a rule does not look at it must refuse: each use here is wrong by one thing, and stands beside the right one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
from argued import proved, state
from sympy import (
    Abs,
    And,
    Eq,
    Expr,
    Heaviside,
    Integer,
    Integral,
    Lt,
    Max,
    Piecewise,
    Symbol,
    cos,
    exp,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
    tan,
)
from sympy.logic.boolalg import Boolean

from proofs.engine.definitions import (
    CommonZeros,
    Correlation,
    Definition,
    Envelope,
    FilterGradient,
    HalfSpaceMoment,
    MeanSample,
    OutputMinimizer,
    PlainDescent,
    Potential,
    ProximalMap,
    ReluNetwork,
    Splitting,
)
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.sentence import All, Exists, Is, Root, Same, Term, eq, ge, le
from proofs.rules.algebra import entrywise, gram, total
from proofs.rules.analysis import falling, least, partial, sole, tends, unbounded
from proofs.rules.forms import definite, reached, rises, tried
from proofs.rules.gradients import (
    SLOPE,
    constant_between,
    correlated,
    cost_of,
    curl,
    length_at_the_end,
    linearized,
    of_constants,
    stepped_at_the_end,
)
from proofs.rules.means import gauss, of_patches, of_rows, relu_kernel
from proofs.rules.moments import of_half_spaces, with_moments
from proofs.rules.slopes import least_in_v, of_best_weights, through_the_angle
from proofs.rules.substitutions import in_squares, in_units_of_sine, missed_cap
from proofs.symbols import HALF, OPEN_ANGLE, PRODUCTS, cap_angle, kappa, n, r, r_star, s, theta, u, v, v_star, v_v

Argument = Callable[..., Fact]

z = Symbol("z", real=True)
x, y, q, new = symbols("x y q w_9", real=True)
D_2, w_2, x_2, T_2, R_2 = symbols("D_2 w_2 x_2 T_2 R_2", real=True)
Y, Z = symbols("Y Z")
ONE = Integer(1)
UNIT, DOUBLE = {"products": {(Y, Y): ONE}}, {"products": PRODUCTS, "vectors": {Y: 2 * v_star}}
p, c_0 = Symbol("p", positive=True), Symbol("c_0", nonnegative=True)
PREMISES = {"n ≥ 2": ge(n, 2), "v": Same(v, 2 * v_star), "θ ≤ π": le(theta, pi), "D_2 ≥ 1": ge(D_2, 1 + kappa)}

AT_0, AT_1 = {"over": x, "to": Integer(0)}, {"over": x, "to": Integer(1)}
LEAST = {"value": q**2 + pi - theta, "near": Integer(1)}


def equal(one: Symbol) -> Boolean:
    return eq(1 - 2 * x / (x + one) - x + 2 * x / (2 + one), 0) if one is p else eq(1 - 2 * x / (x + one) - x, 0)


def part(one: Expr) -> Expr:
    return one * x / (one * x + 1)


def small(one: Expr) -> Expr:
    return x * tan(one * x + x**2) / (one * x + x**2) ** 2


def large(one: Symbol) -> dict[str, Expr]:
    return {"f": (1 - x + one) / (1 - x), "top": Integer(1), "bottom": (1 - x) / (1 - x + one)}


READ: list[tuple[Callable[..., Any], Definition, Definition]] = [
    (gauss, HalfSpaceMoment(("a",)), ReluNetwork("kernel")),
    (gauss, HalfSpaceMoment(("a",), component="along"), HalfSpaceMoment(("a",), vector=False, component="along")),
    (gauss, HalfSpaceMoment(("a",), proxy=True), HalfSpaceMoment(("a",), vector=False, proxy=True)),
    (relu_kernel, ReluNetwork("kernel"), ReluNetwork("loss")),
    (of_rows, MeanSample("gradient_v"), MeanSample("gradient_v", at="origin")),
    (of_rows, MeanSample("coarse_gradient", "*"), MeanSample("coarse_gradient", "*", at="teacher")),
    (of_rows, MeanSample("coarse_gradient", "*"), MeanSample("coarse_gradient", "relu")),
    (of_rows, MeanSample("loss", at="origin"), ReluNetwork("loss")),
    (of_half_spaces, MeanSample("coarse_gradient", "relu"), MeanSample("coarse_gradient", "clipped-relu")),
    (of_half_spaces, MeanSample("coarse_gradient", "relu"), MeanSample("gradient_v", "relu")),
    (of_patches, ReluNetwork("loss"), ReluNetwork("kernel")),
    (through_the_angle, FilterGradient(), MeanSample("gradient_v")),
    (least_in_v, OutputMinimizer(), OutputMinimizer("inner")),
    (of_best_weights, OutputMinimizer("inner"), OutputMinimizer()),
    (of_constants, Potential("relu"), Potential("relu", jointly=True)),
    (cost_of, ProximalMap(Abs(u)), Splitting("rate")),
    (cost_of, Envelope("l1"), Envelope("l1", "gradient")),
    (correlated, Correlation("relu"), Potential("relu")),
    (length_at_the_end, CommonZeros("identity", "spurious"), CommonZeros("relu", "spurious")),
    (stepped_at_the_end, PlainDescent("identity"), PlainDescent("relu")),
    (linearized, Splitting("rate"), Splitting("basin")),
    (missed_cap, Splitting("probability"), Splitting("basin")),
]


@pytest.mark.parametrize(("rule", "own", "other"), READ)
def test_a_first_line_is_of_the_definition(rule: Callable[..., Any], own: Definition, other: Definition) -> None:
    Derivation("B91", own).open(rule)
    for wrong in (other, Integer(3)):
        with pytest.raises(ValueError, match=r"the rule reads|has no|ROWS needs"):
            Derivation("B91", wrong).open(rule)
    chain = Derivation("B91", own)
    chain.begin(Integer(3))
    with pytest.raises(ValueError, match="the rule reads"):
        chain.by("in the middle", rule)


def test_moments_are_those_of_the_claims_proxy() -> None:
    chain = Derivation("B91", MeanSample("coarse_gradient", "relu"))
    chain.begin(Integer(3))
    chain.definition = MeanSample("loss")
    with pytest.raises(ValueError, match="the rule reads"):
        chain.by("moments", functools.partial(with_moments, closed=True))


PHI = Symbol("phi", positive=True)
PLANE_OR_MORE, SHARP = (n >= 2,), (n >= 2, Lt(cap_angle, pi / 2, evaluate=False))


def of_sines(low: Expr, high: Expr) -> Integral:
    return Integral(sin(PHI) ** (n - 2), (PHI, low, high))


@pytest.mark.parametrize(
    ("line", "rule", "supposed", "right"),
    [
        (Integral(exp(-(s**2)), (s, -oo, oo)), in_units_of_sine, OPEN_ANGLE, True),
        (Integral(exp(-(s**2)), (s, -oo, oo)), in_units_of_sine, (), False),
        (Integral(exp(-(s**2)), (s, 0, oo)), in_units_of_sine, OPEN_ANGLE, False),
        (Integral(exp(-(z**2)), (z, -oo, oo)), in_units_of_sine, OPEN_ANGLE, False),
        (of_sines(Integer(0), pi / 2), in_squares, PLANE_OR_MORE, True),
        (of_sines(Integer(0), pi / 2), in_squares, (), False),
        (of_sines(Integer(0), 5 * pi / 6), in_squares, PLANE_OR_MORE, False),
        (of_sines(pi / 6, pi / 2), in_squares, PLANE_OR_MORE, False),
        (of_sines(Integer(0), cap_angle), in_squares, SHARP, True),
        (of_sines(Integer(0), cap_angle), in_squares, PLANE_OR_MORE, False),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_substitution_is_one_where_it_rises(
    line: Expr, rule: Callable[..., Any], supposed: tuple[Any, ...], right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    state(monkeypatch, hypotheses=supposed)
    chain = Derivation("B91")
    chain.begin(line)
    try:
        chain.by("substituted", rule)
    except ValueError:
        assert not right
    else:
        assert (chain.steps[-1].decided is True) is right


def applied(rule: Callable[..., Any]) -> Argument:
    return lambda g, **data: g.apply("a", rule, **data)


def told(rule: Callable[..., Any]) -> Argument:
    return lambda g, **data: g.rule("a", rule, **data)


def local(rule: Callable[..., Any]) -> Argument:
    def argument(g: Graph, value: Expr = theta, **data: Any) -> Fact:
        apart = g.rule("apart", gram, products=PRODUCTS, same={q: (v, v_star)})
        plane = [] if rule is least else [g.given("n ≥ 2")]
        place = {"level": Integer(0), "place": Same(v, v_star), "fixed": {n}, "called": z}
        return g.apply("a", rule, apart, *plane, **place | {"value": value} | data)

    return argument


def after(**before: Any) -> Argument:
    def argument(g: Graph, **data: Any) -> Fact:
        g.rule("before", gram, **before)
        return g.rule("a", gram, **data)

    return argument


def entry(g: Graph, **data: Any) -> Fact:
    return g.rule("a", entrywise, g.given("v"), **data)


def slope_in(g: Graph, f: Expr = r**2, over: Symbol = r, called: Expr = z) -> Fact:
    return g.rule("a", partial, g.let(new, f), over=over, called=called)


def of_slope(g: Graph, slope: Boolean | None = None) -> Fact:
    angle = g.given("θ ≤ π")
    of_v = g.cite("N2", {}, angle, value=SLOPE) if slope is None else g.case("slope", slope)
    return g.rule("a", curl, of_v, g.cite("C2", {}, angle, value=Term("G")))


def on_every(g: Graph, of: Callable[[Graph], Fact] | None = None, **data: Any) -> Fact:
    entry = And(ge(x_2**2, 0), ge(D_2 * x_2**2, x_2**2))
    sums = g.rule("sums", total, g.fact("an entry", entry, g.given("D_2 ≥ 1")), sums=EACH)
    stable = {"positive": Is("stable", z), "given": z > 0, "entries": [(z, y, new), (D_2, w_2, x_2)], "sums": OTHERS}
    return g.apply("a", definite, sums, *([of(g)] if of else []), **stable | data)


def tried_twice(g: Graph, **data: Any) -> Fact:
    g.rule("before", tried, **TRIED, sums=SUMS)
    return g.rule("a", tried, **TRIED | data)


def two(product: Expr, square: Expr = ONE) -> dict[str, Any]:
    return {"products": {(Y, Y): ONE, (Z, Z): square, (Y, Z): product}}


EACH = {D_2 * x_2**2: R_2, x_2**2: T_2}
OTHERS = EACH | {w_2 * x_2: q}
TRIED = {"positive": Is("stable", z), "entries": [(z, y, x)]}
SUMS = {y * x: q, x**2: new, z * x**2: T_2}
FLAT = {"sample": y * Heaviside(x), "slope": Term("slope")}
JUMP = Piecewise((x, x <= 0), (x - 5, True))
RISING = {"root": Root("a rising", x, eq(x**3 + x, 0), (-1, 1)), "form": x**3 + x}
NORM = {
    **{"said": Exists(x, All(ge(x, 0), eq(q, 1))), "entry": p * (2 - x), "most": p},
    **{"over": x, "low": ONE, "high": Integer(2)},
}
ROOT = (x**2 + 2 * x * y + y**2) ** HALF
GROWS = {"over": x, "start": Integer(0), "to": Integer(1)}
FALLS = {"over": x, "low": Integer(0), "high": Integer(2)}
USED: dict[str, tuple[Argument, dict[str, Any], dict[str, Any]]] = {
    "LIM of a jump": (applied(tends), {"f": x**2, **AT_1}, {"f": Piecewise((1, x > 1), (0, True))}),
    "LIM of a sign": (applied(tends), {"f": x * Abs(y), **AT_1}, {"f": Abs(x + y)}),
    "LIM of a larger": (applied(tends), {"f": x * Max(y, 1), **AT_1}, {"f": Max(x, y)}),
    "LIM of a root": (applied(tends), {"f": sqrt(x + p), **AT_0}, {"f": (x + y) / ROOT}),
    "LIM of a slope": (applied(tends), {"f": x * p, "over": x, "to": oo}, {"f": x * y}),
    "LIM of a power": (applied(tends), {"f": exp(-x * p), "over": x, "to": oo}, {"f": exp(-x * y)}),
    "LIM, for a parameter of 1": (applied(tends), {"f": part(p), "over": x, "to": oo}, {"f": part(y - 1)}),
    "LIM, of a tangent, for one of 1": (applied(tends), AT_0 | {"f": small(p)}, {"f": small(y - 1)}),
    "ONLY, for a parameter of 0": (applied(sole), FALLS | {"equation": equal(p)}, {"equation": equal(c_0)}),
    "LIM, ∞, for a parameter of 0": (applied(unbounded), GROWS | large(p), large(c_0)),
    "GRAM, one vector for two": (after(**DOUBLE), DOUBLE, {"vectors": {Y: 3 * v_star}}),
    "GRAM, a vector of two lengths": (after(**UNIT), UNIT | {"norms": {Y: q}}, {"products": {(Y, Y): Integer(0)}}),
    "GRAM, a unit vector that is another": (after(**UNIT), UNIT, DOUBLE),
    "GRAM, a product that is anything": (told(gram), {"products": {(Y, Y): x}}, {"products": {(Y, Y): x - 1}}),
    "GRAM, a product of 1": (told(gram), two(x), two(Integer(1))),
    "GRAM, a cosine of vectors of any length": (told(gram), two(cos(x)), two(cos(x), y)),
    "GRAM, an angle that is anything": (
        told(gram),
        two(x) | {"cosines": {cos(z): (Y, Z)}},
        {"cosines": {cos(x**2): (Y, Z)}},
    ),
    "GRAM, a cosine that is anything": (told(gram), two(x) | {"cosines": {q: (Y, Z)}}, {"cosines": {q**2: (Y, Z)}}),
    "GRAM, an inner product that is 5": (
        told(gram),
        two(x) | {"expanded": {q: (Y, Z)}},
        {"expanded": {Integer(5): (Y, Z)}},
    ),
    "GRAM, one that is bounded": (told(gram), two(x) | {"named": {q: (Y, Z)}}, {"named": {-q: (Y, Z)}}),
    "GRAM, a distance that is 5": (told(gram), two(x) | {"same": {q: (Y, Z)}}, {"same": {Integer(5): (Y, Z)}}),
    "GRAM, a length that is 5": (told(gram), two(x) | {"norms": {5 * Y: Integer(5)}}, {"norms": {Y: Integer(5)}}),
    "GRAM, a length that is negative": (
        told(gram),
        two(x) | {"norms": {5 * Y: Integer(5)}},
        {"norms": {5 * Y: -Integer(5)}},
    ),
    "ENTRY, entries that are numbers": (
        entry,
        {"entries": {v: x, v_star: y}},
        {"entries": {v: Integer(5), v_star: Integer(5)}},
    ),
    "DIFF, a slope that is 0": (slope_in, {}, {"called": Integer(0)}),
    "DIFF, of what may depend on it": (slope_in, {"f": r * r_star}, {"f": r * kappa}),
    "DIFF, in what may depend on others": (slope_in, {"over": r_star}, {"over": kappa}),
    "CURL, of another slope": (of_slope, {}, {"slope": Same(Symbol("other"), -5 * r * v)}),
    "CURL, of what is no vector": (of_slope, {}, {"slope": eq(x, y)}),
    "NULL, of what changes with w": (told(constant_between), FLAT, {"sample": r**2}),
    "ROOT, of a jump": (applied(rises), RISING, {"form": JUMP, "root": Root("a rising", x, eq(JUMP, 0), (-1, 1))}),
    "IVT, of κ": (applied(reached), NORM, {"said": Exists(x, All(ge(x, 0), eq(kappa, 1)))}),
    "IVT, for an entry κ": (applied(reached), NORM, {"entry": kappa * (2 - x), "most": kappa}),
    "IVT, for every entry 1": (applied(reached), NORM, {"entry": 2 - x, "most": ONE}),
    "IVT, where one entry is 9": (applied(reached), NORM, {"alone": {p: Integer(9)}}),
    "FORM, tried with any D": (told(tried), TRIED, {"entries": [(-kappa, y, x)]}),
    "FORM, tried with any w": (told(tried), TRIED, {"entries": [(z, Integer(0), x)]}),
    "FORM, tried with any sum": (told(tried), TRIED | {"sums": SUMS}, {"sums": SUMS | {z * x**2: Integer(-1)}}),
    "FORM, tried with some sums": (told(tried), TRIED | {"sums": SUMS}, {"sums": {z * x**2: q}}),
    "FORM, of two families": (tried_twice, {}, {"entries": [(D_2, w_2, x_2)]}),
    "FORM, of one D with two w": (tried_twice, {}, {"entries": [(z, w_2, x_2)]}),
    "FORM, with a sum of two": (tried_twice, {"sums": SUMS}, {"sums": {y * x: new, x**2: q, z * x**2: T_2}}),
    "FORM, tried with what another family is": (
        on_every,
        {},
        {"of": lambda g: g.rule("tried", tried, positive=Is("stable", z), entries=[(D_2, w_2, x_2)])},
    ),
    "FORM, on one vector": (on_every, {}, {"entries": [(z, y, x), (D_2, w_2, Integer(0))]}),
    "FORM, on vectors of equal entries": (on_every, {}, {"entries": [(z, y, x), (D_2, w_2, x)]}),
    "FORM, on a vector that is named": (on_every, {}, {"of": lambda g: g.let(new, Integer(0))}),
    "FORM, on a vector that is supposed": (on_every, {}, {"of": lambda g: g.case("x", Eq(new, 0))}),
    "FORM, on vectors of two entries": (on_every, {}, {"sums": {}}),
    "LOCAL, at a point that moves": (local(least), LEAST, {"place": Same(v, v_v * v_star)}),
    "LOCAL, at any point": (local(least), LEAST | {"value": q**2 + (theta - pi) ** 2}, {"place": Same(v, v)}),
    "LOCAL, along a path that bends": (local(falling), {"value": theta - pi}, {"place": Same(v, theta**y * v_star)}),
    "LOCAL, at a level that moves": (local(falling), {"value": theta - pi}, {"value": r + theta - pi, "level": r}),
}


@pytest.mark.parametrize("what", USED)
def test_a_rule_is_used_as_it_is_meant(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    argument, right, wrong = USED[what]
    state(monkeypatch, premises=PREMISES)
    assert [proved(argument, **data) for data in (right, right | wrong)] == [True, False]


def test_what_a_rule_is_for_every_value_of_is_said() -> None:
    """The checks that others would hide."""
    point = {"value": LEAST["value"], "level": Integer(0), "fixed": {v_star, n}, "called": v}
    with pytest.raises(ValueError, match=r"next to .*, and x may move"):
        least(**point, near=Integer(1), place=Same(v, x * v_star))
    with pytest.raises(ValueError, match=r"next to .* is said to be fixed"):
        falling(**point | {"fixed": {theta}}, place=Same(v, v_star))
    form = {"positive": Is("stable", z), "given": ge(D_2, 1), "sums": OTHERS}
    with pytest.raises(ValueError, match="no names of the entries of one"):
        definite(**form, entries=[(D_2, y, x), (D_2, w_2, x_2)])
    with pytest.raises(ValueError, match="stands for the others"):
        definite(**form | {"sums": {}}, entries=[(z, y, x), (D_2, w_2, x_2)])
    with pytest.raises(ValueError, match="LIM finds no limit"):
        tends(f=x**y, over=x, to=oo)

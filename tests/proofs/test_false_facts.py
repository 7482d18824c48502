"""What is false is no fact: each argument here is wrong by one thing, and is refused or left undecided."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argued import proved, state
from sympy import (
    Abs,
    AccumBounds,
    And,
    Derivative,
    Eq,
    Expr,
    Function,
    Ge,
    I,
    Implies,
    Integer,
    Integral,
    Le,
    Limit,
    Ne,
    Piecewise,
    Rational,
    Subs,
    Sum,
    Symbol,
    acos,
    cos,
    erf,
    exp,
    gamma,
    log,
    oo,
    pi,
    sign,
    sin,
    sqrt,
    symbols,
    tan,
    true,
)
from sympy.logic.boolalg import Boolean

from proofs.engine import claim as registry
from proofs.engine.derivation import Derivation
from proofs.engine.graph import Fact, Graph
from proofs.engine.residual import decide_zero
from proofs.engine.sentence import All, Exists, Root, Same, Tends, eq, ge, le
from proofs.engine.smt import follows
from proofs.proximal import MAP
from proofs.rules.algebra import entrywise, gram, grown, iterated, total
from proofs.rules.analysis import (
    carried,
    cluster,
    convex,
    least,
    partial,
    rising,
    slope,
    sole,
    squeezed,
    tends,
    unbounded,
)
from proofs.rules.forms import definite, reached, rises
from proofs.symbols import (
    PRODUCTS,
    alpha,
    beta,
    e,
    kappa,
    multiplier,
    norm_gap,
    phi_angle,
    r,
    r_star,
    ratio,
    theta,
    v_star,
    vs_vs,
    w_hat,
    x_in,
)
from proofs.symbols import v as v_

x, y, z, q, new = symbols("x y z q w_9", real=True)
HALF = Symbol("tan_half_theta", positive=True)
negative, positive, count = (
    Symbol("m", nonpositive=True),
    Symbol("p", positive=True),
    Symbol("cnt", integer=True, nonnegative=True),
)
ONLY = Root("the only", x, eq(1, x), (Integer(0), Integer(2)))
bare = Symbol("bare", real=True)
low, size, HALF_ = Symbol("w_8", real=True), Symbol("size", nonnegative=True), Rational(1, 2)
PREMISES = {
    **{"x = 1": eq(x, 1), "y = 2": eq(y, 2), "x = y": eq(x, y), "x ≥ y": ge(x, y)},
    **{"v": Same(v_, 2 * v_star), "θ ≤ π": le(theta, pi)},
}

Argument = Callable[[Graph], Fact]


@pytest.fixture(autouse=True)
def stated(monkeypatch: pytest.MonkeyPatch) -> None:
    said = All(ge(z, 0), ge(bare, 0))
    state(monkeypatch, sentence=said, premises=PREMISES, names={y: r"\langle v^*,2v^*\rangle", z: "z"})


def two_values(g: Graph, below: Fact) -> Fact:
    g.cite("G1", {}, below, value=z)
    return g.cite("G1", {theta: theta / 2}, below, value=z, name="half")


def moved_by(g: Graph, mapped: Expr, where: Expr = x, name: str = "") -> Fact:
    return g.cite("P5.l1", {MAP: mapped, x_in: where, ratio: kappa}, name=name)


def within(g: Graph, known: Fact, width: Expr) -> Fact:
    near = g.fact("n", Le(Abs(kappa * width), kappa * width, evaluate=False), known)
    zero = g.apply("l", tends, f=kappa * width, over=kappa, to=Integer(0))
    return g.rule("s", squeezed, near, zero, of=kappa * width, value=Integer(0))


def slope_of_root(g: Graph, where: Boolean) -> Fact:
    other = Function("f")(z)
    return g.equal("e", other * sqrt(x) * Derivative(sqrt(x), x), other / 2, g.case("x", where))


def over_(g: Graph, part: Expr, end: Expr) -> Fact:
    more, less = (Integral(one, (positive, 0, end)) for one in (part + part / (1 + positive), part))
    return g.equal("e", more - less, Integral(part / (1 + positive), (positive, 0, end)))


def counted(g: Graph, steps: Symbol) -> Fact:
    holds = And(steps * (steps - 1) >= 0, Eq(x, 0))
    passed = Implies(holds, holds.subs(steps, steps + 1), evaluate=False)
    told = {"holds": holds, "values": {x: (Integer(0), x, z)}, "count": steps}
    return g.rule("d", iterated, g.fact("first", true), g.fact("after", passed), **told)


def grows(g: Graph, rate: Symbol = x, name: str = "m", below: Symbol = y, *known: Fact, **data: Expr) -> Fact:
    steeper = Ge((rate - below) * size, 0, evaluate=False)
    told = g.fact(f"{name}, slope", steeper, g.case(f"{name}, steep", rate >= below), *known)
    ends = {"over": size, "start": (Integer(0), q), "end": (Integer(1), new)}
    return g.rule(name, grown, told, slope=rate, below=below, **ends | data)


def slope_at(g: Graph, factor: Expr, case: Boolean = true) -> Fact:
    here, there, value, rate = symbols("f_0 f_1 g_1 c_9", real=True)
    near = Le(Abs(there - here - 2 * (x - q)), new * Abs(value - y) * Abs(x - q), evaluate=False)
    line, bound = g.let(there, here + 2 * (x - q)), g.let(new, factor)
    limit = g.case("limit", Implies(ge(z**2, 0), Tends(value, y, (x, q)), evaluate=False))
    known = g.fact("near", near, line, bound, *([g.case("case", case)] if case != true else []))
    return g.rule("slope", slope, known, limit, f=(here, there), called=rate)


def normed(g: Graph) -> Fact:
    ends = {"over": x, "low": Integer(1), "high": Integer(2)}
    told = {"entry": positive * (2 - x), "most": positive, **ends}
    return g.apply("u", reached, said=Exists(x, All(ge(x, 0), eq(q, 1))), **told)


def lowest(g: Graph, there: Expr = v_star, name: str = "u") -> Fact:
    apart = g.rule(f"apart {name}", gram, products=PRODUCTS, same={Symbol(f"q {name}", real=True): (v_, there)})
    told = {"level": Integer(0), "near": Integer(1), "place": Same(v_, there), "fixed": {v_star}, "called": z}
    return g.apply(name, least, apart, value=Symbol(f"q {name}", real=True) ** 2 + pi - theta, **told)


def one_more(g: Graph, then: Expr, *known: Fact) -> Fact:
    after = g.fact("after", Implies(x >= 0, then >= 0, evaluate=False), *known)
    first, values = g.fact("first", true), {x: (Integer(0), then, z)}
    return g.rule("steps", iterated, first, after, holds=x >= 0, values=values, count=count)


def squares(g: Graph, told: Expr) -> Fact:
    return g.rule("s", total, g.fact("e", Ge(q**2, 0, evaluate=False)), sums={q**2: told})


def coefficient(g: Graph) -> Fact:
    inside = g.fact("x is an angle", And(x >= 0, x <= pi), g.given("x = 1"))
    return g.cite("G1", {theta: x}, inside, value=q)


FALSE: dict[str, Argument] = {
    "a quotient is a number": lambda g: g.equal("l", (x**2 - 1) / (x - 1), x + 1),
    "a root is a number": lambda g: g.equal("l", (sqrt(x) + 1) * (sqrt(x) - 1), x - 1),
    "a tangent is a number": lambda g: g.equal("l", tan(x) * cos(x), sin(x)),
    "a named root is a number": lambda g: g.let(new, sqrt(x)),
    "a named quotient is a number": lambda g: g.let(new, 1 / x),
    "a real number is a root": lambda g: g.instance("i", g.fact("s", Ge(z**2 + q**2, 0, evaluate=False)), {z: sqrt(x)}),
    "a real number is a quotient": lambda g: g.instance("i", g.fact("s", Implies(Eq(z, 0), Eq(q * z, 0))), {q: 1 / x}),
    "a term in the place of a product": lambda g: g.instance("i", g.fact("s", Ge(x**2 + z**2, x * z)), {x * z: y}),
    "an angle beyond π": lambda g: g.equal("s", sign(sin(theta)), Integer(1)),
    "half an angle beyond π": lambda g: g.equal("l", sqrt(1 + cos(phi_angle)), sqrt(2) * cos(phi_angle / 2)),
    "a limit whose variable is caught": lambda g: g.instance(
        "i", g.apply("l", tends, f=x * y, over=x, to=Integer(0)), {y: 1 / x}
    ),
    "a limit whatever the parameter": lambda g: g.apply("l", tends, f=x / (x + y), over=x, to=Integer(0)),
    "a limit at a number": lambda g: g.instance(
        "i", g.apply("l", tends, f=x * y, over=x, to=Integer(0)), {x: Integer(7)}
    ),
    "a root whose variable is caught": lambda g: g.instance(
        "i",
        g.apply("l", sole, equation=eq(positive, x), over=x, low=Integer(0), high=positive + 1),
        {positive: x**2 + 1},
    ),
    "a range that moves": lambda g: g.apply("l", rising, f=-x, over=x, low=x, high=x + 1, then=z),
    "a convex range that moves": lambda g: g.apply("l", convex, f=(x - 1) ** 3, over=x, low=Integer(0), high=x**2),
    "a start that moves": lambda g: g.apply(
        "u", unbounded, f=Integer(0), top=Integer(1), bottom=1 / x, over=x, start=x, to=oo
    ),
    "a root between 1 and 0": lambda g: g.apply(
        "l", sole, equation=eq(x, Rational(1, 2)), over=x, low=Integer(1), high=Integer(0)
    ),
    "the only root is a rising one": lambda g: g.apply("u", rises, root=ONLY, form=1 - x),
    "a limit from one point": lambda g: g.rule(
        "c",
        carried,
        g.fact("e", Eq(y, x + 1, evaluate=False), g.given("x = 1"), g.given("y = 2")),
        g.apply("l", tends, f=x + 1, over=x, to=Integer(0)),
    ),
    "a limit from what is none": lambda g: g.rule(
        "c", carried, g.fact("e", Eq(y, y, evaluate=False)), g.fact("n", Ge(y**2, 0))
    ),
    "a limit by a bound that may move": lambda g: within(g, g.fact("z² ≥ 0", Ge(z**2, 0)), z**2),
    "a maximum is a minimum": lambda g: g.apply(
        "u",
        least,
        g.given("x = 1"),
        g.given("v"),
        value=-((theta - pi) ** 2),
        level=Integer(0),
        place=Same(v_, 2 * v_star),
        near=Integer(1),
        fixed={v_star},
        called=z,
    ),
    "a form proves an equality": lambda g: g.apply(
        "u", definite, positive=Eq(kappa, beta), given=Ge(1, 0, evaluate=False), entries=[(Integer(1), y, x)]
    ),
    "what exists is an equality of others": lambda g: g.apply(
        "u",
        reached,
        said=Exists(x, All(ge(x, 0), eq(kappa, beta))),
        entry=1 - x / 2,
        over=x,
        low=Integer(0),
        high=Integer(2),
        most=Integer(1),
    ),
    "vectors that are ordered are the same": lambda g: g.rule(
        "a", gram, g.given("x ≥ y"), products={(v_star, v_star): vs_vs}, expanded={q: (x * v_star, v_star)}
    ),
    "‖v*‖² is 5": lambda g: g.rule(
        "d", gram, products={(v_star, v_star): Integer(5)}, expanded={vs_vs: (v_star, v_star)}
    ),
    "v is 2v* because it is said": lambda g: g.rule(
        "d", gram, products={(v_star, v_star): vs_vs}, vectors={v_: 2 * v_star}, same={q: (v_, 2 * v_star)}
    ),
    "cos 2κ is 0 because it is said": lambda g: g.rule(
        "d",
        gram,
        products={(w_hat, w_hat): Integer(1), (w_hat, e): Integer(0), (e, e): Integer(1)},
        cosines={cos(2 * kappa): (w_hat, e)},
    ),
    "a derived quantity is a constant": lambda g: g.fact(
        "n", Eq(z, norm_gap), g.rule("d", partial, g.equal("a", r**2 - r * r_star, r * norm_gap), over=r, called=z)
    ),
    "κ is the slope of r": lambda g: g.rule("d", partial, g.equal("r", 1 * r, r), over=r, called=kappa),
    "κ and β are entries": lambda g: g.rule("a", entrywise, g.given("v"), entries={v_: kappa, v_star: beta}),
    "α is where steps lead": lambda g: g.rule(
        "d",
        iterated,
        g.fact("first", Le(y - y**2, 1)),
        g.fact("after", Implies(Le(x, 1), Le(x, 1), evaluate=False)),
        holds=Le(x, 1),
        values={x: (y - y**2, x, alpha)},
        count=count,
    ),
    "κ is what a claim is about": lambda g: g.cite("G1", {}, g.given("θ ≤ π"), value=kappa),
    "one name for two values": lambda g: two_values(g, g.given("θ ≤ π")),
    "two roots that SymPy makes one": lambda g: g.instance(
        "i", g.fact("s", Implies(Eq(sqrt(x), sqrt(z)), sqrt(x) * sqrt(z) >= 0)), {z: x}
    ),
    "a quotient by 0 that SymPy cancels": lambda g: g.instance(
        "i", g.fact("s", Implies(Eq(x, 0), Eq(x * (1 / z), 0))), {z: x}
    ),
    "i is a real number": lambda g: g.instance("i", g.fact("s", Ge(z**2, 0)), {z: I}),
    "i times a number is one": lambda g: g.instance("i", g.fact("s", Le(cos(z), 1)), {z: I * x}),
    "arccos 2 is a real number": lambda g: g.instance("i", g.fact("s", Le(cos(z), 1)), {z: acos(x)}),
    "a logarithm of a negative number": lambda g: g.let(new, log(x)),
    "∞ is a number": lambda g: g.let(new, oo),
    "x times ∞ tends to 0": lambda g: g.instance("i", g.apply("l", tends, f=x * y, over=x, to=Integer(0)), {y: oo}),
    "a sum in regions of its index": lambda g: g.equal(
        "l", Sum(Abs(count - Rational(1, 2)), (count, 0, 1)), Integer(0)
    ),
    "a jump has the slope 0": lambda g: g.equal(
        "l", Function("f")(y) * Derivative(Piecewise((0, x < 0), (1, True)), x), Integer(0)
    ),
    "the tangent of half an angle is a name": lambda g: g.equal(
        "l", Function("f")(y) * sin(theta), Function("f")(y) * 2 * HALF / (1 + HALF**2)
    ),
    "a limit at a parameter that is special": lambda g: g.equal(
        "l", Limit(1 / (1 + positive * Abs(x)), positive, oo), Integer(0)
    ),
    "a name whose term a limit binds": lambda g: g.equal("l", Limit(new, x, 0), Integer(1), g.let(new, x + 1)),
    "a limit at a named point": lambda g: g.rule(
        "c",
        carried,
        g.equal("e", Integer(2), new + 1, g.let(new, Integer(1))),
        g.apply("l", tends, f=new + 1, over=new, to=Integer(0)),
    ),
    "a limit over what is another variable": lambda g: g.rule(
        "c",
        carried,
        g.fact("e", Eq(y + 1, x + 1, evaluate=False), g.given("x = y"), g.given("y = 2")),
        g.apply("l", tends, f=x + 1, over=x, to=Integer(0)),
    ),
    "a step from a named number alone": lambda g: g.rule(
        "d",
        iterated,
        g.fact("first", true),
        g.fact("after", Implies(new <= 1, Le(new + 1, 1), evaluate=False), g.let(new, Integer(0))),
        holds=new <= 1,
        values={new: (Integer(0), new + 1, z)},
        count=count,
    ),
    "a named point is any other": lambda g: g.rule(
        "c", cluster, g.fact("m", (z - y) * (new - x) >= 0, g.let(new, x)), here=(x, y), there=(new, z)
    ),
    "a coefficient that is named after an entry": lambda g: g.rule(
        "s", total, g.fact("e", new * x >= 0, g.let(new, x)), sums={x: z}
    ),
    "a coefficient that is named after such a name": lambda g: g.rule(
        "s", total, g.fact("e", q * x >= 0, *(g.let(one, term) for one, term in ((new, x), (q, new)))), sums={x: z}
    ),
    "a coefficient that a claim gives of an entry": lambda g: g.rule(
        "s", total, g.fact("e", Ge((q - Rational(1, 2)) * x, -(x**2)), coefficient(g)), sums={x: z, x**2: new}
    ),
    "a limit by a bound with N": lambda g: within(g, g.fact("N²", multiplier**2 >= 0), multiplier**2),
    "a square is negative": lambda g: g.rule(
        "d", gram, products={(v_star, v_star): vs_vs}, expanded={negative: (2 * v_star, 2 * v_star)}
    ),
    "a name that a sum binds": lambda g: g.equal(
        "l", Integral(new, (x, 0, 1)), Integral(x + 1, (x, 0, 1)), g.let(new, x + 1)
    ),
    "a number is what a claim is about": lambda g: g.cite("G1", {}, g.given("θ ≤ π"), value=Rational(1, 2)),
    "what a claim is about is positive": lambda g: g.cite("G1", {}, g.given("θ ≤ π"), value=positive),
    "a minimizer is positive": lambda g: g.cite(
        "P1", {}, g.case("p", Symbol("p", real=True) > 0), value=positive, meant=True
    ),
    "a power of a negative number": lambda g: g.let(new, x**y),
    "an irrational power of one": lambda g: g.let(new, x**pi),
    "a name of what it stands in": lambda g: g.let(new, new + 1),
    "a slope at an end": lambda g: slope_of_root(g, x >= 0),
    "a divisor that is put in": lambda g: g.equal("e", y * Subs(1 / x, x, y), Integer(1), g.given("x = 1")),
    "a limit of what is imaginary": lambda g: g.apply("l", tends, f=x**2 * sqrt(-1 - x**2), over=x, to=Integer(0)),
    "a limit below 0 of what is positive": lambda g: g.apply("l", tends, f=1 / positive, over=positive, to=Integer(-1)),
    "a limit between whole numbers": lambda g: g.apply("l", tends, f=x + count, over=count, to=HALF_),
    "steps that are no whole number": lambda g: counted(g, size),
    "a function rises as it is said": lambda g: grows(g, end=(Integer(1), Integer(-5))),
    "a slope is positive": lambda g: grows(g, positive),
    "one function has two slopes": lambda g: [grows(g), grows(g, z, "again")][1],
    "a slope at one point": lambda g: g.rule(
        "m",
        grown,
        g.fact("f", Ge((x - 10) * (y - 2), 0, evaluate=False), g.given("y = 2")),
        **{"slope": x, "below": Integer(10), "over": y, "start": (Integer(2), q), "end": (Integer(3), new)},
    ),
    "a function that is no real number": lambda g: g.let(new, gamma(x)),
    "∞ − ∞, at an end": lambda g: over_(g, 1 / positive**2, 1),
    "∞ − ∞, without end": lambda g: over_(g, exp(positive), oo),
    "a case that is a hypothesis": lambda g: g.case("x = 1", Eq(x, 7)),
    "a fact that nobody proved": lambda g: g.fact("f", z >= 1, Fact("m", z >= 2)),
    "a case that nobody supposed": lambda g: g.under(Fact("c", true), g.case("c", z >= 0)),
    "a slope that is named after its point": lambda g: grows(g, x, "m", low, g.let(low, size)),
    "a bound on a slope that is named after its point": lambda g: slope_at(g, (x - z) ** 2),
    "a bound on a slope at one point": lambda g: slope_at(g, z, z >= x**2),
    "a range of numbers": lambda g: g.let(new, AccumBounds(0, 1)),
    "pieces that leave something out": lambda g: g.let(new, Piecewise((1, x > 0))),
    "a sum up to any number": lambda g: g.let(new, Sum(count, (count, 1, x))),
    "a norm that is 5": lambda g: [g.let(q, Integer(5)), normed(g)][1],
    "a minimum is any point": lambda g: g.instance("i", lowest(g), {z: q}),
    "two points are one minimum": lambda g: [lowest(g), lowest(g, 2 * v_star, "too")][1],
    "a step from a number that is supposed": lambda g: one_more(g, x - 1, g.given("x = 1")),
    "a step from one that is so by another": lambda g: one_more(g, x - 1, g.given("x = y"), g.given("y = 2")),
    "a sum of squares is −1": lambda g: squares(g, Integer(-1)),
    "a sum of squares is 1 − κ": lambda g: squares(g, 1 - kappa),
    "a sum of squares is positive": lambda g: squares(g, positive),
    "a sum is κ": lambda g: g.rule("s", total, g.fact("e", Le(x, Abs(x))), sums={x: kappa, Abs(x): q}),
    "a number of entries is −5": lambda g: g.rule(
        "s", total, g.fact("e", x**2 >= 2 * x - 1), sums={x**2: q, x: new, Integer(1): Integer(-5)}
    ),
    "a name in a hypothesis": lambda g: g.rule(
        "d", gram, products={(v_star, v_star): vs_vs}, expanded={x: (v_star, 2 * v_star)}
    ),
    "a name in the sentence": lambda g: squares(g, bare),
    "a sum in a hypothesis": lambda g: squares(g, x),
    "what a cited claim names is any number": lambda g: moved_by(g, x + 2 * kappa),
    "what a cited claim names is two": lambda g: [moved_by(g, z), moved_by(g, z, y, "there")][1],
    "what a cited claim names is an inner product": lambda g: [
        g.rule("d", gram, products={(v_star, v_star): vs_vs}, expanded={z: (x * v_star, v_star)}),
        moved_by(g, z),
    ][1],
    "an inner product is positive": lambda g: g.rule(
        "d", gram, products={(v_star, v_star): vs_vs}, expanded={positive: (x * v_star, v_star)}
    ),
}


@pytest.mark.parametrize("what", FALSE)
def test_it_is_no_fact(what: str) -> None:
    assert not proved(FALSE[what])


TRUE: dict[str, Argument] = {
    "a quotient where it is a number": lambda g: g.equal("l", (x**2 - 4) / (x - 2), x + 2, g.given("x = 1")),
    "a quotient wherever it is a number": lambda g: g.equal("l", (x**2 - 1) / (x - 1), x + 1, wherever=True),
    "a root of what is positive": lambda g: g.let(new, sqrt(positive)),
    "a limit for another parameter": lambda g: g.instance(
        "i", g.apply("l", tends, f=x * y, over=x, to=Integer(0)), {y: 1 / positive}
    ),
    "a range that stands still": lambda g: g.apply("l", rising, f=x, over=x, low=y, high=y + 1, then=z),
    "a root between 0 and 1": lambda g: g.apply(
        "l", sole, equation=eq(Rational(1, 2), x), over=x, low=Integer(0), high=Integer(1)
    ),
    "a limit by a bound that stands still": lambda g: within(g, g.let(new, beta), new),
    "two roots of positive numbers": lambda g: g.instance(
        "i", g.fact("s", Implies(Eq(sqrt(x), sqrt(z)), sqrt(x) * sqrt(z) >= 0)), {z: positive, x: positive}
    ),
    "an inner product of any sign": lambda g: g.rule(
        "d", gram, products={(v_star, v_star): vs_vs}, expanded={q: (x * v_star, v_star)}
    ),
    "a name beside an integral": lambda g: g.equal(
        "l", new * Integral(x**2, (x, 0, 1)), (x + 1) * Integral(x**2, (x, 0, 1)), g.let(new, x + 1)
    ),
    "an angle wherever": lambda g: g.equal("s", sin(theta) ** 2 + cos(theta) ** 2, Integer(1)),
    "what a claim is about": lambda g: g.cite("G1", {}, g.given("θ ≤ π"), value=z),
    "a power of a positive number": lambda g: g.let(new, positive**y),
    "a whole power": lambda g: g.let(new, x**count),
    "a slope inside": lambda g: slope_of_root(g, x > 0),
    "a divisor that is no 0": lambda g: g.equal("e", y * Subs(1 / x, x, y), Integer(1), g.given("y = 2")),
    "a limit of what is real": lambda g: g.apply("l", tends, f=x**2 * sqrt(1 - x**2), over=x, to=Integer(0)),
    "a limit above 0": lambda g: g.apply("l", tends, f=1 / positive, over=positive, to=Integer(1)),
    "a limit of whole numbers": lambda g: g.apply("l", tends, f=1 / (1 + count), over=count, to=oo),
    "whole steps": lambda g: counted(g, count),
    "a function rises as its slope does": grows,
    "a function that is one": lambda g: g.let(new, erf(x)),
    "a difference of integrals": lambda g: over_(g, positive**2, 1),
    "a difference of integrals without end": lambda g: over_(g, exp(-positive), oo),
    "a case": lambda g: g.under(case := g.case("c", z >= 2), g.fact("f", z >= 1, case)),
    "a bound on a slope that is named after another": lambda g: slope_at(g, z**2),
    "pieces that leave nothing out": lambda g: g.let(new, Piecewise((1, x > 0), (0, True))),
    "a sum up to a whole number": lambda g: g.equal("e", Sum(size, (size, 1, count)), count * (count + 1) / 2),
    "a norm that has a name": normed,
    "a minimum": lowest,
    "a step from a number that moves": lambda g: one_more(g, x + 1, g.given("x = y")),
    "a sum of squares of a unit vector": lambda g: squares(g, Integer(1)),
    "the same without an entry": lambda g: squares(g, 1 - new**2),
    "a name in a hypothesis that says so": lambda g: g.rule(
        "d", gram, products={(v_star, v_star): vs_vs}, expanded={y: (v_star, 2 * v_star)}
    ),
    "a sum in a hypothesis that says so": lambda g: squares(g, y),
    "what a cited claim names is a number": lambda g: [moved_by(g, z), moved_by(g, q, y, "there")][1],
    "a minimizer is a number": lambda g: g.cite("P1", {}, value=z, meant=True),
}


@pytest.mark.parametrize("what", TRUE)
def test_the_same_put_right_is_one(what: str) -> None:
    assert proved(TRUE[what])


def test_what_is_minimized_and_what_is_said_besides_have_names() -> None:
    derivation = Derivation("B91")
    derivation.begin((new - 1) ** 2)
    with pytest.raises(ValueError, match="w_9 is none"):
        Graph(derivation).let(new, Integer(5))


def test_a_claim_that_is_recalled_says_what_it_states(monkeypatch: pytest.MonkeyPatch) -> None:
    def typed(d: Derivation) -> None:
        d.recall("G1", Integer(5))

    state(monkeypatch, derivation=typed)
    with pytest.raises(ValueError, match="G1 does not state 5"):
        registry.derive.__wrapped__("B91")


def test_a_graph_ends_in_its_own_facts() -> None:
    with pytest.raises(ValueError, match="m is no fact of this graph"):
        Graph(Derivation("B91")).conclude(Fact("m", ge(z, 0)))


def test_a_minimum_is_over_every_value(monkeypatch: pytest.MonkeyPatch) -> None:
    state(monkeypatch, premises={"x = 5": eq(x, 5)})
    derivation = Derivation("B91")
    derivation.begin((x - 3) ** 2)
    g = Graph(derivation)
    known = g.given("x = 5")
    with pytest.raises(ValueError, match="for every x, which x = 5 restricts"):
        g.least(g.let(new, Integer(5)), x, known)
    with pytest.raises(ValueError, match="for every x, which x = 5 restricts"):
        g.zero(x, Integer(5), known)


def test_the_minimum_is_at_a_term_that_is_named_and_not_bounded() -> None:
    derivation = Derivation("B91")
    derivation.begin((x - 1) ** 2)
    g = Graph(derivation)
    term = g.let(new, Integer(1))
    with pytest.raises(ValueError, match="does not say what the point is"):
        g.least(g.fact("b", Ge(new, -3), term), x, term)


def test_a_bound_angle_goes_where_the_limits_say() -> None:
    def over(part: object) -> Integral:
        return Integral(part * r, (r, 0, 1), (theta, 0, 2 * pi))

    assert decide_zero(over(Abs(sin(theta))) - over(sin(theta))).zero is not True
    assert decide_zero(over(sin(2 * theta)) - over(2 * sin(theta) * cos(theta))).zero is True


def test_powers_that_print_alike_are_two() -> None:
    like = Symbol("(y**z)", real=True)
    assert follows("", Eq(positive**like, positive ** (y**z))).decision.zero is not True
    f = Function("f")(x), Function("f", real=True)(x)
    assert follows("", Eq(positive ** f[0], positive ** f[1])).decision.zero is not True


def test_a_counterexample_has_what_its_symbols_assume() -> None:
    with pytest.raises(ValueError, match="no SMT form for what k assumes"):
        follows("", Ne(Symbol("k", even=True), 1, evaluate=False))


def test_an_irrational_point_says_nothing_of_a_predicate() -> None:
    assert follows("", Implies(Eq(y**2, 2), Tends(x, Integer(0), (x, Integer(0))))).decision.zero is None

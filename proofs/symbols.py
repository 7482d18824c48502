"""The one registry of symbols.

Two SymPy symbols of one name but different assumptions are different symbols that print alike, so every
chapter takes its symbols from here. Vectors of the theory live in ``span{ŵ, w*}`` (filters, in R^n) and
``span{v, v*, 1}`` (output weights, in R^m): a vector formula is a *linear* expression in the vector symbols
below whose coefficients are scalar expressions in the invariants.

===================  =============================  ======================================================
symbol               stands for                     domain
===================  =============================  ======================================================
``theta``            angle(w, w*), radian           0 < θ < π (the closed ends are reached by limits)
``r``                ‖w‖                            r > 0
``m``, ``n``         hidden units, filter length    integers, m ≥ 1, n ≥ 1
``v_v`` …            ‖v‖², v·v*, ‖v*‖²              reals, ‖·‖² ≥ 0
``sum_v`` …          1ᵀv, 1ᵀv*                      reals
``w_hat, e, …``      unit vectors in R^n            ŵ = w/‖w‖; e ⟂ ŵ in the plane of (w, w*), w*·e = sin θ
===================  =============================  ======================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sympy import Expr, Function, Ge, Gt, Le, Lt, Symbol, cos, pi, sin

__all__ = ["QUANTITIES", "Quantity", "quantity"]

Space = Literal["scalar", "filter", "output"]


@dataclass(frozen=True)
class Quantity:
    """A named symbol: how it prints, what it means, and the space it lives in.

    ``basic`` writes a derived quantity (a difference) in terms of the basic ones, so that a *stable* form,
    which is written in differences, and a *printed* form can be compared exactly.
    """

    symbol: Symbol
    latex: str
    text: str
    meaning: str
    space: Space = "scalar"
    basic: Expr | None = None


QUANTITIES: Final[dict[Symbol, Quantity]] = {}


def _declare(
    name: str,
    latex: str,
    text: str,
    meaning: str,
    space: Space = "scalar",
    basic: Expr | None = None,
    **assumptions: bool,
) -> Symbol:
    symbol = Symbol(name, **(assumptions or {"real": True}))
    if any(known.name == name for known in QUANTITIES):
        raise ValueError(f"symbol {name!r} is declared twice; take it from proofs.symbols instead")
    QUANTITIES[symbol] = Quantity(symbol, latex, text, meaning, space, basic)
    return symbol


def quantity(symbol: Symbol) -> Quantity | None:
    """The registry's entry of `symbol`, or None for a bound variable."""
    return QUANTITIES.get(symbol)


# Angles, norms, sizes.
theta = _declare("theta", r"\theta", "θ", "angle between w and w*, in radians", positive=True)
r = _declare("r", r"r", "r", "norm of w", positive=True)
m = _declare("m", "m", "m", "number of hidden units", integer=True, positive=True)
n = _declare("n", "n", "n", "length of the filter", integer=True, positive=True)

# Invariants of (v, v*).
v_v = _declare("v_v", r"\|v\|^2", "‖v‖²", "squared norm of v", nonnegative=True)
v_vs = _declare("v_vs", r"v^\top v^*", "v·v*", "inner product of v and v*")
vs_vs = _declare("vs_vs", r"\|v^*\|^2", "‖v*‖²", "squared norm of v*", positive=True)
sum_v = _declare("sum_v", r"(1^\top v)", "1ᵀv", "sum of the entries of v")
sum_vs = _declare("sum_vs", r"(1^\top v^*)", "1ᵀv*", "sum of the entries of v*")

# The same, in differences: what the stable forms are written in.
diff_diff = _declare("diff_diff", r"\|v-v^*\|^2", "‖v−v*‖²", "squared norm of v − v*", basic=v_v - 2 * v_vs + vs_vs)
v_diff = _declare("v_diff", r"v^\top(v-v^*)", "v·(v−v*)", "inner product of v and v − v*", basic=v_v - v_vs)
sum_diff = _declare("sum_diff", r"(1^\top(v-v^*))", "1ᵀ(v−v*)", "sum of the entries of v − v*", basic=sum_v - sum_vs)

# Vectors in R^n ...
w_hat = _declare("w_hat", r"\hat w", "ŵ", "w/‖w‖", "filter")
e = _declare("e", "e", "e", "unit vector of w* orthogonal to w", "filter")
w_star = _declare("w_star", "w^*", "w*", "the true filter, ‖w*‖ = 1", "filter", cos(theta) * w_hat + sin(theta) * e)
w_diff = _declare("w_diff", r"(\hat w-w^*)", "(ŵ−w*)", "ŵ − w*", "filter", w_hat - cos(theta) * w_hat - sin(theta) * e)
a_hat = _declare("a_hat", "a", "a", "a unit vector", "filter")
b_perp = _declare("b_perp", "e", "e", "unit vector of b orthogonal to a", "filter")
b_hat = _declare(
    "b_hat",
    "b",
    "b",
    "a unit vector at angle θ to a",
    "filter",
    cos(theta) * a_hat + sin(theta) * b_perp,
)

# ... and in R^m.
v = _declare("v", "v", "v", "output weights", "output")
v_star = _declare("v_star", "v^*", "v*", "the true output weights", "output")
ones = _declare("ones", r"\mathbf{1}", "𝟏", "the vector of ones", "output")
dv = _declare("dv", "(v-v^*)", "(v−v*)", "v − v*", "output", v - v_star)

# Parameters of proxies.
c = _declare("c", "c", "c", "clipping level of the clipped ReLU", positive=True)
slope = _declare("slope", "a", "a", "negative slope of the leaky ReLU", nonnegative=True)
tau = _declare("tau", r"\tau", "τ", "width of the Gaussian proxy", positive=True)

# A proximal map: its argument and its ratio.
x_in = _declare("x_in", "x", "x", "argument of a proximal map")
ratio = _declare("ratio", r"\rho", "ρ", "ratio λ/β of a proximal map", positive=True)

# Bound variables of the defining integrals.
s = Symbol("s", real=True)
t = Symbol("t", real=True)
x = Symbol("x", real=True)
u = Symbol("u", real=True)
rho = Symbol("rho", positive=True)
phi_angle = Symbol("phi", real=True)

# An arbitrary proxy derivative, for the statements that hold for any straight-through estimator, and its
# four Gaussian moments.
mu = Function("mu'", real=True)
moment_full = _declare("M", "M", "M", "E[s μ'(rs)]")
moment_half = _declare("M_plus", "M_+", "M₊", "E[s μ'(rs) 1{s>0}]")
moment_along = _declare("A", "A", "A", "E[s μ'(rs) Φ(s cot θ)]")
moment_across = _declare("B", "B", "B", "E[μ'(rs) φ(s cot θ)]")

# Hypotheses on them. Written unevaluated: SymPy would decide ``theta > 0`` from the symbol's own assumption and
# nothing would be left to print, to guard an argument with or to draw a sample by.
OPEN_ANGLE = (Gt(theta, 0, evaluate=False), Lt(theta, pi, evaluate=False))
CLOSED_ANGLE = (Ge(theta, 0, evaluate=False), Le(theta, pi, evaluate=False))
NONZERO_FILTER = (Gt(r, 0, evaluate=False),)

INTEGRABLE = "E|s μ'(rs)| and E|μ'(r sin θ s)| are finite, s ~ N(0, 1)"
"""In words: what an arbitrary μ' must satisfy."""

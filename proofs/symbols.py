"""The one registry of symbols.

Two SymPy symbols of one name but different assumptions are different symbols that print alike, so every
chapter takes its symbols from here. Vectors of the theory live in ``span{ŵ, w*}`` (filters, in R^n) and
``span{v, v*, 1}`` (output weights, in R^m): a vector formula is a *linear* expression in the vector symbols
below whose coefficients are scalar expressions in the invariants.

===================  =============================  ======================================================
symbol               stands for                     domain
===================  =============================  ======================================================
``theta``            angle(w, w*), radian           0 ≤ θ ≤ π (identities are proved inside)
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

from sympy import Expr, Function, Ge, Gt, Integer, Le, Lt, Rational, Symbol, cos, pi, sin

HALF, QUARTER = Rational(1, 2), Rational(1, 4)

Space = Literal["scalar", "filter", "output"]


@dataclass(frozen=True)
class Quantity:
    """A named symbol: how it prints, what it means, and the space it lives in.

    ``basic`` writes a derived quantity (a difference) in terms of the basic ones, so that a *stable* form,
    which is written in differences, and a *printed* form can be compared exactly.
    """

    symbol: Symbol
    latex: str
    meaning: str
    space: Space = "scalar"
    basic: Expr | None = None


QUANTITIES: Final[dict[Symbol, Quantity]] = {}


def _declare(
    name: str, latex: str, meaning: str, space: Space = "scalar", basic: Expr | None = None, **assumptions: bool
) -> Symbol:
    symbol = Symbol(name, **(assumptions or {"real": True}))
    if any(known.name == name for known in QUANTITIES):
        raise ValueError(f"symbol {name!r} is declared twice; take it from proofs.symbols instead")
    QUANTITIES[symbol] = Quantity(symbol, latex, meaning, space, basic)
    return symbol


def named(*names: str, **assumptions: bool) -> tuple[Symbol, ...]:
    """Symbols, real if nothing else is said, of these very names: SymPy's `symbols` takes commas and brackets apart."""
    return tuple(Symbol(name, **(assumptions or {"real": True})) for name in names)


def is_vector(symbol: Symbol) -> bool:
    """Whether the registry has it as a vector."""
    return symbol in QUANTITIES and QUANTITIES[symbol].space != "scalar"


# Angles, norms, sizes.
theta = _declare("theta", r"\theta", "angle between w and w*, in radians", nonnegative=True)
r = _declare("r", r"r", "norm of w", positive=True)
m = _declare("m", "m", "number of hidden units", integer=True, positive=True)
n = _declare("n", "n", "length of the filter", integer=True, positive=True)

# The ReLU network of chapter B, whose true filter has any norm.
k = _declare("k", "k", "number of patches of the ReLU network", integer=True, positive=True)
r_star = _declare("r_star", r"\|w^*\|", "norm of w*; 1 except in chapter B", positive=True)
norm_gap = _declare("norm_gap", r"(\|w\|-\|w^*\|)", "‖w‖ − ‖w*‖", basic=r - r_star)
dw_dw = _declare(
    "dw_dw", r"\|w-w^*\|^2", "squared norm of w − w*", basic=r**2 + r_star**2 - 2 * r * r_star * cos(theta)
)

# Invariants of (v, v*).
v_v = _declare("v_v", r"\|v\|^2", "squared norm of v", nonnegative=True)
v_vs = _declare("v_vs", r"v^\top v^*", "inner product of v and v*")
vs_vs = _declare("vs_vs", r"\|v^*\|^2", "squared norm of v*", nonnegative=True)
sum_v = _declare("sum_v", r"(1^\top v)", "sum of the entries of v")
sum_vs = _declare("sum_vs", r"(1^\top v^*)", "sum of the entries of v*")

# The same, in differences: what the stable forms are written in.
diff_diff = _declare("diff_diff", r"\|v-v^*\|^2", "squared norm of v − v*", basic=v_v - 2 * v_vs + vs_vs)
v_diff = _declare("v_diff", r"v^\top(v-v^*)", "inner product of v and v − v*", basic=v_v - v_vs)
sum_diff = _declare("sum_diff", r"(1^\top(v-v^*))", "sum of the entries of v − v*", basic=sum_v - sum_vs)

# Vectors in R^n ...
w_hat = _declare("w_hat", r"\hat w", "w/‖w‖", "filter")
e = _declare("e", "e", "unit vector of w* orthogonal to w", "filter")
w_star = _declare("w_star", "w^*", "the true filter, ‖w*‖ = 1", "filter", cos(theta) * w_hat + sin(theta) * e)
w_diff = _declare("w_diff", r"(\hat w-w^*)", "ŵ − w*", "filter", w_hat - cos(theta) * w_hat - sin(theta) * e)
dw = _declare(
    "dw",
    r"(w-w^*)",
    "w − w*, for a w* of any norm",
    "filter",
    r * w_hat - r_star * (cos(theta) * w_hat + sin(theta) * e),
)
a_hat = _declare("a_hat", "a", "a unit vector", "filter")
b_perp = _declare("b_perp", "e", "unit vector of b orthogonal to a", "filter")
b_hat = _declare("b_hat", "b", "a unit vector at angle θ to a", "filter", cos(theta) * a_hat + sin(theta) * b_perp)

# ... and in R^m.
v = _declare("v", "v", "output weights", "output")
v_star = _declare("v_star", "v^*", "the true output weights", "output")
ones = _declare("ones", r"\mathbf{1}", "the vector of ones", "output")
dv = _declare("dv", "(v-v^*)", "v − v*", "output", v - v_star)

PRODUCTS: Final = {(v, v): v_v, (v, v_star): v_vs, (v_star, v_star): vs_vs} | {
    **{(v, ones): sum_v, (v_star, ones): sum_vs, (ones, ones): m}
}
"""Inner products of the vectors in R^m."""

INNER: Final = {name: set(pair) for pair, name in PRODUCTS.items()}
"""The same by their names."""

PLANE: Final = {(w_hat, w_hat): Integer(1), (w_hat, e): Integer(0), (e, e): Integer(1)}
"""Those of the orthonormal pair in R^n."""

# Parameters of proxies.
c = _declare("c", "c", "clipping level of the clipped ReLU, half-width of the window", positive=True)
slope = _declare("slope", "a", "negative slope of the leaky ReLU", nonnegative=True)
tau = _declare("tau", r"\tau", "width of the Gaussian proxy", positive=True)

# A proximal map: its argument, its ratio, and the shapes of penalties.
x_in = _declare("x_in", "x", "argument of a proximal map")
ratio = _declare("ratio", r"\rho", "ratio λ/β of a proximal map", positive=True)
a = _declare("a", "a", "shape of the transformed l1 penalty, a > 0; of SCAD, a ≥ 1", positive=True)
gamma = _declare("gamma", r"\gamma", "width of the minimax concave penalty", positive=True)

PARAMETERS: Final = (c, slope, tau, a, gamma)
"""Symbols that an estimator or a penalty may have as parameters; any other that it declares becomes one of its own."""

# Relaxed variable splitting.
kappa = _declare("kappa", r"\kappa", "strength of the pull towards w*", positive=True)
beta = _declare("beta", r"\beta", "strength of the coupling ‖w − u‖²", positive=True)
lam = _declare("lam", r"\lambda", "weight of the penalty", positive=True)
alpha = _declare("alpha", r"\alpha", "radial part of the coarse gradient, G = αŵ − κw*")
eta = _declare("eta", r"\eta", "step size", positive=True)
step = _declare("step", r"\tau", "step along κw* + βu: η/(1 − η(α+β))", positive=True)
multiplier = _declare("multiplier", "N", "multiplier of a fixed point, N w̄ = κw* + βū")
curvature = _declare("curvature", r"\mu", "eigenvalue of P diag(S'(w̄)) P on the tangent space", nonnegative=True)

# Its limits: entries and norms of w*, and what a limit keeps of them.
star_size = _declare("star_size", r"|w^*_i|", "size of an entry of w*", nonnegative=True)
star_entry = _declare("star_entry", r"w^*_j", "the entry of w* at a spike")
spike_sign = _declare("spike_sign", r"\sigma", "sign of a spike, ±1")
spike_across = _declare("spike_across", "A_j", "κ√(1 − w*_j²), the pull across a spike's axis", positive=True)
spike_along = _declare("spike_along", "B_j", "what threshold and pull leave along a spike's axis", positive=True)
nonzeros = _declare("nonzeros", r"\|w^*\|_0", "number of nonzero entries of w*", positive=True)
thresholded = _declare("thresholded", "s_0", "number of nonzero entries of w* that ū lacks", nonnegative=True)
taxicab = _declare("taxicab", r"\|w^*\|_1", "sum of the |w*_i|", positive=True)
slope_sum = _declare("slope_sum", "d_1", "Σ p'(|w*_i|)|w*_i| over the nonzero w*_i", positive=True)
slope_squares = _declare("slope_squares", "d_2", "Σ p'(|w*_i|)² over the nonzero w*_i", positive=True)
kept_mass = _declare("kept_mass", "q_J", "Σ w*_i² over the support J of ū", nonnegative=True)
kept_level = _declare("kept_level", "U", "|ū_i| of an entry that is not thresholded", positive=True)
cap_angle = _declare("cap_angle", r"\alpha_0", "arcsin(r/κ), r ≥ sup β‖w − S(w)‖ on the sphere", positive=True)

# Bound variables of the defining integrals.
s = Symbol("s", real=True)
t = Symbol("t", real=True)
x = Symbol("x", real=True)
u = Symbol("u", real=True)
rho = Symbol("rho", positive=True)
phi_angle = Symbol("phi", real=True)  # an angle in (−π, π): its half has a cosine > 0

# An arbitrary proxy derivative, for the statements that hold for any straight-through estimator, and its
# four Gaussian moments.
mu = Function("mu'", real=True)
moment_full = _declare("M", "M", "E[s μ'(rs)]")
moment_half = _declare("M_plus", "M_+", "E[s μ'(rs) 1{s>0}]")
moment_along = _declare("A", "A", "E[s μ'(rs) Φ(s cot θ)]")
moment_across = _declare("B", "B", "E[μ'(rs) φ(s cot θ)]")
MOMENTS: Final = (moment_full, moment_half, moment_along, moment_across)

# Hypotheses on them. Written unevaluated: SymPy would decide ``theta > 0`` from the symbol's own assumption and
# nothing would be left to print, to guard an argument with or to draw a sample by.
OPEN_ANGLE = (Gt(theta, 0, evaluate=False), Lt(theta, pi, evaluate=False))
CLOSED_ANGLE = (Ge(theta, 0, evaluate=False), Le(theta, pi, evaluate=False))
NONZERO_FILTER = (Gt(r, 0, evaluate=False),)

INTEGRABLE = "E|s μ'(rs)| and E|μ'(r sin θ s)| are finite, s ~ N(0, 1)"
"""In words: what an arbitrary μ' must satisfy."""

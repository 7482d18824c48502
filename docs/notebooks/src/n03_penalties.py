"""Sparsity penalties and their proximal maps

A penalty makes weights sparse through one scalar function, its proximal map. What do these maps look like, where do
they jump, and is the point they return really the best one among all real numbers?
"""

# %% [markdown]
# ## What is modelled
#
# Relaxed variable splitting (notebook 04) replaces a filter w by a sparse copy u of it, at every step. The copy pays a
# price p for every entry that is not zero, with weight λ, and a price for its distance from w, with weight β. Both
# prices are sums over entries, so one function of one real number does it all: the *proximal map* S, which returns the
# cheapest u for a given x. It depends on λ and β through their ratio ρ alone.
#
# Six penalties are treated. l1 is convex; the other five are not, so that the derivative vanishes at a point proves
# nothing: it may be a local minimum, or a maximum. Every statement below is about the global minimum over all real u.

# %% [statement] P1 P2 [derivation] P2

# %% [markdown]
# The pattern of all the proofs: by symmetry only u on the side of x matters; zero is a minimizer exactly up to the
# *threshold*, the least value of a certain quotient; and beyond it one stationary point is shown to beat every other u.
# For the transformed l1 penalty, which lies between l1 and l0, the stationary points are roots of a cubic.

# %% [statement] P3 [derivation] P3

# %% [markdown]
# The same calculus covers three more penalties: minimax concave (mcp) and smoothly clipped (scad), which cost no more
# beyond a certain size, and the square root (half).

# %% [statement] P7.mcp P7.scad P7.half [generated] P3

# %% maps claims: P1 P2 P3 P7.mcp P7.scad P7.half
import numpy as np
import numpy.typing as npt
from sympy import ITE, lambdify

import proofs
from numerics import moreau_envelope, penalty_value, proximal_map
from numerics.generated.penalties import DISPLACEMENTS, THRESHOLDS
from proofs import symbols
from verify.reading.notebooks.reading import COLOURS, INK, Array, cut, dots, looks, panels, show

LOOKS = looks(("l1", "l0", "tl1", "mcp", "scad", "half"))


def price(u: Array, x: npt.ArrayLike, rho: float, penalty: str, **shape: float) -> Array:
    """What u costs at x, the penalty times rho and half the squared distance: u (...), x (...) -> (...)."""
    return rho * penalty_value(u[..., None], penalty, **shape) + 0.5 * (u - np.asarray(x)) ** 2


def cheapest(x: Array, rho: float, penalty: str, spacing: float, **shape: float) -> Array:
    """The cheapest u of a grid for each x, with no knowledge of proximal maps: (k,) -> (k,)."""
    count = round(float(np.abs(x).max()) * 1.25 / spacing)
    u = spacing * np.arange(-count // 4, count + 1)
    cost = rho * penalty_value(u[:, None], penalty, **shape)
    return np.array([u[np.argmin(cost + 0.5 * (u - at) ** 2)] for at in x])


RHO, SPACING = 0.6, 0.001
size, x, some = np.linspace(0.001, 3, 401), np.linspace(0, 3, 1501), np.linspace(0.13, 2.97, 20)
figure, (upper, lower) = panels(2, height=4.2)
for k, (name, look) in enumerate(LOOKS.items()):
    upper.plot(size, penalty_value(size[:, None], name), **look)
    lower.plot(x, cut(proximal_map(x, RHO, name)), **look)
    found = cheapest(some, RHO, name, SPACING)
    dots(lower, some, found, k, ms=4)
    gap = np.abs(found - proximal_map(some, RHO, name)).max()
    print(f"{name:5} largest distance of the 20 points from the line, in spacings of the grid: {gap / SPACING:.2f}")
upper.plot(0, 0, "o", color=INK, ms=6, label="p(0) = 0 for all")
lower.plot(x, x, color=INK, lw=0.8, label="u = x")
upper.set(xlabel="size of an entry, |u| (dimensionless)", ylabel="penalty p(|u|) (dimensionless)")
lower.set(xlabel="x (dimensionless)", ylabel=f"S(x) at ρ = {RHO} (dimensionless)")
upper.legend(handles=upper.get_lines()[-1:])
show(
    figure,
    "Above: six penalties. Below: their proximal maps, lines from generated code through points found by "
    "searching a grid; l0, tl1 and half jump, and all but l1 approach the diagonal.",
    lower,
)

# %% [markdown]
# Lines are generated code; points are found by trying every u on a grid of spacing 0.001 (half of it, smaller than the
# points, is all the error they can have). The maps are odd, so only x > 0 is shown. l1 takes ρ off every entry, however
# large: it is biased. The others let large entries pass, mcp and scad exactly so from some size on. The price is that
# the objective is no longer convex, and a map may jump.
#
# ## Is it the best among all real u?
#
# Where a map jumps, two points cost the same at the threshold. Just below it zero is the cheapest, just above it the
# far one, and the other is left as a local minimum that an iterative solver could be caught in.

# %% ties claims: P2 P3 P7.mcp P7.half
RHO_TIE = 2.5
u = np.linspace(-0.6, 4.2, 961)
figure, axes = panels(4, columns=2, width=2.9, height=2.9, sharey=True)
for axis, name in zip(axes, ("l0", "tl1", "mcp", "half"), strict=True):
    for k, (factor, words) in enumerate(((0.9, "below"), (1.0, "at"), (1.1, "above"))):
        at = float(THRESHOLDS[name](RHO_TIE)) * factor
        rest = price(np.zeros(1), at, RHO_TIE, name)[0]
        curve = price(u, at, RHO_TIE, name) - rest
        if name == "l0":
            curve[np.abs(u) < 0.003] = np.nan  # p jumps at 0
        axis.plot(u, curve, color=COLOURS[k], ls=("-", "--", "-.")[k], label=f"x {words} the threshold")
        best = proximal_map(at * (1 + np.array([-1e-9, 1e-9] if k == 1 else [0.0])), RHO_TIE, name)
        cost = np.round(price(best, at, RHO_TIE, name) - rest, 9) + 0.0  # not −0
        dots(axis, best, cost, k, ms=(4, 8, 7)[k], zorder=7 - k)
    axis.set(ylim=(-1.2, 2.2), title=name, xlabel="u (dimensionless)")
for axis in axes[::2]:
    axis.set_ylabel("cost above that of u = 0\n(dimensionless)")
show(
    figure,
    f"The cost against u for l0, tl1, mcp and half at ρ = {RHO_TIE}, below, at and above the threshold; marks "
    "are the minimizers, two of them at the threshold.",
    axes[0],
    2,
)

rng = np.random.default_rng(7)
u = np.concatenate([np.linspace(-12, 12, 20001), [0.0]])
for name in LOOKS:
    worst = -np.inf
    for rho, at in zip(10 ** rng.uniform(-2, 1, 300), rng.uniform(-10, 10, 300), strict=True):
        chosen = price(np.asarray(proximal_map(at, rho, name))[None], at, rho, name)[0]
        worst = max(worst, float(chosen - price(u, at, rho, name).min()))
    print(f"{name:5} 300 random pairs (x, ρ): S(x) is never dearer than the best of 20002 others: {worst < 1e-12}")

# %% [markdown]
# Marks are the minimizers, returned by the generated code just below and just above. At the threshold both have the
# same cost. The proof replaces the search over random pairs by an identity: the cost of any u less the cost of S(x) is
# a square times something that is not negative.
#
# ## From l1 to l0: when does transformed l1 begin to jump?
#
# The shape a of transformed l1 leads from l0 (a near zero) to l1 (a large). In between lies a change of kind. For small
# ρ the map is continuous, like soft thresholding; from a certain ρ on it jumps, like hard thresholding; and the formula
# of its threshold changes there. How the penalty and the map tend to the two ends is stated with explicit bounds, and
# with the places where the convergence is not uniform.

# %% [statement] P4.l1 P4.l0 P4.l1-map P4.l0-map

# %% regimes claims: P3 P4.l1-map P4.l0-map
figure, (upper, middle, lower) = panels(3)
for k, a in enumerate((0.02, 0.5, 2.0, 100.0)):
    upper.plot(x, cut(proximal_map(x, 0.5, "tl1", a=a)), color=COLOURS[k], label=f"tl1, a = {a:g}")
for name, style in (("l1", "--"), ("l0", ":")):
    upper.plot(x, cut(proximal_map(x, 0.5, name)), style, color=INK, lw=2.5, label=name)
ratio = np.logspace(-2, 1, 301)
(printed,) = proofs.get("P3").as_printed.atoms(ITE)  # if ρ is at most this, one formula of the threshold, else another
jumps_from = lambdify(symbols.a, printed.args[0].rhs)
for k, a in enumerate((0.5, 2.0, 8.0)):
    look = {"color": COLOURS[1 + k]}
    edge = np.asarray(THRESHOLDS["tl1"](ratio, a=a), float)
    middle.loglog(ratio, edge, **look, label=f"a = {a:g}")
    lower.semilogx(ratio, proximal_map(edge * (1 + 1e-12), ratio, "tl1", a=a), **look, label=f"a = {a:g}")
    for axis in (middle, lower):
        axis.axvline(jumps_from(a), **look, ls=":", lw=1.2)
    for rho in (0.013, 0.07, 0.4, 1.1, 6.0):
        step = float(THRESHOLDS["tl1"](rho, a=a)) / 400
        fine = np.linspace(320.5 * step, 479.5 * step, 160)  # not at the threshold, where two u tie
        images = cheapest(fine, rho, "tl1", step / 8, a=a)
        first = int(np.argmax(images > 0))
        dots(middle, rho, fine[first], k, **look, ms=5)
        dots(lower, rho, images[first], k, **look, ms=5)
upper.set(xlabel="x (dimensionless)", ylabel="S(x) at ρ = 0.5 (dimensionless)")
for axis, words in ((middle, "threshold t"), (lower, "height of the jump")):
    axis.set(xlabel="ratio ρ = λ/β (dimensionless)", ylabel=f"{words} (dimensionless)")
show(
    figure,
    "Above: maps of transformed l1 between hard and soft thresholding. Middle and below: its threshold and the "
    "height of its jump against ρ for three shapes; dotted lines mark where it begins to jump.",
)

# %% [markdown]
# Middle and below: lines are the claim, points come from searching a grid (a hundredth of the threshold and less,
# smaller than the points), dotted lines mark the ρ at which the two formulas of the threshold meet. To the left of it
# there is no jump. To the right of it an entry of noticeable size vanishes at once when the penalty is raised a little.
# l0 jumps for every ρ. Notebook 06 shows what that does to the limits of the splitting: for l0 they differ in which
# entries they keep, and an entry that was dropped returns at a smaller λ only. (That several limits coexist needs no
# jump: l1 has none, and has spikes.)
#
# ## The Moreau envelope, and what makes the splitting work
#
# The least cost itself, as a function of w, is the *Moreau envelope*: the penalty with its corner rounded off. Take it
# away from a parabola, and what is left is convex, for every penalty whatsoever, since it is a supremum of functions
# that are linear in w. Its slope is the proximal map. This is the whole reason why the iteration of notebook 04 has a
# Lyapunov function for penalties that are not convex.

# %% [statement] P6.convexity P6.gradient P6.l1 P6.l0 [derivation] P6.convexity

# %% envelopes claims: P6.l1 P6.l0 P6.tl1 P6.half P6.convexity P6.gradient
BETA, LAM = 1.0, 0.6
w, some, u = np.linspace(-2.5, 2.5, 501), np.linspace(-2.4, 2.4, 17), np.linspace(-3, 3, 6001)
figure, (upper, middle, lower) = panels(3)
for k, name in enumerate(("l1", "l0", "tl1", "half")):
    look = {"color": COLOURS[k], "ls": ("-", "--", "-.", ":")[k], "lw": 2, "label": name}
    envelope = moreau_envelope(w[:, None], BETA, LAM, name)
    upper.plot(w, envelope, **look)
    dots(upper, some, [(LAM * penalty_value(u[:, None], name) + BETA / 2 * (u - at) ** 2).min() for at in some], k)
    remainder = BETA / 2 * w**2 - envelope
    middle.plot(w, remainder, **look)
    lower.plot((w[1:] + w[:-1]) / 2, np.diff(remainder) / np.diff(w), **look)
    dots(lower, some, BETA * proximal_map(some, LAM / BETA, name), k)
    bend = np.diff(remainder, 2).min() / (w[1] - w[0]) ** 2
    print(f"{name:5} least second difference of the remainder is not negative: {bend > -1e-9}")
for axis, words in ((upper, "E(w)"), (middle, "βw²/2 − E(w)"), (lower, "slope of βw²/2 − E(w)")):
    axis.set(xlabel="w (dimensionless)", ylabel=f"{words} (dimensionless)")
show(
    figure,
    "Above: Moreau envelopes of four penalties. Middle: what they leave of a parabola is convex. Below: its "
    "slope, difference quotients as lines and the proximal maps as points.",
    upper,
)

# %% [markdown]
# Above: lines are the claims, points least costs over a grid. Below: lines are difference quotients of the curves in
# the middle, points are the proximal maps times β. Where a map jumps the remainder has a corner, which a convex
# function may have; where it is flat, w is sent to zero.
#
# ## How far an entry is moved
#
# All error estimates of notebook 05 rest on one number: how far, at most, a proximal map moves an entry. For every
# penalty here it is the threshold, and it is reached there.

# %% [statement] P5.l1 P5.l0 P5.tl1 P5.mcp P5.half [derivation] P5.tl1

# %% displacement claims: P5.l1 P5.l0 P5.tl1 P5.mcp P5.scad P5.half
x, ratio, measured_at = np.linspace(0, 5, 2501), np.logspace(-2, 1, 61), np.logspace(-2, 1, 7)
figure, (upper, lower) = panels(2, height=4.2)
for k, (name, look) in enumerate(LOOKS.items()):
    upper.loglog(ratio, np.broadcast_to(DISPLACEMENTS[name](ratio), ratio.shape), **look)
    moved = []
    for rho in measured_at:
        far = float(THRESHOLDS[name](rho))
        grid = 0.999 * far * np.linspace(0.01, 3, 300)  # not at the threshold, where two u may tie
        moved.append(float(np.abs(grid - cheapest(grid, rho, name, far / 1000)).max()))
    dots(upper, measured_at, moved, k)
    lower.plot(x, cut(np.abs(x - proximal_map(x, RHO, name))), **look)
    units = np.array(moved) / DISPLACEMENTS[name](measured_at)
    print(f"{name:5} farthest move on a grid, in units of the bound: {units.min():.3f} to {units.max():.3f}")
lower.plot(x[x < 1.3], x[x < 1.3], color=INK, lw=0.8)
upper.set(xlabel="ratio ρ = λ/β (dimensionless)", ylabel="farthest move sup |x − S(x)| (dimensionless)")
lower.set(xlabel="x (dimensionless)", ylabel=f"|x − S(x)| at ρ = {RHO} (dimensionless)")
show(
    figure,
    "Above: the farthest move against ρ for six penalties, lines through points found on grids. Below: the move "
    "against x: up to the threshold all of x, beyond it less, and for all but l1 less and less.",
    upper,
)

# %% [markdown]
# Points are the farthest moves found by searching grids. A grid places u to a thousandth of the threshold, so the
# figures above can be off by one in the last place, to either side of the bound. For small ρ they are of very different
# size: l1, mcp and scad move an entry by ρ, l0 by the root of twice that. For large ρ l1 moves it farthest. The lower
# panel is the other half of the story: what l1 takes it takes from every entry, the others less and less from large
# ones.
#
# ## What the checks say

# %% [verdict] P1 P2 P3 P4.l1 P4.l0 P5.l1 P5.l0 P5.tl1 P6.convexity P6.gradient P6.tl1 P7.mcp P7.half

# %% [markdown]
# ## What to try
#
# - Set `RHO` to 3: now mcp and scad jump as well. From which ρ on does each?
# - Give `cheapest` and `proximal_map` the shape a = 1 for scad: its middle piece is gone, and what is left is l1 up to
#   1 and constant beyond. At ρ = 0.6 the map now jumps; find the two u that tie at x = 1.3.
# - In the envelope figure make the penalty heavier than the coupling, `LAM = 3`. Is the remainder still convex?
# - Find the x at which hard thresholding and transformed l1 with small a differ most. What do the statements say of it?
# - `coarseproof claims P7.scad` shows its derivation; CONTRIBUTING.md shows how to declare a penalty of your own, whose
#   map is then proved, generated and checked like these.

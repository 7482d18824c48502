"""How many limits are there?

RVSCGD is a deterministic map on a sphere. Which limits attract, for which β and λ, and how likely is each of them?
"""

# %% [markdown]
# ## Why there can be several
#
# Notebook 04 finds the limit of RVSCGD as a sparsifying map of the true weight w*. For l1 there is only one whose
# multiplier N exceeds β, and it is the global optimum of the Lyapunov function. But the Lyapunov function is maximized,
# up to sign, over a *sphere*, and a convex function on a sphere can have local optima: where the coupling to u is
# strong, a filter that is concentrated on one entry is held there by its own thresholded copy. Such limits are called
# spikes here. This notebook counts all stable limits, checks the count by experiment, and ends with two variants of the
# method in which the answer changes: no normalization, and output weights that are learned too.
#
# As in notebook 04, v* is chosen such that the pull κ is 1.

# %% the-problem
from typing import Any

import numpy as np
from matplotlib.colors import LogNorm

import numerics
from numerics import coarse_gradient, learn, loss_gradient_v, proximal_map, sparse_limit, stable_limits
from verify.reading.notebooks.reading import COLOURS, INK, MARKERS, Array, dots, panels, show
from verify.reading.notebooks.samples import dots_of_counts, run_all, step, unit
from verify.reading.notebooks.stated import stated

V_STAR = np.full(4, (np.pi / 2) ** 0.25)
KAPPA = 1.0

# %% [markdown]
# ## Which fixed points are stable
#
# A fixed point attracts when the Lyapunov function curves the right way in every direction along the sphere. Entry by
# entry that is a sign; but the sphere couples the entries, and one wrong sign may be compensated. Two may not. That is
# why spikes have exactly one large entry.

# %% [statement] R7.stability [derivation] R7.stability

# %% [markdown]
# For l1 this leaves the limit of R4 and spikes, each with an equation for its multiplier that can be decided exactly. A
# spike at an entry exists only for β above a threshold whose shape, in the two forces on the spike, is an astroid.

# %% [statement] R7.astroid R7.l1 [derivation] R7.astroid [derivation] R7.l1 [generated] R7.astroid

# %% astroid claims: R7.astroid R7.l1
figure, axes = panels(height=5.4)
SPREAD = np.concatenate([[0.0], np.full(400, 0.05)])  # the spike will be at the first entry, where w* is 0
GRID = np.linspace(0.05, 1.05, 18)
stays, spikes = np.zeros((2, GRID.size, GRID.size), dtype=bool)
for i, along in enumerate(GRID):
    for j, across in enumerate(GRID):
        beta = KAPPA / float(across)
        lam = float(along) * beta
        run = learn(V_STAR, np.eye(SPREAD.size)[0], SPREAD, beta, lam, record_every=25, max_steps=4000, tolerance=1e-9)
        stays[i, j] = run.u[0] != 0
        census = stable_limits(SPREAD, KAPPA, beta, lam, count=1000)
        spikes[i, j] = any(limit.kind == "spike" and limit.index == 0 for limit in census.limits)
x, y = np.meshgrid(GRID, GRID)
dots(axes, x[stays], y[stays], 0, ms=5, label="start at e₁: stays near")
dots(axes, x[~stays], y[~stays], 1, marker="x", ms=5, label="start at e₁: leaves")
forces = np.concatenate([np.geomspace(1e-4, 0.05, 20), np.linspace(0.05, 1, 100)])
boundary = 1 / numerics.spike_threshold(1.0, forces)  # threshold(A, B) = β scales with β: a ray per ratio of the forces
axes.plot(boundary, forces * boundary, color=COLOURS[2], label="astroid (R7.astroid)")
axes.plot(forces * boundary, boundary, color=COLOURS[2])
axes.set(xlabel="force across the spike / β (dimensionless)", ylabel="force along the spike / β (dimensionless)")
axes.set(xlim=(0, 1.1), ylim=(0, 1.1))
figure.legend(loc="outside upper center")
show(figure, "Runs from e₁ stay near where the forces lie inside of the astroid, and leave outside")
print(f"runs that contradict the census: {np.count_nonzero(stays != spikes)} of {stays.size}")

# %% [markdown]
# Each sign is a run that starts at e₁, the unit vector of an entry where w* is zero. A spike at that entry lies near
# it, not at it. The force across is then κ, that along is λ, so the picture is a phase diagram: strong coupling in the
# lower left corner. The boundary between staying near e₁ and leaving is the astroid.
#
# ## The phase diagram
#
# How many stable limits has a given w*, over all β and λ? For l1 the census is a count by formulas. For l0 and
# transformed l1 the supports compete as well, and the search goes through all that are consistent.

# %% [statement] R7.l0 R7.tl1

# %% phase-diagram claims: R7.l1 R7.l0 R7.tl1 R4.l1
EIGHT = unit([0.75, -0.6, 0.5, 0.4, -0.3, 0.2, 0.1, 0.0])
betas, lams, MOST = np.geomspace(0.1, 30, 26), np.geomspace(0.01, 3, 26), 32
ordered = np.sort(np.abs(EIGHT))[::-1]
figure, row = panels(3, sharex=True)
for axes, (penalty, shape) in zip(row, (("l1", {}), ("l0", {}), ("tl1", {"a": 1.0})), strict=True):
    options: dict[str, Any] = dict(shape)
    counts, teacher = np.zeros((lams.size, betas.size)), np.zeros((lams.size, betas.size), dtype=bool)
    for i, lam in enumerate(lams):
        for j, beta in enumerate(betas):
            limits = stable_limits(EIGHT, KAPPA, float(beta), float(lam), penalty, count=MOST, **options).limits
            counts[i, j] = len(limits)
            teacher[i, j] = any(np.linalg.norm(limit.weights - EIGHT) < 1e-9 for limit in limits)
    mesh = axes.pcolormesh(betas, lams, np.maximum(counts, 1), cmap="cividis", norm=LogNorm(1, MOST), rasterized=True)
    if penalty == "l1":
        axes.axhline(KAPPA * ordered[1], color="white", ls="--", label="κ × second largest |w*|")
        axes.axhline(KAPPA * ordered[0], color="white", ls=":", label="κ × largest |w*|")
        axes.legend(loc="lower left", labelcolor="white")
        beyond = lams > KAPPA * ordered[0]
        print(f"l1, λ above κ × largest |w*|: w* itself is a limit at {teacher[beyond].mean():.0%}, ", end="")
        nothing = lams[beyond, None] >= betas * ordered[0]
        print(f"which is {'' if (teacher[beyond] == nothing).all() else 'not '}where λ/β is at least the largest |w*|")
    axes.set(xscale="log", yscale="log", ylabel="λ / κ (dimensionless)", title=penalty)
    most = f"{counts.max():.0f}{' and more' * bool(counts.max() >= MOST)}"
    print(f"{penalty}: one limit at {np.mean(counts == 1):.0%} of the grid, up to {most}")
row[-1].set_xlabel("β / κ (dimensionless)")
bar = figure.colorbar(mesh, ax=row, ticks=[1, 2, 4, 8, 16, 32], format="%d")
bar.set_label("stable limits (count; 32: or more)")
show(figure, "How many stable limits over β and λ: one for l1 with weak λ or β, spikes beyond, many supports for l0")

# %% [markdown]
# For l1 everything below the dashed line has one limit, for *every* β: that is R7's corollary. Above it spikes join in
# as β grows, first one and in the end two for every entry. Above the dotted line no sparse limit keeps an entry. Where
# λ/β is at least the largest entry of w*, on more than half of the grid above the line, w* itself is a limit instead,
# with u = 0 (the second case of R7.l1); where it is not, to the right, only spikes are left. For l0 the supports
# compete already at small λ. Transformed l1 is between the two.
#
# ## Which limit does a random start find?
#
# The census says which limits exist, not how large their basins are. That is a matter of experiment: many runs from
# uniformly random starts, each assigned to the limit it ends at.

# %% basins claims: R7.l1
FOUR = unit([0.8, 0.45, -0.3, 0.2])
RUNS, STRONG = 2000, 6.0

figure, row = panels(3)
below, between, above = 0.9 * FOUR[1], (FOUR[0] + FOUR[1]) / 2, 1.2 * FOUR[0]
for axes, lam in zip(row, KAPPA * np.array([below, between, above]), strict=True):
    census = stable_limits(FOUR, KAPPA, STRONG, float(lam))
    starts = np.random.default_rng(12).standard_normal((RUNS, FOUR.size))
    ends = run_all(starts, V_STAR, FOUR, STRONG, float(lam), eta=0.9 / (KAPPA + STRONG))
    away = np.array([np.linalg.norm(ends - limit.weights, axis=1) for limit in census.limits])
    found = np.bincount(away.argmin(axis=0), minlength=len(census.limits))
    kinds = np.array([limit.kind for limit in census.limits])
    for place, kind in enumerate(("sparse", "spike")):
        (mine,) = np.nonzero(kinds == kind)
        dots_of_counts(axes, mine, found[mine], RUNS, place, ms=6, label=kind)
    names = [f"{'−+'[(limit.sign or 0) > 0]}e{(limit.index or 0) + 1}" for limit in census.limits]
    names = ["w̄" if limit.index is None else name for name, limit in zip(names, census.limits, strict=True)]
    axes.set_xticks(range(len(names)), names)
    axes.set(xlabel="stable limit (best first)", title=f"λ / κ = {lam:.2f}", xlim=(-0.7, max(len(names), 2) - 0.3))
    axes.set(ylabel=f"frequency among {RUNS}\nrandom starts (dimensionless)", ylim=(-0.03, 1.05))
    lost, seen = np.count_nonzero(away.min(axis=0) > 1e-3), np.count_nonzero(found)
    print(f"λ / κ = {lam:.2f}: {census.total} stable limits, {seen} found; runs that end elsewhere: {lost}")
row[1].legend()
show(figure, "How often random starts end at each stable limit, for λ below, between and above the critical values")

# %% [markdown]
# Downwards: λ below κ times the second largest entry, between that and κ times the largest, and above. Bars are
# exact intervals of 95 % (Clopper and Pearson). Every run ends at a limit of the census, and every limit of the census
# is found. With weak λ all runs agree. Then one spike appears on the side opposite to w*, with a small basin. Beyond
# the largest entry the sparse limit is gone and the spikes share the sphere. Here the spikes with the better Lyapunov
# value get more starts; nothing says that it must be so.
#
# ## Hysteresis
#
# For l0 several supports can fit the same β and λ. Which one RVSCGD ends at then depends on the past: slowly raising λ
# and slowly lowering it again leads back on another way.

# %% hysteresis claims: R4.l0 R7.l0
figure, (upper, lower) = panels(2)
GRADED, HALF = unit([0.8, 0.5, 0.3, 0.15]), 0.5
sweep = np.geomspace(0.0015, 0.3, 40)
for lam in np.geomspace(0.0015, 0.3, 160):
    for limit in stable_limits(GRADED, KAPPA, HALF, float(lam), "l0").limits:
        chord = np.linalg.norm(limit.weights - GRADED)
        upper.plot(lam, limit.support.size, ".", color=INK, ms=3)
        lower.plot(lam, chord, ".", color=INK, ms=3)
for lams, number, marker, label in ((sweep, 0, "^", "runs, λ rising"), (sweep[::-1], 1, "v", "runs, λ falling")):
    w, kept, errors = GRADED[None], [], []
    for lam in lams:
        w = run_all(w, V_STAR, GRADED, HALF, float(lam), 0.9 / (KAPPA + HALF), "l0")
        kept.append(np.count_nonzero(proximal_map(w[0], lam / HALF, "l0")))
        errors.append(float(np.linalg.norm(w[0] - GRADED)))
    for axes, values in ((upper, kept), (lower, errors)):
        dots(axes, lams, values, number, marker=marker, ms=6, label=label, fillstyle="none" if number else "full")
for axes in (upper, lower):
    axes.plot([], [], ".", color=INK, label="census (R7.l0)")
    axes.set(xscale="log", xlabel="λ / κ (dimensionless)")
upper.set(ylabel="entries kept in u (count)", yticks=range(5))
lower.set(ylabel="error ‖w̄ − w*‖ (dimensionless)")
upper.legend()
show(figure, "Hysteresis of l0: with λ rising runs stay on other branches of the census than with λ falling")

# %% [markdown]
# The grey branches overlap where two supports coexist. Runs that continue from the last limit follow a branch to its
# end, in both directions, and then jump to the next. So an entry that was dropped once comes back only at a smaller λ,
# which is of use in practice: lower λ slowly to find a sparse limit, raise it slowly to keep an accurate one.
#
# ## Without the sphere
#
# What if the normalization is left out? Then there is nothing to limit. A fixed point needs w to be its own thresholded
# copy, which l1 and transformed l1 never allow; for l0 it does, on the ray through w*.

# %% [statement] R10 [derivation] R10

# %% free-iteration claims: R10
figure, axes = panels(height=4.4)
BETA_F, LAM_F, ETA_F, STEPS = 0.5, 0.02, 0.2, 1500
sizes = np.array([0.5, 2.5, 4.0])
for k, (penalty, shape) in enumerate((("l1", {}), ("tl1", {"a": 1.0}), ("l0", {}))):
    w = sizes[:, None] * unit([0.2, 1.0, -0.4, 0.6])
    norms = [sizes]
    for _ in range(STEPS):
        w = step(w, coarse_gradient(V_STAR, w, V_STAR, GRADED), BETA_F, LAM_F, ETA_F, penalty, **shape)
        norms.append(np.linalg.norm(w, axis=1))
    lines = axes.plot(np.array(norms), color=COLOURS[k], marker=MARKERS[k], markevery=150, ms=5)
    lines[0].set_label(penalty)
    print(f"{penalty}: norms {', '.join(f'{end:.2f}' for end in norms[-1])} after {STEPS} steps")
least_norm = float(stated("R10", "threshold", lam=LAM_F, beta=BETA_F)) / np.abs(GRADED).min()
axes.axhline(least_norm, color=INK, ls="--", label="least norm of a fixed point, l0 (R10)")
axes.set(xlabel="step", ylabel="norm of w (dimensionless)", yscale="log", ylim=(0.05, 10), xlim=(0, STEPS))
figure.legend(loc="outside upper center", ncols=2)
show(figure, "Norm of w without normalization: it shrinks with l1 and transformed l1, rests with l0 if large enough")

# %% [markdown]
# With l1 and transformed l1 the norm shrinks from every start, until every entry is below the threshold, and further,
# to a residue of the length of one step: there is no fixed point, and w rattles about zero. With l0 it rests where it
# meets the ray of fixed points, if that is beyond the least norm; the smaller starts fall short and share the fate of
# the others. That is why the sphere is needed.
#
# ## Learning the output weights too
#
# So far v was at its true value. If v descends along its gradient together with w, a limit must be balanced in both: v
# is the best one for the angle of the limit, so κ itself depends on that angle. A larger angle means a weaker pull, and
# so a larger angle still.

# %% [statement] R11 R11.spurious [derivation] R11

# %% joint-learning claims: R11 R11.spurious
figure, (upper, lower) = panels(2)
HIDDEN, TRIALS, BETA_J = 4, 200, 0.1
flat, skew = np.full(HIDDEN, 0.5), np.array([1.0, -1.0, 1.0, -1.0]) / 2
ratios = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.1, 1.2, 1.4, 1.6])


def joint_ends(v_star: Array, v: Array, w: Array) -> Array:
    """The angles at which joint runs with l0 end, all made at once: v (..., m), w (..., n) -> (...)."""
    for _ in range(1500):
        new = unit(step(w, coarse_gradient(v, w, v_star, GRADED), BETA_J, 1e-4, 0.3, "l0"))
        v, w = v - 0.5 * loss_gradient_v(v, w, v_star, GRADED), new
    return np.asarray(np.arccos(np.clip(w @ GRADED, -1, 1)))


parallel = np.sqrt(ratios * (HIDDEN + 1) / (2 * HIDDEN))[:, None]
teachers = parallel * flat + np.sqrt(1 - parallel**2) * skew  # one v* for each ratio
rng = np.random.default_rng(9)
for k, label in enumerate(("random v and w", "v = v(π), w 0.1 rad from −w*")):
    w, v = (rng.standard_normal((ratios.size, TRIALS, length)) for length in (GRADED.size, HIDDEN))
    v = v / np.sqrt(HIDDEN)
    if k:
        w = 0.1 * unit(w - (w @ GRADED)[..., None] * GRADED) - GRADED
        v = np.broadcast_to(numerics.best_output_weights(np.pi, teachers)[:, None], v.shape)
    failures = np.count_nonzero(joint_ends(teachers[:, None], v, unit(w)) > np.pi - 0.1, axis=1)
    dots_of_counts(upper, ratios, failures, TRIALS, k, ms=6, label=label)
    told = [f"{count} at {ratio:g}" for count, ratio in zip(failures, ratios, strict=True)]
    print(f"{label}: of {TRIALS} runs for each value, at −w* end {', '.join(told)}")
upper.axvline(1, color=INK, ls="--", label="attracts below, repels above (R11.spurious)")
upper.set(xlabel="(1ᵀv*)² / critical value (dimensionless)", ylim=(-0.03, 1.03))
upper.set_ylabel("frequency of ending at −w* (dimensionless)")
upper.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0)

v_star = np.sqrt(2 * np.sqrt(2 * np.pi)) * (0.6 * flat + 0.8 * skew)  # κ = 1 at angle 0
scale, total = float(v_star @ v_star), float(v_star.sum())


def joint_angle(beta: float, lam: float) -> float:
    """R11's scalar equation by bisection: the angle at which R4's limit, with κ at that angle, has just this angle."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        kappa = float(stated("R11", "strength", theta=middle, m=HIDDEN, sum_vs=total, vs_vs=scale))
        low, high = (middle, high) if sparse_limit(GRADED, kappa, beta, lam).angle > middle else (low, middle)
    return low


lams = np.linspace(0.01, 0.3, 25)
lower.plot(lams, [joint_angle(0.5, float(lam)) for lam in lams], color=COLOURS[1], label="v learned too (R11)")
fixed = [sparse_limit(GRADED, KAPPA, 0.5, float(lam)).angle for lam in lams]
lower.plot(lams, fixed, color=COLOURS[1], ls="--", label="v = v* (R4.l1)")
for learned, marker, label in ((True, "o", "runs that learn v"), (False, "s", "runs with v = v*")):
    w0, v0 = unit([0.5, 0.5, 0.6, 0.4]), v_star + 0.3 * learned * flat
    runs = [learn(v0, w0, GRADED, 0.5, float(lam), v_star=v_star, learn_v=learned, tolerance=1e-8) for lam in lams[::3]]
    dots(lower, lams[::3], [run.angle_history[-1] for run in runs], 0, marker=marker, ms=6, label=label)
lower.set(xlabel="λ / κ at v = v* (dimensionless)", ylabel="angle of the limit (radian)")
lower.legend()
show(figure, "Above: how often joint learning ends at the spurious limit. Below: the joint limit's angle, and R11's")

# %% [markdown]
# Above: the spurious limit, opposite to w*. For l0 with all entries of w* above the threshold, as here, R11.spurious
# says that it attracts while the square of the sum of v* is below a critical value, and repels above; the value is the
# one that decides on spurious minima of the loss in notebook 01. Below it all runs from next to −w* end there. Of
# random starts it is half where the sum of v* is 0, a quarter at 0.4 of the critical value, and about 2 % at 0.8: the
# basin shrinks well before the limit stops attracting. Above the critical value no run ends there, not even from
# nearby. Bars are exact intervals of 95 %. Below: the angle of the joint limit solves the scalar equation of R11
# (line); it is a little larger than with v fixed at v* (dashed), by the weaker pull.

# %% [verdict] R7.stability R7.astroid R7.l1 R10 R11

# %% [markdown]
# ## What to try
#
# - In the picture of basins, change STRONG to 2. How many spikes are left, and does the census still agree with the
#   runs?
# - Use a teacher with two equal largest entries and λ exactly κ times their size: the limits form a continuum, and
#   `stable_limits` says so in `continua`.
# - Draw the phase diagram for "tl1" with a = 0.1 and a = 10, and watch it turn from that of l0 into that of l1.
# - Let the run of the hysteresis loop use a sampled gradient (`learn` with `gradient="fresh"`): noise shrinks the loop.
# - On the command line: `coarseproof limit --weights FILE --beta 6 --lam 0.5 --phase-diagram phases.png` draws the
#   diagram for your own weights.

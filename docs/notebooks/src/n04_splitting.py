"""RVSCGD: trajectories, a Lyapunov function, and the limit as a sparsifying map

Where does relaxed variable splitting coarse gradient descent (RVSCGD) go from a random filter, what decreases on the
way, and what is its limit, as a function of the true weight w*?
"""

# %% [markdown]
# ## What is iterated
#
# A network with binary activations and one shared filter w learns from a teacher of the same form with the filter w*,
# of norm one. Notebook 01 derives its population loss, notebook 02 the coarse gradient that replaces the gradient,
# which vanishes almost everywhere. RVSCGD adds a sparsity penalty, with weight λ, by splitting: a second copy u of the
# filter carries the penalty, and a quadratic coupling of strength β ties u to w. One step does three things:
#
# 1. *threshold*: u becomes the image of w under the proximal map of the penalty at the ratio λ/β (notebook 03);
# 2. *descend*: w moves against the coarse gradient and towards u, with step size η;
# 3. *normalize*: w is divided by its norm, so that it stays on the unit sphere.
#
# With the output weights at the teacher's, v = v*, the coarse gradient of the ReLU or identity estimator pulls w
# towards w* with a strength that does not depend on the angle. That strength is called κ; all that follows depends on
# the model through κ alone. Here v* is chosen such that κ is 1, so β and λ are in units of the pull.

# %% the-problem
from typing import Any

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from numerics import coarse_gradient, learn, proximal_map, sample_coarse_gradient, sparse_limit, stable_limits
from verify.reading.notebooks.reading import COLOURS, INK, MARKERS, Array, cut, dots, panels, show
from verify.reading.notebooks.samples import sparse_teacher, step, turned, unit
from verify.reading.notebooks.stated import stated

V_STAR = np.full(4, (np.pi / 2) ** 0.25)
ONES = np.ones(2)
KAPPA = float(coarse_gradient(V_STAR, ONES, V_STAR, -ONES / np.sqrt(2)) @ ONES / np.sqrt(2)) / 2  # pull at θ = π


def at_angle(theta: float, w_star: Array, seed: int) -> Array:
    """A filter at angle theta from w*, in a random direction."""
    across = np.random.default_rng(seed).standard_normal(w_star.size)
    return turned(theta, w_star, unit(across - (across @ w_star) * w_star))


W_STAR = sparse_teacher(n=40, nonzeros=12, seed=4)
BETA, LAM = 0.5, 0.05
print(f"κ = {KAPPA:.6f}; w* has {np.count_nonzero(W_STAR)} nonzero entries of {W_STAR.size}")

# %% [markdown]
# ## Every step goes uphill on a convex function
#
# Is there a function that improves with every step? The Lagrangian of the splitting is the obvious candidate, and the
# wrong one, as shown below. The right one follows from a change of view: maximizing over u under the coupling gives a
# function H of w alone that is *convex*, for every penalty. One step of RVSCGD moves w along the gradient of H and
# projects back to the sphere. That is the generalized power method, and convexity makes it monotone for every step size
# that the statement admits.

# %% [statement] R1 [derivation] R1

# %% trajectories claims: R1 R4.l1 R4.l0 R4.tl1
ETA = 0.1
figure, (upper, lower) = panels(2)
limit = sparse_limit(W_STAR, KAPPA, BETA, LAM)
angles = np.pi * np.array([0.999, 0.97, 0.85, 0.65, 0.45, 0.25, 0.1, 0.0])
many = [learn(V_STAR, at_angle(t, W_STAR, k), W_STAR, BETA, LAM, ETA, tolerance=1e-10) for k, t in enumerate(angles)]
for k, run in enumerate(many):
    upper.plot(run.step_history, run.angle_history, color=COLOURS[0], alpha=0.8, label=None if k else "RVSCGD, l1")
upper.axhline(limit.angle, color=COLOURS[1], ls="--", label="limit predicted (R4.l1)")
upper.set(xlabel="step", ylabel="angle between w and w* (radian)", xlim=(0, 150))
upper.set_yticks([0, np.pi / 2, np.pi], ["0", "π/2", "π"])
SHAPES: dict[str, dict[str, Any]] = {"l1": {}, "l0": {}, "tl1": {"a": 0.5}}
for colour, marker, (penalty, shape) in zip(COLOURS, MARKERS, SHAPES.items(), strict=False):
    run = learn(V_STAR, at_angle(0.8 * np.pi, W_STAR, 7), W_STAR, BETA, LAM, ETA, penalty, tolerance=1e-10, **shape)
    lower.plot(run.angle_history, color=colour, marker=marker, markevery=15, ms=5, label=f"{penalty}, run")
    census = stable_limits(W_STAR, KAPPA, BETA, LAM, penalty, **shape)
    away = [float(np.linalg.norm(run.w - predicted.weights)) for predicted in census.limits]
    nearest = float(np.arccos(census.limits[int(np.argmin(away))].weights @ W_STAR))
    lower.axhline(nearest, color=colour, ls="--", alpha=0.8)
    print(f"{penalty}: angle {run.angle_history[-1]:.6f} rad after the run", end="")
    print(f"; stable limits by R7: {census.total}, ", end="")
    print(f"the nearest at {nearest:.6f} rad, {min(away):.6f} from where the run ends")
lower.plot([], [], color=INK, ls="--", label="nearest stable limit (R7)")
lower.set(xlabel="step", ylabel="angle between w and w* (radian)", yscale="log", xlim=(0, 150))
show(figure, "Angle over steps: l1 runs from eight starts end at one predicted angle; each penalty at its own limit")

# %% [markdown]
# Above every start, even one almost opposite to w*, ends at the one angle that R4 below predicts for l1. It is
# computed without iterating, and nothing is fitted. Below the same holds for l1 and transformed l1, which have
# one stable limit each here. For l0 the census of R7 (notebook 06) lists 15, and nothing says which of them a run
# finds: the line drawn is the one nearest to the end of the run, chosen after the run. That it ends at one of the 15,
# to rounding, is measured; R1 proves that the steps tend to zero, not where.
#
# The runs are exact population runs; there is no chance in them, hence no error bars. Starts that are closer to w* than
# the limit move *away* from it (the lowest curves above): the limit is a compromise between the fit and the
# penalty, not w* itself.
#
# ## What decreases, and what only seems to
#
# H up to sign and a constant is the Lyapunov function of R1. It weighs the fit by κ times one minus the cosine of the
# angle. The Lagrangian with the true population loss, which is proportional to the angle, looks much the same, but need
# not decrease, and neither need the angle.

# %% [statement] R2

# %% lyapunov claims: R1 R2
figure, (upper, lower) = panels(2)
lowest = stable_limits(W_STAR, KAPPA, BETA, LAM).limits[0].lyapunov
for theta, run in zip(angles[:6], many, strict=False):
    gap = run.lyapunov_history - lowest
    upper.plot(np.where(gap > 1e-11, gap, np.nan), color=COLOURS[0], alpha=0.8)
    rises = np.count_nonzero(np.diff(run.lyapunov_history) > 1e-14)
    print(f"start at {theta:.3f} rad: steps in which the Lyapunov function rises by more than rounding: {rises}")
upper.set(xlabel="step", ylabel="Lyapunov function above its limit\n(dimensionless)", yscale="log", xlim=(0, 150))
witness, target = np.array([4, 3]) / 5, np.array([3, 4]) / 5
run = learn(np.ones(1), witness, target, beta=0.2, lam=0.049, eta=0.4, penalty="l0", tolerance=1e-6)
for history, k, name in (
    (run.lagrangian_history, 1, "true Lagrangian (R2)"),
    (run.lyapunov_history, 0, "Lyapunov function (R1)"),
):
    style = {"color": COLOURS[k], "marker": MARKERS[k], "markevery": 5, "ms": 5}
    lower.plot(1000 * (history - history[0]), label=name, **style)
lower.axhline(0, color=INK, lw=1)
lower.set(xlabel="step", ylabel="change since the start\n(10⁻³, dimensionless)", xlim=(0, 60))
show(
    figure, "Above: from all starts the Lyapunov function falls to its limit. Below: the Lagrangian rises step by step"
)
print(f"R2's witness: the angle goes from {run.angle_history[0]:.4f} to {run.angle_history[-1]:.4f} rad")
print(f"steps in which the angle rises: {np.count_nonzero(np.diff(run.angle_history) > 0)} of {run.steps}")

# %% [markdown]
# Below is the exact witness of R2, iterated: the Lagrangian with the true loss rises and so does the angle,
# while the Lyapunov function falls. It is no matter of step size. The coarse gradient weighs the fit by κ sin θ, the
# true loss by a constant; between the two weights lies a range of coupling forces which one calls worth the price and
# the other does not. So the true Lagrangian decreases under further conditions on β, λ or the start at best, and the
# function of R1 without any.
#
# ## Fixed points
#
# Where a step changes nothing, the pull towards w* and the pull towards u add up to a multiple of w. The multiple, N,
# says everything: it is the one scalar unknown of the limit.

# %% [statement] R3 [derivation] R3

# %% [markdown]
# ## The limit is a sparsifying map of w*
#
# Entry by entry the balance of R3 can be solved for the limit. What comes out is a map from the true weight to the
# limit that acts on every entry alone, once N is known: small entries are scaled down and dropped from u, large ones
# are thresholded and scaled back up. N is fixed by the norm.

# %% [statement] R4.l1 [derivation] R4.l1 [statement] R4.l0 R4.tl1

# %% sparsifying-map claims: R4.l1 R4.l0 R4.tl1
DENSE = sparse_teacher(n=80, nonzeros=80, seed=11)
CASES: list[tuple[str, float, dict[str, Any]]] = [("l1", 0.05, {}), ("l0", 0.0025, {}), ("tl1", 0.006, {"a": 0.08})]
figure, row = panels(3)
for axes, (penalty, lam, shape) in zip(row, CASES, strict=True):
    limit = sparse_limit(DENSE, KAPPA, BETA, lam, penalty, **shape)
    run = learn(V_STAR, DENSE, DENSE, BETA, lam, penalty=penalty, tolerance=1e-11, **shape)
    x = np.linspace(-0.4, 0.4, 4001)
    u = proximal_map(x, lam / BETA, penalty, **shape)
    # R3's right side is linear in w*: solved for it, which w*_i has the limit x
    without, pull = (stated("R3", "right side", kappa=KAPPA, beta=BETA, u=at, w_star=w) for at, w in ((u, 0), (0, 1)))
    preimage = (limit.multiplier * x - without) / pull
    axes.plot(cut(preimage, 0.008), x, color=COLOURS[1], label="theory: R3 with the N of R4")  # S jumps
    axes.axline((0, 0), slope=1, color=INK, ls=":", lw=1, label="w* itself")
    kept = run.u != 0
    dots(axes, DENSE[kept], run.w[kept], 0, ms=5, label="run: w, kept in u")
    dots(axes, DENSE[~kept], run.w[~kept], 0, ms=5, mfc="none", label="run: w, dropped")
    axes.set(xlabel="entry of w* (dimensionless)", title=f"{penalty}: {np.count_nonzero(kept)} of {DENSE.size} kept")
    axes.set(xlim=(-0.32, 0.32), ylim=(-0.36, 0.36), ylabel="entry of the limit w̄ (dimensionless)")
    print(f"{penalty}: largest distance of an entry from the prediction {np.abs(run.w - limit.weights).max():.8f}")
row[0].legend(loc="upper left", handlelength=1.2)
show(figure, "Entries of the limit against those of w*, on each penalty's theoretical curve: soft, hard, in between")

# %% [markdown]
# The points are the entries after a run of the iteration. The lines are R3's balance, entry by entry, with the N that
# R4 finds without iterating; solved for the limit they are R4's maps. For l1 the map is continuous with a kink, the
# small entries are shrunk by a common factor and the large ones shifted. For l0 and for transformed l1 with small a it
# has branches that overlap: over a range of w* two values are consistent, and which one an entry takes depends on the
# start. Several limits then coexist; notebook 06 counts them. Here the runs start at w*.
#
# ## Which entries survive
#
# For l1 an entry stays in the support of u exactly when it exceeds a threshold that depends on N. So the support can be
# read off before iterating, and there is a sufficient condition that needs no N.

# %% [statement] R9

# %% support claims: R9
figure, axes = panels(height=4.2)
lams = np.geomspace(0.004, 0.32, 24)
graded = unit(np.concatenate([np.geomspace(0.012, 0.6, 16) * (-1.0) ** np.arange(16), np.zeros(24)]))
sizes = np.abs(graded[graded != 0])
multipliers = np.array([sparse_limit(graded, KAPPA, BETA, lam).multiplier for lam in lams])
threshold = stated("R9", "threshold", lam=lams, multiplier=multipliers, kappa=KAPPA, beta=BETA)
sufficient = stated("R9", "threshold", lam=lams, multiplier=KAPPA + BETA, kappa=KAPPA, beta=BETA)
runs = [learn(V_STAR, at_angle(0.6 * np.pi, graded, 3), graded, BETA, lam) for lam in lams]
kept = np.array([run.u[graded != 0] != 0 for run in runs])
wrong = np.count_nonzero(kept != (sizes > threshold[:, None])) + sum(np.any(run.u[graded == 0]) for run in runs)
x, y = np.broadcast_arrays(lams[:, None], sizes)
dots(axes, x[kept], y[kept], 0, label="kept by the run")
dots(axes, x[~kept], y[~kept], 2, marker="x", label="dropped by the run")
axes.plot(lams, threshold, color=COLOURS[1], label="threshold with the limit's N (R9)")
axes.plot(lams, sufficient, color=COLOURS[3], ls=":", label="threshold that needs no N")
axes.set(xscale="log", yscale="log", xlabel="λ / κ (dimensionless)")
axes.set_ylabel("size of a nonzero entry of w*\n(dimensionless)")
figure.legend(loc="outside upper center", ncols=2)
show(figure, "Entries of w* that the run keeps lie above the threshold of R9, those that it drops below, for every λ")
print(f"entries of {lams.size} runs on the wrong side of the threshold: {wrong}")

# %% [markdown]
# ## How fast
#
# Near a limit the distance shrinks by a constant factor in each step: the largest eigenvalue of the derivative of the
# step on the tangent space of the sphere. R8 computes it from the proximal map's derivative at the limit. It falls with
# the step size all the way to the largest one allowed, so the boldest step is the fastest.

# %% [statement] R8 [derivation] R8

# %% rate claims: R8
LIMIT = sparse_limit(W_STAR, KAPPA, BETA, LAM)
LARGEST = 1 / (KAPPA + BETA)  # of η, since α = κ at v = v*
projector = np.eye(W_STAR.size) - np.outer(LIMIT.weights, LIMIT.weights)
active = (np.asarray(LIMIT.auxiliary) != 0).astype(float)
CURVATURE = float(np.linalg.eigvalsh(projector @ np.diag(active) @ projector).max())  # μ of R8; S' is 1 or 0 for l1


def distances(fraction: float, steps: int) -> Array:
    """Distance from the limit per step, down to 1e-9, by the method's three lines at η = fraction of the largest."""
    w, ends = at_angle(0.6 * np.pi, W_STAR, 5), list[float]()
    while len(ends) < steps and (away := float(np.linalg.norm(w - LIMIT.weights))) > 1e-9:
        ends.append(away)
        w = unit(step(w, coarse_gradient(V_STAR, w, V_STAR, W_STAR), BETA, LAM, fraction * LARGEST))
    return np.array(ends)


def predicted_factor(fractions: Array) -> Array:
    """R8 at the step τ of R1."""
    tau = fractions * LARGEST / (1 - fractions)
    return stated("R8", beta=BETA, curvature=CURVATURE, step=tau, multiplier=LIMIT.multiplier)


figure, (upper, lower) = panels(2)
fractions = np.array([0.1, 0.3, 0.6, 0.97])
for colour, marker, fraction in zip(COLOURS, MARKERS, fractions, strict=True):
    path = distances(float(fraction), 260)
    factor = float(predicted_factor(np.array([fraction]))[0])
    upper.plot(path, marker, color=colour, markevery=max(1, path.size // 14), ms=5, label=f"{fraction:g}")
    upper.plot(path[-1] * factor ** (np.arange(path.size) - path.size + 1), color=colour, ls="--", lw=1.2)
upper.set(xlabel="step", ylabel="distance from the limit (dimensionless)", yscale="log", ylim=(3e-10, 10))
upper.legend(title="run at η / largest η\n(dashed: factor of R8)")
grid = np.linspace(0.02, 0.995, 100)
lower.plot(grid, predicted_factor(grid), color=COLOURS[1], label="largest eigenvalue (R8)")
points = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97])
measured = []
for fraction in points:
    tail = distances(float(fraction), 1500)
    tail = tail[tail < 1e-5]
    measured.append((tail[-1] / tail[0]) ** (1 / (tail.size - 1)))
lower.plot(points, measured, "o", color=COLOURS[0], label="measured, between 10⁻⁵ and 10⁻⁹")
lower.set(xlabel="η / largest η (dimensionless)", ylabel="factor per step (dimensionless)", ylim=(0, 1.02))
lower.legend()
show(figure, "Above: the distance from the limit falls geometrically. Below: the factor per step, measured against R8")
worst = np.abs(np.array(measured) - predicted_factor(points)).max()
print(f"largest difference between measured and predicted factor: {worst:.5f}")

# %% [markdown]
# ## Sampled gradients
#
# In practice the coarse gradient is an average over a minibatch. The run then does not settle: it scatters round the
# *same* limit, at the rate of Monte Carlo, one over the root of the batch. Even the constant can be predicted: the
# noise of one batch enters each step, and the derivative of R8 shrinks what earlier steps left. Summed up this gives
# the stationary spread, which is the line below. The noise itself is measured, at the limit, from the definition
# of the coarse gradient. The line is first order in the noise: with the smallest batches the steps leave the region
# where the derivative describes them, and push dropped entries over the threshold, so those points lie above it.

# %% sampled claims: R4.l1 R8
SMALL, V_TWO = unit([0.8, -0.55, 0.15, 0.0, 0.0, 0.0]), np.array([1.0, 0.5])
PULL = KAPPA * (V_TWO @ V_TWO) / (V_STAR @ V_STAR)  # κ is proportional to ‖v*‖²
BETA_S, LAM_S = 0.5 * PULL, 0.1 * PULL
SETTLED = sparse_limit(SMALL, PULL, BETA_S, LAM_S)
ETA_S = 0.4 / (PULL + BETA_S)


def predicted_spread(samples: int) -> float:
    """Root mean square distance from the limit for one network per batch, from the noise of `samples` networks."""
    z = np.random.default_rng(1).standard_normal((samples, V_TWO.size, SMALL.size))
    noise = np.cov(sample_coarse_gradient(V_TWO, SETTLED.weights, V_TWO, SMALL, z), rowvar=False)
    off = np.eye(SMALL.size) - np.outer(SETTLED.weights, SETTLED.weights)
    kept = np.diag((np.asarray(SETTLED.auxiliary) != 0).astype(float))
    curvatures, directions = np.linalg.eigh(off @ kept @ off)
    tau = ETA_S / (1 - ETA_S * (PULL + BETA_S))  # the step of R1
    at = {"beta": BETA_S, "step": tau, "multiplier": SETTLED.multiplier}
    shrink = off @ (directions * stated("R8", curvature=curvatures, **at)) @ directions.T
    fresh = tau * stated("R8", curvature=0, **at)  # what one batch adds, at w̄ and τ as w + τ(κw* + βu) is normalized
    return float(np.sqrt(np.trace(solve_discrete_lyapunov(shrink, fresh**2 * off @ noise @ off))))


def sampled_run(start: Any, batch: int, seed: int, steps: int) -> Any:
    """A run with `batch` fresh networks a step."""
    drawn: dict[str, Any] = {"gradient": "fresh", "samples": batch, "seed": seed, "max_steps": steps}
    return learn(V_TWO, start, SMALL, BETA_S, LAM_S, ETA_S, **drawn)


figure, (upper, lower) = panels(2)
for colour, marker, batch in zip(COLOURS, MARKERS, (32, 256, 2048), strict=False):
    look = {"color": colour, "marker": marker, "markevery": 8, "ms": 5}
    upper.plot(sampled_run([-1, 1, 1, 1, 1, 1], batch, 3, 80).angle_history, **look, label=f"{batch} networks a step")
upper.axhline(SETTLED.angle, color=INK, ls="--", label="limit predicted (R4.l1)")
upper.set(xlabel="step", ylabel="angle between w and w* (radian)", yscale="log", ylim=(0.02, 4))
batches, times = 2 ** np.arange(5, 12), 40
ends = np.array([[sampled_run(SMALL, batch, 100 + k, 30).w for k in range(times)] for batch in batches.tolist()])
squares = ((ends - SETTLED.weights) ** 2).sum(-1)  # (batches, runs)
spreads = np.sqrt(squares.mean(1))
predicted = predicted_spread(200_000) / np.sqrt(batches)
lower.plot(batches, predicted, color=COLOURS[1], label="predicted from R8 and the noise")
bars = squares.std(1, ddof=1) / np.sqrt(times) / spreads  # two standard errors of the root
dots(lower, batches, spreads, 0, bars, ms=6, label=f"{times} runs each, ±2 s.e.")
lower.set(xscale="log", yscale="log", xlabel="sampled networks a step (count)")
lower.set_ylabel("r.m.s. distance from the limit\n(dimensionless)")
show(
    figure, "Above: runs with sampled gradients settle near the predicted limit. Below: their spread against the batch"
)
slope = np.polyfit(np.log(batches[2:]), np.log(spreads[2:]), 1)[0]
print(f"measured exponent of the spread, from 128 networks on: {slope:.2f}")

# %% [markdown]
# ## What the suite says
#
# The pictures show instances. The verdicts below come from the methods that try to refute the claims in general: the
# derivation step by step, the iteration on random problems, an SMT solver on the inequalities, and mutants that must
# die. R4's check includes runs with sampled gradients, with exponent and mean tested at a stated false-alarm
# probability.

# %% [verdict] R1 R2 R3 R4.l1 R4.l0 R8 R9

# %% [markdown]
# ## What to try
#
# - Set BETA to 3 and raise LAM. At 0.4 four entries are kept. At 0.5, above κ times the largest entry of w*,
#   `sparse_limit` says that there is no such limit, and which spikes attract instead (notebook 06). At 1.6, above β
#   times the largest entry, nothing exceeds the threshold and w* is the limit again; with BETA = 0.5 that comes first,
#   so that there is a limit for every LAM.
# - Set the step to 0.999 of the largest one in the first picture, and compare the number of steps.
# - Pass `ste="sigmoid"` to `learn` in the first picture; the default is "relu". κ then varies with the angle, and R12
#   takes the place of R1 (notebook 05).
# - Start the l0 run of the map at a random filter in place of w*. Entries may end on the other branch.
# - On the command line: `coarseproof learn --weights FILE --beta 0.5 --lam 0.04 --plot run.png` runs your own filter,
#   and `coarseproof limit` says where it must end.

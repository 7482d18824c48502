"""Coarse gradients: what a straight-through estimator really does

The gradient of the sample loss in the filter is zero almost everywhere, so training puts the derivative of something
else in its place. Which way does the result point, and which choices can be trusted?
"""

# %% [markdown]
# ## What is modelled
#
# The network is that of notebook 01: m patches, one filter w, one bit per patch, output weights v, and a teacher with
# w* and v*. By the chain rule the gradient of the sample loss in w contains the derivative of the step that makes the
# bits, which is zero wherever it exists. A *straight-through estimator* puts a proxy derivative μ' in that one place
# and keeps the rest. What comes out is called the coarse gradient. It is not the gradient of the sample loss, and
# nobody has said that it is the gradient of anything.
#
# Its mean over the inputs, G, is what training follows in the long run. Two directions are enough to describe it: along
# the filter, ŵ, and across it towards the teacher, e. Only the second turns the filter.

# %% [statement] C1

# %% [markdown]
# The proxy enters through four numbers, each a mean over one or two Gaussian variables. The derivation starts from the
# definition and uses nothing about μ' but that these means exist.

# %% [derivation] C1

# %% [markdown]
# ## The smoothing law
#
# The number that turns the filter is B. It looks as if it depended on the angle, on the length r of w and on the whole
# shape of the proxy. It depends on less: on the average of the proxy over a Gaussian whose width is r sin θ, the length
# of the part of w across the teacher. A proxy acts only through that average.

# %% [statement] G4 G5 [derivation] G5

# %% smoothing-law claims: G5 C1
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import lambdify

import proofs
from numerics import angle, best_output_weights, coarse_gradient, loss_gradient_v, loss_gradient_w, population_loss
from numerics.model import resolve_proxy
from numerics.sampling import Moments, network_moments
from proofs import symbols
from verify.reading.notebooks.reading import COLOURS, ESTIMATORS, INK, Array, dots, in_radians, looks, panels, show
from verify.reading.notebooks.samples import landscape, means, network, teacher, turned
from verify.reading.notebooks.stated import stated

Proxy = Callable[[Array], Array]
LOOKS = looks(ESTIMATORS)
LOOKS["relu"]["lw"] = 3.5  # lies under leaky ReLU nearly everywhere
m, n, SAMPLES = 8, 16, 16384
_, w_hat, e, v_star, v = network(m, n)  # unit vectors along w and across it; v is near v*
proxies: dict[str, Proxy] = {name: resolve_proxy(name, {}) for name in LOOKS}


def sampled(theta: float, r: float, k: int, used: dict[str, Proxy], along: Array, seed: int = 5) -> dict[str, Moments]:
    """By proxy the moments of the sampled coarse gradient along the columns of `along` (n, ...), from stream k."""
    known: dict[str, Any] = {"samples": SAMPLES, "seed": seed, "stream": k, "proxies": used, "directions": along}
    found = network_moments(v, r * w_hat, v_star, turned(theta, w_hat, e), **known)
    return {name: found[f"coarse_gradient_along:{name}"] for name in used}


x = np.linspace(-3, 3, 601)
width, lengths = np.logspace(-1.3, 1.3, 131), (0.3, 1.0, 3.0, 10.0)
figure, (upper, lower) = panels(2, height=4.0)
for name, look in LOOKS.items():
    upper.plot(x, proxies[name](x), **look)
    pull = -coarse_gradient(v, np.multiply.outer(width, w_hat), v_star, e, name) @ e  # at a right angle
    lower.plot(width, math.sqrt(2 * math.pi) / (v @ v_star) * pull, **look)
for stream, (r, turn) in enumerate((r, t) for r in lengths for t in (0.3, 1.0, 2.5)):
    scale = math.sqrt(2 * math.pi) / (math.sin(turn) * (v @ v_star))
    for name, found in sampled(turn, r, stream, proxies, e[:, None]).items():
        pulls, bars = -scale * found.mean, 3 * scale * found.standard_error
        dots(lower, r * math.sin(turn), pulls, stream // 3, bars, ms=4, lw=0.8, color=LOOKS[name]["color"])
upper.set(xlabel="response of the filter, x (dimensionless)", ylabel="proxy derivative μ'(x) (dimensionless)")
lower.set(xscale="log", xlabel="width r sin θ of the Gaussian (dimensionless)")
lower.set_ylabel("Gaussian average of μ' (dimensionless)")
for k, r in enumerate(lengths):
    dots(lower, [], [], k, color=INK, ms=4, label=f"sampled, r = {r:g}")
show(
    figure,
    "Above: eight proxies. Below: their Gaussian averages against the width r sin θ; sampled points at twelve "
    "pairs of length and angle fall on the lines.",
    lower,
)

# %% [markdown]
# Lines below are the generated code at a right angle. Points are the turning component of sampled coarse
# gradients, divided by its factor of the angle, at three angles for each of four lengths of the filter; bars are three
# standard errors of 16384 samples. All fall on one curve per proxy, wherever the angle and the length put them.
#
# So for a filter that is short, or nearly parallel or opposite to the teacher, the average is the proxy's value at zero
# (the mean of both sides, where it jumps there); for a long one, only proxies that do not fade keep pulling. The
# sigmoid's quarter is not a weaker estimator, only a shorter step.
#
# ## Closed forms
#
# For the estimators in use the means have closed forms, and two of them are strikingly simple: the coarse gradients of
# identity and ReLU are linear combinations of ŵ and w* that do not contain the angle at all. The ReLU form in the
# literature has a unit vector that does not exist at θ = π; the form proved equal to it here is smooth there.

# %% [statement] C2 C3 C4 [derivation] C3

# %% [markdown]
# Leaky ReLU, and the Gaussian and triangular proxies, follow in the same way. The derivatives of sigmoid and tanh have
# no closed form; the code generated for them is a quadrature of a proved integral.

# %% [statement] C5.leaky-relu C5.triangular C5.gaussian [generated] C4

# %% components claims: C1 C2 C3 C4
theta, at = np.linspace(0, math.pi, 181), np.linspace(0, math.pi, 9)
parts = np.stack([w_hat, -e], axis=1)
drawn = [sampled(t, 1.0, 100 + k, proxies, parts) for k, t in enumerate(at)]
deviations: list[Array] = []
figure, axes = panels(2, height=4.2)
for k, (name, look) in enumerate(LOOKS.items()):
    mean, error = means(drawn, name)
    line, expected = (coarse_gradient(v, w_hat, v_star, turned(t, w_hat, e), name) @ parts for t in (theta, at))
    deviations.append(np.abs(mean - expected) / error)
    for part in (0, 1):
        axes[part].plot(theta, line[:, part], **look)
        dots(axes[part], at, mean[:, part], k, 3 * error[:, part])
axes[0].set_ylabel("along the filter, ⟨G, ŵ⟩ (dimensionless)")
axes[1].set_ylabel("pull to the teacher, −⟨G, e⟩ (dimensionless)")
for axis in axes:
    in_radians(axis)
show(figure, "Both components of eight estimators' coarse gradients over the angle: lines through points.", axes[0])
print(f"{np.size(deviations)} comparisons; largest deviation {np.max(deviations):.1f} standard errors")

# %% [markdown]
# Lines are generated code at ‖w‖ = 1, points sampled means with bars of three standard errors. The lower panel is what
# turns the filter; every one of the eight pulls towards the teacher at every angle, as long as v·v* is positive. The
# upper panel is what makes the filter longer or shorter. It changes no bit, yet it will matter below.
#
# ## When does it help?
#
# A step against G decreases the population loss to first order exactly when G has a positive inner product with the
# true gradient. That product turns out to be a square times B. So where v·v* is not zero an estimator helps at an angle
# exactly when its Gaussian average at that width is positive, and where the average is not negative it never hurts,
# whatever the output weights are.

# %% [statement] C6 C6.relu C6.identity [derivation] C6

# %% [markdown]
# A proxy that is never negative can do no harm in this sense. To see the sign change one has to build a proxy for it.
# The one below is negative near zero and positive far out, balanced so that its Gaussian average changes sign at width
# one: a filter of length 1.5 is driven uphill while it is near the teacher or near its antipode, and downhill in
# between.


# %% correlation claims: C6 C6.relu C6.identity G5
def contrary(x: Array) -> Array:
    """A proxy that is negative where |x| < 1 and positive beyond, for numbers as for symbols."""
    return x * x - 1


LENGTH = 1.5
contrary_turning = lambdify((symbols.theta, symbols.r), proofs.get("G5").formula.replace(symbols.mu, contrary).doit())
inside, at = np.linspace(0, math.pi, 183)[1:-1], np.linspace(0, math.pi, 15)[1:-1]
truth, at_points = (loss_gradient_w(v, LENGTH * w_hat, v_star, turned(t, w_hat, e)) for t in (inside, at))
figure, (upper, lower) = panels(2)
for k, name in enumerate(("identity", "relu", "clipped-relu", "contrary")):
    if name == "contrary":
        line = stated("C6", B=contrary_turning(inside, LENGTH), v_vs=float(v @ v_star), r=LENGTH)
    else:
        coarse = coarse_gradient(v, LENGTH * w_hat, v_star, turned(inside, w_hat, e), name)
        line = (coarse * truth).sum(-1)
        cosine = line / np.linalg.norm(coarse, axis=-1) / np.linalg.norm(truth, axis=-1)
        lower.plot(inside, cosine, ("-", "--", "-.")[k], lw=2, color=COLOURS[k], label=name)
    upper.plot(inside, line, color=COLOURS[k])
    used = {name: proxies.get(name, contrary)}
    drawn = [sampled(t, LENGTH, place, used, at_points[place][:, None], 6) for place, t in enumerate(at)]
    mean, error = means(drawn, name)
    dots(upper, at, mean[:, 0], k, 3 * error[:, 0], label=name)
upper.set_ylabel("⟨G, ∂f/∂w⟩ (dimensionless)")
lower.set_ylabel("cosine of G and ∂f/∂w (dimensionless)")
for axis in (upper, lower):
    axis.axhline(0, color=INK, lw=0.8)
    in_radians(axis)
show(
    figure,
    "Above: the inner product of coarse and true gradient against the angle for four proxies, one of which "
    "changes sign. Below: the cosine of the angle between them for three.",
)

# %% [markdown]
# Above: lines are generated code; for the contrary proxy there is none, and the line is C6 with the number B from G5,
# into which SymPy puts the proxy before it integrates. Points are samples, bars three standard errors. Below: a
# positive product is not a good direction. Where the cosine is small most of the step goes into the length of the
# filter, which no bit depends on.
#
# ## Where a coarse gradient vanishes, and why identity is repelled
#
# Descent can rest only where the coarse gradient and the gradient in v vanish together. For ReLU these are the critical
# points of the loss, all of them, spurious minimum included (and one more, at θ = π, for teachers without a spurious
# minimum). For identity the spurious minimum is *not* among them: what is left there points along the filter.

# %% [statement] C8 C8.identity C8.ratio [derivation] C8.identity


# %% trajectories claims: C6 C8 C8.identity
def descend(ste: str, start: float, steps: int, eta: float = 0.1) -> Array:
    """Steps from ‖w‖ = 1 at an angle and its best v; rows of angle, v·v*, ‖w‖ and loss: (steps + 1, 4)."""
    v, w = best_output_weights(start, true_v), turned(start, true_w, sideways)
    rows = []
    for _ in range(steps + 1):
        loss = float(population_loss(v, w, true_v, true_w))
        rows.append((float(angle(w, true_w)), float(v @ true_v), float(np.linalg.norm(w)), loss))
        step_v, step_w = loss_gradient_v(v, w, true_v, true_w), coarse_gradient(v, w, true_v, true_w, ste)
        v, w = v - eta * step_v, w - eta * step_w
    return np.array(rows)


true_v, true_w, sideways = teacher(0.25, m), *np.eye(2)
STEPS, STARTS, USED = 600, (2.6, 1.9), ("relu", "clipped-relu", "identity")
runs = {(ste, start): descend(ste, start, STEPS) for ste in USED for start in STARTS}

figure, (chart, losses, sizes) = panels(3)
for (ste, start), run in runs.items():
    k = USED.index(ste)
    style: dict[str, object] = {"color": COLOURS[k], "ls": ("-", "--", "-")[k], "lw": (2.8, 2, 1.3)[k]}
    leaps = np.flatnonzero(np.abs(np.diff(run[:, 0])) > 1) + 1
    whole = np.insert(run, leaps, np.nan, axis=0)  # no line across the map where the filter flips
    chart.plot(whole[:, 0], whole[:, 1], marker="." if len(leaps) else None, ms=4, clip_on=False, **style)
    if start == STARTS[0]:
        chart.plot([], [], **style, label=ste)
        losses.plot(run[:, 3], **style)
        sizes.plot(run[:, 2], **style)
end = landscape(chart, true_v, (-0.8, 1.2), ("Greys_r", INK, COLOURS[3]), alpha=0.3)[1][-1][2]
chart.set_ylabel("v·v*/‖v*‖² (dimensionless)")
losses.set_ylabel("population loss (dimensionless)")
sizes.set_ylabel("length ‖w‖ (dimensionless)")
for axis in (losses, sizes):
    axis.set(xlabel=f"steps from θ = {STARTS[0]} on", ylim=(0, None))
show(
    figure,
    "Above: paths of three estimators over the landscape from two starts. Middle and below: loss and length of "
    "the filter against steps for the start beside the spurious minimum; identity shrinks the filter to nothing.",
    chart,
)
identity, relu = (np.linalg.norm(coarse_gradient(end, -true_w, true_v, true_w, ste)) for ste in ("identity", "relu"))
print(f"‖G‖ at the spurious minimum: identity {identity:.4f}, ReLU below 1e-12: {relu < 1e-12}")
for (ste, start), run in runs.items():
    print(f"{ste:12}  from θ = {start}:  after {STEPS} steps θ/π = {run[-1, 0] / math.pi:.2f}, loss {run[-1, 3]:.3f}")
true_v = teacher(0.1, m)
turns = descend("identity", STARTS[0], 5000)[:, 0]
crosses, stays = np.any(np.abs(np.diff(turns[-1000:])) > 1), np.mean(turns > 0.9 * math.pi) > 0.5
print(f"identity, ratio 0.1: crosses zero in the last 1000 of 5000 steps: {crosses}; mostly beyond 0.9 π: {stays}")

# %% [markdown]
# The map is that of notebook 01: the loss over the angle and v·v*, with steps of size 0.1 in both weights. From this
# side of the saddle all three reach the teacher. From the other side ReLU and clipped ReLU descend, as they must, into
# the spurious minimum and stay there.
#
# Identity does not stay, and the lower panel shows how. It does not *turn* the filter away from the antipode; it
# shortens it, until the filter passes through zero and comes out pointing at the teacher, with output weights that
# belong to the antipode. The loss more than doubles. For a while the filter is thrown back and forth across zero (the
# dots at both edges of the map, the spikes in the middle) until v has come round. That it ends well here is not the
# work of descent: the ratio in the last statement, which descent needs bounded, is not. For other teachers it does not
# end at all (the last line printed): the filter crosses zero again and again and spends most steps near the antipode.
#
# ## Is it a gradient of anything?
#
# For fixed output weights the coarse gradients of ReLU and identity are gradients, of a simple function of the filter.
# Where v is learned too there is no function whose gradient the pair is. So joint learning is gradient descent on no
# function; that with ReLU the loss still falls needs an argument of its own, which is B2.relu.

# %% [statement] C9 C9.joint [derivation] C9.joint


# %% closed-loops claims: C9 C9.identity C9.joint
def work(ste: str, *, joint: bool) -> float:
    """The work of (∂f/∂v, G) around a closed loop, in w alone or in v and w; exact to rounding for smooth loops."""
    phase = np.linspace(0, 2 * math.pi, 4000, endpoint=False)
    w = np.multiply.outer(1.2 + 0.5 * np.cos(phase), true_w) + np.multiply.outer(0.9 + 0.6 * np.sin(phase), sideways)
    speed_w = np.multiply.outer(-0.5 * np.sin(phase), true_w) + np.multiply.outer(0.6 * np.cos(phase), sideways)
    swing = float(joint) * 0.5 * np.eye(m)[0]
    v = true_v + np.multiply.outer(np.sin(phase), swing)
    speed_v = np.multiply.outer(np.cos(phase), swing)
    power = (loss_gradient_v(v, w, true_v, true_w) * speed_v).sum(-1)
    power = power + (coarse_gradient(v, w, true_v, true_w, ste) * speed_w).sum(-1)
    return float(power.mean() * 2 * math.pi)


print("work around a closed loop   w alone     v and w")
for ste in ("relu", "identity", "clipped-relu", "sigmoid"):
    alone, both = work(ste, joint=False), work(ste, joint=True)
    print(f"{ste:26}  {'< 1e-12' if abs(alone) < 1e-12 else f'{alone:7.4f}'}    {both:8.4f}")

# %% [markdown]
# A gradient does no work around a closed loop. In the filter alone the loops of clipped ReLU and sigmoid close as well,
# although the statement does not speak of them, and the definition says why: with v fixed, what the other patches
# contribute is their mean bit, one half for every filter, so each term of the mean is a proxy times a function of its
# own patch, the gradient of the mean of its antiderivative. With v in the loop none of the four closes.
#
# ## What the checks say

# %% [verdict] G5 C2 C3 C6 C8.identity C8.beyond C9

# %% [markdown]
# ## What to try
#
# - Start `descend` with identity from the spurious minimum itself, and with a step ten times smaller: does the loss
#   still rise?
# - Write a proxy of your own as a function and give it to `sampled`: the smoothing law must hold for it. Can you find
#   one that changes sign twice?
# - Lead the loop of `work` around w = 0. Does the work in the filter alone still vanish?
# - Take other ratios for `teacher` than 0.1: from where on does identity settle, and how often does it cross zero
#   before?
# - Normalize w after every step of `descend`: then only the turning component is left, and identity is no different
#   from ReLU. That is the setting of notebook 04.
# - `coarseproof verify --only C5.tanh` checks one of the quadratures; CONTRIBUTING.md shows how to declare an estimator
#   of your own, which is then derived, generated and checked like these.

"""The network and its population loss

What does a network with binarized activations lose on average, as a function of its weights? And where are the points
that training can come to rest at: the teacher, a saddle, a minimum that is not the teacher?
"""

# %% [markdown]
# ## What is modelled
#
# An input is a matrix Z of m patches, each a row of n independent standard normal numbers. A filter w, shared by all
# patches, turns each patch into one bit: whether the filter responds positively. The output is the sum of the bits
# weighted with v. A teacher of the same shape, with the filter w* of length one and the output weights v*, labels the
# inputs. The sample loss is half the square of the difference of the two outputs.
#
# A bit changes only where a response changes sign. As a function of the filter the loss of one input is therefore a
# staircase: its gradient in w is zero wherever it exists, and no descent can start from it. The mean over the inputs,
# the *population loss*, is smooth but for two kinks. It is what this notebook is about.

# %% staircase claims: N1
import math
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf
from sympy import lambdify

import proofs
from numerics import best_output_weights, loss_gradient_v, population_loss, sample_loss
from numerics.sampling import network_moments
from proofs import symbols
from verify.reading.notebooks.reading import COLOURS, INK, Array, dots, in_radians, panels, show
from verify.reading.notebooks.samples import landscape, means, network, teacher, turned

m, n = 8, 16
rng, w_star, across, v_star, v = network(m, n)  # across: of length one, at a right angle to w*; v is near v*
theta = np.linspace(0, math.pi, 721)
filters = turned(theta, w_star, across)  # the filter that has turned away from w* by theta (radian)
inputs = rng.standard_normal((1000, m, n))
sampled = sample_loss(v, filters[:, None], v_star, w_star, inputs)  # (angles, inputs)

figure, (upper, lower) = panels(2)
for k, colour in enumerate(COLOURS[:3]):
    upper.plot(theta, sampled[:, k], color=colour, ls=("-", "--", ":")[k], label=f"input {k + 1}")
    lower.plot(theta, sampled[:, : 10 ** (k + 1)].mean(1), color=colour, label=f"mean of {10 ** (k + 1)} inputs")
lower.plot(theta, population_loss(v, filters, v_star, w_star), "--", color=COLOURS[3], lw=2.5, label="population")
for axes, name in ((upper, "sample loss (dimensionless)"), (lower, "loss (dimensionless)")):
    in_radians(axes)
    axes.set(ylabel=name, ylim=(0, None))
show(
    figure, "Above: the losses of three inputs are staircases in the angle. Below: their means approach a smooth line."
)

# %% [markdown]
# ## Half-spaces of a Gaussian
#
# Everything that follows comes from the geometry of two half-spaces. Whether two filters respond to the same patch
# depends on the angle between them alone: the plane of both cuts a Gaussian like a cake. The three facts used are the
# probability that both respond, and the mean of a patch where one, or both, respond.

# %% [statement] G1 G2 G3 [derivation] G1

# %% [markdown]
# ## The population loss
#
# The square of the output difference is a double sum over patches. Different patches are independent, so a pair of them
# contributes a product of two probabilities one half; a patch with itself contributes the probability of the first fact
# above. So the angle θ enters in one place only, linearly, with the inner product of v and v* as its factor.

# %% [statement] N1 N1.origin N1.teacher [derivation] N1

# %% [markdown]
# The code below is generated from the claim. Two forms of the loss are proved equal, and code is written from the one
# in differences: the last figure shows why.

# %% [generated] N1

# %% [markdown]
# ## Its gradients, and its two kinks
#
# In the output weights the loss is a convex quadratic. In the filter only the direction matters, and the slope along
# the sphere does *not* fade as the student turns towards the teacher: the loss ends in the tip of a cone, upwards or
# downwards by the sign of the inner product of v and v*.

# %% [statement] N2 N3 N3.kink [derivation] N3

# %% loss-against-angle claims: N1 N2 N3.kink
known: dict[str, Any] = {"samples": 16384, "seed": 2, "proxies": {}}
weights = {"v = v*": v_star, "v near v*": v, "v = −v*/2": -v_star / 2}
full_turn, at = np.linspace(-math.pi, math.pi, 361), np.linspace(-math.pi, math.pi, 17)
around, filters = (turned(t, w_star, across) for t in (full_turn, at))
deviations: list[float] = []

figure, (upper, lower) = panels(2)
for index, (label, chosen) in enumerate(weights.items()):
    streams = enumerate(filters, 17 * index)
    moments = [network_moments(chosen, w, v_star, w_star, stream=stream, **known) for stream, w in streams]
    upper.plot(full_turn, population_loss(chosen, around, v_star, w_star), color=COLOURS[index])
    mean, error = means(moments, "loss")
    dots(upper, at, mean, index, 3 * error, label=label)
    sure = error > 0
    deviations += list((mean - population_loss(chosen, filters, v_star, w_star))[sure] / error[sure])
    if label == "v near v*":
        lines = loss_gradient_v(chosen, around, v_star, w_star)
        mean, error = means(moments, "gradient_v")
        deviations += list(((mean - loss_gradient_v(chosen, filters, v_star, w_star)) / error).ravel())
        for k, unit in enumerate((0, 2, 4)):
            lower.plot(full_turn, lines[:, unit], color=COLOURS[k])
            dots(lower, at, mean[:, unit], k, 3 * error[:, unit], label=f"unit {unit + 1}")
upper.set_ylabel("loss (dimensionless)")
lower.set_ylabel("entries of ∂f/∂v (dimensionless)")
for axes in (upper, lower):
    in_radians(axes, -1)
    axes.legend(loc="upper center")
show(
    figure,
    "Above: the loss over a full turn of the filter for three output weights, straight lines with kinks at 0 and π. "
    "Below: three entries of its gradient in v. Lines are the claims, points are means over samples.",
)
print(f"{len(deviations)} comparisons with sampled means; ", end="")
print(f"largest deviation {np.abs(deviations).max():.1f} standard errors")

# %% [markdown]
# Lines are the closed forms. Points are means over 16384 sampled networks each, computed from the definition with every
# entry of Z drawn; the bars are three standard errors. With that many comparisons a largest deviation of two and a half
# to three and a half standard errors is what chance alone brings.
#
# With v = v* the loss is a tip at the teacher. With v pointing the other way the teacher's direction is a *maximum*,
# and the student is driven to the antipode of w*. So it matters which output weights the student has, and where it goes
# when it learns them.
#
# ## The best output weights, and what is left to lose
#
# At each angle there is one best v, and it moves along a straight line as the angle grows. What the loss is along this
# line says what the filter alone has to learn. A brute-force check needs no closed form at all: at each angle, fit v by
# least squares to sampled bits and labels, and take half the mean square that is left.

# %% [statement] N4 N4.inner [derivation] N4


# %% reduced-landscape claims: N4 N5.minimum
def least_squares(labels: Array, bits: Array) -> tuple[float, float]:
    """Half the mean square left by the best fit, and its standard error."""
    fitted = np.linalg.lstsq(bits, labels, rcond=None)[0]
    left_over = 0.5 * (labels - bits @ fitted) ** 2
    return float(left_over.mean()), float(left_over.std(ddof=m) / math.sqrt(len(labels)))


theta, at = np.linspace(0, math.pi, 361), np.linspace(0, math.pi, 13)
figure, axes = panels(height=4.2)
draws = np.random.default_rng(4)
pairs = [np.stack([w, w_star], axis=-1) for w in turned(at, w_star, across)]
bits = [(draws.standard_normal((16384, m, n)) @ pair > 0).astype(np.float64) for pair in pairs]
for k, ratio in enumerate((0.1, 0.25, 0.5, 0.75)):
    true = teacher(ratio, m)
    best = population_loss(best_output_weights(theta, true), turned(theta, w_star, across), true, w_star)
    axes.plot(theta, best, color=COLOURS[k])
    mean, error = np.array([least_squares(both[..., 1] @ true, both[..., 0]) for both in bits]).T
    dots(axes, at, mean, k, 3 * error, label=f"{ratio}")
in_radians(axes)
axes.set(ylabel="least loss over v (dimensionless)", ylim=(0, None))
axes.legend(title="S²/((m+1)‖v*‖²), S the sum of v*")
show(figure, "The least loss over v against the angle for four teachers; below one half it has a hump, above it rises.")

# %% [markdown]
# Lines: the loss at the best output weights. Points: least-squares fits to 16384 samples, bars of three standard
# errors. (A fit of eight weights is too optimistic by eight parts in 16384, far below the bars.)
#
# One number decides the shape: the squared sum S² of the teacher's output weights against the number of units plus one.
# Below one half there is a hump, and beyond the hump the loss falls towards the antipode of the teacher: descent that
# starts there cannot know better. Above one half, everything leads to the teacher.
#
# ## Every critical point
#
# The next statement lists all of them. It says more than that these points are critical: that there are no others.

# %% [statement] N5 N5.minimum N5.spurious N5.saddle [derivation] N5

# %% landscape-map claims: N5 N5.minimum N5.spurious N5.saddle
figure, maps = panels(2, height=4.2)
print("ratio  point               θ/π    v·v*    loss  ‖∂f/∂v‖ < 1e-12")
for axes, ratio in zip(maps, (0.25, 0.75), strict=True):
    true = teacher(ratio, m)
    axes.plot(theta, best_output_weights(theta, true) @ true, color="#56B4E9", lw=2, label="best v at each angle")
    shading, points = landscape(axes, true, (-1.1, 1.6), ("cividis", "#c0c0c0", COLOURS[1]))
    for name, t, best, product in points:
        w = turned(t, w_star, across)
        value, slope = population_loss(best, w, true, w_star), np.linalg.norm(loss_gradient_v(best, w, true, w_star))
        print(f"{ratio:5.2f}  {name:16}  {t / math.pi:5.3f}  {product:6.3f}  {value:6.4f}  {slope < 1e-12}")
    axes.set(title=f"S²/((m+1)‖v*‖²) = {ratio}", ylabel="v·v*/‖v*‖² (dimensionless)")
figure.colorbar(shading, ax=maps, label="loss (dimensionless)", ticks=np.linspace(0, 1, 6) ** 2)
show(figure, "Maps of the loss over the angle and v·v*: with a spurious minimum and a saddle, and without.", maps[0])

# %% [markdown]
# The vertical axis is the inner product of v and v*; of all v with that inner product the map shows the one with the
# least loss. It is the same v at every angle, so this one plane holds every critical point: leaving it, at the same
# angle and inner product, only adds to the loss. At the saddle the inner product vanishes: the filter feels nothing
# there. Beyond it the inner product is negative and drives the filter away from the teacher, which makes the best inner
# product more negative still.
#
# Two things that a picture cannot show are part of the statements: the ends θ = 0 and θ = π are kinks, so "critical"
# means there that no direction leads down; and where the teacher's output weights sum to zero the antipode is a *second
# global minimum*, with −v* as output weights. The literature's list leaves it out.
#
# ## Two forms, one of them accurate
#
# Mathematically the printed form of the loss and the form in differences are the same function, and the derivation
# above proved it. In floating point they are not. Near the teacher the printed form subtracts numbers of order one to
# get one of order θ. And the textbook way to the angle itself, the arc cosine of an inner product, loses it altogether;
# the two-argument arc tangent of the lengths of difference and sum keeps it down to θ = 1e-10, where the filters'
# lengths, one only up to rounding, begin to show. Below, each is worked out in numbers of 53 bits and held against
# sixty digits. (mpmath rounds the 53 bits, so that the picture is the same on every machine.)

# %% precision claims: N1
printed, in_differences = proofs.get("N1").as_printed, proofs.get("N1").formula


def by_tangent(a: Array, b: Array) -> mpf:
    """The angle between unit vectors by the arc tangent of the lengths of their difference and sum."""
    gap, total = a - b, a + b
    return 2 * mpmath.atan2(mpmath.sqrt(gap @ gap), mpmath.sqrt(total @ total))


def exactly(a: Array, b: Array) -> mpf:
    """The angle between filters of any length, at the working precision."""
    return by_tangent(*(row / mpmath.sqrt(row @ row) for row in (a, b)))


def loss_by(form: object, t: mpf, a: Array, b: Array) -> mpf:
    """The loss by a form of the claim, from the angle and the output weights, at the working precision."""
    gap = a - b
    at = {"theta": t, "v_v": a @ a, "v_vs": a @ b, "vs_vs": b @ b, "sum_v": sum(a), "sum_vs": sum(b)}
    at |= {"diff_diff": gap @ gap, "sum_diff": sum(gap)}
    return lambdify([getattr(symbols, name) for name in at], form, "mpmath")(*at.values())


small = np.array([float(f"{t:.3g}") for t in np.logspace(-13, 0, 53)])
target = np.array([mpf(round(float(weight), 6)) for weight in v_star])
student, teaching = (np.array([mpf(x) for x in row]) for row in ((0.48, 0.64, -0.6), (0.8, -0.6, 0.0)))
found, shipped = [], []
for t in small.tolist():
    with mpmath.workprec(53):  # arrays of mpf are rounded after every operation
        filter_ = student * mpmath.cos(t) + teaching * mpmath.sin(t)
        near = target + [mpf(t) * (-1) ** k for k in range(m)]
        angles = mpmath.acos(min(mpf(1), filter_ @ student)), by_tangent(filter_, student)
        losses = [loss_by(form, mpf(t), near, target) for form in (printed, in_differences)]
    with mpmath.workdps(60):
        exact, loss = exactly(filter_, student), loss_by(printed, mpf(t), near, target)
        longer = (3 * filter_).astype(np.float64)
        code = population_loss(*(row.astype(np.float64) for row in (near, longer, target, student)))
        true = loss_by(printed, exactly(longer * mpf(1), student), near, target)
        rounding = 2.0**-53 * (1 + 1 / t)  # of the result, and of θ
        shipped.append(float(abs(mpf(float(code)) / true - 1)) / rounding)
        found.append([*(abs(value / exact - 1) for value in angles), *(abs(value / loss - 1) for value in losses)])
errors = np.maximum(np.array(found, float), 2.0**-55)  # 0 has no place on a logarithmic axis

figure, both = panels(2, height=4.4)
drawn = (
    ("angle", "arc cosine of the inner product", "arc tangent of difference and sum", "unit roundoff/θ²"),
    ("loss", "printed form", "form in differences, as generated", "unit roundoff/θ"),
)
for k, (axes, (name, bad, good, line)) in enumerate(zip(both, drawn, strict=True)):
    axes.loglog(small, errors[:, 2 * k], "s", color=COLOURS[1], ms=4, label=bad)
    axes.loglog(small, errors[:, 2 * k + 1], "o", color=COLOURS[0], ms=4, label=good)
    axes.loglog(small, np.minimum(2.0**-53 / small ** (2 - k), 1), color=INK, label=line)
    axes.set(xlabel=f"angle θ (radian); error of the {name}", ylim=(2.0**-56, 99))
    axes.set_ylabel("relative error (dimensionless)")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0)
show(figure, "Relative errors against the angle: of two ways to the angle, and of two forms of the loss near v*.")
print(f"population_loss of the filters at these {len(shipped)} points: ", end="")
print(f"relative error below twice what rounding of result and inputs causes: {max(shipped) < 2}")

# %% [markdown]
# The output weights approach the teacher's as the filter does. The lines are what rounding theory predicts: one unit
# roundoff in a number of order one, divided by what is left of it. (An error of one is a result without any right
# digit: the arc cosine says that the angle is zero, or a wrong one.) The form in differences keeps all digits of the
# angle it is given, over thirteen orders of magnitude. Filters as arrays of floats are themselves known to rounding
# only, which turns them by about 1e-16: that limits any code, and is the unit in the line printed above.
#
# ## What the checks say
#
# Every statement above is held against its definition by those of the other methods that apply, which share no algebra
# with the derivation: quadrature to many digits, ball arithmetic, an SMT solver, sampling with a stated power. The
# table says which. Every deliberate mistake (a mutant) has to be noticed by at least one of them.

# %% [verdict] G1 G2 G3 N1 N1.origin N1.teacher N2 N3 N3.kink N4 N4.inner N5 N5.minimum N5.spurious N5.saddle

# %% [markdown]
# ## What to try
#
# - Set the ratio of `teacher` to zero in the landscape map: the antipode becomes a second global minimum of loss zero.
# - Set it just below one half. Where does the saddle go, and how deep is the spurious minimum then?
# - Change m to 2 and to 32 in the first code cell. Which of the figures change, and which do not?
# - Give `population_loss` filters of another length, say `10 * filters`. The loss must not notice.
# - Read a derivation in the terminal with `coarseproof claims N5.saddle`, or run its checks harder with `coarseproof
#   verify --only N5.saddle --level full`.
# - Notebook 02 asks what descends on this landscape when the gradient of the sample loss is zero almost everywhere.

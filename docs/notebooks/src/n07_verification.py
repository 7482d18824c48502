"""What the verification found, with its teeth

How is a formula of this project checked, what did the checks find, and would they have noticed if the formula were
wrong? And which statements that are in print did not survive?
"""

# %% [markdown]
# ## Several roads to one claim
#
# A claim is stated once, with its hypotheses and with the *definition* that its closed form must agree with: a mean
# over random inputs, a minimum, the end of an iteration. Every method starts from that one declaration, and each takes
# a road of its own:
#
# - **symbolic**: the derivation, step by step, with every obligation reduced to zero or decided exactly;
# - **precision**: the definition by quadrature or minimization to many digits, at generic and at nasty points;
# - **generated**: the NumPy code that is shipped, against the formula at 60 digits, in units of what rounding of result
#   and inputs causes;
# - **Monte Carlo**: the network is sampled, with a stated false-alarm probability and a stated power;
# - **iteration**: the algorithm is run, and must end where the claim says;
# - **enclosure**: ball arithmetic: integrals with an error bound at points, inequalities over whole boxes;
# - **inequalities**: an SMT solver decides polynomial statements over the reals, in small dimensions where it must.
#
# The cell below is not a record of an old run. It carries out the quick suite on a selection of claims from every
# chapter, with a fixed seed, and would fail if one of them were not verified. `coarseproof verify` checks all of them.

# %% quick-suite claims: G1 N1 C3 P1 R3 B1.loss
import math
from collections import Counter
from typing import Any

import numpy as np
from scipy.stats import norm

import numerics
from numerics.model import resolve_proxy
from numerics.sampling import network_moments
from verify.evidence import Evidence, Grade
from verify.reading.notebooks.reading import COLOURS, INK, dots, in_radians, panels, show, verdicts
from verify.reading.notebooks.samples import means, turned
from verify.reading.notebooks.stated import stated

CHOSEN = "G1 G3 N1 N2 N4 N5.minimum N6.direction N6.printed C2 C3 C6.relu C7.printed C8.beyond P1 P2 P4.l1 P5.half"
found = verdicts(*CHOSEN.split(), "P6.l1", "R3", "R5.l1", "R6.probability", "B1.loss", "B2.identity", "B3")
found

# %% [markdown]
# ## Who looked, and how strong is what they say
#
# *Proved* is exact: a derivation whose every step owed something and paid, or an SMT solver's answer to statements that
# together are all that the claim says. *Enclosed* is ball arithmetic over whole boxes that together are all that the
# claim says. Everything else is *tested*: a finite number of points or samples, of course, but also an enclosure at
# points, which proves nothing between them; boxes that leave a part of the claim out; and a solver's answer for m = 1,
# 2, 3 only, or one in which the quick suite leaves slow statements to the full one. The cell prints what the solver's
# answers are about.
#
# Only "verified" is green: a claim on which a method is undecided is not, and neither is one whose definition none of
# precision, Monte Carlo, iteration and enclosure looked at.

# %% grades-by-method claims: G1 N1 C3 P1 R3 B1.loss
METHODS = {"symbolic": "symbolic", "precision": "precision", "generated": "generated code"}
METHODS |= {"monte_carlo": "Monte Carlo"} | {name: name for name in ("iteration", "enclosure", "inequalities")}
GRADES = [(Grade.PROVED, COLOURS[0], ""), (Grade.PROVED_WITH_RULES, COLOURS[0], "xx")]
GRADES += [(Grade.ENCLOSED, COLOURS[2], "//"), (Grade.TESTED, COLOURS[1], "..")]


def evidence(method: str) -> dict[str, Evidence]:
    """What a method said, by claim id."""
    return {one.id: said for one in found.reports for said in one.evidence if said.method == method}


figure, (upper, lower) = panels(2)
rows = np.arange(len(METHODS))
start = np.zeros(len(METHODS))
for grade, colour, hatch in GRADES:
    counts = np.array([sum(said.grade is grade for said in evidence(name).values()) for name in METHODS])
    upper.barh(rows, counts, left=start, color=colour, hatch=hatch, edgecolor=INK, height=0.7, label=grade.words)
    start += counts
upper.set_yticks(rows, list(METHODS.values()))
upper.invert_yaxis()
upper.set_xlabel("claims that the method verified (count)")
figure.legend(loc="outside upper center", ncols=2, title="what that is worth")
roads = Counter(sum(said.method in METHODS for said in one.evidence) for one in found.reports)
marks = range(min(roads), max(roads) + 1)
lower.bar(list(marks), [roads[count] for count in marks], color=COLOURS[0], edgecolor=INK, width=0.7)
lower.set_xticks(list(marks))
lower.set(xlabel="methods that took a road to the claim (count)", ylabel="claims (count)")
show(figure, "Above: claims verified by each method: proved, enclosed or tested. Below: how many methods per claim.")
print("solver's answers  grade   statements decided, left to the full suite; what they are about")
for id_, said in evidence("inequalities").items():
    left_out = said.figures.get("left to the full level", 0)
    print(f"{id_:16}  {said.grade.words:6}  {said.figures['statements']}, {left_out}; {said.figures['for']}")

# %% [markdown]
# The derivation covers every claim, but it is one road, and a mistake of algebra that its obligations do not see would
# stay on it. What stands against that are the roads that share no algebra with it. A mistake in the declared definition
# would be shared by all of them: definitions are short, and have to be read.
#
# ## Digits: the definition against the closed form
#
# Where the definition is an integral or a minimum it can be evaluated to many digits. The requirement is 45 digits
# (full markers, line), or 20 where derivatives are differences of quadratures (hollow markers, dashed line); fewer than
# 40, or 15, digits are a refutation. Numbers are computed with 60 digits, so about there agreement ends. Ball
# arithmetic does the same with a proof of its error, and must reach 45 digits always.

# %% digits claims: N1 C3 P1 B1.loss
figure, axes = panels(height=7.0)
fewest = [
    (name, required, one.id, min(by_point.values()))
    for one in found.reports
    for name in ("precision", "enclosure")
    if one.id in evidence(name)
    for required, by_point in evidence(name)[one.id].figures.get("digits_by_point", {}).items()
]
listed = list(dict.fromkeys(id_ for _, _, id_, _ in fewest))
for k, (name, required) in enumerate((("precision", "45"), ("precision", "20"), ("enclosure", "45"))):
    beside, fill = 0.32 * (k // 2) - 0.16, "full" if required == "45" else "none"  # so that neither hides the other
    known = [(d, listed.index(id_) + beside) for *drawn, id_, d in fewest if drawn == [name, required]]
    look: dict[str, Any] = {"color": COLOURS[k // 2], "fillstyle": fill, "mew": 1.6, "clip_on": False}
    axes.plot(*np.array(known).T, "oD"[k // 2], label=f"{name}, {required} required", **look)
axes.axvline(45, color=COLOURS[2], label="45, for full markers")
axes.axvline(20, color=COLOURS[2], ls="--", label="20, for hollow markers")
axes.set_yticks(range(len(listed)), listed)
axes.invert_yaxis()
axes.set(xlim=(0, 64), xlabel="digits that agree, fewest over points (count)")
figure.legend(loc="outside upper left", ncols=2)
show(
    figure,
    "Digits agreed, claim by claim: full markers lie beyond the 45 required of them, hollow ones, which come from "
    "differences of quadratures, beyond the 20 required of those.",
)
enough = sum(known >= float(required) for _, required, _, known in fewest)
print(f"{enough} of {len(fewest)} markers reach the digits required of them")

# %% [markdown]
# ## Chance, with a budget
#
# Sampling can always be unlucky. A whole run of the suite may refute a *true* theory with a probability of one in a
# million; divided among all the tests this gives the alarm threshold, in standard errors. Above, what that means:
# the coarse gradient of a network with 4 output weights and a filter of length 32 is sampled 120 times, and each of its
# 32 entries is compared with the closed form C3. If formula and error bars are right the deviations, in standard
# errors, follow the normal law, which has no parameter left to fit. The bars on the far right come from a wrong
# formula: C2, which is true of the identity estimator, in the place of C3; of each sample only the entry that deviates
# most is counted there.
#
# Below, the largest deviation of each claim of the run above, against the number of tests it is the largest of.
# The band is where the largest of so many independent normal numbers lies 9 times out of 10: nine in ten of the points
# should lie in it, not all. None may lie above the threshold.

# %% deviations claims: C3
m, n, repeats, seed = 4, 32, 120, 20190128
rng = np.random.default_rng(seed)
v, w, v_star, w_star = (rng.standard_normal(size) for size in (m, n, m, n))
closed, wrong = (numerics.coarse_gradient(v, w, v_star, w_star, ste=ste) for ste in ("relu", "identity"))
drawn: dict[str, Any] = {"samples": 8192, "seed": seed, "proxies": {"relu": resolve_proxy("relu", {})}}
draws = [network_moments(v, w, v_star, w_star, stream=repeat, **drawn) for repeat in range(repeats)]
mean, error = means(draws, "coarse_gradient:relu")
z = ((mean - closed) / error).ravel()
seen = np.abs((mean - wrong) / error).max(axis=1)

carlo = {id_: said.figures for id_, said in evidence("monte_carlo").items() if "max_z" in said.figures}
alarm = next(iter(carlo.values()))["threshold_z"]
figure, (upper, lower) = panels(2)
edges = np.arange(-5, 5.01, 0.5)
middle = (edges[1:] + edges[:-1]) / 2
counts = np.histogram(z, edges)[0]
expected = len(z) * np.diff(norm.cdf(edges))
upper.step(middle, expected, where="mid", color=COLOURS[0], label="normal law")
shown = counts > 0
label = f"{len(z)} deviations, ±2 s.e."
dots(upper, middle[shown], counts[shown], 1, 2 * np.sqrt(expected[shown]), marker="o", ms=6, label=label)
bins = np.arange(0, seen.max() + 2, 1.0)
upper.hist(seen, bins, color=COLOURS[3], alpha=0.8, label="wrong formula, largest")
upper.axvline(alarm, color=COLOURS[2], ls="--", label=f"alarm threshold {alarm:.1f}")
upper.set(
    yscale="log", ylim=(0.3, None), xlabel="deviation from C3 (standard errors)", ylabel="entries per bin (count)"
)
upper.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=9.5)
tests = np.geomspace(1, 400, 100)


def band(count: Any) -> list[Any]:
    """Where the largest of so many independent normal numbers lies 9 times out of 10: lower and upper ends."""
    return [norm.ppf((1 + share ** (1 / count)) / 2) for share in (0.05, 0.95)]


lower.fill_between(tests, *band(tests), color=COLOURS[0], alpha=0.25, label="9 in 10, normal law")
sizes, largest = np.array([(figures["tests"], figures["max_z"]) for figures in carlo.values()]).T
dots(lower, sizes, largest, 1, marker="o", ms=6, label="claims of the run above")
lower.axhline(alarm, color=COLOURS[2], ls="--", label=f"alarm threshold {alarm:.1f}")
lower.set(xscale="log", ylim=(0, 1.1 * alarm), xlabel="tests on the claim (count)")
lower.set_ylabel("largest |deviation| (standard errors)")
lower.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=9.5)
show(
    figure,
    "Above: deviations of samples from C3 follow the normal law, those from a wrong formula lie beyond the threshold. "
    "Below: the largest deviation of each claim, below the threshold, and the band in which nine in ten should lie.",
)
print(f"mean square deviation {np.mean(z**2):.3f}, expected 1 ± {2 * math.sqrt(2 / len(z)):.3f} (two standard errors)")
print(f"largest of {len(z)}: {np.abs(z).max():.1f} standard errors")
bottom, top = band(sizes)
within = (bottom <= largest) & (largest <= top)
print(f"claims in the band: {within.sum()} of {len(within)}; below the threshold: {(largest < alarm).sum()}")
for id_, size, value in zip(carlo, sizes, largest, strict=True):
    print(f"  {id_:10} {size:3.0f} tests, largest |deviation| {value:.2f}")

# %% [markdown]
# A test that never alarms is easy to write. So every sampled claim also states its *power*: the smallest relative error
# of the formula that would have been noticed with a probability of 0.999.

# %% power claims: N1 C3
figure, axes = panels(height=5.6)
power = {id_: figures["power"] for id_, figures in carlo.items() if "power" in figures}
kinds = (("networks", "s", "whole networks"), ("rows", "o", "single rows"), ("reduced", "D", "reduced sampler"))
for (kind, marker, label), colour in zip(kinds, COLOURS, strict=False):
    told = [one["relative_errors"].items() for one in power.values()]
    caught = [(error, k) for k, row in enumerate(told) for check, error in row if check.endswith(kind)]
    axes.plot(*np.array(caught).reshape(-1, 2).T, marker, color=colour, label=label)
axes.set(xscale="log", xlabel="relative error noticed (dimensionless)")
axes.set_yticks(range(len(power)), list(power))
axes.invert_yaxis()
figure.legend(loc="outside upper center", ncols=3, title="sampled from the definition")
show(
    figure,
    "Smallest relative error that sampling would have noticed, claim by claim: some percents for whole networks and "
    "single rows, less than a thousandth for the reduced sampler.",
)

# %% [markdown]
# ## Teeth: what if the formula were wrong?
#
# Whole networks notice errors of percents, the reduced sampler parts in a thousand; finer ones, or ones at the edge of
# the domain, are for the other methods. To know that *somebody* notices, every claim is changed on purpose: a sign
# turned round, a term dropped, a factor of two, a constant off by one in a thousand, a hypothesis weakened, an
# operation in the generated code exchanged for another. Each such mutant must be refuted. One that survives makes its
# claim "too weak", and the suite fails, although the claim is true.

# %% kill-matrix claims: G1 N1 C3 P1 R3 B1.loss
Tallies = dict[str, dict[str, dict[str, int]]]
tallies: Tallies = {id_: said.figures["by_method"] for id_, said in evidence("mutants").items()}


def table(axes: Any, shares: Tallies, **ticks: Any) -> None:
    """By row and method killed of tried, and below killed by it alone: in words, and as a bar on a track."""
    for row, known in enumerate(shares.values()):
        for column, one in ((k, known[name]) for k, name in enumerate(METHODS) if known.get(name)):
            words = ("{killed}/{tried}" if "alone" in one else "{killed}\nof {tried}").format_map(one)
            words += f"\n({one.get('alone')})" * bool(one.get("alone"))
            axes.text(column, row - 0.06, words, ha="center", va="center", fontsize=10, linespacing=0.95)
            for length, colour, alpha in ((1.0, INK, 0.3), (one["killed"] / one["tried"], COLOURS[0], 1.0)):
                axes.barh(row + 0.42, 0.84 * length, left=column - 0.42, height=0.1, color=colour, alpha=alpha)
    axes.set_xticks(range(len(METHODS)), list(METHODS.values()), **ticks)
    axes.set_yticks(range(len(shares)), list(shares))
    axes.set(xlim=(-0.5, len(METHODS) - 0.5), ylim=(len(shares) - 0.5, -0.5))
    axes.grid(False)


figure, axes = panels(height=0.44 * len(tallies) + 1.2)
axes.xaxis.tick_top()
table(axes, tallies, rotation=35, ha="left")
axes.spines[["left", "bottom"]].set_visible(False)
axes.tick_params(length=0)
show(figure, "Mutants killed of those tried, by claim and method; in brackets those that no other method noticed.")
print("method           tried  killed  alone")
for name, words in METHODS.items():
    judged = [tally.get(name, {}) for tally in tallies.values()]
    tried, killed, alone = (sum(one.get(what, 0) for one in judged) for what in ("tried", "killed", "alone"))
    print(f"{words:15}  {tried:5}  {killed:6}  {alone:5}")

# %% [markdown]
# Killed of tried, and in brackets those that no other method noticed; the bars show the share. Empty means that the
# method cannot judge any mutant of the claim. Which kinds of mistake need which method?

# %% kinds-of-mutants claims: G1 N1 C3 P1 R3 B1.loss
KINDS = {
    "weakened": "hypothesis weakened",
    "sign of": "sign turned round",
    "off by 0.1 %": "constant off by 0.1 %",
    "dropped": "term dropped",
    "factor": "factor 2",
    "": "other exchange",
}
by_kind: dict[str, list[dict[str, str]]] = {f"{where}{name}": [] for where in ("", "code: ") for name in KINDS.values()}
for said in evidence("mutants").values():
    for label, judged in said.figures["matrix"].items():
        kind = next(name for mark, name in KINDS.items() if mark in label)
        if "equivalent" not in judged.values():
            by_kind[f"code: {kind}" if label.startswith("code") else kind].append(judged)
by_kind = {kind: fates for kind, fates in by_kind.items() if fates}
shares: Tallies = {}
for kind, fates in by_kind.items():
    by_method = {name: [judged[name] for judged in fates if name in judged] for name in METHODS}
    shares[kind] = {name: {"killed": one.count("killed"), "tried": len(one)} for name, one in by_method.items() if one}
figure, (upper, lower) = panels(2, height=5.0)
table(upper, shares, rotation=30, ha="right")
start = np.zeros(len(by_kind))
for place, (name, hatch) in enumerate(zip(METHODS, ("", "//", "..", "xx", "--", "oo", "\\\\"), strict=True)):
    noticed = [[[other for other in one if one[other] == "killed"] for one in fates] for fates in by_kind.values()]
    counted = np.array([by.count([name]) for by in noticed])
    if counted.any():
        style = {"color": COLOURS[place % 4], "hatch": hatch, "edgecolor": INK, "label": METHODS[name]}
        lower.barh(range(len(by_kind)), counted, left=start, **style)
        start += counted
lower.set_xlabel("noticed by this method alone (count)")
lower.set_yticks(range(len(by_kind)), list(by_kind))
lower.invert_yaxis()
figure.legend(loc="outside lower center", ncols=2)
show(figure, "Above: killed of tried, by kind of mutant and method. Below: mutants only one method noticed, by kind.")

# %% [markdown]
# Generated code is judged by one method only, so everything that dies there dies by it alone. So do weakened hypotheses
# by precision, which looks at points where the hypothesis fails. Where several methods notice the same mistake, one of
# them could be wrong without the mistake getting through.
#
# ## What did not survive: errata
#
# The statements below are in print. Each fails, or hides a condition, and each has an exact witness, proved in
# `proofs/errata.py`.

# %% [errata]

# %% [markdown]
# The exact witnesses can be looked at from the outside as well. Everything below is computed in floating point by the
# generated code, at and around the points that are named above.

# %% witnesses claims: N6.printed C7.printed N5.minimum C8.beyond
THETA = np.linspace(0, math.pi, 181)
teacher, across = np.eye(2)
filters = turned(THETA, teacher, across)
figure, (lipschitz, descent, minimum, zero) = panels(4, height=3.4)


def against_the_claim(axes: Any, x: Any, claimed: Any, found: Any) -> None:
    """Both on logarithmic axes."""
    axes.plot(x, claimed, color=COLOURS[0], label="the claim")
    dots(axes, x, found, 1, marker="o", ms=6, label="generated code")
    axes.set(xscale="log", yscale="log")


epsilon = np.geomspace(1e-4, 1, 25)
pair = [turned(side * epsilon, teacher, across) for side in (1, -1)]
one = np.ones(1)
slopes = [numerics.loss_gradient_w(one, near, one, teacher) for near in pair]
quotient = np.linalg.norm(slopes[0] - slopes[1], axis=-1) / np.linalg.norm(pair[0] - pair[1], axis=-1)
claimed = np.sqrt(stated("N6.printed", "squared quotient", theta=epsilon, v_vs=1))
against_the_claim(lipschitz, epsilon, claimed, quotient)
lipschitz.set_xlabel("angle ε to w* on either side (radian)")
lipschitz.set_ylabel("‖difference of ∂f/∂w‖ / ‖w − w′‖\n(dimensionless)")
lipschitz.legend(title="no Lipschitz constant (N6.printed)")

half, sizes = np.array([0.5]), np.geomspace(0.1, 1e4, 25)
point = half, sizes[:, None] * across, one, teacher
coarse = numerics.coarse_gradient(*point, ste="relu")
in_v, in_w = numerics.loss_gradient_v(*point), numerics.loss_gradient_w(*point)
needed = (coarse**2).sum(-1) / ((in_v**2).sum(-1) + (coarse * in_w).sum(-1))
against_the_claim(descent, sizes, stated("C7.printed", "quotient", theta=math.pi / 2, r=sizes), needed)
descent.set(xlabel="‖w‖ (dimensionless)", ylabel="constant A that is needed\n(dimensionless)")
descent.legend(title="A grows with ‖w‖ (C7.printed)")

for weights, colour, line in (([1, -1], COLOURS[0], "-"), ([1, -0.5], COLOURS[1], "--"), ([1, 1], COLOURS[2], ":")):
    star = np.array(weights, float)
    best = numerics.best_output_weights(THETA, star)
    least = numerics.population_loss(best, filters, star, teacher)
    minimum.plot(THETA, least, line, color=colour, label=f"v* = ({weights[0]:g}, {weights[1]:g})")
minimum.set_ylabel("least loss over v (dimensionless)")
minimum.legend(title="0 at θ = π too (N5.minimum)")

coarse = numerics.coarse_gradient(best, filters, star, teacher, ste="relu")  # with the last of these v*, (1, 1)
in_v = numerics.loss_gradient_v(best, filters, star, teacher)
in_w = numerics.loss_gradient_w(best[1:-1], filters[1:-1], star, teacher)
zero.plot(THETA, np.linalg.norm(coarse, axis=-1), color=COLOURS[0], label="‖coarse gradient, ReLU‖")
zero.plot(THETA[1:-1], np.linalg.norm(in_w, axis=-1), "--", color=COLOURS[1], label="‖∂f/∂w‖")
zero.set_ylabel("at v = v(θ), v* = (1, 1) (dimensionless)")
zero.legend(title="vanishes where the loss slopes (C8.beyond)")
for axes in (minimum, zero):
    in_radians(axes)
    axes.set_ylim(bottom=0)
show(
    figure,
    "Four witnesses: a quotient that grows without bound near w*, a constant that grows with the norm of w, a second "
    "global minimum at the antipode, and a zero of the coarse gradient at the antipode where the loss still slopes.",
)
opposite = np.array([1.0, -1.0])
at_antipode = numerics.population_loss(-opposite, -teacher, opposite, teacher)
print(f"loss at v = −v*, θ = π, v* = (1, −1): {float(at_antipode):.1f}")
print(f"v(π) for v* = (1, 1): ({best[-1][0]:.6f}, {best[-1][1]:.6f})")
print(f"there: ‖∂f/∂v‖ < 1e-15: {np.linalg.norm(in_v[-1]) < 1e-15}; ‖G‖ < 1e-15: {np.linalg.norm(coarse[-1]) < 1e-15}")
print(f"slope of the loss next to it: ‖∂f/∂w‖ = {np.linalg.norm(in_w[-1]):.4f}")

# %% [markdown]
# ## What to try
#
# - Run all claims: `coarseproof verify`, and with more points and samples `coarseproof verify --level full`. Without
#   `--seed` every run draws new samples, so each of them is a new test.
# - `coarseproof verify --report DIR` writes one page with all evidence, and `mutants.csv` with the fate of every
#   mutant.
# - Break something: change a sign in a claim in `proofs/` or a constant in `numerics/generated/`, and see who notices.
# - Change one entry of the list at the top of this notebook's script, and execute it again with `coarseproof notebooks
#   --only 07`.
# - Check a statement of your own: an estimator or a penalty becomes a set of claims with `COARSEPROOF_EXTENSIONS`.

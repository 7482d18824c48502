"""The scripts of the interactive page against NumPy: every function, the sparse limit, the census of stable limits.

The scripts run in V8 without a browser. Agreement is to 1e-12 of the scale (1 for weights, angles and errors, the
larger of κ and β for multipliers) at points at least 1e-9 away from ties, where rounding decides; ties are tested by
themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from py_mini_racer import JSEvalException, MiniRacer

from numerics import NoLimitError, sparse_limit, stable_limits
from numerics.generated.penalties import DISPLACEMENTS, PENALTIES, PENALTY_PARAMETERS, PROXIMAL_MAPS, THRESHOLDS
from numerics.generated.splitting import basin_probability, spike_threshold
from numerics.limits.problem import pose

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "_static" / "interactive"
SCRIPTS = ("formulas.js", "roots.js", "law.js", "limits.js", "branches.js", "census.js")
TOLERANCE = 1e-12
Case = dict[str, Any]

BOTH = """
globalThis.answers = (cases) => JSON.stringify(cases.map((given) => {
  const { problem: _, ...limit } = coarseproofLimits.sparseLimit(given);
  const { problem: __, ...census } = coarseproofCensus.stableLimits(given);
  return [limit, census];
}));
globalThis.called = (group, name, rows) => JSON.stringify(rows.map((row) => String(group[name](...row))));
"""


def engine_with(formulas: str) -> MiniRacer:
    engine = MiniRacer()
    for name in SCRIPTS:
        engine.eval(formulas if name == "formulas.js" else (FOLDER / name).read_text(encoding="utf-8"))
    engine.eval(BOTH)
    return engine


@pytest.fixture(scope="module")
def formulas() -> str:
    return (FOLDER / "formulas.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def engine(formulas: str) -> MiniRacer:
    return engine_with(formulas)


def called(engine: MiniRacer, group: str, name: str, rows: np.ndarray) -> np.ndarray:
    answer = engine.eval(f"called(coarseproofFormulas.{group}, {json.dumps(name)}, {json.dumps(rows.tolist())})")
    return np.array([float(text.replace("Infinity", "inf")) for text in json.loads(str(answer))])


# Penalties.

ROLES: dict[str, tuple[dict[str, Callable[..., Any]], int]] = {
    "value": (PENALTIES, 1),
    "map": (PROXIMAL_MAPS, 2),
    "threshold": (THRESHOLDS, 1),
    "displacement": (DISPLACEMENTS, 1),
}


def shapes_of(penalty: str, rng: np.random.Generator, size: int) -> dict[str, np.ndarray]:
    """Parameters over four decades, from the end of their domain on."""
    drawn = {}
    for name, (_, domain) in PENALTY_PARAMETERS[penalty].items():
        drawn[name] = float(domain.split()[1]) + 10 ** rng.uniform(-2, 2, size)
        if domain.startswith(">="):
            drawn[name][::17] = float(domain.split()[1])
    return drawn


def penalty_points(penalty: str, role: str, seed: int) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
    """(x, ρ), u or ρ, with the shapes: tiny, huge and zero ones, and x on both sides of the threshold."""
    rng = np.random.default_rng(seed)
    size = 3000
    shapes = shapes_of(penalty, rng, size)
    rho = 10 ** rng.uniform(-6, 3, size)
    rho[::29] = 0.0
    if role in ("threshold", "displacement"):
        return [rho], shapes
    x = rng.choice([-1.0, 1.0], size) * 10 ** rng.uniform(-6, 4, size)
    x[::31] = 0.0
    if role == "value":
        return [x], shapes
    limit = np.asarray(THRESHOLDS[penalty](rho, **shapes))
    x[1::4] = limit[1::4] * (1 - 2e-10)
    x[2::4] = -limit[2::4] * (1 + 2e-10)
    x[3::8] = limit[3::8] * rng.uniform(1, 3, len(limit[3::8])) + 1e-9
    return [x, rho], shapes


def penalty_gap(engine: MiniRacer, penalty: str, role: str, seed: int = 1) -> float:
    """Largest difference of one function between the two languages, relative to the size of what went in."""
    table, _ = ROLES[role]
    values, shapes = penalty_points(penalty, role, seed)
    got = called(engine, f"penalties.{penalty}", role, np.column_stack([*values, *shapes.values()]))
    wanted = np.asarray(table[penalty](*values, **shapes), float)
    scale = np.maximum(np.abs(wanted), np.abs(values[0]))
    if penalty in ("tl1", "scad", "mcp"):  # p'(0) = 1 and more: |u| + a does not know u better than a
        scale = np.maximum(scale, 1e-3)
    return float(np.max(np.abs(got - wanted) / np.where(scale > 0, scale, 1.0)))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("penalty", PENALTIES)
def test_functions_of_the_penalties_agree(engine: MiniRacer, penalty: str, role: str) -> None:
    assert penalty_gap(engine, penalty, role) <= TOLERANCE


@pytest.mark.parametrize("penalty", PENALTIES)
def test_at_the_threshold_zero_is_taken(engine: MiniRacer, penalty: str) -> None:
    """Both languages, each at its own threshold: a tie of two minimizers for those that jump."""
    rng = np.random.default_rng(3)
    shapes = shapes_of(penalty, rng, 400)
    rho = 10 ** rng.uniform(-4, 2, 400)
    own = called(engine, f"penalties.{penalty}", "threshold", np.column_stack([rho, *shapes.values()]))
    assert not called(engine, f"penalties.{penalty}", "map", np.column_stack([own, rho, *shapes.values()])).any()
    limit = np.asarray(THRESHOLDS[penalty](rho, **shapes))
    assert not np.asarray(PROXIMAL_MAPS[penalty](limit, rho, **shapes)).any()


def test_the_page_knows_every_penalty_and_its_parameters(engine: MiniRacer) -> None:
    told = json.loads(str(engine.eval("JSON.stringify(coarseproofFormulas.penalties)")))
    assert list(told) == list(PENALTIES)
    for name, known in PENALTY_PARAMETERS.items():
        rows = {
            row["name"]: (row["default"], f"{'>=' if row['attained'] else '>'} {row['above']}")
            for row in told[name]["parameters"]
        }
        assert rows == known


# The closed forms of chapter R.


def test_the_threshold_of_spikes_agrees(engine: MiniRacer) -> None:
    pulls = 10 ** np.random.default_rng(6).uniform(-5, 3, (3000, 2))
    pulls[::7, 0] = 0.0
    pulls[::11, 1] = 0.0
    got = called(engine, "stability", "threshold", np.cbrt(pulls))
    np.testing.assert_allclose(got, spike_threshold(*pulls.T), rtol=TOLERANCE)


@pytest.mark.parametrize("n", range(2, 13))
def test_the_probability_of_the_basin_agrees(engine: MiniRacer, n: int) -> None:
    rng = np.random.default_rng(n)
    ratio = np.concatenate([[0.0, 0.5, np.sqrt(0.5)], rng.uniform(0, 1, 500), 10 ** rng.uniform(-12, 0, 200)])
    ratio = np.append(ratio, 1 - 10 ** rng.uniform(-6, -1, 200))
    got = called(engine, "basin", f"probability_{n}", np.arcsin(ratio)[:, None])
    np.testing.assert_allclose(got, basin_probability(n, ratio), rtol=TOLERANCE)


# Limits.


def cases(penalty: str, count: int, seed: int) -> list[Case]:
    """Weights with zeros, ties and six decades of sizes; β and λ over many decades; λ = 0, β = 0 among them."""
    rng = np.random.default_rng(seed)
    result = []
    for index in range(count):
        n = int(rng.integers(1, 10))
        w = rng.standard_normal(n) * (rng.random(n) > 0.2) * 10 ** rng.uniform(-rng.choice([0, 1, 6]), 0, n)
        if n > 2 and index % 5 == 0:
            w[1] = -w[0]
        if not w.any():
            w[0] = 1.0
        kappa = 10 ** rng.uniform(-2, 2)
        given = {"w_star": (w / np.linalg.norm(w)).tolist(), "kappa": kappa, "penalty": penalty}
        given["beta"] = kappa * 10 ** rng.uniform(-2, 2) * rng.choice([1, 1e-6], p=[0.95, 0.05])
        given["lam"] = kappa * 10 ** rng.uniform(-3.5, 1)
        if index % 41 == 0:
            given["lam"] = 0.0
        if index % 43 == 0:
            given["beta"] = 0.0
        if penalty == "tl1":
            given["a"] = 10 ** rng.uniform(-2, 2) * rng.choice([1, 1e-3, 1e3], p=[0.9, 0.05, 0.05])
        result.append(given)
    return result


def known(given: Case) -> Case:
    return {name: value for name, value in given.items() if name != "w_star"}


def expected(given: Case) -> Any:
    try:
        return sparse_limit(given["w_star"], **known(given), normalize=True)
    except NoLimitError:
        return None


def answers(engine: MiniRacer, given: list[Case]) -> list[list[Any]]:
    return json.loads(str(engine.eval(f"answers({json.dumps(given)})")))


def tie(given: Case) -> bool:
    """Whether rounding decides something: an entry, a condition or a bound within 1e-9 of its threshold."""
    posed = pose(
        given["w_star"], given["kappa"], given["beta"], given["lam"], given["penalty"], extra(given), normalize=True
    )
    size, t, kappa, beta = np.abs(posed.w_star), posed.threshold, given["kappa"], given["beta"]
    levels = [kappa * t, (kappa + beta) * t] if np.isfinite(t) else []
    levels += [given["lam"]] if given["penalty"] == "l1" else []
    near = any(np.any(np.abs(kappa * size - level) < 1e-9 * kappa) for level in levels if level)
    lost = np.count_nonzero(size)
    sines = [min(beta, beta * t * np.sqrt(lost)) / kappa] if beta and np.isfinite(t) else [0.0]
    return bool(near or any(abs(sine - 1) < 1e-6 for sine in sines))


def extra(given: Case) -> Case:
    return {"a": given["a"]} if "a" in given else {}


def limit_gaps(given: Case, got: Case, wanted: Any) -> Iterator[tuple[str, float]]:
    """(what, difference in units of its scale)."""
    yield "weights", float(np.abs(np.array(got["weights"]) - wanted.weights).max())
    yield "auxiliary", float(np.abs(np.array(got["auxiliary"]) - wanted.auxiliary).max())
    yield "multiplier", abs(got["multiplier"] - wanted.multiplier) / max(given["kappa"], given["beta"])
    yield "angle", abs(got["angle"] - wanted.angle)
    yield "error", abs(got["error"] - wanted.error)
    yield "bound", abs(got["errorBound"] - wanted.error_bound)
    yield "basin", abs(got["basinProbability"] - wanted.basin_probability)
    yield "residual", got["residual"]


def named(limit: Any) -> tuple[Any, ...]:
    return (limit.kind, limit.index, limit.sign, tuple(limit.support.tolist()))


def census_gap(given: Case, got: Case, wanted: Any) -> float:
    """Largest difference of multipliers, weights and Lyapunov values; the lists must be of the same limits."""
    here = sorted(got["limits"], key=lambda row: (row["kind"], row["support"], row["sign"] or 0, row["multiplier"]))
    there = sorted(wanted.limits, key=lambda row: (row.kind, row.support.tolist(), row.sign or 0, row.multiplier))
    names = [(row["kind"], row["index"], row["sign"], tuple(row["support"])) for row in here]
    assert names == [named(row) for row in there], given
    assert bool(got["continua"]) == bool(wanted.continua), given
    scale = max(given["kappa"], given["beta"])
    worst = 0.0
    for row, other in zip(here, there, strict=True):
        worst = max(worst, abs(row["multiplier"] - other.multiplier) / scale)
        worst = max(worst, float(np.abs(np.array(row["weights"]) - other.weights).max()))
        worst = max(worst, abs(row["lyapunov"] - other.lyapunov) / (scale + given["lam"]))
    return worst


@pytest.mark.parametrize(("penalty", "count"), [("l1", 3000), ("l0", 3000), ("tl1", 2000)])
def test_the_sparse_limit_agrees(engine: MiniRacer, penalty: str, count: int) -> None:
    given = [case for case in cases(penalty, count, 17) if not tie(case)]
    assert len(given) > 0.9 * count
    without = 0
    for case, (got, _) in zip(given, answers(engine, given), strict=True):
        wanted = expected(case)
        assert got["exists"] == (wanted is not None), case
        if wanted is None:
            without += 1
            assert "is not below κ‖w*‖∞" in got["reason"]
            continue
        assert got["support"] == wanted.support.tolist(), case
        for what, gap in limit_gaps(case, got, wanted):
            assert gap <= TOLERANCE, (what, gap, case)
    assert (without > 100) == (penalty == "l1")


@pytest.mark.parametrize(("penalty", "count"), [("l1", 2000), ("l0", 1000), ("tl1", 600)])
def test_the_list_of_stable_limits_agrees(engine: MiniRacer, penalty: str, count: int) -> None:
    given = [case for case in cases(penalty, count, 23) if not tie(case)]
    spikes = several = 0
    for case, (_, got) in zip(given, answers(engine, given), strict=True):
        wanted = stable_limits(case["w_star"], **known(case), count=5000, normalize=True)
        assert wanted.complete
        assert got["complete"]
        assert census_gap(case, got, wanted) <= TOLERANCE, case
        spikes += any(row.kind == "spike" for row in wanted.limits)
        several += len(wanted.limits) > 1
    assert spikes > count / 20
    assert several > count / 20


# Near and at ties.


@pytest.mark.parametrize("share", [1e-12, 1e-9, 1e-6, 1e-3])
def test_where_the_multiplier_comes_close_to_beta(engine: MiniRacer, share: float) -> None:
    """λ just below κ‖w*‖∞, where N − β is about as small."""
    rng = np.random.default_rng(8)
    given = []
    for _ in range(30):
        w = rng.uniform(0.05, 0.6, int(rng.integers(2, 8)))
        w[0] = 1.0
        w /= np.linalg.norm(w)
        kappa = 10 ** rng.uniform(-1, 1)
        sizes = {"kappa": kappa, "beta": kappa * rng.uniform(1.5, 9), "lam": float(kappa * w[0] * (1 - share))}
        given.append({"w_star": w.tolist(), "penalty": "l1", **sizes})
    near = 0
    for case, (got, _) in zip(given, answers(engine, given), strict=True):
        wanted = expected(case)
        near += wanted.multiplier - case["beta"] < 10 * share * case["kappa"]
        assert np.abs(np.array(got["weights"]) - wanted.weights).max() <= 1e-14, case
        assert abs(got["multiplier"] - wanted.multiplier) <= 1e-15 * case["beta"], case
        assert abs(got["error"] - wanted.error) <= 1e-14, case
    assert near > 20


@pytest.mark.parametrize(
    ("w_star", "beta", "lam", "a"),
    [
        ([-0.82839, 0.0, 0.56011], 26.331447, 0.77465656, 1.20487738),
        ([2.3831, -0.7293, 2.3113, -1.9257, -2.072], 1.0296459812037255, 0.3135306166657176, 2.206464966757088),
        ([-0.5, -0.5], 8.137614495573311, 0.7694267823158388, 0.5910882655698713),
    ],
)
def test_an_entry_next_to_its_fold(engine: MiniRacer, w_star: list[float], beta: float, lam: float, a: float) -> None:
    case: Case = {"w_star": w_star, "kappa": 1.0, "beta": beta, "lam": lam, "penalty": "tl1", "a": a}
    ((got, _),) = answers(engine, [case])
    wanted = expected(case)
    assert np.abs(np.array(got["weights"]) - wanted.weights).max() <= 1e-15
    assert np.abs(np.array(got["auxiliary"]) - wanted.auxiliary).max() <= 1e-13  # S has a slope of hundreds there
    assert got["residual"] <= 1e-15


TIES: list[tuple[str, Case, Case]] = [
    (
        "β‖w*‖∞ = λ: w* itself",
        {"w_star": [1.0, 0.0], "beta": 0.5, "lam": 0.5, "penalty": "l1"},
        {"N": 1.0, "support": []},
    ),
    ("λ = κ‖w*‖∞ and β > κ: none", {"w_star": [1.0, 0.0], "beta": 2.0, "lam": 1.0, "penalty": "l1"}, {"N": None}),
    ("|w*_1| = T: thresholded", {"w_star": [1.0], "beta": 1.0, "lam": 0.5, "penalty": "l0"}, {"N": 1.0, "support": []}),
    (
        "|w*_1| = t: thresholded",
        {"w_star": [1.0], "beta": 3.0, "lam": 2.0, "a": 2.0, "penalty": "tl1"},
        {"N": 1.0, "support": []},
    ),
    (
        "λ = 0: w* with every entry",
        {"w_star": [0.6, 0.8], "beta": 2.0, "lam": 0.0, "penalty": "tl1"},
        {"N": 3.0, "support": [0, 1]},
    ),
    (
        "β = 0 < λ: w* with none",
        {"w_star": [0.6, 0.8], "beta": 0.0, "lam": 1.0, "penalty": "l0"},
        {"N": 1.0, "support": []},
    ),
    (
        "β = λ = 0: w* with all",
        {"w_star": [0.6, 0.8], "beta": 0.0, "lam": 0.0, "penalty": "l1"},
        {"N": 1.0, "support": [0, 1]},
    ),
]


@pytest.mark.parametrize(("given", "documented"), [row[1:] for row in TIES], ids=[row[0] for row in TIES])
def test_ties_are_decided_as_documented_in_both_languages(engine: MiniRacer, given: Case, documented: Case) -> None:
    given = {"kappa": 1.0, **given}
    ((got, census),) = answers(engine, [given])
    wanted = expected(given)
    if documented["N"] is None:
        assert wanted is None
        assert not got["exists"]
    else:
        assert abs(got["multiplier"] - documented["N"]) <= TOLERANCE
        assert got["support"] == documented["support"]
        assert abs(wanted.multiplier - documented["N"]) <= TOLERANCE
        assert wanted.support.tolist() == documented["support"]
    assert census_gap(given, census, stable_limits(given["w_star"], **known(given))) <= TOLERANCE


EQUAL: list[Case] = [
    {"w_star": [11**-0.5] * 11, "beta": 1.0, "lam": 11**-0.5, "penalty": "l1"},
    {"w_star": [3**-0.5] * 3, "beta": 1.0, "lam": 3**-0.5, "penalty": "l1"},
    {"w_star": [7**-0.5] * 7, "beta": 1.0, "lam": 0.5 * 7**-0.5, "penalty": "tl1"},
    {"w_star": [0.5, 0.5, -0.5, 0.5], "beta": 3.0, "lam": 0.5, "penalty": "l1"},
    {"w_star": [2**-0.5, -(2**-0.5)], "beta": 3.0, "lam": 2**-0.5, "penalty": "l1"},
    {"w_star": [0.5, 0.5, -0.5, 0.5], "beta": 40.0, "lam": 2.0, "penalty": "l0"},
    {"w_star": [0.0, 0.0, 0.6, 0.8], "beta": 9.0, "lam": 0.9, "penalty": "l0"},
    {"w_star": [0.5, 0.5, -0.5, 0.5], "beta": 5.0, "lam": 0.3, "a": 0.3, "penalty": "tl1"},
    {"w_star": [0.5, 0.5, -0.5, 0.5], "beta": 20.0, "lam": 1.1, "a": 2.0, "penalty": "tl1"},
    {"w_star": [1.0], "beta": 3.0, "lam": 0.2, "penalty": "tl1"},
    {"w_star": [-1.0], "beta": 3.0, "lam": 0.0, "penalty": "l1"},
]


@pytest.mark.parametrize("given", EQUAL, ids=str)
def test_equal_entries_and_families(engine: MiniRacer, given: Case) -> None:
    given = {"kappa": 1.0, **given}
    ((_, census),) = answers(engine, [given])
    wanted = stable_limits(given["w_star"], **known(given), normalize=True)
    assert wanted.complete
    assert census_gap(given, census, wanted) <= TOLERANCE


def test_a_search_that_stops_says_so(engine: MiniRacer) -> None:
    call = "coarseproofCensus.stableLimits({w_star: Array(10).fill(1), beta: 40, lam: 0.5, penalty: 'l0'}, 5)"
    stopped = json.loads(
        str(engine.eval(f"(() => {{ const {{ problem, ...rest }} = {call}; return JSON.stringify(rest); }})()"))
    )
    assert not stopped["complete"]
    assert len(stopped["limits"]) > 5


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"w_star": [0, 0]}, "zero vector"),
        ({"w_star": []}, "array of 1 to 12"),
        ({"w_star": [1] * 13}, "array of 1 to 12"),
        ({"w_star": [1, None]}, r"w_star\[1\]"),
        ({"w_star": [1, 1e-150]}, r"w_star\[1\] = 1e-150 is too small"),
        ({"beta": -1}, "beta = -1 is out of range"),
        ({"lam": "2"}, "lam = 2 is out of range"),
        ({"kappa": 0}, "kappa = 0 is out of range"),
        ({"penalty": "tl1", "a": 0}, "a = 0 is out of range"),
        ({"penalty": "mcp"}, "penalty = mcp has no known limit"),
    ],
)
def test_what_is_out_of_range_is_named(engine: MiniRacer, given: Case, words: str) -> None:
    whole = {"w_star": [0.6, 0.8], "beta": 1, "lam": 0.1, "penalty": "l1", **given}
    with pytest.raises(JSEvalException, match=f"RangeError.*{words}"):
        answers(engine, [whole])


# A mistake in the formulas is noticed.

_LITERAL = re.compile(r"(?<![\w.^])\d+\.\d+(?:e[+-]?\d+)?(?![\w.])")
_GROUP, _MEMBER = re.compile(r"^  (\w+): \{$", re.M), re.compile(r"^    (\w+)(?:: \{|\()", re.M)
_ROLE = re.compile(r"^      (\w+)\(", re.M)

HARMLESS = {
    ("scad", "map", "0.5")  # where the map changes from one piece to another, at which both have the same value
}


def constants(formulas: str) -> list[tuple[int, int, str, str, str]]:
    """(start, end, group, member, role) of every decimal literal in the code of the script."""
    found = []
    for line in re.finditer(r"^ +(?:const \w+ = |return ).*$", formulas, re.M):
        for literal in _LITERAL.finditer(line[0]):
            start, end = line.start() + literal.start(), line.start() + literal.end()
            before = formulas[:start]
            group, member = _GROUP.findall(before)[-1], _MEMBER.findall(before)[-1]
            role = _ROLE.findall(before)[-1] if group == "penalties" else ""
            found.append((start, end, group, member, role))
    return found


def noticed(engine: MiniRacer, group: str, member: str, role: str) -> bool:
    """Whether the comparison that a function belongs to fails."""
    if group == "penalties":
        return penalty_gap(engine, member, role) > TOLERANCE
    if group == "basin":
        n = int(member.removeprefix("probability_"))
        ratio = np.linspace(0, 0.99, 34)
        got = called(engine, group, member, np.arcsin(ratio)[:, None])
        return float(np.max(np.abs(got / basin_probability(n, ratio) - 1))) > TOLERANCE
    if group == "stability":
        pulls = np.array([[0.3, 0.7], [2.0, 5.0]])
        return (
            float(np.max(np.abs(called(engine, group, member, np.cbrt(pulls)) / spike_threshold(*pulls.T) - 1))) > 1e-12
        )
    if group == "laws":
        penalty, part = member.split("_")
        shapes = {"a": np.array([0.4, 0.7])} if penalty == "tl1" else {}
        rho = np.array(
            [0.3, 2.0]
        )  # the least |S(x)| is S just beyond its threshold; limits start from the other values
        x = np.array([2.0, 5.0]) if part == "kept" else THRESHOLDS[penalty](rho, **shapes) * (1 + 1e-15)
        rows = np.column_stack([*([x] if part == "kept" else []), rho, *shapes.values()])
        wanted = PROXIMAL_MAPS[penalty](x, rho, **shapes)
        return float(np.max(np.abs(called(engine, group, member, rows) / wanted - 1))) > TOLERANCE
    penalty = "l0" if member == "l0" else "tl1"
    given = [case for case in cases(penalty, 60, 31) if not tie(case)]
    pairs = [(case, got, expected(case)) for case, (got, _) in zip(given, answers(engine, given), strict=True)]
    return any(gap > TOLERANCE for case, got, wanted in pairs for _, gap in limit_gaps(case, got, wanted))


def test_a_constant_that_is_off_by_a_billionth_is_noticed(formulas: str) -> None:
    places = constants(formulas)
    survivors = set()
    for start, end, group, member, role in places:
        literal = formulas[start:end]
        wrong = formulas[:start] + repr(float(literal) * (1 + 1e-9)) + formulas[end:]
        if not noticed(engine_with(wrong), group, member, role):
            survivors.add((member, role, literal))
    assert len(places) > 60
    assert survivors == HARMLESS

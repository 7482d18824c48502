"""Measurements of speed and memory, each against the obvious alternative in the same run.

Every figure is a ratio or a time that anyone can reproduce with `coarseproof benchmark`; none of them gates a test.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.table import Table
from threadpoolctl import threadpool_limits

from verify.commands.options import console, write_document

__all__ = ["BENCHMARKS", "Figure", "main"]

Array = npt.NDArray[np.float64]
M, N, PAIRS = 16, 64, 100_000


@dataclass(frozen=True)
class Figure:
    """One measured figure, what it is relative to, and the largest value the project promises (or None)."""

    benchmark: str
    what: str
    value: float
    unit: str
    promise: float | None = None


def _paired(work: Sequence[Callable[[], object]], rounds: int = 7) -> list[list[float]]:
    """Seconds of each piece of work, taken in turn, one warm-up first: drift of the machine hits all alike."""
    for piece in work:
        piece()
    seconds: list[list[float]] = [[] for _ in work]
    for _ in range(rounds):
        for index, piece in enumerate(work):
            started = time.perf_counter()
            piece()
            seconds[index].append(time.perf_counter() - started)
    return seconds


def _ratio(above: list[float], below: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def monte_carlo() -> list[Figure]:
    """Brute-force Monte Carlo against drawing the same normals, on one thread and on two."""
    from numerics.model import resolve_proxy
    from numerics.sampling import network_moments

    rng = np.random.Generator(np.random.Philox(1))
    v, v_star, w, w_star = (rng.standard_normal(size) for size in (M, M, N, N))
    samples = 1 << 15
    buffer = np.empty((64, M, N))
    generator = np.random.Generator(np.random.SFC64(3))
    proxies = {"relu": resolve_proxy("relu", {})}

    def draw() -> None:
        for _ in range(samples // 64):
            generator.standard_normal(out=buffer)

    def sample(threads: int) -> None:
        network_moments(v, w, v_star, w_star, samples=samples, seed=5, proxies=proxies, threads=threads)

    with threadpool_limits(1):
        normals, one, two = _paired([draw, lambda: sample(1), lambda: sample(2)])
    return [
        Figure(
            "monte-carlo",
            "loss, ∂ℓ/∂v and ReLU gradient, one thread / drawing the normals",
            _ratio(one, normals),
            "×",
            1.35,
        ),
        Figure("monte-carlo", "the same on two threads / on one", _ratio(two, one), "×"),
        Figure("monte-carlo", "one network, m = 16, n = 64, one thread", statistics.median(one) / samples * 1e6, "µs"),
        *_reduced(),
    ]


def _reduced() -> list[Figure]:
    """Seconds until a relative error of 5e-4 in the ReLU coarse gradient would be caught, by the reduced sampler.

    What brute force would take is extrapolated from its measured standard error, which falls like 1/√N, and its cost.
    """
    import proofs
    from numerics.sampling import Moments
    from verify.monte_carlo import brute, reduced
    from verify.monte_carlo.expectations import expectations
    from verify.monte_carlo.sampled import scenes
    from verify.monte_carlo.sequential import Stopped

    target, limit = 5e-4, 6.7
    (scene,) = scenes("quick", 1)
    (one,) = expectations(proofs.get("C3"))

    def some() -> Stopped[dict[str, Moments]]:
        return brute.sample(scene, "networks", {(one, None): 2 * target}, limit, rounds=1)

    with threadpool_limits(1):
        seconds, first = _paired([lambda: reduced.sample(scene, {(one, None): target}, limit), some], rounds=3)
        missing = 2 * some().shortfall
    extrapolated = statistics.median(first) * missing**2
    direct = statistics.median(seconds)
    what = "ReLU gradient, relative error 5e-4 detectable"
    return [
        Figure("monte-carlo", f"{what}, reduced sampler, one thread", direct, "s"),
        Figure("monte-carlo", f"{what}, brute force, extrapolated from 2^17 samples", extrapolated, "s"),
        Figure("monte-carlo", f"{what}, brute force (extrapolated) / reduced sampler", extrapolated / direct, "×"),
    ]


def _pairs() -> tuple[Array, Array, Array, Array]:
    rng = np.random.Generator(np.random.Philox(2))
    v, v_star = rng.standard_normal((2, PAIRS, M))
    w, w_star = rng.standard_normal((2, PAIRS, N))
    return v, w, v_star, w_star


def limits() -> list[Figure]:
    """The sparse limit of 10⁷ weights on one thread against sorting them once, and of 10⁶ against iterating."""
    import tracemalloc

    from numerics import sparse_limit, stable_limits

    n, beta = 10_000_000, 0.5
    w_star = np.random.Generator(np.random.Philox(4)).standard_normal(n)
    w_star /= np.linalg.norm(w_star)
    lam = beta / n**0.5
    ours: dict[str, Callable[[], object]] = {
        "l1": lambda: sparse_limit(w_star, 1.0, beta, lam),
        "l0": lambda: sparse_limit(w_star, 1.0, beta, beta / n, "l0"),  # at lam every entry is below the threshold
        "tl1": lambda: sparse_limit(w_star, 1.0, beta, lam, "tl1"),
    }
    with threadpool_limits(1):
        sorting, *timed = _paired([lambda: np.sort(w_star), *ours.values()], rounds=3)
    seconds = dict(zip(ours, timed, strict=True))
    tracemalloc.start()
    for work in ours.values():
        work()
    peak = 1 + tracemalloc.get_traced_memory()[1] / w_star.nbytes
    tracemalloc.stop()
    few = w_star[: n // 10] / np.linalg.norm(w_star[: n // 10])
    with threadpool_limits(1):
        (census,) = _paired([lambda: stable_limits(few, 1.0, 2.0, 0.05)], rounds=3)
    direct = statistics.median(seconds["l1"])
    unit, fastest = (direct / _iterating(w_star, beta, step) for step in (1.0, float("inf")))
    what = "sparse limit of 10⁷ weights"
    return [
        Figure("limits", f"{what}, l1", statistics.median(seconds["l1"]) * 1e3, "ms"),
        Figure("limits", f"{what}, l1 / np.sort of them", _ratio(seconds["l1"], sorting), "×", 0.3),
        Figure("limits", f"{what}, l0 / l1", _ratio(seconds["l0"], seconds["l1"]), "×", 3.0),
        Figure("limits", f"{what}, tl1 / l1", _ratio(seconds["tl1"], seconds["l1"]), "×", 3.0),
        Figure("limits", f"{what}: arrays of that length, input and output included", peak, "×", 6.0),
        Figure("limits", f"{what}, l1 / iterating to 1e-12, τ = 1", unit, "×", 0.02),
        Figure("limits", f"{what}, l1 / iterating to 1e-12, the fastest step (R8)", fastest, "×"),
        Figure("limits", "census of 10⁶ weights, l1: 2 000 001 limits, best 1000", statistics.median(census), "s"),
    ]


def _iterating(w_star: Array, beta: float, step: float) -> float:
    """Seconds that a textbook RVSCGD with l1, κ = 1, λ = β/√n takes to steps of 1e-12 from a random start."""
    rho = w_star.size**-0.5
    w = np.random.Generator(np.random.Philox(5)).standard_normal(w_star.size)
    w /= np.linalg.norm(w)
    started, length = time.perf_counter(), 1.0
    with threadpool_limits(1):
        while length > 1e-12:
            pull = w_star + beta * np.sign(w) * np.maximum(np.abs(w) - rho, 0.0)
            moved = pull if math.isinf(step) else w + step * pull
            moved /= np.linalg.norm(moved)
            length = float(np.linalg.norm(moved - w))
            w = moved
    return time.perf_counter() - started


def closed_form() -> list[Figure]:
    """Generated loss and ReLU coarse gradient of 10⁵ pairs against memory traffic, lambdify and jax."""
    import numerics

    arrays = _pairs()

    def traffic(*shape: int) -> None:
        """Read every input once and write a new result: what no method can avoid."""
        for array in arrays:
            np.dot(array.ravel(), array.ravel())
        np.empty(shape).fill(0.0)

    lambdified_gradient, lambdified_loss = _lambdified()
    bound, plain = "reading the inputs and writing the result", "lambdify of the same formula"
    ours: dict[str, Callable[[], object]] = {
        "coarse gradient": lambda: numerics.coarse_gradient(*arrays),
        "population loss": lambda: numerics.population_loss(*arrays),
    }
    rivals: dict[str, Callable[[], object]] = {
        f"coarse gradient / {bound}": lambda: traffic(PAIRS, N),
        f"population loss / {bound}": lambda: traffic(PAIRS),
        f"coarse gradient / {plain}": lambda: lambdified_gradient(*arrays),
        f"population loss / {plain}": lambda: lambdified_loss(*arrays),
        **_jax(arrays),
    }
    with threadpool_limits(1):
        timed = _paired([*ours.values(), *rivals.values()])
    seconds = dict(zip([*ours, *rivals], timed, strict=True))
    figures = [
        Figure("closed-form", f"{name} of 10⁵ pairs", statistics.median(seconds[name]) * 1e3, "ms") for name in ours
    ]
    for name in rivals:
        mine = seconds[name.split(" / ")[0]]
        promise = 6.0 if name.endswith(bound) else None if name.endswith("device") else 1.0
        figures.append(Figure("closed-form", name, _ratio(mine, seconds[name]), "×", promise))
    return figures


def _lambdified() -> tuple[Callable[..., Array], Callable[..., Array]]:
    """The same printed formulas through SymPy's lambdify, fed with invariants by plain NumPy."""
    from sympy import lambdify

    import proofs
    from proofs import symbols as q

    scalars = [q.theta, q.v_v, q.v_vs, q.vs_vs, q.sum_v, q.sum_vs]
    loss = lambdify(scalars, proofs.get("N1").as_printed, "numpy")
    gradient = proofs.get("C3").as_printed
    pieces = lambdify(scalars, [gradient.diff(q.w_hat), gradient.diff(q.w_star)], "numpy")

    def invariants(v: Array, w: Array, v_star: Array, w_star: Array) -> tuple[Array, Array, list[Array]]:
        w_hat = w / np.linalg.norm(w, axis=-1, keepdims=True)
        unit = w_star / np.linalg.norm(w_star, axis=-1, keepdims=True)
        theta = np.arccos(np.clip((w_hat * unit).sum(-1), -1, 1))
        values = [theta, (v * v).sum(-1), (v * v_star).sum(-1), (v_star * v_star).sum(-1), v.sum(-1), v_star.sum(-1)]
        return w_hat, unit, values

    def lambdified_gradient(v: Array, w: Array, v_star: Array, w_star: Array) -> Array:
        w_hat, unit, values = invariants(v, w, v_star, w_star)
        along, towards = pieces(*values)
        return np.asarray(along[:, None] * w_hat + towards[:, None] * unit)

    def lambdified_loss(v: Array, w: Array, v_star: Array, w_star: Array) -> Array:
        return np.asarray(loss(*invariants(v, w, v_star, w_star)[2]))

    return lambdified_gradient, lambdified_loss


def _jax(arrays: tuple[Array, ...]) -> dict[str, Callable[[], object]]:
    """The same formulas, jitted by jax (all cores); empty where jax is not installed."""
    try:
        import jax
    except ImportError:
        return {}
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def geometry(w, w_star):  # type: ignore[no-untyped-def]
        w_hat = w / jnp.linalg.norm(w, axis=-1, keepdims=True)
        unit = w_star / jnp.linalg.norm(w_star, axis=-1, keepdims=True)
        near, far = jnp.linalg.norm(w_hat - unit, axis=-1), jnp.linalg.norm(w_hat + unit, axis=-1)
        return w_hat, unit, 2 * jnp.arctan2(near, far)

    @jax.jit
    def gradient(v, w, v_star, w_star):  # type: ignore[no-untyped-def]
        w_hat, unit, _ = geometry(w, w_star)
        inner = (v * v_star).sum(-1)
        radial = (v * v).sum(-1) + v.sum(-1) ** 2 - v.sum(-1) * v_star.sum(-1)
        return (radial[:, None] * w_hat - inner[:, None] * unit) / (2 * jnp.sqrt(2 * jnp.pi))

    @jax.jit
    def loss(v, w, v_star, w_star):  # type: ignore[no-untyped-def]
        dv = v - v_star
        angle = geometry(w, w_star)[2]
        return ((dv * dv).sum(-1) + dv.sum(-1) ** 2 + 4 * angle / jnp.pi * (v * v_star).sum(-1)) / 8

    placed = [jax.device_put(array) for array in arrays]
    return {
        "coarse gradient / jax in float64, NumPy in and out": lambda: np.asarray(gradient(*arrays)),
        "population loss / jax in float64, NumPy in and out": lambda: np.asarray(loss(*arrays)),
        "coarse gradient / jax in float64, both ends left on its device": lambda: gradient(*placed).block_until_ready(),
        "population loss / jax in float64, both ends left on its device": lambda: loss(*placed).block_until_ready(),
    }


def learning() -> list[Figure]:
    """One population step of `learn` (l1, relu, v fixed) at n = 10⁶ against reading w and w* and writing w."""
    from numerics import learn

    rng = np.random.Generator(np.random.Philox(4))
    w_star, w0 = rng.standard_normal((2, 1_000_000))
    w_star /= np.linalg.norm(w_star)
    v, out = np.full(4, 0.5), np.empty_like(w0)
    few, many = 24, 104  # both near the limit: what a call costs at its end, the bound of `distance`, cancels

    def traffic() -> None:
        for _ in range(many - few):
            np.add(w0, w_star, out=out)

    def run(steps: int, record_every: int) -> Callable[[], object]:
        return lambda: learn(v, w0, w_star, 0.5, 5e-4, max_steps=steps, tolerance=1e-300, record_every=record_every)

    runs = [run(steps, every) for every in (1000, 1) for steps in (few, many)]
    with threadpool_limits(1):
        moved, *timed = _paired([traffic, *runs])
    bare, recorded = (
        [after - before for before, after in zip(*timed[first : first + 2], strict=True)] for first in (0, 2)
    )
    bound = "reading w and w* and writing w"
    return [
        Figure("learning", "one step, n = 10⁶", statistics.median(bare) / (many - few) * 1e3, "ms"),
        Figure("learning", f"one step / {bound}", _ratio(bare, moved), "×", 3.0),
        Figure("learning", f"one step that is recorded / {bound}", _ratio(recorded, moved), "×"),
    ]


def enclosure() -> list[Figure]:
    """Certified 50-digit balls of half-space integrals of chapter G against mpmath's quadrature of the same ones."""
    import mpmath
    from mpmath import mpf

    from proofs.proxies import estimator
    from proofs.symbols import r, theta
    from verify.enclosure import means
    from verify.enclosure.arithmetic import as_ball, digits
    from verify.model import Row

    angle, norm = 1.1, 1.3
    values = {theta: as_ball(angle), r: as_ball(norm)}

    def wedge() -> object:
        means.forget()
        with digits(55):
            return means.Means(values).mean(Row(s=1, a=True, b=True))

    def smoothed() -> object:
        with digits(55):
            return means.Means(values, estimator("sigmoid")).mean(Row(t=1, proxy=True, b=True))

    def polar() -> object:
        with mpmath.workdps(55):
            radial = mpmath.quad(lambda rho: rho**2 * mpmath.exp(-(rho**2) / 2), [0, 2, 4, 8, 17])
            return radial * mpmath.quad(mpmath.cos, [angle - mpmath.pi / 2, mpmath.pi / 2]) / (2 * mpmath.pi)

    def line() -> object:
        with mpmath.workdps(55):
            cotangent = mpmath.cot(mpf(angle))

            def function(s: mpf) -> mpf:
                decay = mpmath.exp(-norm * s)
                return decay / (1 + decay) ** 2 * mpmath.exp(-(s**2) * (1 + cotangent**2) / 2)

            return mpmath.quad(function, [0, 1, 2, 4, 8, 17]) / mpmath.pi

    with threadpool_limits(1):
        timed = _paired([wedge, smoothed, polar, line], rounds=21)
    figures = []
    for what, ours, theirs in (("G3, polar form", 0, 2), ("G5, sigmoid, on the line", 1, 3)):
        figures += [
            Figure("enclosure", f"{what}: 50 certified digits", statistics.median(timed[ours]) * 1e3, "ms", 10.0),
            Figure("enclosure", f"{what} / mpmath's quadrature", _ratio(timed[ours], timed[theirs]), "×"),
        ]
    return figures


def importing() -> list[Figure]:
    """`import numerics` against importing numpy and scipy.special, fresh interpreters."""

    def start(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    bare, base, ours = _paired(
        [start("pass"), start("import numpy, scipy.special"), start("import numerics")], rounds=9
    )
    net = statistics.median((a - n) / (b - n) for a, b, n in zip(ours, base, bare, strict=True))
    return [
        Figure("import", "import numerics / import numpy, scipy.special (interpreter start taken off)", net, "×", 1.5)
    ]


def _command(what: str, arguments: list[str], promise: float, memory: float | None = None) -> list[Figure]:
    """Seconds, and peak resident memory of all its processes together, of one run of the command line."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "verify.cli", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peak = _watch(process)
    seconds = time.perf_counter() - started
    figures = [Figure("commands", f"{what} (exit code {process.returncode})", seconds, "s", promise)]
    if memory is not None and peak > 0:
        figures.append(Figure("commands", f"{what}: peak memory of all processes", peak, "MiB", memory))
    return figures


def _watch(process: subprocess.Popen[bytes]) -> float:
    """Peak of the summed resident memory of a process and its descendants in MiB; 0 where /proc is missing."""
    peak = 0.0
    done = threading.Event()

    def sample() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, _resident(process.pid))

    watcher = threading.Thread(target=sample, daemon=True)
    watcher.start()
    process.wait()
    done.set()
    watcher.join()
    return peak


def _resident(root: int) -> float:
    page = os.sysconf("SC_PAGE_SIZE") / 2**20
    parents, sizes = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(folder.name)], sizes[int(folder.name)] = int(fields[1]), int(fields[21]) * page
    family = {root}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    return sum(sizes.get(pid, 0.0) for pid in family)


def commands() -> list[Figure]:
    """`derive` into an empty tree and both levels of `verify`."""
    from verify.build import project_root

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pyproject.toml").write_bytes((project_root() / "pyproject.toml").read_bytes())
        (root / "numerics").mkdir()
        figures = _command("derive from nothing", ["derive", "--root", str(root)], 20.0)
    figures += _command("verify --level quick", ["verify", "--level", "quick", "--seed", "1"], 60.0, 1024.0)
    return figures + _command("verify --level full", ["verify", "--level", "full", "--seed", "1"], 600.0, 1024.0)


BENCHMARKS: dict[str, Callable[[], list[Figure]]] = {
    "import": importing,
    "monte-carlo": monte_carlo,
    "closed-form": closed_form,
    "enclosure": enclosure,
    "limits": limits,
    "learning": learning,
    "commands": commands,
}


def main(names: tuple[str, ...], json_path: Path | None) -> int:
    """Run the named benchmarks (all of them if none is named), print a table, write JSON if asked. Returns 0.

    Raises ValueError for an unknown name.
    """
    for name in names:
        if name not in BENCHMARKS:
            raise ValueError(f"benchmark {name!r} is unknown; allowed: {', '.join(BENCHMARKS)}")
    shown = console(stderr=str(json_path) == "-")
    table = Table("benchmark", "figure", "measured", "promised")
    figures: list[Figure] = []
    for name in names or tuple(BENCHMARKS):
        with shown.status(f"measuring {name} …"):
            figures += BENCHMARKS[name]()
    for figure in figures:
        promise = "" if figure.promise is None else f"≤ {figure.promise:g} {figure.unit}"
        table.add_row(figure.benchmark, figure.what, f"{figure.value:.3g} {figure.unit}", promise)
    shown.print(table)
    if json_path is not None:
        document = {"schema": 1, "figures": [asdict(figure) for figure in figures]}
        write_document(json_path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return 0

"""The library: generated code, limits, the iteration, and how long it takes to import."""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from verify.commands.benchmarks import Figures, Seconds, Work, paired

Array = npt.NDArray[np.float64]
M, N, PAIRS = 16, 64, 100_000


def limits() -> Figures:
    """The sparse limit of 10⁷ weights on one thread against sorting them once, and of 10⁶ against iterating."""
    from numerics import sparse_limit, stable_limits

    n, beta = 10_000_000, 0.5
    w_star = np.random.Generator(np.random.Philox(4)).standard_normal(n)
    w_star /= np.linalg.norm(w_star)
    lam = beta / n**0.5
    ours: Work = {
        "l1": lambda: sparse_limit(w_star, 1.0, beta, lam),
        "l0": lambda: sparse_limit(w_star, 1.0, beta, beta / n, "l0"),  # at lam every entry is below the threshold
        "tl1": lambda: sparse_limit(w_star, 1.0, beta, lam, "tl1"),
    }
    took = paired({"sorting": lambda: np.sort(w_star), **ours}, rounds=3)
    tracemalloc.start()
    for work in ours.values():
        work()
    peak = 1 + tracemalloc.get_traced_memory()[1] / w_star.nbytes
    tracemalloc.stop()
    few = w_star[: n // 10] / np.linalg.norm(w_star[: n // 10])
    census = paired({"census": lambda: stable_limits(few, 1.0, 2.0, 0.05)}, rounds=3)
    direct = took.median("l1")
    unit, fastest = (direct / _iterating(w_star, beta, step) for step in (1.0, math.inf))
    what = "sparse limit of 10⁷ weights"
    return [
        (f"{what}, l1", direct * 1e3, "ms"),
        (f"{what}, l1 / np.sort of them", took.ratio("l1", "sorting"), "×", 0.3),
        (f"{what}, l0 / l1", took.ratio("l0", "l1"), "×", 3.0),
        (f"{what}, tl1 / l1", took.ratio("tl1", "l1"), "×", 3.0),
        (f"{what}: arrays of that length, input and output included", peak, "×", 6.0),
        (f"{what}, l1 / iterating to 1e-12, τ = 1", unit, "×", 0.02),
        (f"{what}, l1 / iterating to 1e-12, the fastest step (R8)", fastest, "×"),
        ("census of 10⁶ weights, l1: 2 000 001 limits, best 1000", census.median("census"), "s"),
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


def closed_form() -> Figures:
    """Generated loss and ReLU coarse gradient of 10⁵ pairs against memory traffic, lambdify and jax."""
    import numerics

    rng = np.random.Generator(np.random.Philox(2))
    v, v_star = rng.standard_normal((2, PAIRS, M))
    w, w_star = rng.standard_normal((2, PAIRS, N))
    arrays = v, w, v_star, w_star

    def traffic(*shape: int) -> None:
        """Read every input once and write a new result: what no method can avoid."""
        for array in arrays:
            np.dot(array.ravel(), array.ravel())
        np.empty(shape).fill(0.0)

    gradient, loss = _lambdified("numpy", np)
    bound, plain = "reading the inputs and writing the result", "lambdify of the same formula"
    ours: Work = {
        "coarse gradient": lambda: numerics.coarse_gradient(*arrays),
        "population loss": lambda: numerics.population_loss(*arrays),
    }
    rivals: Work = {
        f"coarse gradient / {bound}": lambda: traffic(PAIRS, N),
        f"population loss / {bound}": lambda: traffic(PAIRS),
        f"coarse gradient / {plain}": lambda: gradient(*arrays),
        f"population loss / {plain}": lambda: loss(*arrays),
        **_jax(arrays),
    }
    took = paired({**ours, **rivals})
    figures: Figures = [(f"{name} of 10⁵ pairs", took.median(name) * 1e3, "ms") for name in ours]
    for name in rivals:
        promise = 6.0 if name.endswith(bound) else None if name.endswith("device") else 1.0
        figures.append((name, took.ratio(name.split(" / ")[0], name), "×", promise))
    return figures


def _lambdified(printer: str, xp: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Coarse gradient and loss: the printed formulas through SymPy's lambdify, fed with invariants by plain NumPy.

    xp: NumPy, or what has its functions.
    """
    from sympy import lambdify

    import proofs
    from proofs import symbols as q

    scalars = [q.theta, q.v_v, q.v_vs, q.vs_vs, q.sum_v, q.sum_vs]
    printed = proofs.get("C3").as_printed
    value = lambdify(scalars, proofs.get("N1").as_printed, printer)
    pieces = lambdify(scalars, [printed.diff(q.w_hat), printed.diff(q.w_star)], printer)

    def invariants(v: Any, w: Any, v_star: Any, w_star: Any) -> tuple[Any, Any, list[Any]]:
        w_hat = w / xp.linalg.norm(w, axis=-1, keepdims=True)
        unit = w_star / xp.linalg.norm(w_star, axis=-1, keepdims=True)
        theta = xp.arccos(xp.clip((w_hat * unit).sum(-1), -1, 1))
        values = [theta, (v * v).sum(-1), (v * v_star).sum(-1), (v_star * v_star).sum(-1), v.sum(-1), v_star.sum(-1)]
        return w_hat, unit, values

    def gradient(*arrays: Any) -> Any:
        w_hat, unit, values = invariants(*arrays)
        along, towards = pieces(*values)
        return along[:, None] * w_hat + towards[:, None] * unit

    return gradient, lambda *arrays: value(*invariants(*arrays)[2])


def _jax(arrays: tuple[Array, ...]) -> Work:
    """The same formulas, jitted by jax (all cores); empty where jax is not installed."""
    try:
        import jax
    except ImportError:
        return {}
    jax.config.update("jax_enable_x64", True)
    loss = jax.jit(_lambdified("jax", jax.numpy)[1])

    @jax.jit
    def gradient(v, w, v_star, w_star):  # type: ignore[no-untyped-def]
        """With the angle cancelled, which the printed form has: jax does not."""
        w_hat, unit = (x / jax.numpy.linalg.norm(x, axis=-1, keepdims=True) for x in (w, w_star))
        radial = (v * v).sum(-1) + v.sum(-1) ** 2 - v.sum(-1) * v_star.sum(-1)
        return (radial[:, None] * w_hat - (v * v_star).sum(-1)[:, None] * unit) / math.sqrt(8 * math.pi)

    placed = [jax.device_put(array) for array in arrays]
    return {
        "coarse gradient / jax in float64, NumPy in and out": lambda: np.asarray(gradient(*arrays)),
        "population loss / jax in float64, NumPy in and out": lambda: np.asarray(loss(*arrays)),
        "coarse gradient / jax in float64, both ends left on its device": lambda: gradient(*placed).block_until_ready(),
        "population loss / jax in float64, both ends left on its device": lambda: loss(*placed).block_until_ready(),
    }


def learning() -> Figures:
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

    runs = {
        f"{what} {steps}": run(steps, every) for what, every in (("bare", 1000), ("all", 1)) for steps in (few, many)
    }
    took = paired({"traffic": traffic, **runs})
    for what in ("bare", "all"):
        took[what] = [b - a for a, b in zip(took[f"{what} {few}"], took[f"{what} {many}"], strict=True)]
    bound = "reading w and w* and writing w"
    return [
        ("one step, n = 10⁶", took.median("bare") / (many - few) * 1e3, "ms"),
        (f"one step / {bound}", took.ratio("bare", "traffic"), "×", 3.0),
        (f"one step that is recorded / {bound}", took.ratio("all", "traffic"), "×"),
    ]


def importing() -> Figures:
    """`import numerics` against importing numpy and scipy.special, fresh interpreters."""

    def start(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True)

    codes = ("pass", "import numpy, scipy.special", "import numerics")
    took: Seconds = paired({code: start(code) for code in codes}, rounds=9)
    net = statistics.median((ours - bare) / (base - bare) for bare, base, ours in zip(*took.values(), strict=True))
    return [("import numerics / import numpy, scipy.special (interpreter start taken off)", net, "×", 1.5)]

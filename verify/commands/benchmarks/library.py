"""The library: generated code, limits, the iteration, and how long it takes to import."""

from __future__ import annotations

import math
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from importlib import metadata
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from numerics.arguments import Array
from verify.commands.benchmarks import Figures, Seconds, Work, paired

M, N, PAIRS = 16, 64, 100_000


def limits() -> Figures:
    """The sparse limit of 10⁷ weights in passes over them, NumPy's sum of magnitudes, and against iterating."""
    from numerics import sparse_limit, stable_limits

    n, kappa, beta = 10_000_000, 0.2, 0.1
    w_star = np.random.Generator(np.random.Philox(4)).standard_normal(n)
    w_star /= np.linalg.norm(w_star)
    lam = beta / n**0.5
    ours: Work = {
        "l1, half of them kept": lambda: sparse_limit(w_star, kappa, beta, lam / 2),
        "l0, 6 of 10 kept": lambda: sparse_limit(w_star, kappa, beta, beta / (8 * n), "l0"),
        "tl1, 9 of 10 kept": lambda: sparse_limit(w_star, kappa, beta, lam / 20, "tl1"),
        "tl1, 1 of 4 kept": lambda: sparse_limit(w_star, kappa, beta, lam / 2, "tl1"),
    }
    took = paired({"pass": lambda: np.abs(w_star).sum(), **ours}, rounds=5)
    tracemalloc.start()
    for work in ours.values():
        work()
    peak = 1 + tracemalloc.get_traced_memory()[1] / w_star.nbytes
    tracemalloc.stop()
    few = w_star[: n // 10] / np.linalg.norm(w_star[: n // 10])
    census = paired({"census": lambda: stable_limits(few, 1.0, 2.0, 0.05)}, rounds=3)
    direct = paired({"l1": lambda: sparse_limit(w_star, 1.0, 0.5, 0.5 / n**0.5)}, rounds=3).median("l1")
    unit, fastest = (direct / _iterating(w_star, 0.5, step) for step in (1.0, math.inf))
    what = "sparse limit of 10⁷ weights"
    promises = dict(zip(ours, (7.0, 7.0, 55.0, 25.0), strict=True))
    return [
        ("np.abs(w).sum(), a pass over 10⁷ weights", took.median("pass") * 1e3, "ms"),
        *((f"{what}, {name}", took.ratio(name, "pass"), "passes", promises[name]) for name in ours),
        (f"{what}: arrays of that length, input and output included", peak, "×", 4.0),
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
    """Generated loss and ReLU coarse gradient of 10⁵ pairs against memory traffic, lambdify, JAX and PyTorch."""
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
    peers: dict[str, Work] = {
        bound: {"coarse gradient": lambda: traffic(PAIRS, N), "population loss": lambda: traffic(PAIRS)},
        plain: {"coarse gradient": lambda: gradient(*arrays), "population loss": lambda: loss(*arrays)},
        **_jax(arrays),
        **_torch(arrays),
    }
    promised = {bound: 3.5, plain: 1.0, _PLAIN: 1.0, _PLACED: 1.0}
    rivals = {f"{name} / {peer}": work for peer, pieces in peers.items() for name, work in pieces.items()}
    took = paired({**ours, **rivals})
    figures: Figures = [(f"{name} of 10⁵ pairs", took.median(name) * 1e3, "ms") for name in ours]
    for peer, pieces in peers.items():
        for name in pieces:
            ratio = took.ratio(name, f"{name} / {peer}")
            figures.append((f"{name} / {peer}", ratio, "×", promised.get(peer), _version(peer)))
    return figures


_PLACED = "JAX target, jitted, arrays on its device"
_PLAIN = "JAX, lambdify jitted, arrays on its device"


def _version(peer: str) -> str:
    for word, package in (("lambdify", "sympy"), ("JAX", "jax"), ("PyTorch", "torch")):
        if peer.startswith(word):
            return f"{package} {metadata.version(package)}"
    return f"numpy {np.__version__}"


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


def _targets(target: str) -> dict[str, Callable[..., Any]]:
    """What `derive --target` writes of the two functions."""
    from proofs.code.targets import target_modules
    from verify.extensions import Text

    texts = target_modules(target)
    places = {"coarse gradient": ("estimators", "coarse_gradient"), "population loss": ("network", "population_loss")}
    return {what: Text(file, texts[f"{file}.py"]).names[name] for what, (file, name) in places.items()}


def _jax(arrays: tuple[Array, ...]) -> dict[str, Work]:
    """Jitted, on all cores; empty where JAX is not installed."""
    try:
        import jax
    except ImportError:
        return {}
    jax.config.update("jax_enable_x64", True)
    jitted = {name: jax.jit(function) for name, function in _targets("jax").items()}
    placed, plain = [jax.device_put(array) for array in arrays], _lambdified("jax", jax.numpy)
    return {
        _PLAIN: {name: partial(_waited_for, jax.jit(f), placed) for name, f in zip(jitted, plain, strict=True)},
        "JAX target, jitted, NumPy in and out": {name: partial(_fetched, f, arrays) for name, f in jitted.items()},
        _PLACED: {name: partial(_waited_for, f, placed) for name, f in jitted.items()},
    }


def _fetched(function: Callable[..., Any], arrays: Sequence[Array]) -> Array:
    return np.asarray(function(*arrays))


def _waited_for(function: Callable[..., Any], arrays: Sequence[Any]) -> object:
    return function(*arrays).block_until_ready()


def _torch(arrays: tuple[Array, ...]) -> dict[str, Work]:
    """As it is, on one thread as NumPy's; empty where PyTorch is not installed."""
    try:
        import torch
    except ImportError:
        return {}
    torch.set_num_threads(1)
    tensors = [torch.from_numpy(array) for array in arrays]
    return {"PyTorch target": {name: partial(f, *tensors) for name, f in _targets("torch").items()}}


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

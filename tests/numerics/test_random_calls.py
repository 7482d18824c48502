"""Random calls of the public functions, with arrays as people hold them: every dtype, byte order, layout and scale.

A call gives finite numbers of the right shape and dtype, or a ValueError that says what is wrong; never a warning,
another exception, or a NaN. Arguments that are well-formed and ordinary give numbers; those that have no value are
refused. Some of the numbers are compared with their definition in mpmath.

COARSEPROOF_RANDOM_CALLS=100000 makes that many calls.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import definitions
import numpy as np
import pytest
from mpmath import mp, mpf

import numerics
from numerics.generated.penalties import PENALTY_PARAMETERS

CALLS = int(os.environ.get("COARSEPROOF_RANDOM_CALLS", "4000"))
SHARES = 8
"""The calls are made by so many tests, each with a seed of its own."""

COMPARED = 12
"""One out of so many calls is compared with the definition."""

DIGITS = 1300
"""Enough for sums of products of any two float64 numbers."""

WRONG = ("f2", "longdouble", "?", "c16", "object", "U8", "M8[s]")
GOOD = ("<f8", ">f8", "<f4", ">f4", "i1", "u2", ">i4", "i8")
SCALES = {"ordinary": 1.0, "huge": 2e307, "tiny": 1e-307, "subnormal": 1e-320, "1e160": 1e160, "1e-160": 1e-160}

Rng = np.random.Generator


@dataclass(frozen=True)
class Drawn:
    """An argument as it is passed, its numbers, and whether it has some."""

    given: Any
    numbers: np.ndarray
    sound: bool = True


def draw(rng: Rng, shape: tuple[int, ...], scale: str, single: bool) -> Drawn:
    values = rng.standard_normal(shape)
    values = np.where(rng.random(shape) < 0.05, 0.0, values)
    if scale == "entries":
        values = values * 10.0 ** rng.uniform(-300, 300, shape)
    elif scale == "rows":
        values = values * 10.0 ** rng.uniform(-307, 307, (*shape[:-1], 1) if shape else ())
    else:
        values = values * SCALES[scale]
    dtype = rng.choice(GOOD[2:4] if single else GOOD[:2] if rng.random() < 0.8 else GOOD)
    if rng.random() < 0.02:
        return Drawn(np.asarray(values).astype(rng.choice(WRONG) if scale == "ordinary" else "?"), values, False)
    array = in_dtype(values, np.dtype(dtype))
    if array.size and array.dtype.kind == "f" and rng.random() < 0.02:
        array.flat[rng.integers(array.size)] = rng.choice([np.nan, np.inf, -np.inf])
        return Drawn(array, array, False)
    if rng.random() < 0.02:
        masked = np.ma.masked_array(array, rng.random(array.shape) < 0.3)
        return Drawn(masked if rng.random() < 0.7 else [masked], array, False)
    return Drawn(laid_out(rng, array), array)


def in_dtype(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if dtype.kind in "iu":
        return np.rint(np.clip(10 * np.clip(values, -10, 10), 0 if dtype.kind == "u" else -100, 100)).astype(dtype)
    if dtype.itemsize == 4:
        size = np.abs(values)
        values = np.where(size > 3e38, np.sign(values) * np.frexp(size)[0] * 3e38, values)
    return np.array(values, dtype)


def laid_out(rng: Rng, array: np.ndarray) -> Any:
    """The same numbers in another layout."""
    if not array.ndim:
        return array if rng.random() < 0.5 else array[()]
    how = rng.integers(8)
    if how == 0:
        return np.asfortranarray(array)
    if how == 1:
        return np.flip(np.flip(array).copy())
    if how == 2:
        return np.repeat(array, 2, axis=-1)[..., ::2]
    if how == 3:
        array.flags.writeable = False
    if how == 4 and array.size and array.dtype.itemsize == 8:
        return array.tolist()
    if how == 5 and array.ndim == 2:
        return array.view(np.matrix)
    if how == 6:
        return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, -1, 0)), 0, -1)
    return array


# What is called.

BATCHES = ((), (), (), (3,), (1, 3), (2, 1), (2, 3), (0,), (1,))
AXES = {"v": "m", "v_star": "m", "w": "n", "w_star": "n", "a": "n", "b": "n", "theta": "", "k": ""}


@dataclass(frozen=True)
class Function:
    """A function of vectors: its arguments, the last axis of its result, its definition if there is one here."""

    name: str
    arguments: tuple[str, ...]
    result: str
    options: dict[str, Any]
    definition: definitions.Reference | None

    def __str__(self) -> str:
        return f"{self.name} {self.options}"


FOUR = ("v", "w", "v_star", "w_star")
FUNCTIONS = [
    Function(name, arguments, result, {}, getattr(definitions, name))
    for name, arguments, result in (
        ("angle", ("a", "b"), ""),
        ("population_loss", FOUR, ""),
        ("population_loss_at_origin", ("v_star",), ""),
        ("loss_gradient_v", FOUR, "m"),
        ("loss_gradient_w", FOUR, "n"),
        ("best_output_weights", ("theta", "v_star"), "m"),
        ("saddle_angle", ("v_star",), ""),
        ("halfspace_probability", ("theta",), ""),
        ("halfspace_mean", ("a",), "n"),
        ("wedge_mean", ("a", "b"), "n"),
        ("relu_network_loss", ("w", "w_star", "k"), ""),
        ("relu_network_gradient", ("w", "w_star", "k"), "n"),
    )
]
FUNCTIONS += [
    Function("coarse_gradient", FOUR, "n", {"ste": ste}, definitions.coarse_gradient(ste))
    for ste in ("relu", "identity")
]
FUNCTIONS += [
    Function("coarse_gradient", FOUR, "n", {"ste": ste}, None)
    for ste in ("clipped-relu", "leaky-relu", "sigmoid", "tanh", "triangular", "gaussian")
]

ALLOWED = "is the zero vector|a saddle exists only where|is parallel to w_star"
OUT_OF_RANGE = "leaves the range of|beyond the range of"


def arguments_of(rng: Rng, function: Function, scale: str) -> dict[str, Drawn]:
    single, scales = rng.random() < 0.25, [scale]
    sizes = {"m": int(rng.integers(1, 5)), "n": int(rng.integers(1, 6))}
    batches = BATCHES if rng.random() < 0.5 else ((),)
    drawn = {}
    for name in function.arguments:
        batch = batches[rng.integers(len(batches))]
        if AXES[name]:
            scale = scales[rng.integers(len(scales))]
            drawn[name] = draw(rng, (*batch, sizes[AXES[name]]), scale, single)
        elif name == "k":
            drawn[name] = Drawn(k := rng.integers(1, 6, batch), k)
        else:
            theta = rng.choice([0.0, np.pi, 1.0, rng.uniform(0, np.pi)], size=batch).astype("f4" if single else "f8")
            drawn[name] = Drawn(theta, np.where(theta == np.float32(np.pi), np.pi, theta.astype("f8")))
    if rng.random() < 0.15:  # the same vector, or its opposite, on both sides
        for one, other in (("v", "v_star"), ("w", "w_star"), ("a", "b")):
            if one in drawn and other in drawn and drawn[one].sound:
                drawn[other] = Drawn(
                    -drawn[one].numbers if rng.random() < 0.5 else drawn[one].numbers, drawn[one].numbers
                )
                drawn[other] = Drawn(drawn[other].given, np.asarray(drawn[other].given))
    return drawn


def broadcast(drawn: dict[str, Drawn]) -> tuple[int, ...] | None:
    shapes = [d.numbers.shape[:-1] if AXES[name] else d.numbers.shape for name, d in drawn.items()]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        return None


def exactly(function: Function, drawn: dict[str, Drawn], batch: tuple[int, ...], at: tuple[int, ...]) -> Any:
    rows = {}
    for name, d in drawn.items():
        tail = d.numbers.shape[-1:] if AXES[name] else ()
        row = np.broadcast_to(d.numbers, batch + tail)[at]
        rows[name] = [mpf(float(x)) for x in np.atleast_1d(row)]
    assert function.definition is not None
    return function.definition(**rows)


def outcome(call: Callable[[], Any]) -> tuple[Any, str]:
    """What a call gives, or what its ValueError says."""
    try:
        return call(), ""
    except ValueError as error:
        return None, str(error)


def check_call(rng: Rng, function: Function, compare: bool) -> None:
    scale = "ordinary" if rng.random() < 0.3 else str(rng.choice([*SCALES, "entries", "rows"]))
    drawn = arguments_of(rng, function, scale)
    batch = broadcast(drawn)
    given = {name: d.given for name, d in drawn.items()}
    sound = all(d.sound for d in drawn.values()) and batch is not None
    call = f"{function.name}({given!r}, {function.options})"
    found, told = outcome(lambda: np.asarray(getattr(numerics, function.name)(**given, **function.options)))
    if told:
        if sound:
            far = scale != "ordinary" and re.search(OUT_OF_RANGE, told)
            assert far or re.search(ALLOWED, told), f"{call}: {told}"
            if far and compare and batch == () and function.definition:
                values = exactly(function, drawn, (), ())[0]
                top = np.finfo("f4" if "float32" in told else "f8").max
                assert max(abs(x) for x in values) > 0.99 * float(top) or "norm" in told, f"{call}: {told}"
        return
    assert sound or not found.size, f"{call} gave {found}"
    assert batch is not None
    tail = next((d.numbers.shape[-1:] for name, d in drawn.items() if AXES[name] == function.result != ""), ())
    assert found.shape == batch + tail, call
    single = all(d.numbers.dtype.itemsize == 4 and d.numbers.dtype.kind == "f" for n, d in drawn.items() if n != "k")
    assert np.isfinite(found).all(), f"{call} gave {found}"
    if compare and function.definition and found.size and "theta" not in drawn:
        assert found.dtype == (np.float32 if single else np.float64), call
    if compare and function.definition and found.size:
        at = tuple(int(rng.integers(length)) for length in batch)
        values, sizes = exactly(function, drawn, batch, at)
        kind = np.finfo(found.dtype)
        for number, value, size in zip(np.atleast_1d(found[at]), values, sizes, strict=True):
            room = (
                40 * mpf(2) ** -52 * size
                + 2 * mpf(float(kind.eps)) * abs(value)
                + 4 * mpf(float(kind.smallest_subnormal))
            )
            assert abs(mpf(float(number)) - value) <= room, f"{call} gave {found}, not {mp.nstr(value, 17)} at {at}"


@pytest.mark.parametrize("share", range(SHARES))
def test_functions_of_vectors(share: int) -> None:
    rng = np.random.default_rng([12, share])
    with mp.workdps(DIGITS), warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in range(CALLS // SHARES):
            function = FUNCTIONS[rng.integers(len(FUNCTIONS))]
            check_call(rng, function, number % COMPARED == 0)


# Samples, limits and runs.


def magnitude(rng: Rng) -> float:
    """A number >= 0 of any size."""
    size = 10.0 ** rng.uniform(-320, 308) if rng.random() < 0.3 else 1.0
    return 0.0 if rng.random() < 0.1 else float(abs(rng.standard_normal()) * size)


def vectors(rng: Rng, **lengths: tuple[int, ...]) -> dict[str, Drawn]:
    single, scales = rng.random() < 0.25, ["ordinary", "ordinary", *SCALES, "entries", "rows"]
    return {name: draw(rng, shape, str(rng.choice(scales)), single) for name, shape in lengths.items()}


def sample(rng: Rng, name: str) -> tuple[dict[str, Drawn], dict[str, Any]]:
    m, n = int(rng.integers(1, 5)), int(rng.integers(1, 6))
    teacher = {} if name == "forward" else {"v_star": (m,), "w_star": (n,)}
    ste = str(
        rng.choice(["relu", "identity", "sigmoid", "tanh", "triangular", "gaussian", "clipped-relu", "leaky-relu"])
    )
    options = {"ste": ste} if name == "sample_coarse_gradient" else {}
    return vectors(rng, v=(m,), w=(n,), **teacher, Z=(2, m, n)), options


def limit(rng: Rng, name: str) -> tuple[dict[str, Drawn], dict[str, Any]]:
    numbers = {key: magnitude(rng) for key in ("kappa", "beta", "lam")}
    penalty = str(rng.choice(["l1", "l0", "tl1"]))
    shape = {"a": magnitude(rng)} if penalty == "tl1" and rng.random() < 0.3 else {}
    digits = {"digits": 20} if name == "sparse_limit" and rng.random() < 0.05 else {}
    return vectors(rng, w_star=(int(rng.integers(1, 6)),)), {
        **numbers,
        "penalty": penalty,
        "normalize": True,
    } | shape | digits


def run(rng: Rng, name: str) -> tuple[dict[str, Drawn], dict[str, Any]]:
    m, n = int(rng.integers(1, 4)), int(rng.integers(1, 5))
    if name == "plain_descent":
        return vectors(rng, v0=(m,), w0=(n,), v_star=(m,), w_star=(n,)), {"eta": magnitude(rng), "max_steps": 3}
    if name == "learn_relu_network":
        return vectors(rng, w0=(2, n), w_star=(n,)), {"k": int(rng.integers(1, 4)), "max_steps": 3}
    penalty, ste = rng.choice(["l1", "l0", "tl1", "mcp", "scad", "half"]), rng.choice(["relu", "identity", "gaussian"])
    options: dict[str, Any] = {"beta": magnitude(rng), "lam": magnitude(rng), "penalty": str(penalty), "ste": str(ste)}
    options |= {"max_steps": 3, "normalize": True, "sphere": rng.random() < 0.7, "learn_v": rng.random() < 0.3}
    options |= {"gradient": "fresh", "samples": 8} if rng.random() < 0.1 else {}
    return vectors(rng, v=(m,), v_star=(m,), w0=(n,), w_star=(n,)), options


def numbers_of(rng: Rng, name: str) -> tuple[dict[str, Drawn], dict[str, Any]]:
    if name == "spike_threshold":
        drawn = vectors(rng, A=(3,), B=(3,))
        sizes = {key: np.minimum(abs(d.numbers.astype(float)), 6e307) for key, d in drawn.items()}
        return {key: Drawn(size, size, bool(np.isfinite(size).all())) for key, size in sizes.items()}, {}
    n = rng.integers(1, 10 ** int(rng.integers(1, 18)), 3)
    ratio = np.minimum(abs(draw(rng, (3,), str(rng.choice([*SCALES])), False).numbers), 1 - 1e-12)
    return {"n": Drawn(n, n), "ratio": Drawn(ratio, ratio, bool(np.isfinite(ratio).all()))}, {}


def entries(rng: Rng, name: str) -> tuple[dict[str, Drawn], dict[str, Any]]:
    """Arguments of a function of entries: any shape, a parameter of any size."""
    argument, sizes = {
        "proximal_map": ("x", ("rho",)),
        "penalty_value": ("u", ()),
        "moreau_envelope": ("w", ("beta", "lam")),
    }[name]
    penalty, shape = str(rng.choice(list(PENALTY_PARAMETERS))), BATCHES[rng.integers(len(BATCHES))]
    own = {key: magnitude(rng) + float(limit[-1]) for key, (_, limit) in PENALTY_PARAMETERS[penalty].items()}
    options = {"penalty": penalty, **own, **{size: magnitude(rng) for size in sizes}}
    return vectors(rng, **{argument: (*shape, 4) if name == "moreau_envelope" else shape}), options


OTHERS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    **dict.fromkeys(("forward", "sample_loss", "sample_gradient_v", "sample_coarse_gradient"), (sample, ())),
    "sparse_limit": (
        limit,
        ("weights", "multiplier", "angle", "error", "residual", "margin", "error_bound", "auxiliary"),
    ),
    "stable_limits": (limit, ("weights", "multiplier", "lyapunov", "residual", "margin")),
    "learn": (run, ("w", "v", "angle_history")),
    "plain_descent": (run, ("v", "w", "loss_history", "gradient_history")),
    "learn_relu_network": (run, ("weights", "distance", "loss_history")),
    **dict.fromkeys(("proximal_map", "penalty_value", "moreau_envelope"), (entries, ())),
    "basin_probability": (numbers_of, ()),
    "spike_threshold": (numbers_of, ()),
}

SAID = (
    "zero vector|not zero, in its last axis|leaves the range|beyond the range|out of the range|too far apart"
    "|is too large|no sparse limit|has norm|is out of range|lost its direction|is not allowed|small enough for squares"
)


def values_of(found: Any, fields: tuple[str, ...]) -> tuple[Any, ...]:
    records = found.limits[:3] if hasattr(found, "limits") else (found,)
    return tuple(getattr(record, field) for record in records for field in fields) if fields else (found,)


def finite(value: Any) -> bool:
    return all(map(finite, value)) if isinstance(value, tuple) else bool(np.isfinite(np.asarray(value, float)).all())


@pytest.mark.parametrize("share", range(SHARES))
def test_samples_limits_and_runs(share: int) -> None:
    rng = np.random.default_rng([13, share])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(CALLS // SHARES // 2):
            name = str(rng.choice(list(OTHERS)))
            choose, fields = OTHERS[name]
            drawn, options = choose(rng, name)
            given = {key: d.given for key, d in drawn.items()}
            sound, call = all(d.sound for d in drawn.values()), f"{name}({given!r}, {options})"
            values, told = outcome(lambda: values_of(getattr(numerics, name)(**given, **options), fields))  # noqa: B023
            if told:
                assert not sound or re.search(SAID, told), f"{call}: {told}"
                continue
            assert sound, f"{call} gave {values}"
            assert finite(values), f"{call} gave {values}"


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("scale", [1.0, 1e-170, 1e170, 5e-320])
def test_samples_have_the_sign_that_the_products_have(seed: int, scale: float) -> None:
    """w and Z of any size: an inner product that underflows or overflows is positive where it is positive."""
    rng = np.random.default_rng(seed)
    w, Z, v = scale * rng.standard_normal(5), scale * rng.standard_normal((7, 3, 5)), rng.standard_normal(3)
    with mp.workdps(DIGITS):
        active = [[mp.fdot(map(mpf, w.tolist()), map(mpf, row.tolist())) > 0 for row in rows] for rows in Z]
    np.testing.assert_allclose(numerics.forward(v, w, Z), np.array(active) @ v, rtol=4 * 2**-52, atol=1e-15)

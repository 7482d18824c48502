"""What is refused, and that the message names the argument, its value and what is allowed."""

from __future__ import annotations

import math
import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numerics
from numerics import (
    angle,
    best_output_weights,
    coarse_gradient,
    halfspace_probability,
    population_loss,
    saddle_angle,
    sparse_limit,
)
from numerics.arguments import check_parameters, evaluate, require

GOOD: dict[str, Any] = {"v": [1.0, -0.5], "w": [1.0, 2.0, 3.0], "v_star": [0.5, 2.0], "w_star": [0.0, 1.0, 0.0]}
FOUR = ["population_loss", "loss_gradient_v", "loss_gradient_w", "coarse_gradient"]


def call(name: str, **changes: Any) -> Any:
    return getattr(numerics, name)(**{**GOOD, **changes})


@pytest.mark.parametrize("name", FOUR)
@pytest.mark.parametrize("argument", ["w", "w_star"])
@pytest.mark.parametrize("zero", [[0.0, 0.0, 0.0], [0, 0, 0], [[1.0, 0, 0], [0, 0, 0]], [-0.0, 0.0, 0.0]])
def test_zero_vectors(name: str, argument: str, zero: Any) -> None:
    index = r"\[1\]" if np.ndim(zero) == 2 else ""
    with pytest.raises(ValueError, match=rf"^{argument}{index} = .* is the zero vector.*must be nonzero"):
        call(name, **{argument: zero})


@pytest.mark.parametrize("name", FOUR)
@pytest.mark.parametrize("argument", list(GOOD))
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(name: str, argument: str, value: float) -> None:
    bad = np.array(GOOD[argument], float)
    bad[1] = value
    with pytest.raises(ValueError, match=rf"^{argument}\[1\] = {value} is not finite; finite numbers are needed"):
        call(name, **{argument: bad})
    with pytest.raises(ValueError, match=rf"^{argument}\[1, 1\] = {value} is not finite"):
        call(name, **{argument: [GOOD[argument], bad]})


def test_the_first_bad_entry_of_a_large_batch_is_named() -> None:
    w = np.ones((200_000, 3))
    w[123_456, 2] = np.nan
    with pytest.raises(ValueError, match=r"^w\[123456, 2\] = nan"):
        call("population_loss", w=w)
    w[123_456] = 0
    with pytest.raises(ValueError, match=r"^w\[123456\] = \[0\. 0\. 0\.\] is the zero vector"):
        call("population_loss", w=w)


@pytest.mark.parametrize("name", FOUR)
@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("v", [1.0, 2.0, 3.0], r"v_star has shape \(2,\), v has last axis 3; both need length m"),
        ("v_star", [1.0], r"v_star has shape \(1,\), v has last axis 2; both need length m"),
        ("w", [1.0, 2.0], r"w_star has shape \(3,\), w has last axis 2; both need length n"),
        ("w_star", np.ones((4, 1)), r"w_star has shape \(4, 1\), w has last axis 3; both need length n"),
        ("v", 1.0, r"v has shape \(\); its last axis must have length m >= 1"),
        ("w", [], r"w has shape \(0,\); its last axis must have length n >= 1"),
        ("v_star", np.ones((3, 0)), r"v_star has shape \(3, 0\); its last axis must have length m >= 1"),
    ],
)
def test_shapes_that_do_not_fit(name: str, argument: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(name, **{argument: value})


@pytest.mark.parametrize("name", FOUR)
def test_batches_that_do_not_broadcast(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"batch\) shapes do not broadcast: v \(2,\), w \(3,\), v_star \(\), w_star \(\)"
    ):
        call(name, v=np.ones((2, 2)), w=np.ones((3, 3)))


@pytest.mark.parametrize("name", FOUR)
@pytest.mark.parametrize("argument", list(GOOD))
@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        (bool, "bool"),
        (complex, "complex128"),
        (np.float16, "float16"),
        (object, "object"),
        (str, "<U"),
        ("m8[s]", "timedelta"),
    ],
)
def test_numbers_of_the_wrong_kind(name: str, argument: str, kind: Any, dtype: str) -> None:
    bad = np.ones(len(GOOD[argument]), "i8").astype(kind)
    with pytest.raises(ValueError, match=rf"^{argument} has dtype {dtype}.*; use float64, float32 or integers"):
        call(name, **{argument: bad})


class Elsewhere:
    """A tensor that requires a gradient, or is in a GPU's memory."""

    dtype = np.dtype("float64")

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __array__(self, *_: object, **__: object) -> None:
        raise self.error


@pytest.mark.parametrize("error", [RuntimeError("call detach() first"), TypeError("call cpu() first")])
def test_a_tensor_that_is_no_array_is_named(error: Exception) -> None:
    with pytest.raises(ValueError, match=f"^v_star cannot be read as an array: {re.escape(str(error))}"):
        call("population_loss", v_star=Elsewhere(error))
    for digits in (None, 20):
        with pytest.raises(ValueError, match=f"^w_star cannot be read as an array: {re.escape(str(error))}"):
            sparse_limit(Elsewhere(error), 1.0, 0.5, 0.1, digits=digits)


@pytest.mark.parametrize("argument", list(GOOD))
def test_ragged_rows(argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument} is ragged; rows of equal length are needed"):
        call("population_loss", **{argument: [[1.0, 2.0], [1.0]]})


def test_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^v has dtype object"):
        call("population_loss", v=None)


@pytest.mark.parametrize("argument", ["a", "b"])
def test_angles_name_their_arguments(argument: str) -> None:
    good: dict[str, Any] = {"a": [1.0, 0.0], "b": [0.0, 1.0]}
    for value, message in (
        ([0.0, 0.0], r" = \[0\. 0\.\] is the zero vector"),
        ([np.nan, 0.0], r"\[0\] = nan is not finite"),
        ([1.0, np.inf], r"\[1\] = inf is not finite"),
        (1.0, r" has shape \(\)"),
        ([True, False], " has dtype bool"),
        ([1j, 0], " has dtype complex128"),
        ([[1.0], [1.0, 2.0]], " is ragged"),
    ):
        with pytest.raises(ValueError, match=f"^{argument}{message}"):
            angle(**{**good, argument: value})
    with pytest.raises(ValueError, match=r"b has shape \(3,\), a has last axis 2; both need length n"):
        angle([1.0, 0.0], [1.0, 0.0, 0.0])


@pytest.mark.parametrize("call_with", [halfspace_probability, lambda t: best_output_weights(t, [1.0, 2.0])])
@pytest.mark.parametrize("theta", [-1e-12, 3.2, -0.5])
def test_angles_out_of_range(call_with: Callable[[Any], Any], theta: float) -> None:
    with pytest.raises(ValueError, match=rf"theta = {theta} is out of range; angles lie in \[0, pi\]"):
        call_with(theta)
    with pytest.raises(ValueError, match=rf"theta = {theta} is out of range"):
        call_with([0.5, theta, 1.0])
    with pytest.raises(ValueError, match=r"^theta = nan is not finite"):
        call_with(np.nan)
    with pytest.raises(ValueError, match=r"^theta\[1\] = inf is not finite"):
        call_with([0.0, np.inf])


def test_no_saddle() -> None:
    with pytest.raises(ValueError, match=r"sum\(v_star\) = 2\.0 is out of range; a saddle exists only where"):
        saddle_angle([1.0, 1.0])
    with pytest.raises(ValueError, match=r"sum\(v_star\) = 0\.0 is out of range"):
        saddle_angle([0.0, 0.0])
    assert abs(saddle_angle([1.0, -1.0]) - np.pi / 2) < 1e-15


# Estimators and their parameters.


@pytest.mark.parametrize("ste", ["swish", "", "ReLU", None, 3, ["relu"]])
def test_unknown_estimators(ste: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^ste = .* is unknown; allowed: clipped-relu, gaussian, identity, .*triangular"
    ):
        call("coarse_gradient", ste=ste)


def test_parameters_of_another_estimator() -> None:
    with pytest.raises(ValueError, match=r"^c = 1\.0 is no parameter of ste = 'relu'; its parameters: none"):
        call("coarse_gradient", ste="relu", c=1.0)
    with pytest.raises(ValueError, match=r"^tau = 1\.0 is no parameter of ste = 'clipped-relu'; its parameters: c"):
        call("coarse_gradient", ste="clipped-relu", tau=1.0)


@pytest.mark.parametrize(
    ("ste", "parameter", "values"),
    [
        ("clipped-relu", "c", [-1.0, 0.0, np.nan, np.inf, "1", None, [1.0, 2.0], 1j]),
        ("gaussian", "tau", [-1.0, 0, np.nan, -np.inf, "wide"]),
        ("leaky-relu", "slope", [-1e-9, np.nan, np.inf]),
    ],
)
def test_parameters_out_of_range(ste: str, parameter: str, values: list[Any]) -> None:
    sign = ">= 0" if parameter == "slope" else "> 0"
    for value in values:
        with pytest.raises(ValueError, match=rf"^{parameter} = .* is out of range; a finite number {sign} is allowed"):
            call("coarse_gradient", ste=ste, **{parameter: value})


def test_parameters_in_range() -> None:
    known = {"clipped-relu": {"c": (1.0, "> 0")}, "leaky-relu": {"slope": (0.01, ">= 0")}}
    assert check_parameters("clipped-relu", {}, known) == {"c": 1.0}
    assert check_parameters("clipped-relu", {"c": 2}, known) == {"c": 2.0}
    assert check_parameters("clipped-relu", {"c": np.float32(0.5)}, known) == {"c": 0.5}
    assert check_parameters("leaky-relu", {"slope": 0}, known) == {"slope": 0.0}


def test_requirements_name_the_first_value() -> None:
    with pytest.raises(ValueError, match=r"x = 3\.0 is out of range; small"):
        require(np.array([True, False, False]), "x", np.array([1.0, 3.0, 5.0]), "small")
    with pytest.raises(ValueError, match=r"x = 1\.0 is out of range"):
        require(np.array([True, False]), "x", np.array([1.0]), "small")
    require(np.array([True, True]), "x", np.array([1.0, 2.0]), "small")


# Evaluation.


def test_dtypes() -> None:
    def single(values: Any) -> np.ndarray:
        return np.asarray(values, np.float32)

    narrow = {name: single(value) for name, value in GOOD.items()}
    for name in FOUR:
        wide = call(name)
        assert np.asarray(wide).dtype == np.float64
        assert np.asarray(call(name, **narrow)).dtype == np.float32
        np.testing.assert_allclose(call(name, **narrow), wide, rtol=3e-7, atol=1e-7)
        for argument in GOOD:
            mixed = call(name, **{argument: narrow[argument]})
            assert np.asarray(mixed).dtype == np.float64
    whole = {"v": [1, -2], "w": [1, 2, 3], "v_star": [3, 4], "w_star": [0, 1, 0]}
    for name in FOUR:
        as_floats = {argument: np.array(value, float) for argument, value in whole.items()}
        np.testing.assert_array_equal(call(name, **whole), call(name, **as_floats))
        unsigned = {**whole, "w": np.array([1, 2, 3], np.uint8)}
        np.testing.assert_array_equal(call(name, **unsigned), call(name, **as_floats))


@pytest.mark.parametrize("name", FOUR)
@pytest.mark.parametrize("batch", [(0,), (3, 0), (0, 2)])
def test_empty_batches(name: str, batch: tuple[int, ...]) -> None:
    tail = {"population_loss": (), "loss_gradient_v": (2,)}.get(name, (3,))
    for argument, value in GOOD.items():
        empty = np.ones((*batch, len(value)))
        found = call(name, **{argument: empty})
        assert found.shape == batch + tail
        assert found.dtype == np.float64


def test_arguments_are_not_changed_and_results_are_new() -> None:
    given = {name: np.array(value) for name, value in GOOD.items()}
    before = {name: value.copy() for name, value in given.items()}
    first = numerics.coarse_gradient(**given)
    second = numerics.coarse_gradient(**given)
    first[:] = 0
    assert np.any(second)
    assert all(np.array_equal(given[name], before[name]) for name in given)


def test_errors_inside_a_block_are_not_hidden() -> None:
    def broken(a: np.ndarray) -> np.ndarray:
        raise RuntimeError("a mistake in the block")

    with pytest.raises(RuntimeError, match="a mistake in the block"):
        evaluate(broken, "", a=[1.0])


def test_floating_point_settings_survive() -> None:
    with np.errstate(divide="raise", over="warn"):
        before = np.geterr()
        population_loss(**GOOD)
        coarse_gradient(**GOOD, ste="sigmoid")
        assert np.geterr() == before


# Arrays as people hold them.


def test_a_float32_angle_of_opposite_vectors_is_pi() -> None:
    """float32's π exceeds π."""
    a = np.array([1, 2, 3], np.float32)
    opposite = angle(a, -a)
    assert opposite.dtype == np.float32
    np.testing.assert_array_equal(numerics.best_output_weights(opposite, a), numerics.best_output_weights(np.pi, a))
    assert numerics.halfspace_probability(opposite) == 0
    with pytest.raises(ValueError, match="theta = 3"):
        numerics.halfspace_probability(np.nextafter(opposite, np.float32(4)))


def test_masked_entries_have_no_value() -> None:
    masked = np.ma.masked_array([0.6, 0.8], [False, True])
    calls: dict[str, Any] = {
        "a": lambda: angle([masked], [1.0, 2.0]),
        "w_star": lambda: numerics.sparse_limit(masked, 1, 0.5, 0.01, normalize=True),
        "w0": lambda: numerics.learn([1.0], masked, [0.6, 0.8], 0.1, 0.1),
        "v0": lambda: numerics.plain_descent(masked, [1.0], [1.0, 2.0], [1.0], 0.1),
        "Z": lambda: numerics.forward([1.0], [1.0, 1.0], masked[None]),
        "u": lambda: numerics.penalty_value(masked),
        "beta": lambda: numerics.moreau_envelope([[1.0], [2.0]], masked, 1),
        "ratio": lambda: numerics.basin_probability(3, masked),
    }
    for name, call in calls.items():
        with pytest.raises(ValueError, match=f"^{name} is a masked array; fill what is masked"):
            call()


@pytest.mark.parametrize("dtype", [">f8", ">f4", ">i4"])
def test_byte_order_does_not_matter(dtype: str) -> None:
    swapped = {name: np.array(np.multiply(8, value), dtype) for name, value in GOOD.items()}
    native = {name: array.astype(array.dtype.newbyteorder("=")) for name, array in swapped.items()}
    for name in FOUR:
        found = np.asarray(call(name, **swapped))
        assert found.dtype.isnative
        np.testing.assert_array_equal(found, call(name, **native))
    w_star = np.array([0.6, 0.8], ">f8")
    given = {"w0": np.array([1.0, 0.0], ">f4"), "w_star": w_star, "beta": 0.1, "lam": 0.01}
    w = numerics.learn(np.array([1.0], ">f8"), **given, max_steps=3).w
    np.testing.assert_array_equal(w, numerics.learn([1.0], [1.0, 0.0], [0.6, 0.8], 0.1, 0.01, max_steps=3).w)
    found = numerics.plain_descent([1.0], w_star, [2.0], w_star[::-1], 0.1, max_steps=3).w
    np.testing.assert_array_equal(
        found, numerics.plain_descent([1.0], [0.6, 0.8], [2.0], [0.8, 0.6], 0.1, max_steps=3).w
    )


def peak(call: Callable[[], Any]) -> float:
    """MB that a call takes at most, after one that has loaded what it needs."""
    call()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def test_memory_follows_the_result() -> None:
    """The product of the batches and n has 18 MB; a quadrature has some hundred nodes for each of 20000 rows."""
    rng = np.random.default_rng(0)
    v, w = rng.standard_normal((150, 1, 2)), rng.standard_normal((1, 150, 100))
    assert peak(lambda: population_loss(v, w, v[0, 0], w[0, 0])) < 4
    assert peak(lambda: population_loss(np.swapaxes(v, 0, 1), np.swapaxes(w, 0, 1), v[0, 0], w[0, 0])) < 4
    many = rng.standard_normal((20_000, 2))
    assert peak(lambda: coarse_gradient(many, many[::-1], [1.0, 2.0], [1.0, 3.0], "sigmoid")) < 8


# The ends of the range; at random in test_random_calls.


def test_numbers_at_the_ends_of_the_range() -> None:
    w, far = [1.0, 2.0], [1e160, 1.0]
    assert population_loss(far, w, far, w) == 0
    assert population_loss(far, w, [1e160, 2.0], w) == 0.25
    assert numerics.saddle_angle([1e-170, -1e-170]) == math.pi / 2
    assert numerics.loss_gradient_v([1e308], w, [-1e308], w) == 1e308
    mixed = [[1.0, 1.0], far]
    np.testing.assert_array_equal(population_loss(mixed, w, [[1.0, 2.0], [1e160, 2.0]], w), [0.25, 0.25])
    with pytest.raises(ValueError, match=r"the result leaves the range of float64 for v up to 1e\+160"):
        population_loss(far, w, [1.0, 1.0], w)
    with pytest.raises(ValueError, match="the result leaves the range of float32"):
        population_loss(*(np.array(value, np.float32) for value in ([1e30, 1], w, [1, 1], w)))
    with pytest.raises(ValueError, match="w has a norm beyond the range of float64"):
        coarse_gradient([1.0], [1.7e308, 1.7e308], [2.0], w, "sigmoid")
    with pytest.raises(ValueError, match=r"A = 1\.7e\+308 is out of range; a number in \[0, 6e307\]"):
        numerics.spike_threshold(1.7e308, 1.7e308)

"""The sampled network against loops over its definition, and against its own symmetries."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import numerics
from numerics import model

Array = NDArray[Any]

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 5)


def network(seed: int, m: int, n: int, batch: tuple[int, ...] = ()) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        "v": rng.standard_normal((*batch, m)),
        "w": rng.standard_normal((*batch, n)),
        "v_star": rng.standard_normal((*batch, m)),
        "w_star": rng.standard_normal((*batch, n)),
        "Z": rng.standard_normal((*batch, m, n)),
    }


def relu_slope(x: Array) -> Array:
    return x > 0


def bump(x: Array) -> Array:
    result: Array = np.exp(-x * x)
    return result


def naive_output(v: Array, w: Array, Z: Array) -> float:
    total = 0.0
    for weight, row in zip(v, Z, strict=True):
        if math.fsum(a * b for a, b in zip(row, w, strict=True)) > 0:
            total += float(weight)
    return total


def naive_coarse_gradient(arguments: dict[str, Any], slope: Callable[[float], float]) -> list[float]:
    v, w, v_star, w_star, Z = arguments.values()
    residual = naive_output(v, w, Z) - naive_output(v_star, w_star, Z)
    gradient = [0.0] * len(w)
    for weight, row in zip(v, Z, strict=True):
        x = math.fsum(a * b for a, b in zip(row, w, strict=True))
        for j, z in enumerate(row):
            gradient[j] += float(z) * slope(x) * float(weight) * residual
    return gradient


@given(seed=seeds, m=sizes, n=sizes)
def test_every_function_equals_a_loop_over_the_definition(seed: int, m: int, n: int) -> None:
    arguments = network(seed, m, n)
    v, w, v_star, w_star, Z = arguments.values()
    y, y_star = naive_output(v, w, Z), naive_output(v_star, w_star, Z)
    np.testing.assert_allclose(model.forward(v, w, Z), y, rtol=1e-13, atol=1e-13)
    loss = 0.5 * (y - y_star) ** 2
    np.testing.assert_allclose(model.sample_loss(**arguments), loss, rtol=1e-12, atol=1e-13)
    on = [float(math.fsum(row * w) > 0) for row in Z]
    gradient_v = np.array(on) * (y - y_star)
    np.testing.assert_allclose(model.sample_gradient_v(**arguments), gradient_v, atol=1e-13)
    coarse = model.sample_coarse_gradient(**arguments, ste=relu_slope)
    expected = naive_coarse_gradient(arguments, lambda x: float(x > 0))
    np.testing.assert_allclose(coarse, expected, rtol=1e-12, atol=1e-12)
    coarse = model.sample_coarse_gradient(**arguments, ste=bump)
    expected = naive_coarse_gradient(arguments, lambda x: math.exp(-x * x))
    np.testing.assert_allclose(coarse, expected, rtol=1e-12, atol=1e-12)


def test_a_network_worked_by_hand() -> None:
    Z = [[1.0, 0.0], [0.0, 2.0], [-3.0, 1.0]]
    arguments: dict[str, Any] = {"v": [1.0, 2.0, 4.0], "w": [1.0, 1.0], "v_star": [3.0, 5.0, 7.0]}
    arguments |= {"w_star": [0.0, 1.0], "Z": Z}
    # Z w = (1, 2, -2): y = 1 + 2 = 3; Z w* = (0, 2, 1), and sigma(0) = 0: y* = 5 + 7 = 12.
    assert model.forward(arguments["v"], arguments["w"], Z) == 3.0
    assert model.sample_loss(**arguments) == 40.5
    assert model.sample_gradient_v(**arguments).tolist() == [-9.0, -9.0, 0.0]
    # Z^T (1, 2, 0) = (1, 4), and Z^T (1, 2, 4) = (-11, 8).
    assert model.sample_coarse_gradient(**arguments, ste=relu_slope).tolist() == [-9.0, -36.0]
    assert model.sample_coarse_gradient(**arguments, ste=np.ones_like).tolist() == [99.0, -72.0]


def test_a_zero_filter_is_off_everywhere() -> None:
    arguments = network(0, 3, 4) | {"w": np.zeros(4)}
    assert model.forward(arguments["v"], arguments["w"], arguments["Z"]) == 0.0
    assert not model.sample_gradient_v(**arguments).any()


@given(seed=seeds, m=sizes, n=sizes, batches=st.tuples(*[st.sampled_from([1, 2, 3])] * 2))
def test_broadcasting_equals_a_loop(seed: int, m: int, n: int, batches: tuple[int, int]) -> None:
    rows, columns = batches
    arguments = network(seed, m, n)
    rng = np.random.default_rng(seed + 1)
    arguments["w"] = rng.standard_normal((rows, 1, n))
    arguments["v_star"] = rng.standard_normal((columns, m))
    arguments["Z"] = rng.standard_normal((rows, columns, m, n))
    loss = model.sample_loss(**arguments)
    gradient_v = model.sample_gradient_v(**arguments)
    coarse = model.sample_coarse_gradient(**arguments, ste=bump)
    output = model.forward(arguments["v"], arguments["w"], arguments["Z"])
    assert loss.shape == output.shape == (rows, columns)
    assert gradient_v.shape == (rows, columns, m)
    assert coarse.shape == (rows, columns, n)
    close: dict[str, Any] = {"rtol": 1e-12, "atol": 1e-12}
    for i, j in np.ndindex(rows, columns):
        one = arguments | {"w": arguments["w"][i, 0], "v_star": arguments["v_star"][j]}
        one |= {"Z": arguments["Z"][i, j]}
        np.testing.assert_allclose(output[i, j], model.forward(one["v"], one["w"], one["Z"]))
        np.testing.assert_allclose(loss[i, j], model.sample_loss(**one), **close)
        np.testing.assert_allclose(gradient_v[i, j], model.sample_gradient_v(**one), **close)
        alone = model.sample_coarse_gradient(**one, ste=bump)
        np.testing.assert_allclose(coarse[i, j], alone, **close)


def test_filters_alone_may_carry_the_batch() -> None:
    arguments = network(3, 2, 4)
    arguments["w"] = np.random.default_rng(1).standard_normal((5, 4))
    assert model.sample_loss(**arguments).shape == (5,)
    assert model.sample_coarse_gradient(**arguments, ste=bump).shape == (5, 4)


@pytest.mark.parametrize("batch", [(), (3,)])
def test_float32_stays_float32_and_agrees(batch: tuple[int, ...]) -> None:
    exact = network(5, 6, 7, batch)
    single: dict[str, Any] = {name: value.astype(np.float32) for name, value in exact.items()}
    exact = {name: value.astype(np.float64) for name, value in single.items()}
    for function in (model.sample_loss, model.sample_gradient_v):
        assert function(**single).dtype == np.float32
        np.testing.assert_allclose(function(**single), function(**exact), rtol=1e-4)
    # A proxy that answers in float64 or bool must not decide the dtype.
    for ste in (bump, relu_slope, lambda x: np.ones(x.shape)):
        coarse = model.sample_coarse_gradient(**single, ste=ste)
        assert coarse.dtype == np.float32
        expected = model.sample_coarse_gradient(**exact, ste=ste)
        np.testing.assert_allclose(coarse, expected, rtol=1e-4, atol=1e-4)
    assert model.forward(single["v"], single["w"], single["Z"]).dtype == np.float32
    assert model.sample_loss(**single | {"v": exact["v"]}).dtype == np.float64


def test_integers_become_float64() -> None:
    assert model.forward([1, 2], [1], [[3], [4]]).dtype == np.float64


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("v", np.ones(4), r"v has shape \(4,\).*\(\.\.\., m\) = \(\.\.\., 3\)"),
        ("w", np.ones(3), r"w has shape \(3,\).*\(\.\.\., n\) = \(\.\.\., 2\)"),
        ("v_star", 1.0, r"v_star has shape \(\)"),
        ("w_star", np.ones((2, 3)), r"w_star has shape \(2, 3\)"),
        ("Z", np.ones(2), r"Z has shape \(2,\); it must be \(\.\.\., m, n\)"),
        ("Z", np.ones((0, 2)), r"Z has shape \(0, 2\)"),
        ("v", [1.0, math.nan, 1.0], r"v\[1\] = nan is not finite"),
        ("Z", [[1.0, 1.0], [1.0, 1.0], [math.inf, 1.0]], r"Z\[2, 0\] = inf is not finite"),
        ("w", [1j, 1.0], r"w has dtype complex128; use float64, float32 or integers"),
        ("w", ["a", "b"], r"w has dtype <U1"),
        ("v", [[1.0], [1.0, 2.0]], "v is ragged"),
    ],
)
def test_wrong_arguments_are_named(name: str, value: Any, message: str) -> None:
    arguments: dict[str, Any] = network(0, 3, 2) | {name: value}
    for function in (model.sample_loss, model.sample_gradient_v, model.sample_coarse_gradient):
        extra: dict[str, Any] = {"ste": bump} if function is model.sample_coarse_gradient else {}
        with pytest.raises(ValueError, match=message):
            function(**arguments, **extra)
    if name in ("v", "w", "Z"):
        with pytest.raises(ValueError, match=message):
            model.forward(arguments["v"], arguments["w"], arguments["Z"])


def test_leading_shapes_that_do_not_broadcast_are_named() -> None:
    with pytest.raises(ValueError, match=r"do not broadcast: Z \(2,\), v \(3,\), w \(\)"):
        model.forward(np.ones((3, 1)), np.ones(1), np.ones((2, 1, 1)))


@pytest.mark.parametrize(
    ("ste", "message"),
    [
        (lambda x: 1.0, r"ste returned shape \(\) for an argument of shape \(3,\)"),
        (lambda x: x / 0.0, "ste returned NaN or infinity"),
        (lambda x: x + 1j, "ste returned dtype complex128"),
        (3, "ste = 3 is neither a name nor a function"),
    ],
)
def test_wrong_proxies_are_refused(ste: Any, message: str) -> None:
    with np.errstate(divide="ignore"), pytest.raises(ValueError, match=message):
        model.sample_coarse_gradient(**network(0, 3, 2), ste=ste)


def test_parameters_reach_a_callable_and_only_those_it_has() -> None:
    def scaled(x: Array, *, c: float = 1.0) -> Array:
        return np.full_like(x, c)

    arguments = network(1, 3, 2)
    once = model.sample_coarse_gradient(**arguments, ste=scaled)
    thrice = model.sample_coarse_gradient(**arguments, ste=scaled, c=3.0)
    np.testing.assert_allclose(thrice, 3.0 * once, rtol=1e-14)
    with pytest.raises(ValueError, match=r"tau = 2.0 is no parameter.*parameters: c"):
        model.sample_coarse_gradient(**arguments, ste=scaled, tau=2.0)
    for bad in (math.nan, math.inf, True, "1"):
        with pytest.raises(ValueError, match=r"c = .* is out of range"):
            model.resolve_proxy(scaled, {"c": bad})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        ("identity", {}, [1.0, 1.0, 1.0, 1.0]),
        ("relu", {}, [0.0, 1.0, 1.0, 1.0]),
        ("clipped-relu", {}, [0.0, 1.0, 0.0, 0.0]),
        ("clipped-relu", {"c": 2.0}, [0.0, 1.0, 1.0, 0.0]),
        ("leaky-relu", {}, [0.01, 1.0, 1.0, 1.0]),
        ("leaky-relu", {"slope": 0.25}, [0.25, 1.0, 1.0, 1.0]),
    ],
)
def test_names_resolve_to_their_proxies(name: str, parameters: dict[str, float], expected: list[float]) -> None:
    x = np.array([-0.5, 0.5, 1.5, 2.5])
    np.testing.assert_array_equal(model.resolve_proxy(name, parameters)(x), expected)


@pytest.mark.parametrize(
    ("ste", "parameters"),
    [
        ("clipped-relu", {"c": -1.0}),
        ("clipped-relu", {"c": 0}),
        ("leaky-relu", {"slope": -0.1}),
        ("gaussian", {"tau": 0.0}),
    ],
)
def test_parameters_that_the_population_refuses(ste: str, parameters: dict[str, float]) -> None:
    given = network(3, 3, 2)
    for call in (
        lambda: model.sample_coarse_gradient(**given, ste=ste, **parameters),
        lambda: numerics.coarse_gradient(**{k: x for k, x in given.items() if k != "Z"}, ste=ste, **parameters),
    ):
        with pytest.raises(ValueError, match=f"{next(iter(parameters))} = .* is out of range; a finite number >"):
            call()


def test_unknown_names_and_parameters_say_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"ste = 'step' is unknown; allowed: .*relu"):
        model.resolve_proxy("step", {})
    with pytest.raises(ValueError, match=r"slope = 0.1 is no parameter of ste = 'clipped-relu'; its parameters: c"):
        model.resolve_proxy("clipped-relu", {"slope": 0.1})
    arguments = network(2, 3, 2)
    np.testing.assert_array_equal(
        model.sample_coarse_gradient(**arguments), model.sample_coarse_gradient(**arguments, ste=relu_slope)
    )

"""Streaming moments against the model itself on the same draws, and against known means."""

import math
import os
import pickle
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import processes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from numerics import model, sampling
from numerics.problems import SHARD, Draws, NetworkProblem, RowProblem
from numerics.sampling import Moments, merge_all, network_moments

Array = NDArray[np.float64]

# Two-sided normal tail at 7 standard errors: 2.6e-12 for each comparison made below.
SIGMAS = 7.0


def relu_slope(x: Array) -> NDArray[Any]:
    return x > 0


def bump(x: Array) -> Array:
    result: Array = np.exp(-x * x)
    return result


PROXIES = {"relu": relu_slope, "bump": bump}


def network(m: int, n: int, seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        "v": rng.standard_normal(m),
        "w": rng.standard_normal(n),
        "v_star": rng.standard_normal(m),
        "w_star": rng.standard_normal(n),
    }


def row_moments(functions: dict[str, Any], a: Array, b: Array, *, threads: int = 1, **draws: int) -> dict[str, Moments]:
    return merge_all(sampling.iterate_shards(RowProblem(functions, a, b, draws=Draws(**draws)), threads=threads))


def replay(samples: int, shape: tuple[int, ...], seed: int, stream: int = 0) -> Array:
    """The documented stream, drawn in one piece a shard."""
    parts = []
    for shard, start in enumerate(range(0, samples, SHARD)):
        sequence = np.random.SeedSequence(seed, spawn_key=(stream, shard))
        generator = np.random.Generator(np.random.SFC64(sequence))
        parts.append(generator.standard_normal((min(SHARD, samples - start), *shape)))
    return np.concatenate(parts)


def assert_moments_of(moments: Moments, values: Array) -> None:
    assert moments.count == len(values)
    assert moments.mean.shape == moments.m2.shape == values.shape[1:]
    scale = np.abs(values).max()
    np.testing.assert_allclose(moments.mean, values.mean(axis=0), rtol=1e-12, atol=1e-12 * scale)
    np.testing.assert_allclose(moments.m2, values.var(axis=0) * len(values), rtol=1e-11)


def assert_identical(left: dict[str, Moments], right: dict[str, Moments]) -> None:
    assert list(left) == list(right)
    for name, moments in left.items():
        assert moments.count == right[name].count
        assert moments.mean.tobytes() == right[name].mean.tobytes(), name
        assert moments.m2.tobytes() == right[name].m2.tobytes(), name


@pytest.mark.parametrize(("m", "n", "samples"), [(3, 5, SHARD + 77), (16, 64, 200), (1, 1, 9), (2, 70_000, 5)])
def test_moments_are_those_of_the_model_on_the_same_draws(m: int, n: int, samples: int) -> None:
    arguments = network(m, n)
    directions = np.random.default_rng(9).standard_normal((n, 2))
    moments = network_moments(**arguments, samples=samples, seed=11, stream=3, proxies=PROXIES, directions=directions)
    Z = replay(samples, (m, n), 11, 3)
    assert_moments_of(moments["loss"], model.sample_loss(**arguments, Z=Z))
    assert_moments_of(moments["gradient_v"], model.sample_gradient_v(**arguments, Z=Z))
    for name, proxy in PROXIES.items():
        coarse = model.sample_coarse_gradient(**arguments, Z=Z, ste=proxy)
        assert_moments_of(moments[f"coarse_gradient:{name}"], coarse)
        assert_moments_of(moments[f"coarse_gradient_along:{name}"], coarse @ directions)


def test_only_what_is_asked_for_is_computed() -> None:
    arguments = network(2, 3)
    bare = network_moments(**arguments, samples=10, seed=0, proxies={})
    assert list(bare) == ["loss", "gradient_v"]
    one = network_moments(**arguments, samples=10, seed=0, proxies={"relu": relu_slope})
    assert list(one) == ["loss", "gradient_v", "coarse_gradient:relu"]
    assert_identical(bare, {name: one[name] for name in bare})


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_do_not_change_a_bit(threads: int) -> None:
    arguments = network(3, 7)
    options: dict[str, Any] = {"samples": 9 * SHARD + 5, "seed": 1, "proxies": PROXIES}
    assert_identical(network_moments(**arguments, **options, threads=threads), network_moments(**arguments, **options))


@settings(max_examples=10, deadline=None)
@given(cuts=st.sets(st.integers(1, 5)))
def test_splits_of_the_shards_do_not_change_a_bit(cuts: set[int]) -> None:
    arguments = network(2, 3)
    draws = Draws(samples=5 * SHARD + 100, seed=4)
    assert draws.shards == 6
    problem = NetworkProblem(**arguments, draws=draws, proxies=PROXIES)
    # As another process would: the problem and its answers travel as pickles.
    elsewhere = pickle.loads(pickle.dumps(problem))
    edges = [0, *sorted(cuts), 6]
    parts = []
    for first, last in pairwise(edges):
        part = list(sampling.iterate_shards(elsewhere, first, last - first))
        parts += pickle.loads(pickle.dumps(part))
    whole = network_moments(**arguments, samples=draws.samples, seed=4, proxies=PROXIES)
    assert_identical(merge_all(parts), whole)


def test_a_range_of_shards_is_that_range_and_no_more() -> None:
    arguments = network(2, 3)
    options: dict[str, Any] = {"samples": 3 * SHARD, "seed": 4, "proxies": {}}
    middle = network_moments(**arguments, **options, first_shard=1, shards=1)
    Z = replay(3 * SHARD, (2, 3), 4)[SHARD : 2 * SHARD]
    assert_moments_of(middle["loss"], model.sample_loss(**arguments, Z=Z))


def test_blas_threads_do_not_change_a_bit() -> None:
    code = (
        "import numpy as np; from numerics.sampling import network_moments\n"
        "v, w = np.linspace(1, 2, 16), np.linspace(-1, 1, 64)\n"
        "r = network_moments(v, w, v[::-1], w + 1, samples=500, seed=0,\n"
        "                    proxies={'relu': lambda x: x > 0})\n"
        "print(*(r[k].mean.tobytes().hex() + r[k].m2.tobytes().hex() for k in r))"
    )
    outputs = set()
    for count in ("1", "2"):
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        path = os.pathsep.join(part or os.getcwd() for part in sys.path)
        environment = os.environ | dict.fromkeys(names, count) | {"PYTHONPATH": path}
        done = processes.run([sys.executable, "-c", code], env=environment)
        assert done.returncode == 0, done.stderr
        outputs.add(done.stdout)
    assert len(outputs) == 1


def test_seed_and_stream_each_choose_other_numbers() -> None:
    arguments = network(2, 3)
    means = {
        float(network_moments(**arguments, samples=50, seed=s, stream=t, proxies={})["loss"].mean)
        for s in (0, 1)
        for t in (0, 1)
    }
    assert len(means) == 4


def test_progress_counts_samples_in_order() -> None:
    arguments = network(1, 2)
    for threads in (1, 2):
        seen: list[int] = []
        network_moments(**arguments, samples=2 * SHARD + 1, seed=0, proxies={}, threads=threads, progress=seen.append)
        assert seen == [SHARD, 2 * SHARD, 2 * SHARD + 1]


def moments_of(values: Array) -> Moments:
    mean = values.mean(axis=0)
    return Moments(len(values), mean, ((values - mean) ** 2).sum(axis=0))


@given(counts=st.tuples(*[st.integers(1, 20)] * 3), offset=st.sampled_from([0.0, 1.0, 1e6]), seed=st.integers(0, 1000))
def test_merging_is_associative_up_to_rounding(counts: tuple[int, int, int], offset: float, seed: int) -> None:
    values = offset + np.random.default_rng(seed).standard_normal((sum(counts), 2))
    a, b, c = (moments_of(x) for x in np.split(values, np.cumsum(counts)[:2]))
    whole = moments_of(values)
    for merged in (a.merge(b).merge(c), a.merge(b.merge(c)), c.merge(a).merge(b)):
        assert merged.count == whole.count
        np.testing.assert_allclose(merged.mean, whole.mean, rtol=1e-13, atol=1e-14)
        tolerance = 1e-12 * (1.0 + offset)
        np.testing.assert_allclose(merged.m2, whole.m2, rtol=tolerance, atol=tolerance)


def test_a_tiny_variance_on_a_large_mean_survives() -> None:
    def shifted(z: Array, along_a: Array, along_b: Array) -> Array:
        return 1e6 + 1e-3 * along_a

    a = np.array([1.0, 0.0])
    moments = row_moments({"x": shifted}, a, a, samples=3 * SHARD, seed=0)["x"]
    variance = moments.m2 / (moments.count - 1)
    # 1e-6 of variance under a mean square of 1e12: E[x^2] - E[x]^2 would keep no digit of it.
    assert abs(variance / 1e-6 - 1.0) < SIGMAS * math.sqrt(2.0 / moments.count) + 1e-6


def test_standard_error_is_that_of_the_mean() -> None:
    values = np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]])
    expected = values.std(axis=0, ddof=1) / math.sqrt(3)
    np.testing.assert_allclose(moments_of(values).standard_error, expected, rtol=1e-14)
    with pytest.raises(ValueError, match="count = 1; a standard error needs at least 2"):
        _ = moments_of(values[:1]).standard_error


def test_the_loss_at_the_truth_is_exactly_zero() -> None:
    v, w = np.array([1.5, -2.5, 0.3]), np.array([0.1, 0.2, -0.7, 3.0])
    moments = network_moments(v, w, v, w, samples=SHARD, seed=0, proxies=PROXIES)
    for part in moments.values():
        assert not part.mean.any()
        assert not part.m2.any()


def test_a_zero_filter_is_off_in_every_sample() -> None:
    v, w_star = np.array([1.0, 2.0]), np.array([1.0, 0.0])
    moments = network_moments(v, np.zeros(2), v, w_star, samples=4 * SHARD, seed=0, proxies={})
    assert not moments["gradient_v"].mean.any()
    # E (s1 + 2 s2)^2 / 2 over independent fair coins: the mean of 0, 1/2, 2, 9/2.
    assert abs(moments["loss"].mean - 1.75) < SIGMAS * moments["loss"].standard_error


def test_means_known_without_any_closed_form_of_the_model() -> None:
    """Opposite filters: exactly one of the two networks is on in each row, by symmetry alone."""
    w, v = np.array([3.0, 4.0]), np.array([2.0])
    moments = network_moments(
        v, w, v, -w, samples=8 * SHARD, seed=5, proxies={"one": np.ones_like}, directions=w[:, None]
    )
    assert moments["loss"].mean == 2.0
    assert moments["loss"].m2 == 0.0
    gradient = moments["gradient_v"]
    assert abs(gradient.mean[0] - 1.0) < SIGMAS * gradient.standard_error[0]
    # g.w = 2 * 2 sign(z.w) (z.w), so its mean is 4 |w| E|s| = 20 sqrt(2/pi).
    along = moments["coarse_gradient_along:one"]
    expected = 20.0 * math.sqrt(2.0 / math.pi)
    assert abs(along.mean[0] - expected) < SIGMAS * along.standard_error[0]
    assert along.standard_error[0] < 0.01 * expected


def test_row_moments_are_those_of_the_same_draws() -> None:
    a, b = np.array([1.0, 2.0, 0.0]), np.array([0.0, -1.0, 1.0])
    samples = 2 * SHARD + 3
    functions = {
        "both": lambda z, s, t: (s > 0) & (t > 0),
        "half": lambda z, s, t: z * (s > 0)[:, None],
        "product": lambda z, s, t: s * t,
    }
    moments = row_moments(functions, a, b, samples=samples, seed=7, threads=2)
    z = replay(samples, (3,), 7)
    assert_moments_of(moments["both"], ((z @ a > 0) & (z @ b > 0)).astype(float))
    assert_moments_of(moments["half"], z * (z @ a > 0)[:, None])
    assert_moments_of(moments["product"], (z @ a) * (z @ b))


def test_inputs_are_taken_as_they_were_and_left_alone() -> None:
    arguments = network(2, 3)
    before = {name: value.copy() for name, value in arguments.items()}
    single: dict[str, Any] = {name: value.astype(np.float32) for name, value in arguments.items()}
    widened: dict[str, Any] = {name: value.astype(np.float64) for name, value in single.items()}
    network_moments(**arguments, samples=20, seed=0, proxies=PROXIES)
    for name, value in before.items():
        np.testing.assert_array_equal(arguments[name], value)
    assert_identical(
        network_moments(**single, samples=20, seed=0, proxies=PROXIES),
        network_moments(**widened, samples=20, seed=0, proxies=PROXIES),
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 0}, "samples = 0 is not allowed; an integer >= 1 is"),
        ({"samples": 10.0}, "samples = 10.0 is not allowed; an integer >= 1 is"),
        ({"seed": -1}, "seed = -1 is not allowed; an integer >= 0 is"),
        ({"stream": -2}, "stream = -2 is not allowed; an integer >= 0 is"),
        ({"threads": 0}, "threads = 0 is not allowed; an integer >= 1 is"),
        ({"first_shard": 1}, r"first_shard = 1; it must be in 0\.\.0"),
        ({"shards": 2}, "shards = 2; from shard 0 on only 1 exist"),
        ({"shards": 0}, "shards = 0 is not allowed; an integer >= 1 is"),
        ({"v": np.ones((2, 2))}, r"v has shape \(2, 2\); it must be one vector"),
        ({"v_star": np.ones(3)}, r"v_star has shape \(3,\); it must be \(2,\) like v"),
        ({"w_star": [1.0, math.nan, 0.0]}, r"w_star\[1\] = nan is not finite"),
        ({"w": [], "w_star": []}, r"w has shape \(0,\)"),
        ({"directions": np.ones(3)}, r"directions has shape \(3,\).*\(3, k\)"),
        ({"directions": np.ones((2, 3))}, r"directions has shape \(2, 3\)"),
        ({"proxies": {"c": lambda x: 1.0}}, r"proxies\['c'\] returned shape \(\)"),
        ({"proxies": {"c": lambda x: x + 1j}}, r"proxies\['c'\] returned dtype complex128"),
        ({"v": [1e200, 1e200]}, "loss is NaN or infinite in some sample"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_wrong_arguments_are_named(changes: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {**network(2, 3), "samples": 10, "seed": 0, "proxies": {}}
    with pytest.raises(ValueError, match=message):
        network_moments(**arguments | changes)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_proxy_that_fails_in_some_sample_is_not_averaged(threads: int) -> None:
    proxies = {"rare": lambda x: np.where(x > 3.0, np.nan, 1.0)}
    with pytest.raises(ValueError, match="coarse_gradient:rare is NaN or infinite"):
        network_moments(**network(2, 3), samples=3 * SHARD, seed=0, proxies=proxies, threads=threads)


def test_wrong_row_functions_and_merges_are_named() -> None:
    a = np.ones(4)
    with pytest.raises(ValueError, match=r"functions\['t'\] returned shape \(4, 2\)"):
        row_moments({"t": lambda z, s, t: z.T}, a, a, samples=1, seed=0)
    with pytest.raises(ValueError, match="functions is empty"):
        row_moments({}, a, a, samples=1, seed=0)
    with pytest.raises(ValueError, match=r"b has shape \(3,\); it must be \(4,\) like a"):
        row_moments({"s": lambda z, s, t: s}, a, a[:3], samples=1, seed=0)
    with pytest.raises(ValueError, match="parts is empty"):
        merge_all([])
    scalar, vector = moments_of(np.ones(3)), moments_of(np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"other has shape \(2,\)"):
        scalar.merge(vector)
    with pytest.raises(ValueError, match="merge one problem's shards"):
        merge_all([{"a": scalar}, {"b": scalar}])
    with pytest.raises(ValueError, match=r"shard = 1; it must be in 0\.\.0"):
        Draws(samples=1, seed=0).size(1)

"""Generated functions: the symmetries of the theory, its special cases, and the edges of the domain."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import (
    angle,
    best_output_weights,
    coarse_gradient,
    halfspace_mean,
    halfspace_probability,
    loss_gradient_v,
    loss_gradient_w,
    population_loss,
    population_loss_at_origin,
    saddle_angle,
    wedge_mean,
)
from numerics.generated.estimators import KERNELS, PARAMETERS

Array = np.ndarray[Any, np.dtype[np.float64]]
Network = dict[str, Array]

ESTIMATORS = list(PARAMETERS)
SCALE_FREE = ["identity", "relu", "leaky-relu"]
LOSSES: dict[str, Callable[..., Any]] = {
    "population_loss": population_loss,
    "loss_gradient_v": loss_gradient_v,
    "loss_gradient_w": loss_gradient_w,
}
ALL: dict[str, Callable[..., Any]] = LOSSES | {
    name: lambda v, w, v_star, w_star, ste=name: coarse_gradient(v, w, v_star, w_star, ste) for name in ESTIMATORS
}

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 6)
filters = st.integers(2, 6)
scales = st.floats(-12, 12).map(lambda exponent: 10.0**exponent)
names = st.sampled_from(list(ALL))
steady = settings(deadline=None, max_examples=50)


def network(seed: int, m: int = 3, n: int = 4, batch: tuple[int, ...] = ()) -> Network:
    rng = np.random.default_rng(seed)
    shapes = {"v": m, "w": n, "v_star": m, "w_star": n}
    return {name: rng.standard_normal((*batch, size)) for name, size in shapes.items()}


def size_of(given: Network) -> float:
    """What results are rounded relative to: the size of the terms that are added."""
    v, v_star = np.linalg.norm(given["v"]), np.linalg.norm(given["v_star"])
    return float((v + v_star) ** 2 * len(given["v"]) + v + v_star)


def agree(left: Any, right: Any, given: Network, weight: float = 1.0, scale: float = 1.0) -> None:
    allowed = 1e-14 * weight * size_of(given) * scale
    np.testing.assert_allclose(left, right, rtol=0, atol=allowed)


def turn(rng: np.random.Generator, n: int) -> Array:
    """A random orthogonal matrix."""
    return np.linalg.qr(rng.standard_normal((n, n)))[0]


# Symmetries.


@steady
@given(seeds, sizes, filters, scales)
def test_the_loss_ignores_the_lengths_of_filters(seed: int, m: int, n: int, scale: float) -> None:
    given_ = network(seed, m, n)
    for argument in ("w", "w_star"):
        scaled = given_ | {argument: scale * given_[argument]}
        for function in (population_loss, loss_gradient_v):
            agree(function(**scaled), function(**given_), given_)


@steady
@given(seeds, sizes, filters, scales, st.sampled_from(SCALE_FREE))
def test_piecewise_linear_estimators_ignore_the_length_of_w(seed: int, m: int, n: int, scale: float, ste: str) -> None:
    given_ = network(seed, m, n)
    agree(coarse_gradient(**given_ | {"w": scale * given_["w"]}, ste=ste), coarse_gradient(**given_, ste=ste), given_)


@steady
@given(seeds, sizes, filters, scales, names)
def test_the_teacher_is_only_a_direction(seed: int, m: int, n: int, scale: float, name: str) -> None:
    given_ = network(seed, m, n)
    r = float(np.linalg.norm(given_["w"]))
    scaled = given_ | {"w_star": scale * given_["w_star"]}
    agree(ALL[name](**scaled), ALL[name](**given_), given_, 10, max(1, 1 / r))


@steady
@given(seeds, filters, st.floats(-3, 3).map(lambda exponent: 10.0**exponent))
def test_true_gradient_falls_with_the_length_of_w(seed: int, n: int, scale: float) -> None:
    given_ = network(seed, 3, n)
    scaled = loss_gradient_w(**given_ | {"w": scale * given_["w"]}) * scale
    agree(scaled, loss_gradient_w(**given_), given_, 10, 1 / float(np.linalg.norm(given_["w"])))


@steady
@given(seeds, filters, st.floats(0.05, 20))
def test_a_clipping_level_is_a_length_of_w(seed: int, n: int, level: float) -> None:
    given_ = network(seed, 3, n)
    scaled = given_ | {"w": given_["w"] / level}
    agree(coarse_gradient(**given_, ste="clipped-relu", c=level), coarse_gradient(**scaled, ste="clipped-relu"), given_)
    agree(coarse_gradient(**given_, ste="gaussian", tau=level), coarse_gradient(**scaled, ste="gaussian"), given_)


@pytest.mark.parametrize("ste", [name for name in ESTIMATORS if name not in SCALE_FREE])
def test_curved_estimators_feel_the_length_of_w(ste: str) -> None:
    given_ = network(4)
    short, long = (coarse_gradient(**given_ | {"w": k * given_["w"]}, ste=ste) for k in (0.5, 2.0))
    assert np.linalg.norm(short - long) > 1e-2 * np.linalg.norm(short)


@steady
@given(seeds, filters, names)
def test_rotations_carry_through(seed: int, n: int, name: str) -> None:
    given_ = network(seed, 3, n)
    q = turn(np.random.default_rng(seed + 1), n)
    turned = given_ | {"w": q @ given_["w"], "w_star": q @ given_["w_star"]}
    found, expected = ALL[name](**turned), ALL[name](**given_)
    if np.ndim(expected) and name != "loss_gradient_v":
        expected = q @ expected
    weight = 10 * max(1.0, 1 / float(np.linalg.norm(given_["w"])))
    agree(found, expected, given_, weight / max(1e-3, math.sin(float(angle(given_["w"], given_["w_star"])))))


@steady
@given(seeds, sizes, names)
def test_hidden_units_can_be_renamed(seed: int, m: int, name: str) -> None:
    given_ = network(seed, m)
    order = np.random.default_rng(seed).permutation(m)
    renamed = given_ | {"v": given_["v"][order], "v_star": given_["v_star"][order]}
    expected = ALL[name](**given_)
    if name == "loss_gradient_v":
        expected = expected[order]
    agree(ALL[name](**renamed), expected, given_, 10, max(1, 1 / float(np.linalg.norm(given_["w"]))))


@steady
@given(seeds, sizes, filters)
def test_wedges_are_symmetric(seed: int, m: int, n: int) -> None:
    a, b = np.random.default_rng(seed).standard_normal((2, n))
    np.testing.assert_array_equal(wedge_mean(a, b), wedge_mean(b, a))
    np.testing.assert_allclose(wedge_mean(a, a), halfspace_mean(a), rtol=1e-15)
    np.testing.assert_allclose(wedge_mean(a, b) + wedge_mean(a, -b), halfspace_mean(a), rtol=0, atol=1e-15)
    np.testing.assert_allclose(wedge_mean(a, -a), 0, atol=1e-16)


# Special cases.


@steady
@given(seeds, sizes, filters, scales)
def test_leaky_relu_between_relu_and_identity(seed: int, m: int, n: int, scale: float) -> None:
    given_ = network(seed, m, n)
    given_["w"] *= scale
    agree(coarse_gradient(**given_, ste="leaky-relu", slope=1.0), coarse_gradient(**given_, ste="identity"), given_)
    agree(coarse_gradient(**given_, ste="leaky-relu", slope=0.0), coarse_gradient(**given_, ste="relu"), given_)
    middle = (coarse_gradient(**given_, ste="identity") + coarse_gradient(**given_, ste="relu")) / 2
    agree(coarse_gradient(**given_, ste="leaky-relu", slope=0.5), middle, given_)


@steady
@given(seeds, sizes, filters)
def test_no_clipping_is_relu_and_no_decay_is_identity(seed: int, m: int, n: int) -> None:
    given_ = network(seed, m, n)
    r = float(np.linalg.norm(given_["w"]))
    unclipped = coarse_gradient(**given_, ste="clipped-relu", c=1e3 * r)
    agree(unclipped, coarse_gradient(**given_, ste="relu"), given_)
    wide = coarse_gradient(**given_, ste="gaussian", tau=1e9 * r)
    agree(wide, coarse_gradient(**given_, ste="identity"), given_)


@steady
@given(seeds, sizes, filters, st.floats(-3, 3).map(lambda exponent: 10.0**exponent))
def test_tanh_is_a_sigmoid(seed: int, m: int, n: int, scale: float) -> None:
    """tanh'(x) = 4 sigmoid'(2x), hence the same between the gradients at w and 2w."""
    given_ = network(seed, m, n)
    given_["w"] *= scale
    doubled = given_ | {"w": 2 * given_["w"]}
    agree(coarse_gradient(**given_, ste="tanh"), 4 * coarse_gradient(**doubled, ste="sigmoid"), given_)


@pytest.mark.parametrize("ste", ["sigmoid", "tanh", "triangular", "gaussian"])
def test_short_filters_see_the_proxy_at_zero(ste: str) -> None:
    given_ = network(8)
    at_zero = 0.25 if ste == "sigmoid" else 1.0
    tiny = given_ | {"w": 1e-12 * given_["w"]}
    agree(coarse_gradient(**tiny, ste=ste), at_zero * coarse_gradient(**given_, ste="identity"), given_, 300)


@steady
@given(seeds, sizes, filters)
def test_the_teacher_has_no_loss(seed: int, m: int, n: int) -> None:
    given_ = network(seed, m, n)
    given_["v"] = given_["v_star"]
    given_["w"] = 2.0 * given_["w_star"]
    assert population_loss(**given_) == 0
    np.testing.assert_array_equal(loss_gradient_v(**given_), 0)
    for ste in ESTIMATORS:
        agree(coarse_gradient(**given_, ste=ste), 0, given_)


@steady
@given(seeds, sizes, filters)
def test_the_loss_is_a_mean_of_squares(seed: int, m: int, n: int) -> None:
    given_ = network(seed, m, n)
    assert population_loss(**given_) >= 0
    zero = given_ | {"v": np.zeros(m)}
    agree(population_loss(**zero), population_loss_at_origin(given_["v_star"]), given_)
    right = given_ | {"v": given_["v_star"]}
    theta = float(angle(given_["w"], given_["w_star"]))
    agree(population_loss(**right), theta * np.sum(given_["v_star"] ** 2) / (2 * math.pi), given_)


def test_the_saddle_is_stationary() -> None:
    v_star = np.array([1.0, -0.4, 0.3])
    theta = saddle_angle(v_star)
    v = best_output_weights(theta, v_star)
    assert 0 < theta < math.pi
    assert abs(v @ v_star) < 1e-15
    given_ = {"v": v, "v_star": v_star, "w": np.array([math.cos(theta), math.sin(theta)]), "w_star": np.array([1.0, 0])}
    for gradient in (loss_gradient_v, loss_gradient_w):
        agree(gradient(**given_), 0, given_)
    agree(coarse_gradient(**given_), 0, given_)


def test_probabilities() -> None:
    np.testing.assert_allclose(halfspace_probability([0, math.pi / 2, math.pi]), [0.5, 0.25, 0.0], atol=1e-16)
    np.testing.assert_allclose(halfspace_mean([3.0, 4.0]), np.array([0.6, 0.8]) / math.sqrt(2 * math.pi), rtol=1e-15)


def test_one_hidden_unit_one_weight() -> None:
    """n = 1: the angle is 0 or π, and everything but the gradient in w exists."""
    for w in (2.0, -2.0):
        given_ = {"v": np.array([0.5]), "w": np.array([w]), "v_star": np.array([2.0]), "w_star": np.array([1.0])}
        theta = 0.0 if w > 0 else math.pi
        expected = ((0.5 - 2) ** 2 * 2 + 4 * theta / math.pi) / 8
        assert abs(population_loss(**given_) - expected) < 1e-15
        np.testing.assert_allclose(
            loss_gradient_v(**given_), [(2 * (0.5 - 2) + 2 * theta / math.pi * 2) / 4], rtol=1e-15
        )
        sign = math.copysign(1, w)
        identity = (0.25 * sign - 1.0) / math.sqrt(2 * math.pi)
        np.testing.assert_allclose(coarse_gradient(**given_, ste="identity"), [identity], rtol=1e-15)
        for ste in ESTIMATORS:
            assert coarse_gradient(**given_, ste=ste).shape == (1,)
        with pytest.raises(ValueError, match="w is parallel to w_star"):
            loss_gradient_w(**given_)


# Ends of the domain.


def at_angle(which: str, scale: float) -> Network:
    given_ = network(11, 3, 3)
    w_star = np.array([0.6, 0.3, -0.2])
    given_["w_star"] = w_star
    w = {
        "parallel": w_star,
        "antiparallel": -w_star,
        "parallel, other length": 3 * w_star,
        "antiparallel, other length": -3 * w_star,
        "an ulp away": w_star * np.array([1 + 2**-52, 1, 1]),
        "an ulp from opposite": -w_star * np.array([1 + 2**-52, 1, 1]),
        "orthogonal": np.array([0.3, -0.6, 0.0]),
        "generic": given_["w"],
    }[which]
    return given_ | {"w": scale * w}


ANGLES = [
    "parallel",
    "antiparallel",
    "parallel, other length",
    "antiparallel, other length",
    "an ulp away",
    "an ulp from opposite",
    "orthogonal",
    "generic",
]


@pytest.mark.parametrize("name", list(ALL))
def test_finite_and_silent_everywhere(name: str) -> None:
    keywords = {"at_kink": "zero"} if name == "loss_gradient_w" else {}
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        for which, scale in product(ANGLES, (1e-150, 1e-20, 1.0, 1e20, 1e150)):
            assert np.all(np.isfinite(ALL[name](**at_angle(which, scale), **keywords))), (which, scale)


@pytest.mark.parametrize("ste", ESTIMATORS)
def test_continuous_up_to_the_ends(ste: str) -> None:
    """The value at exactly θ = 0 or π is the limit of the values nearby."""
    given_ = network(12, 3, 3)
    w_star = np.array([0.6, 0.3, -0.2])
    for sign, scale in product((1, -1), (1e-150, 1e-3, 1.0, 30.0, 1e150)):
        at_end = given_ | {"w": sign * scale * w_star, "w_star": w_star}
        near = at_end | {"w": at_end["w"] + scale * 1e-9 * np.array([0.3, -0.6, 0.0])}
        jump = np.linalg.norm(coarse_gradient(**at_end, ste=ste) - coarse_gradient(**near, ste=ste))
        assert jump <= 1e-7 * size_of(given_), (sign, scale)


@pytest.mark.parametrize("ste", ["sigmoid", "tanh", "triangular", "gaussian"])
def test_exactly_opposite_filters_cancel(ste: str) -> None:
    """At θ = π an even proxy has A = 0 and b = E[μ'(0)]/√(2π): compared with the plane at θ = π − 1e-6."""
    given_ = network(13, 2, 2)
    ends = [math.pi - 1e-6, math.pi]
    found = [
        coarse_gradient(**given_ | {"w": np.array([math.cos(t), math.sin(t)]), "w_star": np.array([1.0, 0])}, ste=ste)
        for t in ends
    ]
    agree(found[0], found[1], given_, 1e9)


@pytest.mark.parametrize("which", ["parallel", "antiparallel", "an ulp away", "an ulp from opposite"])
@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_the_kink_raises_unless_told(which: str, scale: float) -> None:
    given_ = at_angle(which, scale)
    with pytest.raises(
        ValueError,
        match=r"w is parallel to w_star .* a kink and no gradient there; .*at_kink=\"nan\" or at_kink=\"zero\"",
    ):
        loss_gradient_w(**given_)
    with pytest.raises(ValueError, match="parallel"):
        loss_gradient_w(**given_, at_kink="raise")
    np.testing.assert_array_equal(loss_gradient_w(**given_, at_kink="zero"), 0)
    assert np.all(np.isnan(loss_gradient_w(**given_, at_kink="nan")))


@pytest.mark.parametrize("factor", [3.0, -0.7, 1e-30])
@pytest.mark.parametrize("single", ["w", "w_star", "both"])
def test_filters_rounded_to_float32_are_parallel_within_that_rounding(factor: float, single: str) -> None:
    """What is left of the angle is float32's rounding: no direction of e can be told from it."""
    given_ = network(15, 3, 40)
    given_["w"] = factor * given_["w_star"]
    for name in ("w", "w_star") if single == "both" else (single,):
        given_[name] = given_[name].astype(np.float32)
    with pytest.raises(ValueError, match=r"w is parallel to w_star"):
        loss_gradient_w(**given_)
    given_["w"] = given_["w"] + given_["w"].dtype.type(1e-5 * factor) * np.eye(40, dtype=given_["w"].dtype)[0]
    assert np.linalg.norm(loss_gradient_w(**given_)) > 0


@pytest.mark.parametrize("which", ANGLES)
@pytest.mark.parametrize(("ste", "name"), [("gaussian", "tau"), ("clipped-relu", "c")])
def test_kernels_depend_on_the_ratio_of_size_and_width_alone(ste: str, name: str, which: str) -> None:
    """Whatever their common scale: ŵ is the same, and so is μ'(x) at r = 2^k and width 2^k."""
    given_ = at_angle(which, 1.0)
    for width in (1.0, 0.3):
        right = coarse_gradient(**given_, ste=ste, **{name: width})
        for power in (-480, -300, 300, 480, 1000):
            moved = given_ | {"w": np.ldexp(given_["w"], power)}
            found = coarse_gradient(**moved, ste=ste, **{name: math.ldexp(width, power)})
            np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-15 * size_of(given_))


@pytest.mark.parametrize("which", ANGLES)
def test_far_ends_of_the_widths(which: str) -> None:
    """A width beyond every r is no width: μ' = 1, or 1{x > 0}; one below every r leaves nothing, or φ(0)τ/(r sin θ)."""
    given_ = at_angle(which, 1e150)
    for ste, name, limit in (("gaussian", "tau", "identity"), ("clipped-relu", "c", "relu")):
        wide = coarse_gradient(**given_, ste=ste, **{name: 1e300})
        np.testing.assert_allclose(wide, coarse_gradient(**given_, ste=limit), rtol=1e-14)
        narrow = coarse_gradient(**given_, ste=ste, **{name: 1e-200})
        assert np.all(np.abs(narrow) <= 1e-15 * size_of(given_))
    with np.errstate(over="ignore"):
        b = KERNELS["gaussian"](np.array([1.2]), np.array([1e150]), tau=np.float64(1e-20))[3]
    assert b[0] == pytest.approx(1e-170 / math.sin(1.2) / math.sqrt(2 * math.pi), rel=1e-14)


def test_the_kink_touches_its_own_row_only() -> None:
    given_ = network(14, 3, 2, (4,))
    given_["w"][2] = -2 * given_["w_star"][2]
    with pytest.raises(ValueError, match="parallel"):
        loss_gradient_w(**given_)
    for choice, filled in (("zero", 0.0), ("nan", math.nan)):
        found = loss_gradient_w(**given_, at_kink=choice)
        np.testing.assert_array_equal(found[2], filled)
        for row in (0, 1, 3):
            alone = {name: value[row] for name, value in given_.items()}
            np.testing.assert_allclose(found[row], loss_gradient_w(**alone), rtol=1e-13)


def test_an_unknown_choice_at_the_kink_is_refused_also_away_from_it() -> None:
    with pytest.raises(ValueError, match="at_kink = 'ignore' is unknown; allowed: raise, nan, zero"):
        loss_gradient_w(**network(1), at_kink="ignore")


def test_the_kink_is_narrow() -> None:
    """1e-14 from parallel the gradient exists, with the length it has everywhere."""
    given_ = at_angle("parallel", 1.0)
    given_["w"] = given_["w"] + 1e-14 * np.array([0.3, -0.6, 0.0])
    r = np.linalg.norm(given_["w"])
    expected = abs(given_["v"] @ given_["v_star"]) / (2 * math.pi * r)
    assert abs(np.linalg.norm(loss_gradient_w(**given_)) / expected - 1) < 1e-14


# Batches.


@pytest.mark.parametrize("name", list(ALL))
@pytest.mark.parametrize(
    "batches",
    [
        {},
        {"w": (3,)},
        {"v": (2,)},
        {"v": (2, 1), "w": (3,)},
        {"v": (2, 1), "v_star": (1, 3), "w": (2, 3), "w_star": (3,)},
        {"w_star": (2,), "v_star": (4, 1)},
        {"w": (1,)},
    ],
)
def test_broadcasting_is_a_loop(name: str, batches: dict[str, tuple[int, ...]]) -> None:
    rng = np.random.default_rng(2)
    lengths = {"v": 2, "w": 3, "v_star": 2, "w_star": 3}
    given_ = {key: rng.standard_normal((*batches.get(key, ()), size)) for key, size in lengths.items()}
    batch = np.broadcast_shapes(*(batches.get(key, ()) for key in lengths))
    found = ALL[name](**given_)
    wide = {key: np.broadcast_to(value, (*batch, lengths[key])) for key, value in given_.items()}
    tail = {"population_loss": (), "loss_gradient_v": (2,)}.get(name, (3,))
    assert found.shape == batch + tail
    for index in np.ndindex(*batch):
        alone = ALL[name](**{key: value[index] for key, value in wide.items()})
        np.testing.assert_allclose(found[index], alone, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", list(ALL))
def test_single_precision(name: str) -> None:
    given_ = {key: value.astype(np.float32) for key, value in network(3, 4, 5, (6,)).items()}
    found = ALL[name](**given_)
    assert found.dtype == np.float32
    wide = ALL[name](**{key: value.astype(np.float64) for key, value in given_.items()})
    assert wide.dtype == np.float64
    np.testing.assert_array_equal(found, wide.astype(np.float32))
    assert ALL[name](**given_ | {"v": given_["v"].astype(np.float64)}).dtype == np.float64


@pytest.mark.parametrize("name", list(ALL))
@pytest.mark.parametrize(
    "shapes", [((5, 1), (7,)), ((1, 7), (5, 1)), ((4, 1, 3), (2, 1)), ((2, 3, 5), (5,)), ((3, 1, 1), (1, 4, 1))]
)
def test_pieces_of_a_broadcast_batch(
    name: str, shapes: tuple[tuple[int, ...], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever axes a piece ends in, and however few nodes are summed at a time, the numbers are those of one piece."""
    given_, rng = network(6, 2, 3), np.random.default_rng(1)
    given_ |= {"v": rng.standard_normal((*shapes[0], 2)), "w": rng.standard_normal((*shapes[1], 3))}
    whole = ALL[name](**given_)
    for elements in (3, 6, 9, 12, 21, 40):
        monkeypatch.setattr("numerics.arguments.BLOCK_ELEMENTS", elements)
        monkeypatch.setattr("numerics.quadrature._NODES", 50 * elements)
        np.testing.assert_allclose(ALL[name](**given_), whole, rtol=1e-12, atol=1e-15 * size_of(given_))


def test_rows_of_a_batch_do_not_disturb_each_other() -> None:
    """Huge, tiny, parallel and generic filters side by side give what each gives alone."""
    given_ = network(7, 3, 3)
    w_star = given_["w_star"]
    w = np.array([given_["w"], 1e150 * given_["w"], 1e-150 * given_["w"], w_star, -w_star, 3 * w_star + 1e-9])
    for ste in ESTIMATORS:
        together = coarse_gradient(**given_ | {"w": w}, ste=ste)
        for row, alone in enumerate(w):
            expected = coarse_gradient(**given_ | {"w": alone}, ste=ste)
            np.testing.assert_allclose(together[row], expected, rtol=1e-11, atol=1e-13)

"""Generated penalties from one end of float64 to the other: minimizers found from the definition at 400 digits, ties,
and the neighbours of thresholds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from numerics import moreau_envelope, penalty_value, proximal_map
from numerics.generated.penalties import PROXIMAL_MAPS, THRESHOLDS

NAMES = list(PROXIMAL_MAPS)
LARGEST = mpf(np.finfo(np.float64).max)


def p(name: str, u: mpf, shape: mpf) -> mpf:
    """p(u) for u ≥ 0, from its definition; `shape` is a or γ."""
    if name == "scad":
        bent = u - (u - 1) ** 2 / (2 * (shape - 1)) if 1 < u <= shape else (shape + 1) / 2
        return u if u <= 1 else bent
    return {
        "l1": lambda: u,
        "l0": lambda: mpf(u != 0),
        "tl1": lambda: (shape + 1) * u / (shape + u),
        "mcp": lambda: u - u * u / (2 * shape) if u <= shape else shape / 2,
        "half": lambda: mpmath.sqrt(u),
    }[name]()


def cubic(square: mpf, linear: mpf, constant: mpf) -> list[mpf]:
    """Real roots of y³ + square·y² + linear·y + constant."""
    scale = max(abs(square), mpmath.sqrt(abs(linear)), mpmath.cbrt(abs(constant)))
    scaled = [1, square / scale, linear / scale**2, constant / scale**3]
    roots = mpmath.polyroots(scaled, maxsteps=2000, extraprec=2000)
    return [mpmath.re(y) * scale for y in roots if abs(mpmath.im(y)) < mpf(10) ** -60 * (1 + abs(y))]


def stationary(name: str, x: mpf, rho: mpf, shape: mpf) -> Iterator[mpf]:
    """0, the ends of the pieces, and every zero of the derivative of ρp(u) + ½(u − x)², wherever it lies."""
    yield from (mpf(0), x, x - rho)
    if name == "tl1":  # in y = a + u
        yield from (y - shape for y in cubic(-(shape + x), mpf(0), rho * shape * (shape + 1)))
    if name == "half":  # in y = √u
        yield from (y**2 for y in cubic(mpf(0), -x, rho / 2) if y > 0)
    if name == "mcp":
        yield from (shape, *([(x - rho) * shape / (shape - rho)] if shape != rho else []))
    if name == "scad":
        bent = [((shape - 1) * x - rho * shape) / (shape - 1 - rho)] if shape - 1 != rho else []
        yield from (mpf(1), shape, *bent)


def least(name: str, x: mpf, rho: mpf, shape: mpf) -> tuple[mpf, mpf]:
    """(min, argmin) over u of ρp(|u|) + ½(u − x)², x ≥ 0."""
    inside = (u for u in stationary(name, x, rho, shape) if u >= 0)
    return min((rho * p(name, u, shape) + (u - x) ** 2 / 2, u) for u in inside)


def drawn(rng: np.random.Generator, span: float) -> Iterator[float]:
    """Sizes over 2·span decades: some anywhere, some near each other, some near 1."""
    base = rng.uniform(-span, span)
    while True:
        choices = (rng.uniform(-span, span), base + rng.uniform(-2, 2), base + rng.uniform(-20, 20), rng.uniform(-3, 3))
        yield float(10 ** float(np.clip(rng.choice(choices), -span, span)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("span", [300.0, 20.0])
def test_at_every_size_the_least_is_found_or_the_result_is_said_to_be_too_large(name: str, span: float) -> None:
    rng = np.random.default_rng([NAMES.index(name), int(span)])
    for _ in range(20 if name == "tl1" else 60):
        x, rho, beta, lam, shape = (number for number, _ in zip(drawn(rng, span), range(5), strict=False))
        shape += name == "scad"
        known = {"tl1": {"a": shape}, "scad": {"a": shape}, "mcp": {"gamma": shape}}.get(name, {})
        with mpmath.workdps(400):
            exact = mpf(x), mpf(rho), mpf(shape)
            value, at = least(name, *exact)
            found = mpf(float(proximal_map(-x, rho, name, **known)))
            beyond = exact[1] * p(name, -found, exact[2]) + (found + exact[0]) ** 2 / 2 - value
            assert found <= 0
            assert abs(-found - at) <= at * 2.0**-46 + x * 2.0**-50 or beyond <= value * 2.0**-48, (x, rho, known)
            assert abs(mpf(float(penalty_value([x], name, **known))) / p(name, exact[0], exact[2]) - 1) < 2.0**-46
            envelope = beta * least(name, exact[0], mpf(lam) / mpf(beta), exact[2])[0]
            if envelope > LARGEST:
                with pytest.raises(ValueError, match=r"^w.* is out of range; .*(range|below)"):
                    moreau_envelope([x], beta, lam, name, **known)
            elif envelope < LARGEST * mpf("0.999"):
                gap = abs(mpf(float(moreau_envelope([x], beta, lam, name, **known))) - envelope)
                assert gap <= envelope * 2.0**-44 + mpf(10) ** -320, (x, beta, lam, known)


@pytest.mark.parametrize(
    ("call", "right"),
    [
        (lambda: proximal_map(3e120, 1e120, "mcp", gamma=1e200), 2e120),
        (lambda: moreau_envelope([2e80], 1, 1e80, "mcp", gamma=1e82), 1.48e162 / 99),  # γ(|x|−ρ)/(γ−ρ) = 1e82/99
        (lambda: moreau_envelope([1e-200], 1e300, 1e-50), 1e-250),
        (lambda: moreau_envelope(1e155, 1, 1, "tl1"), 2.0),
        (lambda: penalty_value(np.float32([3e38]), "l1"), float(np.float32(3e38))),
    ],
)
def test_no_step_leaves_the_range_where_the_result_does_not(call: Callable[[], float], right: float) -> None:
    assert float(call()) == pytest.approx(right, rel=1e-14)


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda: moreau_envelope(1, np.inf, 1), "beta = inf"),
        (lambda: moreau_envelope(1, 1, np.inf), "lam = inf"),
        (lambda: moreau_envelope(np.float32([3e38]), 1, 1e30), "w"),
        (lambda: penalty_value([1.7e308, 1.7e308]), "u"),
    ],
)
def test_what_has_no_number_is_an_error(call: Callable[[], object], names: str) -> None:
    with pytest.raises(ValueError, match=rf"^{names}.* out of range; "):
        call()


def ties(name: str, rng: np.random.Generator) -> tuple[float, float, dict[str, float]]:
    """x, ρ and shapes at which 0 and another u attain the minimum, all of them exact float64 numbers."""
    small, large = sorted(float(i) for i in rng.integers(2, 2**9, 2))
    unit = 2.0 ** float(rng.integers(-40, 40))
    if name == "l0":  # x² = 2ρ
        return 2 * large * unit, 2 * (large * unit) ** 2, {}
    if name == "mcp":  # x² = ργ, ρ ≥ γ
        return small * large * unit, large**2 * unit, {"gamma": small**2 * unit}
    if name == "scad":  # x² = ρ(a + 1), ρ ≥ a + 1
        return small * large, large**2, {"a": small**2 - 1}
    if name == "half":  # 8x³ = 27ρ²
        return 1.5 * (small * large) ** 2, (small * large) ** 3, {}
    root = 8 * large * small  # tl1: (x + a/2)² = 2ρ(a + 1), the root above a
    return root - (small**2 - 1) / 2, 32 * large**2, {"a": small**2 - 1}


@pytest.mark.parametrize("name", ["l0", "tl1", "mcp", "scad", "half"])
def test_an_exact_tie_is_zero(name: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(400):
        x, rho, known = ties(name, rng)
        assert proximal_map(x, rho, name, **known) == 0, (x, rho, known)
        assert proximal_map(math.nextafter(x * (1 + 1e-14), math.inf), rho, name, **known) > 0


@pytest.mark.parametrize("name", NAMES)
def test_next_to_a_threshold_no_sign_flips(name: str) -> None:
    rng = np.random.default_rng(6)
    for _ in range(300):
        known = {"mcp": {"gamma": 10 ** rng.uniform(-1, 6)}, "scad": {"a": 1 + 10 ** rng.uniform(-1, 6)}}.get(name, {})
        rho = float(rng.integers(1, 1000))
        threshold = float(THRESHOLDS[name](rho, **known))
        x = np.array([threshold, rho])[:, None] * (1 + np.arange(-4, 5) * 2.0**-52)
        assert np.all(proximal_map(x, rho, name, **known) >= 0)

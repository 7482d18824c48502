"""Declarations of estimators as people write them: the same numbers as quadrature of the definition, or one line that
says what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from mpmath.calculus.quadrature import GaussLegendre
from scipy import special
from sympy import (
    Abs,
    DiracDelta,
    Function,
    Heaviside,
    I,
    Integer,
    Max,
    Min,
    Piecewise,
    Rational,
    Symbol,
    cos,
    cosh,
    exp,
    floor,
    log,
    oo,
    pi,
    sech,
    sign,
    sin,
    sqrt,
    tanh,
)

from numerics.arguments import renamed
from numerics.quadrature import decay_length, half_line
from proofs import proxies
from proofs.code.estimators import kernel_source, proxy_source
from proofs.proxies import Estimator, Parameter, add
from proofs.symbols import x

b, d = Symbol("steep", positive=True), Symbol("deadzone", positive=True)
POWER = Symbol("power", positive=True)


def both_sides(*kinks: float) -> tuple[float, ...]:
    return tuple(-k for k in kinks) + kinks


LADDER = both_sides(*(8.0**power for power in range(9, 166)))
"""Lengths at which the quadrature is cut where μ' decays like a power: those between 1 and ‖w‖."""

ACCEPTED: dict[str, tuple[Any, tuple[Parameter, ...], Callable[[mpf], Any], tuple[float, ...]]] = {
    "plain numbers": (((-1, 0, 2 + 2 * x), (0, 1, 2 - 2 * x)), (), lambda s: 2 * max(0, 1 - abs(s)), (-1, 1)),
    "floats": (((-0.1, 0.3, 0.5),), (), lambda s: 0.5 * (-1 < 10 * s < 3), (-mpf(1) / 10, mpf(3) / 10)),
    "tent by Abs": (((-1, 1, 1 - Abs(x)),), (), lambda s: max(0, 1 - abs(s)), (-1, 1)),
    "tent by Max": (((-oo, oo, Max(0, 1 - Abs(x) / 2)),), (), lambda s: max(0, 1 - abs(s) / 2), (-2, 2)),
    "ramp by Min": (((-oo, oo, Min(1, Max(0, x))),), (), lambda s: min(1, max(0, s)), (1,)),
    "step by sign": (((-oo, oo, 2 + sign(x - 1)),), (), lambda s: 2 + mpmath.sign(s - 1), (1,)),
    "window by Heaviside": (((-oo, oo, Heaviside(1 - Abs(x))),), (), lambda s: int(abs(s) < 1), (-1, 1)),
    "leaky window": (
        ((-oo, oo, Piecewise((0.5, Abs(x) <= 1), (0.01, True))),),
        (),
        lambda s: mpf(1) / 2 if abs(s) < 1 else mpf(1) / 100,
        (-1, 1),
    ),
    "dead zone": (
        ((-1 - d, -d, 1), (-d, d, 0), (d, 1 + d, 1)),
        (Parameter(d, 0.25, "d > 0"),),
        lambda s: int(0.25 < abs(s) < 1.25),
        both_sides(0.25, 1.25),
    ),
    "fast sigmoid": (((-oo, oo, 1 / (1 + 25 * Abs(x)) ** 2),), (), lambda s: 1 / (1 + 25 * abs(s)) ** 2, LADDER),
    "Laplace": (((-oo, oo, exp(-2 * Abs(x))),), (), lambda s: mpmath.exp(-2 * abs(s)), ()),
    "arctan": (((-oo, oo, 1 / (1 + (pi * x) ** 2)),), (), lambda s: 1 / (1 + (mp.pi * s) ** 2), LADDER),
    "1 − tanh²": (((-oo, oo, 1 - tanh(x) ** 2),), (), lambda s: mpmath.sech(s) ** 2, ()),
    "sech, off zero": (((-oo, oo, sech(x - 1) ** 2),), (), lambda s: mpmath.sech(s - 1) ** 2, (1,)),
    "swish": (
        ((-oo, oo, 1 / (1 + exp(-x)) + x * exp(-x) / (1 + exp(-x)) ** 2),),
        (),
        lambda s: 1 / (1 + mpmath.exp(-s)) + s / (4 * mpmath.cosh(s / 2) ** 2),
        (),
    ),
    "swish sign": (
        ((-oo, oo, b * (2 - b * x * tanh(b * x / 2)) / (1 + cosh(b * x))),),
        (Parameter(b, 5, "b > 0"),),
        lambda s: 5 * (2 - 5 * s * mpmath.tanh(5 * s / 2)) / (1 + mpmath.cosh(5 * s)),
        (),
    ),
    "ReSTE": (
        ((-1.5, 1.5, Piecewise((2, Abs(x) < 0.125), (Abs(x) ** (1 / POWER - 1) / POWER, True))),),
        (Parameter(POWER, 3, "o > 0"),),
        lambda s: 0 if abs(s) > 1.5 else 2 if abs(s) < 0.125 else abs(s) ** (-mpf(2) / 3) / 3,
        both_sides(0.125, 1.5),
    ),
    "|x|^(-1/4)": (((-oo, oo, Abs(x) ** Rational(-1, 4)),), (), lambda s: abs(s) ** (-mpf(1) / 4), LADDER),
    "|x|^(-1/2)": (((-oo, oo, Abs(x) ** -0.5),), (), lambda s: abs(s) ** (-mpf(1) / 2), LADDER),
    "semicircle": (((-1, 1, sqrt(1 - x**2)),), (), lambda s: mpmath.sqrt(max(0, 1 - s * s)), (-1, 1)),
    "x² and odd": (((-oo, 0, -x), (0, oo, x**2)), (), lambda s: s * s if s > 0 else -s, ()),
    "odd": (((-oo, oo, x),), (), lambda s: s, ()),
}


with mp.workdps(25):
    HALVES = [((1 + node) / 2, weight / 2) for node, weight in GaussLegendre(mp).calc_nodes(5, mp.prec)]
    PANEL = [(y * y * (3 - 2 * y), 6 * y * (1 - y) * weight) for y, weight in HALVES]
"""48 nodes of [0, 1] and their weights, for what may go with a root at either end."""


def nodes(low: mpf, high: mpf) -> Iterator[tuple[mpf, mpf]]:
    """Gauss–Legendre on a panel; where it starts at 0, where there may be a fourth root, in the root of s."""
    for y, weight in PANEL:
        at, by = (y * y, 2 * y * weight) if low == 0 else (y, weight)
        yield low + (high - low) * at, (high - low) * by


@cache
def moments(low: mpf, high: mpf, sign: int, theta: mpf) -> list[tuple[mpf, mpf, mpf, mpf]]:
    """Nodes s of a panel or its mirror image, with the weights of 1, of s and of sΦ(s cot θ) under the Gaussian."""
    found = []
    for at, by in nodes(low, high):
        s, weight = sign * at, by * mpmath.npdf(at)
        found.append((s, weight, s * weight, s * weight * mpmath.ncdf(s * mpmath.cot(theta))))
    return found


def quadrature(slope: Callable[[mpf], Any], kinks: tuple[float, ...], theta: mpf, r: mpf) -> list[mpf]:
    """p, q, C and b from their definitions as moments of μ'."""

    def means(sign: int, size: mpf, *which: int) -> list[mpf]:
        """E of 1, s or sΦ(s cot θ), each times μ'(size·s), over sign·s > 0."""
        scales = {mpf(4) ** k / size for k in range(-4, 12)} | {mpf(2) ** k for k in range(-3, 4)} | {mpf(0), mpf(16)}
        cuts = sorted({s for s in scales | {sign * mpf(kink) / size for kink in kinks} if 0 <= s <= 16})
        points = [point for ends in pairwise(cuts) for point in moments(*ends, sign, theta)]
        values = [slope(size * point[0]) for point in points]
        return [mpmath.fdot(values, [point[1 + k] for point in points]) for k in which]

    with mp.workdps(22):
        (half, along), (below, rest) = (means(sign, r, 1, 2) for sign in (1, -1))
        # B = sin θ/√(2π) E[μ'(r sin θ X)], the smoothing law, which is E[μ'(rs) φ(s cot θ)] with s = sin θ·X.
        smoothed = [means(sign, r * mpmath.sin(theta), 0)[0] for sign in (1, -1)]
        apart = mpmath.fsum(smoothed) / mpmath.sqrt(2 * mp.pi)
        full, turned = half + below, half - along - rest
        return [half - full / 2, full / 2, turned - 2 * apart * mpmath.sin(theta / 2) ** 2, apart]


def compiled(proxy: Estimator) -> dict[str, Any]:
    """The functions that are written for an estimator."""
    names: dict[str, Any] = {"np": np, "special": special, "half_line": half_line, "decay_length": decay_length}
    names |= {"Array": Any, "Kernels": Any, "npt": np.typing, "renamed": renamed}
    exec("from __future__ import annotations\n" + kernel_source(proxy) + proxy_source(proxy), names)
    return names


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_accepted_is_computed_at_every_norm(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxies, "ESTIMATORS", {})
    pieces, parameters, slope, kinks = ACCEPTED[name]
    proxy = add(Estimator("mine", name, pieces, parameters))
    monkeypatch.setattr("proofs.estimators.estimator", lambda _: proxy)
    names, theta = compiled(proxy), mpf(1)
    known = {p.name: float(p.default) for p in parameters}
    for r in (1e-150, 0.7, 1e150):
        with np.errstate(all="ignore"):
            found = names["_mine_kernels"](np.array([float(theta)]), np.array([r]), **known)
        stated = quadrature(slope, kinks, theta, mpf(r))
        size = max(map(abs, stated))
        scales = [size**2, size**2, size, 0]  # p and q fall like 1/r², C is a difference of what falls like 1/r
        for kernel, value, scale in zip(found, stated, scales, strict=True):
            assert abs(mpf(float(np.ravel(kernel)[0])) - value) <= 4e-15 * max(abs(value), scale), (r, found, stated)
    points = np.array([-3.1, -0.97, -0.2, 0.11, 0.29, 0.9, 2.0, 40.0])
    values = names["_mine_proxy"](points, **known)
    assert np.allclose(values, [float(slope(mpf(float(s)))) for s in points], rtol=1e-14, atol=1e-300)


WAVES: dict[str, tuple[Any, dict[float, Any]]] = {
    "cos 3x": (cos(3 * x), {3.0: 1}),
    "three waves": (
        1 + 2 * cos(1 - x / 16) - sin(5 - 16 * x),
        {0.0: 1, 0.0625: 2 * mp.expj(-1), 16.0: -1j * mp.expj(-5)},
    ),
}
"""By name: μ' and, by k, the c of which it is the real part of the sum of c·exp(ikx)."""


def slope_of_dawson(y: mpf) -> mpf:
    """1 − 2yF(y) of Dawson's integral F, far out by its asymptotic series."""
    if y > 40:
        return -mpmath.fsum(mpmath.fac2(2 * n + 1) / (2 * y * y) ** (n + 1) for n in range(12))
    return 1 - 2 * y * y * mpmath.hyp1f1(1, mpf(3) / 2, -y * y)


def of_a_wave(a: mpf, theta: mpf) -> list[mpf]:
    """√(2π) times p, C and b of cos(as), q of sin(as)."""
    y, cosine = a / mpmath.sqrt(2), mpmath.cos(theta)
    p, b = slope_of_dawson(y), mpmath.exp(-((a * mpmath.sin(theta)) ** 2) / 2)
    along = b * (cosine - (1 - slope_of_dawson(y * abs(cosine))) / cosine)
    return [p, p - along - b * (1 - cosine), b, a * mpmath.exp(-a * a / 2) * mpmath.sqrt(mp.pi / 2)]


@pytest.mark.parametrize("name", WAVES)
@pytest.mark.parametrize("r", [1e-150, 1e-3, 0.7, 30.0, 1e150])
@pytest.mark.parametrize("angle", [1e-8, 1.0, 2.5, 3.14159])
def test_waves_without_end_have_the_kernels_of_dawson(
    name: str, r: float, angle: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxies, "ESTIMATORS", {})
    piece, waves = WAVES[name]
    with mp.workdps(700):  # C is of the size of r², a difference of what is 1
        parts = [(mpmath.mpmathify(c), of_a_wave(mpf(k) * mpf(r), mpf(angle))) for k, c in waves.items()]
        stated = [mpmath.fsum(mpmath.re(c) * part[i] for c, part in parts) for i in range(3)]
        stated.append(-mpmath.fsum(mpmath.im(c) * part[3] for c, part in parts))
    proxy = add(Estimator("mine", name, ((-oo, oo, piece),)))
    monkeypatch.setattr("proofs.estimators.estimator", lambda _: proxy)
    kernels = compiled(proxy)["_mine_kernels"](np.array([angle]), np.array([r]))
    p, q, turned, b = (mpf(float(np.ravel(kernel)[0])) for kernel in kernels)
    for found, value in zip((p, turned, b, q), stated, strict=True):
        expected = value / mpmath.sqrt(2 * mp.pi)
        assert abs(found - expected) <= 1e-14 * max(abs(expected), abs(stated[0])) + mpf("1e-307"), (found, expected)


own_x, own = Symbol("x"), Symbol("width", real=True)
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "1/|x|": (lambda: ((-oo, oo, 1 / Abs(x)),), "no Gaussian mean"),
    "1/x on (0, 1)": (lambda: ((0, 1, 1 / x),), "no Gaussian mean"),
    "1/x across 0": (lambda: ((-1, 1, 1 / x),), r"never 0 on \(-1, 1\)"),
    "exp(x²)": (lambda: ((-oo, oo, exp(x**2)),), "moments are not finite"),
    "exp(x)": (lambda: ((-oo, oo, exp(x)),), "moments are not finite"),
    "cosh": (lambda: ((-oo, oo, cosh(x)),), "moments are not finite"),
    "DiracDelta": (lambda: ((-1, 1, DiracDelta(x)),), "DiracDelta, which is no function"),
    "floor": (lambda: ((-1, 1, floor(x)),), "floor in .* is not admitted; use powers, exp, sin"),
    "a function of one's own": (lambda: ((0, 1, Function("f")(x)),), "f in .* is not admitted"),
    "cos² 3x": (lambda: ((-oo, oo, cos(3 * x) ** 2),), "oscillates on .* without end: .* write μ' as one sum"),
    "x sin 3x": (lambda: ((-oo, oo, x * sin(3 * x)),), "oscillates on .* without end"),
    "half a wave": (lambda: ((0, oo, cos(3 * x)),), "oscillates on .* without end"),
    "a wave too fast": (lambda: ((-oo, oo, cos(1000 * x)),), "k from 1/16 to 16"),
    "x³": (lambda: ((-oo, oo, x**3),), "range of a float64"),
    "0/0": (lambda: ((-oo, 0, 1), (0, oo, sin(x) / x)), "0/0 at x = 0"),
    "steep off 0": (lambda: ((-1, 1, 1 / sqrt(1 - x**2)),), "only at 0"),
    "a root of what is negative": (lambda: ((-1, 1, sqrt(x)),), "never negative"),
    "poles": (lambda: ((-oo, oo, 1 / (1 + cos(x))),), "never 0"),
    "no smooth end": (lambda: ((0, 1, cos(1 / x)),), "not smooth up to x = 0"),
    "a switch that is not solved": (lambda: ((-oo, oo, Abs(cos(x))),), "not solved; give its pieces"),
    "an open Piecewise": (lambda: ((-oo, oo, Piecewise((1, x > 0))),), r"end it with \(0, True\)"),
    "complex": (lambda: ((-oo, oo, I * x),), "a real number or a SymPy expression is needed"),
    "log": (lambda: ((0, 1, -log(x)),), "log in .* is not admitted"),
    "0 everywhere": (lambda: ((-1, 1, 0),), "0 everywhere"),
    "not a number": (lambda: ((-1, 1, "x"),), "a real number or a SymPy expression is needed"),
    "nan": (lambda: ((-1, float("nan"), 1),), "a real number or a SymPy expression is needed"),
    "not a piece": (lambda: ((-1, 1),), "give \\(low, high, μ'\\)"),
    "a gap": (lambda: ((-1, 0, 1), (1, 2, 1)), "give a piece of 0"),
    "an x of one's own": (lambda: ((-1, 1, 1 - own_x**2),), "from proofs.symbols import x"),
    "a number that is no float64 number": (lambda: ((0, 1, 10**400),), "too large for float64; scale μ'"),
    "an undeclared symbol": (lambda: ((-1, 1, own),), r"undeclared symbols \['width'\]"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_what_to_write(name: str) -> None:
    pieces, complaint = REFUSED[name]
    with pytest.raises(ValueError, match=complaint) as caught:
        Estimator("mine", name, pieces())
    assert str(caught.value).startswith("estimator 'mine': ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("power", "sampled"), [(Rational(-1, 5), True), (Rational(-1, 4), False)])
def test_what_tells_no_variance_is_not_sampled(power: Rational, sampled: bool) -> None:
    assert Estimator("mine", "", ((0, 1, x**power),)).has_variance is sampled


def test_kernels_are_four() -> None:
    with pytest.raises(ValueError, match="`kernels` has 2 entries; give the four that are p, q, C and b"):
        Estimator("mine", "", ((0, 1, 1),), kernels=(1, 2))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("symbol", "default", "complaint"),
    [
        (own, 1, r"Symbol\('width', positive=True\)"),
        (Symbol("k", integer=True, positive=True), 1, "real number"),
        ("width", 1, "a Symbol"),
        (d, 0, "the default 0 is not a number > 0"),
        (d, -0.5, "the default -1/2 is not a number > 0"),
        (d, b, "the default steep is not a number > 0"),
    ],
)
def test_a_parameter_has_the_assumption_it_needs(symbol: Any, default: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Parameter(symbol, default, "width")


def test_a_parameter_and_its_pieces_share_one_symbol() -> None:
    with pytest.raises(ValueError, match="same Symbol in both"):
        Estimator("mine", "", ((0, Symbol("steep"), Integer(1)),), (Parameter(b, 1, "b > 0"),))

"""The generated laws of the penalties, in float64 and in digits, against p itself: differences, roots, brute force."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from numerics.generated.limits import BENDS, CURVED, KEPT, LEAST, SLOPES, TURNING
from numerics.limits.field import FLOATS, Field, digits_field
from numerics.limits.law import Law

SHAPES = [("l1", {}), ("l0", {}), *(("tl1", {"a": a}) for a in (1e-3, 0.3, 1.0, 7.0, 1e4))]


def p(penalty: str, u: mpf, a: mpf = 1) -> mpf:
    return {"l1": u, "l0": mpf(u != 0), "tl1": (a + 1) * u / (a + u)}[penalty]


@pytest.mark.parametrize("digits", [0, 40])
@pytest.mark.parametrize(("penalty", "shape"), SHAPES)
def test_of_p_itself(penalty: str, shape: dict[str, float], digits: int) -> None:
    field: Field = digits_field(digits) if digits else FLOATS
    given = {name: field.number(value) for name, value in shape.items()}
    near = mpf(10) ** -(digits - 5) if digits else mpf(10) ** -13
    with mp.workdps(60):
        exact = {name: mpf(value) for name, value in shape.items()}
        for u in (0.01, 0.7, 20.0):
            slope, bend = (table[penalty](field.number(u), **given) for table in (SLOPES, BENDS))
            for order, value in ((1, slope), (2, -bend)):
                wanted = mpmath.diff(lambda x: p(penalty, x, **exact), mpf(u), order)
                assert abs(mpf(value) - wanted) <= near * (1 + abs(wanted))
        for rho in (0.003, 0.2, 5.0):
            least = mpf(field.number(LEAST[penalty](field, field.number(rho), **given)))
            for x in (0.1, 0.9, 4.0, 50.0):
                u = mpf(field.number(KEPT[penalty](field, field.number(x), field.number(rho), **given)))
                rival = rho * p(penalty, abs(u), **exact) + (u - x) ** 2 / 2
                grid = [mpf(x) * k / 400 for k in range(401)]
                best = min(rho * p(penalty, g, **exact) + (g - x) ** 2 / 2 for g in grid)
                if rho * p(penalty, mpf(0), **exact) + mpf(x) ** 2 / 2 > best:  # beyond the threshold
                    assert rival <= best + near * (1 + best)
                    assert u >= least - near * (1 + u)
        if penalty in CURVED:
            u = mpf(field.number(TURNING[penalty](field, field.number(0.25), **given)))
            assert abs(-mpmath.diff(lambda x: p(penalty, x, **exact), u, 2) - 8) <= near * 1e3


@pytest.mark.parametrize("a", [1e-300, 1e300])
def test_within_the_range_of_float64(a: float) -> None:
    """a(a + 1) leaves it; what is computed does not."""
    with np.errstate(all="raise", under="ignore"):
        values = [SLOPES["tl1"](0.5, a=a), BENDS["tl1"](0.5, a=a), TURNING["tl1"](FLOATS, 0.3, a=a)]
        values += [LEAST["tl1"](FLOATS, 0.2, a=a), KEPT["tl1"](FLOATS, 0.9, 0.2, a=a)]
    assert all(math.isfinite(value) for value in values)
    assert values[4] == pytest.approx(0.9 if a < 1 else 0.7, rel=1e-12)


def test_the_larger_root_of_the_cubic_to_an_ulp_or_two() -> None:
    """gap·u + s(a² + a)/(a + u)² = y next to u_t, in ulps times its condition: the formula alone is off by four."""
    rng, worst = np.random.default_rng(3), 0.0
    for _ in range(1500):
        a, rho, pull, gap = (float(10 ** rng.uniform(*ends)) for ends in ((-5, 5), (-8, 3), (-1, 1), (-1, 1)))
        law = Law("tl1", {"a": a}, rho, pull * rho, pull, FLOATS)
        with mp.workdps(40):
            root = mpf(float(max(law.least, 1e-3) * rng.uniform(1.0001, 1.5)))
            weight = mpf(law.level + gap * rho) * a * (mpf(a) + 1)
            y = float(gap * root + weight / (a + root) ** 2)
            for _ in range(5):
                slope = gap - 2 * weight / (a + root) ** 3
                root -= (gap * root + weight / (a + root) ** 2 - y) / slope
            if slope > 1e-4 * gap:
                off = mpf(float(law.upper(y, gap))) - root
                worst = max(worst, float(abs(off) * slope / y) * 2**52)
    assert 0.5 < worst < 3

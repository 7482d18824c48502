"""Text of the generated module `splitting`: the scalar results of chapter R that users ask for."""

from __future__ import annotations

from sympy import Expr, Rational, Symbol, betainc_regularized, sin

from proofs.basin import BASIN_REFLECTED
from proofs.code.printers import NUMPY
from proofs.engine.claim import get
from proofs.engine.render import line_of
from proofs.rules.substitutions import CAP
from proofs.symbols import cap_angle, n, spike_across, spike_along

CLAIMS = ["R6.probability", "R7.astroid"]
NAMES = ["basin_probability", "spike_threshold"]


def sources() -> list[str]:
    """Source of the two functions."""
    return [_basin_source(get(CLAIMS[0]).formula), _threshold_source(get(CLAIMS[1]).parts["threshold"])]


def _as_scipy(form: Expr) -> str:
    """A form with one incomplete beta function, which becomes SciPy's; n = 1, which it does not know, is kept away."""
    (special,) = form.atoms(betainc_regularized)
    first, second, zero, upper = special.args
    if zero != 0:
        raise ValueError(f"{special} does not start at 0, as SciPy's incomplete beta function does")
    call = f"special.betainc({NUMPY.show(first)}, {NUMPY.show(second)}, {NUMPY.show(upper)})"
    return NUMPY.show(form.xreplace({special: Symbol("I", real=True)})).replace("I", call)


def _basin_source(statement: Expr) -> str:
    """Source of the probability, from the statement for small q and from its reflection for large."""
    return f'''\
def basin_probability({n.name}: npt.ArrayLike, ratio: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Probability that a uniformly random start on the sphere in R^n lies in the basin theta < pi - arcsin(ratio).

        {line_of(statement)}, sin(α₀) = ratio

    n: (...) length of the filter, an integer >= 1. For n = 1 there are two directions, and the probability is 1/2.
    ratio: (...) r / kappa, 0 <= ratio < 1, with r >= sup beta * norm(w - S(w)) over the sphere (R6).
    Returns (...), the broadcast shape, float64; exact to a few units in the last place as ratio -> 1 and for large n.
    Raises ValueError naming the argument for other values, for what is not a real number and for shapes that do not
    broadcast.
    Source: R6.probability.
    """
    {n.name}, ratio = scalars({n.name}={n.name}, ratio=ratio)
    several, {CAP.name} = np.maximum({n.name}, 2), ratio
    value = np.where(2 * {CAP.name}**2 < 1, _basin_near({CAP.name}, several), _basin_far({CAP.name}, several))
    return np.where({n.name} > 1, value, 0.5)[()]


def _basin_near({CAP.name}: Array, {n.name}: Array) -> Array:
    """The probability as R6.probability states it."""
    return np.asarray({_as_scipy(statement.subs(sin(cap_angle), CAP))})


def _basin_far({CAP.name}: Array, {n.name}: Array) -> Array:
    """The same, reflected: for ratios near 1."""
    return np.asarray({_as_scipy(BASIN_REFLECTED)})
'''


def threshold_in_roots(statement: Expr) -> Expr:
    """R7.astroid in the cube roots a, b of A, B, which stand in for fractional powers: cbrt is exact there."""
    roots = {spike_across: Symbol("a", positive=True) ** 3, spike_along: Symbol("b", positive=True) ** 3}
    value = statement.subs(roots)
    if any(power.exp not in (2, Rational(3, 2)) for power in value.atoms(type(roots[spike_across]))):
        raise ValueError(f"{statement} is not a polynomial of cube roots under one power")
    return value


def _threshold_source(statement: Expr) -> str:
    """Source of the threshold."""
    return f'''\
def spike_threshold(A: npt.ArrayLike, B: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Least beta at which A**2/N**2 + B**2/(beta - N)**2 = 1 has a solution 0 < N < beta.

        {line_of(statement)}

    A: (...) pull orthogonal to the axis of the spike, kappa * sqrt(1 - w_star_j**2), in [0, 6e+307].
    B: (...) lam - s * kappa * w_star_j, in [0, 6e+307], s = +1 or -1 the sign of the spike.
    Returns (...), the broadcast shape, float64. A spike needs beta above this value; where A or B is 0 it is the other.
    Raises ValueError naming the argument for other values, for what is not a real number and for shapes that do not
    broadcast.
    Source: R7.astroid.
    """
    A, B = scalars(A=A, B=B)
    a, b = np.cbrt(A), np.cbrt(B)
    return np.asarray({NUMPY.show(threshold_in_roots(statement))})[()]
'''

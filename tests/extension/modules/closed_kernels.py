"""An extension: hard tanh with its kernels in closed form."""

from sympy import Integer, Rational, cos, erf, exp, pi, sin, sqrt

from proofs.proxies import Estimator, Parameter, add
from proofs.symbols import c, r, theta

level, y = c / r, c / (sqrt(2) * r * sin(theta))
full = 1 / sqrt(2 * pi)
drop = full * (1 - exp(-(level**2) / 2))
turned = drop + full * (exp(-(level**2) / 2) * erf(y * cos(theta)) - erf(y))


HARD_TANH = add(
    Estimator(
        "hard-tanh",
        "hard tanh, μ'(x) = 1{|x| < c}",
        ((-c, c, Integer(1)),),
        (Parameter(c, Rational(1), "half-width, c > 0"),),
        kernels=(drop, Integer(0), turned, full * erf(y)),
    )
)

from sympy import Integer, Symbol, oo

from proofs.proxies import Estimator, Parameter, add
from proofs.symbols import x

width = Symbol("width", positive=True)

add(
    Estimator(
        "lorentz",
        "Lorentzian, μ'(x) = 1/(1 + x²/w²)",
        ((-oo, oo, 1 / (1 + x**2 / width**2)),),
        (Parameter(width, Integer(1), "width, w > 0"),),
    )
)

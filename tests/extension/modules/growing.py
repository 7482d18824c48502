"""An extension whose estimator has no moments for large ‖w‖: μ' grows like exp(x²)."""

from sympy import exp, oo

from proofs.proxies import Estimator, add
from proofs.symbols import x

add(Estimator("growing", "growing, μ'(x) = exp(x²)", ((-oo, oo, exp(x**2)),)))

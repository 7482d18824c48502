"""An extension whose estimator has no moments: μ'(x) = 1/x on (0, 1)."""

from sympy import Integer

from proofs.proxies import Estimator, add
from proofs.symbols import x

add(Estimator("divergent", "divergent, μ'(x) = 1/x on (0, 1)", ((Integer(0), Integer(1), 1 / x),)))

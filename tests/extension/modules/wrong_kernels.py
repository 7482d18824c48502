"""An extension whose closed kernels are off by 0.1 %."""

from dataclasses import replace

import closed_kernels
from sympy import Rational

from proofs.proxies import ESTIMATORS

p, q, turned, b = closed_kernels.HARD_TANH.kernels
ESTIMATORS["hard-tanh"] = replace(closed_kernels.HARD_TANH, kernels=(p, q, turned, b * Rational(1001, 1000)))

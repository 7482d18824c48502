"""An extension whose penalty declares a threshold that is off by 0.1 %."""

from dataclasses import replace

import my_penalty  # noqa: F401 (it declares capped l1)
from sympy import Rational

from proofs.penalty_forms import PENALTIES

right = PENALTIES["capped-l1"]
PENALTIES[right.name] = replace(right, threshold=right.threshold * Rational(1001, 1000))

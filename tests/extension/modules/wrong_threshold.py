"""An extension whose penalty declares a threshold that is off by 0.1 %."""

from dataclasses import replace

import my_penalties
from sympy import Rational

from proofs.penalty_forms import PENALTIES

PENALTIES["capped-l1"] = replace(my_penalties.CAPPED, threshold=my_penalties.CAPPED.threshold * Rational(1001, 1000))

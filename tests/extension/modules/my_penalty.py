from sympy import Integer, Min, Symbol, oo, sqrt

from proofs.penalty_forms import Penalty, Shape, add, size
from proofs.symbols import ratio, u

cap = Symbol("cap", positive=True)

add(
    Penalty(
        "capped-l1",
        "capped l1, p(u) = min(|u|, cap)",
        ((Integer(0), cap, u), (cap, oo, cap)),
        threshold=sqrt(ratio) * sqrt(Min(ratio, 2 * cap)),
        branches=((ratio, size <= Min(cap + ratio / 2, 2 * cap)), (Integer(0), True)),
        parameters=(Shape(cap, Integer(1), "cap > 0"),),
    )
)

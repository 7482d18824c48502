"""An extension: a ramp and a cap under every name in NAMES, one to a line; what is refused stands in REFUSED."""

import os

from sympy import Expr, Integer, Min, Rational, Symbol, sqrt

from proofs import penalty_forms, proxies
from proofs.symbols import ratio, u, x

NAMES = os.environ["NAMES"].split("\n")
REFUSED: dict[str, str] = {}


def ramp(index: int, name: str) -> None:
    top = Symbol(name, positive=True)
    piece = (Integer(0), top, 1 - x / (2 * top))
    width = proxies.Parameter(top, Rational(1), "where it ends")
    proxies.add(proxies.Estimator(f"ramp-{index}", "half a ramp", (piece,), (width,)))


def cap(index: int, name: str) -> None:
    top: Expr = Symbol(name, positive=True)
    penalty_forms.add(
        penalty_forms.Penalty(
            f"cap-{index}",
            "capped l1",
            ((Integer(0), top, u), (top, penalty_forms.oo, top)),
            threshold=sqrt(ratio) * sqrt(Min(ratio, 2 * top)),
            branches=((ratio, penalty_forms.size <= Min(top + ratio / 2, 2 * top)), (Integer(0), True)),
            parameters=(penalty_forms.Shape(top, Integer(1), "where it ends"),),
        )
    )


for position, called in enumerate(NAMES):
    for declare in (ramp, cap):
        try:
            declare(position, called)
        except ValueError as error:
            REFUSED[f"{declare.__name__}-{position}"] = str(error)

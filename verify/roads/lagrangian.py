"""R2: the witnesses' rates."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import And, Eq, Gt, Integer, Lt, Rational, Symbol, pi, sqrt

from proofs.engine.claim import Claim
from verify.inequalities.frame import dot
from verify.inequalities.statement import Statement, stated

__all__: list[str] = []

_SQRT_PI = Symbol("sqrt_pi", positive=True)


@stated("R2", scope="the rates at τ = 0", whole=False)
def _rates(claim: Claim) -> Iterator[Statement]:
    """θ and the Lagrangian along w⁺ of the witnesses: κ = 1/(2√(2π)), and f = θ/2π at v = v*."""
    w, star = (Rational(4, 5), Rational(3, 5)), (Rational(3, 5), Rational(4, 5))
    tangent = Rational(-3, 5), Rational(4, 5)
    strength = 1 / (2 * sqrt(2) * _SQRT_PI)
    known = Gt(_SQRT_PI**2, Rational(314159, 100000)), Lt(_SQRT_PI**2, Rational(314160, 100000))
    minimizers = {"l0": (Rational(1, 5), (w[0], Integer(0))), "l1": (Integer(1), (Rational(3, 10), Rational(1, 10)))}
    for name, (coupling, own) in minimizers.items():
        pull = [strength * s + coupling * u for s, u in zip(star, own, strict=True)]
        turn = -dot(tangent, pull)  # w* lies on the side of the tangent
        rise = turn / (2 * _SQRT_PI**2) - coupling * dot(own, tangent) * dot(tangent, pull)
        for what, rate in (("angle", turn), ("Lagrangian", rise)):
            part = claim.parts[f"rate of the {what}, {name}"]
            stated_rate = part.xreplace({pi: _SQRT_PI**2, 1 / sqrt(pi): 1 / _SQRT_PI, 1 / pi: 1 / _SQRT_PI**2})
            yield Statement(f"{what}, {name}", And(Eq(rate, stated_rate), Gt(stated_rate, 0)), known)

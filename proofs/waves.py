"""Proxies that oscillate without end, read off: a constant and waves cos(kx + d), sin(kx + d) on the whole line."""

from __future__ import annotations

from typing import Final, NamedTuple

from sympy import Add, Expr, Integer, Rational, cos, diff, oo, sin

from proofs.pieces import Piece, sign_of
from proofs.symbols import x

_SLOWEST: Final = Rational(1, 16)
"""The methods' panels double from 1/r on: a Gaussian of width 1/(kr) is resolved for k not far from 1."""


class Waves(NamedTuple):
    """μ'(x) = constant + Σ even[k] cos kx + Σ odd[k] sin kx, every k > 0."""

    constant: Expr
    even: dict[Expr, Expr]
    odd: dict[Expr, Expr]


def waves(pieces: tuple[Piece, ...]) -> Waves | None:
    """The waves that μ' is the sum of, on the whole line; None if it is anything else, or has none."""
    if len(pieces) != 1 or pieces[0][:2] != (-oo, oo):
        return None
    found = Waves(Integer(0), {}, {})
    for term in Add.make_args(pieces[0][2].expand()):
        height, wave = term.as_independent(x, as_Add=False)
        if wave == 1:
            found = found._replace(constant=found.constant + height)
            continue
        if not isinstance(wave, sin | cos) or not wave.args[0].is_polynomial(x) or diff(wave.args[0], x, 2) != 0:
            return None
        rate = diff(wave.args[0], x)
        shift = (wave.args[0] - rate * x).expand()
        sign = sign_of(rate)
        if not sign or (rate.is_number and not _SLOWEST <= abs(rate) <= 1 / _SLOWEST):
            return None
        rate, shift = sign * rate, sign * shift
        along, across = (cos(shift), -sin(shift)) if isinstance(wave, cos) else (sign * sin(shift), sign * cos(shift))
        found.even[rate] = found.even.get(rate, Integer(0)) + height * along
        found.odd[rate] = found.odd.get(rate, Integer(0)) + height * across
    return found if found.even else None

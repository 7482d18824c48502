"""Text of the generated module `limits`: what R4 and R7 have of each penalty.

An entry that a limit keeps is x = X(U) = U + ρp'(U), with gap·U + (β + gap)ρp'(U) = κ|w*_i| and gap = N − β: R4 states
it for each penalty, and D_i of R7.stability follows from X'. So a penalty enters by p', p'', the least U and its
proximal map beyond the threshold, which R4's entry is at x = κ|w*_i|/gap. The functions serve mpmath's numbers as well
as arrays of float64: they call what these do not share by the field that they are given, and round no constant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sympy import Expr, Integer, Max, Min, Mul, Symbol, diff, expand, factor, fraction, solve

from proofs.code.emit import Steps, assignments, gather_roots, lines_of, table, written
from proofs.code.printers import FIELD
from proofs.engine.claim import get
from proofs.engine.residual import decide_zero
from proofs.penalties import map_id
from proofs.penalty_forms import Penalty, penalty, size
from proofs.symbols import a, beta, kappa, kept_level, lam, multiplier, ratio, spike_sign, star_entry, star_size, u

LAWS: Final = ("l1", "l0", "tl1")
"""Penalties whose limit is known as a map of w*."""

CLAIMS: Final = [*(f"R4.{name}" for name in LAWS), *map(map_id, LAWS)]
NAMES: Final = ["BENDS", "CURVED", "KEPT", "LEAST", "SLOPES", "TURNING"]

_X, _RHO, _TWICE, _REACH = (Symbol(name, positive=True) for name in ("x", "rho", "twice", "reach"))


def sources() -> list[str]:
    """Source of every function and table."""
    own = [penalty(name) for name in LAWS]
    for each in own:
        _held_by_claim(each)
        _held_by_census(each)
    functions = [_function(each, name) for name in _TABLES for each in own]
    tables = [
        table(name, "Callable[..., Any]", {each.name: _name(each, name) for each in own}, f"By penalty: {meaning}")
        for name, (*_, meaning) in _TABLES.items()
    ]
    curved = ", ".join(f'"{each.name}"' for each in own if slope(each).has(u))
    return [*functions, *tables, f'CURVED: Final = ({curved},)\n"""Penalties whose p\' varies."""\n']


def _name(each: Penalty, table: str) -> str:
    return f"_{each.name}_{table.lower()}"


def _function(each: Penalty, table: str) -> str:
    arguments, title, steps, _ = _TABLES[table]
    given = ", ".join(f"{name}: Any" for name in arguments.split(", "))
    own = "".join(f", {shape.symbol.name}: Any" for shape in each.parameters)
    head = f"def {_name(each, table)}({given}{f', *{own}' if own else ''}) -> Any:"
    return written(head, f"{title} for {each.name}.", lines_of(steps(each)))


def slope(each: Penalty) -> Expr:
    """p'(u)."""
    return factor(diff(each.at(u), u))


def bend(each: Penalty) -> Expr:
    """−p''(u)."""
    return -diff(slope(each), u)


def least(each: Penalty) -> Expr:
    """u_t of R4, the least |ū_i| > 0: that at which |w̄_i| is the threshold."""
    if not each.parameters:
        return each.landings[0].subs(size, each.threshold)
    (capped,) = each.threshold.atoms(Min)
    (root,) = set(capped.args) - {a}
    beyond = each.threshold.xreplace({capped: a}) - get("R4.tl1").parts["kept entry"].subs(kept_level, root - a)
    if not vanishes(beyond):
        raise ValueError("R4.tl1: |w̄_i| is not the threshold of P3 where |ū_i| is least")
    return Max(root - a, 0)


def vanishes(difference: Expr) -> bool:
    """Whether it is proved to; what is undecided is no formula."""
    return decide_zero(difference).zero is True


def _held_by_claim(each: Penalty) -> None:
    """ValueError unless R4 states this entry for the penalty."""
    parts = get(f"R4.{each.name}").parts
    at_level = slope(each).subs(u, kept_level)
    x, drive = kept_level + ratio * at_level, (multiplier - beta) * kept_level + multiplier * ratio * at_level
    if "active equation" in parts:
        same = [parts["active equation"] - drive, parts["kept entry"] - x]
    else:
        entry = parts["active entry" if "active entry" in parts else "kept entry"]
        same = [entry.subs(lam, beta * ratio).subs(star_size, drive / kappa) - x]
    if not all(map(vanishes, same)):
        raise ValueError(f"R4.{each.name} does not state the entry that the module is written from")


def _held_by_census(each: Penalty) -> None:
    """ValueError unless R7 states that x² + A²/N² = 1 where one entry is above the threshold: N x = σκw*_j + βU there,
    and A/N is the norm of the others. `numerics.limits` and the interactive page solve that for all penalties alike.
    """
    push, across = spike_sign * kappa * star_entry, kappa**2 * (1 - star_entry**2)
    stated, at_level = get(f"R7.{each.name}").parts["multiplier equation"], slope(each).subs(u, kept_level)
    if at_level.has(kept_level):  # one in U, without N and without denominators
        above, below = fraction(at_level)
        x, drive = kept_level * below + ratio * above, push + beta * kept_level
        gap = (x**2 - below**2) * drive**2 + across * x**2 - stated
    else:
        gap = ((push - lam * at_level) / (multiplier - beta)) ** 2 + across / multiplier**2 - stated
    if not vanishes(expand(gap).subs(spike_sign**2, 1)):
        raise ValueError(f"R7.{each.name} does not state the norm of a limit with one entry above the threshold")


def _quotients(form: Expr) -> Steps:
    """A product over a power, factor by factor: the products may leave the range of float64 where these do not."""
    above, below = fraction(form)
    base, power = below.as_base_exp()
    if base == 1:
        return [("", FIELD.show(form))]
    factors = Mul.make_args(above)
    if len(factors) != power:
        raise ValueError(f"{form} has not a factor for each of its divisors")
    return [(_REACH.name, FIELD.show(base)), ("", " * ".join(f"({FIELD.show(part / _REACH)})" for part in factors))]


def _steps(form: Expr) -> Steps:
    named = gather_roots(form.xreplace({size: _X, ratio: _RHO}))
    return assignments([named], [""], ("f", "x", "rho", "twice"), FIELD)


def _turning(each: Penalty) -> Expr:
    """Where gap·u + Nρp'(u) is least: −p''(u) = gap/(Nρ)."""
    if bend(each) == 0:
        return Integer(0)
    return solve(bend(each) - 2 / _TWICE, u)[0].replace(lambda part: part.is_Pow, factor)


_LEAST_MEANING = "least |S(x)| > 0: (field, rho, **parameters)"
_KEPT_MEANING = "S(x) for x beyond the threshold: (field, x, rho, **parameters)"
_TURNING_MEANING = "u with -p''(u) = 2/twice, 0 where p'' = 0: (field, twice, **parameters)"
_TABLES: Final[dict[str, tuple[str, str, Callable[[Penalty], Steps], str]]] = {
    "SLOPES": ("u", "p'(u)", lambda each: _quotients(slope(each)), "p'(u): (u, **parameters)"),
    "BENDS": ("u", "-p''(u)", lambda each: _quotients(factor(bend(each))), "-p''(u): (u, **parameters)"),
    "LEAST": ("f, rho", "Least |S(x)| > 0", lambda each: _steps(least(each)), _LEAST_MEANING),
    "KEPT": ("f, x, rho", "S(x) beyond the threshold", lambda each: _steps(each.landings[0]), _KEPT_MEANING),
    "TURNING": ("f, twice", "u with -p''(u) = 2/twice", lambda each: _steps(_turning(each)), _TURNING_MEANING),
}
"""By table: arguments, title and steps of its functions, and what it holds."""

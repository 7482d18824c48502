"""Text of the generated module `limits`: what R4 and R7 have of each penalty.

An entry that a limit keeps is x = X(U) = U + ρp'(U), with gap·U + (β + gap)ρp'(U) = κ|w*_i| and gap = N − β: R4 states
it for each penalty, and D_i of R7.stability follows from X'. So a penalty enters by p', p'', the least U and its
proximal map beyond the threshold, which R4's entry is at x = κ|w*_i|/gap. The functions serve mpmath's numbers as well
as arrays of float64: they call what these do not share by the field that they are given, and round no constant.
"""

from __future__ import annotations

from collections.abc import Callable
from textwrap import indent

from sympy import Expr, Integer, Mul, Symbol, diff, factor, fraction, solve

from proofs.code.emit import assignments, gather_roots
from proofs.code.page_formulas import least_kept, vanishes
from proofs.code.printers import FIELD
from proofs.engine.claim import get
from proofs.penalties import map_id
from proofs.penalty_forms import Penalty, penalty, size
from proofs.symbols import beta, kappa, kept_level, lam, multiplier, ratio, star_size, u

__all__ = ["CLAIMS", "NAMES", "sources"]

_PENALTIES = ("l1", "l0", "tl1")
CLAIMS = [*(f"R4.{name}" for name in _PENALTIES), *map(map_id, _PENALTIES)]
NAMES = ["BENDS", "CURVED", "KEPT", "LEAST", "SLOPES", "TURNING"]

_X, _RHO, _TWICE, _REACH = (Symbol(name, positive=True) for name in ("x", "rho", "twice", "reach"))
_NAMES = {size: _X, ratio: _RHO}


def sources() -> list[str]:
    """Source of every function and table."""
    own = [penalty(name) for name in _PENALTIES]
    for each in own:
        _held_by_claim(each)
    functions = [_function(each, table, *form(each)) for table, (_, form) in _TABLES.items() for each in own]
    return [*functions, *(_table(table, meaning, own) for table, (meaning, _) in _TABLES.items()), _curved(own)]


def _slope(each: Penalty) -> Expr:
    return factor(diff(each.at(u), u))


def _held_by_claim(each: Penalty) -> None:
    """ValueError unless R4 states this entry for the penalty."""
    parts = get(f"R4.{each.name}").parts
    slope = _slope(each).subs(u, kept_level)
    x, drive = kept_level + ratio * slope, (multiplier - beta) * kept_level + multiplier * ratio * slope
    if "active equation" in parts:
        same = [parts["active equation"] - drive, parts["kept entry"] - x]
    else:
        entry = parts["active entry" if "active entry" in parts else "kept entry"]
        same = [entry.subs(lam, beta * ratio).subs(star_size, drive / kappa) - x]
    if not all(map(vanishes, same)):
        raise ValueError(f"R4.{each.name} does not state the entry that the module is written from")


_Steps = list[tuple[str, str]]
_Form = tuple[str, str, _Steps]


def _slope_form(each: Penalty) -> _Form:
    return "u", "p'(u)", _quotients(_slope(each))


def _bend_form(each: Penalty) -> _Form:
    return "u", "-p''(u)", _quotients(factor(-diff(_slope(each), u)))


def _least_form(each: Penalty) -> _Form:
    (landing,) = each.landings
    form = least_kept() if each.parameters else landing.subs(size, each.threshold)
    return "f, rho", "Least |S(x)| > 0", _steps(form)


def _kept_form(each: Penalty) -> _Form:
    return "f, x, rho", "S(x) beyond the threshold", _steps(each.landings[0])


def _turning_form(each: Penalty) -> _Form:
    """Where gap·u + Nρp'(u) is least: −p''(u) = gap/(Nρ)."""
    bend = -diff(_slope(each), u)
    form = Integer(0) if bend == 0 else solve(bend - 2 / _TWICE, u)[0].replace(lambda part: part.is_Pow, factor)
    return "f, twice", "u with -p''(u) = 2/twice", _steps(form)


_TABLES: dict[str, tuple[str, Callable[[Penalty], _Form]]] = {
    "SLOPES": ("p'(u): (u, **parameters)", _slope_form),
    "BENDS": ("-p''(u): (u, **parameters)", _bend_form),
    "LEAST": ("least |S(x)| > 0: (field, rho, **parameters)", _least_form),
    "KEPT": ("S(x) for x beyond the threshold: (field, x, rho, **parameters)", _kept_form),
    "TURNING": ("u with -p''(u) = 2/twice, 0 where p'' = 0: (field, twice, **parameters)", _turning_form),
}


def _steps(form: Expr) -> _Steps:
    return assignments([gather_roots(form.xreplace(_NAMES))], [""], ("f", "x", "rho", "twice"), FIELD)


def _quotients(form: Expr) -> _Steps:
    """A product over a power, factor by factor: the products may leave the range of float64 where these do not."""
    above, below = fraction(form)
    base, power = below.as_base_exp()
    if base == 1:
        return [("", FIELD.show(form))]
    factors = Mul.make_args(above)
    if len(factors) != power:
        raise ValueError(f"{form} has not a factor for each of its divisors")
    return [(_REACH.name, FIELD.show(base)), ("", " * ".join(f"({FIELD.show(part / _REACH)})" for part in factors))]


def _function(each: Penalty, table: str, arguments: str, title: str, steps: _Steps) -> str:
    own = "".join(f", {shape.symbol.name}: Any" for shape in each.parameters)
    given = ", ".join(f"{name}: Any" for name in arguments.split(", "))
    *shared, (_, value) = steps
    lines = [f"{name} = {source}" for name, source in shared] + [f"return {value}"]
    head = f"def _{each.name}_{table.lower()}({given}{f', *{own}' if own else ''}) -> Any:"
    return f'{head}\n    """{title} for {each.name}."""\n{indent(chr(10).join(lines), "    ")}\n'


def _table(table: str, meaning: str, penalties: list[Penalty]) -> str:
    rows = "".join(f'    "{each.name}": _{each.name}_{table.lower()},\n' for each in penalties)
    return f'{table}: Final[dict[str, Callable[..., Any]]] = {{\n{rows}}}\n"""By penalty: {meaning}."""\n'


def _curved(penalties: list[Penalty]) -> str:
    names = [each.name for each in penalties if _slope(each).has(u)]
    return f'CURVED: Final = ({", ".join(map(repr, names))},)\n"""Penalties whose p\' varies."""\n'.replace("'", '"', 2)

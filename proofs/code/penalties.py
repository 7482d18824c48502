"""Text of the generated module `penalties`: penalties, proximal maps, thresholds, Moreau envelopes, entry by entry."""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Abs, Expr, Max, Min, Piecewise, Symbol, oo, sign

from proofs.code.emit import Steps, assignments, gather_roots, lines_of, table, written
from proofs.code.functions import head_of, parameter_table
from proofs.code.printers import NUMPY, SourcePrinter
from proofs.engine.claim import get
from proofs.naming import identifier, plain
from proofs.penalties import envelope_id, map_id
from proofs.penalty_forms import Penalty, size
from proofs.symbols import beta, lam, ratio, u, x_in

NAMES = [
    "DISPLACEMENTS",
    "ENVELOPES",
    "PENALTIES",
    "PENALTY_PARAMETERS",
    "PROXIMAL_MAPS",
    "THRESHOLDS",
    "moreau_envelope",
    "penalty_value",
    "proximal_map",
]

_X, _RHO, _U = Symbol("x", real=True), Symbol("rho", positive=True), Symbol("u", real=True)
_TINY = sympy.Rational(1, 10**300)
_NAMES = {x_in: _X, ratio: _RHO}
_RESERVED = ("x", "u", "rho", "beta", "lam")


def claim_ids(penalties: Sequence[Penalty]) -> list[str]:
    """The claims that the module is written from."""
    return [identify(penalty.name) for identify in (map_id, envelope_id) for penalty in penalties]


def sources(penalties: Sequence[Penalty]) -> list[str]:
    """Source of every function and table."""
    parts = [part(penalty) for penalty in penalties for part in (_value, _map, _threshold, _envelope)]
    return [*parts, _tables(penalties), _FUNCTIONS.replace("{listed}", _listed(penalties))]


def value_form(penalty: Penalty) -> Expr:
    """p(|u|): every piece is evaluated inside its own interval only."""
    inside = [
        (piece.subs(u, Max(Min(Abs(_U), high), low) if high != oo or low != 0 else Abs(_U)), Abs(_U) <= high)
        for low, high, piece in penalty.pieces
    ]
    form = Piecewise(*inside[:-1], (inside[-1][0], True)) if len(inside) > 1 else inside[0][0]
    if penalty.jumps:
        form = Piecewise((0, Abs(_U) <= 0), (form, True))
    return form


def _value(penalty: Penalty) -> str:
    lines = lines_of([*steps(penalty, value_form(penalty)), ("", "np.asarray(value, np.float64)")])
    return _written(penalty, "penalty", "u: Array", lines, f"{penalty.title}.")


def map_form(penalty: Penalty) -> Expr:
    """S(x), as its claim states it, safe to evaluate everywhere; what it shrinks by is at most |x|, however rounded."""
    form = _guarded(get(map_id(penalty.name)).formula)
    shrink: Expr = (x_in - form.args[-1].expr) / sign(x_in) if isinstance(form, Piecewise) else sympy.Integer(0)
    if shrink == 0 or shrink.has(sign):  # S(x) is stated as a product, which has the sign of x
        return form
    kept = Min(shrink, Abs(x_in), evaluate=False)
    return Piecewise(*form.args[:-1], (sympy.Add(x_in, -sign(x_in) * kept, evaluate=False), True), evaluate=False)


def _map(penalty: Penalty) -> str:
    title = f"Proximal map of {penalty.name}; source: {map_id(penalty.name)}."
    return _function(penalty, "map", "x: Array, rho: Array | float", map_form(penalty), title)


def _guarded(form: Expr) -> Expr:
    """The form with |x| kept at the threshold or above in the branch beyond it: an arcsine would leave its domain.

    Without an arcsine a square root of what may round to less than 0 is one of 0 there.

    Every piece is evaluated everywhere and chosen afterwards: where the branch counts, nothing is changed. Where a
    divisor would be 0 at x = ρ = 0, |x| is also kept above 1e-300. That counts at ρ = 0 only, where the branch shrinks
    by 0: the threshold of the smallest ρ > 0 of float64 lies far above it.
    """
    if not form.has(sympy.asin):
        return form.replace(
            lambda part: (
                part.is_Pow and part.exp == sympy.Rational(1, 2) and part.base.is_Add and not part.base.is_nonnegative
            ),
            lambda part: sympy.sqrt(Max(part.base, 0)),
        )
    (below, condition), (beyond, _) = form.args
    x = Abs(x_in)
    (threshold,) = (side for side in condition.args if side != x)
    kept = Max(x, threshold)
    if any(_vanishes(power.base) for power in beyond.atoms(sympy.Pow) if power.exp.is_negative):
        kept = Max(kept, _TINY)
    return Piecewise((below, condition), (beyond.xreplace({x: kept}), True))


def _divisors(form: Expr) -> dict[Expr, Symbol]:
    """Divisors of ρ and shapes whose sign is open: in the pieces where they count they are > 0; each gets a name."""
    found = {
        power.base
        for power in form.atoms(sympy.Pow)
        if power.exp.is_negative and not power.has(_X) and power.base.is_Add and not power.base.is_positive
    }
    ordered = sorted(found, key=sympy.default_sort_key)
    return {base: Symbol(f"divisor_{index}" if index else "divisor", real=True) for index, base in enumerate(ordered)}


def _vanishes(divisor: Expr) -> bool:
    """Whether a divisor is 0 at x = 0, ρ = 0."""
    return bool(divisor.subs({x_in: 0, ratio: 0}, simultaneous=True) == 0)


def _threshold(penalty: Penalty) -> str:
    """The threshold, and sup |x − S(x)| where that is another number; it has no bound, or one for each ρ."""
    arguments, farthest = "rho: Array | float", penalty.farthest
    title = f"{'Least upper bound of' if farthest == oo else 'Largest'} |x - S(x)| for {penalty.name}."
    title_of_threshold = f"Largest |x| with S(x) = 0 for {penalty.name}."
    sources = [_function(penalty, "threshold", arguments, penalty.threshold, title_of_threshold)]
    if farthest == oo:
        lines = ["return np.where(np.asarray(rho) > 0, np.inf, rho)"]
        sources.append(_written(penalty, "displacement", arguments, lines, title))
    elif farthest != penalty.threshold:
        sources.append(_function(penalty, "displacement", arguments, farthest, title))
    return "\n\n".join(sources)


def _envelope(penalty: Penalty) -> str:
    """e(x), in ρ = λ/β, which is formed once and without 0/0."""
    claim = get(envelope_id(penalty.name))
    form = penalty.envelope if penalty.stable_envelope is None else penalty.stable_envelope
    if form.subs(ratio, lam / beta) != claim.formula:
        raise ValueError(f"claim {claim.id} does not state the envelope that {penalty.name!r} declares")
    title = f"Moreau envelope of {penalty.name}; source: {claim.id}."
    in_ratio = form.has(ratio) or penalty.domain != sympy.true
    before = ["rho = quotient(lam, beta)", *_within_domain(penalty)] if in_ratio else []
    arguments = "x: Array, beta: Array | float, lam: Array | float"
    if penalty.has_quotients and penalty.stable_envelope is None:  # the square of a quotient would be one of squares
        gaps = [Symbol(f"gap_{index}", real=True) for index, _ in enumerate(penalty.branches)]
        form = penalty.envelope_in(gaps)
        for name, (gap, _) in zip(gaps, penalty.branches, strict=True):
            before.append(f"{name} = {NUMPY.show(gap.subs(size, Abs(x_in)).xreplace(_NAMES))}")
    return _written(penalty, "envelope", arguments, [*before, *lines_of(steps(penalty, _guarded(form)))], title)


def _function(penalty: Penalty, role: str, arguments: str, form: Expr, title: str) -> str:
    """One function of entries: common subexpressions first, then its value."""
    before = _within_domain(penalty) if "rho" in arguments else []
    return _written(penalty, role, arguments, [*before, *lines_of(steps(penalty, form))], title)


def _within_domain(penalty: Penalty) -> list[str]:
    """Lines that raise ValueError where the penalty is not declared for ρ and the parameters."""
    if penalty.domain == sympy.true:
        return []
    condition = NUMPY.show(penalty.domain.xreplace(_NAMES))
    words = f"penalty {penalty.name} has a closed form for {plain(condition)} only, "
    words += "got rho = lam/beta = {np.max(rho)}"
    return [f"if not np.all({condition}):", f'    raise ValueError(f"{words}")']


def _written(penalty: Penalty, role: str, arguments: str, lines: list[str], title: str) -> str:
    result = "Array" if "Array," in arguments or arguments == "u: Array" else "Array | float"
    return written(head_of(penalty, role, arguments, result), title, lines)


def steps(penalty: Penalty, form: Expr, printer: SourcePrinter = NUMPY) -> Steps:
    """What computes a form of x, u, rho, beta, lam and the shapes."""
    form = gather_roots(form.xreplace(_NAMES))
    reserved = (*_RESERVED, *(shape.symbol.name for shape in penalty.parameters))
    divisors = _divisors(form)
    pairs = [(name.name, printer.show(base)) for base, name in divisors.items()]
    for base, name in divisors.items():
        form = form.replace(
            lambda part, base=base: part.is_Pow and part.base == base and part.exp.is_negative,
            lambda part, name=name: Piecewise((name**part.exp, name > 0), (1, True)),
        )
    reserved = (*reserved, *(name.name for name in divisors.values()))
    return pairs + assignments([form], ["value"], reserved, printer)


def _tables(penalties: Sequence[Penalty]) -> str:
    tables = [parameter_table("PENALTY_PARAMETERS", "penalty", penalties)]
    for name, role, meaning in (
        ("PENALTIES", "penalty", "p(|u|), entry by entry: (u, **parameters)"),
        (
            "PROXIMAL_MAPS",
            "map",
            "S(x), entry by entry: (x, rho, **parameters), rho >= 0 a number or an array; nothing is checked",
        ),
        ("THRESHOLDS", "threshold", "largest |x| with S(x) = 0: (rho, **parameters)"),
        ("DISPLACEMENTS", "displacement", "largest |x - S(x)| over all x: (rho, **parameters)"),
        ("ENVELOPES", "envelope", "Moreau envelope, entry by entry: (x, beta, lam, **parameters)"),
    ):
        result = "Array | float" if role in {"threshold", "displacement"} else "Array"
        rows = {penalty.name: _name_of(penalty, role) for penalty in penalties}
        tables.append(table(name, f"Callable[..., {result}]", rows, f"By penalty: {meaning}"))
    return "\n".join(tables)


def _name_of(penalty: Penalty, role: str) -> str:
    if role == "displacement" and penalty.farthest == penalty.threshold:
        role = "threshold"
    return f"_{identifier(penalty.name)}_{role}"


def _listed(penalties: Sequence[Penalty]) -> str:
    """Every penalty with its formula and parameters, one a line, for docstrings."""
    lines = []
    for penalty in penalties:
        own = "; ".join(f"{s.name}, {s.meaning}, default {float(s.default):g}" for s in penalty.parameters)
        lines.append(f"    {penalty.name}: {penalty.title}" + (f" ({own})" if own else ""))
    return "\n".join(lines)


_FUNCTIONS = '''\
def proximal_map(
    x: npt.ArrayLike, rho: npt.ArrayLike, penalty: str = "l1", **parameters: float
) -> npt.NDArray[np.floating]:
    """The proximal map S(x), a minimizer over u of rho p(u) + (u - x)**2 / 2, entry by entry.

    x: any shape, finite. rho: >= 0, broadcast against x; 0 gives x itself, inf gives 0.
    penalty and its parameters:

{listed}

    Returns (...), the shape of x and rho broadcast; float32 x gives float32. Where two u attain the minimum (|x| at
    the threshold of a map that jumps), 0 is returned.
    Raises ValueError naming the argument for values that are out of range or not finite, for shapes that do not
    broadcast, for an unknown penalty, for a parameter that it does not have and for a result that is beyond its float.
    Source: P1, P2, P3 and, by penalty, P7.
    """
    known = check_parameters(penalty, parameters, PENALTY_PARAMETERS, "penalty")
    return entrywise(PROXIMAL_MAPS[penalty], "x", x, known, rho=rho)


def penalty_value(u: npt.ArrayLike, penalty: str = "l1", **parameters: float) -> npt.NDArray[np.floating]:
    """P(u), the sum of p(|u_i|) over the last axis.

    u: (..., n), finite. penalty and its parameters as in `proximal_map`. Returns (...); float32 in, float32 out.
    Raises ValueError as `proximal_map` does. Source: P1, P2, P3 and, by penalty, P7.
    """
    known = check_parameters(penalty, parameters, PENALTY_PARAMETERS, "penalty")
    return row_sums(PENALTIES[penalty], "u", u, known)


def moreau_envelope(
    w: npt.ArrayLike, beta: npt.ArrayLike, lam: npt.ArrayLike, penalty: str = "l1", **parameters: float
) -> npt.NDArray[np.floating]:
    """The Moreau envelope E(w), the minimum over u of lam P(u) + (beta / 2) norm(w - u)**2.

    w: (..., n), finite. beta, lam: >= 0, finite, broadcast against the leading axes of w.
    penalty and its parameters as in `proximal_map`. Returns (...); float32 w gives float32.
    Raises ValueError as `proximal_map` does. Source: P6.l1, P6.l0, P6.tl1 and, by penalty, P6.
    """
    known = check_parameters(penalty, parameters, PENALTY_PARAMETERS, "penalty")
    return row_sums(ENVELOPES[penalty], "w", w, known, beta=beta, lam=lam)
'''

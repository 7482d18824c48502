"""Text of the generated functions of vectors, and of tables of functions.

A function of vectors is a claim's stable form: the invariants it needs, then its scalar coefficients, then their
combination with a few vectors. That is what makes it vectorized over any batch shape and independent of m and n.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

from sympy import Expr

from proofs.code.emit import assignments, table, written
from proofs.engine.claim import get
from proofs.engine.render import line_of
from proofs.naming import identifier, renaming
from proofs.penalty_forms import Penalty
from proofs.proxies import Estimator
from proofs.symbols import QUANTITIES


@dataclass(frozen=True)
class Function:
    """A generated function: its claim, its arguments in order, and the last axis of its result."""

    name: str
    claim_id: str
    arguments: tuple[str, ...]
    result: str
    chapter: str


FUNCTIONS = (
    Function("halfspace_probability", "G1", ("theta",), "", "gaussian"),
    Function("halfspace_mean", "G2", ("a",), "n", "gaussian"),
    Function("wedge_mean", "G3", ("a", "b"), "n", "gaussian"),
    Function("population_loss", "N1", ("v", "w", "v_star", "w_star"), "", "network"),
    Function("population_loss_at_origin", "N1.origin", ("v_star",), "", "network"),
    Function("loss_gradient_v", "N2", ("v", "w", "v_star", "w_star"), "m", "network"),
    Function("loss_gradient_w", "N3", ("v", "w", "v_star", "w_star"), "n", "network"),
    Function("best_output_weights", "N4", ("theta", "v_star"), "m", "network"),
    Function("saddle_angle", "N5.saddle", ("v_star",), "", "network"),
    Function("relu_network_loss", "B1.loss", ("w", "w_star", "k"), "", "background"),
    Function("relu_network_gradient", "B1.gradient", ("w", "w_star", "k"), "n", "background"),
)

_INVARIANTS = {
    "m": "v_star.shape[-1]",
    "theta": "g.theta",
    "r": "g.r",
    "r_star": "g.r_star",
    # Differences of norms from differences of vectors; the quotient keeps products within float64.
    "norm_gap": "dot(dw, (w + w_star) / (g.r + g.r_star)[:, None])",
    "dw_dw": "dot(dw, dw)",
    "v_v": "dot(v, v)",
    "v_vs": "dot(v, v_star)",
    "vs_vs": "dot(v_star, v_star)",
    "sum_v": "total(v)",
    "sum_vs": "total(v_star)",
    "diff_diff": "dot(dv, dv)",
    "v_diff": "dot(v, dv)",
    "sum_diff": "total(dv)",
}
_BEFORE = {"g": "pair(w, w_star)", "dv": "v - v_star", "dw": "w - w_star"}
"""What invariants and vectors are made of."""

_VECTORS = {"e": "across(g, at_kink, eps)", "w_hat": "unit(w)", "ones": "1.0", "a_hat": "unit(a)", "b_hat": "unit(b)"}
_SHAPES = {
    "v": "(..., m) output weights",
    "v_star": "(..., m) true output weights",
    "w": "(..., n) filter, nonzero",
    "w_star": "(..., n) true filter, nonzero; only its direction matters",
    "a": "(..., n) nonzero; only its direction matters",
    "b": "(..., n) nonzero; only its direction matters",
    "theta": "(...) angle between w and w*, radian, 0 <= theta <= pi",
    "k": "(...) number of patches, whole, k >= 1",
}
_TRUE_FILTER = {"background": "(..., n) true filter, nonzero, of any norm"}
"""What w_star is in a chapter in which its norm matters."""

_RESULTS = {"": "(...)", "m": "(..., m)", "n": "(..., n)"}


def coefficients_of(statement: Expr) -> dict[str, Expr]:
    """Coefficient by vector name; a scalar statement stands under the empty name."""
    vectors = [symbol for symbol in QUANTITIES if QUANTITIES[symbol].space != "scalar"]
    present = [symbol for symbol in vectors if statement.has(symbol)]
    if not present:
        return {"": statement}
    return {symbol.name: statement.diff(symbol) for symbol in present}


def block_body(statement: Expr, arguments: tuple[str, ...]) -> list[str]:
    """Lines of the block function of a claim's stable form: the invariants in the registry's order come first."""
    parts = coefficients_of(statement)
    vectors = [name for name in parts if name]
    names = {symbol.name for form in parts.values() for symbol in form.free_symbols} - set(arguments)
    known = [symbol.name for symbol in QUANTITIES if symbol.name in names and symbol.name in _INVARIANTS]
    pairs = [(name, _INVARIANTS[name]) for name in known]
    pairs += assignments(list(parts.values()), [f"on_{name}" if name else "value" for name in parts])
    if not vectors:
        result = pairs.pop()[1]
    elif set(vectors) == {"w_hat", "w_diff"}:
        result = "along(g, on_w_hat, on_w_diff)"
    else:
        result = f"combine({', '.join(f'(on_{name}, {_VECTORS.get(name, name)})' for name in vectors)})"
    words = set(re.findall(r"\w+", f"{[source for _, source in pairs]} {result}"))
    pairs = [(name, source) for name, source in _BEFORE.items() if name in words] + pairs
    return [*(f"{name} = {source}" for name, source in pairs), f"return {result}"]


def evaluated(arguments: Sequence[str], body: Sequence[str], result: str) -> list[str]:
    """Lines that evaluate a block of that body over the batch."""
    arrays = ", ".join(f"{name}: Array" for name in arguments)
    given = ", ".join(f"{name}={name}" for name in arguments)
    block = [f"    {line}" for line in body]
    return [f"def block({arrays}) -> Array:", *block, "", f'return evaluate(block, "{result}", {given})']


def emit_function(function: Function) -> str:
    """Source of one generated function with its docstring."""
    claim = get(function.claim_id)
    if claim.statement is None:
        raise ValueError(f"claim {claim.id} has no statement to generate {function.name} from")
    *body, last = block_body(claim.statement, function.arguments)
    body += [f"check_domain({name}={name})" for name in function.arguments if name in {"theta", "k"}]
    body += [*(_SADDLE_GUARD.splitlines() if function.name == "saddle_angle" else ()), last]
    signature = ", ".join(f"{name}: npt.ArrayLike" for name in function.arguments)
    before = []
    if function.name == "loss_gradient_w":
        signature += ', *, at_kink: str = "raise"'
        before = ["eps = rounding(w, w_star)", ""]
    head = f"def {function.name}({signature}) -> npt.NDArray[np.floating]:"
    return written(head, docstring(function), ["", *before, *evaluated(function.arguments, body, function.result)])


_SADDLE_GUARD = (
    'require(2 * sum_vs**2 < (m + 1) * vs_vs, "sum(v_star)", sum_vs,\n'
    '        "a saddle exists only where sum(v_star)**2 < (m + 1) * norm(v_star)**2 / 2")'
)


def shapes_of(arguments: Sequence[str], chapter: str) -> str:
    """Lines that say what the arguments are."""
    known = _SHAPES | ({"w_star": _TRUE_FILTER[chapter]} if chapter in _TRUE_FILTER else {})
    return "".join(f"{name}: {known[name]}.\n" for name in arguments)


def docstring(function: Function) -> str:
    """Title, shapes, domain, errors and source, from the claim."""
    claim = get(function.claim_id)
    assert claim.statement is not None
    statement = fill(line_of(claim.statement), 96, initial_indent="    ", subsequent_indent="        ")
    shapes = shapes_of(function.arguments, function.chapter)
    return (
        f"{claim.title}.\n\n{statement}\n\n{shapes}Returns {_RESULTS[function.result]}; leading (batch) axes "
        f"broadcast. float32 in, float32 out.\n{_NOTES.get(function.name, '')}{ERRORS}\n"
        f"Source: {claim.id}, {claim.source}.\n"
    )


ERRORS = (
    "Raises ValueError naming the argument for shapes that do not fit, values that are not finite and\nzero vectors."
)
_NOTES = {
    "loss_gradient_w": (
        "At theta = 0 and theta = pi the loss has a kink and no gradient there: `at_kink` says what to do,\n"
        '"raise" (the default: a ValueError), "nan", or "zero" (the centre of the generalized gradient).\n'
    ),
    "saddle_angle": "Exists only where sum(v_star)**2 < (m + 1) * norm(v_star)**2 / 2; ValueError elsewhere.\n",
}


def head_of(declared: Estimator | Penalty, role: str, arguments: str, result: str) -> str:
    """The first line of a function of one estimator or penalty, its parameters being keywords with their defaults."""
    own = "".join(f", {p.symbol.name}: float = {float(p.default)!r}" for p in declared.parameters)
    name = f"{renaming(declared.parameters)}def _{identifier(declared.name)}_{role}"
    return f"{name}({arguments}{f', *{own}' if own else ''}) -> {result}:"


def parameter_table(name: str, kind: str, declared: Sequence[Estimator] | Sequence[Penalty]) -> str:
    """The parameters of each `kind`, with their defaults and domains."""
    rows = {
        one.name: ", ".join(f'"{p.name}": ({float(p.default)!r}, "{p.domain}")' for p in one.parameters)
        for one in declared
    }
    braced = {key: f"{{{row}}}" for key, row in rows.items()}
    return table(name, "dict[str, Limit]", braced, f"By {kind}: its parameters, each with its default and its domain")

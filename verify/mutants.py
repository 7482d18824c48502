"""Mutants: would the proof have noticed a mistake in the statement?

From each claim's own expression tree come statements with one mistake: a sign, a factor 2, a dropped term, a constant
off by 0.1 %, θ replaced by π − θ. Each is put in the place of the statement; the derivation must refute it. A mutant
that equals the statement (proved, never assumed) is no mutant; any other that is not refuted makes the claim too weak.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from sympy import Add, Basic, Expr, Integral, Mul, Pow, Rational, pi

import proofs
from proofs.claim import Claim
from proofs.residual import decide_zero
from proofs.symbols import theta
from verify.evidence import Evidence, Grade, Level, Outcome, Task, Verdict

__all__ = ["NAME", "conclude", "mutants_of", "run", "tasks"]

NAME = "mutants"

_OFF = Rational(1001, 1000)
_QUICK = 6


def mutants_of(statement: Expr) -> Iterator[tuple[str, Expr]]:
    """(what was done, mutated statement), in a fixed order, without repetition."""
    seen = {statement}
    for what, mutant in _all_mutants(statement):
        if mutant not in seen:
            seen.add(mutant)
            yield what, mutant


def _all_mutants(statement: Expr) -> Iterator[tuple[str, Expr]]:
    yield "sign of the whole", -statement
    yield "factor 2", 2 * statement
    if statement.has(theta):
        yield "θ → π − θ", statement.subs(theta, pi - theta)
    for path, node in _walk(statement, ()):
        if isinstance(node, Add):
            for index, term in enumerate(node.args):
                others = [*node.args[:index], *node.args[index + 1 :]]
                yield f"sign of {term}", _replace(statement, path, Add(-term, *others))
                yield f"{term} dropped", _replace(statement, path, Add(*others))
        elif (node.is_number and not (path and _is_exponent(statement, path))) or (
            isinstance(node, Mul | Pow) and not any(arg.is_number for arg in node.args)
        ):
            yield f"{node} off by 0.1 %", _replace(statement, path, node * _OFF)


def _walk(node: Basic, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Basic]]:
    yield path, node
    if node.is_number:
        return
    for index, child in enumerate(node.args):
        if not (isinstance(node, Integral) and index > 0):
            yield from _walk(child, (*path, index))


def _is_exponent(statement: Basic, path: tuple[int, ...]) -> bool:
    """Whether the node at `path` is the exponent of a power: 1.001 of an integer exponent leaves the reals."""
    node = statement
    for index in path[:-1]:
        node = node.args[index]
    return isinstance(node, Pow) and path[-1] == 1


def _replace(node: Basic, path: tuple[int, ...], new: Basic) -> Expr:
    if not path:
        return new
    index, *rest = path
    arguments = list(node.args)
    arguments[index] = _replace(arguments[index], tuple(rest), new)
    return node.func(*arguments)


def tasks(claims: Sequence[Claim], level: Level, seed: int, budget: float) -> list[Task]:
    """One task for each claim that is an equality of expressions."""
    limit = _QUICK if level == "quick" else 0
    return [Task(NAME, (claim.id,), (limit,), weight=1.0) for claim in claims if claim.statement is not None]


def run(task: Task) -> dict[str, Any]:
    """Put each mutant in the statement's place and let the derived expression decide."""
    (claim_id,), (limit,) = task.claim_ids, task.arguments
    started = time.perf_counter()
    statement, derived = proofs.get(claim_id).statement, proofs.derive(claim_id).derived
    killed, total, equivalent, survivors = 0, 0, 0, []
    if statement is None or derived is None:
        return {
            "killed": 0,
            "total": 0,
            "equivalent": 0,
            "survivors": ["nothing was derived"],
            "seconds": 0.0,
        }
    chosen = list(mutants_of(statement))
    if limit and len(chosen) > limit:
        chosen = [chosen[index * len(chosen) // limit] for index in range(limit)]
    for what, mutant in chosen:
        decision = decide_zero(derived - mutant)
        if decision.zero is True and decide_zero(mutant - statement).zero is True:
            equivalent += 1
            continue
        total += 1
        if decision.zero is False:
            killed += 1
        else:
            survivors.append(what)
    seconds = time.perf_counter() - started
    return {
        "killed": killed,
        "total": total,
        "equivalent": equivalent,
        "survivors": survivors,
        "seconds": seconds,
    }


def conclude(
    claims: Sequence[Claim], outcomes: Sequence[Outcome], level: Level, seed: int, budget: float
) -> dict[str, list[Evidence]]:
    """Kill counts. A claim none of whose mutants was tried, or that has survivors, is not verified by this method."""
    found: dict[str, list[Evidence]] = {}
    for outcome in outcomes:
        if outcome.error:
            continue
        value = dict(outcome.value)
        seconds = value.pop("seconds")
        alive = value["survivors"]
        verdict = Verdict.VERIFIED if value["total"] and not alive else Verdict.UNDECIDED
        detail = f"not refuted: {'; '.join(alive)}" if alive else ""
        found[outcome.task.claim_ids[0]] = [Evidence(NAME, verdict, Grade.TESTED, value, seconds, detail)]
    return found

"""Methods that do as they are told, so that the suite can be tested without mathematics.

`write` makes a module file whose `run` behaves, claim by claim, as a script says.
Workers import the same file, and no mathematics with it.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

from verify.evidence import Evidence, Fate, Grade, Outcome, Task, Verdict

_LABELS: dict[tuple[str, str], list[str]] = {}
"""Mutants by claim and level: making them takes longer than all the rest."""


def write(folder: Path, name: str, script: dict[str, str]) -> str:
    """A module for the method `name`; returns its import path."""
    module = f"fake_{name}_{folder.name.replace('-', '_')}"
    text = f"import fake_methods\nglobals().update(fake_methods.build({name!r}, {script!r}))\n"
    (folder / f"{module}.py").write_text(text, encoding="utf-8")
    return module


def sleepers(folder: Path, count: int = 1) -> list[int]:
    """The processes that carry out a task "sleep `folder`", once there are `count`."""
    until = time.monotonic() + 60
    while len(found := list(folder.glob("*.sleeps"))) < count:
        assert time.monotonic() < until, "the workers did not start"
        time.sleep(0.05)
    return [int(path.stem) for path in found]


def build(name: str, script: dict[str, str]) -> dict[str, Any]:
    """The functions of such a module. Keys of the script: claim ids, "*", "tasks", "conclude"."""

    def behaviour(claim_id: str) -> str:
        return script.get(claim_id, script.get("*", "verified"))

    def tasks(claims: Any, level: str, seed: int, budget: float) -> list[Task]:
        if script.get("tasks") == "raise":
            raise RuntimeError("tasks() failed")
        return [
            Task(name, (c.id,), (seed, behaviour(c.id)), weight=float(len(c.id)))
            for c in claims
            if behaviour(c.id) != "absent"
        ]

    def conclude(
        claims: Any, outcomes: list[Outcome], level: str, seed: int, budget: float
    ) -> dict[str, list[Evidence]]:
        if script.get("conclude") == "raise":
            raise RuntimeError("conclude() failed")
        if script.get("conclude") == "nonsense":
            return {c.id: ["green"] for c in claims}  # type: ignore[list-item]
        by_id = {c.id: c for c in claims}
        return {
            outcome.task.claim_ids[0]: [evidence(name, outcome, budget, by_id[outcome.task.claim_ids[0]], level)]
            for outcome in outcomes
            if not outcome.error and outcome.task.arguments[1] != "silent"
        }

    return {"NAME": name, "tasks": tasks, "run": run, "conclude": conclude}


def run(task: Task) -> Any:
    seed, behaviour = task.arguments
    if behaviour == "raise":
        raise ArithmeticError("no such\nnumber")
    if behaviour == "die":
        os._exit(9)
    if behaviour == "exit":
        raise SystemExit(0)
    if behaviour.startswith("sleep "):  # and in which folder to say so
        Path(behaviour.removeprefix("sleep "), f"{os.getpid()}.sleeps").touch()
        time.sleep(60)
    if behaviour == "nap":
        time.sleep(1)
    if behaviour == "unpicklable":
        return lambda: None
    return random.Random(f"{seed}{task.claim_ids}").random()


def evidence(name: str, outcome: Outcome, budget: float, claim: Any, level: Any) -> Evidence:
    """What was said of a claim; all its mutants are killed, but by a "survivor" the first is missed."""
    behaviour = outcome.task.arguments[1]
    verdict = Verdict(behaviour) if behaviour in set(Verdict) else Verdict.VERIFIED
    figures = {"value": outcome.value, "budget": budget, "threads": os.environ["OMP_NUM_THREADS"]}
    grade = Grade.PROVED if name == "symbolic" else Grade.TESTED
    if (claim.id, level) not in _LABELS:
        from verify.mutants import mutants

        _LABELS[claim.id, level] = [mutant.label for mutant in mutants(claim, level)]
    fates = dict.fromkeys(_LABELS[claim.id, level], Fate.KILLED)
    if behaviour == "survivor":
        fates[next(iter(fates))] = Fate.MISSED
    return Evidence(name, verdict, grade, figures, outcome.seconds, f"said {behaviour}", fates)

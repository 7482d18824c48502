"""A wrong constant in any closed form that derivations read, too, or in any generated function, and the suite is not
green.

One place at a time is changed in the text of a scratch copy of the packages. The suite's methods are run on the claim
concerned until one of them is not green: then the suite is not, since a claim has the worst verdict of all methods.
That no derivation reaches another formula in the claim alone than the right one, `test_claims` shows of each.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import processes
import pytest
from scratch import ROOT, SEED, SIGNS, Job, copy, declared, line_of, off_by_a_thousandth

import proofs
from verify.generated.route import holding
from verify.mutants.text import text_mutants
from verify.suite import METHODS

CONTROL = ("C3", "R9")
"""Between them every method speaks of these."""


def formula_jobs() -> list[Job]:
    return [
        Job(f"{key[0]}: {key[1]}", key[0], place[0], off_by_a_thousandth(*place, sign=key in SIGNS))
        for key, place in declared().items()
    ]


def code_jobs() -> list[Job]:
    """For every generated function that has one, a constant off by 0.1 %."""
    jobs = []
    for claim in proofs.all_claims():
        for held in holding(claim):
            source = inspect.getsource(import_module(f"numerics.generated.{held.module}"))
            for function in held.functions:
                made, _ = text_mutants(source, [function], held.endless)
                wrong = next((mutant for mutant in made if "off by 0.1 %" in mutant.label), None)
                if wrong is not None:
                    tree = ast.parse(source)
                    body = [wrong.tree if getattr(n, "name", "") == function else n for n in tree.body]
                    text = ast.unparse(ast.Module(body, [])) + "\n"
                    path = f"numerics/generated/{held.module}.py"
                    jobs.append(Job(wrong.label, claim.id, path, text, compare=True))
    return jobs


def control_jobs() -> list[Job]:
    """No mistake at all."""
    found = [Job(f"control {claim_id}", claim_id) for claim_id in CONTROL]
    coded = [claim_id for claim_id in CONTROL if holding(proofs.get(claim_id))]
    return found + [Job(f"control of code {key}", key, compare=True) for key in coded]


def carried_out(folder: Path, jobs: list[Job]) -> list[dict[str, Any]]:
    """Answers of one driver process in a scratch copy of its own."""
    lines = "".join(f"{line_of(job)}\n" for job in jobs)
    script = str(ROOT / "tests" / "teeth" / "scratch.py")
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": ""}
    done = processes.run([sys.executable, script], said=lines, cwd=copy(folder), env=environment, timeout=3600)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    jobs = [*formula_jobs(), *code_jobs(), *control_jobs()]
    assert len({job.name for job in jobs}) == len(jobs)
    found = {answer["name"]: answer for answer in carried_out(tmp_path_factory.mktemp("scratch"), jobs)}
    assert found.keys() == {job.name for job in jobs}
    return found


@pytest.mark.slow
def test_a_wrong_constant_that_derivations_read_is_noticed(answers: dict[str, dict[str, Any]]) -> None:
    assert len(formula_jobs()) > 50
    unnoticed = {job.name: answers[job.name] for job in formula_jobs() if answers[job.name]["by"] in {"", "none"}}
    assert unnoticed == {}


@pytest.mark.slow
def test_a_wrong_constant_in_any_generated_function_shows_in_its_numbers(answers: dict[str, dict[str, Any]]) -> None:
    jobs = code_jobs()
    assert len(jobs) > 30
    unnoticed = {job.name: answers[job.name] for job in jobs if answers[job.name]["verdict"] != "refuted"}
    assert unnoticed == {}


@pytest.mark.slow
def test_without_a_mistake_the_same_driver_is_green(answers: dict[str, dict[str, Any]]) -> None:
    controls = [proofs.get(claim_id) for claim_id in CONTROL]
    assert all(import_module(path).tasks(controls, "quick", SEED, 1e-6) for path in METHODS.values())
    spoiled = {job.name: answers[job.name] for job in control_jobs() if answers[job.name]["verdict"] != "verified"}
    assert spoiled == {}


@pytest.mark.slow
def test_as_a_user_would_see_it(tmp_path: Path) -> None:
    job = next(job for job in formula_jobs() if job.claim_id == "R9")
    (copy(tmp_path) / job.path).write_text(job.text, "utf-8")
    line = [sys.executable, "-m", "verify.cli", "verify", "--only", job.claim_id, "--level", "quick"]
    done = processes.run(line, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, timeout=600)
    assert done.returncode in {1, 3}, done.stdout + done.stderr

"""Scratch copies of the packages with a mistake, and what the suite says of them.

Run as a script in a scratch copy it takes jobs as JSON lines and answers each with one. Every job is carried out in a
process of its own: one that changes the text of a module is forked where that is about to be imported.
"""

from __future__ import annotations

import ast
import compileall
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

PACKAGES = ("proofs", "numerics", "verify")
ROOT = Path(__file__).resolve().parents[2]
SEED = 5
LIMIT = 300
"""Seconds one job may take."""

ORDER = ("precision", "generated", "enclosure", "inequalities", "iteration", "symbolic", "monte_carlo")
"""Methods in the order in which they are asked, after the claim's own derivation: what one of them does not verify, the
whole suite does not.
"""

FEW = 200_000
"""Steps of the solver in which a step of a derivation is refuted; what is not is left to the methods."""

UNHELD = "the derivation never reaches its statement"
"""What is said where the claim states another formula than the derivation holds: red, but no mathematics yet."""


@dataclass(frozen=True)
class Job:
    """What to judge, and the mistake, if any: a file of the copy with its text."""

    name: str
    claim_id: str
    path: str = ""
    text: str = ""
    compare: bool = False
    """Only hold the generated code against the formula, without looking whether its text is up to date."""


def copy(target: Path) -> Path:
    """A copy of the packages, compiled: each mistake begins with importing them."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, target / package)
        compileall.compile_dir(target / package, quiet=1)
    return target


# Where formulas are declared.


def declared() -> dict[tuple[str, str], tuple[str, ast.expr]]:
    """(claim id, part) -> file and expression of formulas that are declared by the name of a constant of the module:
    the derivation uses it, too.
    """
    found = {}
    for path in sorted((ROOT / "proofs").glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        constants = _constants(tree)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            fields = {keyword.arg: keyword.value for keyword in call.keywords}
            identity = fields.get("id")
            if isinstance(identity, ast.Constant):
                for part, expression in _formulas(fields):
                    if isinstance(expression, ast.Name) and expression.id in constants:
                        found[identity.value, part] = (f"proofs/{path.name}", constants[expression.id])
    return found


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Names that a module assigns once, one at a time, with what they stand for."""
    pairs = [
        (node.targets[0].id, node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    ]
    names = [name for name, _ in pairs]
    return {name: value for name, value in pairs if names.count(name) == 1}


def _formulas(fields: dict[str | None, ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    if "statement" in fields:
        yield "statement", fields["statement"]
    parts = fields.get("parts")
    if isinstance(parts, ast.Dict):
        for key, value in zip(parts.keys, parts.values, strict=True):
            if isinstance(key, ast.Constant):
                yield key.value, value


SIGNS = {("R7.stability", "secular sum")}
"""Formulas of which only the sign is claimed."""


def off_by_a_thousandth(path: str, place: ast.expr, *, sign: bool = False) -> str:
    """The text of a file with an expression of it 1.001 times as large; if only its `sign` counts, 0.001 more."""
    text = (ROOT / path).read_text("utf-8")
    lines = text.encode().splitlines(keepends=True)
    assert place.end_lineno is not None
    assert place.end_col_offset is not None
    start = sum(map(len, lines[: place.lineno - 1])) + place.col_offset
    end = sum(map(len, lines[: place.end_lineno - 1])) + place.end_col_offset
    whole = text.encode()
    change = b"x + x**0 / 1000" if sign else b"x * 1001 / 1000"
    return (whole[:start] + change.replace(b"x", b"(" + whole[start:end] + b")") + whole[end:]).decode()


# In the scratch copy.


def main() -> None:
    """Carry out the jobs of standard input in the working directory."""
    import flint  # noqa: F401
    import mpmath  # noqa: F401
    import scipy.special
    import scipy.stats  # noqa: F401
    import sympy  # noqa: F401
    import z3  # noqa: F401

    sys.path.insert(0, str(Path.cwd()))
    sys.dont_write_bytecode = True
    fork = Fork([Job(**json.loads(line)) for line in sys.stdin])
    sys.meta_path.insert(0, fork)
    try:
        import proofs

        proofs.all_claims()  # of every chapter
        if fork.job is None:
            import verify.generated.route
            import verify.suite

            assert "numerics" not in sys.modules
            fork.all(lambda job: job.compare)
        if fork.job is None:
            list(map(import_module, verify.suite.METHODS.values()))
            fork.all(lambda job: True)
        if fork.job is not None:
            fork.answer(_compared(fork.job) if fork.job.compare else _judged(fork.job))
    except BaseException as error:
        if fork.job is None:
            raise
        fork.answer({"by": "import", "verdict": "error", "detail": repr(error)[:300]})


class Fork:
    """A finder that finds no module: where one that jobs change is looked for, each goes on from here by itself with
    the changed one, while the first process waits for it.
    """

    def __init__(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self.job: Job | None = None
        """That of this process; None in the first, which hands them out."""
        self.writing = 0

    def find_spec(self, name: str, *_: object) -> None:
        self.all(lambda job: not job.compare and job.path == f"{name.replace('.', '/')}.py")

    def all(self, which: Callable[[Job], bool]) -> None:
        for job in [job for job in self.jobs if which(job)]:
            self.jobs.remove(job)
            if self.job is None:
                self._carry_out(job)

    def _carry_out(self, job: Job) -> None:
        path = Path(job.path or "proofs/__init__.py")
        right, times = path.read_bytes(), path.stat()
        if job.path:
            path.write_text(job.text, "utf-8")
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            os.close(reading)
            signal.alarm(LIMIT)
            self.job, self.writing = job, writing
            return
        os.close(writing)
        try:
            with os.fdopen(reading, "rb") as pipe:
                answer = pipe.read()
            _, status = os.waitpid(child, 0)
        finally:
            path.write_bytes(right)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        found = json.loads(answer) if answer else {"by": "none", "verdict": "", "detail": f"ended by {status}"}
        print(json.dumps({"name": job.name, **found}), flush=True)

    def answer(self, found: dict[str, Any]) -> None:
        os.write(self.writing, json.dumps(found).encode())
        os._exit(0)


def _judged(job: Job) -> dict[str, Any]:
    """The first step of the claim's own derivation that is refuted, or else the first method that is not green."""
    from proofs.engine import claim as registry

    if step := _refuted_step(registry, job.claim_id):
        return {"by": "symbolic", "verdict": "refuted", "detail": step}
    import verify.mutants.matrix as gathered
    import verify.symbolic as derived
    from verify import suite

    for module in (gathered, derived):  # how weak a wrong claim is does not matter
        module.mutants = lambda claim, level: ()
    known = dict(suite.METHODS)
    suite.select = lambda claims, only: [claim for claim in claims if claim.id in only]
    noticed = {"by": "", "verdict": "verified", "detail": ""}
    for method in ORDER:
        suite.METHODS = {method: known[method]}
        report = suite.run_suite(level="quick", only=[job.claim_id], seed=SEED)
        (claim,) = report.claims
        for evidence in claim.evidence:
            if evidence.method == method and evidence.verdict != "verified":
                noticed = {"by": method, "verdict": evidence.verdict.value, "detail": evidence.detail[:300]}
                if UNHELD not in evidence.detail:
                    return noticed
    return noticed


class _RefutedError(Exception):
    """A step is refuted."""


def _refuted_step(registry: Any, claim_id: str) -> str:
    """The first step of a claim's own derivation that is refuted in few steps of the solver; "" if none is."""
    from proofs.engine import smt
    from proofs.engine.derivation import Derivation, Step

    class Strict(list[Step]):
        def append(self, step: Step) -> None:
            if step.decided is False:
                raise _RefutedError(step.name)
            super().append(step)

    registry.Derivation, plain = (lambda *of: Derivation(*of, steps=Strict())), registry.Derivation
    smt.Translation.solver, solver = (
        (lambda self, steps, *of: solver(self, min(steps, FEW), *of)),
        smt.Translation.solver,
    )
    try:
        registry.derive(claim_id)
    except _RefutedError as refuted:
        return f"step {refuted}"
    finally:
        registry.Derivation, smt.Translation.solver = plain, solver
        registry.derive.cache_clear()  # what is undecided in few steps may be decided in more
        smt._decide.cache_clear()
    return ""


def _compared(job: Job) -> dict[str, Any]:
    """Whether the generated code is off as its numbers say."""
    import proofs
    from verify.generated import route as generated

    try:
        figures = generated.compare(proofs.get(job.claim_id), "quick", SEED)
    except (ArithmeticError, ValueError) as error:
        return {"by": "generated", "verdict": "refuted", "detail": repr(error)[:300]}
    wrong = not figures["conditioned"] <= generated.ALLOWED
    detail = f"error {figures['conditioned']:.3g}"
    return {"by": "generated", "verdict": "refuted" if wrong else "verified", "detail": detail}


def line_of(job: Job) -> str:
    """The job as a line of JSON."""
    return json.dumps(asdict(job))


if __name__ == "__main__":
    main()

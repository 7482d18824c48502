"""The generated modules: reproducible, equal to what is checked in, documented, and free of surprises."""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import os
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import processes
import pytest
from sympy import Rational, sqrt

import numerics
import proofs
from proofs.code import laws
from proofs.code.functions import FUNCTIONS, Function, coefficients_of, emit_function
from proofs.code.generate import modules
from proofs.code.laws import LAWS
from proofs.proxies import ESTIMATORS
from proofs.symbols import beta, e, r, v_vs, w_hat, x

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "numerics" / "generated"
NAMES = ["__init__.py", "background.py", "estimators.py", "gaussian.py", "limits.py", "network.py", "penalties.py"]
NAMES += ["proxies.py", "splitting.py"]
PUBLIC = [name for name in numerics.__all__ if getattr(numerics, name).__module__.startswith("numerics.generated")]


@cache
def texts() -> dict[str, str]:
    return modules()


def digest(parts: dict[str, str]) -> str:
    joined = "".join(f"{name}\n{parts[name]}\n" for name in sorted(parts))
    return hashlib.sha256(joined.encode()).hexdigest()


IN_A_PROCESS = """
import hashlib
from proofs.code.generate import modules
from proofs.code.laws import LAWS
parts = modules()
joined = "".join(f"{name}\\n{parts[name]}\\n" for name in sorted(parts))
print(hashlib.sha256(joined.encode()).hexdigest())
"""


def test_hashing_does_not_change_a_byte() -> None:
    """Here the seed is another one: a random one, as in every run of `coarseproof derive`."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
    done = processes.run([sys.executable, "-c", IN_A_PROCESS], cwd=ROOT, env=environment, timeout=200)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == digest(texts())


def test_the_modules_are_these() -> None:
    assert sorted(texts()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_equal_to_what_is_checked_in(name: str) -> None:
    assert (FOLDER / name).read_bytes().decode() == texts()[name]


def test_nothing_else_lies_there() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.py")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_tidy(name: str) -> None:
    source = texts()[name]
    assert source.endswith("\n")
    assert not source.endswith("\n\n")
    assert all(line == line.rstrip() and "\t" not in line for line in source.split("\n"))
    ast.parse(source)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "__init__.py"])
def test_the_header_names_its_claims(name: str) -> None:
    doc = ast.get_docstring(ast.parse(texts()[name])) or ""
    assert "Do not edit" in doc
    assert "coarseproof derive" in doc
    listed = re.findall(r"\b[GNCPRB]\d[\w.\-]*\b", doc.replace(".\n", "\n"))
    assert listed
    assert set(listed) <= {claim.id for claim in proofs.all_claims()}


@pytest.mark.parametrize("name", NAMES)
def test_no_symbols_at_run_time(name: str) -> None:
    allowed = {"__future__", "collections.abc", "functools", "typing", "numpy", "numpy.typing", "scipy"}
    for node in ast.walk(ast.parse(texts()[name])):
        if isinstance(node, ast.ImportFrom):
            assert node.module in allowed or str(node.module).startswith("numerics.")
        elif isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= allowed
        elif isinstance(node, ast.Name):
            assert node.id not in {"eval", "exec", "inf", "nan", "pi", "oo"}


@pytest.mark.parametrize("name", NAMES)
def test_literals_round_trip(name: str) -> None:
    """Every float literal is the shortest one that reads back as the same float64."""
    source = texts()[name]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            written = ast.get_source_segment(source, node)
            assert written == repr(node.value)
            assert np.isfinite(node.value)


def test_constants_are_the_nearest_floats() -> None:
    from mpmath import mp, mpf

    with mp.workdps(40):
        density = 1 / mp.sqrt(2 * mp.pi)
        for factor in (mpf(1), mpf(1) / 2):
            assert repr(float(density * factor)) in texts()["estimators.py"]
        assert repr(float(1 / (2 * mp.pi))) in texts()["network.py"]


@pytest.mark.parametrize("name", PUBLIC)
def test_docstrings_name_their_claim(name: str) -> None:
    doc = inspect.getdoc(getattr(numerics, name)) or ""
    source = doc.rpartition("Source: ")[2]
    ids = re.findall(r"\b[GNCPRB]\d(?:\.\w+)?\b", source)
    assert ids
    known = {claim.id: claim for claim in proofs.all_claims()}
    assert set(ids) <= known.keys() | {claim_id.partition(".")[0] for claim_id in known}
    assert any(name in known[claim_id].code for claim_id in ids if claim_id in known)
    for word in ("Returns (", "Raises ValueError"):
        assert word in doc
    assert "broadcast" in doc or "as in `proximal_map`" in doc
    for argument in inspect.signature(getattr(numerics, name)).parameters:
        assert re.search(rf"\b{argument}\b", doc)


def test_public_functions_are_the_generated_ones() -> None:
    others = {"coarse_gradient", "proximal_map", "penalty_value", "moreau_envelope"}
    others |= {"basin_probability", "spike_threshold"}
    assert set(PUBLIC) == {function.name for function in FUNCTIONS} | others
    for name in NAMES[1:]:
        module = importlib.import_module(f"numerics.generated.{name.removesuffix('.py')}")
        assert sorted(module.__all__) == module.__all__
        assert all(hasattr(module, public) for public in module.__all__)


@pytest.mark.parametrize("claim", [c for c in proofs.all_claims() if c.code], ids=lambda c: c.id)
def test_code_of_a_claim_exists(claim: proofs.Claim) -> None:
    assert all(callable(getattr(numerics, name)) for name in claim.code)
    assert all(name in PUBLIC for name in claim.code)


def test_dispatch_covers_every_estimator() -> None:
    from numerics.generated.estimators import PARAMETERS
    from numerics.generated.proxies import PROXIES

    assert list(PARAMETERS) == list(PROXIES) == list(ESTIMATORS)
    for name, proxy in ESTIMATORS.items():
        assert {p.name: float(p.default) for p in proxy.parameters} == {
            key: default for key, (default, _) in PARAMETERS[name].items()
        }


@pytest.mark.parametrize("name", ESTIMATORS)
def test_proxies_mean_their_pieces(name: str) -> None:
    from numerics.generated.proxies import PROXIES

    proxy = ESTIMATORS[name]
    known = {p.symbol: p.default for p in proxy.parameters}
    grid = [Rational(k, 8) for k in range(-801, 802, 14)]
    exact = []
    for point in grid:
        values = [
            piece.subs(known).subs(x, point)
            for low, high, piece in proxy.pieces
            if low.subs(known) < point < high.subs(known)
        ]
        exact.append(float(values[0].evalf(30)) if values else 0.0)
    got = PROXIES[name](np.array([float(point) for point in grid]))
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, exact, rtol=2e-14, atol=0)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_proxies_at_their_ends_and_far_out(name: str) -> None:
    """No warning and no NaN at kinks, at ±1e150 and on empty arrays; leaving the support gives exactly 0."""
    from numerics.generated.proxies import PROXIES

    with np.errstate(all="raise", under="ignore"):
        far = PROXIES[name](np.array([-1e150, -1e3, -1.0, 0.0, 1.0, 1e3, 1e150]))
    assert np.all((far >= 0) & (far <= 1))
    assert PROXIES[name](np.zeros((0, 3))).shape == (0, 3)
    assert PROXIES[name](np.zeros((2, 3))).shape == (2, 3)


def test_coefficients_by_vector() -> None:
    assert coefficients_of(r * w_hat + v_vs * e) == {"w_hat": r, "e": v_vs}
    assert coefficients_of(r * v_vs) == {"": r * v_vs}


def test_a_claim_without_a_statement_has_no_code() -> None:
    function = Function("f", "N5", ("v_star",), "", "network")
    with pytest.raises(ValueError, match="claim N5 has no statement to generate f from"):
        emit_function(function)


def test_a_changed_claim_changes_the_code() -> None:
    claim = proofs.get("N3")
    right = claim.statement
    function = next(f for f in FUNCTIONS if f.claim_id == "N3")
    before = emit_function(function)
    object.__setattr__(claim, "statement", right * sqrt(2))
    try:
        assert emit_function(function) != before
    finally:
        object.__setattr__(claim, "statement", right)
    assert emit_function(function) == before


@pytest.mark.parametrize("name", LAWS)
def test_the_norm_with_one_entry_above_the_threshold_is_held_by_the_census(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`numerics.limits` and the interactive page solve it as it stands in `laws`: where R7 states another, none is."""
    claim = proofs.get(f"R7.{name}")
    wrong = {**claim.parts, "multiplier equation": claim.parts["multiplier equation"].subs(beta, 2 * beta)}
    stated = {claim.id: replace(claim, parts=wrong)}
    monkeypatch.setattr(laws, "get", lambda claim_id: stated.get(claim_id) or proofs.get(claim_id))
    with pytest.raises(ValueError, match=f"R7.{name} does not state the norm"):
        laws.sources()

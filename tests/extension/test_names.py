"""What users call parameters, estimators and penalties: the same numbers as under any other name, or refused there."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from py_mini_racer import MiniRacer
from sympy import Integer, Symbol, oo

import numerics
from numerics.arguments import renamed
from proofs import naming, penalty_forms, symbols
from proofs.engine.derivation import Obligation, vanishes
from proofs.engine.render import latex_of, line_of
from proofs.penalty_forms import Penalty, Shape
from proofs.proxies import ESTIMATORS, Estimator, Parameter, add
from proofs.proximal import Branch
from proofs.symbols import ratio, u
from verify.reading.mathml import mathml

ROOT = Path(__file__).parent.parent.parent
MODULES = Path(__file__).parent / "modules"

_WORKING = """
width s t x0 r theta phi np special half_line k0 k1 integral_0 integrand_0 p q b c c_ g dv dw pair along combine Array
float min decay_length kernels known block self Math Infinity E I pi N S M M_plus _x é a gamma tau slope size x_in
value divisor on_0 renamed function arguments parameters choice argument let e mu ones K partial betainc
"""
_FOR_ESTIMATORS_ONLY = "x u rho beta lam penalty kappa digits ratio"
WORKING, FOR_ESTIMATORS_ONLY = _WORKING.split(), _FOR_ESTIMATORS_ONLY.split()
IMPOSSIBLE = [
    *("v", "w", "v_star", "ste", "eta", "lambda", "class", "__x__"),
    *("two words", "2x", "", "ſ", "given_class", "given_s"),
]
NAMES = [*WORKING, *FOR_ESTIMATORS_ONLY, *IMPOSSIBLE]

TOLD = """
import json
import verify
import numerics, numpy as np
import named
from numerics.generated.estimators import KERNELS, PARAMETERS
from numerics.generated.penalties import PENALTY_PARAMETERS
from numerics.generated.proxies import PROXIES
from proofs.code.javascript import _penalty
from proofs.penalty_forms import PENALTIES
given, found = json.loads({given!r}), dict(refused=named.REFUSED)
for name, known in PARAMETERS.items():
    own = dict.fromkeys(known, given["value"])
    if name.startswith("ramp-"):
        vectors = [given[part] for part in ("v", "w", "v_star", "w_star")]
        sample = numerics.sample_coarse_gradient(*vectors, np.array(given["Z"]), name, **own)
        learned = numerics.learn(*vectors[:2], vectors[3], 0.2, 0.01, ste=name, ste_parameters=own, max_steps=20)
        found[name] = dict(
            keywords=list(known),
            kernels=np.ravel(KERNELS[name](np.array([given["theta"]]), np.array([given["r"]]), **own)).tolist(),
            gradient=numerics.coarse_gradient(*vectors, name, **own).tolist(),
            proxy=PROXIES[name](np.array(given["x"]), **own).tolist(),
            other=[sample.tolist(), learned.w.tolist()],
        )
for name, known in PENALTY_PARAMETERS.items():
    own = dict.fromkeys(known, given["value"])
    if name.startswith("cap-"):
        x, rho, beta = given["x"], given["rho"], given["beta"]
        found[name] = dict(
            keywords=list(known),
            map=numerics.proximal_map(x, rho, name, **own).tolist(),
            envelope=numerics.moreau_envelope(x, beta, rho * beta, name, **own).tolist(),
            value=numerics.penalty_value(x, name, **own).tolist(),
            script=_penalty(PENALTIES[name]),
        )
print(json.dumps(found))
"""
GIVEN: dict[str, Any] = {
    "value": 1.3, "theta": 0.7, "r": 1.25, "x": [0.3, -1.0, 1.2, 5.0], "rho": 0.5, "beta": 1.5,
    "v": [1.0, -0.5], "w": [0.8, -0.1], "v_star": [0.5, 0.2], "w_star": [0.6, 0.8], "Z": [[0.3, 0.4], [1.0, -0.2]],
}  # fmt: skip


def run(arguments: list[str], extension: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(map(str, (ROOT, MODULES)))
    known = {"PYTHONPATH": path, "PATH": "", "COARSEPROOF_EXTENSIONS": extension, "PYTHONUTF8": "1", **environment}
    return subprocess.run(
        [sys.executable, *arguments], env=known, capture_output=True, text=True, timeout=500, check=False
    )


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    done = run(["-c", TOLD.format(given=json.dumps(GIVEN))], "named", NAMES="\n".join(NAMES))
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def ramp(point: mpmath.mpf) -> mpmath.mpf:
    return 1 - point / (2 * GIVEN["value"]) if 0 < point < GIVEN["value"] else mpmath.mpf(0)


@cache
def kernels(theta: float, r: float) -> list[float]:
    """p, q, C and b from the moments of μ' by quadrature."""
    end, cot = GIVEN["value"] / r, mpmath.cot(theta)
    full = mpmath.quad(lambda s: s * ramp(r * s) * mpmath.npdf(s), [0, end])
    along = mpmath.quad(lambda s: s * ramp(r * s) * mpmath.ncdf(s * cot) * mpmath.npdf(s), [0, end])
    across = mpmath.quad(lambda s: ramp(r * s) * mpmath.npdf(s * cot) * mpmath.npdf(s), [0, end])
    b = across / mpmath.sin(theta)
    return [float(part) for part in (full / 2, full / 2, full - along - b * (1 - mpmath.cos(theta)), b)]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_proxy_has_the_same_numbers_under_every_name(told: dict[str, Any], name: str) -> None:
    own = f"ramp-{NAMES.index(name)}"
    if name in IMPOSSIBLE:
        assert own not in told
        assert repr(name) in told["refused"][own]
        assert "choose" in told["refused"][own]
        assert "\n" not in told["refused"][own]
        return
    found = told[own]
    assert found["keywords"] == [name.removeprefix("given_")]
    np.testing.assert_allclose(found["kernels"], kernels(GIVEN["theta"], GIVEN["r"]), rtol=1e-12)
    np.testing.assert_allclose(found["proxy"], [float(ramp(point)) for point in GIVEN["x"]], rtol=1e-15)
    v, w, v_star, w_star = (np.array(GIVEN[part]) for part in ("v", "w", "v_star", "w_star"))
    p, q, c, b = kernels(float(numerics.angle(w, w_star)), float(np.linalg.norm(w)))
    w_hat, moved = w / np.linalg.norm(w), v - v_star
    radial = p * v @ moved + q * v.sum() * moved.sum() + c * v @ v_star
    np.testing.assert_allclose(found["gradient"], radial * w_hat + b * (v @ v_star) * (w_hat - w_star), rtol=1e-12)
    assert found["other"] == told["ramp-0"]["other"]


@pytest.fixture(scope="module")
def scripts(told: dict[str, Any]) -> dict[str, Any]:
    """Proximal maps and parameters of the penalties in JavaScript."""
    texts = {name: found["script"].partition(":")[2] for name, found in told.items() if name.startswith("cap-")}
    whole = "".join(f"{json.dumps(name)}: {text}" for name, text in texts.items())
    points = json.dumps([[point, GIVEN["rho"], GIVEN["value"]] for point in GIVEN["x"]])
    return dict(
        json.loads(
            MiniRacer().eval(
                f"'use strict'; JSON.stringify(Object.fromEntries(Object.entries({{ {whole} }}).map(([name, f]) => "
                f"[name, {{ map: {points}.map(one => f.map(...one)), parameters: f.parameters }}])))"
            )
        )
    )


@cache
def best(point: float) -> float:
    """The minimizer of ρ min(|u|, cap) + ½(u − x)², on a grid."""
    grid = np.arange(-60000, 60001) / 10000
    return float(grid[np.argmin(GIVEN["rho"] * np.minimum(np.abs(grid), GIVEN["value"]) + (grid - point) ** 2 / 2)])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_penalty_has_the_same_numbers_under_every_name(
    told: dict[str, Any], scripts: dict[str, Any], name: str
) -> None:
    own = f"cap-{NAMES.index(name)}"
    if name not in WORKING:
        assert own not in told
        assert repr(name) in told["refused"][own]
        assert "choose" in told["refused"][own]
        assert "\n" not in told["refused"][own]
        return
    found, script, entries = told[own], scripts[own], np.array(GIVEN["x"])
    wanted = np.array([best(point) for point in entries])
    price = np.minimum(np.abs(wanted), GIVEN["value"])
    np.testing.assert_allclose(found["map"], wanted, atol=1e-12)
    weight = GIVEN["beta"] * (GIVEN["rho"] * price + (entries - wanted) ** 2 / 2).sum()
    assert found["envelope"] == pytest.approx(weight, rel=1e-12)
    assert found["value"] == pytest.approx(np.minimum(np.abs(entries), GIVEN["value"]).sum(), rel=1e-15)
    assert script["map"] == found["map"]
    assert [each["name"] for each in script["parameters"]] == found["keywords"]


def test_arguments_are_those_of_the_public_functions() -> None:
    taking = {"estimator": set(), "penalty": set()}  # type: dict[str, set[str]]
    for function in (getattr(numerics, name) for name in numerics.__all__):
        if not inspect.isfunction(function):
            continue
        known = inspect.signature(function).parameters
        if any(each.kind is each.VAR_KEYWORD for each in known.values()):
            names = {name for name, each in known.items() if each.kind is not each.VAR_KEYWORD}
            taking["penalty" if "penalty" in names else "estimator"] |= names
    assert taking["estimator"] == naming.ARGUMENTS["estimator"]
    assert taking["penalty"] | {"u", "x"} == naming.ARGUMENTS["penalty"]


def bump(name: str, title: str = "bump", *parameters: Symbol, **more: Any) -> Estimator:
    one = ((Integer(0), Integer(1), Integer(1)),)
    return Estimator(name, title, one, tuple(Parameter(p, Integer(1), "width") for p in parameters), **more)


ANGLE = Symbol("theta", nonnegative=True)


@pytest.mark.parametrize(
    ("new", "complaint"),
    [
        (bump("two words"), "'two words' cannot be named so; use letters"),
        (bump(""), "'' cannot be named so"),
        (bump("-a"), "'-a' cannot be named so"),
        (bump("a.b"), "'a.b' cannot be named so"),
        (bump("ﬁx"), "'ﬁx' cannot be named so"),
        (bump("clipped_relu"), "'clipped_relu' and 'clipped-relu' would share their generated functions"),
        (bump("relu"), "'relu' is already declared"),
        (bump("bump", 'ends in """'), "title .* must be one line"),
        (bump("bump", "two\nlines"), "title .* must be one line"),
        (bump("bump", "bump", Symbol("k", positive=True), Symbol("k", nonnegative=True)), "'k' is declared twice"),
        (
            bump("bump", "bump", ANGLE, kernels=(ANGLE, Integer(0), Integer(0), Integer(0))),
            "parameter 'theta' is also the symbol",
        ),
    ],
)
def test_what_cannot_be_a_name_is_refused_in_one_line(new: Estimator, complaint: str) -> None:
    before = dict(ESTIMATORS)
    with pytest.raises(ValueError, match=complaint) as refused:
        add(new)
    assert "\n" not in str(refused.value)
    assert before == ESTIMATORS


@pytest.mark.parametrize("name", ["np", "class", "x0", "2-bit", "é", "float", "PROXIES", "swish-1_5"])
def test_estimators_may_be_called_like_anything_in_the_code(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from proofs.code.estimators import proxy_source
    from proofs.code.generate import Module, assemble
    from verify.extensions import Text

    monkeypatch.setattr("proofs.proxies.ESTIMATORS", dict(ESTIMATORS))
    texts = {}
    for called in (name, "innocent"):
        proxy = add(bump(called))
        table = f"T = {{'it': _{naming.identifier(called)}_proxy}}\n"
        sources = [proxy_source(proxy), proxy_source(ESTIMATORS["relu"]), table]
        module = Text("numerics.generated.proxies", assemble(Module("proxies", [], [], sources)))
        texts[called] = module.names["T"]["it"](np.array([-1.0, 0.5, 2.0])).tolist()
    assert texts[name] == texts["innocent"] == [0.0, 1.0, 0.0]


def test_branches_that_a_user_proves_are_in_the_symbols_of_what_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """`prove` sees the penalty in the user's own symbol, here one that a derivation has as a variable."""
    monkeypatch.setattr(penalty_forms, "PENALTIES", dict(penalty_forms.PENALTIES))
    top, seen = Symbol("t", positive=True), []

    def prove(given: Penalty) -> list[Branch]:
        seen.append(given.threshold)
        return [Branch(penalty_forms.size - ratio * top, penalty_forms.size > top, ())]

    def prove_threshold(given: Penalty) -> list[Obligation]:
        return [vanishes("it is ρt", given.threshold - ratio * top), vanishes("and not ρ", given.threshold - ratio)]

    own = penalty_forms.add(
        Penalty(
            "scaled",
            "t|u|",
            ((Integer(0), oo, top * u),),
            threshold=ratio * top,
            branches=((ratio * top, True),),
            parameters=(Shape(top, Integer(1), "t"),),
            prove=prove,
            prove_threshold=prove_threshold,
        )
    )
    (shape,) = own.parameters
    assert (shape.name, shape.symbol == top) == ("t", False)
    assert own.prove is not None
    assert own.prove_threshold is not None
    right, wrong = own.prove_threshold(own)
    assert (right.decision.zero, wrong.decision.zero) == (True, False)
    assert wrong.expression == ratio * shape.symbol - ratio
    (branch,) = own.prove(own)
    assert seen == [ratio * top]
    assert (branch.root, branch.condition) == (
        penalty_forms.size - ratio * shape.symbol,
        penalty_forms.size > shape.symbol,
    )


@pytest.mark.parametrize("name", ["theta", "x", "_x", "x_", "a__b", "é", "λ", "N", "two_words", "E", "width", "cap1"])
def test_every_printer_shows_them_apart_from_our_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.proxies.ESTIMATORS", dict(ESTIMATORS))
    (parameter,) = add(bump("a_bump", "bump", Symbol(name, positive=True))).parameters
    ours = (symbols.theta, symbols.x, symbols.multiplier, Symbol("size", nonnegative=True))
    for shown in (latex_of, line_of):
        assert shown(parameter.symbol) not in {shown(symbol) for symbol in ours}
    assert mathml(latex_of(parameter.symbol + symbols.theta)).startswith("<math")


def test_keywords_reach_their_arguments() -> None:
    @renamed(x="given_x", names="given_names")
    def total(x: float, y: float, *, given_x: float = 1.0, given_names: float = 2.0) -> float:
        return x + 10 * y + 100 * given_x + 1000 * given_names

    assert total(1, y=2, x=3) == 2321
    assert list(inspect.signature(total).parameters) == ["x", "names"]
    with pytest.raises(TypeError, match="other"):
        total(1, 2, other=3)

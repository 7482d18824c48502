"""The code for JAX and PyTorch computes what NumPy's does, to a few ulp; its derivatives are those of the theory."""

from __future__ import annotations

import importlib
import itertools
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import processes
import pytest

import numerics
from numerics.generated.estimators import PARAMETERS
from numerics.generated.penalties import PENALTY_PARAMETERS, THRESHOLDS
from numerics.traced import Primitives
from proofs.code.targets import TARGETS, target_modules
from verify import build

ROOT = Path(__file__).resolve().parents[2]

EPS = np.finfo(np.float64).eps
ULP = 8
"""Units in the last place of the largest entry: sums of 64 products in another order differ by a few."""


class Library:
    """A target's package, and how its library differentiates and compiles; arrays in and out are NumPy's."""

    def __init__(self, name: str, package: ModuleType) -> None:
        self.name, self.package = name, package

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self.package, name)
        return lambda *given, **known: np.asarray(function(*map(self.array, given), **known))

    def array(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        if self.name == "jax":
            return jax().numpy.asarray(value)
        return value if isinstance(value, torch().Tensor) else torch().as_tensor(np.asarray(value))

    def jacobian(self, function: Callable[..., Any], given: Any) -> np.ndarray[Any, Any]:
        """Of a function of one array, in reverse mode."""
        if self.name == "jax":
            return np.asarray(jax().jacrev(function)(self.array(given)))
        return torch().autograd.functional.jacobian(function, self.array(given)).numpy()


def jax() -> Any:
    module = pytest.importorskip("jax", reason="JAX is not installed: pip install 'coarseproof[bench]'")
    module.config.update("jax_enable_x64", True)
    return module


def torch() -> Any:
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'coarseproof[torch]'")


@pytest.fixture(params=TARGETS, scope="module")
def on(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    {"jax": jax, "torch": torch}[request.param]()
    folder = tmp_path_factory.mktemp("targets") / f"for_{request.param}"
    folder.mkdir()
    for name, text in target_modules(request.param).items():
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder.parent))
        yield Library(request.param, importlib.import_module(folder.name))
    for name in [name for name in sys.modules if name.partition(".")[0] == folder.name]:
        del sys.modules[name]


def networks(n: int = 64) -> tuple[Any, ...]:
    """v, w, v*, w*, at ordinary angles and at small and large ones."""
    rng = np.random.default_rng(5)
    (v, v_star), (w, w_star) = rng.standard_normal((2, 40, 16)), rng.standard_normal((2, 40, n))
    for row, turn in enumerate((1e-12, 1e-8, 1e-4, 0.1)):
        w_star[row], w_star[10 + row] = w[row] + turn * w_star[row], -w[10 + row] + turn * w_star[10 + row]
    return v, w * np.geomspace(1e-3, 1e3, 40)[:, None], v_star, w_star


def close(found: Any, expected: Any, scale: Any = None, ulp: float = ULP) -> None:
    """Equal to a few ulp of the largest entry."""
    expected = np.asarray(expected)
    size = np.abs(expected).max() if scale is None else scale
    assert np.asarray(found).shape == expected.shape
    assert np.abs(found - expected).max() <= ulp * EPS * size


# Values.


@pytest.mark.parametrize("name", ["population_loss", "loss_gradient_v", "loss_gradient_w"])
def test_loss(on: Library, name: str) -> None:
    given = networks()
    size = None
    if name == "loss_gradient_w":  # of size 1/r, and e turns by eps/θ: where the angle is small, NumPy's does too
        given = v, w, v_star, _ = tuple(each[14:] for each in networks())
        size = np.abs(np.vecdot(v, v_star) / np.linalg.norm(w, axis=1)).max()
    close(getattr(on, name)(*given), getattr(numerics, name)(*given), size)


@pytest.mark.parametrize("ste", PARAMETERS)
def test_coarse_gradient(on: Library, ste: str) -> None:
    given = networks()
    expected = numerics.coarse_gradient(*given, ste=ste)
    for row in range(40):  # each against its own size
        one = tuple(each[row] for each in given)
        size = np.linalg.norm(one[0]) * (np.linalg.norm(one[0]) + np.linalg.norm(one[2])) * np.sqrt(16)
        close(on.coarse_gradient(*one, ste=ste), expected[row], size)
    close(on.coarse_gradient(*given, ste=ste), expected)


def test_parameters(on: Library) -> None:
    given = networks()
    for ste, known in {"clipped-relu": {"c": 0.3}, "leaky-relu": {"slope": 2.0}, "gaussian": {"tau": 3.0}}.items():
        close(on.coarse_gradient(*given, ste=ste, **known), numerics.coarse_gradient(*given, ste=ste, **known))
    with pytest.raises(ValueError, match=r"c = -1.0 is out of range"):
        on.coarse_gradient(*given, ste="clipped-relu", c=-1.0)
    with pytest.raises(ValueError, match=r"tau = 1.0 is no parameter of ste = 'relu'"):
        on.coarse_gradient(*given, ste="relu", tau=1.0)
    with pytest.raises(ValueError, match="ste = 'nothing' is unknown"):
        on.coarse_gradient(*given, ste="nothing", tau=on.array(1.0))


def test_other_functions(on: Library) -> None:
    _, w, v_star, w_star = networks()
    theta = numerics.angle(w, w_star)
    close(on.population_loss_at_origin(v_star), numerics.population_loss_at_origin(v_star))
    close(on.best_output_weights(theta, v_star), numerics.best_output_weights(theta, v_star))
    close(on.relu_network_loss(w, w_star, 7), numerics.relu_network_loss(w, w_star, 7))
    close(on.relu_network_gradient(w, w_star, 7), numerics.relu_network_gradient(w, w_star, 7))
    close(on.halfspace_probability(theta), numerics.halfspace_probability(theta))
    close(on.halfspace_mean(w), numerics.halfspace_mean(w))
    close(on.wedge_mean(w, w_star), numerics.wedge_mean(w, w_star))
    alternating = np.array([1.0, -2.0, 1.5])
    close(on.saddle_angle(alternating), numerics.saddle_angle(alternating))


RATIOS = (0.0, 1e-9, 0.25, 0.5, 1.0, 3.0)
"""At 0.25 the cubic of transformed l1 with a = 1 has a double root at the threshold."""


def entries(penalty: str, rho: float) -> Any:
    """Ordinary, nasty, and at the threshold and beside it."""
    edge = float(THRESHOLDS[penalty](rho, **{name: one for name, (one, _) in PENALTY_PARAMETERS[penalty].items()}))
    near = [edge, np.nextafter(edge, 9), np.nextafter(edge, 0), edge + 1e-6]
    return np.array([*np.random.default_rng(6).normal(0, 3, 200), 0.0, -0.0, 1e-300, 1e9, *near, *np.negative(near)])


@pytest.mark.parametrize("penalty", PENALTY_PARAMETERS)
def test_penalties(on: Library, penalty: str) -> None:
    for rho in (*RATIOS, np.inf):
        x = entries(penalty, min(rho, 3.0))
        found = on.proximal_map(x, rho, penalty)
        beside = [numerics.proximal_map(x * (1 + k * EPS), rho, penalty) for k in (-4, 0, 4)]  # where it jumps, either
        assert (np.min(np.abs(found - beside), axis=0) <= ULP * EPS * np.abs(x)).all()
        for lam, beta in ((rho, 1.0), (0.3 * rho, 0.3)) if np.isfinite(rho) else ((1.0, 0.0), (0.0, 0.0)):
            rows = x[:, None]
            expected = numerics.moreau_envelope(rows, beta, lam, penalty)
            assert (np.abs(on.moreau_envelope(rows, beta, lam, penalty) - expected) <= ULP * EPS * expected).all()
    close(on.penalty_value(x, penalty), numerics.penalty_value(x, penalty))


def test_shapes(on: Library) -> None:
    v, w, v_star, w_star = networks()
    assert on.population_loss(v[:, None], w, v_star[:3, None, None], w_star[0]).shape == (3, 40, 40)
    assert on.coarse_gradient(v[0], w[0], v_star[0], w_star[0]).shape == (64,)
    assert on.coarse_gradient(v[:0], w[0], v_star[0], w_star[0]).shape == (0, 64)
    table = on.population_loss(v[:, None], w, v_star[0], w_star[0])
    close(table[3, 7], on.population_loss(v[3], w[7], v_star[0], w_star[0]))
    told = "v_star has shape (40, 15), v has last axis 16; both need length m"
    with pytest.raises(ValueError, match=re.escape(told)):
        on.population_loss(v, w, v_star[:, 1:], w_star)
    with pytest.raises(ValueError, match=r"leading .* shapes do not broadcast"):
        on.population_loss(v, w[:7], v_star, w_star)
    assert on.population_loss(*(each.astype(np.float32) for each in networks())).dtype == np.float32


def test_what_numpy_refuses_is_nan(on: Library) -> None:
    v, w, v_star, w_star = (each[0] for each in networks())
    assert np.isnan(on.population_loss(v, 0 * w, v_star, w_star))
    assert np.isnan(on.population_loss(v * np.inf, w, v_star, w_star))
    assert np.isnan(on.best_output_weights([0.5, 3.2], v_star)).all(-1).tolist() == [False, True]
    assert np.isnan(on.relu_network_loss(w, w_star, [2.0, 1.5, 0.0, np.nan])).tolist() == [False, True, True, True]
    assert np.isnan(on.saddle_angle([[1.0, 1.0], [1.0, -1.0]])).tolist() == [True, False]
    assert np.isnan(on.proximal_map([1.0, np.inf, np.nan, 1.0], [1.0, 1.0, 1.0, -1.0])).tolist() == [0, 1, 1, 1]
    for beta, lam in itertools.product((1.0, 0.0, np.inf), (1.0, 0.0, np.inf)):
        for penalty in PENALTY_PARAMETERS:
            assert np.isnan(on.moreau_envelope(0.5, beta, lam, penalty)) == np.isinf([beta, lam]).any()
    assert np.isnan(on.loss_gradient_w(v, w, v_star, w)).all()
    assert (on.loss_gradient_w(v, w, v_star, w, at_kink="zero") == 0).all()
    with pytest.raises(ValueError, match="at_kink = 'raise' is not allowed here; allowed: nan, zero"):
        on.loss_gradient_w(v, w, v_star, w_star, at_kink="raise")


# Derivatives: the library's own, of one formula, against another formula of the theory.


def test_the_gradients_of_the_loss_are_n2_and_n3(on: Library) -> None:
    for v, w, v_star, w_star in list(zip(*networks(), strict=True))[2:]:

        def loss(v: Any = v, w: Any = w, v_star: Any = v_star, w_star: Any = w_star) -> Any:
            return on.package.population_loss(*map(on.array, (v, w, v_star, w_star)))

        size = np.linalg.norm(v) + np.linalg.norm(v_star)
        close(on.jacobian(lambda v: loss(v=v), v), numerics.loss_gradient_v(v, w, v_star, w_star), size * 16)
        expected = numerics.loss_gradient_w(v, w, v_star, w_star)
        turned = ULP * EPS / min(np.sin(numerics.angle(w, w_star)), 1.0)  # by which rounding in ŵ turns e
        assert np.abs(on.jacobian(lambda w: loss(w=w), w) - expected).max() <= turned * np.linalg.norm(expected)


def test_the_gradient_of_the_relu_network_is_b1(on: Library) -> None:
    _, w, _, w_star = networks()
    for one, star in zip(w[14:], w_star[14:], strict=True):
        found = on.jacobian(lambda w, star=star: on.package.relu_network_loss(w, on.array(star), 5), one)
        size = np.linalg.norm(one) + np.linalg.norm(star)
        close(found, numerics.relu_network_gradient(one, star, 5), size)


@pytest.mark.parametrize("penalty", PENALTY_PARAMETERS)
def test_the_slope_of_the_envelope_is_what_the_map_takes_away(on: Library, penalty: str) -> None:
    beta = 0.7
    for rho in RATIOS:
        x = entries(penalty, rho)[:-8]  # at a threshold of a jump the envelope has a kink
        found = on.jacobian(lambda x, lam=beta * rho: on.package.moreau_envelope(x, beta, lam, penalty), x)
        # In the middle of the range -x²/2 and λP cancel to first order, so errors are of the size of x.
        assert (np.abs(found - beta * (x - numerics.proximal_map(x, rho, penalty))) <= 64 * EPS * np.abs(x)).all()


@pytest.mark.parametrize("penalty", PENALTY_PARAMETERS)
def test_maps_rise_and_their_slopes_are_finite(on: Library, penalty: str) -> None:
    """Everywhere, thresholds, 0 and ρ = 0 included; away from jumps also by differences."""
    for rho in (*RATIOS, np.inf):
        x = entries(penalty, min(rho, 3.0))
        slopes = on.jacobian(lambda x, rho=rho: on.package.proximal_map(x, rho, penalty).sum(), x)
        assert np.isfinite(slopes).all()
        assert (slopes >= 0).all()
        ordinary, step = x[:200], 1e-6
        low, middle, high = (numerics.proximal_map(ordinary + d, rho, penalty) for d in (-step, 0.0, step))
        smooth = np.abs(high - 2 * middle + low) < 1e-9
        assert smooth.sum() > 150
        assert np.abs((high - low) / (2 * step) - slopes[:200])[smooth].max() < 1e-3


@pytest.mark.parametrize("ste", PARAMETERS)
def test_coarse_gradients_have_finite_derivatives(on: Library, ste: str) -> None:
    """At parallel filters too; elsewhere they are those of differences."""
    v, w, v_star, w_star = (each[30] for each in networks(6))
    for star in (w, -w, 2 * w, w_star):

        def field(w: Any, star: Any = star) -> Any:
            return on.package.coarse_gradient(on.array(v), w, on.array(v_star), on.array(star), ste=ste)

        found = on.jacobian(field, w)
        assert np.isfinite(found).all()
    step = 1e-5 * np.linalg.norm(w)
    for axis, along in enumerate(step * np.eye(6)):
        ends = [numerics.coarse_gradient(v, w + sign * along, v_star, w_star, ste=ste) for sign in (-1, 1)]
        assert np.abs((ends[1] - ends[0]) / (2 * step) - found[:, axis]).max() < 1e-7 * np.abs(found).max() + 1e-9


def test_at_the_kinks_of_the_loss_the_derivative_is_the_centre(on: Library) -> None:
    v, w, v_star, _ = (each[30] for each in networks())
    for star in (w, -w, 4 * w):
        fixed = on.array(v), on.array(v_star), on.array(star)
        slope = on.jacobian(lambda w, f=fixed: on.package.population_loss(f[0], w, *f[1:]), w)
        assert (slope == 0).all()


def test_parameters_can_be_learned(on: Library) -> None:
    """Sizes of penalties and shapes of estimators, as arrays."""
    given = tuple(on.array(each[30]) for each in networks())
    slope = on.jacobian(lambda tau: on.package.coarse_gradient(*given, ste="gaussian", tau=tau), 1.3)
    low, high = (numerics.coarse_gradient(*map(np.asarray, given), ste="gaussian", tau=1.3 + d) for d in (-1e-5, 1e-5))
    assert np.abs((high - low) / 2e-5 - slope).max() < 1e-8 * np.abs(slope).max() + 1e-9
    x = entries("l1", 0.5)[:200]
    value = on.jacobian(lambda lam: on.package.moreau_envelope(on.array(x), 0.7, lam, "tl1"), 0.3)
    shrunk = numerics.proximal_map(x, 0.3 / 0.7, "tl1")
    close(value, numerics.penalty_value(shrunk, "tl1"), ulp=64)  # dE/dλ is P at the minimizer


# Compiled.


def test_traced_functions_compute_the_same(on: Library) -> None:
    given = networks()
    for function in (on.package.population_loss, lambda *each: on.package.coarse_gradient(*each, ste="tanh")):
        if on.name == "jax":
            compiled, mapped = jax().jit(function), jax().vmap(function)
        else:
            compiled, mapped = torch().func.vmap(torch().func.vmap(function)), torch().vmap(function)
        expected = np.asarray(function(*map(on.array, given)))
        close(np.asarray(mapped(*map(on.array, given))), expected)
        again = compiled(*(on.array(each[None] if on.name == "torch" else each) for each in given))
        close(np.asarray(again).reshape(expected.shape), expected)


def test_the_command_writes_it_and_the_page_uses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jax()
    asked = []
    monkeypatch.setattr(build, "require_proved", lambda claim: asked.append(claim.id))  # that takes half a minute
    monkeypatch.setattr(build, "_require_right", lambda texts, claims: None)
    done = processes.coarseproof("derive", "--target", "jax", "--output", str(tmp_path / "closed_forms"))
    assert done.returncode == 0, done.stderr
    assert {"N1", "C5.tanh", "P3", "P6.half", "B1.loss"} <= set(asked)
    page = (ROOT / "docs" / "howto" / "derive.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^<!-- not run: it needs JAX -->\n```python\n(.+?)^```", page, re.M | re.S)
    code += "\nfrom numerics import coarse_gradient as other, loss_gradient_w\nimport numpy as np\n"
    code += "assert np.abs(downhill - loss_gradient_w(v, w, v_star, w_star)).max() < 1e-14\n"
    code += "assert np.abs(step - other(v, w, v_star, w_star, ste='tanh')).max() < 1e-14\n"
    path = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    done = processes.run([sys.executable, "-c", code], cwd=tmp_path, env=os.environ | path)
    assert done.returncode == 0, done.stderr


def test_jax_without_float64_is_refused() -> None:
    jax()
    program = "import numpy as np\nfrom numerics.jax import OPERATIONS\nOPERATIONS.wide(np.ones(3))"
    done = processes.run([sys.executable, "-c", program], cwd=ROOT)
    assert done.returncode == 1
    assert 'call jax.config.update("jax_enable_x64", True) before anything is computed' in done.stderr


@pytest.mark.parametrize("target", TARGETS)
def test_every_primitive_that_is_called_is_there(target: str) -> None:
    """Without the library, too: what the text for NumPy calls may be new."""
    called = {name for text in target_modules(target).values() for name in re.findall(r"\bon\.(\w+)\(", text)}
    assert "acute_sine" in called
    assert {name for name in called if not hasattr(Primitives, name)} == set()

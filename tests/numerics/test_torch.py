"""Proxies and RVSCGD in PyTorch, held against their definitions, the sampled network and `learn`."""

from __future__ import annotations

import copy
import io
import math
import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import processes
import pytest

from numerics import coarse_gradient, forward, learn, loss_gradient_v, proximal_map, sample_coarse_gradient
from numerics.generated.penalties import PENALTIES, THRESHOLDS
from numerics.generated.proxies import PROXIES

torch = pytest.importorskip("torch")

from numerics.torch import RVSCGD, StraightThrough, straight_through  # noqa: E402  (it needs PyTorch)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch.*")

ROOT = Path(__file__).resolve().parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
POINTS = [-40.0, -2.5, -1.0, -0.3, -1e-9, 0.0, 1e-9, 0.3, 0.5, 1.0, 2.5, 40.0]
DEFINED: dict[str, Callable[[float], float]] = {
    "identity": lambda x: 1.0,
    "relu": lambda x: float(x > 0),
    "clipped-relu": lambda x: float(0 < x < 0.5),
    "leaky-relu": lambda x: 1.0 if x > 0 else 0.3,
    "sigmoid": lambda x: float(1 / (2 * mpmath.cosh(mpmath.mpf(x) / 2)) ** 2),
    "tanh": lambda x: float(1 / mpmath.cosh(x) ** 2),
    "triangular": lambda x: max(0.0, 1 - abs(x)),
    "window": lambda x: float(abs(x) < 0.5),
    "gaussian": lambda x: float(mpmath.exp(-((x / mpmath.mpf(0.7)) ** 2) / 2)),
}
OWN: dict[str, dict[str, float]] = {
    "clipped-relu": {"c": 0.5},
    "window": {"c": 0.5},
    "leaky-relu": {"slope": 0.3},
    "gaussian": {"tau": 0.7},
}
AT_0 = dict.fromkeys(DEFINED, 1.0) | {"relu": 0.0, "clipped-relu": 0.0, "leaky-relu": 0.3, "sigmoid": 0.25}


def slope_of(activation: Any, x: Any) -> Any:
    """What backward multiplies by."""
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(activation(x).sum(), x)
    return slope


class TestStraightThrough:
    @pytest.mark.parametrize("ste", DEFINED)
    def test_backward_is_the_proxy(self, ste: str) -> None:
        x = torch.tensor(POINTS, dtype=torch.float64)
        activation = straight_through(ste, **OWN.get(ste, {}))
        assert activation(x).tolist() == [float(point > 0) for point in POINTS]
        expected = [AT_0[ste] if point == 0 else DEFINED[ste](point) for point in POINTS]
        np.testing.assert_allclose(slope_of(activation, x), expected, rtol=2e-15, atol=0)  # 6.4 roundings in exp(-6.4)

    @pytest.mark.parametrize("ste", PROXIES)
    def test_it_is_the_generated_one(self, ste: str) -> None:
        x = np.random.default_rng(0).standard_normal(1000)
        slope = slope_of(straight_through(ste), torch.from_numpy(x))
        np.testing.assert_allclose(slope, PROXIES[ste](x), rtol=1e-15, atol=0)

    def test_a_network_has_the_sampled_coarse_gradient(self) -> None:
        rng = np.random.default_rng(1)
        v, w, v_star, w_star, Z = (rng.standard_normal(shape) for shape in (3, 5, 3, 5, (3, 5)))
        given = torch.from_numpy(w).requires_grad_()
        y = torch.from_numpy(v) @ straight_through("sigmoid")(torch.from_numpy(Z) @ given)
        ((y - float(forward(v_star, w_star, Z))) ** 2 / 2).backward()
        expected = sample_coarse_gradient(v, w, v_star, w_star, Z, ste="sigmoid")
        np.testing.assert_allclose(given.grad, expected, rtol=1e-13)

    @pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
    @pytest.mark.parametrize("ste", DEFINED)
    def test_the_dtype_is_kept(self, ste: str, dtype: Any) -> None:
        x = torch.linspace(-3, 3, 61, dtype=dtype)
        activation = straight_through(ste)
        slope = slope_of(activation, x)
        assert activation(x).dtype == slope.dtype == dtype
        torch.testing.assert_close(slope, slope_of(activation, x.double()).to(dtype), rtol=2e-6, atol=0)

    def test_under_autocast(self) -> None:
        layer, x = torch.nn.Linear(4, 3), torch.randn(5, 4)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            y = straight_through("gaussian")(layer(x))
            assert y.dtype == torch.bfloat16
            assert straight_through("gaussian")(x).dtype == torch.float32
        y.float().sum().backward()
        assert layer.weight.grad.dtype == torch.float32
        assert layer.weight.grad.any()

    @pytest.mark.parametrize("ste", ["relu", "sigmoid", "gaussian"])
    def test_compiled(self, ste: str) -> None:
        torch._dynamo.reset()
        x, activation = torch.linspace(-3, 3, 61, dtype=torch.float64), straight_through(ste)
        compiled = torch.compile(activation, fullgraph=True, backend="aot_eager")
        assert torch.equal(slope_of(compiled, x), slope_of(activation, x))
        each = torch.compile(torch.vmap(torch.func.grad(activation)), fullgraph=True, backend="aot_eager")
        assert torch.equal(each(x), slope_of(activation, x))

    def test_under_vmap(self) -> None:
        activation, X = straight_through("triangular"), torch.randn(6, 4)
        w, v = torch.randn(3, 4), torch.randn(3)

        def loss(w: Any, x: Any) -> Any:
            return (v * activation(w @ x)).sum()

        got = torch.vmap(torch.func.grad(loss), in_dims=(None, 0))(w, X)
        assert torch.equal(torch.vmap(activation)(X), (X > 0).float())
        torch.testing.assert_close(got, torch.stack([torch.func.grad(loss)(w, x) for x in X]))

    def test_a_second_derivative_is_refused(self) -> None:
        x, activation = torch.linspace(-1, 1, 5, requires_grad=True), straight_through("sigmoid")
        line = r"^straight_through\('sigmoid'\) has no second derivative: [^\n]+$"
        (slope,) = torch.autograd.grad(activation(x).sum(), x, create_graph=True)
        with pytest.raises(RuntimeError, match=line):
            slope.sum().backward()
        with pytest.raises(RuntimeError, match=line):
            torch.autograd.functional.hessian(lambda x: activation(x).sum(), x)
        with pytest.raises(RuntimeError, match=line):
            torch.func.grad(torch.func.grad(activation))(torch.tensor(0.3))
        with pytest.raises(NotImplementedError, match="jvp"):
            torch.func.hessian(lambda x: activation(x).sum())(x.detach())

    def test_nan_is_not_hidden(self) -> None:
        x = torch.tensor([math.nan, math.inf, -math.inf])
        assert str(straight_through("relu")(x).tolist()) == "[nan, 1.0, 0.0]"
        assert str(slope_of(straight_through("relu"), x).tolist()) == "[nan, 1.0, 0.0]"

    @pytest.mark.parametrize(
        ("ste", "constants", "complaint"),
        [
            ("step", {}, "ste = 'step' is unknown; allowed: clipped-relu, "),
            ("clipped-relu", {"c": 0.0}, "c = 0.0 is out of range; a finite number > 0"),
            ("relu", {"c": 1.0}, "c"),
        ],
    )
    def test_what_is_wrong_is_named(self, ste: str, constants: dict[str, float], complaint: str) -> None:
        with pytest.raises(ValueError, match=re.escape(complaint)):
            straight_through(ste, **constants)

    def test_other_tensors_are_refused(self) -> None:
        has = {f"has dtype {x.dtype}": x for x in (torch.arange(3), torch.tensor([1j]))}
        for kind, x in (has | {"is a ndarray": np.ones(2), "is a list": [1.0], "is a NoneType": None}).items():
            with pytest.raises(ValueError, match=rf"x {kind}; a floating-point tensor is needed"):
                straight_through("relu")(x)

    def test_those_of_extensions(self, tmp_path: Path) -> None:
        code = """
            import verify, torch, numerics.torch
            x = torch.tensor([0.5, -3.0], dtype=torch.float64, requires_grad=True)
            numerics.torch.straight_through("lorentz", width=2.0)(x).sum().backward()
            print(x.grad.tolist())
        """
        declared = re.search(r"<!-- write my_ste.py -->\n```python\n(.+?)```", CONTRIBUTING, flags=re.DOTALL)
        assert declared
        (tmp_path / "my_ste.py").write_text(declared[1], encoding="utf-8")
        settings = {"COARSEPROOF_EXTENSIONS": "my_ste", "PYTHONPATH": str(tmp_path)}
        done = processes.run([sys.executable, "-c", textwrap.dedent(code)], env=os.environ | settings)
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{[1 / (1 + 0.5**2 / 4), 1 / (1 + 3**2 / 4)]}\n"

    def test_it_is_copied_and_stored_with_its_network(self) -> None:
        network = torch.nn.Sequential(torch.nn.Linear(2, 2), straight_through("clipped-relu", c=2))
        torch.save(network, file := io.BytesIO())
        file.seek(0)
        for other in (torch.load(file, weights_only=False), copy.deepcopy(network)):
            assert isinstance(other[1], StraightThrough)
            assert repr(other[1]) == "StraightThrough('clipped-relu', c=2.0)"
            assert torch.equal(other(torch.ones(2)), network(torch.ones(2)))


def unit(rng: np.random.Generator, n: int) -> Any:
    w = rng.standard_normal(n)
    return w / np.linalg.norm(w)


def follow(steps: int, ste: str = "relu", penalty: str = "l1", learn_v: bool = False, **options: Any) -> Iterator[Any]:
    """(w, v) of the optimizer and of `learn` after each step on the population problem, from a start of norm 3."""
    rng = np.random.default_rng(4)
    v, v_star, w_star = rng.standard_normal(3), rng.standard_normal(3), unit(rng, 12)
    v = v if learn_v else v_star
    w0 = unit(rng, 12) * (3 if options.get("sphere", True) else 1)
    beta, lam, eta, eta_v = 0.5, 0.08, 0.1, 0.2
    w, out = (torch.nn.Parameter(torch.tensor(start)) for start in (w0, v))
    groups = [{"params": [w]}, {"params": [out], "lam": 0.0, "lr": eta_v, "sphere": False}]
    optimizer = RVSCGD(groups, eta, beta, lam, penalty, **options)
    given: dict[str, Any] = {"ste": ste, "penalty": penalty, "v_star": v_star, "learn_v": learn_v, **options}
    for step in range(1, steps + 1):
        here = out.detach().numpy().copy(), w.detach().numpy().copy(), v_star, w_star
        w.grad = torch.from_numpy(coarse_gradient(*here, ste=ste))
        out.grad = torch.from_numpy(loss_gradient_v(*here)) if learn_v else None
        optimizer.step()
        run = learn(v, w0, w_star, beta, lam, eta, eta_v=eta_v if learn_v else None, max_steps=step, **given)
        yield w.detach().numpy(), out.detach().numpy(), run


class TestRVSCGD:
    @pytest.mark.parametrize(
        ("ste", "options"),
        [("relu", {"penalty": penalty}) for penalty in PENALTIES]
        + [
            ("gaussian", {"penalty": "tl1", "a": 0.5}),
            ("clipped-relu", {"learn_v": True}),
            ("relu", {"sphere": False}),
        ],
    )
    def test_it_follows_learn_step_by_step(self, ste: str, options: dict[str, Any]) -> None:
        for w, v, run in follow(30, ste, **options):
            np.testing.assert_allclose(w, run.w, rtol=0, atol=2e-14)
            np.testing.assert_allclose(v, run.v, rtol=0, atol=2e-14)

    @pytest.mark.parametrize("penalty", PENALTIES)
    @pytest.mark.parametrize("rho", [1e-310, 1e-12, 0.3, 1.5, 1e12])
    def test_the_sparse_side_is_the_proximal_map(self, penalty: str, rho: float) -> None:
        t = float(THRESHOLDS[penalty](rho))
        x = np.array([0.0, *POINTS, *(sign * t * f for sign in (1, -1) for f in (0.3, 1 - 1e-9, 1 + 1e-9, 1.5, 9.0))])
        for dtype, rounding in ((torch.float64, 1e-14), (torch.float32, 2e-6)):
            w = torch.nn.Parameter(torch.from_numpy(x).to(dtype))
            far = np.abs(np.abs(w.detach().numpy()) - t) > 1e-6 * t  # there a map may jump
            optimizer = RVSCGD([w], 0.0, 1.0, rho, penalty, sphere=False)
            with optimizer.sparse():
                u = w.detach().double().numpy().copy()
            expected = proximal_map(w.detach().double().numpy(), rho, penalty)
            np.testing.assert_allclose(u[far], expected[far], rtol=rounding, atol=rounding * max(1e-300, t))

    def test_beta_or_lam_may_be_0(self) -> None:
        for beta, lam, kept in ((0.0, 0.1, 0.0), (0.5, 0.0, 1.0)):
            w = torch.nn.Parameter(torch.tensor([0.6, -0.8]))
            optimizer = RVSCGD([w], 0.1, beta, lam)
            w.grad = torch.tensor([1.0, 0.0])
            with optimizer.sparse():
                assert w.tolist() == pytest.approx([0.6 * kept, -0.8 * kept])
            optimizer.step()
            assert w.tolist() == pytest.approx([0.5 / math.sqrt(0.89), -0.8 / math.sqrt(0.89)])

    def test_each_filter_has_its_sphere(self) -> None:
        layers = torch.nn.Conv2d(3, 4, 2), torch.nn.Linear(5, 2)
        weights = [layer.weight for layer in layers]
        starts = [w.detach().clone() for w in weights]
        optimizer = RVSCGD(weights, 0.1, 0.5, 0.1)
        for _ in range(2):
            for w, start in zip(weights, starts, strict=True):
                rows = w.detach().flatten(1)
                torch.testing.assert_close(rows.norm(dim=1), torch.ones(len(w)))
                torch.testing.assert_close(rows, start.flatten(1) / start.flatten(1).norm(dim=1, keepdim=True))
                w.grad = torch.zeros_like(w)
            optimizer.param_groups[0]["lr"] = 0.0
            optimizer.step()

    @pytest.mark.parametrize("scale", [1e-40, 1e30])
    def test_a_filter_of_any_size_has_a_direction(self, scale: float) -> None:
        w = torch.nn.Parameter(torch.tensor([3.0, 4.0]) * scale)
        optimizer = RVSCGD([w], 0.1, 0.5, 0.0)
        assert w.tolist() == pytest.approx([0.6, 0.8], rel=1e-4)
        w.grad = torch.tensor([-3.0, -4.0]) * 1e30
        optimizer.step()
        assert w.tolist() == pytest.approx([0.6, 0.8])

    @pytest.mark.parametrize("slope", [1.0, math.nan, math.inf])
    def test_a_step_without_a_direction_is_refused(self, slope: float) -> None:
        """With β = 0 a step of size 1 along g = w ends at 0; a tensor before it does not move either."""
        first, w = (torch.nn.Parameter(torch.tensor(start)) for start in ([0.0, 1.0], [[0.0, 1.0], [1.0, 0.0]]))
        optimizer = RVSCGD([{"params": [first]}, {"params": [w]}], 1.0, 0.0, 0.0)
        first.grad, w.grad = torch.tensor([1.0, 0.0]), torch.tensor([[0.0, 0.5], [slope, 0.0]])
        complaint = "a step takes filter 1 of a parameter of shape (2, 2) to 0 or out of range"
        with pytest.raises(ValueError, match=re.escape(complaint)):
            optimizer.step()
        assert [first.tolist(), w.tolist()] == [[0.0, 1.0], [[0.0, 1.0], [1.0, 0.0]]]
        optimizer.param_groups[1]["sphere"] = False  # elsewhere 0 is a point like others
        optimizer.step()
        assert w[0].tolist() == [0.0, 0.5]

    @pytest.mark.parametrize("penalty", ["l1", "tl1"])
    def test_half_precision_is_rounded_once(self, penalty: str) -> None:
        w = torch.nn.Parameter(torch.randn(6, 40, dtype=torch.bfloat16))
        optimizer = RVSCGD([w], 0.1, 0.5, 0.05, penalty)
        twin = torch.nn.Parameter(w.detach().float())
        twin.grad, w.grad = (torch.randn_like(w).to(each.dtype) for each in (twin, w))
        twin.grad = w.grad.float()
        other = RVSCGD([{"params": [twin], "sphere": False}], 0.1, 0.5, 0.05, penalty)
        other.param_groups[0]["sphere"] = True  # as it stands, not quite on the sphere
        optimizer.step()
        other.step()
        assert w.dtype == torch.bfloat16
        assert torch.equal(w.detach(), twin.detach().bfloat16())

    @pytest.mark.parametrize("lams", [(0.2, 0.2), (0.2, 0.1, 0.0, 0.3)])
    def test_a_compiled_step(self, lams: tuple[float, ...]) -> None:
        torch._dynamo.reset()
        start, slope = torch.randn(4, 6), torch.randn(4, 6)
        for penalty in PENALTIES:
            ends = []
            for compiled in (True, False):
                w = torch.nn.Parameter(start.clone())
                optimizer = RVSCGD([w], 0.1, 0.5, lams[0], penalty)
                step = optimizer.step
                if compiled:  # a setting that changes is no constant any more, and breaks the graph
                    step = torch.compile(step, fullgraph=lams[0] == lams[1], backend="aot_eager")
                for lam in lams:
                    optimizer.param_groups[0]["lam"] = lam
                    w.grad = slope.clone()
                    step()
                ends.append(w.detach())
            torch.testing.assert_close(*ends)

    def test_a_closure_is_not_needed(self) -> None:
        w = torch.nn.Parameter(torch.tensor([0.6, 0.8]))
        idle = torch.nn.Parameter(torch.tensor([0.6, 0.8]))
        optimizer = RVSCGD([w, idle], 0.1, 0.5, 0.0)

        def closure() -> Any:
            loss = (w * torch.tensor([1.0, 0.0])).sum()
            loss.backward()
            return loss

        assert optimizer.step() is None
        assert optimizer.step(closure).item() == pytest.approx(0.6)
        assert w.tolist() == pytest.approx([0.5 / math.sqrt(0.89), 0.8 / math.sqrt(0.89)])
        assert idle.tolist() == pytest.approx([0.6, 0.8])  # no gradient, no step

    def test_the_sparse_side_is_put_back(self) -> None:
        w = torch.nn.Parameter(torch.randn(5, 7))
        optimizer = RVSCGD([w], 0.1, 0.5, 0.2)
        before = w.detach().clone()

        def interrupted() -> None:
            with optimizer.sparse():
                assert (w == 0).any()
                assert w.requires_grad
                raise KeyError

        with pytest.raises(KeyError):
            interrupted()
        assert torch.equal(w, before)


class TestResuming:
    def start(self, seed: int, stored: dict[str, Any] | None = None) -> tuple[Any, Any, Any]:
        """A network, its optimizer of three groups, and a scheduler, as a program would make them."""
        torch.manual_seed(seed)
        network = torch.nn.Sequential(
            torch.nn.Linear(6, 8, bias=False), straight_through("sigmoid"), torch.nn.Linear(8, 1)
        )
        if stored is not None:
            network.load_state_dict(stored["network"])
        first, _, last = network
        groups = [
            {"params": [first.weight], "penalty": "tl1", "parameters": {"a": 2.0}},
            {"params": [last.weight], "lam": 0.01, "beta": 0.1},
            {"params": [last.bias], "lam": 0.0, "sphere": False, "lr": 0.01},
        ]
        optimizer = RVSCGD(groups, lr=0.05, beta=0.5, lam=0.1)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 20)
        if stored is not None:
            optimizer.load_state_dict(stored["optimizer"])
            scheduler.load_state_dict(stored["scheduler"])
        return network, optimizer, scheduler

    def train(self, parts: tuple[Any, Any, Any], steps: range) -> None:
        network, optimizer, scheduler = parts
        for step in steps:
            torch.manual_seed(step)
            x = torch.randn(16, 6)
            optimizer.zero_grad()
            ((network(x) - x[:, :1]) ** 2).mean().backward()
            if step == 5:
                optimizer.param_groups[0]["lam"] = 0.17
            optimizer.step()
            scheduler.step()

    def test_to_the_last_bit(self) -> None:
        whole = self.start(0)
        self.train(whole, range(15))
        broken = self.start(0)
        self.train(broken, range(9))
        stored = dict(zip(("network", "optimizer", "scheduler"), (part.state_dict() for part in broken), strict=True))
        torch.save(stored, file := io.BytesIO())
        file.seek(0)
        resumed = self.start(1, torch.load(file, weights_only=True))
        for now, then in zip(resumed[0].parameters(), broken[0].parameters(), strict=True):
            assert torch.equal(now, then)
        assert resumed[1].param_groups[0]["lam"] == 0.17
        self.train(resumed, range(9, 15))
        for now, then in zip(resumed[0].parameters(), whole[0].parameters(), strict=True):
            assert torch.equal(now, then)

    @pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
    @pytest.mark.parametrize("shape", [(3000, 3), (300, 100), (2, 10**6)])
    def test_filters_on_the_sphere_are_left_as_they_are(self, dtype: Any, shape: tuple[int, int]) -> None:
        w = torch.nn.Parameter(1.01 * torch.nn.functional.normalize(torch.randn(shape)).to(dtype))
        optimizer = RVSCGD([w], 0.0, 0.5, 0.1)
        w.grad = torch.zeros_like(w)
        optimizer.step()
        before = w.detach().clone()
        torch.testing.assert_close(before.double().norm(dim=1).float(), torch.ones(len(w)), rtol=4e-3, atol=0)
        RVSCGD([w], 0.1, 0.5, 0.1)
        assert torch.equal(w, before)


class TestRefusals:
    @pytest.mark.parametrize(
        ("changed", "complaint"),
        [
            ({"lr": -0.1}, "lr = -0.1 is out of range; a finite number >= 0 is allowed"),
            ({"lr": math.nan}, "lr = nan is out of range"),
            ({"lr": 2.0}, "lr = 2.0 is too large; a step must be below 1/beta = 2, where beta = 0.5"),
            ({"lam": -1}, "lam = -1 is out of range"),
            ({"beta": math.inf}, "beta = inf is out of range"),
            ({"penalty": "l2"}, "penalty = 'l2' is unknown; allowed: half, l0, l1"),
            ({"penalty": "tl1", "parameters": {"a": 0}}, "a = 0 is out of range; a finite number > 0 is allowed"),
            ({"penalty": "tl1", "parameters": 2}, "parameters = 2 is not allowed; a dictionary of numbers is"),
            ({"sphere": "no"}, "sphere = 'no' is not allowed; True or False is"),
        ],
    )
    def test_settings(self, changed: dict[str, Any], complaint: str) -> None:
        w = torch.nn.Parameter(torch.tensor([0.6, 0.8]))
        with pytest.raises(ValueError, match=re.escape(complaint)):
            RVSCGD([{"params": [w]} | changed], 0.1, 0.5, 0.1)
        optimizer = RVSCGD([w], 0.1, 0.5, 0.1)
        with pytest.raises(ValueError, match=re.escape(complaint)):
            optimizer.add_param_group({"params": [torch.nn.Parameter(torch.ones(2))]} | changed)
        assert len(optimizer.param_groups) == 1
        optimizer.param_groups[0] |= changed
        with pytest.raises(ValueError, match=re.escape(complaint)):
            optimizer.step()

    @pytest.mark.parametrize(
        ("w", "complaint"),
        [
            (torch.tensor([[1.0, 0.0], [0.0, 0.0]]), "filter 1 of a parameter of shape (2, 2) is zero"),
            (torch.tensor([math.nan]), "a parameter of shape (1,) is not finite"),
            (torch.tensor([1j]), "a parameter has dtype torch.complex64; a floating-point tensor is needed"),
        ],
    )
    def test_tensors(self, w: Any, complaint: str) -> None:
        with pytest.raises(ValueError, match=re.escape(complaint)):
            RVSCGD([w.requires_grad_()], 0.1, 0.5, 0.1)

    def test_a_group_with_another_penalty_has_its_own_parameters(self) -> None:
        first, second = (torch.nn.Parameter(torch.ones(2)) for _ in range(2))
        optimizer = RVSCGD([{"params": [first]}, {"params": [second], "penalty": "l0"}], 0.1, 0.5, 0.1, "tl1", a=2.0)
        assert [group["parameters"] for group in optimizer.param_groups] == [{"a": 2.0}, {}]


class TestPages:
    def test_what_the_page_shows_happens(self, tmp_path: Path) -> None:
        page = (ROOT / "docs" / "howto" / "pytorch.md").read_text(encoding="utf-8")
        code = "".join(re.findall(r"^<!-- not run: it needs PyTorch -->\n```python\n(.+?)^```", page, re.M | re.S))
        (tmp_path / "page.py").write_text(code, encoding="utf-8")
        done = processes.run([sys.executable, "page.py"], cwd=tmp_path)
        assert done.returncode == 0, done.stderr

    def test_the_example(self) -> None:
        done = processes.run([sys.executable, str(ROOT / "docs" / "examples" / "digits.py")])
        assert done.returncode == 0, done.stderr
        rows = [line.split() for line in done.stdout.splitlines()[1:]]
        for penalty in ("l1", "l0"):
            kept, right = ([float(row[place][:-1]) for row in rows if row[0] == penalty] for place in (2, 3))
            assert kept == sorted(kept, reverse=True)
            assert kept[-1] < 15
            assert min(right) > 90

"""Proxies and RVSCGD for PyTorch: `straight_through` and the optimizer `RVSCGD`.

μ' and S are the generated functions of `numerics.generated` themselves, carried out with PyTorch's operations in the
place of NumPy's: what `coarseproof verify` says of them is said of these. Nothing else in this package needs PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import unwrap
from types import FunctionType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from scipy import special
from torch import Tensor

from numerics.arguments import check_parameters, flag, keywords, number, renamed
from numerics.elementwise import root
from numerics.generated.estimators import PARAMETERS
from numerics.generated.penalties import PENALTY_PARAMETERS, PROXIMAL_MAPS
from numerics.generated.proxies import PROXIES
from numerics.traced import Operations

__all__ = ["OPERATIONS", "RVSCGD", "StraightThrough", "straight_through"]


class _Operations(Operations):
    """Over tensors and numbers; of numbers alone they are NumPy's. `dtype` is that of what no tensor of numbers has."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype

    def own(self, name: str) -> Callable[..., Any]:
        function = _cbrt if name == "cbrt" else getattr(torch, name)

        def call(*arguments: Any) -> Any:
            device = next((each.device for each in arguments if isinstance(each, Tensor)), None)
            if device is None:
                return np.asarray(getattr(np if hasattr(np, name) else special, name)(*arguments)).item()
            return function(*(self._tensor(each, device) for each in arguments))

        return call

    def _tensor(self, each: Any, device: torch.device) -> Tensor:
        """PyTorch would give numbers that stand alone its default dtype."""
        return each if isinstance(each, Tensor) else torch.full((), each, dtype=self.dtype, device=device)

    def where(self, condition: Any, value: Any, otherwise: Any) -> Any:
        if not isinstance(condition, Tensor):
            return value if condition else otherwise
        if not isinstance(value, Tensor) and not isinstance(otherwise, Tensor) and otherwise == 0:
            return condition.to(self.dtype) * value  # in a quarter of the time
        return torch.where(condition, *(self._tensor(each, condition.device) for each in (value, otherwise)))

    def full(self, shape: torch.Size, value: Any, kind: type) -> Any:
        return value  # it is broadcast where it is used

    def broadcast_to(self, array: Tensor, shape: tuple[int, ...]) -> Tensor:
        return torch.broadcast_to(array, shape)

    def wide(self, value: Any) -> tuple[Tensor, bool]:
        array = value if isinstance(value, Tensor) else torch.as_tensor(np.asarray(value))
        return array.to(torch.float64), array.dtype == torch.float32

    def narrow(self, array: Tensor) -> Tensor:
        return array.to(torch.float32)

    def constant(self, values: npt.NDArray[np.float64], beside: Tensor) -> Tensor:
        return torch.as_tensor(values, dtype=beside.dtype, device=beside.device)


def _cbrt(x: Tensor) -> Tensor:
    return torch.sign(x) * torch.abs(x) ** (1 / 3)


OPERATIONS: Final = _Operations(torch.float64)
"""For the modules that `coarseproof derive --target torch` writes."""


def _over_tensors(functions: Mapping[str, Callable[..., Any]]) -> dict[tuple[str, torch.dtype], Callable[..., Any]]:
    """The functions of a generated table, by name and dtype: their code, with other operations."""
    found = {}
    for dtype in (torch.float32, torch.float64):
        operations: dict[str, Any] = dict.fromkeys(("np", "special"), _Operations(dtype))
        operations |= {"root": lambda *factors: float(root(*factors)), "acute_sine": torch.sin}
        for name, given in functions.items():
            code: Any = unwrap(given)
            made = FunctionType(code.__code__, code.__globals__ | operations, code.__name__, code.__defaults__)
            made.__kwdefaults__ = code.__kwdefaults__
            names = {shown.name: own.name for shown, own in zip(keywords(given), keywords(code), strict=True)}
            found[name, dtype] = made if given is code else renamed(**names)(made)
    return found


_PROXIES: Final = _over_tensors(PROXIES)
_MAPS: Final = _over_tensors(PROXIMAL_MAPS)


def _computed_in(dtype: torch.dtype) -> torch.dtype:
    """float32 for half precision and less, of which the result is rounded once."""
    return torch.float64 if dtype == torch.float64 else torch.float32


@dataclass(frozen=True)
class _Proxy:
    """μ' of one estimator."""

    ste: str
    parameters: Mapping[str, float]

    def __call__(self, x: Tensor) -> Tensor:
        """μ'(x) in the dtype of x; NaN stays NaN."""
        wide = x.to(_computed_in(x.dtype))
        return (_PROXIES[self.ste, wide.dtype](wide, **self.parameters) + _nothing(wide)).to(x.dtype)


def _nothing(x: Tensor) -> Tensor:
    """0, or NaN where x is."""
    return x.clamp(0, 0)


class _Step(torch.autograd.Function):
    """1{x > 0}, with μ' as its derivative; NaN stays NaN."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, proxy: _Proxy) -> Tensor:
        return (x > 0).to(x.dtype) + _nothing(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, _Proxy], output: Tensor) -> None:
        x, ctx.proxy = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return _Pull.apply(slope, x, ctx.proxy), None


class _Pull(torch.autograd.Function):
    """slope·μ'(x), and no further derivative."""

    generate_vmap_rule = True

    @staticmethod
    def forward(slope: Tensor, x: Tensor, proxy: _Proxy) -> Tensor:
        return slope * proxy(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, _Proxy], output: Tensor) -> None:
        ctx.ste = inputs[2].ste

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Any:
        raise RuntimeError(f"straight_through({ctx.ste!r}) has no second derivative: μ' stands for one, and is not one")


@torch.compiler.allow_in_graph
def _activation(x: Tensor, ste: str, parameters: dict[str, float]) -> Tensor:
    """As one node for torch.compile, which beneath torch.func would take the step's own derivative, 0, otherwise."""
    result: Tensor = _Step.apply(x, _Proxy(ste, parameters))
    return result


class StraightThrough(torch.nn.Module):
    """The activation of `straight_through`, as a module."""

    def __init__(self, ste: str, constants: Mapping[str, float]) -> None:
        super().__init__()
        known = check_parameters(ste, constants, PARAMETERS)
        self.ste, self.constants = ste, {name: float(value) for name, value in known.items()}

    def forward(self, x: Tensor) -> Tensor:
        """1{x > 0}, any shape."""
        if not (isinstance(x, Tensor) and x.is_floating_point()):
            kind = f"has dtype {x.dtype}" if isinstance(x, Tensor) else f"is a {type(x).__name__}"
            raise ValueError(f"x {kind}; a floating-point tensor is needed")
        return _activation(x, self.ste, self.constants)

    def extra_repr(self) -> str:
        """The estimator and its parameters."""
        return ", ".join([repr(self.ste), *(f"{name}={value!r}" for name, value in self.constants.items())])


def straight_through(ste: str, **parameters: float) -> StraightThrough:
    """The binary activation 1{x > 0} whose backward multiplies by a proxy derivative μ'(x), as a module.

    ste: name of the estimator; `parameters` are its own, both as in `coarse_gradient`. The module takes floating-point
    tensors of any shape and keeps their dtype, μ' being computed in float32 at least; NaN stays NaN.

    Raises ValueError for an unknown name, for a parameter that the estimator does not have or that is out of its
    domain, and on a call for a tensor that is not of floating point; RuntimeError where a second derivative is asked
    for. Source: THEORY section 0 and, by estimator, C2 to C5.
    """
    return StraightThrough(ste, parameters)


class RVSCGD(torch.optim.Optimizer):
    """RVSCGD: `u = S(w)`, `w ← normalize(w − ηg − ηβ(w − u))`, g being what backward left in `w.grad`.

    params: tensors or groups of them, of floating point and finite. lr, beta, lam: η, β, λ >= 0, η β < 1. With λ = 0
    u = w; with β = 0 < λ u = 0, and w is not coupled to it. penalty: as in `proximal_map`; `parameters` are its own.
    sphere: normalize each filter, which is w[i] where w has several axes, as in linear and convolutional layers, and
    all of w where it has one. They are put on the sphere when they are handed over, and must not be 0. Give biases and
    output weights a group with sphere=False and lam=0: that is (coarse) gradient descent, v's step in R11.

    Each group may have its own `lr`, `beta`, `lam`, `penalty`, `sphere`, and as `parameters` a dictionary, and they may
    be changed between steps. There is no other state: u follows from w. Half precision is computed in float32, and
    rounded once a step.

    Raises ValueError naming what is out of range, when it is handed over or, if it was changed, at the next step; and,
    as `learn` does, for a step to 0 or to what is not finite on the sphere: it has no direction. A step that is refused
    has changed no tensor; the new values of all stand beside the old ones until they are written. A step that
    `torch.compile` has compiled cannot look, and gives NaN. Source: THEORY section 5, R11; [DX].
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float,
        beta: float,
        lam: float,
        penalty: str = "l1",
        *,
        sphere: bool = True,
        **parameters: float,
    ) -> None:
        shared = {"lr": lr, "beta": beta, "lam": lam, "penalty": penalty, "sphere": sphere, "parameters": parameters}
        super().__init__(params, shared)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """As that of every optimizer; see the class for what a group may hold."""
        if "penalty" in param_group:  # which has other parameters than the one of all groups
            param_group.setdefault("parameters", {})
        super().add_param_group(param_group)
        group = self.param_groups[-1]
        filled = [w for w in group["params"] if w.numel()]
        try:
            sphere = _Splitting(group).sphere
            for w in filled:
                _check(w, sphere)
        except ValueError:
            self.param_groups.pop()
            raise
        for w in filled if sphere else ():
            _start(w)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step of every tensor that has a gradient. No closure is needed; what one returns is returned."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        steps: list[tuple[Tensor, Tensor]] = []
        for group in self.param_groups:
            splitting, own = _Splitting(group), (w for w in group["params"] if w.grad is not None and w.numel())
            steps += [(w, splitting.step(w, w.grad)) for w in own]
        for w, after in steps:  # once none of them is refused
            w.copy_(after)
        return loss

    @contextmanager
    def sparse(self) -> Iterator[None]:
        """Meanwhile the tensors hold u = S(w), the sparse side of the splitting; afterwards w again."""
        pairs = [(w, _Splitting(group)) for group in self.param_groups for w in group["params"]]
        kept = [w.detach().clone() for w, _ in pairs]
        try:
            with torch.no_grad():
                for w, splitting in pairs:
                    w.copy_(splitting.u(_wide(w)))
            yield
        finally:
            with torch.no_grad():
                for (w, _), own in zip(pairs, kept, strict=True):
                    w.copy_(own)


@torch.compiler.allow_in_graph
def _proximal_map(x: Tensor, rho: float, penalty: str, parameters: dict[str, float]) -> Tensor:
    result: Tensor = _MAPS[penalty, x.dtype](x, rho, **parameters)
    return result


class _Splitting:
    """The settings of a group, checked; ValueError naming the one that is out of range."""

    def __init__(self, group: Mapping[str, Any]) -> None:
        self.lr, self.beta, self.lam = (number(name, group[name]) for name in ("lr", "beta", "lam"))
        if self.lr * self.beta >= 1:
            raise ValueError(
                f"lr = {self.lr!r} is too large; a step must be below 1/beta = {1 / self.beta:.6g}, where beta = "
                f"{self.beta!r}"
            )
        self.penalty, self.sphere = group["penalty"], flag("sphere", group["sphere"])
        if not isinstance(group["parameters"], Mapping):
            raise ValueError(f"parameters = {group['parameters']!r:.200} is not allowed; a dictionary of numbers is")
        known = check_parameters(self.penalty, group["parameters"], PENALTY_PARAMETERS, "penalty")
        self.parameters = {name: float(value) for name, value in known.items()}
        self.rho = 0.0 if self.lam == 0 else self.lam / self.beta if self.beta > 0 else math.inf

    def u(self, w: Tensor) -> Tensor:
        """S(w), w float32 or float64 of any shape."""
        if self.rho == 0:
            return w
        if math.isinf(self.rho):
            return torch.zeros_like(w)
        return _proximal_map(w, self.rho, self.penalty, self.parameters)

    def step(self, w: Tensor, gradient: Tensor) -> Tensor:
        """w after a step."""
        x = _wide(w)
        z = x - self.lr * gradient.to(x.dtype)
        if self.rho > 0 and self.beta > 0:
            z -= self.lr * self.beta * (x - self.u(x))
        if not self.sphere:
            return z
        z = _on_sphere(z)
        if not torch.compiler.is_compiling() and (lost := _filters(z).isnan().any(-1)).any():
            raise ValueError(
                f"a step takes filter {int(lost.int().argmax())} of a parameter of shape {tuple(w.shape)} to 0 or out "
                f"of range, where it has no direction; lower lr = {self.lr!r}, or look whether its gradient is finite"
            )
        return z


def _wide(w: Tensor) -> Tensor:
    return w.detach().to(_computed_in(w.dtype))


def _filters(w: Tensor) -> Tensor:
    return w.reshape(w.shape[0], -1) if w.ndim > 1 else w.reshape(1, -1)


def _on_sphere(w: Tensor) -> Tensor:
    """Each filter over its norm, at any scale; one that is 0 becomes NaN."""
    rows = _filters(w)
    rows = rows / rows.abs().amax(-1, keepdim=True)
    return (rows / torch.linalg.vector_norm(rows, dim=-1, keepdim=True)).view(w.shape)


def _check(w: Tensor, sphere: bool) -> None:
    """ValueError unless w is of finite floating-point numbers and, for the sphere, no filter is 0."""
    if not w.is_floating_point():
        raise ValueError(f"a parameter has dtype {w.dtype}; a floating-point tensor is needed")
    if not w.isfinite().all():
        raise ValueError(f"a parameter of shape {tuple(w.shape)} is not finite; finite numbers are needed")
    if sphere and not (nonzero := _filters(w.detach()).any(-1)).all():
        raise ValueError(
            f"filter {int(nonzero.int().argmin())} of a parameter of shape {tuple(w.shape)} is zero, which has no "
            "direction; start it elsewhere, or give the parameter a group with sphere=False"
        )


def _start(w: Tensor) -> None:
    """Put the filters on the sphere; those that are there, but for rounding, keep every bit when they are loaded."""
    rows = _filters(_wide(w))
    norms = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    stored, computed = (torch.finfo(dtype).eps for dtype in (w.dtype, rows.dtype))
    there = (norms - 1).abs() <= 2 * stored + math.sqrt(rows.shape[-1]) * computed
    with torch.no_grad():
        w.copy_(torch.where(there, rows, _filters(_on_sphere(rows))).view(w.shape))

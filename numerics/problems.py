"""What brute force draws: networks, or functions of one row, in full dimension, and which random numbers they take."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.arguments import Array, finite_array, integer, vector
from numerics.model import apply_proxy

SHARD = 4096

Proxy = Callable[[Array], NDArray[Any]]

RowFunction = Callable[[Array, Array, Array], NDArray[Any]]

Evaluator = Callable[[Array, Array], None]


@dataclass(frozen=True)
class Draws:
    """Which random numbers: `samples` of them, from the stream that (seed, stream) names.

    Raises ValueError unless samples >= 1, seed >= 0 and stream >= 0 are integers.
    """

    samples: int
    seed: int
    stream: int = 0

    def __post_init__(self) -> None:
        integer("samples", self.samples, 1)
        integer("seed", self.seed, 0)
        integer("stream", self.stream, 0)

    @property
    def shards(self) -> int:
        """Number of shards; the last one may be smaller than SHARD."""
        return -(-self.samples // SHARD)

    def size(self, shard: int) -> int:
        """Number of samples in `shard`. Raises ValueError if there is no such shard."""
        if integer("shard", shard, 0) >= self.shards:
            raise ValueError(f"shard = {shard}; it must be in 0..{self.shards - 1}")
        return min(SHARD, self.samples - shard * SHARD)

    def generator(self, shard: int) -> np.random.Generator:
        """A new generator at the start of `shard`; (seed, stream, shard) alone determine it."""
        sequence = np.random.SeedSequence(self.seed, spawn_key=(self.stream, shard))
        return np.random.Generator(np.random.SFC64(sequence))


class Problem(ABC):
    """What is sampled: how many normals a sample takes, and which quantities come out of it."""

    draws: Draws
    normals: int
    layout: dict[str, tuple[int, ...]]

    @abstractmethod
    def evaluator(self, chunk: int) -> Evaluator:
        """A function of normals (B, self.normals) and values (B, width), B <= chunk.

        It fills `values`, whose columns follow `layout`. It owns buffers: one for each thread.
        """


class NetworkProblem(Problem):
    """Loss, gradient in v, coarse gradients of one network; arguments as in `network_moments`."""

    def __init__(
        self,
        v: ArrayLike,
        w: ArrayLike,
        v_star: ArrayLike,
        w_star: ArrayLike,
        *,
        draws: Draws,
        proxies: Mapping[str, Proxy],
        directions: ArrayLike | None = None,
    ) -> None:
        self.draws = draws
        self.v, self.v_star = _vectors("v", v, "v_star", v_star)
        self.w, self.w_star = _vectors("w", w, "w_star", w_star)
        self.m, self.n = self.v.size, self.w.size
        self.normals = self.m * self.n
        self.proxies = dict(proxies)
        for name, proxy in self.proxies.items():
            apply_proxy(f"proxies[{name!r}]", proxy, _probe(self.m))
        self.directions = None if directions is None else _directions(directions, self.n)
        self.layout = {"loss": (), "gradient_v": (self.m,)}
        for name in self.proxies:
            self.layout[f"coarse_gradient:{name}"] = (self.n,)
        if self.directions is not None:
            for name in self.proxies:
                self.layout[f"coarse_gradient_along:{name}"] = (self.directions.shape[1],)

    def evaluator(self, chunk: int) -> Evaluator:
        """A function from a chunk of Z to the statistics of its networks, with its buffers."""
        m, n = self.m, self.n
        filters = np.stack([self.w, self.w_star], axis=1)
        products, by_filter = np.empty((chunk * m, 2)), np.empty((2, chunk, m))
        active, weights = np.empty((2, chunk, m)), np.empty((chunk, len(self.proxies), m))

        def evaluate(normals: Array, values: Array) -> None:
            size = len(normals)
            x, on, weight = by_filter[:, :size], active[:, :size], weights[:size]
            # One product with both filters reads Z once; its columns are then laid out separately.
            product = np.matmul(normals.reshape(-1, n), filters, out=products[: size * m])
            np.copyto(x, product.T.reshape(2, size, m))
            np.greater(x, 0.0, out=on)
            residual = on[0] @ self.v - on[1] @ self.v_star
            np.multiply(residual, 0.5 * residual, out=values[:, 0])
            np.multiply(on[0], residual[:, None], out=values[:, 1 : 1 + m])
            if self.proxies:
                scaled = residual[:, None] * self.v
                for k, proxy in enumerate(self.proxies.values()):
                    np.multiply(proxy(x[0]), scaled, out=weight[:, k])
                self._coarse_gradients(weight, normals.reshape(size, m, n), values[:, 1 + m :])

        return evaluate

    def _coarse_gradients(self, weight: Array, Z: Array, values: Array) -> None:
        """`weight` (B, proxies, m) times Z (B, m, n), then the projections, into `values`."""
        size, count, _ = weight.shape
        n, end = self.n, count * self.n
        # Splitting the last axis of a slice is a view: the product is written in place.
        np.matmul(weight, Z, out=values[:, :end].reshape(size, count, n, copy=False))
        if self.directions is not None:
            width = self.directions.shape[1]
            for k in range(count):
                along = values[:, end + k * width : end + (k + 1) * width]
                np.matmul(values[:, k * n : (k + 1) * n], self.directions, out=along)


class RowProblem(Problem):
    """Functions of one row z ~ N(0, I_n), under the names `functions` gives them.

    a, b (n,); a function takes z (B, n), z.a (B,), z.b (B,), which it must not change, and returns (B,) or (B, n).
    Raises ValueError as `network_moments`. Source: THEORY section 1 (the expectations of G1-G4).
    """

    def __init__(self, functions: Mapping[str, RowFunction], a: ArrayLike, b: ArrayLike, *, draws: Draws) -> None:
        self.draws = draws
        self.a, self.b = _vectors("a", a, "b", b)
        self.normals = self.a.size
        self.functions = dict(functions)
        if not self.functions:
            raise ValueError("functions is empty; name at least one function of (z, z.a, z.b)")
        z = _probe(self.normals)
        self.layout = {}
        for name, function in self.functions.items():
            values = np.asarray(function(z, z @ self.a, z @ self.b))
            if values.shape not in (z.shape[:1], z.shape) or values.dtype.kind not in "biuf":
                raise ValueError(
                    f"functions[{name!r}] returned shape {values.shape}, dtype {values.dtype} for "
                    f"z of shape {z.shape}; it must be real, of shape (B,) or (B, n)"
                )
            self.layout[name] = values.shape[1:]

    def evaluator(self, chunk: int) -> Evaluator:
        """A function from a chunk of rows to the values of the row functions."""
        del chunk  # the functions allocate their own results
        vectors = np.stack([self.a, self.b], axis=1)

        def evaluate(normals: Array, values: Array) -> None:
            products = normals @ vectors
            along_a, along_b = products[:, 0].copy(), products[:, 1].copy()
            start = 0
            for name, function in self.functions.items():
                stop = start + prod(self.layout[name])
                result = np.asarray(function(normals, along_a, along_b))
                values[:, start:stop] = result.reshape(len(normals), stop - start)
                start = stop

        return evaluate


def _vectors(name: str, value: ArrayLike, other: str, partner: ArrayLike) -> tuple[Array, Array]:
    first, second = vector(name, value), finite_array(other, partner)
    if second.shape != first.shape:
        raise ValueError(f"{other} has shape {second.shape}; it must be {first.shape} like {name}")
    return first, second.astype(np.float64)


def _directions(value: ArrayLike, n: int) -> Array:
    directions = finite_array("directions", value)
    if directions.ndim != 2 or directions.shape[0] != n or directions.shape[1] == 0:
        raise ValueError(f"directions has shape {directions.shape}; it must be (n, k) = ({n}, k) with k >= 1")
    return directions.astype(np.float64)


def _probe(size: int) -> Array:
    """Ordinary rows (B, size), B != size, on which to try a function before sampling starts."""
    rows = 3 if size == 2 else 2
    # Irrational ends keep exact zeros out, at which a function need not be finite.
    return np.linspace(-np.sqrt(3.0), np.sqrt(5.0), rows * size).reshape(rows, size)

"""Brute-force Monte Carlo in full dimension: streaming moments of the sampled network.

Every entry of Z (m x n, or one row z of length n) is drawn; neither rotation invariance nor the
independence of anything is used, so this is the independent check of every closed form.

Samples are cut into shards of `SHARD`; shard i has its own generator, seeded by (seed, stream, i),
and shards are merged in order. The result is therefore the same to the last bit for any number of
threads and for any split of the shards over processes: let each process compute `shard_moments`
(or `iterate_shards` over a range), concatenate the lists in shard order, and `merge_all`.

Memory is bounded whatever the number of samples: half a megabyte of normals, or one sample that is larger, per thread.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.arguments import Array, finite_array, integer, vector
from numerics.model import apply_proxy

SHARD = 4096
# Normals drawn at a time: 64 networks of 16 x 64, which stay in a second-level cache until used.
# Fixed by the problem alone, since another chunk would round sums differently.
_CHUNK_NORMALS = 64 * 16 * 64

Proxy = Callable[[Array], NDArray[Any]]
RowFunction = Callable[[Array, Array, Array], NDArray[Any]]
Evaluator = Callable[[Array, Array], None]
Progress = Callable[[int], object]


@dataclass(frozen=True, eq=False)
class Moments:
    """Count of samples, their mean and sum of squared deviations `m2`, componentwise."""

    count: int
    mean: Array
    m2: Array

    def merge(self, other: "Moments") -> "Moments":
        """Moments of both sets of samples together (Chan's pairwise update).

        Raises ValueError if the shapes differ.
        """
        if self.mean.shape != other.mean.shape:
            raise ValueError(f"other has shape {other.mean.shape}; only moments of shape {self.mean.shape} merge")
        count = self.count + other.count
        delta = other.mean - self.mean
        mean = self.mean + delta * (other.count / count)
        m2 = self.m2 + other.m2 + delta * delta * (self.count / count * other.count)
        return Moments(count, np.asarray(mean), np.asarray(m2))

    @property
    def standard_error(self) -> Array:
        """Standard error of the mean, same shape. Raises ValueError if count < 2."""
        if self.count < 2:
            raise ValueError(f"count = {self.count}; a standard error needs at least 2 samples")
        return np.asarray(np.sqrt(self.m2 / (self.count - 1) / self.count))


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


def network_moments(
    v: ArrayLike,
    w: ArrayLike,
    v_star: ArrayLike,
    w_star: ArrayLike,
    *,
    samples: int,
    seed: int,
    stream: int = 0,
    proxies: Mapping[str, Proxy],
    directions: ArrayLike | None = None,
    first_shard: int = 0,
    shards: int | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> dict[str, Moments]:
    """Moments of the sample loss, its gradient in v and its coarse gradients in w.

    v, v_star (m,); w, w_star (n,), zero allowed; `proxies` maps a name to a function `mu'(x)` of an
    array, which it must not change; `directions` (n, k). Computed in float64. Keys: "loss" (),
    "gradient_v" (m,), and for each proxy "coarse_gradient:NAME" (n,) and, with directions,
    "coarse_gradient_along:NAME" (k,), the projections `g @ directions` of each sample.

    All shards are taken, or only the `shards` from `first_shard` on. `progress(done_samples)` is
    called after each shard, in order, from the calling thread.

    Source: THEORY section 0. Raises ValueError on a wrong shape or dtype, NaN or infinity,
    samples < 1, a negative seed or stream, threads < 1, shards that do not exist.
    """
    draws = Draws(samples, seed, stream)
    problem = NetworkProblem(v, w, v_star, w_star, draws=draws, proxies=proxies, directions=directions)
    return merge_all(iterate_shards(problem, first_shard, shards, threads, progress))


def iterate_shards(
    problem: Problem,
    first_shard: int = 0,
    shards: int | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> Iterator[dict[str, Moments]]:
    """Moments of each shard of a range, in order; `list` of it is what a process hands back.

    Raises ValueError, before anything is drawn, if the range leaves the shards of the problem.
    """
    total = problem.draws.shards
    if integer("first_shard", first_shard, 0) >= total:
        raise ValueError(f"first_shard = {first_shard}; it must be in 0..{total - 1}")
    count = total - first_shard if shards is None else integer("shards", shards, 1)
    if first_shard + count > total:
        raise ValueError(f"shards = {shards}; from shard {first_shard} on only {total - first_shard} exist")
    integer("threads", threads, 1)
    return _reported(problem, range(first_shard, first_shard + count), threads, progress)


def shard_moments(problem: Problem, shard: int) -> dict[str, Moments]:
    """Moments of one shard. It depends on the problem and the shard's number only.

    Raises ValueError if there is no such shard, or if a quantity is NaN or infinite.
    """
    size = problem.draws.size(shard)
    chunk = min(size, max(1, _CHUNK_NORMALS // problem.normals))
    width = sum(prod(shape) for shape in problem.layout.values())
    normals, values = np.empty((chunk, problem.normals)), np.empty((chunk, width))
    evaluate, generator = problem.evaluator(chunk), problem.draws.generator(shard)
    total: Moments | None = None
    with np.errstate(all="ignore"):  # what overflows is found at the end
        for start in range(0, size, chunk):
            rows = min(chunk, size - start)
            generator.standard_normal(out=normals[:rows])
            evaluate(normals[:rows], values[:rows])
            part = _centred(values[:rows])
            total = part if total is None else total.merge(part)
    assert total is not None
    return _split(total, problem.layout)


def merge_all(parts: Iterable[Mapping[str, Moments]]) -> dict[str, Moments]:
    """Merge shard moments in the order given (shard order, for bit-identical results).

    Raises ValueError if there are none, or if their names differ.
    """
    merged: dict[str, Moments] = {}
    for part in parts:
        if merged and merged.keys() != part.keys():
            raise ValueError(f"parts name {sorted(merged)} and {sorted(part)}; merge one problem's shards")
        merged = {name: merged[name].merge(moments) if merged else moments for name, moments in part.items()}
    if not merged:
        raise ValueError("parts is empty; pass the moments of at least one shard")
    return merged


def _reported(problem: Problem, shards: range, threads: int, progress: Progress | None) -> Iterator[dict[str, Moments]]:
    done = 0
    computed = (
        (shard_moments(problem, shard) for shard in shards) if threads == 1 else _threaded(problem, shards, threads)
    )
    for shard, part in zip(shards, computed, strict=True):
        done += problem.draws.size(shard)
        if progress is not None:
            progress(done)
        yield part


def _threaded(problem: Problem, shards: range, threads: int) -> Iterator[dict[str, Moments]]:
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[dict[str, Moments]]] = deque()
        try:
            for shard in shards:
                waiting.append(pool.submit(shard_moments, problem, shard))
                # A short queue, not one future a shard: memory must not grow with the samples.
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _centred(values: Array) -> Moments:
    """Moments of the rows of `values`, which it overwrites: centred first, so no cancellation."""
    mean = values.mean(axis=0)
    values -= mean
    return Moments(len(values), mean, np.einsum("ij,ij->j", values, values))


def _split(moments: Moments, layout: Mapping[str, tuple[int, ...]]) -> dict[str, Moments]:
    parts = {}
    start = 0
    for name, shape in layout.items():
        columns = slice(start, start + prod(shape))
        mean, m2 = moments.mean[columns].reshape(shape), moments.m2[columns].reshape(shape)
        if not (np.isfinite(mean).all() and np.isfinite(m2).all()):
            raise ValueError(
                f"{name} is NaN or infinite in some sample; proxies and functions must be finite, "
                "and weights small enough for squares not to overflow"
            )
        parts[name] = Moments(moments.count, mean, m2)
        start = columns.stop
    return parts


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

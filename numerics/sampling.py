"""Brute-force Monte Carlo in full dimension: streaming moments of the sampled network.

Every entry of Z (m x n, or one row z of length n) is drawn; neither rotation invariance nor the
independence of anything is used, so this is the independent check of every closed form.

Samples are cut into shards of `SHARD`; shard i has its own generator, seeded by (seed, stream, i),
and shards are merged in order. The result is therefore the same to the last bit for any number of
threads and for any split of the shards over processes: let each process compute `shard_moments`
(or `iterate_shards` over a range), concatenate the lists in shard order, and `merge_all`.

Memory is bounded whatever the number of samples: half a megabyte of normals, or one sample that is larger, per thread.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike

from numerics.arguments import Array, integer
from numerics.problems import Draws, NetworkProblem, Problem, Proxy

# Normals drawn at a time: 64 networks of 16 x 64, which stay in a second-level cache until used.
# Fixed by the problem alone, since another chunk would round sums differently.
_CHUNK_NORMALS = 64 * 16 * 64

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
    rows = min(size, chunk * max(1, _CHUNK_NORMALS // (4 * chunk * width)))
    normals, values = np.empty((chunk, problem.normals)), np.empty((rows, width))
    evaluate, generator = problem.evaluator(chunk), problem.draws.generator(shard)
    total: Moments | None = None
    with np.errstate(all="ignore"):  # what overflows is found at the end
        for start in range(0, size, rows):
            taken = values[: size - start]
            for place in range(0, len(taken), chunk):
                piece = taken[place : place + chunk]
                generator.standard_normal(out=normals[: len(piece)])
                evaluate(normals[: len(piece)], piece)
            part = _centred(taken)
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
    mean = np.add.reduce(values) / len(values)
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

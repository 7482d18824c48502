"""One step of RVSCGD, in one pass over memory.

With `u = S(w)` and `y = pull·target + β u` the step is `z = a w + η y`, normalized on the sphere. Write `y = N w + g`
with N = ⟨w, y⟩: at a fixed point g = 0, so everything that has to be small there is computed from g, the step itself
too, `z = (a + ηN) w + ηg`. N is known beforehand to first order, from the step before; what the prediction misses is a
multiple of w, is measured, and is taken out of the sums. The angle with w* and ‖z‖ come in the same way from
`d = z − c w*` with a predicted c, never the angle from the arccosine of an inner product.

A step that is only made, not measured, needs none of this: `Sweep.bare`, a quarter of the work.

The pass goes block by block, each block staying in the cache while it is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from numerics.arguments import Array
from numerics.generated.penalties import PENALTIES, PROXIMAL_MAPS

BLOCK = 9984
"""Entries of a block: its dozen arrays of 78 KiB stay in a second-level cache. For vectors longer than 10000 OpenBLAS
starts threads, which takes longer than a block does."""

EPS = float(np.finfo(np.float64).eps)


class Thresholding:
    """u = S(w) at ρ = λ/β for one penalty, and P(u). λ = 0: u = w. β = 0 < λ: u = 0, the limit of S."""

    def __init__(self, penalty: str, beta: float, lam: float, parameters: Mapping[str, float]) -> None:
        self.rho = 0.0 if lam == 0 else lam / beta if beta > 0 else math.inf
        self.parameters = dict(parameters)
        self._map: Callable[..., Array] = PROXIMAL_MAPS[penalty]
        self._penalty: Callable[..., Array] = PENALTIES[penalty]
        # The l1 map is w less w clipped: taking only the clipped part from it saves a bare step a pass over memory.
        self._clips = penalty == "l1" and 0 < self.rho < math.inf
        self.slope = 1.0 if self.rho == 0 or self._clips else 0.0
        """S(w) = slope·w + factor·part(w)."""
        self.factor = 0.0 if self.rho == 0 or math.isinf(self.rho) else -1.0 if self._clips else 1.0
        self._ends = np.array(-self.rho), np.array(self.rho)  # NumPy reads arrays faster than numbers

    def __call__(self, w: Array) -> Array:
        """S(w), elementwise, any shape; w itself, not a copy, where S is the identity."""
        if self.rho == 0:
            return w
        if math.isinf(self.rho):
            return np.zeros_like(w)
        return self._map(w, self.rho, **self.parameters)

    def part(self, w: Array, buffer: Array) -> Array:
        """The part of S(w) that is not linear, perhaps in `buffer`; not to be asked for where factor = 0."""
        return w.clip(*self._ends, out=buffer) if self._clips else self(w)

    def penalty(self, u: Array) -> float:
        """P(u), the sum over all entries."""
        return 0.0 if math.isinf(self.rho) else float(np.add.reduce(self._penalty(u, **self.parameters)))


class Move(NamedTuple):
    """A step in numbers: w = scale·x; g = pull·target − β(w − u) + (β − multiplier) w; z = keep·w + eta·g."""

    scale: float
    pull: float
    multiplier: float
    keep: float
    eta: float
    cosine: float
    """Predicted ⟨z, w*⟩; wrong by e, it costs the angle a relative error eps·(e/angle)²."""


class Stride(NamedTuple):
    """A step that is not measured: w = scale·x; z = keep·w + pull·w* + push·(the part of S(w) that is not linear)."""

    scale: float
    keep: float
    pull: float
    push: float


class Sums(NamedTuple):
    """What a sweep measures: P(u), #{u≠0}, ‖w−u‖², ‖g‖², ⟨g,w⟩, and ‖d‖², ⟨d,w*⟩ of d = z − cosine·w*."""

    penalty: float
    support: float
    coupling: float
    g_g: float
    g_w: float
    d_d: float
    d_star: float


class Sweep:
    """The pass over memory, with its buffers."""

    def __init__(self, w_star: Array, threshold: Thresholding, beta: float) -> None:
        # LAPACK, loaded with it, takes a third of the time of `import numerics`.
        from scipy.linalg.blas import daxpy

        self.w_star, self.threshold, self.beta, self._add = w_star, threshold, beta, daxpy
        self._pieces = [slice(start, min(start + BLOCK, w_star.size)) for start in range(0, w_star.size, BLOCK)]
        self._buffers = np.empty((4, min(w_star.size, BLOCK)))
        # Blocks of w* and of a buffer, sliced once: in a bare step that counts.
        self._views = [(piece, w_star[piece], self._buffers[0, : piece.stop - piece.start]) for piece in self._pieces]

    def __call__(self, x: Array, target: Array, move: Move, out: Array | None = None) -> Sums:
        """Measure at w = move.scale·x, and write z into `out` if it is given: all (n,), contiguous float64."""
        sums = []
        with np.errstate(all="ignore"):
            for piece in self._pieces:
                rows = self._buffers[:, : piece.stop - piece.start]
                z = rows[3] if out is None else out[piece]
                sums.append(self._block(rows, x[piece], target[piece], self.w_star[piece], z, move))
        return Sums(*(float(total) for total in np.sum(sums, axis=0)))

    def bare(self, x: Array, stride: Stride, out: Array) -> float:
        """Write z into `out`, which may be x, and return ‖z‖: (n,) contiguous float64. Measures nothing else."""
        square = 0.0
        scale, keep = np.array(stride.scale), np.array(stride.keep)
        scaled, kept = stride.scale != 1 or x is not out, stride.keep == 1
        with np.errstate(all="ignore"):
            for piece, w_star, buffer in self._views:
                z = out[piece]
                if scaled:
                    np.multiply(z if x is out else x[piece], scale, out=z)
                part = self.threshold.part(z, buffer) if stride.push else None
                if not kept:
                    np.multiply(z, keep, out=z)
                if part is not None:
                    self._add(part, z, a=stride.push)
                self._add(w_star, z, a=stride.pull)
                square += float(z.dot(z))
        return math.sqrt(square)

    def _block(self, rows: Array, x: Array, target: Array, w_star: Array, z: Array, move: Move) -> tuple[float, ...]:
        """The sums over one block, and z; `rows` are four buffers of its length."""
        w, away, g, _ = rows
        np.multiply(x, move.scale, out=w)
        u = self.threshold(w)
        support, penalty = float(np.count_nonzero(u != 0)), self.threshold.penalty(u)
        np.subtract(w, u, out=away)
        np.multiply(target, move.pull, out=g)
        self._add(away, g, a=-self.beta)
        self._add(w, g, a=self.beta - move.multiplier)
        np.multiply(w, move.keep, out=z)
        self._add(g, z, a=move.eta)
        coupling, g_g, g_w = float(away.dot(away)), float(g.dot(g)), float(g.dot(w))
        d = np.multiply(w_star, -move.cosine, out=away)
        np.add(d, z, out=d)
        return penalty, support, coupling, g_g, g_w, float(d.dot(d)), float(d.dot(w_star))


def turn(along: float, squared: float, projection: float, axis: float) -> tuple[float, float, float, bool]:
    """Where z points, from d = z − c·a: its angle with a, the right c = ⟨z,a⟩/‖a‖², ‖z‖, and whether they are sharp.

    along = c, squared = ‖d‖², projection = ⟨d,a⟩, axis = ‖a‖². They are sharp unless c was so far off that the part of
    ‖d‖² across a lost more than four digits, above what rounding in z is; then measure again with the c returned.
    """
    shift = projection / axis
    across = max(squared - projection * shift, 0.0)
    total = along + shift
    sharp = projection * shift <= 1e4 * max(across, EPS * EPS * axis * total * total)
    main = total * math.sqrt(axis)
    return math.atan2(math.sqrt(across), main), total, math.hypot(main, math.sqrt(across)), sharp

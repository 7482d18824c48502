"""A run of `learn`: one iterate after the other, what is recorded of them, when it ends, and how it goes on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from numerics.arguments import Array
from numerics.learning.certificate import Slope, distance_bound
from numerics.learning.problem import LARGE, Problem, gradient_v, loss, polar
from numerics.learning.state import LearningInterrupted, LearningResult, LearningState, Point
from numerics.learning.steps import EPS, Move, Stride, Sums, Sweep, turn

Progress = Callable[[int, float, float], object]

_QUIET, _INTERVAL = 2.0, 0.1
"""Seconds before the first call of `progress`, and between calls."""

_KEPT = 64
"""Bare steps that may be lost to an interrupt: they are made in place, which takes less memory traffic."""

_RESOLVED = math.sqrt(EPS)
"""What is left of the way where rounding hides it must not be more than this, whatever the tolerance."""


class Run:
    """One run. No step overwrites `safe`, which is `point` or one not far before it: an interrupt finds it whole."""

    def __init__(
        self,
        problem: Problem,
        settings: dict[str, Any],
        start: Array,
        v: Array,
        tolerance: float,
        state: LearningState | None,
    ) -> None:
        self.problem, self.settings, self.tolerance = problem, settings, tolerance
        self.sweep = Sweep(problem.w_star, problem.threshold, problem.beta)
        self.axis = float(problem.w_star @ problem.w_star)
        self.buffers = (np.empty_like(start), np.empty_like(start))
        self.forces = problem.pull.at(v, 0.0, 1.0)
        self.rows: list[tuple[float, ...]] = []
        self.safe = self.point = self._start(start, v) if state is None else self._resume(state)

    def result(self, max_steps: int, progress: Progress | None) -> LearningResult:
        """Iterate and sum up."""
        if self.point.step > max_steps:
            raise ValueError(f"max_steps = {max_steps}; the state has made {self.point.step} steps already")
        try:
            self._iterate(max_steps, progress)
            return self._summary(self._located(self.point))
        except KeyboardInterrupt:
            raise LearningInterrupted(LearningState.at(self.safe, self.rows, self.settings)) from None

    def _start(self, w0: Array, v: Array) -> Point:
        size, direction = polar(w0)
        size, x = (1.0, direction) if self.problem.sphere else (size, w0)
        np.copyto(self.buffers[0], x)
        point = Point(0, self.buffers[0], v, 1.0, size)
        for _ in range(2):  # the second with a cosine that is right
            sums = self._measure(point)
            angle, cosine, _, _ = turn(point.cosine, sums.d_d, sums.d_star, self.axis)
            point = point._replace(angle=angle, cosine=cosine)
        sums = self._measure(point)
        return point._replace(multiplier=sums.g_w / point.norm**2)

    def _resume(self, state: LearningState) -> Point:
        names = sorted(self.settings.keys() | state.settings.keys())
        pairs = {name: (state.settings.get(name), self.settings.get(name)) for name in names}
        other = [
            f"{name} is {theirs!r} there, {mine!r} here" for name, (theirs, mine) in pairs.items() if theirs != mine
        ]
        if other:
            raise ValueError(f"state is of another problem: {'; '.join(other)} (vectors are compared by fingerprint)")
        if state.x.shape != self.buffers[0].shape or state.v.shape != self.problem.v_star.shape:
            raise ValueError(f"state is damaged: x has shape {state.x.shape}, v has shape {state.v.shape}")
        np.copyto(self.buffers[0], state.x)
        self.rows = [tuple(row) for row in state.record.tolist()]
        return Point(state.step, self.buffers[0], state.v.copy(), *state.scalars.tolist())

    def _iterate(self, max_steps: int, progress: Progress | None) -> None:
        due = time.monotonic() + _QUIET
        while self.point.step < max_steps and not self._settled(self.point.distance, self.point.resolved):
            if self.problem.bare(self.point.step):
                self.point = self._stride(self.point)
            else:
                row, following = self._advance(self._located(self.point))
                if self.point.step % self.problem.record_every == 0:
                    self.rows.append(row)
                self.safe = self.point = following
            if progress is not None and time.monotonic() >= due:
                progress(self.point.step, self.point.angle, self.point.residual)
                due = time.monotonic() + _INTERVAL

    def _settled(self, distance: float, resolved: float) -> bool:
        """Whether the limit is near enough, or as near as rounding allows."""
        return distance <= (max(self.tolerance, _RESOLVED) if resolved else self.tolerance)

    def _stride(self, point: Point) -> Point:
        """A bare step, in place if it may be."""
        problem, (alpha, kappa) = self.problem, self.forces
        eta, beta, threshold = problem.eta, problem.beta, problem.threshold
        keep = 1 - eta * (alpha / point.norm + beta) + eta * beta * threshold.slope
        pull, push = eta * kappa, eta * beta * threshold.factor
        if point.x is self.safe.x or point.step - self.safe.step >= _KEPT:
            self.safe, out = point, self._other(point)
        else:
            out = point.x
        by = keep if problem.sphere else 1.0  # z/by is written, on the sphere, which saves multiplying w by `keep`
        size = self.sweep.bare(point.x, Stride(point.scale, keep / by, pull / by, push / by), out)
        return self._moved(point, out, size, size * by)

    def _moved(self, point: Point, out: Array, size: float, length: float) -> Point:
        """The point after `point`, at `out` of that size; ValueError for a step that leaves the range of float64."""
        if not (1 / LARGE < length < LARGE):
            raise ValueError(
                f"step {point.step + 1} has norm {length:.4g}: w has lost its direction, or leaves the range of "
                f"float64; start elsewhere, or scale beta = {self.problem.beta!r}, lam = {self.problem.lam!r} and v"
            )
        scale, norm = (1 / size, 1.0) if self.problem.sphere else (1.0, size)
        return point._replace(step=point.step + 1, x=out, scale=scale, norm=norm)

    def _other(self, point: Point) -> Array:
        """The buffer that `point` is not in."""
        return self.buffers[point.x is self.buffers[0]]

    def _located(self, point: Point) -> Point:
        """`point` with its angle, cosine and N: measured, if a bare step led to it."""
        if point.step == 0 or not self.problem.bare(point.step - 1):
            return point
        for _ in range(2):
            sums = self._measure(point, point.multiplier)
            angle, cosine, _, sharp = turn(point.cosine, sums.d_d, sums.d_star, self.axis)
            multiplier = point.multiplier + sums.g_w / point.norm**2
            point = point._replace(angle=angle, cosine=cosine, multiplier=multiplier)
            if sharp:
                break
        return point

    def _advance(self, point: Point) -> tuple[tuple[float, ...], Point]:
        """One step, measured: the record of `point`, and the point after it."""
        problem = self.problem
        alpha, kappa = problem.pull.at(point.v, point.angle, point.norm)
        if problem.sphere:
            self._guard(point, alpha)
        if problem.sampling is None:
            slope_v = gradient_v(point.v, point.angle, problem.v_star) if problem.learn_v else None
            target, move = problem.w_star, self._population_move(point, alpha, kappa)
        else:
            w = point.x * point.scale
            target, slope_v = problem.sampling(point.step, point.v, w, problem.v_star, problem.w_star)
            keep = 1 - problem.eta * problem.beta
            move = Move(point.scale, -1.0, 0.0, keep, problem.eta, keep * point.cosine)
        self.safe, out = self.point, self._other(point)
        sums = self.sweep(point.x, target, move, out)
        following = self._following(point, out, move, sums)
        if problem.learn_v and slope_v is not None:
            following = following._replace(v=point.v - problem.eta_v * slope_v)
        if problem.sampling is None:
            following = self._observed(point, following, move, sums)
        return self._row(point, sums, alpha), following

    def _row(self, point: Point, sums: Sums, alpha: float) -> tuple[float, ...]:
        """What is recorded of `point`, by `COLUMNS`."""
        v, v_star = point.v, self.problem.v_star
        fit = float(loss(v, np.array([point.angle]), v_star)[0]) if self.problem.learn_v else math.nan
        return point.angle, point.norm, sums.penalty, sums.coupling, sums.support, float(v @ v_star), alpha, fit

    def _population_move(self, point: Point, alpha: float, kappa: float) -> Move:
        """On the sphere N is the last one known; without it the one of fixed points, so that z − w = ηg."""
        problem = self.problem
        if problem.sphere:
            multiplier = point.multiplier
            keep = 1 - problem.eta * (alpha + problem.beta) + problem.eta * multiplier
        else:
            multiplier, keep = alpha / point.norm + problem.beta, 1.0
        return Move(point.scale, kappa, multiplier, keep, problem.eta, keep * point.cosine)

    def _following(self, point: Point, out: Array, move: Move, sums: Sums) -> Point:
        """The point at z, which is `out`."""
        cosine = move.cosine
        for _ in range(2):
            angle, cosine, size, sharp = turn(cosine, sums.d_d, sums.d_star, self.axis)
            if sharp:
                break
            sums = self.sweep(out, self.problem.w_star, Move(1.0, 0.0, 0.0, 1.0, 0.0, cosine))
        following = self._moved(point, out, size, size)
        return following._replace(angle=angle, cosine=cosine * following.scale, residual=math.nan)

    def _guard(self, point: Point, alpha: float) -> None:
        """A step must not turn w round: 1 − η(α+β) > 0 also for what `choose_steps` did not foresee."""
        problem = self.problem
        if problem.eta * (alpha + problem.beta) >= 1:
            raise ValueError(
                f"eta = {problem.eta!r} is too large for step {point.step + 1}; a step must be below 1/(alpha + beta) "
                f"= {1 / (alpha + problem.beta):.6g} there, where alpha = {alpha:.6g} and beta = {problem.beta:.6g}"
            )

    def _slope(self, point: Point, sums: Sums, assumed: float) -> Slope:
        """What a sweep with the population's target, and the multiplier `assumed`, says of `point`."""
        problem, square = self.problem, point.norm**2
        alpha, kappa = problem.pull.at(point.v, point.angle, point.norm)
        multiplier = assumed + sums.g_w / square
        along = sums.g_w**2 / square
        left = max(sums.g_g - along, 0.0) + 8 * EPS * along  # where N was predicted badly little is known of the rest
        forces = abs(kappa) + (problem.beta + abs(problem.beta - multiplier)) * point.norm
        if not problem.sphere:
            left += point.norm**2 * (multiplier - alpha / point.norm - problem.beta) ** 2
            forces += abs(alpha)
        return Slope(point.angle, multiplier, math.sqrt(left), 8 * EPS * forces)

    def _observed(self, point: Point, following: Point, move: Move, sums: Sums) -> Point:
        """`following` with the residual of `point`, N, and the bound there, if it may be what ends the run."""
        slope = self._slope(point, sums, move.multiplier)
        residual = self._residual(point, slope)
        following = following._replace(residual=residual, multiplier=slope.multiplier, distance=math.inf)
        steep = max(self.tolerance * min(point.bend, abs(slope.multiplier)), slope.floor)
        again = 0.97 * point.tried < slope.size < 2 * point.tried
        if point.step % self.problem.record_every or slope.size > steep or again:
            return following
        found = distance_bound(self.problem, point.x * point.scale, point.v, slope)
        bend = found.curvature if found.curvature > 0 else math.inf
        return following._replace(distance=found.distance, resolved=float(found.resolved), bend=bend, tried=slope.size)

    def _residual(self, point: Point, slope: Slope) -> float:
        """Of R3."""
        force = math.hypot(slope.size, slope.multiplier * point.norm)
        return slope.size / force if force > 0 else 0.0

    def _measure(self, point: Point, multiplier: float = 0.0) -> Sums:
        """The population's sums at `point`, which is not moved."""
        kappa = self.problem.pull.at(point.v, point.angle, point.norm)[1]
        return self.sweep(point.x, self.problem.w_star, Move(point.scale, kappa, multiplier, 1.0, 0.0, point.cosine))

    def _summary(self, point: Point) -> LearningResult:
        problem = self.problem
        alpha = problem.pull.at(point.v, point.angle, point.norm)[0]
        multiplier = self._measure(point).g_w / point.norm**2
        wanted = multiplier if problem.sphere else alpha / point.norm + problem.beta
        sums = self._measure(point, wanted)
        slope = self._slope(point, sums, wanted)
        found = distance_bound(problem, w := point.x * point.scale, point.v, slope)
        distance, resolved = min(point.distance, found.distance), max(point.resolved, float(found.resolved))
        shown = [*range(0, point.step, problem.record_every), point.step]
        rows = [*self.rows[: len(shown) - 1], self._row(point, sums, alpha)]
        record = np.array(rows, dtype=np.float64)
        lyapunov, lagrangian = self._histories(record)
        sampled = problem.sampling is not None
        return LearningResult(
            w=w,
            u=np.array(problem.threshold(w)),
            v=point.v.copy(),
            step_history=np.array(shown, dtype=np.int64),
            angle_history=record[:, 0].copy(),
            lyapunov_history=lyapunov,
            lagrangian_history=lagrangian,
            support_history=record[:, 4].astype(np.int64),
            steps=point.step,
            converged=self._settled(distance, resolved),
            residual=self._residual(point, slope),
            distance=math.nan if sampled else distance,
            multiplier=slope.multiplier,
            state=LearningState.at(self.point, self.rows, self.settings),
        )

    def _histories(self, record: Array) -> tuple[Array, Array]:
        """Lyapunov values of R1 and R12, and the Lagrangian of R2."""
        problem = self.problem
        angle, size, penalty, coupling, _, overlap, alpha, fit = record.T
        split = problem.lam * penalty + problem.beta / 2 * coupling
        potential = overlap * problem.pull.potential(angle)
        if not problem.sphere:
            # α‖w‖ − κ⟨w*,w⟩ of C9, with 1 − cos θ kept together; there is none where α and κ vary with w.
            kappa = overlap * problem.pull.potential(np.full_like(angle, np.pi)) / 2
            free = (alpha - kappa) * size + size * potential
            potential = free if problem.pull.constant else np.full_like(angle, np.nan)
        if not problem.learn_v:
            fit = loss(self.point.v, angle, problem.v_star)
        return potential + split, fit + split

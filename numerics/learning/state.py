"""The state of a run of `learn`: what going on takes, to the last bit, and its file."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import secrets
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from numerics.arguments import Array
from numerics.shown import number, pairs

COLUMNS: Final = ("angle", "norm", "penalty", "coupling", "support", "overlap", "radial", "loss")
"""Columns of the record, a row for each point recorded but the last; overlap is v·v*, radial α of C9."""

_VERSION = 3
_SHAPES: Final = {"version": 0, "step": 0, "settings": 0, "x": 1, "v": 1, "scalars": 1, "record": 2}


class Point(NamedTuple):
    """The iterate w = scale·x after `step` steps, with what is known of it.

    Bare steps leave angle, cosine, multiplier and residual as they were: those of an earlier iterate.
    """

    step: int
    x: Array
    v: Array
    scale: float
    norm: float
    angle: float = 0.0
    cosine: float = 0.0
    multiplier: float = 0.0
    residual: float = math.nan
    distance: float = math.inf
    """That of the last point bounded, if it led here; inf otherwise."""
    resolved: float = 0.0
    """1 if the slope there was no more than rounding."""
    bend: float = math.inf
    """The curvature that was found where a bound was tried last; inf before."""
    tried: float = 0.0
    """The slope there."""


SCALARS: Final = Point._fields[3:]
"""What a state holds of a point, beside its step, x and v."""


@dataclass(frozen=True, eq=False)
class LearningState:
    """Where a run stands after `step` steps.

    `settings` describes the problem (numbers, names, digests of the vectors), so that it cannot be continued as another
    one. w = scale·x (n,); v (m,); `scalars` are those named SCALARS, the last known; `record` (k, 8) has a row
    for each of the steps 0, r, 2r, … below `step`, r being `record_every`.
    """

    settings: dict[str, Any]
    step: int
    x: Array
    v: Array
    scalars: Array
    record: Array

    @classmethod
    def at(cls, point: Point, rows: Sequence[tuple[float, ...]], settings: dict[str, Any]) -> LearningState:
        """That of a run at `point`, recorded in `rows`."""
        count = recorded(point.step, settings["record_every"])  # an interrupt may come after the record of a step
        record = np.array(rows[:count], dtype=np.float64).reshape(count, len(COLUMNS))
        return cls(settings, point.step, point.x.copy(), point.v, np.array(point[3:]), record)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the state to `path` (NumPy's .npz, no pickles): beside it first, then renamed, so never half a file.

        Raises OSError if it cannot be written.
        """
        target = Path(os.path.realpath(path))  # through a symbolic link, not in its place
        arrays: dict[str, Any] = {name: getattr(self, name) for name in ("x", "v", "scalars", "record")}
        arrays |= {"version": np.array(_VERSION), "step": np.array(self.step)}
        arrays["settings"] = np.array(json.dumps(self.settings, sort_keys=True))
        if target.exists() and not target.is_file():  # a device or a pipe: nothing to replace, nor to go back in
            packed = io.BytesIO()
            np.savez(packed, **arrays)
            target.write_bytes(packed.getvalue())
            return
        beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.part")
        try:
            with open(beside, "xb") as file:  # who may read it is as for any new file, or as it was
                if target.exists():
                    shutil.copymode(target, beside)
                np.savez(file, **arrays)
            os.replace(beside, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(beside)
            raise

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> LearningState:
        """Read what `save` wrote.

        Raises ValueError, naming the file and the problem, if it is no such file or is damaged; OSError if it cannot
        be read at all.
        """
        try:
            if os.path.exists(path) and not os.path.isfile(path):  # a device may never end
                raise ValueError("it is no regular file")
            with open(path, "rb") as file:
                if not zipfile.is_zipfile(file):
                    raise ValueError("it was not written by LearningState.save")
                file.seek(0)
                state = cls._of(_arrays(file))
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
            raise ValueError(f"{os.fspath(path)} is not a state that learn can go on from: {error}") from error
        return state

    @classmethod
    def _of(cls, arrays: dict[str, npt.NDArray[Any]]) -> LearningState:
        settings = json.loads(str(arrays["settings"]))
        if not isinstance(settings, dict):
            raise ValueError("settings are not a table")
        step, record = int(arrays["step"]), arrays["record"]
        every = settings.get("record_every")
        if not isinstance(every, int) or every < 1:
            raise ValueError(f"record_every is {every!r}")
        if step < 0 or record.shape != (recorded(step, every), len(COLUMNS)):
            raise ValueError(f"record has shape {record.shape}, which is wrong for step = {step}")
        if arrays["scalars"].shape != (len(SCALARS),):
            raise ValueError(f"scalars have shape {arrays['scalars'].shape}")
        for name in ("x", "v"):
            if arrays[name].size == 0 or not np.isfinite(arrays[name]).all():
                raise ValueError(f"{name} is empty or has entries that are not finite")
        return cls(settings, step, arrays["x"], arrays["v"], arrays["scalars"], record)


@dataclass(frozen=True, eq=False)
class LearningResult:
    """Where a run ended and how it went.

    Histories have an entry for the start, each `record_every`-th step and the last one, as `step_history` says: length
    steps + 1 if every step is recorded.
    `w`, `u` (n,), u = S(w); `v` (m,); `angle_history` θ; `lyapunov_history` Ψ(θ) + λP(u) + (β/2)‖w−u‖² (R1, R12), with
    the current v where v is learned; without normalization α‖w‖ − κ⟨w*,w⟩ in place of Ψ, nan where α, κ vary with w;
    `lagrangian_history` f + λP(u) + (β/2)‖w−u‖², which need not decrease (R2); `support_history` counts u ≠ 0.
    `residual` is the sine of the angle between w and κw* + βS(w), 0 exactly at fixed points (R3); without
    normalization ‖κw* − αŵ − β(w−u)‖/‖κw* + βu‖. It is that of the population also where the gradient was sampled.
    `distance` is an upper bound: there is a fixed point of the iteration at most that far from w (from (v, w), if v is
    learned), it attracts all that is near it, and the run leads to it. It rests on how H bends around w (R1,
    R7.stability), on nothing that depends on η. inf where no bound is known: far off, next to a saddle or to a jump of
    S, without normalization also where κ varies or v is learned; nan for sampled gradients. `converged` says that it is
    at most `tolerance`, or at most 1.5e-8 with the residual lost in rounding.
    `multiplier` is N = ⟨w, κw* + βu⟩/‖w‖². A run may also rest at a fixed point that is no stable limit (from a w0
    that vanishes wherever w* does, say): that is not called converged.
    """

    w: Array
    u: Array
    v: Array
    step_history: npt.NDArray[np.int64]
    angle_history: Array
    lyapunov_history: Array
    lagrangian_history: Array
    support_history: npt.NDArray[np.int64]
    steps: int
    converged: bool
    residual: float
    distance: float
    multiplier: float
    state: LearningState

    def _repr_html_(self) -> str:
        names = {"multiplier N": self.multiplier, "residual": self.residual, "distance to the limit ≤": self.distance}
        said = {"steps": f"{self.steps} ({'converged' if self.converged else 'stopped'})"}
        said |= {"angle to w*": number(self.angle_history[-1])} | {name: number(it) for name, it in names.items()}
        return pairs(said | {"support of u": f"{np.count_nonzero(self.u)} of {self.u.size}"})


def recorded(step: int, every: int) -> int:
    """How many of the steps 0, every, 2·every, … are below `step`."""
    return -(-step // every)


class LearningInterrupted(KeyboardInterrupt):
    """A run was interrupted from the keyboard; `state` is where it stood after its last complete step.

    Amid steps that are not recorded, which overwrite each other, it is that of one of the 64 steps before.
    """

    def __init__(self, state: LearningState) -> None:
        super().__init__(f"interrupted after step {state.step}; pass state= to learn to go on")
        self.state = state


def _arrays(file: Any) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a state file, each of the dtype and the number of axes it must have."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    loaded = np.load(file, allow_pickle=False)
    if not isinstance(loaded, np.lib.npyio.NpzFile):
        raise ValueError("it is no .npz file")
    with loaded as stored:
        missing = sorted(_SHAPES.keys() - set(stored.files))
        if missing:
            raise ValueError(f"it has no {', '.join(missing)}")
        for name, axes in _SHAPES.items():
            array = stored[name]
            wanted = "U" if name == "settings" else "iu" if name in {"version", "step"} else "f"
            if array.dtype.kind not in wanted or array.ndim != axes or (wanted == "f" and array.dtype != np.float64):
                raise ValueError(f"{name} has dtype {array.dtype} and {array.ndim} axes")
            arrays[name] = array
    if int(arrays["version"]) != _VERSION:
        raise ValueError(f"its version is {int(arrays['version'])}, this program reads {_VERSION}")
    return arrays

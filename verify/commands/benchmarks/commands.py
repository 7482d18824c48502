"""Whole commands, each in a process of its own: seconds, processor time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_SHOWN: Final = 0.01
"""Share of all processor time from which on a claim has a line of its own for a method."""


def commands() -> Iterator[tuple[Any, ...]]:
    """`derive` into an empty tree, and what is asked for while somebody waits."""
    from verify.build import project_root

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pyproject.toml").write_bytes((project_root() / "pyproject.toml").read_bytes())
        (root / "numerics").mkdir()
        yield _Ran.of("derive", "--root", str(root)).seconds("derive from nothing", 20.0)
    yield _Ran.of("claims", "C3").seconds("claims C3", 1.2)
    settings = ["--weights", "example", "--normalize", "--penalty", "l1", "--beta", "0.5", "--lam", "0.04"]
    for name in ("limit", "learn"):
        yield _Ran.of(name, *settings).work(f"{name} --weights example", 0.5)


def quick() -> Iterator[tuple[Any, ...]]:
    """`verify`, and where its processor time goes: by method, then by method and claim."""
    yield from _profile("quick", 40.0)


def full() -> Iterator[tuple[Any, ...]]:
    """`verify --level full`, as `quick`."""
    yield from _profile("full", 240.0)


def _profile(level: str, promise: float) -> Iterator[tuple[Any, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        ran = _Ran.of("verify", "--level", level, "--seed", "1", "--json", str(report))
        claims = json.loads(report.read_bytes())["claims"] if report.exists() else []
    what = f"verify --level {level}"
    yield ran.seconds(what, promise)
    yield ran.work(what)
    if ran.peak:
        yield f"{what}: peak memory of all processes", ran.peak, "MiB", 1024.0
    methods: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for claim in claims:
        for evidence in claim["evidence"]:
            methods[evidence["method"]] += evidence["seconds"]
            pairs[f"{evidence['method']}, {claim['id']}"] += evidence["seconds"]
    for name, spent in methods.most_common():
        if spent:
            yield name, spent, "CPU s"
    yield "starting, planning, concluding", ran.cpu - methods.total(), "CPU s"
    for name, spent in pairs.most_common():
        if spent > _SHOWN * ran.cpu:
            yield name, spent, "CPU s"


@dataclass(frozen=True)
class _Ran:
    """One run of the command line: exit code, seconds, processor seconds and peak memory (MiB) of all its processes."""

    code: int
    wall: float
    cpu: float
    peak: float

    @classmethod
    def of(cls, *arguments: str) -> _Ran:
        started, spent = time.perf_counter(), _spent()
        process = subprocess.Popen(
            [sys.executable, "-m", "verify.cli", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        peak, done = [0.0], threading.Event()

        def watch() -> None:
            while not done.wait(0.05):
                peak.append(_resident(process.pid))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            process.wait()
        finally:  # an interrupt reaches the command as well, which ends by itself
            done.set()
            watcher.join()
        return cls(process.returncode, time.perf_counter() - started, _spent() - spent, max(peak))

    def seconds(self, what: str, promise: float) -> tuple[Any, ...]:
        return self._of(what), self.wall, "s", promise

    def work(self, what: str, promise: float | None = None) -> tuple[Any, ...]:
        return self._of(what), self.cpu, "CPU s", promise

    def _of(self, what: str) -> str:
        return f"{what} (exit code {self.code})" if self.code else what


def _spent() -> float:
    """Processor seconds of all processes started here that have ended, their own included."""
    times = os.times()
    return times.children_user + times.children_system


def _resident(root: int) -> float:
    """Summed resident memory of a process and its descendants in MiB; 0 where /proc is missing."""
    page = os.sysconf("SC_PAGE_SIZE") / 2**20
    parents, sizes = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents[int(folder.name)], sizes[int(folder.name)] = int(fields[1]), int(fields[21]) * page
    family = {root}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    return sum(sizes.get(pid, 0.0) for pid in family)

"""Runs on a Dask cluster of separate processes: the same evidence, whatever dies on the way; nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from processes import alive, coarseproof, run, started

from verify.cluster import executor
from verify.phases import phases

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
fake_methods: Any = import_module("fake_methods")  # workers import it by this name, too

CLUSTER = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, scheduler_port=int(sys.argv[1]), dashboard_address=None) as it:
        print(*(worker.pid for worker in it.workers.values()), flush=True)
        sys.stdin.read()
"""

KILLING = """
import os, signal, sys
import verify.suite
from verify.reading.report import to_json

victims = [int(sys.argv[2])]
if sys.argv[3:]:
    verify.suite.METHODS.clear()
    verify.suite.METHODS.update(symbolic=sys.argv[3])

def watch(done, total, share, now):
    if done and now.count(", ") == 1 and victims:  # one of the two under way is on the victim
        os.kill(victims.pop(), signal.SIGKILL)

if __name__ == "__main__":
    only = ["C5"] if sys.argv[3:] else ["N1.origin"]
    print(to_json(verify.suite.run_suite(level="quick", only=only, seed=7, scheduler=sys.argv[1], progress=watch)))
    assert not victims
"""


def environment(*folders: Path) -> dict[str, str]:
    paths = os.pathsep.join(map(str, (*folders, ROOT, HERE)))
    return os.environ | {"PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}


@contextmanager
def local_cluster(folder: Path, port: int) -> Iterator[tuple[str, list[int], Any]]:
    """Address, processes of the workers, and the process of all of it."""
    program = folder / "cluster.py"
    program.write_text(CLUSTER, encoding="utf-8")
    line = [sys.executable, str(program), str(port)]
    streams = {"stdin": -1, "stderr": None}
    with started(line, cwd=folder, env=environment(folder), **streams) as process:
        assert process.stdout is not None
        workers = [int(word) for word in process.stdout.readline().split()]
        assert len(workers) == 2
        yield f"tcp://127.0.0.1:{port}", workers, process


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[int], Path]]:
    folder = tmp_path_factory.mktemp("cluster")
    with local_cluster(folder, free_port()) as (address, workers, _):
        yield address, workers, folder


def without_times(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: without_times(value) for key, value in document.items() if key != "seconds"}
    return [without_times(value) for value in document] if isinstance(document, list) else document


def killing(folder: Path, address: str, victim: int, *method: str) -> Any:
    """A run that kills a process while it has work on all workers, and prints its evidence."""
    program = folder / "killing.py"
    program.write_text(KILLING, encoding="utf-8")
    return started([sys.executable, str(program), address, str(victim), *method], cwd=folder, env=environment(folder))


@pytest.mark.slow
def test_a_worker_killed_on_the_way_changes_nothing(cluster: tuple[str, list[int], Path]) -> None:
    address, workers, folder = cluster
    with killing(folder, address, workers.pop()) as process:
        out, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    here = coarseproof("verify", "--only", "N1.origin", "--seed", 7, "--jobs", 2, "--json", "-").stdout
    there, here = (json.dumps(without_times(json.loads(text))) for text in (out, here))
    assert there == here


@pytest.mark.slow
def test_an_interrupt_leaves_nothing_running(cluster: tuple[str, list[int], Path]) -> None:
    address, _, folder = cluster
    method = fake_methods.write(folder, "symbolic", {"*": f"sleep {folder}"})
    program = f"import verify.suite as suite, verify.cli as cli\nsuite.METHODS = {{'symbolic': {method!r}}}\ncli.main()"
    line = [sys.executable, "-c", program, "verify", "--scheduler", address, "--json", str(folder / "x.json")]
    with started(line, cwd=folder, env=environment(folder)) as process:
        there = fake_methods.sleepers(folder)
        os.kill(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "nothing was written" in errors
    assert not (folder / "x.json").exists()
    until = time.monotonic() + 30
    while any(map(alive, there)):
        assert time.monotonic() < until
        time.sleep(0.2)


@pytest.mark.slow
def test_a_scheduler_lost_and_back_costs_no_piece(tmp_path: Path) -> None:
    port, method = free_port(), fake_methods.write(tmp_path, "symbolic", {"*": "nap"})
    with local_cluster(tmp_path, port) as (address, _, first), killing(tmp_path, address, first.pid, method) as process:
        first.wait(100)
        with local_cluster(tmp_path, port):
            out, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    assert f"{address} does not answer; waiting for it" in errors
    evidence = [claim["evidence"][0] for claim in json.loads(out)["claims"]]
    assert len(evidence) > 2
    assert {one["verdict"] for one in evidence} == {"verified"}


@pytest.mark.slow
def test_what_is_not_this_version_is_refused_by_name(cluster: tuple[str, list[int], Path], tmp_path: Path) -> None:
    address = cluster[0]
    for package in ("proofs", "numerics", "verify"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "proofs" / "symbols.py").open("a", encoding="utf-8") as changed:
        changed.write("# one line more\n")
    line = [sys.executable, "-m", "verify.cli", "verify", "--only", "G1", "--scheduler", address]
    done = run(line, cwd=tmp_path, env=environment(tmp_path))
    assert done.returncode == 2
    assert f"of --scheduler {address}: coarseproof is of sources " in done.stderr.splitlines()[-1]
    other = tmp_path / "other" / "verify" / "__init__.py"  # a package of that name which is not ours
    other.parent.mkdir(parents=True)
    other.touch()
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-nanny", "--no-dashboard"]
    with started(worker, cwd=tmp_path / "other", env=environment(tmp_path / "other")) as process:
        assert process.stderr is not None
        assert any("Registered to" in said for said in process.stderr)
        done = coarseproof("verify", "--only", "G1", "--scheduler", address)
    assert done.returncode == 2
    assert "coarseproof is not installed there, or is another version" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://127.0.0.1:notaport", "silent"])
def test_an_address_that_does_not_answer_is_told(address: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = address.replace("silent", f"127.0.0.1:{silent.getsockname()[1]}")
        done = coarseproof("verify", "--only", "G1", "--scheduler", address)
    assert done.returncode == 2
    assert f"--scheduler {address}: no Dask scheduler answers there" in done.stderr.splitlines()[-1]


def test_jobs_of_this_machine_are_refused_beside_a_cluster() -> None:
    done = coarseproof("verify", "--scheduler", "tcp://127.0.0.1:1", "--jobs", 3)
    assert done.returncode == 2
    assert "--jobs 3 has no meaning with --scheduler" in done.stderr


@pytest.mark.slow
def test_starts_and_phases_are_those_of_one_machine(cluster: tuple[str, list[int], Path]) -> None:
    settings = ("--weights", "example", "--normalize", "--penalty", "l0", "--beta", 2, "--lam", 0.005, "--starts", 80)
    there, here = (("--scheduler", cluster[0]), ("--jobs", 1))
    counted = [coarseproof("learn", *settings, *where, "--json", "-").stdout for where in (there, here)]
    assert counted[0] == counted[1]
    assert json.loads(counted[0])["starts"] == 80
    found = []
    for where in (executor(1, cluster[0]), executor(1, None)):
        with where:
            found.append(phases(np.array([0.8, 0.6]), 1.0, (2.0, 0.1), {"penalty": "l1"}, where, None))
    for one, other in zip(*found, strict=True):
        assert np.array_equal(one, other, equal_nan=True)

"""Two Dask workers of one core each beside one of them, on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from benchmarks.batch.account import cores
from benchmarks.batch.batches import marks, other, run
from benchmarks.batch.plan import Plan
from benchmarks.commands import CommandFailed
from benchmarks.table import Figures, Missing, Row, Target

TIMES = "two Dask workers of one core beside one"
ONE, TWO = "one Dask worker: a submission", "two Dask workers: a submission"
SAME = "marks that came out otherwise by one, by two and by threads"
ROWS = (
    Row(TIMES, "times", Target(limit=1.8, at_least=True)),
    Row(ONE, "s"),
    Row(TWO, "s"),
    Row(SAME, "", Target(limit=0, exactly=True)),
)
_PINNED = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); os.execv(sys.argv[2], sys.argv[2:])"
_LIMIT = 60.0
_LOOPBACK = "127.0.0.1"


def measure(plan: Plan) -> Figures:
    """Grade the same class by one worker, by two, and by threads for its marks."""
    if cores() < 2 or not hasattr(os, "sched_setaffinity"):
        return {row.name: Missing("needs two cores, and a system that pins processes to them") for row in ROWS}
    place = plan.folder / "cluster"
    handed_in = plan.small_class(place, plan.cluster, breaks=("ends at once",))
    pins = sorted(os.sched_getaffinity(0))[:2]
    one = _by_dask(plan, handed_in, place / "one", pins[:1])
    two = _by_dask(plan, handed_in, place / "two", pins)
    run(plan.small_task(handed_in, place / "threads", jobs=plan.jobs))
    first = marks(place / "one")
    differ = [line for name in ("two", "threads") for line in other(first, marks(place / name))]
    return {
        TIMES: one / two,
        ONE: one / plan.cluster,
        TWO: two / plan.cluster,
        SAME: float(len(differ)),
    }


def _by_dask(plan: Plan, handed_in: Path, out: Path, pins: Sequence[int]) -> float:
    out.mkdir()
    with ExitStack() as stack:
        address = stack.enter_context(_scheduler(out))
        for number, pin in enumerate(pins):
            log = stack.enter_context((out / f"worker-{number}.log").open("wb"))
            stack.enter_context(_worker(address, pin, out / f"worker-{number}", log.fileno()))
        _until(lambda: all(b"Registered to" in file.read_bytes() for file in out.glob("worker-*.log")))
        return run(plan.small_task(handed_in, out, jobs=1, more=("--dask", address))).seconds


@contextmanager
def _scheduler(place: Path) -> Generator[str]:
    file = place / "scheduler.json"
    given = ["--host", _LOOPBACK, "--port", "0", "--no-dashboard", "--scheduler-file", f"{file}"]
    with _process([sys.executable, "-m", "distributed.cli.dask_scheduler", *given], subprocess.DEVNULL):
        _until(lambda: file.exists() and file.read_bytes().endswith(b"}"))
        yield json.loads(file.read_text(encoding="utf-8"))["address"]


def _worker(address: str, pin: int, folder: Path, log: int) -> AbstractContextManager[None]:
    """Start a worker whose processes, and all that come of them, run on one core."""
    given = ["--host", _LOOPBACK, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", f"{folder}"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, *given]
    return _process([sys.executable, "-c", _PINNED, f"{pin}", *worker], log)


@contextmanager
def _process(command: Sequence[str], output: int) -> Generator[None]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_LIMIT)
        finally:
            process.kill()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LIMIT
    while not holds():
        if time.monotonic() > deadline:
            raise CommandFailed("Dask did not start")
        time.sleep(0.05)

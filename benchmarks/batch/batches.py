"""Batches that are measured: how long each took, what it used, and the marks that came of it."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend_katas.errors import ExitCode
from benchmarks.batch.account import account
from benchmarks.commands import ROOT, CommandFailed

_LIMIT = 4 * 3600.0
_GRACE = 60.0
_SOUND = (ExitCode.PASSED, ExitCode.NOTHING_TO_GRADE, ExitCode.OUR_FAULT)

Marks = Mapping[str, Mapping[str, object]]
"""By submission: its status in the table, and status and points of each of its checks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A class to grade; `more` are further options of `katas batch`, `pack` a pack to be named before it."""

    handed_in: Path
    out: Path
    kata: str
    jobs: int = 1
    seed: int = 1
    pack: Path | None = None
    more: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """What `katas` is given."""
        named = ("--pack", f"{self.pack}") if self.pack else ()
        what = ("batch", f"{self.handed_in}", "--kata", self.kata, "--out", f"{self.out}")
        return (*named, *what, "--jobs", f"{self.jobs}", "--seed", f"{self.seed}", *self.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a batch took, in seconds, and held, in bytes.

    `processor` is that of all processes, `itself` that of `katas batch` alone, `machine` that of everything on this
    machine meanwhile. `grouped` says whether `processor` is counted apart from the rest of the machine.
    """

    seconds: float
    processor: float
    itself: float
    supervisors: float
    machine: float
    peak: int
    grouped: bool


def run(task: Task) -> Ran:
    """Grade a class and measure it. Raises CommandFailed with the end of what it said."""
    task.out.mkdir(parents=True, exist_ok=True)
    notes, log = task.out.with_suffix(".notes"), task.out.with_suffix(".log")
    with account() as counted, log.open("wb") as output:
        command = [*counted.prefix, sys.executable, "-m", "benchmarks.batch.noted", f"{notes}", *task.arguments]
        began = time.monotonic()
        code = _ended(command, output.fileno())
        seconds = time.monotonic() - began
        machine, processor, supervisors = counted.machine, counted.used, counted.supervisors
        grouped = counted.grouped
    if code not in _SOUND:
        told = "\n  ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])
        raise CommandFailed(f"`katas {' '.join(task.arguments)}` ended with {code}:\n  {told}")
    noted = json.loads(notes.read_text(encoding="utf-8"))
    return Ran(
        seconds=seconds,
        processor=processor,
        itself=noted["processor"],
        supervisors=supervisors,
        machine=machine,
        peak=noted["peak"],
        grouped=grouped,
    )


def _ended(command: Sequence[str], output: int) -> int:
    """Run a batch to its end; when we are broken off, so is it, and at once."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
    )
    with process:
        try:
            return process.wait(_LIMIT)
        finally:
            for _ in range(2 if process.poll() is None else 0):  # the first has it finish what runs
                process.send_signal(signal.SIGINT)
                time.sleep(0.5)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
            process.kill()


def marks(out: Path, names: Mapping[str, str] | None = None) -> Marks:
    """Read what came of a batch; `names` are what the submissions are called otherwise."""
    found: dict[str, dict[str, object]] = {}
    with (out / "marks.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["submission"]] = {"status": row["status"], "score": row["score"]}
    for name, mark in found.items():
        document = out / "results" / f"{name}.json"
        if mark["score"]:
            for check in json.loads(document.read_text(encoding="utf-8"))["checks"]:
                mark[check["id"]] = (check["status"], check["earned"])
    return {(names or {}).get(name, name): mark for name, mark in found.items()}


def other(one: Marks, another: Marks) -> list[str]:
    """Return which checks, or marks, of two gradings differ."""
    return [
        f"{name}: {what}: {one.get(name, {}).get(what)} and {another.get(name, {}).get(what)}"
        for name in sorted({*one, *another})
        for what in sorted({*one.get(name, {}), *another.get(name, {})})
        if one.get(name, {}).get(what) != another.get(name, {}).get(what)
    ]

"""Where the time of a full grade of the reference goes, and how much memory its grader holds."""

from __future__ import annotations

import json
import sys
from bisect import bisect_left
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import memory, watched
from benchmarks.bench import Bench
from benchmarks.commands import ROOT, timed
from benchmarks.intervals import Interval, attribute, length
from benchmarks.table import Figures, Row, Target

WALL = "full grade of auth-system/python-fastapi, built before"
OWN = "the engine's own share: all but boots and answers"
OWN_WITHOUT_LIFETIMES = "the same, without the waits for lifetimes"
PARTS = {
    watched.BOOT: "of the wall: the program boots, restarts and stops",
    "waits": "of the wall: waiting for its answers and mails",
    watched.LIFETIME: "of the wall: waiting for lifetimes the kata sets",
    watched.PYTEST: "of the wall: interpreters and pytest start and end",
    watched.SERVICES: "of the wall: services start, give shares, stop",
    watched.DATABASE: "of the wall: graders look into the database",
    "": "of the wall: all the rest (graders, plugin, client, relay)",
}
WORK = "grader's processor time while it waits for answers"
CPU = "grader's processor time in all"
PYTEST = "peak memory: pytest"
COMMAND = "peak memory: `katas grade`, which waits for it"
SUPERVISORS = "peak memory: supervisor processes, together"
GRADER = "peak memory: the grader, all of these at once"
PROGRAM = "peak memory: the program's largest process"
SERVERS = "peak memory: services, together"
ROWS = (
    Row(WALL, "s"),
    Row(OWN, "%", Target(limit=15)),
    Row(OWN_WITHOUT_LIFETIMES, "%", Target(limit=15)),
    *(Row(name, "s") for name in PARTS.values()),
    Row(WORK, "s"),
    Row(CPU, "s"),
    Row(PYTEST, "MB", Target(limit=120)),
    Row(COMMAND, "MB"),
    Row(SUPERVISORS, "MB"),
    Row(GRADER, "MB", Target(limit=120)),
    Row(PROGRAM, "MB"),
    Row(SERVERS, "MB"),
)
# Whoever claims a moment first has it: what a check waits for in the program is not the check's own.
ORDER = (
    watched.BOOT,
    watched.ANSWER,
    watched.MAIL,
    watched.EVENTUALLY,
    watched.LIFETIME,
    watched.SERVICES,
    watched.DATABASE,
    watched.PYTEST,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What the watched pytest wrote down: when checks began and were over, intervals by kind, processor time."""

    first_check: float
    last_check: float
    intervals: Mapping[str, Sequence[Interval]]
    cpu: Sequence[tuple[float, float]]
    cpu_in_all: float
    peak: int


def measure(bench: Bench) -> Figures:
    """Grade the reference with the official command."""
    path, seen = bench.folder / "notes.json", list[memory.Census]()

    @contextmanager
    def counted(root: int) -> Generator[None]:
        with memory.census(root) as census:
            seen.append(census)
            yield

    result = ("--format", "json", "--output", bench.folder / "result.json")
    command = [sys.executable, "-m", "benchmarks.graded", path, "grade", bench.reference, *result]
    services = ("--services", "embedded")
    wall = timed([*command, *services], cwd=bench.reference, environment={"PYTHONPATH": str(ROOT)}, watcher=counted)
    notes = _read(path)
    return {**times(wall, notes), **_memory(notes, seen[0])}


def times(wall: Interval, notes: Notes) -> dict[str, float]:
    """Divide the wall among those who claim its moments, each moment once."""
    claims = dict(notes.intervals)
    claims[watched.PYTEST] = [Interval(wall.start, notes.first_check), Interval(notes.last_check, wall.end)]
    owned = attribute(wall, {kind: claims.get(kind, []) for kind in ORDER})
    waits = [*owned[watched.ANSWER], *owned[watched.MAIL], *owned[watched.EVENTUALLY]]
    parts = {kind: length(waits if kind == "waits" else owned[kind]) for kind in PARTS}
    whole = length([wall])
    own = whole - parts[watched.BOOT] - parts["waits"]
    return {
        WALL: whole,
        OWN: 100 * own / whole,
        OWN_WITHOUT_LIFETIMES: 100 * (own - parts[watched.LIFETIME]) / whole,
        **{PARTS[kind]: seconds for kind, seconds in parts.items()},
        WORK: worked(owned[watched.ANSWER], notes.cpu),
        CPU: notes.cpu_in_all,
    }


def worked(waits: Sequence[Interval], cpu: Sequence[tuple[float, float]]) -> float:
    """Return the processor seconds within the waits; between two samples the use is taken to be even."""
    samples = sorted(cpu)

    def used(moment: float) -> float:
        place = bisect_left(samples, (moment, 0.0))
        if place == 0 or place == len(samples):
            return samples[min(place, len(samples) - 1)][1] if samples else 0.0
        (before, low), (after, high) = samples[place - 1], samples[place]
        return low + (high - low) * (moment - before) / (after - before)

    return sum(used(end) - used(start) for start, end in waits)


def _read(path: Path) -> Notes:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    first, last = document["checks"]
    return Notes(
        first_check=first,
        last_check=last,
        intervals={
            kind: [Interval(*interval) for interval in intervals] for kind, intervals in document["intervals"].items()
        },
        cpu=[(moment, used) for moment, used in document["cpu"]],
        cpu_in_all=document["cpu_in_all"],
        peak=document["peak"],
    )


def _memory(notes: Notes, census: memory.Census) -> dict[str, float]:
    held = {
        PYTEST: notes.peak,
        COMMAND: census.alone[memory.COMMAND],
        SUPERVISORS: census.together[memory.SUPERVISOR],
        GRADER: census.grader,
        PROGRAM: census.alone[memory.PROGRAM],
        SERVERS: census.together[memory.SERVICE],
    }
    return {name: size / 1e6 for name, size in held.items()}

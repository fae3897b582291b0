"""Where the time of a full grade of each reference goes, and how much memory its grader holds."""

from __future__ import annotations

import json
import sys
from bisect import bisect_left
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend_katas.catalogue import find_kata, find_packs
from benchmarks import memory, watched
from benchmarks.bench import REFERENCES, Bench
from benchmarks.commands import ROOT, TRUSTED, timed
from benchmarks.intervals import Interval, attribute, length
from benchmarks.table import Figures, Row, Target

WALL = "full grade"
OWN = "the engine's own share"
GRADER = "peak memory of the whole grader"
PARTS = {
    watched.BOOT: "the program boots, restarts and stops, s",
    "waits": "waiting for its answers and mails, s",
    watched.LIFETIME: "waiting for lifetimes the kata sets, s",
    watched.PYTEST: "interpreters and pytest start and end, s",
    watched.SERVICES: "services start, give shares, stop, s",
    watched.DATABASE: "graders look into the program's services, s",
    "": "all the rest: graders, plugin, client, relay, s",
}
OWN_WITHOUT_LIFETIMES = "own share without the waits for lifetimes, %"
WORK = "grader's processor time while it waits for answers, s"
CPU = "grader's processor time in all, s"
PYTEST = "peak memory: pytest, MB"
COMMAND = "peak memory: `katas grade`, which waits for it, MB"
SUPERVISORS = "peak memory: supervisor processes, together, MB"
PROGRAM = "peak memory: the program's largest process, MB"
SERVERS = "peak memory: services, together, MB"
DETAILS = (
    *PARTS.values(), OWN_WITHOUT_LIFETIMES, WORK, CPU, PYTEST, COMMAND, SUPERVISORS, PROGRAM, SERVERS,
)  # fmt: skip
SECONDS = {"cli": 10.0}
USUAL_SECONDS = 20.0


def rows() -> list[Row]:
    """Return what the main table tells of each reference."""
    return [row for name in REFERENCES for row in _rows(name)]


def _rows(name: str) -> tuple[Row, ...]:
    kind = find_kata(name.partition("/")[0], find_packs({})).kind
    return (
        Row(f"{name}: {WALL}", "s", Target(limit=SECONDS.get(kind, USUAL_SECONDS))),
        Row(f"{name}: {OWN}", "%", Target(limit=15)),
        Row(f"{name}: {GRADER}", "MB", Target(limit=120)),
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
    """Grade each reference with the official command; the figures are named by it."""
    return {
        f"{name}: {figure}": value
        for name, folder in bench.references.items()
        for figure, value in _measure(bench, folder).items()
    }


def _measure(bench: Bench, reference: Path) -> dict[str, float]:
    path, seen = bench.folder / "notes.json", list[memory.Census]()

    @contextmanager
    def counted(root: int) -> Generator[None]:
        with memory.census(root) as census:
            seen.append(census)
            yield

    result = ("--format", "json", "--output", bench.folder / "result.json")
    command = [sys.executable, "-m", "benchmarks.graded", path, "grade", reference, *TRUSTED, "--in-place", *result]
    services = ("--services", "embedded")
    wall = timed([*command, *services], cwd=reference, environment={"PYTHONPATH": str(ROOT)}, watcher=counted)
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

"""When a batch is killed: anywhere in its life, while a mark is being committed, while reports are being written."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

JOURNAL = "journal.sqlite"
_LOOK = 0.0005  # seconds
_COMMIT = 0.006  # seconds in which a commit reaches the disk, or a little more


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What an undisturbed batch did, in seconds since its start: when it committed, when it began to write reports."""

    commits: tuple[float, ...]
    reports: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment to kill at: `until` returns when it is there, or the batch has ended."""

    aim: str
    until: Callable[[subprocess.Popen[bytes], Path], None]


ANYWHERE, COMMIT, REPORTS = "anywhere in its life", "at a commit", "while reports are written"


def watched(process: subprocess.Popen[bytes], out: Path) -> Life:
    """Look at a batch until it ends."""
    began = time.monotonic()
    commits: list[float] = []
    reports, before = 0.0, _written(out)
    while process.poll() is None:
        if (now := _written(out)) != before:
            commits.append(time.monotonic() - began)
            before = now
        if not reports and (out / "results").exists():
            reports = time.monotonic() - began
        time.sleep(_LOOK)
    return Life(commits=tuple(commits), reports=reports, end=time.monotonic() - began)


def moments(number: int, life: Life, rng: random.Random) -> Iterator[Moment]:
    """Draw so many moments: half of them spread evenly from the first millisecond to the last, the others aimed."""
    aims = [ANYWHERE if place % 2 == 0 else (COMMIT, REPORTS)[place // 2 % 2] for place in range(number)]
    anywhere = aims.count(ANYWHERE)
    # One in each of as many equal parts of its life, so that none is missed by chance.
    times = iter(rng.sample([(place + rng.random()) * life.end / anywhere for place in range(anywhere)], anywhere))
    for aim in aims:
        if aim == ANYWHERE:
            yield Moment(aim=aim, until=_at(next(times)))
        elif aim == COMMIT:
            yield Moment(aim=aim, until=_in_commit(rng.randint(1, len(life.commits)), rng.uniform(0, _COMMIT)))
        else:
            yield Moment(aim=aim, until=_in_reports(rng.uniform(0, life.end - life.reports)))


def _at(moment: float) -> Callable[[subprocess.Popen[bytes], Path], None]:
    return lambda _process, _out: time.sleep(moment)


def _in_commit(count: int, later: float) -> Callable[[subprocess.Popen[bytes], Path], None]:
    """Wait for the first writes to the journal's log, so many, and a little longer."""

    def until(process: subprocess.Popen[bytes], out: Path) -> None:
        seen, before = 0, _written(out)
        while seen < count and process.poll() is None:
            if (now := _written(out)) != before:
                seen, before = seen + 1, now
            time.sleep(_LOOK)
        time.sleep(later)

    return until


def _in_reports(later: float) -> Callable[[subprocess.Popen[bytes], Path], None]:
    """Wait for the first file of a report, which a batch that goes on finds there, and a little longer."""

    def until(process: subprocess.Popen[bytes], out: Path) -> None:
        before = _reported(out)
        while process.poll() is None and _reported(out) == before:
            time.sleep(_LOOK)
        time.sleep(later)

    return until


def _written(out: Path) -> tuple[int, int]:
    """Return what changes with each write to the journal."""
    try:
        found = (out / f"{JOURNAL}-wal").stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _reported(out: Path) -> int:
    try:
        return (out / "results").stat().st_mtime_ns
    except OSError:
        return 0

"""`make kills`: a batch killed at random moments, again and again; nothing may be lost, graded twice or changed."""

from __future__ import annotations

import csv
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click
import psutil

from benchmarks.batch.classroom import make, members
from benchmarks.batch.plan import SMALL, small_kata
from benchmarks.commands import KATAS, PACK
from benchmarks.moments import JOURNAL, Life, Moment, moments, watched
from benchmarks.setting import setting

_LIMIT = 300.0
_GONE_WITHIN = 20.0
_AGAIN = 0.25  # of the batches are killed once more while they go on
_LINE = re.compile(r"^[ !] \d+ of \d+  (\S+)  (.*)$", re.MULTILINE)
_BEFORE = "graded before"
_TOLD = 5
_SOUND = {0, 5}  # the class has a submission that nobody can grade
WALLS = {"bwrap": (), "none": ("--isolation", "none", "--trust-submission")}

Rows = Mapping[str, tuple[object, ...]]
"""What a journal has of each mark, by the submission's name: its number, its key, how long it took, the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """The class that is graded again and again, and what it gets when nobody disturbs."""

    handed_in: Path
    walls: tuple[str, ...]
    life: Life
    reports: Mapping[str, Sequence[Sequence[str]]]

    @property
    def names(self) -> set[str]:
        """Those who get a mark."""
        return {row[0] for row in self.reports["marks.csv"][1:] if row[1] != "not graded"}


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a campaign found: what has to be nothing, by its name, and what was done to find it."""

    kills: Counter[str] = field(default_factory=Counter[str])
    in_time: Counter[str] = field(default_factory=Counter[str])
    phases: Counter[str] = field(default_factory=Counter[str])
    batches: int = 0
    told_before: int = 0
    kept_before: int = 0
    faults: Counter[str] = field(default_factory=Counter[str])


LOST = "marks lost"
UNTOLD = "marks told before they were in the journal"
TWICE = "marks graded twice"
OTHER = "rows of marks.csv and checks.csv other than undisturbed"
FAILED = "batches that could not be gone on with"
BROKEN = "journals that could not be read"
LEFT = "files and processes left behind"
FAULTS = (LOST, UNTOLD, TWICE, OTHER, FAILED, BROKEN, LEFT)


@click.command()
@click.option("--kills", default=200, show_default=True, help="How often a batch is killed.")
@click.option("--size", default=6, show_default=True, help="Submissions in the class.")
@click.option("--isolation", default="none", show_default=True, type=click.Choice([*WALLS]))
@click.option("--seed", type=int, help="Repeat the moments of an earlier campaign.")
def main(kills: int, size: int, isolation: str, seed: int | None) -> None:
    """Kill a batch at random moments, go on with it, and compare its marks with those of an undisturbed one."""
    seed = random.randrange(1_000_000) if seed is None else seed
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="katas-kills-") as place:
        class_ = undisturbed(Path(place), size, WALLS[isolation])
        tally = Tally()
        with click.progressbar(moments(kills, class_.life, rng), length=kills, file=sys.stderr) as drawn:
            batch: Batch | None = None
            for number, moment in enumerate(drawn, 1):
                batch = batch or Batch(class_, Path(place, f"{number}"), tally)
                batch.strike(moment)
                if number == kills or rng.random() >= _AGAIN:
                    batch.finish()
                    batch = None
    click.echo(f"{setting(runs=1)}\nSeed {seed}.\n\n{table(tally, class_.life)}")
    sys.exit(1 if tally.faults.total() else 0)


class Batch:
    """One batch that is killed, once or several times, then finished and looked through."""

    def __init__(self, class_: Class, place: Path, tally: Tally) -> None:
        self._class = class_
        self._place = place
        self._out = place / "out"
        self._tally = tally
        self._told: set[str] = set()
        self._rows: dict[str, tuple[object, ...]] = {}

    def strike(self, moment: Moment) -> None:
        """Go on with the batch, kill it at a moment, and see what it has in its journal."""
        with started(self._class, self._place) as process:
            moment.until(process, self._out)
            alive = process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait(_LIMIT)
        told = {name for name, words in _said(self._place) if " of " in words or words == _BEFORE}
        found = self._journal()
        self._tally.kills[moment.aim] += 1
        self._tally.in_time[moment.aim] += alive
        self._tally.phases[self._phase() if alive else "it had ended"] += 1
        self._tally.faults[UNTOLD] += len(told - found.keys())
        self._see_kept(found)
        self._told |= told
        self._rows |= found

    def finish(self) -> None:
        """Have the batch come to its end, and compare."""
        with started(self._class, self._place) as process:
            process.wait(_LIMIT)
        said = dict(_said(self._place))
        tally, found = self._tally, self._journal()
        tally.batches += 1
        tally.told_before += len(self._told)
        tally.kept_before += len(self._rows)
        tally.faults[FAILED] += process.returncode not in _SOUND
        tally.faults[LOST] += len(self._class.names - found.keys())
        tally.faults[TWICE] += sum(said.get(name) != _BEFORE for name in self._rows)
        self._see_kept(found)
        for name, rows in self._class.reports.items():
            now = _table(self._out / name)
            self._tell(OTHER, [f"{name}: {row}" for row in rows if row not in now])
            self._tell(OTHER, [f"{name}: undisturbed it is not {row}" for row in now if row not in rows])
        self._tell(LEFT, _left(self._place))
        shutil.rmtree(self._place)

    def _tell(self, fault: str, lines: Sequence[str]) -> None:
        self._tally.faults[fault] += len(lines)
        for line in lines[:_TOLD]:
            click.echo(f"\n{fault}: {line}", err=True)

    def _see_kept(self, found: Rows) -> None:
        """Whatever was in the journal has to be there still, as it was, and once."""
        for name, row in self._rows.items():
            self._tally.faults[LOST] += name not in found
            self._tally.faults[TWICE] += name in found and found[name] != row

    def _journal(self) -> Rows:
        """Read a copy of the journal, for whoever opens one after a crash changes it."""
        if not (self._out / JOURNAL).exists():
            return {}
        with tempfile.TemporaryDirectory(dir=self._place) as copy:
            for ending in ("", "-wal"):
                with suppress(FileNotFoundError):
                    shutil.copy(self._out / f"{JOURNAL}{ending}", copy)
            with closing(sqlite3.connect(Path(copy, JOURNAL))) as database:
                try:
                    made = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'results'").fetchone()[0]
                    wanted = "SELECT submission, id, key, seconds, result FROM results"
                    rows = database.execute(wanted).fetchall() if made else []
                except sqlite3.DatabaseError:
                    self._tally.faults[BROKEN] += 1
                    return {}
        self._tally.faults[TWICE] += len(rows) - len({row[0] for row in rows})
        return {name: tuple(row) for name, *row in rows}

    def _phase(self) -> str:
        if not (self._out / JOURNAL).exists():
            return "there was no journal yet"
        if not (self._out / "results").exists():
            return "submissions were being graded"
        return "reports were being written, or had been before"


def started(class_: Class, place: Path) -> subprocess.Popen[bytes]:
    """Start the batch, whose temporary files have a place of their own, so that it is seen if one is left."""
    folder = place / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    given = ["--pack", f"{PACK}", "batch", f"{class_.handed_in}", "--kata", SMALL, "--out", f"{place / 'out'}"]
    with (place / "said").open("wb") as said:
        return subprocess.Popen(
            [*KATAS, *given, *class_.walls, "--seed", "1", "--jobs", "2"],
            env={**os.environ, "TMPDIR": f"{folder}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )


def undisturbed(place: Path, size: int, walls: tuple[str, ...]) -> Class:
    """Make the class, and see what it does and gets when nobody disturbs."""
    drawn = members(small_kata(SMALL), of=size, seed=1, breaks=("ends at once", "no kata.yaml"))
    class_ = Class(handed_in=make(place, drawn), walls=walls, life=Life(commits=(), reports=0, end=0), reports={})
    for name in ("warm", "quiet"):  # the first has caches to fill
        with started(class_, place / name) as process:
            life = watched(process, place / name / "out")
        if process.returncode not in _SOUND:
            told = (place / name / "said").read_text(encoding="utf-8", errors="replace")
            raise click.ClickException(f"the undisturbed batch ended with {process.returncode} and said:\n{told}")
    reports = {name: _table(place / "quiet" / "out" / name) for name in ("marks.csv", "checks.csv")}
    return Class(handed_in=class_.handed_in, walls=walls, life=life, reports=reports)


def _said(place: Path) -> list[tuple[str, str]]:
    return _LINE.findall((place / "said").read_text(encoding="utf-8", errors="replace"))


def _table(file: Path) -> list[list[str]]:
    """Read a report without the columns that tell how long something took."""
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8") as rows:
        header, *others = csv.reader(rows)
    kept = [place for place, name in enumerate(header) if name != "seconds"]
    return [[row[place] for place in kept] for row in (header, *others)]


def _left(place: Path) -> list[str]:
    """Return which files and processes are there still, after a moment for those that are just going."""
    deadline = time.monotonic() + _GONE_WITHIN
    while (left := [*_files(place), *_processes(place)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _files(place: Path) -> list[str]:
    return [f"{path}" for path in (*(place / "tmp").iterdir(), *(place / "out").rglob("*.part"))]


def _processes(place: Path) -> list[str]:
    found: list[str] = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = " ".join([*process.cmdline(), process.cwd(), process.environ().get("TMPDIR", "")])
            if f"{place}" in words:
                found.append(f"process {process.pid}: {words[:200]}")
    return found


def table(tally: Tally, life: Life) -> str:
    """Return what was done, and what came of it."""
    rows = {f"kills, {aim}": count for aim, count in sorted(tally.kills.items())}
    rows["kills in all"] = tally.kills.total()
    rows[f"of them before the batch had ended (undisturbed it takes {life.end:.1f} s)"] = tally.in_time.total()
    rows |= {f"killed when {phase}": count for phase, count in sorted(tally.phases.items())}
    rows["batches finished after that"] = tally.batches
    rows["marks told before the kills"] = tally.told_before
    rows["marks in the journal before the kills"] = tally.kept_before
    rows |= {fault: tally.faults[fault] for fault in FAULTS}
    width = max(map(len, rows))
    return "\n".join(f"| {name:<{width}} | {value:>6} |" for name, value in rows.items())


if __name__ == "__main__":
    main()

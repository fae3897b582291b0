"""`make kills`: a batch killed at random moments, again and again; nothing may be lost, graded twice or changed."""

from __future__ import annotations

import csv
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.commands import KATAS, PACK, TRUSTED
from benchmarks.setting import setting

_KATA = "first-request"
_SOLUTION = PACK / "solutions" / _KATA / "python-stdlib"
_LIMIT = 300.0
_LINE = re.compile(r"^[ !] \d+ of \d+  (\S+)  (.*)$", re.MULTILINE)
_COLUMNS = ("submission", "status", "score", "max_score", "seed", "message")
_WRONG = {
    "ends at once": "raise SystemExit(3)\n",
    "prints and ends": "print('hello')\n",
}


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a campaign found."""

    kills: int = 0
    in_time: int = 0
    told_before: int = 0
    lost: int = 0
    twice: int = 0
    other_marks: int = 0
    failed: int = 0

    @property
    def holds(self) -> bool:
        """Whether the promise was kept each time."""
        return not (self.lost or self.twice or self.other_marks or self.failed)


@click.command()
@click.option("--kills", default=200, show_default=True, help="How often a batch is killed.")
@click.option("--size", default=6, show_default=True, help="Submissions in the class.")
@click.option("--seed", type=int, help="Repeat the moments of an earlier campaign.")
def main(kills: int, size: int, seed: int | None) -> None:
    """Kill a batch at random moments, go on with it, and compare its marks with those of an undisturbed one."""
    seed = random.randrange(1_000_000) if seed is None else seed
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="katas-kills-") as place:
        handed_in = _class(Path(place), size)
        began = time.monotonic()
        _finish(handed_in, Path(place, "quiet"))
        duration, marks = time.monotonic() - began, _marks(Path(place, "quiet"))
        tally = Tally()
        with click.progressbar(range(kills), label=f"kills, seed {seed}", file=sys.stderr) as numbers:
            for number in numbers:
                _kill(handed_in, Path(place, str(number)), rng.uniform(0, duration), marks, tally)
    click.echo(f"{setting(runs=1)}\n\n{_table(tally, duration)}")
    sys.exit(0 if tally.holds else 1)


def _class(place: Path, size: int) -> Path:
    """Make a class in which one program is right and the next is wrong."""
    sources = [None, *_WRONG.values()]
    for number in range(size):
        folder = place / "handed-in" / f"learner-{number}"
        folder.mkdir(parents=True)
        for file in _SOLUTION.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        if source := sources[number % len(sources)]:
            (folder / "server.py").write_text(f"# {number}\n{source}", encoding="utf-8")
    return place / "handed-in"


def _kill(handed_in: Path, out: Path, moment: float, marks: Mapping[str, Sequence[str]], tally: Tally) -> None:
    with _batch(handed_in, out) as process:
        time.sleep(moment)
        tally.in_time += process.poll() is None
        process.send_signal(signal.SIGKILL)
        said = process.communicate(timeout=_LIMIT)[1]
    told = {name for name, words in _told(said) if " of " in words}
    again = dict(_told(_finish(handed_in, out)))
    known = {name for name, words in again.items() if words == "graded before"}
    tally.kills += 1
    tally.told_before += len(told)
    tally.lost += len(marks.keys() - _marks(out).keys())
    tally.twice += len(told - known)
    tally.other_marks += sum(mark != marks.get(name) for name, mark in _marks(out).items())
    tally.failed += again.keys() != marks.keys()


def _batch(handed_in: Path, out: Path) -> subprocess.Popen[str]:
    command = [*KATAS, "--pack", f"{PACK}", "batch", f"{handed_in}", "--kata", _KATA, "--out", f"{out}"]
    return subprocess.Popen(
        [*command, *TRUSTED, "--seed", "1", "--jobs", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def _finish(handed_in: Path, out: Path) -> str:
    with _batch(handed_in, out) as process:
        said = process.communicate(timeout=_LIMIT)[1]
    if process.returncode:
        raise click.ClickException(f"a batch ended with {process.returncode} and said:\n{said}")
    return said


def _told(said: str) -> Iterator[tuple[str, str]]:
    yield from _LINE.findall(said)


def _marks(out: Path) -> Mapping[str, Sequence[str]]:
    with (out / "marks.csv").open(newline="", encoding="utf-8") as file:
        return {row["submission"]: [row[name] for name in _COLUMNS] for row in csv.DictReader(file)}


def _table(tally: Tally, duration: float) -> str:
    rows = {
        "batches killed": tally.kills,
        f"of them before they had ended (an undisturbed one takes {duration:.1f} s)": tally.in_time,
        "marks told before the kills": tally.told_before,
        "marks lost": tally.lost,
        "marks told and then graded again": tally.twice,
        "marks other than undisturbed": tally.other_marks,
        "batches that could not be gone on with": tally.failed,
    }
    width = max(map(len, rows))
    return "\n".join(f"| {name:<{width}} | {value:>6} |" for name, value in rows.items())


if __name__ == "__main__":
    main()

"""The same class graded again: in another order, by more and by fewer at once. No mark may be another one."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from benchmarks.batch.batches import Marks, marks, other, run
from benchmarks.batch.classroom import make, renamed
from benchmarks.batch.plan import Plan
from benchmarks.table import Figures, Row, Target

FEW, MANY = 1, 4
COMPARED = "verdicts compared: each check and each score"
ROWS_OF = {
    "again": "verdicts that came out otherwise when graded again",
    "order": f"in the opposite order, {MANY} at once",
    "few": f"in the first order, {FEW} at once",
}
ROWS = (*(Row(name, "", Target(limit=0, exactly=True)) for name in ROWS_OF.values()), Row(COMPARED, ""))
_TOLD = 20


def measure(plan: Plan) -> Figures:
    """Grade a class four times: twice the same way, in the opposite order, and one by one."""
    place = plan.folder / "same"
    handed_in = make(place, plan.class_of(plan.again))
    with (place / "class.csv").open(newline="", encoding="utf-8") as file:
        names = [row["submission"] for row in csv.DictReader(file)]
    # What comes first by its name is begun first.
    turned = dict(zip(names, (f"pupil-{number:05}" for number in range(len(names), 0, -1)), strict=True))
    back = {new: old for old, new in turned.items()}
    first = _graded(plan, handed_in, place / "first", plan.jobs)
    found = {
        "again": _graded(plan, handed_in, place / "again", plan.jobs),
        "order": _graded(plan, renamed(handed_in, place / "turned", turned), place / "order", MANY, back),
        "few": _graded(plan, handed_in, place / "few", FEW),
    }
    for what, marks_ in found.items():
        for line in other(first, marks_)[:_TOLD]:
            click.echo(f"  {what}: {line}", err=True)
    compared = float(sum(len(mark) for mark in first.values()))
    return {COMPARED: compared, **{ROWS_OF[what]: float(len(other(first, each))) for what, each in found.items()}}


def _graded(plan: Plan, handed_in: Path, out: Path, jobs: int, names: dict[str, str] | None = None) -> Marks:
    run(plan.task(handed_in, out, jobs=jobs))
    return marks(out, names)

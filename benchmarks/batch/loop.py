"""Beside what is written without an engine: a loop of one pytest with testcontainers for each submission."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.batch.batches import marks, run
from benchmarks.batch.classroom import REFERENCE, Member, make, members
from benchmarks.batch.plan import Plan, small_kata
from benchmarks.bench import images
from benchmarks.commands import PYTEST, ROOT, CommandFailed
from benchmarks.table import Figures, Missing, Row, Target

KATA = "first-request"  # whose check is in `benchmarks/by_hand` as a teacher would write it
_LIMIT = 900.0


def rows(plan: Plan) -> tuple[Row, ...]:
    """Return the rows of both katas."""
    return tuple(row for kata in (KATA, plan.kata.id) for row in _rows(kata))


def _rows(kata: str) -> tuple[Row, ...]:
    return (
        Row(_times(kata), "times", Target(limit=3, at_least=True)),
        Row(_batch(kata), "s"),
        Row(_loop(kata), "s"),
    )


def measure(plan: Plan) -> Figures:
    """Grade right submissions of the small kata with services, then some of the large one, both ways in turn."""
    if plan.no_docker:
        return {row.name: Missing(plan.no_docker) for row in rows(plan)}
    return {**_small(plan), **_flagship(plan)}


def _small(plan: Plan) -> Figures:
    """The check by hand: a container of each service for a session, and the program as a child."""
    place = plan.folder / "loop-small"
    handed_in = make(place, _right(members(small_kata(KATA), of=4 * plan.loop, seed=plan.seed), plan.loop))
    ran = run(plan.small_task(handed_in, place / "out", jobs=plan.jobs, kata=KATA))
    check = ROOT / "benchmarks" / "by_hand" / "test_first_request.py"
    by_hand = [*PYTEST, "-p", "no:kata", "-p", "no:cacheprovider", f"{check}"]
    looped = _looped(_folders(handed_in, place / "loop"), by_hand)
    return _figures(KATA, plan.loop, ran.seconds, looped, place / "out")


def _flagship(plan: Plan) -> Figures:
    """The same graders, by pytest with our plugin: what starts containers is testcontainers there too."""
    place, kata = plan.folder / "loop", plan.kata.id
    handed_in = make(place, _right(plan.class_of(8 * plan.flagship_loop), plan.flagship_loop))
    ran = run(plan.task(handed_in, place / "out", jobs=plan.jobs))
    looped = _looped(
        _folders(handed_in, place / "loop"), [*PYTEST, "--kata", "--kata-services=docker", f"--kata-seed={plan.seed}"]
    )
    return _figures(kata, plan.flagship_loop, ran.seconds, looped, place / "out")


def _figures(kata: str, size: int, batch: float, loop: float, out: Path) -> Figures:
    if wrong := [name for name, mark in marks(out).items() if mark["status"] != "passed"]:
        raise CommandFailed(f"the batch did not let pass what the loop did: {', '.join(wrong)}")
    return {_times(kata): loop / batch, _batch(kata): batch / size, _loop(kata): loop / size}


def _right(class_: Sequence[Member], size: int) -> Sequence[Member]:
    right = [member for member in class_ if member.kind == REFERENCE]
    return right[:size]


def _folders(handed_in: Path, place: Path) -> list[Path]:
    """Copy the submissions out, so that both ways build all they need."""
    place.mkdir()
    for entry in sorted(handed_in.iterdir()):
        if entry.is_dir():
            shutil.copytree(entry, place / entry.name)
        else:
            shutil.unpack_archive(entry, place)
    return sorted(place.iterdir())


def _looped(folders: Sequence[Path], command: Sequence[str]) -> float:
    began = time.monotonic()
    for folder in folders:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **images(os.environ), "PROGRAM": f"{folder}"},
            capture_output=True,
            text=True,
            timeout=_LIMIT,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"`{' '.join(command)}` ended with {done.returncode}:\n{done.stdout[-2000:]}")
    return time.monotonic() - began


def _times(kata: str) -> str:
    return f"{kata}: throughput beside a loop with testcontainers"


def _batch(kata: str) -> str:
    return f"{kata}: a submission by `katas batch`"


def _loop(kata: str) -> str:
    return f"{kata}: a submission by the loop"

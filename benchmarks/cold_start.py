"""How long a command takes until the program gets its first request, without the program's own boot."""

from __future__ import annotations

import json
import os
from pathlib import Path

from benchmarks.bench import Bench, images
from benchmarks.commands import KATAS, PACK, PYTEST, TRUSTED, timed
from benchmarks.table import Figures, Missing, Row, Target

GRADE = "cold start of `katas grade`, embedded"
PYTEST_KATA = "cold start of `pytest --kata`, embedded"
GRADE_DOCKER = "cold start of `katas grade`, docker"
PYTEST_DOCKER = "cold start of `pytest --kata`, docker"
BY_HAND = "cold start by hand: pytest and testcontainers"
TIMES = {
    GRADE: "embedded `katas grade` is faster than by hand",
    PYTEST_KATA: "embedded `pytest --kata` is faster than by hand",
    GRADE_DOCKER: "docker `katas grade` is faster than by hand",
    PYTEST_DOCKER: "docker `pytest --kata` is faster than by hand",
}
BOOT = "the tiny program's own boot, not counted above"
ROWS = (
    Row(GRADE, "s", Target(limit=1.0)),
    Row(PYTEST_KATA, "s", Target(limit=1.0)),
    Row(GRADE_DOCKER, "s"),
    Row(PYTEST_DOCKER, "s"),
    Row(BY_HAND, "s"),
    Row(TIMES[GRADE], "times", Target(limit=4.0, at_least=True)),
    Row(TIMES[PYTEST_KATA], "times", Target(limit=4.0, at_least=True)),
    Row(TIMES[GRADE_DOCKER], "times"),
    Row(TIMES[PYTEST_DOCKER], "times"),
    Row(BOOT, "s"),
)


def measure(bench: Bench) -> Figures:
    """Start each variant once, one after the other; ratios are of this one round."""
    missing = Missing(bench.no_docker)
    found: dict[str, float | Missing] = {
        GRADE: _grade(bench, "embedded"),
        GRADE_DOCKER: missing if bench.no_docker else _grade(bench, "docker"),
        BY_HAND: missing if bench.no_docker else _by_hand(bench),
        PYTEST_KATA: _pytest(bench, "embedded"),
        PYTEST_DOCKER: missing if bench.no_docker else _pytest(bench, "docker"),
        BOOT: _boot(_written(bench.tiny)),
    }
    return {**found, **{name: _ratio(found[BY_HAND], found[ours]) for ours, name in TIMES.items()}}


def warm_up(bench: Bench) -> None:
    """Fill the caches that a second run finds filled: bytecode, the database's template, the disk's."""
    _grade(bench, "embedded")
    _pytest(bench, "embedded")
    if not bench.no_docker:
        _by_hand(bench)


def _grade(bench: Bench, services: str) -> float:
    result = ("--format", "json", "--output", bench.folder / "result.json")
    return _cold([*KATAS, "grade", bench.tiny, *TRUSTED, "--services", services, *result], bench.tiny, bench.tiny)


def _pytest(bench: Bench, services: str) -> float:
    return _cold([*PYTEST, "--kata", f"--kata-services={services}"], bench.tiny, bench.tiny)


def _by_hand(bench: Bench) -> float:
    return _cold([*PYTEST, "-p", "no:kata", "test_first_request.py"], bench.by_hand, bench.tiny)


def _cold(command: list[str | Path], cwd: Path, program: Path) -> float:
    (program / "times.json").unlink(missing_ok=True)
    # The images are the same for all, whether or not their names were given.
    given = {**images(os.environ), "KATAS_PACKS": str(PACK), "PROGRAM": str(program)}
    command_began = timed(command, cwd=cwd, environment=given).start
    times = _written(program)
    return times["first_request"] - command_began - _boot(times)


def _written(program: Path) -> dict[str, float]:
    return json.loads((program / "times.json").read_text(encoding="utf-8"))


def _boot(times: dict[str, float]) -> float:
    return times["listening"] - times["began"]


def _ratio(by_hand: float | Missing, ours: float | Missing) -> float | Missing:
    if isinstance(by_hand, Missing):
        return by_hand
    return ours if isinstance(ours, Missing) else by_hand / ours

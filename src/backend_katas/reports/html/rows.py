"""The table of a class: one row for each submission, with its mark and what each level earned."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum

from backend_katas.model import Level, Reason, Result, Status
from backend_katas.reports.html.lines import Line

STEPS = 10  # colours beside that for nothing


class Kind(StrEnum):
    """How a submission came out, in the words of the page."""

    PASSED = "passed"
    FAILED = "failed"
    BUILD = "did not build"
    START = "did not start"
    TIME = "time was up"
    SKIPPED = "not judged"
    ERROR = "our error"
    REFUSED = "not graded"

    @property
    def slug(self) -> str:
        """The word as a class of the style sheet."""
        return self.value.replace(" ", "-")


MARKED = (Kind.PASSED, Kind.FAILED, Kind.START, Kind.BUILD, Kind.TIME)
"""Those that have a mark."""
UNMARKED = (Kind.SKIPPED, Kind.ERROR, Kind.REFUSED)
"""Those that have none, which is no zero."""
_STOPPED = {Reason.BUILD: Kind.BUILD, Reason.START: Kind.START}
_KINDS = {Status.PASSED: Kind.PASSED, Status.SKIPPED: Kind.SKIPPED, Status.ERROR: Kind.ERROR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one level earned, of which points, and its colour, from 0 for none to `STEPS` for all."""

    earned: int
    points: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One submission; `value` is its mark in per cent, None where it has none; `cells` are by the level's id."""

    number: int
    name: str
    kind: Kind
    value: float | None = None
    mark: str = ""
    score: int = 0
    most: int = 0
    cells: Mapping[str, Cell] = field(default_factory=dict[str, Cell])
    seconds: float = 0.0
    note: str = ""
    problem: str = ""
    file: str = ""

    @property
    def changed(self) -> bool:
        """Whether the mark is another than the points would give."""
        return bool(self.mark) and self.value != 100 * self.score / (self.most or 1)


def row_of(number: int, line: Line) -> Row:
    """Return the row of one line."""
    result = line.result
    bare = Row(
        number=number,
        name=line.name,
        kind=Kind.ERROR if line.ours else Kind.REFUSED,
        mark=line.mark,
        note="; ".join(part for part in (_variant(result), line.note) if part),
        problem=line.problem,
        file=line.file,
    )
    if result is None:
        return bare
    kind = _kind(result)
    marked = kind in MARKED
    return replace(
        bare,
        kind=kind,
        value=_value(line.mark, result) if marked else None,
        score=result.score,
        most=result.max_score,
        cells={level.id: _cell(result, level) for level in result.levels},
        seconds=result.seconds,
    )


def _variant(result: Result | None) -> str:
    return f"variant {result.variant.seed}" if result and result.variant else ""


def shade(part: float, whole: float) -> int:
    """Return the colour of a share, from 0 to `STEPS`; both ends are for nothing and for everything alone."""
    if whole <= 0 or part >= whole:
        return STEPS
    return min(max(round(STEPS * part / whole), 1), STEPS - 1) if part > 0 else 0


def _kind(result: Result) -> Kind:
    stopped = result.stopped_by()
    if stopped and result.status is Status.FAILED:
        return _STOPPED[stopped]
    if result.time_limit and result.status is Status.FAILED:
        return Kind.TIME
    return _KINDS.get(result.status, Kind.FAILED)


def _value(mark: str, result: Result) -> float:
    with suppress(ValueError):
        return float(mark)
    return 100 * result.score / (result.max_score or 1)


def _cell(result: Result, level: Level) -> Cell:
    checks = result.of_level(level)
    earned = sum(check.earned for check in checks)
    points = sum(check.points for check in checks if check.counts)
    return Cell(earned=earned, points=points, step=shade(earned, points))

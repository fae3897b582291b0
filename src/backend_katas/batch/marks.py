"""The marks of a class, a row for each submission: the result that counts, and what the course makes of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from backend_katas.batch.course import Course
from backend_katas.batch.duration import in_words
from backend_katas.batch.journal import Graded, Grading, Journal, Standing
from backend_katas.batch.policy import Mark, counted
from backend_katas.exchange import inert, readable
from backend_katas.model import Level, Result, Status

_HEAD = ("submission", "status", "mark", "passed", "why", "attempt", "handed_in", "time_from", "late", "score")
TIME_WAS_UP = "time was up"
_TAIL = ("seed", "variant", "tries", "message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One submission: where it stands, the result that counts, if any, and its mark."""

    standing: Standing
    graded: Graded | None
    mark: Mark

    @property
    def name(self) -> str:
        """The submission's name, fit to be shown."""
        return readable(self.standing.submission, keep="")


class Rows:
    """The rows of a class, gone through as often as one likes: one result is read at a time, for all need much room."""

    def __init__(self, journal: Journal, grading: Grading, course: Course) -> None:
        self._journal = journal
        self._grading = grading
        # Marks are small, and need several results each where attempts count: they are made once.
        made = (row_of(journal, grading, course, standing) for standing in journal.standings(grading))
        self._made = [(row.standing, row.graded.key if row.graded else "", row.mark) for row in made]

    def __iter__(self) -> Iterator[Row]:
        for standing, key, mark in self._made:
            graded = self._journal.graded(self._grading, standing.submission, key) if key else None
            yield Row(standing=standing, graded=graded, mark=mark)


def row_of(journal: Journal, grading: Grading, course: Course, standing: Standing) -> Row:
    """Return the row of one submission."""
    name = standing.submission
    graded = functools.partial(journal.graded, grading, name)
    found, mark = counted(course, standing, journal.tried(grading, name), graded)
    return Row(standing=standing, graded=found, mark=mark)


def table(given: Iterable[Row], log_of: Callable[[str], str]) -> Iterator[Sequence[object]]:
    """Give the lines of `marks.csv`, the first with the names of its columns.

    `log_of` returns where the log of our error with a submission is.
    """
    first = next((row.graded for row in given if row.graded), None)
    levels = first.result.levels if first else ()
    yield (*_HEAD, "max_score", *(level.id for level in levels), *_TAIL)
    for row in given:
        yield _with_result(row, row.graded, levels) if row.graded else _without(row, levels, log_of)


def words_of(mark: Mark) -> str:
    """Return a mark in percent, such as `72.5`; empty where there is none."""
    return "" if mark.value is None else str(mark.value)


def _with_result(row: Row, graded: Graded, levels: Sequence[Level]) -> Sequence[object]:
    result = graded.result
    earned = (sum(check.earned for check in result.of_level(level)) for level in levels)
    points = (result.score, result.max_score, *earned)
    variant = result.variant.seed if result.variant else ""
    status = TIME_WAS_UP if result.time_limit else result.status.value
    return (row.name, status, *_facts(row.mark), *points, result.seed, variant, graded.attempts, _first(result))


def _without(row: Row, levels: Sequence[Level], log_of: Callable[[str], str]) -> Sequence[object]:
    standing, mark = row.standing, row.mark
    status = Status.ERROR.value if standing.ours else "not graded"
    nothing = [""] * (2 + len(levels) + 3)
    message = f"{standing.problem}; see `{log_of(standing.submission)}`" if standing.ours else standing.problem
    return (row.name, status, *_facts(mark), *nothing, message)


def _facts(mark: Mark) -> Sequence[object]:
    passed = "" if mark.passed is None else "yes" if mark.passed else "no"
    time = mark.handed_in.isoformat() if mark.handed_in else ""
    source = ("list" if mark.listed else "file") if mark.handed_in else ""
    return (words_of(mark), passed, inert(mark.why), mark.attempt or "", time, source, in_words(mark.late))


def _first(result: Result) -> str:
    """Return the first thing that went wrong, in one line."""
    if result.time_limit:
        return f"{result.time_limit}"
    failed = next((check for check in result.checks if check.status is Status.FAILED), None)
    return " ".join(f"{failed.title} {failed.message}".split()) if failed else ""

"""A grading proposed in place of the one that counts: what it would change, and taking or dropping it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from backend_katas.batch.course import Course
from backend_katas.batch.grading import JOURNAL, PROPOSED
from backend_katas.batch.journal import Graded, Grading, Journal, Standing, State, opened
from backend_katas.batch.marks import row_of
from backend_katas.batch.policy import Mark
from backend_katas.batch.rules import course_of
from backend_katas.batch.writing import write_reports
from backend_katas.errors import ExitCode, KatasError
from backend_katas.exchange import readable
from backend_katas.model import Check, Result

_MESSAGE = 200  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What a submission has in one of two gradings: a result, or the problem for which it has none.

    `mark` is what the course makes of that and of earlier attempts, if there is a course.
    """

    result: Result | None = None
    problem: str = ""
    mark: Mark = field(default_factory=Mark)

    def __str__(self) -> str:
        if self.result:
            return f"{self.result.score} of {self.result.max_score}"
        return self.problem or "not graded yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One submission that comes out otherwise, with each check that does: before and after, None where it is not."""

    submission: str
    before: Side
    after: Side
    checks: tuple[tuple[Check | None, Check | None], ...] = ()


def changes(journal: Journal, before: Grading, after: Grading) -> Iterator[Change]:
    """Give what is not the same in two gradings, by the names of submissions."""
    course = course_of(journal)
    sides = [{found.submission: found for found in journal.standings(grading)} for grading in (before, after)]
    for name in sorted(sides[0].keys() | sides[1].keys()):
        one, other = (
            _side(journal, course, *pair)
            for pair in zip((before, after), (side.get(name) for side in sides), strict=True)
        )
        checks = tuple(_checks(one.result, other.result))
        if checks or str(one) != str(other) or one.mark.value != other.mark.value:
            yield Change(submission=name, before=one, after=other, checks=checks)


def differences(out: Path, *, tell: Callable[[str], object]) -> str:
    """Return in words what a proposed grading would change; KatasError where there is none."""
    with _both(out, tell) as (journal, current, proposed):
        found = list(changes(journal, current, proposed))
        total = len({standing.submission for standing in journal.standings(current)})
    lines = [line for change in found for line in _lines(change)]
    end = f"{len(found)} of {total} submissions would come out otherwise" if found else "nothing would change"
    return "\n".join([*lines, "", end, *_next(out)])


def take(out: Path, *, tell: Callable[[str], object]) -> str:
    """Let the proposed grading count, keep the former one, and write all reports anew.

    KatasError while a submission that has a mark has none in the proposed grading.
    """
    with _both(out, tell) as (journal, current, proposed):
        there = {standing.submission for standing in journal.standings(proposed) if not standing.ours}
        missing = [found.submission for found in journal.standings(current) if found.submission not in there]
        if missing:
            raise KatasError(
                f"the proposed grading is not whole: `{readable(missing[0], keep='')}` has no mark in it yet"
                + (f", nor have {len(missing) - 1} more" if missing[1:] else ""),
                "`katas batch … --regrade` grades what is missing",
                exit_code=ExitCode.USAGE,
            )
        _require_marks(journal, current, proposed)
        journal.turn(current=State.FORMER, proposed=State.CURRENT)
        write_reports(out, journal, proposed)
    shutil.rmtree(out / PROPOSED, ignore_errors=True)
    return f"the new marks count, and the former ones are kept in the journal\nmarks: {out / 'marks.csv'}"


def drop(out: Path, *, tell: Callable[[str], object]) -> str:
    """Let everything be as it was; what was graded is kept in the journal."""
    with _both(out, tell) as (journal, _, _):
        journal.turn(proposed=State.DROPPED)
    shutil.rmtree(out / PROPOSED, ignore_errors=True)
    return "the proposed grading was dropped; the marks are what they were"


@contextmanager
def _both(out: Path, tell: Callable[[str], object]) -> Generator[tuple[Journal, Grading, Grading]]:
    if not (out / JOURNAL).is_file():
        raise KatasError(
            f"no marks in `{out}`: there is no `{JOURNAL}`",
            "name the folder that `katas batch` was given by `--out`",
            exit_code=ExitCode.NOTHING_TO_GRADE,
        )
    with opened(out / JOURNAL, tell=tell) as journal:
        current, proposed = journal.grading(State.CURRENT), journal.grading(State.PROPOSED)
        if current is None or proposed is None:
            raise KatasError(
                f"nothing is proposed in `{out}`",
                "`katas batch … --regrade` grades all again beside the marks that count",
                exit_code=ExitCode.NOTHING_TO_GRADE,
            )
        yield journal, current, proposed


def _require_marks(journal: Journal, current: Grading, proposed: Grading) -> None:
    """Raise KatasError where an attempt that counts is not in the folder any more, so that its mark would be lost."""
    if not course_of(journal).attempts:
        return
    for change in changes(journal, current, proposed):
        if change.before.mark.value is not None and change.after.mark.value is None:
            raise KatasError(
                f"`{readable(change.submission, keep='')}` has a mark, and would have none: {change.after}",
                f"attempt {change.before.mark.attempt} counts: put it into the folder for `katas batch … --regrade`",
                exit_code=ExitCode.USAGE,
            )


def _side(journal: Journal, course: Course, grading: Grading, standing: Standing | None) -> Side:
    if standing is None:
        return Side()
    graded: Graded | None = journal.graded(grading, standing.submission, standing.key) if standing.key else None
    mark = row_of(journal, grading, course, standing).mark if course.text else Mark()
    return Side(result=graded.result, mark=mark) if graded else Side(problem=standing.problem, mark=mark)


def _checks(before: Result | None, after: Result | None) -> Iterator[tuple[Check | None, Check | None]]:
    if not (before and after):
        return
    old, new = ({check.id: check for check in result.checks} for result in (before, after))
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        if _said(one) != _said(other):
            yield one, other


def _said(check: Check | None) -> tuple[object, ...]:
    return (check.status, check.earned, check.points) if check else ()


def _lines(change: Change) -> Iterator[str]:
    name = click.style(readable(change.submission, keep=""), bold=True)
    yield f"{name}  {change.before} -> {change.after}"
    before, after = change.before.mark, change.after.mark
    if before.value != after.value:
        why = f" ({after.why})" if after.why else ""
        yield f"  mark {_percent(before)} -> {_percent(after)}{readable(why, keep='')}"
    for before, after in change.checks:
        there = after or before
        assert there is not None
        yield f"  {there.id}  {_worth(before)} -> {_worth(after)}"
        told = " ".join((after or there).message.split())
        if told:
            yield f"    {readable(told, limit=_MESSAGE, keep='')}"


def _percent(mark: Mark) -> str:
    return f"{mark.value} %" if mark.value is not None else "none"


def _worth(check: Check | None) -> str:
    return f"{check.status.value}, {check.earned} of {check.points}" if check else "no such check"


def _next(out: Path) -> Sequence[str]:
    return (f"`katas apply {out}` lets the new marks count, `katas discard {out}` drops them",)

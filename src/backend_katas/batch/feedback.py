"""What a learner is told: how it went, without the details of levels that the course hides, and the mark."""

from __future__ import annotations

import click

from backend_katas.batch.course import Course
from backend_katas.batch.journal import Graded
from backend_katas.batch.marks import Row, words_of
from backend_katas.exchange import inert
from backend_katas.reports.hiding import without
from backend_katas.reports.text import render_result


def feedback(row: Row, newest: Graded | None, course: Course) -> str:
    """Return what the learner of a row is told of what was handed in last."""
    told = newest or row.graded
    if told is None:
        return inert(f"\n{_without(row)}\n")
    hidden = without(told.result, course.hidden)
    text = click.unstyle(render_result(hidden.result, everything=True, hidden=course.hidden))
    head = [*_mark(row, told, course), *hidden.notes]
    return inert("".join(f"\n{line}" for line in head) + ("\n" if head else "") + text)


def _without(row: Row) -> str:
    if row.standing.ours:
        return "not graded yet: the fault is ours, not yours, and it is tried again"
    return f"not graded: {row.standing.problem}"


def _mark(row: Row, told: Graded, course: Course) -> list[str]:
    if not course.text:
        return []
    mark = row.mark
    why = f" ({mark.why})" if mark.why else ""
    lines = [f"your mark: {words_of(mark)} %{why}" if mark.value is not None else f"there is no mark yet{why}"]
    if row.graded and told.key != row.graded.key:
        lines += ["what follows is of what you handed in last, which is not what counts"]
    return lines

"""A row of the table: how a submission came out, its mark, and the points of its levels."""

from __future__ import annotations

import pytest

from backend_katas.model import Reason, Status, TimeLimit
from backend_katas.reports.html import Line
from backend_katas.reports.html.rows import STEPS, Cell, Kind, row_of, shade
from backend_katas.variants import Variant


def test_a_row_has_the_points_of_each_level(make_check, make_result):
    """What could not be judged here counts neither way."""
    checks = (
        make_check(points=30),
        make_check(Status.FAILED, points=20),
        make_check(Status.SKIPPED, level="time", points=40, reason=Reason.UNAVAILABLE),
        make_check(level="time", points=10),
    )

    row = row_of(3, Line(name="ada", result=make_result(*checks), file="results/ada.json"))

    assert row.cells == {"hello": Cell(earned=30, points=50, step=6), "time": Cell(earned=10, points=10, step=STEPS)}
    assert (row.number, row.kind, row.score, row.most, row.file) == (3, Kind.FAILED, 40, 60, "results/ada.json")
    assert row.value == pytest.approx(66.667, abs=0.001)


@pytest.mark.parametrize(
    ("checks", "kind"),
    [
        ([(Status.PASSED, None)], Kind.PASSED),
        ([(Status.PASSED, None), (Status.FAILED, None)], Kind.FAILED),
        ([(Status.FAILED, Reason.BUILD), (Status.SKIPPED, Reason.BUILD)], Kind.BUILD),
        ([(Status.FAILED, Reason.START), (Status.SKIPPED, Reason.START)], Kind.START),
        ([(Status.FAILED, Reason.START), (Status.ERROR, None)], Kind.ERROR),
        ([(Status.SKIPPED, Reason.UNAVAILABLE)], Kind.SKIPPED),
    ],
)
def test_how_it_came_out(make_check, make_result, checks, kind):
    """Our error outweighs all, and has no mark."""
    result = make_result(*(make_check(status, reason=reason) for status, reason in checks))

    row = row_of(0, Line(name="ada", result=result))

    assert row.kind is kind
    assert (row.value is None) == (kind in {Kind.ERROR, Kind.SKIPPED})


def test_a_run_whose_time_was_up_says_so(make_check, make_result):
    """What it has earned until then is its mark."""
    limit = TimeLimit(seconds=60, waiting_for="an answer to `GET /slow`")
    checks = make_check(), make_check(Status.FAILED, id="b", reason=Reason.TIME)

    row = row_of(0, Line(name="ada", result=make_result(*checks, time_limit=limit)))

    assert (row.kind, row.value) == (Kind.TIME, 50)


def test_a_variant_is_noted(make_check, make_result):
    """Beside whatever else there is to note."""
    result = make_result(make_check(), variant=Variant(seed=17, values={"times": 3}))

    assert row_of(0, Line(name="ada", result=result)).note == "variant 17"
    assert row_of(0, Line(name="ada", result=result, note="2 days late")).note == "variant 17; 2 days late"


@pytest.mark.parametrize(("ours", "kind"), [(True, Kind.ERROR), (False, Kind.REFUSED)])
def test_who_was_not_graded_has_no_mark(ours, kind):
    """It is not a zero."""
    row = row_of(0, Line(name="ada", result=None, problem="no `kata.yaml`", ours=ours))

    assert (row.kind, row.value, row.cells, row.problem) == (kind, None, {}, "no `kata.yaml`")


def test_the_mark_of_the_course_counts(make_check, make_result):
    """Whatever the score is; where it is no number, the score stands for it in figures."""
    result = make_result(make_check(), make_check(Status.FAILED))

    assert row_of(0, Line(name="ada", result=result, mark="12.5", note="late")).value == 12.5
    assert row_of(0, Line(name="ada", result=result, mark="excused")).value == 50
    assert [row_of(0, Line(name="ada", result=result, mark=mark)).changed for mark in ("", "50", "40")] == [0, 0, 1]


def test_the_ends_of_the_colours_are_for_nothing_and_all():
    """One point more or less shows."""
    found = [shade(part, 100) for part in (0, 1, 5, 50, 95, 99, 100)]

    assert found == [0, 1, 1, 5, 9, 9, 10]
    assert shade(0, 0) == STEPS

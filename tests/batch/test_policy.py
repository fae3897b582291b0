"""Marks are made of results by a course's rules, exactly, and never of an error or of nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from backend_katas.batch.attempts import Attempt
from backend_katas.batch.course import NO_COURSE, Attempts, Course, Late, Rounding
from backend_katas.batch.journal import Graded, Standing, Tried
from backend_katas.batch.policy import counted, rounded
from backend_katas.model import Check, Level, Result, Status

DUE = datetime.fromisoformat("2026-11-30T23:59:00+01:00")


def result_of(score: int, *, of: int = 100) -> Result:
    """A result with so many points; what is missing to 100 could not be judged."""
    passed = Check(id="a", level="a", title="A", status=Status.PASSED, points=score, earned=score)
    failed = Check(id="b", level="a", title="B", status=Status.FAILED, points=of - score, earned=0)
    return Result(
        kata="greeter",
        pack={"name": "mini", "version": "0"},
        submission="ann",
        seed=1,
        services={},
        isolation="none",
        started_at="2026-11-20T10:00:00+00:00",
        seconds=1.0,
        levels=(Level(id="a", title="A", points=100),),
        checks=(passed, failed),
    )


def mark(course: Course, *attempts: tuple[int | None, timedelta], now: int = 0, **standing):
    """The mark for attempts of these scores, None for one not graded here, handed in so long after it was due."""
    tries = [
        Tried(
            attempt=Attempt(submission="ann", content=f"c{number}", seen=DUE + after, number=number),
            key="" if score is None else f"k{number}",
        )
        for number, (score, after) in enumerate(attempts, 1)
    ]
    results = {f"k{number}": result_of(score) for number, (score, _) in enumerate(attempts, 1) if score is not None}
    where = Standing(submission="ann", **(standing or {"key": f"k{now or len(attempts)}"}))

    def graded(key: str) -> Graded | None:
        return Graded(submission="ann", key=key, attempts=1, result=results[key]) if key in results else None

    return counted(course, where, tries, graded)[1]


IN_TIME = timedelta(0)
DAY = timedelta(days=1)
PENALTY = Course(due=DUE, grace=timedelta(minutes=15), late=Late(per_day=Fraction(1, 10), most=Fraction(1, 2)))
CUT = Course(due=DUE, late=Late(after=7 * DAY, worth=Fraction(0)))
BEST = Course(attempts=Attempts(most=3, best=True))
LAST = Course(attempts=Attempts(most=3))


def test_without_a_course_the_score_is_the_mark():
    """Of what could be judged."""
    assert mark(NO_COURSE, (80, IN_TIME)).value == 80


@pytest.mark.parametrize(
    ("after", "value", "why"),
    [
        (-DAY, "81", ""),
        (timedelta(minutes=15), "81", ""),
        (timedelta(minutes=15, seconds=1), "72.9", "1 day late, 10 % off"),
        (DAY, "72.9", "1 day late, 10 % off"),
        (DAY + timedelta(seconds=1), "64.8", "2 days late, 20 % off"),
        (4.5 * DAY, "40.5", "5 days late, 50 % off"),
        (400 * DAY, "40.5", "400 days late, 50 % off"),
    ],
)
def test_each_day_that_has_begun_costs(after, value, why):
    """But none within the grace, and not more than the most."""
    found = mark(PENALTY, (81, after))

    assert (str(found.value), found.why) == (value, why)
    assert found.late == (after if why else timedelta(0))


@pytest.mark.parametrize(("after", "value"), [(7 * DAY, 81), (7 * DAY + timedelta(seconds=1), 0)])
def test_after_some_time_it_is_worth_less(after, value):
    """To the second."""
    assert mark(CUT, (81, after)).value == value


def test_the_smaller_of_two_shares_is_left():
    """Whoever is later never gets more."""
    both = Course(due=DUE, late=Late(per_day=Fraction(1, 10), after=2 * DAY, worth=Fraction(6, 10)))

    assert [mark(both, (100, days * DAY)).value for days in (2, 3, 8)] == [80, 60, 20]


def test_an_extension_is_due_later():
    """For the one who has it, and it is told where it made a difference."""
    extended = Course(due=DUE, late=PENALTY.late, extensions={"ann": DUE + 3 * DAY})

    assert mark(extended, (80, 3 * DAY)).value == 80
    assert "by an extension it was due 2026-12-03T23:59+01:00" in mark(extended, (80, 3 * DAY)).why
    assert mark(extended, (80, -DAY)).why == ""
    assert mark(extended, (80, 4 * DAY)).value == 72


def test_the_list_goes_before_the_file():
    """And where the list has not the learner, that is told."""
    listed = Course(due=DUE, late=PENALTY.late, times={"ann": DUE})

    assert (mark(listed, (80, 3 * DAY)).value, mark(listed, (80, 3 * DAY)).listed) == (80, True)
    unlisted = mark(Course(due=DUE, late=PENALTY.late, times={}), (80, 3 * DAY))
    assert (unlisted.value, unlisted.listed) == (56, False)
    assert "it is not in the list" in unlisted.why


@pytest.mark.parametrize(
    ("course", "scores", "value", "attempt", "why"),
    [
        (NO_COURSE, [80, 60], 60, 2, ""),
        (LAST, [80, 60], 60, 2, ""),
        (BEST, [80, 60], 80, 1, "attempt 1 counts, the best of 2"),
        (BEST, [60, 80, 80], 80, 2, "attempt 2 counts, the best of 3"),
        (BEST, [60, 70, 65, 90], 70, 2, "attempt 2 counts; attempt 4 does not, 3 are the most"),
        (LAST, [60, 70, 65, 90], 65, 3, "attempt 3 counts; attempt 4 does not, 3 are the most"),
    ],
)
def test_which_attempt_counts(course, scores, value, attempt, why):
    """The best or the last of those that may."""
    found = mark(course, *((score, IN_TIME) for score in scores))

    assert (found.value, found.attempt, found.why) == (value, attempt, why)


def test_the_best_is_that_after_the_penalty():
    """A worse one in time may be better."""
    both = Course(due=DUE, late=PENALTY.late, attempts=Attempts(best=True))

    assert (mark(both, (75, IN_TIME), (80, DAY)).attempt, mark(both, (70, IN_TIME), (80, DAY)).attempt) == (1, 2)


def test_an_earlier_content_is_that_attempt_again():
    """It is no new one, and it is the last."""
    found = mark(LAST, (80, IN_TIME), (60, IN_TIME), now=1)

    assert (found.value, found.attempt, found.why) == (80, 1, "")


@pytest.mark.parametrize("course", [NO_COURSE, BEST, PENALTY, CUT])
def test_an_error_of_ours_is_no_mark(course):
    """Not even where an earlier attempt has one."""
    found = mark(course, (80, 9 * DAY), problem="broken", ours=True)

    assert found.value is None
    assert "error of ours" in found.why


@pytest.mark.parametrize("course", [NO_COURSE, BEST, PENALTY, CUT])
def test_what_was_not_graded_is_no_zero(course):
    """Whatever else it is."""
    assert mark(course, problem="no `kata.yaml`").value is None


def test_what_is_not_graded_leaves_earlier_attempts():
    """Where the course counts attempts."""
    assert mark(PENALTY, (80, IN_TIME), problem="no `kata.yaml`").value is None
    found = mark(BEST, (80, IN_TIME), problem="no `kata.yaml`")
    assert found.value == 80
    assert found.why == "attempt 1 counts; what was handed in last does not: no `kata.yaml`"


def test_an_attempt_that_is_missing_in_a_regrade_is_named():
    """Nobody wonders where the better one has gone."""
    found = mark(BEST, (None, IN_TIME), (60, IN_TIME))

    assert found.value == 60
    assert "attempt 1 was not graded with this version" in found.why
    assert mark(LAST, (None, IN_TIME), (60, IN_TIME)).why == ""


def test_nothing_that_could_be_judged_is_no_zero():
    """Of no points there are no percent."""
    where = Standing(submission="ann", key="k")
    empty = Graded(submission="ann", key="k", attempts=1, result=result_of(0, of=0))

    assert counted(NO_COURSE, where, [], lambda _: empty)[1].value is None


@pytest.mark.parametrize(
    ("how", "values"),
    [
        ("half-up", ["0.5", "1", "1", "1.5"]),
        ("half-even", ["0.5", "1", "1", "1"]),
        ("up", ["1", "1", "1.5", "1.5"]),
        ("down", ["0.5", "0.5", "1", "1"]),
    ],
)
def test_rounding_is_by_its_name(how, values):
    """To multiples of what the course says."""
    rounding = Rounding(to=Fraction(1, 2), how=how)
    exact = [Fraction(7, 10), Fraction(8, 10), Fraction(11, 10), Fraction(5, 4)]

    assert [rounded(number, rounding) for number in exact] == [Fraction(value) for value in values]


def test_no_rounding_gives_more_than_all():
    """A hundred is a hundred."""
    assert rounded(Fraction(100), Rounding(to=Fraction(30), how="up")) == 100


def test_thirds_are_rounded_once():
    """Percent of points that do not divide."""
    where = Standing(submission="ann", key="k")
    third = Graded(submission="ann", key="k", attempts=1, result=result_of(20, of=30))

    assert counted(NO_COURSE, where, [], lambda _: third)[1].value == Decimal("66.7")


@pytest.mark.parametrize(("score", "passed"), [(49, False), (50, True)])
def test_who_has_passed(score, passed):
    """By the mark as it is written."""
    assert mark(Course(passed_at=Fraction(50)), (score, IN_TIME)).passed is passed

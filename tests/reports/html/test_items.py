"""Checks as items of a test: difficulty and discrimination."""

from __future__ import annotations

import random
import statistics

import pytest

from backend_katas.model import Reason, Status
from backend_katas.reports.html.items import FEW, Items


@pytest.fixture
def analysed(make_check, make_result):
    """Analyse a class: a row of ones and noughts for each submission, one for each check, worth 1, 2, 3 … points."""

    def analyse(rows):
        items = Items()
        for row in rows:
            checks = (
                make_check(Status.PASSED if passed else Status.FAILED, id=f"{number}", points=number + 1)
                for number, passed in enumerate(row)
            )
            items.take(make_result(*checks))
        return items.all()

    return analyse


def test_figures_are_those_of_the_textbook(analysed):
    """Difficulty is the share that passed; discrimination is Pearson's r with the points of all other checks."""
    drawn = random.Random(1)
    rows = [[drawn.random() < skill for _ in range(8)] for skill in (drawn.random() for _ in range(60))]

    found = analysed(rows)

    for number, item in enumerate(found):
        passed = [float(row[number]) for row in rows]
        rest = [float(sum((n + 1) * p for n, p in enumerate(row) if n != number)) for row in rows]
        assert item.difficulty == pytest.approx(statistics.fmean(passed))
        assert item.discrimination == pytest.approx(statistics.correlation(passed, rest))


def test_no_order_changes_a_figure(analysed):
    """Not by the last bit."""
    drawn = random.Random(2)
    rows = [[drawn.random() < 0.6 for _ in range(5)] for _ in range(40)]
    other = random.Random(3).sample(rows, len(rows))

    assert [item.discrimination for item in analysed(rows)] == [item.discrimination for item in analysed(other)]


def test_few_say_nothing(analysed):
    """There is a difficulty, and no discrimination."""
    found = analysed([[number % 2, number % 3 == 0] for number in range(FEW - 1)])[0]

    assert found.discrimination is None
    assert found.difficulty == pytest.approx(4 / 9)


def test_what_nobody_or_everybody_passes_does_not_tell_apart(analysed):
    """That nobody passed is worth a look."""
    nobody, everybody, _ = analysed([[0, 1, number % 2] for number in range(FEW)])

    assert nobody.discrimination is None
    assert everybody.discrimination is None
    assert (nobody.remark, everybody.remark) == ("nobody passed", "")


def test_a_check_that_the_better_ones_fail_is_remarked(analysed):
    """A check that is wrong often looks so."""
    rows = [[number < 15, *[number >= 15] * 3] for number in range(30)]

    wrong, right, *_ = analysed(rows)

    assert wrong.discrimination < -0.5
    assert (wrong.remark, right.remark) == ("the better ones fail it", "")


def test_who_never_came_up_is_left_out(make_check, make_result):
    """Else all checks would seem to tell apart; nor is one counted that could not be judged here."""
    items = Items()
    items.take(make_result(make_check(Status.FAILED, reason=Reason.START), make_check(Status.SKIPPED, id="b")))
    items.take(make_result(make_check(), make_check(Status.SKIPPED, id="b", reason=Reason.UNAVAILABLE)))

    assert items.submissions == 1
    assert [(item.id, item.judged) for item in items.all()] == [("test_hello.py::test_a", 1)]

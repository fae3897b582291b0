"""What happened to a submission is told as far as there is room."""

from __future__ import annotations

from backend_katas.model import Reason, Status, TimeLimit
from backend_katas.reports.html import Line
from backend_katas.reports.html.rows import row_of
from backend_katas.reports.html.stories import story_of, tale_of


def test_a_story_is_that_of_the_text_report(make_check):
    """Part by part; the page shows them in another way."""
    found = story_of(make_check(Status.FAILED, log="Traceback\n", why="Nobody likes it.", clause="hello-1"))

    assert [(part.name, part.beside, part.text) for part in found.parts] == [
        ("your program's log meanwhile", "", "Traceback"),
        ("why", "", "Nobody likes it."),
        ("promised in", " BRIEF.md, rule hello-1", ""),
    ]


def test_as_many_as_fit_are_told_in_full(make_check, make_result):
    """The others by name, in their order; what passed is not told at all."""
    failed = [make_check(Status.FAILED, id=f"{number}", message="x" * 600) for number in range(5)]
    result = make_result(make_check(id="passed"), *failed)
    row = row_of(0, Line(name="ada", result=result))

    found = tale_of(row, result, room=2 * story_of(failed[0]).size)

    assert [told.check.id for told in found.stories] == ["0", "1"]
    assert [check.id for check in found.rest] == ["2", "3", "4"]
    assert found.failed == 5


def test_errors_and_what_could_not_be_judged_are_told(make_check, make_result):
    """The first in words, the others by their number."""
    unavailable = make_check(Status.SKIPPED, id="b", reason=Reason.UNAVAILABLE)
    result = make_result(make_check(Status.ERROR, id="a", message="disk full"), unavailable, make_check(id="c"))

    found = tale_of(row_of(0, Line(name="ada", result=result)), result, room=0)

    assert [check.id for check in found.errors] == ["a"]
    assert found.unavailable == 1


def test_the_end_of_a_run_whose_time_was_up_is_told(make_check, make_result):
    """With what was waited for then."""
    limit = TimeLimit(seconds=60, waiting_for="an answer to `GET /slow`")
    result = make_result(make_check(), time_limit=limit)

    found = tale_of(row_of(0, Line(name="ada", result=result)), result, room=0)

    assert found.limit == "the time limit of 60 s was reached while waiting for an answer to `GET /slow`"


def test_room_is_counted_as_the_page_writes_it(make_check):
    """A quote takes five characters there."""
    plain, quoted = (story_of(make_check(Status.FAILED, message=sign * 100)).size for sign in "x'")

    assert quoted == plain + 400

"""Nothing of a hidden level can be read from what is left of it, but its points and how many checks it has."""

from __future__ import annotations

from dataclasses import replace

from backend_katas.model import Check, Exchange, Level, Reason, Result, Status, TimeLimit
from backend_katas.reports.hiding import without
from backend_katas.reports.text import render_result

SECRET = "s3cr3t"
OPEN = "0p3n"


def result_of(*checks: Check) -> Result:
    """A result with an open and a hidden level."""
    return Result(
        kata="greeter",
        pack={"name": "mini", "version": "0"},
        submission="ann",
        seed=1,
        services={},
        isolation="none",
        started_at="2026-11-20T10:00:00+00:00",
        seconds=1.0,
        levels=(Level(id="a", title="A", points=40), Level(id="b-c", title="B", points=60)),
        checks=checks,
    )


def failed(level: str, word: str, *, reason: Reason | None = None) -> Check:
    """A failed check that has a word in every text."""
    exchange = Exchange(
        method="GET",
        path=f"/{word}",
        request_headers={word: word},
        request_body=word,
        status=200,
        response_headers={},
        response_body=word,
        problem=word,
        seconds=0.1,
    )
    return Check(
        id=f"test_{level}.py::test_{word}",
        level=level,
        title=f"It does {word}",
        status=Status.FAILED,
        points=20,
        earned=0,
        clause=f"{level}-{word}",
        why=f"{word} matters",
        message=f"{word} is missing",
        reason=reason,
        exchanges=(exchange,),
        log=word,
        statements=(word,),
        seconds=0.25,
    )


def test_nothing_of_a_hidden_check_is_left():
    """In no field of the result, so that no report can tell it."""
    found = without(result_of(failed("a", OPEN), failed("b-c", SECRET), failed("b-c", SECRET)), {"b-c"})

    assert SECRET not in found.result.to_json()
    assert OPEN in found.result.to_json()
    assert (found.result.score, found.result.max_score, found.result.status) == (0, 60, Status.FAILED)
    assert found.notes == ("level b-c: 2 checks are hidden, so the report says no more of it than its points",)


def test_a_report_shows_the_others_alone():
    """In full, and the points of all."""
    found = without(result_of(failed("a", OPEN), failed("b-c", SECRET)), {"b-c"})

    text = render_result(found.result, everything=True, hidden={"b-c"})

    assert text.count("is missing") == 1
    assert "hidden check" not in text
    assert "0 of 20" in text.partition("b-c")[2]
    assert "next: level a" in text


def test_what_is_left_to_do_in_a_hidden_level_is_not_told():
    """Not even by the next step."""
    passed = Check(id="test_a.py::test_x", level="a", title="X", status=Status.PASSED, points=20, earned=20)
    found = without(result_of(passed, failed("b-c", SECRET)), {"b-c"})

    text = render_result(found.result, everything=True, hidden={"b-c"})

    assert "next:" not in text
    assert text.rstrip().endswith("what is shown passed")


def test_that_a_program_did_not_start_is_told():
    """It is no detail of the level whose check came first."""
    found = without(result_of(failed("b-c", SECRET, reason=Reason.START)), {"b-c"})

    text = render_result(found.result, everything=True, hidden={"b-c"})

    assert "did not start" in text
    assert f"{SECRET} is missing" in text
    assert f"It does {SECRET}" not in found.result.to_json()


def test_what_was_waited_for_in_a_hidden_level_is_not_told():
    """That the time was up is told all the same; where it was in another level, with what was waited for."""
    limit = TimeLimit(seconds=9.0, waiting_for=f"the answer to `GET /{SECRET}`")
    hidden, shown = (
        without(replace(result_of(failed(level, SECRET, reason=Reason.TIME)), time_limit=limit), {"b-c"})
        for level in ("b-c", "a")
    )

    text = render_result(hidden.result, everything=True, hidden={"b-c"})

    assert SECRET not in hidden.result.to_json()
    assert "the time limit of 9 s was reached while waiting for a hidden check\n" in text
    assert "is missing" not in text
    assert shown.result.time_limit == limit


def test_nothing_is_hidden_without_a_word():
    """A result without hidden levels is what it was."""
    result = result_of(failed("a", OPEN))

    assert without(result, ()).result == result
    assert without(result, {"other"}).notes == ()

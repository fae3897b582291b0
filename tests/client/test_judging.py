"""What checks of every kata say of an answer is told in words for the learner."""

from __future__ import annotations

import json

import pytest

from backend_katas.client import done, is_problem, problem_flaws

GOOD = {"status": 409, "title": "Taken"}
FLAWED = {
    "another type": (GOOD, "application/json", "its Content-Type is `application/json`"),
    "no object": ([GOOD], None, "the answer is an array, expected an object"),
    "another status": ({**GOOD, "status": 400}, None, "its `status` is `400`, the answer's 409"),
    "a status as a text": ({**GOOD, "status": "409"}, None, "its `status` is `'409'`, the answer's 409"),
    "no status": ({"title": "Taken"}, None, "its `status` is `None`, the answer's 409"),
    "no title": ({"status": 409}, None, "it has no `title`"),
    "an empty title": ({**GOOD, "title": ""}, None, "it has no `title`"),
    "a number for a title": ({**GOOD, "title": 7}, None, "it has no `title`"),
}


@pytest.fixture
def refused(says):
    """Return an answer of 409 with a body."""

    def answer(body, kind: str | None = None):
        kind = kind or "application/problem+json; charset=utf-8"
        return says(json.dumps(body), status="409 Conflict", content_type=kind).get("/")

    return answer


def test_a_step_that_went_well_gives_its_answer(refused):
    """So the next step can be made of it."""
    answer = refused(GOOD)

    assert done(answer, 201, 409) is answer


def test_a_step_that_went_wrong_says_which_and_how(refused):
    """The learner reads what was asked, and what should have come of it."""
    with pytest.raises(AssertionError) as raised:
        done(refused(GOOD), 200, 201)

    assert str(raised.value).splitlines() == [
        "GET / went wrong before the check could go on",
        "expected  one of 200 OK, 201 Created",
        "seen      409 Conflict",
    ]


def test_a_problem_is_a_problem(refused):
    """Further members, and a charset behind the type, are no flaws."""
    answer = refused({**GOOD, "detail": "somebody was faster", "type": "about:blank"})

    is_problem(409, answer)

    assert problem_flaws(answer) == []


@pytest.mark.parametrize(("body", "kind", "flaw"), FLAWED.values(), ids=FLAWED)
def test_what_is_no_problem_document_is_told(refused, body, kind, flaw):
    """The sentence names what is wrong with it."""
    answer = refused(body, kind)

    with pytest.raises(AssertionError) as raised:
        is_problem(409, answer)

    assert problem_flaws(answer) == [flaw]
    assert str(raised.value) == f"the 409 is no problem document (RFC 9457): {flaw}"


def test_another_status_is_told_first(refused):
    """What an error looks like does not matter where it is the wrong one."""
    with pytest.raises(AssertionError) as raised:
        is_problem(404, refused({}))

    assert str(raised.value).splitlines() == ["expected  404 Not Found", "seen      409 Conflict"]

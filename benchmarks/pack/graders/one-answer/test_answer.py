"""The answer is what the brief says."""

from __future__ import annotations

from backend_katas.grader import points


@points(60, clause="answer-1")
def test_the_answer_is_42(api):
    """GET /answer answers 200 with the body `42`."""
    answer = api.get("/answer")

    assert answer.status_code == 200
    assert answer.text == "42"

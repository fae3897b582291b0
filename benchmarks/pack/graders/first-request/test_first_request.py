"""The program answers, and its services answer it."""

from __future__ import annotations

from backend_katas.grader import points


@points(100, clause="first-request-1")
def test_the_first_request_is_answered(api):
    """GET /first answers 200 once both services answer the program."""
    answer = api.get("/first")

    assert answer.status_code == 200

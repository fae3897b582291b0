"""What is not there is not found."""

from __future__ import annotations

from backend_katas.grader import points


@points(40, clause="refuse-1")
def test_another_path_is_not_found(api):
    """GET /other answers 404."""
    answer = api.get("/other")

    assert answer.status_code == 404

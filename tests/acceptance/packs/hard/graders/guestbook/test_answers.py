"""Paths of a program that is given services."""

from backend_katas.grader import points, private


@points(50, clause="answers-1")
def test_the_first_path_is_answered(api):
    """GET /first answers with its path."""
    assert api.get("/first").json()["path"] == "/first"


@private
@points(50, clause="answers-1")
def test_a_database_of_its_own_is_had(api, postgres):
    """GET /second answers beside a database of its own."""
    assert api.get("/second").json()["path"] == "/second"
    assert postgres.database.find(["nothing of this kind"]) == []

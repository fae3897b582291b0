"""Three paths, one after the other."""

from backend_katas.grader import points


@points(30, clause="answers-1")
def test_the_first_path_is_answered(api):
    """GET /first answers with its path."""
    answer = api.get("/first")

    assert answer.status_code == 200
    assert answer.json()["path"] == "/first"


@points(30, clause="answers-1")
def test_the_second_path_is_answered(api):
    """GET /second answers with its path."""
    answer = api.get("/second")

    assert answer.status_code == 200
    assert answer.json()["path"] == "/second"


@points(40, clause="answers-1")
def test_the_third_path_is_answered(api):
    """GET /third answers with its path."""
    answer = api.get("/third")

    assert answer.status_code == 200
    assert answer.json()["path"] == "/third"

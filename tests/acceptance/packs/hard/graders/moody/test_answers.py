"""A program that is started several times."""

from backend_katas.grader import environment, points, private


@points(40, clause="answers-1")
def test_the_first_path_is_answered(api):
    """GET /first answers with its path."""
    assert api.get("/first").json()["path"] == "/first"


@environment(MOOD="bad")
@points(30, clause="answers-1")
def test_the_mood_changes_nothing(api):
    """GET /first answers in a bad mood too."""
    assert api.get("/first").json()["path"] == "/first"


@private
@points(30, clause="answers-1")
def test_a_restart_changes_nothing(api, deployment):
    """GET /first answers after a restart."""
    deployment.restart()

    assert api.get("/first").json()["path"] == "/first"

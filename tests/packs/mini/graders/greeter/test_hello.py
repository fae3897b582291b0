"""The program greets."""

from backend_katas.grader import environment, points, private


@points(30, clause="hello-1")
def test_a_name_is_greeted(api, name):
    """GET /hello greets the name that was given.

    A program that greets everybody alike has not read the request (RFC 9110, 4.2).
    """
    answer = api.get("/hello", params={"name": name})

    assert answer.status_code == 200
    assert answer.json()["greeting"] == f"Hello, {name}"


@environment(GREETING="Ciao")
@points(20, clause="hello-2")
def test_the_greeting_is_configurable(api, name):
    """The greeting follows the environment."""
    assert api.get("/hello", params={"name": name}).json()["greeting"] == f"Ciao, {name}"


@private
@points(10, clause="hello-1")
def test_a_restart_changes_nothing(api, deployment, name):
    """The program greets alike after a restart."""
    deployment.restart()

    assert api.get("/hello", params={"name": name}).status_code == 200

"""The program greets."""

from backend_katas.grader import environment, points


@points(40, clause="hello-1")
def test_a_name_is_greeted(api, name):
    """GET /hello greets by the name that was given.

    A program that greets everybody alike has not read the request.
    """
    answer = api.get("/hello", params={"name": name})

    assert answer.status_code == 200
    assert answer.member("greeting", str) == f"Hello, {name}!"


@environment(GREETING="Ciao")
@points(30, clause="hello-2")
def test_the_greeting_is_configurable(api, name):
    """The greeting begins with what the variable GREETING says."""
    answer = api.get("/hello", params={"name": name})

    assert answer.status_code == 200
    assert answer.member("greeting", str) == f"Ciao, {name}!"


@points(30, clause="hello-3")
def test_a_name_is_needed(api):
    """Without a name the answer is a problem document."""
    answers = [api.get("/hello"), api.get("/hello", params={"name": ""})]

    for answer in answers:
        assert answer.status_code in (422, 400), "a name is missing"
        assert answer.headers.get("content-type", "").startswith("application/problem+json")

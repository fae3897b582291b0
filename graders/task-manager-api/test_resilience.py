"""While the database is away the program says so, quickly; when it is back, the program goes on by itself."""

from backend_katas.client import Answer, problem_flaws
from backend_katas.grader import chancy, points


@chancy
@points(2, clause="resilience-1")
def test_a_database_that_refuses_is_told(outage):
    """While the database refuses connections every route that needs it answers 503, as a problem, within 3 s.

    A client can wait for a 503 with Retry-After; a hang or a stack trace tells it nothing (RFC 9110 section 15.6.4).
    """
    answers = outage["refused"]
    hits = outage["refused hits"]

    assert hits > 0, "the program does not use its database"
    for route, answer in answers.items():
        _assert_unavailable(route, answer)


@chancy
@points(1, clause="resilience-2")
def test_a_database_that_is_silent_is_told(outage):
    """A database that takes everything and answers nothing is 503 within 3 s too.

    Without a time limit of its own a request waits as long as the network: for ever.
    """
    answers = outage["silent"]
    hits = outage["silent hits"]

    # Whoever has not come back from the outage before has no connection left to be silenced; another check tells that.
    assert hits > 0 or not outage.holds("recovered"), "the program does not use its database"
    for route, answer in answers.items():
        _assert_unavailable(route, answer)


@chancy
@points(1, clause="resilience-3")
def test_what_needs_no_database_goes_on(outage):
    """Meanwhile /healthz is 200, and whoever has no good token is still told 401.

    A program that is restarted because its database is away has two problems.
    """
    answers = outage["needs no database"]

    for what, answer in answers.items():
        assert answer.status_code == (200 if "healthz" in what else 401), what


@chancy
@points(1, clause="resilience-4")
def test_the_program_recovers_by_itself(outage, shapes):
    """When the database is back the same process serves again within 5 s, and nothing is lost.

    Connections that broke have to be replaced by the program, not by whoever restarts it at night.
    """
    task = outage["start"]

    for part in ("recovered", "recovered again"):
        found = outage[part]
        shapes.holds(found.object(), {"title": "kept", "status": "todo", "version": 1}, "the task")
        assert str(found.member("id")) == task.id
    assert outage["still runs"], "the program has ended meanwhile"


def _assert_unavailable(route: str, answer: Answer | AssertionError) -> None:
    assert not isinstance(answer, AssertionError), f"{route}: {answer}"
    assert answer.status_code == 503, route
    assert not problem_flaws(answer), f"the 503 of {route} is no problem document"
    answer.retry_after()

"""The program refuses what it does not know."""

from backend_katas.grader import points


@points(40, clause="be-strict-1")
def test_an_unknown_path_is_refused(api, rng):
    """A path that is not there answers 404."""
    answer = api.get(f"/{rng.randrange(10**6)}")

    assert answer.status_code in (404, 410), "the path does not exist"

"""A grader with a bug of its own."""

from backend_katas.grader import points


@points(20)
def test_passes(api):
    """The program is healthy."""
    assert api.get("/healthz").status_code == 200


@points(30)
def test_raises(api):
    """The grader divides by nothing."""
    assert api.get("/healthz").status_code / 0

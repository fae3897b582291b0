"""The program serves fifty pages."""

import pytest

from backend_katas.grader import points, word


@points(2, clause="pages-1")
@pytest.mark.parametrize("number", range(50))
def test_a_page_is_served(api, rng, number):
    """A page answers with the word it was asked with."""
    wanted = word(rng, 12)

    answer = api.get(f"/pages/{number}", params={"word": wanted}, deadline=1.0)

    assert answer.status_code == 200
    assert answer.member("word", str) == wanted

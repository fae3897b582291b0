"""A failed assertion is told as what was expected beside what was seen."""

from __future__ import annotations

import pytest

from backend_katas.plugin.explain import Comparison


@pytest.mark.parametrize(
    ("operator", "seen", "expected", "told"),
    [
        ("==", 200, 401, "expected  401 Unauthorized\nseen      200 OK"),
        ("in", 500, (400, 422), "expected  one of 400 Bad Request, 422 Unprocessable Entity\nseen      500 Internal"),
        ("!=", 200, 200, "expected  anything but 200 OK\nseen      200 OK"),
        (
            "==",
            [201, *[500] * 9],
            [201, *[409] * 9],
            "expected  201 Created, 9 times 409 Conflict\nseen      201 Created",
        ),
        ("==", 299, 201, "expected  201 Created\nseen      299"),
    ],
)
def test_statuses_are_named(operator, seen, expected, told):
    """A number that is an HTTP status is read with its name."""
    assert Comparison(operator, seen, expected).sentences(statuses=True).startswith(told)


@pytest.mark.parametrize(
    ("operator", "seen", "expected", "told"),
    [
        ("==", "a", "b", "expected  `b`\nseen      `a`"),
        (">=", 3, 5, "expected  at least 5\nseen      3"),
        ("is", None, True, "expected  True\nseen      None"),
        ("in", "kata", "no such word", "expected  to hold `kata`\nseen      `no such word`"),
        ("not in", "secret", "a secret", "expected  not to hold `secret`\nseen      `a secret`"),
        ("==", "", "x", "expected  `x`\nseen      ''"),
        ("in", "b", "two\n\nlines\n", "expected  to hold `b`\nseen      two\n          \n          lines"),
        ("==", "\x1b[2J", "x", "expected  `x`\nseen      '\\x1b[2J'"),
    ],
)
def test_other_values_are_shown_as_they_are(operator, seen, expected, told):
    """Texts stand in backticks, an empty one in quotes so that it can be seen."""
    assert Comparison(operator, seen, expected).sentences(statuses=False) == told


def test_a_long_value_is_cut():
    """A body of megabytes does not bury the message."""
    told = Comparison("==", "x" * 10_000, "y").sentences(statuses=False)

    assert len(told) < 700
    assert "(10002 characters)" in told

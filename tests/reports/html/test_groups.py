"""Failures are grouped by what went wrong, not by the values that it went wrong with."""

from __future__ import annotations

import pytest

from backend_katas.model import Reason, Status
from backend_katas.reports.html.groups import Groups, alike


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10 of 10 guesses were answered 401", "9 of 10 guesses were answered 401"),
        ("expected  at most 0.15\nseen      0.303957", "expected  at most 0.15\nseen      1.2"),
        ("a change to `password123!` was not refused", "a change to `Qw3rty` was not refused"),
        ("`imopvcvz B` passes for ` imopvcvz B `", "`xyz A` passes for `xyz A `"),
        ("expected  `3a53a597-4268-4bb5-8859-05482896783c`", "expected  `1b2a`"),
        ("token 3a53a597-4268-4bb5-8859-05482896783c is gone", "token 77aa is gone"),
        ("a mail to ada@example.com is missing", "a mail to b.o@mail.example.org is missing"),
        ("seen  'Welcome!\\nhttps://a.example/?t=WQt'", "seen  'Hi'"),
        ("seen  'a text that was cut at its end … (519 characters)", "seen  'another that was cut"),
        ("seen  b'{\"status\":401}'", 'seen  b\'{"status":403, "x": "it\\\'s"}\''),
        ('its title is "A"', 'its title is "B \\" C"'),
        (
            "seen  6 times 409 Conflict, 3 times 500 Internal Server Error",
            "seen  5 times 409 Conflict, 4 times 500 Internal Server Error",
        ),
        ("listens on 127.0.0.1:4000", "listens on 127.0.0.1:5000"),
        ("ids 1, 2, 3 are missing", "ids 7 are missing"),
    ],
)
def test_values_do_not_matter(one, other):
    """One comment serves both."""
    assert alike(one) == alike(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("seen  200 OK", "seen  500 Internal Server Error"),
        ("the answer has no member `mfa_token`", "the answer has no member `access_token`"),
        ("the token still works", "the link still works"),
        ("expected  `user`\nseen  `user`, `admin`", "expected  `user`\nseen  `admin`"),
    ],
)
def test_what_went_wrong_matters(one, other):
    """Two mistakes, two comments."""
    assert alike(one) != alike(other)


@pytest.mark.parametrize(
    "part", ["'", '"\\', "'\\", " 'a", "a1", "-", "a-", "a@", "`", "a.", "1,", "…", "… ", "(", "é"]
)
def test_no_message_takes_long(part):
    """Whatever a program made the message hold: the work grows by the length alone, as far as it is read."""
    message = part * 100_000

    assert alike(message) == alike(message[:1000])


def test_groups_are_of_one_check_and_one_mistake(make_check, make_result):
    """First what most submissions share."""
    groups = Groups()
    for number, (one, other) in enumerate([("seen 1", ""), ("seen 2", "gone"), ("", "gone"), ("seen 30", "")]):
        checks = [
            make_check(Status.FAILED if message else Status.PASSED, id=name, message=message, points=3)
            for name, message in {"a": one, "b": other}.items()
        ]
        groups.take(number, make_result(*checks))

    first, second = groups.ordered()

    assert (first.check, first.members, first.cost, first.message, first.varied) == ("a", [0, 1, 3], 9, "seen 1", True)
    assert (second.check, second.members, second.varied) == ("b", [1, 2], False)


def test_programs_that_never_came_up_are_one_group(make_check, make_result):
    """Whichever check was the first to need them."""
    groups = Groups()
    for number, name in enumerate("ab"):
        check = make_check(Status.FAILED, id=name, title=name, message="exit code 1", reason=Reason.BUILD)
        groups.take(number, make_result(check))

    (found,) = groups.ordered()

    assert (found.title, found.members) == ("the program did not build, so nothing could be judged", [0, 1])

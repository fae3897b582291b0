"""Classes to make a page of, drawn from a seed, and a browser to look at it."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from backend_katas.model import Check, Exchange, Level, Reason, Result, Status
from backend_katas.reports.html import Line

LEVELS = ("signup", "login-and-me", "password-storage", "jwt-hardening", "refresh-and-logout", "email-verification")
LEVELS += ("password-reset", "brute-force", "roles-and-admin", "totp-mfa")
CHECKS = 6  # of each level
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APPLICATION = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


@pytest.fixture(scope="session")
def make_check():
    """Make a check; whatever is not named is as in most tests."""

    def make(status: Status = Status.PASSED, **more) -> Check:
        facts = {"id": "test_hello.py::test_a", "level": "hello", "title": "A name is greeted", "points": 10} | more
        return Check(status=status, earned=facts["points"] if status is Status.PASSED else 0, **facts)

    return make


@pytest.fixture(scope="session")
def make_result():
    """Make a result of checks; its levels are those that the checks name."""

    def make(*checks: Check, name: str = "ada", **more) -> Result:
        ids = dict.fromkeys(check.level for check in checks)
        levels = tuple(
            Level(
                id=level, title=f"About {level}", points=sum(check.points for check in checks if check.level == level)
            )
            for level in ids
        )
        facts = {"kata": "greeter", "pack": {"name": "mini", "version": "0"}, "seed": 7, "services": {}}
        facts |= {"isolation": "none", "started_at": "2026-11-20T10:00:00+00:00", "seconds": 1.5} | more
        return Result(submission=name, levels=levels, checks=checks, **facts)

    return make


@pytest.fixture(scope="session")
def make_class(make_check, make_result):
    """Make a class like one of a large kata: 60 checks each, many of them failed with much to tell, some of no mark."""

    def make(number: int, *, seed: int = 7) -> list[Line]:
        drawn = random.Random(seed)
        return [_line(place, drawn, make_check, make_result) for place in range(number)]

    return make


def _line(place, drawn, make_check, make_result) -> Line:
    name = f"learner-{place:04}"
    kind = drawn.random()
    if kind < 0.03:
        return Line(name=name, result=None, problem="no `kata.yaml` in it, nor in a folder of it")
    if kind < 0.05:
        return Line(name=name, result=None, ours=True, problem="postgres cannot be had here")
    skill = drawn.betavariate(2, 1.3)
    checks = [
        _check(make_check, drawn, level, number, skill, stopped=kind < 0.1)
        for level in LEVELS
        for number in range(CHECKS)
    ]
    result = make_result(*checks, name=name, kata="auth-system", seconds=abs(drawn.gauss(40, 9)))
    late = {"mark": "12.5", "note": "2 days late, 20 % off"} if 0.1 < kind < 0.2 else {}
    return Line(name=name, result=result, file=f"results/{name}.json", **late)


def _check(make_check, drawn, level, number, skill, *, stopped) -> Check:
    facts = {
        "id": f"test_{level.replace('-', '_')}.py::test_{number}",
        "level": level,
        "title": f"What {level} promises in its rule {number} holds, whatever order it is asked in",
        "points": 1 + (number % 2),
        "clause": f"{level}-{number}",
        "why": "Who can ask for it in another order has found a way round it. " * 2,
    }
    if stopped:
        first = level == LEVELS[0] and number == 0
        told = {
            "message": "the program ended before it was ready\nTraceback: no module `fastapi`",
            "reason": Reason.START,
        }
        return make_check(Status.FAILED if first else Status.SKIPPED, **facts | told)
    if drawn.random() < skill ** (0.3 + number / 5):
        return make_check(**facts)
    log = "".join(
        f'INFO: 127.0.0.1:{drawn.randrange(40000, 60000)} - "POST /auth/login HTTP/1.1" 200 OK\n' for _ in range(40)
    )
    message = (
        f"the {drawn.choice(['token', 'session', 'link'])} `{drawn.getrandbits(64):x}` still works\n"
        f"expected  401 Unauthorized\nseen      {drawn.choice(['200 OK', '500 Internal Server Error'])}"
    )
    exchanges = tuple(_exchange(drawn) for _ in range(drawn.randrange(1, 8)))
    statements = ("SELECT * FROM users WHERE id = $1",) * 4
    return make_check(Status.FAILED, message=message, exchanges=exchanges, log=log, statements=statements, **facts)


def _exchange(drawn) -> Exchange:
    return Exchange(
        method="POST",
        path=f"/auth/login?attempt={drawn.randrange(1000)}",
        request_headers={"Content-Type": "application/json", "Authorization": f"Bearer {drawn.getrandbits(900):x}"},
        request_body='{"email": "ada@example.com", "password": "correct horse battery staple"}',
        status=200,
        response_headers={"content-type": "application/json"},
        response_body='{"access_token": "' + "x" * 900 + '"}',
        problem="",
        seconds=0.01,
    )


@pytest.fixture(scope="session")
def chromium():
    """A real browser, without a window. In CI it has to be there."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None) or (_APPLICATION.exists() and str(_APPLICATION))
    if not found:
        why = f"no browser here: none of {', '.join(_BROWSERS)} is on PATH"
        pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)
    from playwright.sync_api import sync_playwright

    # Chromium has no sandbox for root; the page is ours.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=found, args=options) as browser:
        yield browser

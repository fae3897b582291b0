"""What a grader imports: the marks of a check, the one way to wait, and what several graders draw or begin."""

from __future__ import annotations

import random
import string
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import pytest

from backend_katas.errors import KatasError
from backend_katas.waiting import waiting_for

T = TypeVar("T")
Check = TypeVar("Check", bound=Callable[..., object])


def points(number: int, *, clause: str = "") -> pytest.MarkDecorator:
    """Mark a check worth `number` points; `clause` is the rule of BRIEF.md that promises the behaviour."""
    return pytest.mark.points(number, clause=clause)


def environment(**variables: str) -> pytest.MarkDecorator:
    """Ask for a program started with these variables beyond those of `exercise.yaml`.

    As `pytestmark` for a whole module or as a decorator for one check. Checks that ask for the same variables share
    one running program and its services.
    """
    return pytest.mark.environment(**variables)


def private(check: Check) -> Check:
    """Ask for a program and services that no other check sees: for restarts, faults and outages."""
    # Looked up when it is used: outside of a kata run the mark is not registered, and importing this must still work.
    return pytest.mark.private(check)


def chancy(check: Check) -> Check:
    """Say that a check depends on the clock or on who comes first: on a busy machine a right program may fail it.

    For bursts, lifetimes, and whatever has to happen within so many seconds. In an official grade its failure counts
    only when it has failed once more, in a fresh run.
    """
    return pytest.mark.chancy(check)


def eventually(probe: Callable[[], T], *, within: float = 5.0, what: str = "it") -> T:
    """Return the first truthy value of `probe`, asked again and again for `within` seconds.

    For what the program may do a moment after its answer. AssertionError when the time is up; `what` names the thing
    waited for.
    """
    end = time.monotonic() + within
    with waiting_for(what):
        while not (value := probe()):
            if time.monotonic() > end:
                raise AssertionError(f"{what} did not happen within {within:g} s")
            time.sleep(0.02)
    return value


def word(rng: random.Random, length: int) -> str:
    """Return so many lower-case letters."""
    return "".join(rng.choices(string.ascii_lowercase, k=length))


def invented_peer(number: int) -> dict[str, str]:
    """Return headers by which anybody may claim to come from another address, another for each number below 255.

    The addresses are those of RFC 5737, which nobody has.
    """
    address = f"203.0.113.{number + 1}"
    return {"X-Forwarded-For": address, "X-Real-IP": address, "Forwarded": f"for={address}"}


def make_early(request: pytest.FixtureRequest, fixture: str, *, wanted_by: str) -> Any:
    """Have a fixture of the whole session made now, and return it, if a check of this session asks for `wanted_by`.

    For what has to grow old: whoever comes late need not wait. None where nobody asks for it, or where it could not be
    made, which the checks that ask for it will tell.
    """
    if any(wanted_by in getattr(item, "fixturenames", ()) for item in request.session.items):
        with suppress(KatasError):
            return request.getfixturevalue(fixture)
    return None

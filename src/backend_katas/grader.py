"""What a grader module imports: the marks of a check and the one way to wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

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


def eventually(probe: Callable[[], T], *, within: float = 5.0, what: str = "it") -> T:
    """Return the first truthy value of `probe`, asked again and again for `within` seconds.

    For what the program may do a moment after its answer. AssertionError when the time is up; `what` names the thing
    waited for.
    """
    end = time.monotonic() + within
    while not (value := probe()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {within:g} s")
        time.sleep(0.02)
    return value

"""What nobody needs is ended beside the work, and the end of the work waits for it."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from backend_katas.farewell import Farewells


def _ending(action) -> ExitStack:
    stack = ExitStack()
    stack.callback(action)
    return stack


def test_nobody_waits_until_the_end():
    """A stack is closed while the block goes on, and is closed when the block has ended."""
    may_end, ended = threading.Event(), []

    with Farewells() as farewells:
        farewells.say(_ending(lambda: ended.append(may_end.wait(10))))
        seen_in_the_block = list(ended)
        may_end.set()

    assert seen_in_the_block == []
    assert ended == [True]


def test_several_end_at_the_same_moment():
    """Two that wait for each other both come to an end."""
    both = threading.Barrier(2, timeout=60)

    with Farewells() as farewells:
        for _ in range(2):
            farewells.say(_ending(both.wait))

    assert not both.broken


def test_what_goes_wrong_is_raised_at_the_end():
    """The others are closed all the same."""
    ended = []

    def fail() -> None:
        raise RuntimeError("it cannot be removed")

    work = ExitStack()
    farewells = work.enter_context(Farewells())
    farewells.say(_ending(fail))
    farewells.say(_ending(lambda: ended.append(True)))

    with pytest.raises(RuntimeError, match="cannot be removed"):
        work.close()
    assert ended == [True]


def test_the_first_problem_is_told():
    """What went wrong in the block is not hidden by what goes wrong after it."""

    def fail() -> None:
        raise RuntimeError("it cannot be removed")

    def work() -> None:
        with Farewells() as farewells:
            farewells.say(_ending(fail))
            raise ValueError("in the block")

    with pytest.raises(ValueError, match="in the block"):
        work()

"""What is being waited for, told by whoever waits when the time of a whole run is up."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something that is waited for; `ours` is what the program has no say in, such as the start of a server."""

    what: str
    ours: bool = False


class TimeIsUp(KeyboardInterrupt):
    """The time limit of the run was reached; raised in the midst of whatever the main thread does, as Ctrl-C is.

    `waits` are what it was in the midst of, the innermost first.
    """

    def __init__(self) -> None:
        super().__init__("the time limit was reached")
        self.waits: list[Wait] = []


@contextmanager
def waiting_for(what: str, *, ours: bool = False) -> Generator[None]:
    """Have it known what the block waits for, should the time be up in it; `what` goes on after "waiting for"."""
    try:
        yield
    except TimeIsUp as end:
        end.waits.append(Wait(what=what, ours=ours))
        raise

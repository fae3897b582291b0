"""Ctrl-C in a batch: once to finish what runs, twice to stop now; both can be gone on from."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType


class Asked:
    """What the person at the keyboard has asked for so far."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self.finish = False
        self.stop = threading.Event()
        self._tell = tell

    def again(self) -> None:
        """Take one more Ctrl-C."""
        if self.finish:
            self.stop.set()
            return
        self.finish = True
        self._tell("what runs is finished, and nothing else begun; Ctrl-C once more stops at once")


@contextmanager
def listening(tell: Callable[[str], object]) -> Generator[Asked]:
    """Take Ctrl-C and SIGTERM as a wish for the block, instead of an exception that comes at any moment."""
    asked = Asked(tell)
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def heard(_number: int, _frame: FrameType | None) -> None:
        asked.again()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

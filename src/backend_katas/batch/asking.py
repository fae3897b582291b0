"""Ctrl-C in a batch: once to finish what runs, twice to stop now; both can be gone on from."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType


class Asked:
    """What the person at the keyboard has asked for so far."""

    def __init__(self) -> None:
        self.finish = False
        self.stop = threading.Event()

    def again(self) -> None:
        """Take one more Ctrl-C; nothing is said here, for it may come in the middle of something that is being said."""
        if self.finish:
            self.stop.set()
        self.finish = True


@contextmanager
def listening() -> Generator[Asked]:
    """Take Ctrl-C and SIGTERM as a wish for the block, instead of an exception that comes at any moment."""
    asked = Asked()
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

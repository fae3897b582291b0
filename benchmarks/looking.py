"""Something done again and again beside what is measured."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def looking(look: Callable[[], object], *, every: float) -> Generator[None]:
    """Call a function every so many seconds, in a thread of its own, until the block ends."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(every):
            look()

    watcher = threading.Thread(target=watch, name="looking", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()

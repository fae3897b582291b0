"""A lock that one process holds at a time. It is the system's, so it ends with its process, however that ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Wait until nobody else holds the lock of this file, then hold it for the block.

    The file stays afterwards: whoever removed it would pull it away from under the next one who waits for it.
    """
    with open(path, "ab") as file:
        _acquire(file.fileno())
        yield


if "fcntl" in globals():

    def _acquire(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

else:

    def _acquire(descriptor: int) -> None:
        while True:
            try:
                return msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            except OSError:
                time.sleep(0.01)

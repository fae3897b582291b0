"""Under which user a confined program runs: root lends it a number that nobody else here has, others their own."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from backend_katas.errors import KatasError

_FIRST, _COUNT = 64001, 998  # beyond what Debian and Fedora give to people, services and containers' users


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A user and a group; `lent` where root has to turn into them."""

    user: int
    group: int
    lent: bool


@contextmanager
def slot() -> Generator[Slot]:
    """Hold a user of one's own; who holds it is known by a socket, which goes with this process whatever happens."""
    if os.geteuid() != 0:
        yield Slot(user=os.getuid(), group=os.getgid(), lent=False)
        return
    with socket.socket(socket.AF_UNIX) as claim:
        number = next((number for number in range(_FIRST, _FIRST + _COUNT) if _claimed(claim, number)), None)
        if number is None:
            raise KatasError(f"all {_COUNT} users for programs are in use", "grade fewer submissions at a time")
        yield Slot(user=number, group=number, lent=True)


def _claimed(claim: socket.socket, number: int) -> bool:
    with suppress(OSError):
        claim.bind(f"\0backend-katas-user-{number}")
        return True
    return False

"""Under which user a confined program runs: root lends it a number that nobody else here has, others their own."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from backend_katas.errors import KatasError

# Their bits, capabilities(7): what root takes to become another user, and to feed, watch and end what that one runs.
_RIGHTS = {
    "CHOWN": 0, "DAC_OVERRIDE": 1, "KILL": 5, "SETGID": 6, "SETUID": 7, "SYS_CHROOT": 18, "SYS_PTRACE": 19,
    "SYS_ADMIN": 21,
}  # fmt: skip
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


def require_rights() -> None:
    """Raise KatasError unless root is root: in many containers it may do little more than others."""
    status = Path("/proc/self/status").read_text()
    held = int(next(line for line in status.splitlines() if line.startswith("CapEff")).split()[1], 16)
    if missing := [name for name, bit in _RIGHTS.items() if not held >> bit & 1]:
        raise KatasError(
            f"you are root, but without the rights that confining others takes: {', '.join(missing)}",
            "grade as an ordinary user, or let the container have them "
            f"(`docker run {' '.join(f'--cap-add {name}' for name in missing)}`)",
        )


def _claimed(claim: socket.socket, number: int) -> bool:
    with suppress(OSError):
        claim.bind(f"\0backend-katas-user-{number}")
        return True
    return False

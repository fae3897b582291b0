"""On which TCP addresses a family of processes listens, seen from outside of the network it is in (Linux)."""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

_LISTENS = "0A"  # net/tcp_states.h
_INODE = re.compile(r"socket:\[(\d+)\]")


def listening(ancestor: int) -> tuple[tuple[str, int], ...]:
    """Return the addresses on which the descendants of a process listen."""
    found: set[tuple[str, int]] = set()
    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(ancestor).children(recursive=True):
            with suppress(OSError):
                found |= set(_of(Path("/proc", f"{process.pid}")))
    return tuple(sorted(found))


def _of(process: Path) -> Iterator[tuple[str, int]]:
    own = set(_sockets(process / "fd"))
    for table in ("tcp", "tcp6") if own else ():
        with suppress(FileNotFoundError):
            for line in (process / "net" / table).read_text().splitlines()[1:]:
                _, local, _, state, *rest = line.split()
                if state == _LISTENS and rest[5] in own:
                    yield _address(local)


def _sockets(folder: Path) -> Iterator[str]:
    for entry in os.scandir(folder):
        with suppress(OSError):
            if found := _INODE.fullmatch(os.readlink(entry.path)):  # noqa: PTH115
                yield found[1]


def _address(text: str) -> tuple[str, int]:
    """Read an address as the kernel writes it: words of four bytes in the machine's order, then the port."""
    digits, _, port = text.partition(":")
    words = [int(digits[at : at + 8], 16) for at in range(0, len(digits), 8)]
    raw = struct.pack(f"={len(words)}I", *words)
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, raw), int(port, 16)

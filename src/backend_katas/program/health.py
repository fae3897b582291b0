"""One look at `GET /healthz`: what did the program do with the question, within a bounded time and number of bytes."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

LOOK_LIMIT = 2.0  # seconds for a whole answer; a program that takes longer to say that it is well is not
_BYTES = 16 << 10
_REQUEST = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: */*\r\nConnection: close\r\n\r\n"
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?\n")


class Seen(Enum):
    """What came of a look."""

    REFUSED = auto()
    SILENT = auto()
    CLOSED = auto()
    NOT_HTTP = auto()
    ANSWERED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen, and the status and raw body of an answer, or the raw bytes that are none."""

    seen: Seen
    status: int = 0
    reason: bytes = b""
    body: bytes = b""

    @property
    def ready(self) -> bool:
        """Whether the program says that it is ready: status 200 and no other."""
        return self.status == 200


def look(connect: Callable[[float], socket.socket], port: int, *, limit: float = LOOK_LIMIT) -> Look:
    """Ask once; `connect` gives a connection to the program, or raises OSError."""
    deadline = time.monotonic() + limit
    try:
        connection = connect(limit)
    except TimeoutError:
        return Look(seen=Seen.SILENT)
    except OSError:
        return Look(seen=Seen.REFUSED)
    with connection:
        try:
            connection.sendall(_REQUEST % port)
            return _judge(*_read(connection, deadline))
        except OSError:
            return Look(seen=Seen.CLOSED)


def _read(connection: socket.socket, deadline: float) -> tuple[bytes, bool]:
    """Return what came until the answer was complete, and whether the connection was still open then."""
    received = b""
    while len(received) < _BYTES and not _complete(received):
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            data = connection.recv(4096)
        except TimeoutError:
            return received, True
        except ConnectionError:
            data = b""
        if not data:
            return received, False
        received += data
        if time.monotonic() > deadline:
            break
    return received, True


def _complete(received: bytes) -> bool:
    head, separator, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    if not separator:
        return False
    if length:
        return len(body) >= int(length[1])
    return body.endswith(b"0\r\n\r\n")


def _judge(received: bytes, still_open: bool) -> Look:
    if not received:
        return Look(seen=Seen.SILENT if still_open else Seen.CLOSED)
    line = _STATUS_LINE.match(received)
    if not line:
        return Look(seen=Seen.NOT_HTTP, body=received)
    body = received.partition(b"\r\n\r\n")[2]
    return Look(seen=Seen.ANSWERED, status=int(line[1]), reason=line[2] or b"", body=body)

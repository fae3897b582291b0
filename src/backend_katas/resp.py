"""The few words of Redis's protocol that a grader needs to look after a server (RESP2)."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader

from backend_katas.errors import KatasError

Reply = str | int | list["Reply"] | None
RawReply = bytes | int | list["RawReply"] | None

TIMEOUT = 5.0  # seconds for each answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server is, and what it asks for."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


class RedisConnection:
    """An open connection; made by `connected`."""

    def __init__(self, connection: socket.socket, reader: BufferedReader) -> None:
        self._connection = connection
        self._reader = reader

    def command(self, *words: bytes | str | int) -> Reply:
        """Send a command and return the answer; KatasError for an error of the server, OSError when it is gone."""
        return _text(self.raw(*words))

    def raw(self, *words: bytes | str | int) -> RawReply:
        """Do as `command` does, with texts as the bytes they are: names and values of a program may be anything."""
        parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self._connection.sendall(
            b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
        )
        return self._reply()

    def _reply(self) -> RawReply:
        line = self._whole(self._reader.readline())
        kind, value = line[:1], line[1:-2]
        if kind == b"+":
            return value
        if kind == b":":
            return int(value)
        if kind == b"$":
            return None if value == b"-1" else self._whole(self._reader.read(int(value) + 2))[:-2]
        if kind == b"*":
            return [self._reply() for _ in range(int(value))]
        raise KatasError(f"the server answers `{value.decode(errors='replace')}`")

    def _whole(self, data: bytes) -> bytes:
        if not data.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        return data


def _text(reply: RawReply) -> Reply:
    if isinstance(reply, list):
        return [_text(each) for each in reply]
    return reply.decode(errors="replace") if isinstance(reply, bytes) else reply


@contextmanager
def connected(address: Address) -> Generator[RedisConnection]:
    """Connect and authenticate; KatasError when that is refused, OSError when nothing listens."""
    with (
        socket.create_connection((address.host, address.port), TIMEOUT) as connection,
        connection.makefile("rb") as reader,
    ):
        redis = RedisConnection(connection, reader)
        if address.password:
            redis.command("AUTH", *([address.user] if address.user else []), address.password)
        yield redis

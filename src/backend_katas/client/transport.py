"""One HTTP/1.1 exchange on a given socket: strict about framing, bounded in time and in size.

The standard library's reader has no total deadline, takes two lengths or a negative one, and stops at a header it
cannot parse; here each of these is the program's fault, in a sentence (RFC 9112).
"""

from __future__ import annotations

import re
import selectors
import socket
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from urllib3 import HTTPHeaderDict

from backend_katas.errors import ProgramFault

HEAD_LIMIT = 1 << 16
HEADER_COUNT = 200
INTERIM_COUNT = 10
_SEGMENT = 1 << 16

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A complete answer: `body` is decoded from chunks and from gzip or deflate."""

    status: int
    reason: str
    headers: HTTPHeaderDict
    body: bytes


class Deadline:
    """The moment by which a whole exchange has to be over."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that remain, or raise TimeoutError."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def exchange(
    connection: socket.socket, request: Iterable[bytes], *, method: str, deadline: Deadline, max_body: int
) -> Received:
    """Send the pieces of `request` and read its answer; raises ProgramFault unless that is complete and correct.

    The answer may come before all is sent; what is left then is not sent any more.
    """
    with suppress(OSError):  # a connection that is broken already says so when it is read
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    reader = _Reader(connection, _Outbox(connection, request), deadline)
    status, reason = _status_line(reader)
    interim = 0
    while status < 200 and status != 101:
        _headers(reader)
        if (interim := interim + 1) > INTERIM_COUNT:
            raise ProgramFault(f"the program sent more than {INTERIM_COUNT} interim answers (1xx) and no final one")
        status, reason = _status_line(reader)
    headers = _headers(reader)
    body = _body(reader, headers, bare=method == "HEAD" or status in (101, 204, 304), limit=max_body)
    if status != 101 and (surplus := reader.surplus()):
        raise ProgramFault(f"the program sent {surplus} or more bytes after the end of its answer to {method}")
    return Received(status=status, reason=reason, headers=headers, body=_decoded(body, headers, max_body))


class _Outbox:
    """What is still to be sent, piece by piece as fast as the program takes it in."""

    def __init__(self, connection: socket.socket, pieces: Iterable[bytes]) -> None:
        self._connection = connection
        self._pieces = iter(pieces)
        self._piece = memoryview(b"")
        self.open = True

    def wait(self, seconds: float) -> bool:
        """Send something, or return True when there is something to read; TimeoutError if neither is possible."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ | selectors.EVENT_WRITE)
            ready = selector.select(seconds)
        if not ready:
            raise TimeoutError
        if ready[0][1] & selectors.EVENT_READ:
            return True
        self._send()
        return False

    def _send(self) -> None:
        self._piece = self._piece or memoryview(next(self._pieces, b""))
        if not self._piece:
            self.open = False
            return
        try:
            self._piece = self._piece[self._connection.send(self._piece) :]
        except ConnectionError:
            # It has answered early and closed, which is no fault: the answer may still be there to read.
            self.open = False


class _Reader:
    """What arrives on a connection, piece by piece, until the deadline; the request is sent meanwhile."""

    def __init__(self, connection: socket.socket, outbox: _Outbox, deadline: Deadline) -> None:
        self._connection = connection
        self._outbox = outbox
        self._deadline = deadline
        self._buffer = bytearray()
        self._received = 0

    def line(self) -> bytes:
        """Return the next line without its end; a bare line feed ends a line too (RFC 9112 2.2)."""
        while (end := self._buffer.find(b"\n")) < 0 and len(self._buffer) <= HEAD_LIMIT:
            if not self._more():
                raise self._broken_off("in the middle of its answer's head")
        if not 0 <= end <= HEAD_LIMIT:
            raise ProgramFault(f"the program sent a line of more than {HEAD_LIMIT // 1024} KiB in its answer's head")
        return self._pop(end + 1).rstrip(b"\n").removesuffix(b"\r")

    def take(self, size: int) -> bytes:
        """Return exactly `size` bytes of a body."""
        while len(self._buffer) < size:
            if not self._more():
                raise self._broken_off(f"{size - len(self._buffer)} bytes before the announced end of its answer")
        return self._pop(size)

    def rest(self, limit: int) -> bytes:
        """Return everything until the program closes the connection."""
        while self._more():
            if len(self._buffer) > limit:
                raise _too_large(limit)
        return self._pop(len(self._buffer))

    def surplus(self) -> int:
        """Return how many bytes are here already that nothing announced; stray line ends do not count."""
        self._connection.setblocking(False)
        with suppress(OSError):
            self._buffer += self._connection.recv(_SEGMENT)
        return len(self._buffer.strip(b"\r\n"))

    def _more(self) -> bool:
        try:
            segment = self._next()
        except TimeoutError:
            raise self._expired() from None
        except ConnectionError:
            moment = "in the middle of its answer" if self._received else "before it answered"
            raise ProgramFault(f"the program reset the connection {moment}") from None
        self._buffer += segment
        self._received += len(segment)
        return bool(segment)

    def _next(self) -> bytes:
        self._connection.settimeout(self._deadline.left())
        while self._outbox.open and not self._outbox.wait(self._deadline.left()):
            pass
        self._connection.settimeout(self._deadline.left())
        return self._connection.recv(_SEGMENT)

    def _pop(self, size: int) -> bytes:
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        return piece

    def _broken_off(self, moment: str) -> ProgramFault:
        return ProgramFault(f"the program closed the connection {moment if self._received else 'before it answered'}")

    def _expired(self) -> ProgramFault:
        if self._outbox.open and not self._received:
            return ProgramFault(
                f"the program did not take in the whole request within {self._deadline.seconds:g} s, nor answer it"
            )
        seen = f"{self._received} bytes came, but not the end" if self._received else "nothing came"
        return ProgramFault(f"the program gave no complete answer within {self._deadline.seconds:g} s: {seen}")


def _status_line(reader: _Reader) -> tuple[int, str]:
    line = reader.line()
    if not (match := _STATUS_LINE.fullmatch(line)):
        raise ProgramFault(f"the program's answer does not begin with an HTTP/1.1 status line but with {_quoted(line)}")
    return int(match[1]), (match[2] or b"").decode("latin-1")


def _headers(reader: _Reader) -> HTTPHeaderDict:
    headers = HTTPHeaderDict()
    count = 0
    while line := reader.line():
        if not (match := _HEADER.fullmatch(line)):
            raise ProgramFault(f"the program's answer has a malformed header line: {_quoted(line)}")
        if (count := count + 1) > HEADER_COUNT:
            raise ProgramFault(f"the program's answer has more than {HEADER_COUNT} headers")
        headers.add(match[1].decode("latin-1"), match[2].decode("latin-1"))
    return headers


def _body(reader: _Reader, headers: HTTPHeaderDict, *, bare: bool, limit: int) -> bytes:
    """Return the raw body; its length is found as RFC 9112 section 6.3 says."""
    length = _announced_length(headers)
    coding = headers.get("Transfer-Encoding", "").strip().lower()
    if coding and length is not None:
        raise ProgramFault("the program's answer has both a `Transfer-Encoding` and a `Content-Length`")
    if bare:
        return b""
    if coding:
        return _chunks(reader, coding, limit)
    if length is None:
        return reader.rest(limit)
    if length > limit:
        raise _too_large(limit)
    return reader.take(length)


def _announced_length(headers: HTTPHeaderDict) -> int | None:
    values = {value.strip() for line in headers.getlist("Content-Length") for value in line.split(",")}
    if not values:
        return None
    if len(values) > 1:
        raise ProgramFault(
            f"the program's answer names different lengths: `Content-Length: {headers['Content-Length']}`"
        )
    value = values.pop()
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise ProgramFault(f"the program's answer has the impossible length {_quoted(value.encode('latin-1'))}")
    return int(value)


def _chunks(reader: _Reader, coding: str, limit: int) -> bytes:
    if coding != "chunked":
        raise ProgramFault(
            f"the program's answer has the unknown transfer encoding {_quoted(coding.encode('latin-1'))}"
        )
    body = bytearray()
    while size := _chunk_size(reader.line()):
        if len(body) + size > limit:
            raise _too_large(limit)
        body += reader.take(size)
        if reader.line():
            raise ProgramFault("the program's answer has a chunk that is longer than it says")
    _headers(reader)
    return bytes(body)


def _chunk_size(line: bytes) -> int:
    if not (match := _CHUNK_SIZE.fullmatch(line)):
        raise ProgramFault(f"the program's answer has a malformed chunk size: {_quoted(line)}")
    return int(match[1], 16)


def _decoded(body: bytes, headers: HTTPHeaderDict, limit: int) -> bytes:
    """Undo at most three content codings; an answer in a coding not known here stays as it came."""
    codings = [coding.strip().lower() for coding in headers.get("Content-Encoding", "").split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if not body or len(codings) > 3 or not {"gzip", "x-gzip", "deflate"}.issuperset(codings):
        return body
    for coding in reversed(codings):
        body = _inflated(body, coding, limit)
    return body


def _inflated(body: bytes, coding: str, limit: int) -> bytes:
    # Some servers send raw deflate data under the name `deflate`; a zlib header is told by its first two bytes.
    wrapped = coding != "deflate" or (body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0)
    machine = zlib.decompressobj(zlib.MAX_WBITS | 32 if wrapped else -zlib.MAX_WBITS)
    try:
        plain = machine.decompress(body, limit + 1)
    except zlib.error:
        raise ProgramFault(f"the program's answer says that it is {coding} data, but it is not") from None
    if len(plain) > limit:
        raise _too_large(limit)
    if not machine.eof or machine.unused_data:
        raise ProgramFault(f"the program's answer does not end where its {coding} data ends")
    return plain


def _too_large(limit: int) -> ProgramFault:
    return ProgramFault(f"the body of the program's answer is larger than {limit} bytes")


def _quoted(piece: bytes) -> str:
    text = piece[:60].decode("latin-1").encode("unicode_escape").decode()
    return f"`{text}…`" if len(piece) > 60 else f"`{text}`"

"""Reads statements out of what a PostgreSQL client sends (protocol 3; chapter "Message Formats" of its manual)."""

from __future__ import annotations

import struct

from backend_katas.proxy.statement import TEXT_LENGTH

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104
_STARTUP_LIMIT = 10_000
_KNOWN = frozenset(b"BCDEFHPQSXcdfp")
_TELLING = frozenset(b"BCEPQ")
# Names before a text are 63 bytes at most in every known driver; four bytes make a character.
_PREFIX = 4 * TEXT_LENGTH + 1024
_REMEMBERED = 2_000


class PostgresParser:
    """Follows one connection; needs no more memory than one text, however long a message is.

    A statement is a simple `Query` message, whatever number of statements its text has, or the first `Execute` of a
    portal after its `Bind`: a driver that fetches rows in portions sends several for one statement. `FunctionCall` and
    the data of a COPY are no statements. `opaque` says why nothing can be read any more, or is empty.
    """

    def __init__(self) -> None:
        self.opaque = ""
        self._started = False
        self._encryption_asked = False
        self._buffer = bytearray()
        self._skip = 0
        self._texts: dict[bytes, str] = {}
        self._portals: dict[bytes, str] = {}

    def sent(self, data: bytes) -> list[str]:
        """Take what the client sent and return the texts of the statements that begin in it."""
        found: list[str] = []
        if self.opaque:
            return found
        self._buffer += data
        while not self.opaque and self._advance(found):
            pass
        if self.opaque:
            self._buffer.clear()
        return found

    def replied(self, data: bytes) -> None:
        """Take what the server replied: only its one-letter answer to a request for encryption matters."""
        if self._encryption_asked and data:
            self._encryption_asked = False
            if data[:1] in (b"S", b"G"):
                self.opaque = "the program's connection to PostgreSQL is encrypted"

    def _advance(self, found: list[str]) -> bool:
        """Take one step through the buffer; return False when more bytes are needed."""
        if self._skip:
            step = min(self._skip, len(self._buffer))
            del self._buffer[:step]
            self._skip -= step
            return not self._skip
        return self._message(found) if self._started else self._startup()

    def _startup(self) -> bool:
        if len(self._buffer) < 8:
            return False
        length, code = struct.unpack_from("!II", self._buffer)
        if not 8 <= length <= _STARTUP_LIMIT:
            self.opaque = "the program does not speak PostgreSQL's protocol"
            return False
        self._encryption_asked = code in (_SSL_REQUEST, _GSS_REQUEST)
        self._started = code >> 16 == 3
        self._skip = length
        return True

    def _message(self, found: list[str]) -> bool:
        if len(self._buffer) < 5:
            return False
        kind, length = struct.unpack_from("!BI", self._buffer)
        if kind not in _KNOWN or length < 4:
            self.opaque = "the program's messages to PostgreSQL cannot be read"
            return False
        size = length + 1
        wanted = min(size, _PREFIX) if kind in _TELLING else 5
        if len(self._buffer) < wanted:
            return False
        if kind in _TELLING:
            self._take(kind, bytes(self._buffer[5:wanted]), found)
        del self._buffer[:wanted]
        self._skip = size - wanted
        return True

    def _take(self, kind: int, payload: bytes, found: list[str]) -> None:
        first, _, rest = payload.partition(b"\0")
        match chr(kind):
            case "Q":
                found.append(_text(first))
            case "P":
                _remember(self._texts, first, _text(rest.partition(b"\0")[0]))
            case "B":
                _remember(self._portals, first, self._texts.get(rest.partition(b"\0")[0], ""))
            case "E":
                self._execute(first, found)
            case _:
                (self._texts if first[:1] == b"S" else self._portals).pop(first[1:], None)

    def _execute(self, portal: bytes, found: list[str]) -> None:
        if (text := self._portals.pop(portal, None)) is not None:
            found.append(text)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")[:TEXT_LENGTH]


def _remember(texts: dict[bytes, str], name: bytes, text: str) -> None:
    """Keep the latest texts; a program that never closes a prepared statement loses the names of its oldest."""
    texts.pop(name, None)
    texts[name] = text
    if len(texts) > _REMEMBERED:
        del texts[next(iter(texts))]

"""Reads the commands out of what a Redis client sends (RESP arrays and inline commands)."""

from __future__ import annotations

_LINE_LIMIT = 1 << 16
_KEPT = 200
_WORDS = 2
# What follows these is a password.
_SECRETIVE = frozenset({"AUTH", "HELLO"})


class RedisParser:
    """Follows one connection; a command is its name and its first argument, which is most often the key.

    `opaque` says why nothing can be read any more, or is empty.
    """

    def __init__(self) -> None:
        self.opaque = ""
        self._buffer = bytearray()
        self._skip = 0
        self._left = 0
        self._words: list[str] = []

    def sent(self, data: bytes) -> list[str]:
        """Take what the client sent and return the commands that begin in it."""
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
        """Take what the server replied, of which nothing matters."""

    def _advance(self, found: list[str]) -> bool:
        if self._skip:
            step = min(self._skip, len(self._buffer))
            del self._buffer[:step]
            self._skip -= step
            return not self._skip
        return self._argument(found) if self._left else self._command(found)

    def _command(self, found: list[str]) -> bool:
        line = self._line()
        if line is None:
            return False
        if line.startswith(b"*"):
            self._left = self._number(line, b"*")
            self._words = []
        elif not line.strip().isascii() or not line.strip().decode().isprintable():
            self._give_up()
        elif words := line.split():
            self._emit([_shown(word) for word in words[:_WORDS]], found)
        return not self.opaque

    def _argument(self, found: list[str]) -> bool:
        end = self._buffer.find(b"\n") + 1
        if not end and len(self._buffer) < _LINE_LIMIT:
            return False
        size = self._number(bytes(self._buffer[:end]), b"$")
        if self.opaque:
            return False
        wanted = len(self._words) < _WORDS
        kept = min(size, _KEPT) if wanted else 0
        if len(self._buffer) < end + kept:
            return False
        if wanted:
            self._words.append(_shown(bytes(self._buffer[end : end + kept])))
        del self._buffer[: end + kept]
        self._skip = size - kept + 2
        self._left -= 1
        if wanted and (not self._left or len(self._words) == _WORDS):
            self._emit(self._words, found)
        return True

    def _emit(self, words: list[str], found: list[str]) -> None:
        name = words[0].upper()
        found.append(name if name in _SECRETIVE else " ".join([name, *words[1:]]))

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n") + 1
        if not end:
            if len(self._buffer) > _LINE_LIMIT:
                self._give_up()
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[:end]
        return line

    def _number(self, line: bytes, mark: bytes) -> int:
        digits = line.removeprefix(mark).strip()
        if not line.startswith(mark) or not digits.isdigit() or len(digits) > 12:
            self._give_up()
            return 0
        return int(digits)

    def _give_up(self) -> None:
        self.opaque = "the program's commands to Redis cannot be read"


def _shown(word: bytes) -> str:
    return word[:_KEPT].decode("utf-8", "replace")

"""What a relay saw the program ask for, and what a fault did."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

TEXT_LENGTH = 10_000
# How many bytes all texts of a relay may take before only their beginnings are kept, and before nothing is kept of a
# statement but that it was sent: a program may send as many as it likes.
_IN_FULL = 8 << 20
_AT_ALL = 16 << 20
_SHORT = 200
_SPACE = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z))*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement sent to the service; `text` may be empty where it is not known, `at` is of `time.monotonic`."""

    text: str
    at: float

    @property
    def kind(self) -> str:
        """The first keyword in upper case, past comments and parentheses: `SELECT`, `BEGIN`, `WITH`, `GET` …."""
        space = _SPACE.match(self.text)
        word = _WORD.match(self.text, space.end() if space else 0)
        return word[0].upper() if word else ""


_UNKNOWN = Statement(text="", at=0.0)
_OVERHEAD = 120  # bytes of a statement beside its text


class Ledger:
    """Every statement of a relay in the order it was sent; one thread writes, any may read."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self._size = 0

    def add(self, text: str) -> None:
        """Append a statement, its text cut to a length that keeps the whole within bounds."""
        if self._size > _AT_ALL:
            self.statements.append(_UNKNOWN)
            return
        statement = Statement(text=text[: TEXT_LENGTH if self._size < _IN_FULL else _SHORT], at=time.monotonic())
        self._size += sys.getsizeof(statement.text) + _OVERHEAD
        self.statements.append(statement)


class Count:
    """The statements of a block, complete as soon as their answers have been seen."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._begin = len(ledger.statements)
        self._end: int | None = None

    @property
    def seen(self) -> Sequence[Statement]:
        """The statements so far, or of the whole block when it is over."""
        return self._ledger.statements[self._begin : self._end]

    @property
    def statements(self) -> list[str]:
        """Their texts."""
        return [statement.text for statement in self.seen]

    @property
    def number(self) -> int:
        """How many they are."""
        return len(self.seen)

    def of_kind(self, *kinds: str) -> list[str]:
        """Return the texts of those whose first keyword is one of `kinds`, such as `SELECT`."""
        return [statement.text for statement in self.seen if statement.kind in kinds]

    def close(self) -> None:
        """End the block: later statements do not belong to it."""
        self._end = len(self._ledger.statements)


class Fault:
    """Something broken on purpose; a check asserts `fault.hits > 0`, or it proved nothing."""

    def __init__(self) -> None:
        self.hits = 0

    def __repr__(self) -> str:
        return f"<Fault with {self.hits} hits>"

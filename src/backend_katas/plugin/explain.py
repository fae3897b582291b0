"""A failed assertion in plain words: what was expected, and what was seen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import cast

import pytest

from backend_katas.exchange import status_words

_EXPECTED = {
    "==": "{}",
    "!=": "anything but {}",
    "in": "one of {}",
    "not in": "none of {}",
    "<": "less than {}",
    "<=": "at most {}",
    ">": "more than {}",
    ">=": "at least {}",
    "is": "{}",
    "is not": "anything but {}",
}
_LONGEST = 500
_COLLECTIONS = (tuple, set, frozenset, list)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a failed comparison had on its two sides; by convention the left was seen, the right expected."""

    operator: str
    seen: object
    expected: object

    def sentences(self, *, statuses: bool) -> str:
        """Return the two lines a learner reads; `statuses` says that the numbers are HTTP status codes."""
        seen = _show(self.seen, statuses=statuses)
        expected = _show(self.expected, statuses=statuses)
        if self.operator in {"in", "not in"} and isinstance(self.expected, str | bytes | dict):
            wanted = "to hold" if self.operator == "in" else "not to hold"
            return f"expected  {wanted} {seen}\nseen      {expected}"
        return f"expected  {_EXPECTED[self.operator].format(expected)}\nseen      {seen}"


def failure_message(excinfo: pytest.ExceptionInfo[BaseException], comparison: Comparison | None, graders: Path) -> str:
    """Return what to tell: the check's own sentence if it has one, then expected beside seen."""
    text = str(excinfo.value).strip()
    own, compared = _split(text)
    statement = _statement(excinfo, graders)
    parts = [own] if own else []
    if compared and comparison is not None:
        parts.append(comparison.sentences(statuses="status" in statement))
    elif compared and not own:
        parts.append(f"the check `{statement.removeprefix('assert ')}` does not hold")
    return "\n".join(parts) or text


def _split(text: str) -> tuple[str, bool]:
    """Separate the check's own message from the explanation that assertion rewriting adds after it."""
    if text.startswith("assert "):
        return "", True
    own, explained, _ = text.partition("\nassert ")
    return own.strip(), bool(explained)


def _statement(excinfo: pytest.ExceptionInfo[BaseException], graders: Path) -> str:
    """Return the source of the assertion, from the innermost frame that lies in the kata's graders."""
    frames = [entry for entry in excinfo.traceback if Path(entry.path).is_relative_to(graders)]
    return re.sub(r"\s+", " ", str(frames[-1].statement)).strip() if frames else ""


def _show(value: object, *, statuses: bool) -> str:
    if statuses and isinstance(value, int):
        return status_words(value)
    if isinstance(value, _COLLECTIONS):
        return _show_entries(list(cast("Iterable[object]", value)), statuses=statuses)
    text = _quoted(value) if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


def _quoted(text: str) -> str:
    """Show a text as it reads, over as many lines as it has; one with control characters by its escapes."""
    if not text or not text.replace("\n", "").isprintable():
        return repr(text)
    return f"`{text}`" if "\n" not in text else text.strip().replace("\n", "\n" + " " * len("expected  "))


def _show_entries(entries: list[object], *, statuses: bool) -> str:
    """Show equal neighbours once, with their number: a burst has ten answers of two kinds."""
    shown = [(text, len(list(alike))) for text, alike in groupby(_show(entry, statuses=statuses) for entry in entries)]
    few = ", ".join(text if number == 1 else f"{number} times {text}" for text, number in shown[:6])
    return f"{few or 'nothing'}{', …' if len(shown) > 6 else ''}"

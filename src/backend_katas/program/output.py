"""What a program wrote, made fit to be read by a person: bounded, decoded, and without power over a terminal."""

from __future__ import annotations

import re
from pathlib import Path

TAIL_LINES = 20
_TAIL_BYTES = 64 << 10
_LINE_LENGTH = 400
_SEARCHED = 256 << 10  # bytes at the end of a log in which causes are looked for
_LONGEST_SEARCHED = 1_000  # characters of a line; a search may take the square of it
# Colours and other escape sequences: ECMA-48 control sequences, and the strings that set a window's title.
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?")
# What is left of control characters, and those that turn the direction of writing round.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def readable(raw: bytes) -> str:
    """Decode a program's output; what is no text, or would act on a terminal, becomes U+FFFD or goes."""
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("\ufffd", _SEQUENCE.sub("", text))


def size(log: Path) -> int:
    """Return the length of a log in bytes, 0 when it was never written."""
    try:
        return log.stat().st_size
    except FileNotFoundError:
        return 0


def since(log: Path, position: int, *, limit: int) -> str:
    """Return what was written after a byte position, of more than `limit` bytes the last."""
    try:
        with log.open("rb") as file:
            skipped = max(size(log) - position - limit, 0)
            file.seek(position + skipped)
            raw = file.read(limit)
    except FileNotFoundError:
        return ""
    if skipped:
        skipped += raw.find(b"\n") + 1
        raw = raw[raw.find(b"\n") + 1 :]
    return (f"… {skipped} bytes before this are left out …\n" if skipped else "") + readable(raw)


def searchable(log: Path, position: int = 0) -> str:
    """Return what was written last since a position, in lines short enough for any pattern to be looked for."""
    lines = since(log, position, limit=_SEARCHED).split("\n")
    return "\n".join(line[:_LONGEST_SEARCHED] for line in lines)


def tail(log: Path, position: int = 0, *, lines: int = TAIL_LINES) -> list[str]:
    """Return the last lines written after a position, each of a readable length, without empty ones at the end."""
    written = since(log, position, limit=_TAIL_BYTES).rstrip().split("\n")[-lines:]
    return [line if len(line) <= _LINE_LENGTH else f"{line[:_LINE_LENGTH]} …" for line in written if written != [""]]

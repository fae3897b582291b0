"""CSV and vCards by RFC 4180 and RFC 6350: what a program is given, and its own read strictly from outside."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from backend_katas.errors import ProgramFault

_CELL = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')
_LINE = re.compile(r"(?:[\w-]+\.)?([\w-]+)((?:;(?:\"[^\"]*\"|[^\":])*)?):(.*)", re.DOTALL)
_ESCAPES = {"n": "\n", "N": "\n", ",": ",", ";": ";", "\\": "\\"}

Card = dict[str, list[str]]


def write_csv(rows: Iterable[Sequence[str]], *, columns: Sequence[str], newline: str = "\r\n") -> str:
    """Return a header and rows as CSV, with quotes where RFC 4180 wants them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=newline)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def text_of(document: bytes) -> str:
    """Return a document as text in UTF-8, without a byte order mark."""
    try:
        return document.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ProgramFault(f"the document is not UTF-8: {problem.reason} at byte {problem.start}") from None


def read_csv(document: bytes) -> list[list[str]]:
    """Return the records of a CSV document by the grammar of RFC 4180 section 2; the last line end may be missing."""
    text, records, position = text_of(document), [], 0
    while position < len(text):
        record, position = _record(text, position, number=len(records) + 1)
        records.append(record)
    return records


def _record(text: str, position: int, *, number: int) -> tuple[list[str], int]:
    cells: list[str] = []
    while True:
        cell = _CELL.match(text, position)
        assert cell, "the pattern matches an empty text too"
        quoted, plain = cell.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        position = cell.end()
        if position == len(text):
            return cells, position
        if text.startswith("\r\n", position):
            return cells, position + 2
        if text[position] != ",":
            seen = text[max(position - 20, 0) : position + 20]
            raise ProgramFault(
                f"record {number} of the CSV is not RFC 4180: {text[position]!r} out of place in {seen!r}"
            )
        position += 1


def read_vcards(document: bytes) -> list[Card]:
    """Return the properties of each vCard by name in upper case, their values as they stand, still escaped."""
    cards: list[Card] = []
    card: Card | None = None
    for name, value in _content_lines(text_of(document)):
        if (name, value.upper()) == ("BEGIN", "VCARD") and card is None:
            card = {}
        elif card is None:
            raise ProgramFault(f"`{name}` stands outside of BEGIN:VCARD and END:VCARD")
        elif (name, value.upper()) == ("END", "VCARD"):
            cards.append(card)
            card = None
        else:
            if not card and (name, value) != ("VERSION", "4.0"):
                raise ProgramFault(f"after BEGIN:VCARD comes `{name}:{value[:20]}`, not `VERSION:4.0`")
            card.setdefault(name, []).append(value)
    if card is not None:
        raise ProgramFault("the last vCard has no END:VCARD")
    return cards


def _content_lines(text: str) -> Iterator[tuple[str, str]]:
    """Unfold (RFC 6350 section 3.2) and split into names and values; groups and parameters are passed over."""
    if text and not text.endswith("\r\n"):
        raise ProgramFault("the last line of the vCards does not end with CRLF")
    for line in re.sub(r"\r\n[ \t]", "", text).split("\r\n")[:-1]:
        parts = _LINE.fullmatch(line)
        if parts is None or "\n" in line or "\r" in line:
            raise ProgramFault(f"a line of the vCards is no `NAME:value`: {line[:80]!r}")
        yield parts[1].upper(), parts[3]


def plain_values(value: str) -> list[str]:
    """Return the texts in a value: split at commas that are not escaped, then unescaped (RFC 6350 section 3.4)."""
    texts = [""]
    for escape, escaped, comma, other in re.findall(r"(\\(.?))|(,)|([^\\,]+)", value, flags=re.DOTALL):
        if comma:
            texts.append("")
        elif escape and escaped not in _ESCAPES:
            raise ProgramFault(f"`{escape}` is no escape of a vCard, in {value[:80]!r}")
        else:
            texts[-1] += _ESCAPES[escaped] if escape else other
    return texts

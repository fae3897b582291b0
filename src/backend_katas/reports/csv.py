"""Checks as a table for a spreadsheet: a row each, RFC 4180, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from backend_katas.model import Result

HEADER = (
    "submission", "kata", "level", "check", "title", "status", "reason", "points", "earned", "seconds", "message",
    "at_first",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(results: Iterable[Result]) -> str:
    """Return a row for each check of each result, below a row of names."""
    return "".join(pieces(results))


def pieces(results: Iterable[Result]) -> Iterator[str]:
    """Give what `render` returns bit by bit: a class has more results than fit into memory."""
    yield from lines(chain([HEADER], (row for result in results for row in _rows(result))))


def table(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV, with every text harmless in a spreadsheet; numbers stay what they are."""
    return "".join(lines(rows))


def lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Give what `table` returns row by row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def bare(cell: str) -> str:
    """Return a text as it was before `table` made it harmless."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _rows(result: Result) -> Iterable[Sequence[object]]:
    for check in result.checks:
        yield (
            result.submission,
            result.kata,
            check.level,
            check.id,
            check.title,
            check.status.value,
            check.reason.value if check.reason else "",
            check.points,
            check.earned,
            round(check.seconds, 3),
            check.message,
            check.earlier.message if check.earlier else "",
        )


def _cell(value: object) -> object:
    """Put an apostrophe before what a spreadsheet would take for a formula (OWASP, CSV Injection; CWE-1236)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value

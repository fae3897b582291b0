"""Two columns of a table that somebody else's program has written, such as a learning platform or a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from backend_katas.documents import DocumentError
from backend_katas.errors import ExitCode, KatasError, did_you_mean

_LARGEST = 16 << 20  # bytes


def read_columns(path: Path, one: str, other: str) -> Iterator[tuple[int, str, str]]:
    """Give the line of each row, and its cells in two columns; those of other names are passed over.

    DocumentError with its line for what is no CSV; KatasError (exit code 2) where there is no file.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        places = _places(path, next(reader, ()), (one, other))
        for row in reader:
            if len(row) <= max(places):
                if any(row):
                    raise DocumentError(path, reader.line_num, f"there are only {len(row)} cells in the line")
                continue
            yield reader.line_num, row[places[0]], row[places[1]].strip()
    except csv.Error as problem:
        raise DocumentError(path, reader.line_num, f"not CSV: {problem}") from None


def _places(path: Path, header: Sequence[str], columns: tuple[str, str]) -> tuple[int, int]:
    names = [name.strip() for name in header]
    for column in columns:
        if names.count(column) != 1:
            hint = did_you_mean(column, names) or f"its first line names the columns: `{','.join(columns)}`"
            raise DocumentError(path, 1, f"there is no column `{column}`, or more than one", hint)
    return names.index(columns[0]), names.index(columns[1])


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as problem:
        raise KatasError(f"cannot read `{path}`: {problem.strerror}", exit_code=ExitCode.USAGE) from None
    if len(raw) > _LARGEST:
        raise DocumentError(path, 1, f"it is larger than {_LARGEST >> 20} MiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise DocumentError(path, line, f"not UTF-8 text ({problem.reason})") from None

"""When each submission was handed in: a course's own list, a table that its learning platform writes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from backend_katas.documents import DocumentError
from backend_katas.errors import ExitCode, KatasError, did_you_mean
from backend_katas.exchange import readable

_COLUMNS = ("submission", "time")
_LARGEST = 16 << 20  # bytes


def read_times(path: Path) -> Mapping[str, datetime]:
    """Return when each submission was handed in, from a table with the columns `submission` and `time`.

    Columns of other names are passed over. DocumentError with its line for a time that is none or has no offset, and
    for a submission that is named twice; KatasError (exit code 2) where there is no table.
    """
    times: dict[str, datetime] = {}
    for line, name, time in _rows(path):
        if name in times:
            raise DocumentError(path, line, f"`{readable(name, keep='')}` is in the list twice")
        times[name] = _moment(path, line, time)
    return times


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        places = _places(path, next(reader, ()))
        for row in reader:
            if len(row) <= max(places):
                if any(row):
                    raise DocumentError(path, reader.line_num, f"there are only {len(row)} cells in the line")
                continue
            yield reader.line_num, row[places[0]], row[places[1]].strip()
    except csv.Error as problem:
        raise DocumentError(path, reader.line_num, f"not CSV: {problem}") from None


def _places(path: Path, header: Sequence[str]) -> tuple[int, int]:
    names = [name.strip() for name in header]
    for column in _COLUMNS:
        if names.count(column) != 1:
            hint = did_you_mean(column, names) or "its first line names the columns: `submission,time`"
            raise DocumentError(path, 1, f"there is no column `{column}`, or more than one", hint)
    return names.index(_COLUMNS[0]), names.index(_COLUMNS[1])


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


def _moment(path: Path, line: int, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _refuse(path, line, f"`{readable(text, limit=80, keep='')}` is no time")
    if moment.tzinfo is None:
        _refuse(path, line, f"`{text}` does not say its offset")
    if not 2000 <= moment.year < 2100:
        _refuse(path, line, f"`{text}` is not of this century")
    return moment


def _refuse(path: Path, line: int, problem: str) -> NoReturn:
    raise DocumentError(path, line, problem, "write it such as `2026-11-30T22:10:00+01:00`")

"""When each submission was handed in: a course's own list, a table that its learning platform writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from backend_katas.batch.columns import read_columns
from backend_katas.documents import DocumentError
from backend_katas.exchange import readable


def read_times(path: Path) -> Mapping[str, datetime]:
    """Return when each submission was handed in, from a table with the columns `submission` and `time`.

    Columns of other names are passed over. DocumentError with its line for a time that is none or has no offset, and
    for a submission that is named twice; KatasError (exit code 2) where there is no table.
    """
    times: dict[str, datetime] = {}
    for line, name, time in read_columns(path, "submission", "time"):
        if name in times:
            raise DocumentError(path, line, f"`{readable(name, keep='')}` is in the list twice")
        times[name] = _moment(path, line, time)
    return times


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

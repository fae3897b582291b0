"""The attempts of a learner: each content that was graded, in the order in which it was first seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from backend_katas.batch.tables import ATTEMPTS, CONTENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One content of a submission, its digest, and when it was handed in.

    `seen` is the time of the file or folder, the earliest there was; `listed` is what the course's list said, if it
    did. `number` counts from 1.
    """

    submission: str
    content: str
    seen: datetime
    listed: datetime | None = None
    number: int = 0


def write_attempt(connection: Connection, attempt: Attempt, key: str) -> None:
    """Write down that a mark with this key, if any, is for this attempt; what was seen before keeps its number."""
    if key:
        connection.execute(insert(CONTENTS).prefix_with("OR IGNORE"), {"key": key, "content": attempt.content})
    here = (ATTEMPTS.c.submission == attempt.submission) & (ATTEMPTS.c.content == attempt.content)
    row = connection.execute(select(ATTEMPTS).where(here)).mappings().first()
    if row is None:
        names = {"submission": attempt.submission, "content": attempt.content}
        connection.execute(insert(ATTEMPTS), names | _times(attempt))
        return
    before = _attempt(row, 0)
    known = replace(before, seen=min(before.seen, attempt.seen), listed=attempt.listed or before.listed)
    if known != before:
        connection.execute(update(ATTEMPTS).where(here).values(**_times(known)))


def read_attempts(connection: Connection, submission: str) -> tuple[Attempt, ...]:
    """Return the attempts of a learner in their order."""
    wanted = select(ATTEMPTS).where(ATTEMPTS.c.submission == submission).order_by(ATTEMPTS.c.id)
    rows = connection.execute(wanted).mappings()
    return tuple(_attempt(row, number) for number, row in enumerate(rows, 1))


def read_contents(connection: Connection) -> Mapping[str, frozenset[str]]:
    """Return, by submission, the contents that were graded."""
    found: dict[str, set[str]] = {}
    for name, content in connection.execute(select(ATTEMPTS.c.submission, ATTEMPTS.c.content)):
        found.setdefault(name, set()).add(content)
    return {name: frozenset(contents) for name, contents in found.items()}


def _times(attempt: Attempt) -> dict[str, str]:
    listed = attempt.listed.astimezone(UTC).isoformat() if attempt.listed else ""
    return {"seen": attempt.seen.astimezone(UTC).isoformat(), "listed": listed}


def _attempt(row: Mapping[Any, Any], number: int) -> Attempt:
    return Attempt(
        submission=row["submission"],
        content=row["content"],
        seen=datetime.fromisoformat(row["seen"]),
        listed=datetime.fromisoformat(row["listed"]) if row["listed"] else None,
        number=number,
    )

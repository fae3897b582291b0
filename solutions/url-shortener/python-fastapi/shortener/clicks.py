"""Clicks are counted in memory, and every few seconds added to the database: no redirect waits for a write."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shortener.database import Connection, Database

PATIENCE = timedelta(seconds=1)  # for a database that is away at the end: the program has ten seconds for everything

log = logging.getLogger("uvicorn.error")


@dataclass(slots=True)
class Tally:
    """The clicks of one link on one day that the database does not know yet."""

    clicks: int
    last_at: datetime

    def add(self, other: "Tally") -> None:
        """Take over the clicks of another tally of the same link and day."""
        self.clicks += other.clicks
        self.last_at = max(self.last_at, other.last_at)


Tallies = dict[tuple[str, date], Tally]


class Clicks:
    """Counts, and flushes every `interval` and at the end."""

    def __init__(self, database: Database, interval: timedelta):
        self._database, self._interval = database, interval
        self._tallies: Tallies = {}
        self._ending = asyncio.Event()

    async def __aenter__(self) -> "Clicks":
        self._flushing = asyncio.create_task(self._flush_until_the_end())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Flush what is left: this runs on SIGTERM, after the last request was answered."""
        self._ending.set()
        await self._flushing
        deadline = datetime.now(UTC) + PATIENCE
        while not await self._flush() and datetime.now(UTC) < deadline:
            await asyncio.sleep(0.25)

    def count(self, code: str) -> None:
        """Count one click, now."""
        now = datetime.now(UTC)
        self._merge({(code, now.date()): Tally(1, now)})

    def _merge(self, tallies: Tallies) -> None:
        for place, tally in tallies.items():
            if place in self._tallies:
                self._tallies[place].add(tally)
            else:
                self._tallies[place] = tally

    async def _flush_until_the_end(self) -> None:
        while not self._ending.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), self._interval.total_seconds())
            await self._flush()

    async def _flush(self) -> bool:
        """Move the tallies into the database, or take them back: whatever goes wrong, a click is not forgotten."""
        tallies, self._tallies = self._tallies, {}
        try:
            if tallies:
                await self._database.run(_add, tallies)
        except Exception as error:
            self._merge(tallies)
            log.warning("clicks of %d links wait: %r", len(self._tallies), error)
            return False
        return True


async def _add(connection: Connection, tallies: Tallies) -> None:
    """Add to what is there, in one statement and never by writing a sum back: another instance adds too.

    In order of codes: two instances that flush at once would otherwise wait for each other.
    """
    rows = [(code, day, tally.clicks, tally.last_at) for (code, day), tally in sorted(tallies.items())]
    await connection.execute(
        """INSERT INTO clicks AS known (code, day, clicks, last_at)
           SELECT * FROM unnest(%s::text[], %s::date[], %s::bigint[], %s::timestamptz[])
           ON CONFLICT (code, day) DO UPDATE SET
             clicks = known.clicks + excluded.clicks, last_at = greatest(known.last_at, excluded.last_at)""",
        [list(column) for column in zip(*rows)],
    )


async def statistics(connection: Connection, code: str) -> dict[str, Any]:
    """Return what the owner of a link sees of its clicks."""
    cursor = await connection.execute("SELECT day, clicks, last_at FROM clicks WHERE code = %s ORDER BY day", [code])
    rows = await cursor.fetchall()
    last_at = max((row["last_at"] for row in rows), default=None)
    return {
        "clicks": sum(row["clicks"] for row in rows),
        "last_clicked_at": last_at and last_at.isoformat(),
        "by_day": [{"date": row["day"].isoformat(), "clicks": row["clicks"]} for row in rows],
    }

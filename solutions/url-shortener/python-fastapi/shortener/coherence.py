"""Keeps the cache true to the database, over outages of Redis and crashes of the program.

A change notes in its own transaction what the cache has to forget. As a rule that is done a moment later and the note is
struck. If Redis is away the note stays, and whoever notices that Redis is back works off all notes before believing
what it says.
"""

import asyncio
from contextlib import suppress

from shortener.breaker import Away, Breaker
from shortener.cache import Cache
from shortener.database import Connection, Database
from shortener.problems import Problem

PAUSE = 0.25  # seconds between two looks whether Redis is back
PAGE = 1_000


async def note(connection: Connection, code: str) -> int:
    """Note that the cache has to forget a code; belongs into the transaction of the change."""
    cursor = await connection.execute("INSERT INTO invalidations (code) VALUES (%s) RETURNING id", [code])
    return (await cursor.fetchone())["id"]


async def _notes(connection: Connection) -> dict[int, str]:
    cursor = await connection.execute("SELECT id, code FROM invalidations ORDER BY id LIMIT %s", [PAGE])
    return {row["id"]: row["code"] for row in await cursor.fetchall()}


async def _strike(connection: Connection, ids: list[int]) -> None:
    await connection.execute("DELETE FROM invalidations WHERE id = ANY(%s)", [ids])


class Coherence:
    """Works off notes: each at once where that is possible, and all of them after an outage."""

    def __init__(self, database: Database, breaker: Breaker, cache: Cache):
        self._database, self._breaker, self._cache = database, breaker, cache

    async def __aenter__(self) -> "Coherence":
        await self._catch_up()
        self._watch = asyncio.create_task(self._watch_redis())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watch.cancel()
        await asyncio.wait({self._watch})

    async def settle(self, code: str, number: int) -> None:
        """Make the cache forget a code whose change is committed.

        When this returns every instance sees the change. If Redis is away they do so as soon as it is back.
        """
        try:
            await self._cache.forget({code})
        except Away:
            await self._catch_up()  # perhaps only a connection broke; else the note stays
            return
        with suppress(Problem):
            await self._database.run(_strike, [number])

    async def _watch_redis(self) -> None:
        while True:
            await self._breaker.trouble()
            await self._catch_up()
            await asyncio.sleep(PAUSE)

    async def _catch_up(self) -> None:
        """Use Redis again if it is back, after it has forgotten what changed meanwhile."""
        try:
            await self._breaker.knock()
            while notes := await self._database.run(_notes):
                await self._cache.forget(set(notes.values()))
                await self._database.run(_strike, list(notes))
        except Away:
            return
        except Problem:  # the database is away too, so nothing changes: an answer of before is better than none
            self._breaker.trust()
            return
        self._breaker.trust()
        self._breaker.end_trouble()

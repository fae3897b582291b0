"""The pool of connections, and a limit to how long a request waits for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from shortener.problems import Problem, unavailable

Connection = AsyncConnection[dict[str, Any]]
Arguments = ParamSpec("Arguments")
Outcome = TypeVar("Outcome")

AWAY = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed, asyncio.CancelledError)
PATIENCE = 2.5  # seconds: a client shall hear within three that the database is away
SCHEMA = Path(__file__).with_name("schema.sql").read_text("utf-8")
SCHEMA_LOCK = 0x75726C73  # any number, the same in every instance

log = logging.getLogger("uvicorn.error")


class Database:
    """PostgreSQL, which may be away at the start or later; the process stays, and works again when it is back."""

    def __init__(self, url: str):
        self._preparing = asyncio.Lock()
        self._prepared = False
        self._pool = AsyncConnectionPool(
            url,
            open=False,
            min_size=10,
            max_size=10,
            num_workers=10,
            timeout=PATIENCE,
            reconnect_timeout=0,
            check=self._check,
            kwargs={"autocommit": True, "row_factory": dict_row, "connect_timeout": 2},
        )

    async def __aenter__(self) -> "Database":
        await self._pool.open()
        with suppress(Problem):  # where it is away, the first request that reaches it makes the tables
            await self.run(ping)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.close(timeout=1)

    async def run(
        self,
        work: Callable[Concatenate[Connection, Arguments], Awaitable[Outcome]],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Outcome:
        """Await `work(connection, ...)`, where each statement counts at once: right for work of one statement.

        Raises 503 when the database does not do it in time; then it may or may not have been done.
        """

        async def job() -> Outcome:
            async with self._pool.connection() as connection:
                await self._prepare_once(connection)
                return await work(connection, *args, **kwargs)

        return await _in_time(job())

    async def transact(
        self,
        work: Callable[Concatenate[Connection, Arguments], Awaitable[Outcome]],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Outcome:
        """Await `work(connection, ...)` in one transaction: committed when it returns, rolled back when it raises."""

        async def all_or_nothing(connection: Connection) -> Outcome:
            async with connection.transaction():
                return await work(connection, *args, **kwargs)

        return await self.run(all_or_nothing)

    async def _prepare_once(self, connection: Connection) -> None:
        """Make the tables at the first use that reaches the server: that need not be the start of the program."""
        if self._prepared:
            return
        async with self._preparing:
            if not self._prepared:
                async with connection.transaction():
                    await _create_schema(connection)
                self._prepared = True

    async def _check(self, connection: Connection) -> None:
        """Look whether a pooled connection still lives; where one is dead the others are too, so drop them all."""
        try:
            await AsyncConnectionPool.check_connection(connection)
        except psycopg.Error:
            await self._pool.drain()
            raise


async def ping(connection: Connection) -> None:
    """Reach the database, and leave it."""
    await connection.execute("SELECT 1")


async def _create_schema(connection: Connection) -> None:
    """Create what is missing; the lock keeps two instances that start together apart."""
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])
    await connection.execute(SCHEMA)


async def _in_time(job: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Await a job, or give up: the first cancel asks the server to stop, the second drops the connection."""
    task = asyncio.create_task(job)
    await asyncio.wait({task}, timeout=PATIENCE)
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=0.2)
    try:
        return task.result()
    except AWAY as error:
        log.warning("database away: %s", str(error) or type(error).__name__)
        raise unavailable() from None

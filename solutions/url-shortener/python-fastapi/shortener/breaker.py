"""Redis behind a breaker: it may be slow once, and then nobody waits for it until it has answered again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

PATIENCE = 0.3  # seconds: what a request loses, once, when Redis falls silent
SLOTS = 16  # connections; those who wait for one do not use up their patience

Answer = TypeVar("Answer")

log = logging.getLogger("uvicorn.error")


class Away(Exception):
    """Redis did not answer, or is not asked because it did not a moment ago."""


class State(IntEnum):
    """How far Redis is believed."""

    AWAY = 0
    BACK = 1  # it is told what to forget, but not asked yet: it may have missed something
    TRUSTED = 2


class Breaker:
    """The one way to Redis: an answer within `PATIENCE`, or `Away`, at once while it is known to be so."""

    def __init__(self, url: str):
        self._redis = Redis.from_url(
            url,
            protocol=2,  # this and the next save round trips before the first answer of a connection
            driver_info=None,
            retry=Retry(NoBackoff(), 0),  # by default it tries again for seconds
            socket_connect_timeout=PATIENCE,
            socket_timeout=PATIENCE,
        )
        self._slots = asyncio.Semaphore(SLOTS)
        self._state = State.AWAY
        self._trouble = asyncio.Event()
        self._trouble.set()

    async def __aenter__(self) -> "Breaker":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._redis.aclose()

    async def ask(self, command: Callable[[Redis], Awaitable[Answer]], *, believed: State = State.TRUSTED) -> Answer:
        """Return what Redis answers, if it is believed that far; raises `Away`."""
        async with self._slots:
            if self._state < believed:
                raise Away
            return await self._send(command)

    async def knock(self) -> None:
        """Find out whether Redis is back; raises `Away`."""
        await self._send(lambda redis: redis.ping())
        self._state = max(self._state, State.BACK)

    def trust(self) -> None:
        """Believe what Redis says, unless it went away again meanwhile."""
        if self._state is State.BACK:
            self._state = State.TRUSTED
            log.info("redis is in use")

    def end_trouble(self) -> None:
        """Let `trouble` wait for the next failure, unless there was one already."""
        if self._state is State.TRUSTED:
            self._trouble.clear()

    async def trouble(self) -> None:
        """Wait until Redis has failed."""
        await self._trouble.wait()

    async def _send(self, command: Callable[[Redis], Awaitable[Answer]]) -> Answer:
        try:
            async with asyncio.timeout(PATIENCE):
                return await command(self._redis)
        except (RedisError, OSError, TimeoutError) as error:
            if self._state is not State.AWAY:
                log.warning("redis away: %s", str(error) or type(error).__name__)
            self._state = State.AWAY
            self._trouble.set()
            raise Away from error

"""Many who want to know the same thing at the same moment are answered by one look.

Those who come while a look is under way do not share it, because it may have seen what was true before they came: after a
change that would be an old answer. They share the next one, which begins when this one is back, and as a rule finds in
the cache what this one has put there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Flights(Generic[Found]):
    """At most one look under way and one waiting for each code."""

    def __init__(self, look: Callable[[str], Awaitable[Found]]):
        self._look = look
        self._flying: dict[str, asyncio.Task[Found]] = {}
        self._waiting: dict[str, asyncio.Task[Found]] = {}

    async def join(self, code: str) -> Found:
        """Return what a look finds that began after this call."""
        if code not in self._waiting:
            self._waiting[code] = asyncio.create_task(self._fly(code, self._flying.get(code)))
        return await asyncio.shield(self._waiting[code])  # whoever hangs up does not end the look of the others

    async def _fly(self, code: str, before: asyncio.Task[Found] | None) -> Found:
        """Look, after the look before; where that failed this one fails too, so that nobody waits twice."""
        try:
            if before:
                await before
        finally:
            flight = self._waiting.pop(code)
        self._flying[code] = flight
        try:
            return await self._look(code)
        finally:
            del self._flying[code]

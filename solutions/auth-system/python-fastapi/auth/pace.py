"""Answers that take the same time whatever they did."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

EVEN = 0.05  # seconds, more than the work takes


@asynccontextmanager
async def at_least(seconds: float) -> AsyncIterator[None]:
    """Leave the block no earlier than this after it was entered."""
    pause = asyncio.create_task(asyncio.sleep(seconds))
    yield
    await pause

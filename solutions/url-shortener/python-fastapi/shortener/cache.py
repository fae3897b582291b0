"""What redirects need to know of a code, kept in Redis for a while.

Whoever misses a code puts a lease in its place, and may fill in what the database said only while that lease stands. A
change removes entry and lease together. So a reader that is slow, and comes with what was right before the change,
finds its lease gone and leaves no trace.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis.asyncio import Redis

from shortener.breaker import Away, Breaker, State
from shortener.links import Destination

LEASE = b"lease:"
LEASE_TTL = timedelta(seconds=3)  # longer than the database is waited for
UNKNOWN_TTL = timedelta(seconds=10)  # for codes that nobody made: anybody can ask for as many as they like
FILL = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
"""


@dataclass(frozen=True, slots=True)
class Cached:
    """What is known of a code; None: that there is no such link."""

    destination: Destination | None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to fill in what is missing; None: somebody else has it, or there is no cache at present."""

    token: bytes | None = None


class Cache:
    """A cache that is allowed to be away: then nothing is found, nothing kept, and nobody is told."""

    def __init__(self, breaker: Breaker, *, ttl: timedelta):
        self._breaker, self._ttl = breaker, ttl

    async def read(self, code: str) -> Cached | Lease:
        """Return what is known of a code, or a lease."""
        try:
            found = await self._breaker.ask(lambda redis: _read(redis, _key(code)))
        except Away:
            return Lease()
        return found if isinstance(found, Lease) else _decode(found)

    async def fill(self, code: str, lease: Lease, destination: Destination | None) -> None:
        """Keep what the database said, if nothing has changed since the lease was given."""
        if lease.token is None:
            return
        ttl = self._ttl if destination else min(self._ttl, UNKNOWN_TTL)
        arguments = (_key(code), lease.token, _encode(destination), _milliseconds(ttl))
        try:
            await self._breaker.ask(lambda redis: redis.eval(FILL, 1, *arguments))
        except Away:
            pass

    async def forget(self, codes: set[str]) -> None:
        """Remove entries and leases; raises `Away` when it is not certain that this was done."""
        keys = [_key(code) for code in codes]
        await self._breaker.ask(lambda redis: redis.delete(*keys), believed=State.BACK)


async def _read(redis: Redis, key: str) -> bytes | Lease:
    held = await redis.get(key)
    if held is None:
        token = LEASE + secrets.token_hex(8).encode()
        got = await redis.set(key, token, nx=True, px=_milliseconds(LEASE_TTL))
        return Lease(token if got else None)
    return Lease() if held.startswith(LEASE) else held


def _key(code: str) -> str:
    return f"link:{code}"


def _milliseconds(duration: timedelta) -> int:
    return max(1, int(duration / timedelta(milliseconds=1)))


def _encode(destination: Destination | None) -> str:
    if destination is None:
        return "null"
    expires_at = destination.expires_at and destination.expires_at.isoformat()
    return json.dumps({"url": destination.url, "expires_at": expires_at, "deleted": destination.deleted})


def _decode(text: bytes) -> Cached | Lease:
    """Read an entry; one that is not ours to read counts as missing, until its time is over."""
    try:
        entry = json.loads(text)
        if entry is None:
            return Cached(None)
        expires_at = entry["expires_at"] and datetime.fromisoformat(entry["expires_at"])
        return Cached(Destination(url=entry["url"], expires_at=expires_at, deleted=entry["deleted"]))
    except (ValueError, KeyError, TypeError):
        return Lease()

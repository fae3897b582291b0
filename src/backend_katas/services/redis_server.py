"""A Redis server that is shared: each program gets a numbered database that was empty, and is emptied afterwards."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from backend_katas.errors import KatasError
from backend_katas.resp import Address, RedisConnection, connected
from backend_katas.services.service import Endpoint

CLAIM = "katas-database-"  # name of a connection that holds a database


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRedis:
    """A server in which others may keep data; only databases that held no key are used."""

    provider: str
    version: str
    address: Address
    log: Callable[[], str]

    @contextmanager
    def endpoint(self) -> Generator[Endpoint]:
        """Hold an empty database as long as the block lasts, and empty it again."""
        with connected(self.address) as holder:
            number = _claim(holder)
            try:
                yield redis_endpoint(self.address, database=number, log=self.log)
            finally:
                with connected(self.address) as fresh:  # the server may have closed the idle one
                    fresh.command("SELECT", number)
                    fresh.command("FLUSHDB")


def redis_endpoint(
    address: Address, *, database: int, log: Callable[[], str], administrator: Address | None = None
) -> Endpoint:
    """Return the endpoint of a numbered database; without an administrator the grader comes as the program does."""
    endpoint = Endpoint(
        scheme="redis",
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        path=str(database),
        log=log,
    )
    known = administrator or address
    return replace(endpoint, admin_url=replace(endpoint, user=known.user, password=known.password).url())


def address_of(url: str) -> Address:
    """Return the server and the user of an endpoint's URL."""
    parts = urlsplit(url)
    return Address(
        host=parts.hostname or "",
        port=parts.port or 0,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def version_of(redis: RedisConnection) -> str:
    """Return the version of a server: Valkey's own, where it is one."""
    information = redis.command("INFO", "server")
    lines = information.splitlines() if isinstance(information, str) else []
    known = dict(line.split(":", 1) for line in lines if ":" in line)
    return known.get("valkey_version") or known.get("redis_version", "")


def _claim(redis: RedisConnection) -> int:
    """Select an empty database that no other grader holds.

    A claim is the name of the connection, so it ends with this process whatever happens, and leaves no key.
    """
    number = 0
    while _select(redis, number):
        redis.command("CLIENT", "SETNAME", f"{CLAIM}{number}")
        # The later of two that look sees the other; an early one that backs off needlessly finds the next database.
        if _holders(redis, number) == 1 and redis.command("DBSIZE") == 0:
            return number
        number += 1
    raise KatasError(
        f"none of the {number} databases of this Redis is empty and free",
        "empty one with `redis-cli -n NUMBER flushdb`, if its data may go, or use another server",
    )


def _select(redis: RedisConnection, number: int) -> bool:
    try:
        redis.command("SELECT", number)
    except KatasError as error:
        if "index is out of range" in error.message or (number and "SELECT is not allowed" in error.message):
            return False
        raise
    return True


def _holders(redis: RedisConnection, number: int) -> int:
    clients = redis.command("CLIENT", "LIST")
    words = clients.split() if isinstance(clients, str) else []
    return words.count(f"name={CLAIM}{number}")

"""Look into a program's Redis without knowing how it names its keys: what is there, how long, and with what in it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from backend_katas.errors import KatasError, ProgramFault
from backend_katas.probes.needle import looks
from backend_katas.resp import Address, RawReply, RedisConnection, connected

LONGEST = 1 << 20
"""How many bytes of a string a search reads at most."""
MOST = 100_000
"""How many keys are looked through."""
LARGEST = 16 << 20
"""How many bytes of memory a value other than a string may take to be looked through."""
_BATCH = 1000

# A value whole, by its type; a module's type, which is not listed here, is read as it would be saved.
_READERS: Mapping[bytes, Callable[[bytes], tuple[bytes | str | int, ...]]] = {
    b"string": lambda key: ("GETRANGE", key, 0, LONGEST - 1),
    b"hash": lambda key: ("HGETALL", key),
    b"list": lambda key: ("LRANGE", key, 0, -1),
    b"set": lambda key: ("SMEMBERS", key),
    b"zset": lambda key: ("ZRANGE", key, 0, -1),
    b"stream": lambda key: ("XRANGE", key, "-", "+"),
    b"ReJSON-RL": lambda key: ("JSON.GET", key),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key that is there, and in how many seconds it expires; `None` if it never does."""

    name: str
    ttl: float | None


class Keyspace:
    """The logical database that a program was given, seen past its relay: nothing of it is counted there.

    Bytes that are no UTF-8 are replaced in names and values. A program that keeps more than anybody can look through is
    at fault (`ProgramFault`), any other trouble is ours (`KatasError`).
    """

    def __init__(self, address: Address, *, database: int) -> None:
        self._address = address
        self._database = database

    def keys(self) -> list[Key]:
        """Return all keys in the order of their names."""
        with self._connected() as redis:
            found = [(name, redis.raw("PTTL", name)) for name in _names(redis)]
        return sorted(
            (
                Key(name=_text(name), ttl=None if left == -1 else left / 1000)
                for name, left in found
                if isinstance(left, int) and left != -2  # it has gone meanwhile
            ),
            key=lambda key: key.name,
        )

    def __iter__(self) -> Iterator[Key]:
        return iter(self.keys())

    def flush(self) -> None:
        """Remove every key."""
        with self._connected() as redis:
            redis.command("FLUSHDB")

    def find(self, needles: Iterable[str]) -> list[str]:
        """Return the names of the keys whose name or value holds one of `needles`, letter for letter or as in JSON."""
        texts = [needles] if isinstance(needles, str) else list(needles)
        if not all(texts):
            raise ValueError("an empty needle is in every key")
        wanted = [look for text in texts for look in looks(text)]
        with self._connected() as redis:
            return sorted(
                _text(name) for name in _names(redis) if any(map(_holds(wanted), [_text(name), *_value(redis, name)]))
            )

    @contextmanager
    def _connected(self) -> Generator[RedisConnection]:
        try:
            with connected(self._address) as redis:
                redis.command("SELECT", self._database)
                yield redis
        except OSError as error:
            raise KatasError(f"the program's Redis could not be looked at: {error}") from error


def _names(redis: RedisConnection) -> Iterable[bytes]:
    """Return every name once; SCAN gives some twice while the table of keys grows or shrinks."""
    found: dict[bytes, None] = {}
    cursor: RawReply = b"0"
    while True:
        match redis.raw("SCAN", cursor, "COUNT", _BATCH):
            case [bytes() as cursor, list() as names]:
                found |= dict.fromkeys(name for name in names if isinstance(name, bytes))
                if len(found) > MOST:
                    raise ProgramFault(f"the program keeps more than {MOST} keys in Redis")
            case reply:
                raise KatasError(f"the server answers SCAN with `{reply!r}`")
        if cursor == b"0":
            return found


def _value(redis: RedisConnection, name: bytes) -> Iterator[str]:
    kind = redis.raw("TYPE", name)
    read = _READERS.get(kind, lambda key: ("DUMP", key)) if isinstance(kind, bytes) else None
    try:
        if kind != b"string" and _takes(redis, name) > LARGEST:
            raise ProgramFault(f"the program keeps a value of more than {LARGEST >> 20} MiB in Redis")
        yield from _texts(redis.raw(*read(name))) if read else ()
    except KatasError as error:
        if "WRONGTYPE" not in error.message:  # another value has come in its place meanwhile
            raise


def _takes(redis: RedisConnection, name: bytes) -> int:
    size = redis.raw("MEMORY", "USAGE", name)
    return size if isinstance(size, int) else 0


def _texts(reply: RawReply) -> Iterator[str]:
    if isinstance(reply, list):
        for each in reply:
            yield from _texts(each)
    elif isinstance(reply, bytes):
        yield _text(reply)


def _holds(wanted: list[str]) -> Callable[[str], bool]:
    return lambda text: any(look in text for look in wanted)


def _text(data: bytes) -> str:
    return data.decode(errors="replace")

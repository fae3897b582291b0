"""Commands are found in the bytes of a Redis client, however they are cut."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from backend_katas.proxy.redis import RedisParser


def command(*words: bytes) -> bytes:
    """Return a command as drivers send it."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


STREAMS = {
    "one word": (command(b"ping"), ["PING"]),
    "key": (command(b"SET", b"user:1", b"value"), ["SET user:1"]),
    "pipelined": (command(b"GET", b"a") + command(b"GET", b"b"), ["GET a", "GET b"]),
    "large value": (
        command(b"SET", b"a", b"*1\r\n$4\r\nPING\r\n" * 20_000) + command(b"GET", b"a"),
        ["SET a", "GET a"],
    ),
    "long key": (command(b"GET", b"k" * 5000) + command(b"PING"), ["GET " + "k" * 200, "PING"]),
    "many words": (command(b"MGET", *[b"k"] * 3000), ["MGET k"]),
    "empty key": (command(b"GET", b""), ["GET "]),
    "inline": (b"PING\r\nget  a\r\n\r\n", ["PING", "GET a"]),
    "nothing": (b"*0\r\n" + command(b"PING"), ["PING"]),
    "passwords": (command(b"AUTH", b"secret") + command(b"HELLO", b"3", b"AUTH", b"u", b"secret"), ["AUTH", "HELLO"]),
    "not text": (command(b"GET", b"\xff"), ["GET \ufffd"]),
}


@pytest.mark.parametrize("step", [1, 7, 1 << 30], ids=["single bytes", "small pieces", "at once"])
@pytest.mark.parametrize(("stream", "texts"), STREAMS.values(), ids=STREAMS)
def test_commands_are_found_however_the_stream_is_cut(stream, texts, step):
    """Arrays and inline commands, in segments of any size."""
    parser = RedisParser()
    step = step if len(stream) < 100_000 else max(step, 1000)
    found = [text for at in range(0, len(stream), step) for text in parser.sent(stream[at : at + step])]

    assert found == texts
    assert parser.opaque == ""


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\n",
        b"*x\r\n",
        b"*1\r\n:5\r\n",
        b"*1\r\n$-1\r\n",
        b"*99999999999999\r\n",
        b"x" * 70_000,
        b"*1\r\n$" + b"1" * 70_000,
    ],
)
def test_another_protocol_is_said_so(data):
    """What cannot be read is forwarded, but the parser says that it is blind."""
    parser = RedisParser()

    assert parser.sent(data) == []
    assert parser.opaque


def test_noise_never_breaks_the_parser():
    """Whatever comes, it returns texts and raises nothing."""
    rng = random.Random(1)
    pieces = [b"*", b"$", b"\r\n", b"\n", b"1", b"22", b"-", b"GET", b"\xff", b"\0", b" "]
    for _ in range(2000):
        parser = RedisParser()
        for _ in range(10):
            parser.sent(b"".join(rng.choices(pieces, k=8)))


def test_a_value_of_a_gigabyte_is_never_held():
    """It passes without being kept."""
    parser = RedisParser()
    piece = b"x" * (1 << 20)
    tracemalloc.start()
    found = parser.sent(b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1073741824\r\n")
    for _ in range(1024):
        found += parser.sent(piece)
    found += parser.sent(b"\r\n" + command(b"PING"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found == ["SET a", "PING"]
    assert peak < 8 << 20

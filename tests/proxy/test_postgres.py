"""Statements are found in the bytes of a PostgreSQL client, however they are cut and whatever surrounds them."""

from __future__ import annotations

import random
import struct
import tracemalloc

import pytest

from backend_katas.proxy.postgres import PostgresParser


def startup(code: int = 196608, body: bytes = b"user\0u\0\0") -> bytes:
    """Return a message of the start, which has no type."""
    return struct.pack("!II", 8 + len(body), code) + body


def message(kind: str, body: bytes = b"") -> bytes:
    """Return a typed message."""
    return kind.encode() + struct.pack("!I", 4 + len(body)) + body


def query(text: str) -> bytes:
    """Return a simple query."""
    return message("Q", text.encode() + b"\0")


def parse(name: str, text: str) -> bytes:
    """Return a Parse without parameter types."""
    return message("P", f"{name}\0{text}\0".encode() + b"\0\0")


def bind(portal: str, name: str, value: bytes = b"") -> bytes:
    """Return a Bind with one parameter."""
    parameter = struct.pack("!HHi", 0, 1, len(value)) + value
    return message("B", f"{portal}\0{name}\0".encode() + parameter + b"\0\0")


def execute(portal: str, rows: int = 0) -> bytes:
    """Return an Execute of so many rows."""
    return message("E", f"{portal}\0".encode() + struct.pack("!I", rows))


SYNC = message("S")
STREAMS = {
    "simple": (query("SELECT 1") + query("COMMIT"), ["SELECT 1", "COMMIT"]),
    "several in one": (query("BEGIN; SELECT 1"), ["BEGIN; SELECT 1"]),
    "unnamed": (parse("", "SELECT $1") + bind("", "") + message("D", b"P\0") + execute("") + SYNC, ["SELECT $1"]),
    "named": (parse("s", "SELECT $1") + (bind("", "s") + execute("")) * 2 + SYNC, ["SELECT $1"] * 2),
    "parsed again": (parse("", "A") + parse("", "B") + bind("", "") + execute(""), ["B"]),
    "pipelined": (
        b"".join(parse("", f"INSERT {n}") + bind("", "") + execute("") for n in range(3)) + SYNC,
        ["INSERT 0", "INSERT 1", "INSERT 2"],
    ),
    "two portals": (
        parse("a", "A") + parse("b", "B") + bind("x", "a") + bind("y", "b") + execute("y") + execute("x"),
        ["B", "A"],
    ),
    "rows in portions": (parse("", "SELECT") + bind("p", "") + execute("p", 2) + SYNC + execute("p", 2), ["SELECT"]),
    "prepared only": (parse("s", "SELECT") + message("D", b"Ss\0") + SYNC, []),
    "bound only": (parse("s", "SELECT") + bind("", "s") + SYNC, []),
    "closed": (parse("s", "OLD") + message("C", b"Ss\0") + bind("", "s") + execute(""), [""]),
    "copy": (query("COPY t") + message("d", b"Q" * 99) * 3 + message("c") + query("A"), ["COPY t", "A"]),
    "large parameter": (parse("", "INSERT $1") + bind("", "", b"Q\0\0\0\x05" * 50_000) + execute(""), ["INSERT $1"]),
    "long text": (query("x" * 500_000) + query("A"), ["x" * 10_000, "A"]),
    "not text": (message("Q", b"\xff\0"), ["\ufffd"]),
    "function call": (message("F", b"\0" * 12) + query("A"), ["A"]),
    "end": (message("X"), []),
}  # fmt: skip


@pytest.mark.parametrize("step", [1, 7, 1 << 30], ids=["single bytes", "small pieces", "at once"])
@pytest.mark.parametrize(("stream", "texts"), STREAMS.values(), ids=STREAMS)
def test_statements_are_found_however_the_stream_is_cut(stream, texts, step):
    """Every driver's way to ask is understood, in segments of any size."""
    parser = PostgresParser()
    data = startup() + message("p", b"secret\0") + stream
    step = step if len(data) < 100_000 else max(step, 1000)
    found = [text for at in range(0, len(data), step) for text in parser.sent(data[at : at + step])]

    assert found == texts
    assert parser.opaque == ""


def test_refused_encryption_is_no_obstacle():
    """Drivers ask for encryption first; the embedded server answers N."""
    parser = PostgresParser()
    for code in (80877104, 80877103):
        parser.sent(startup(code, b""))
        parser.replied(b"N")

    assert parser.sent(startup() + query("A")) == ["A"]
    assert parser.opaque == ""


@pytest.mark.parametrize("reply", [b"S", b"G"])
def test_encryption_is_said_to_hide_everything(reply):
    """A check must be able to tell that nothing was seen from that nothing was asked."""
    parser = PostgresParser()
    parser.sent(startup(80877103, b""))
    parser.replied(reply)

    assert parser.sent(b"\x16\x03\x01" + bytes(200)) == []
    assert "encrypted" in parser.opaque


def test_a_cancel_request_is_no_statement():
    """It has a connection of its own."""
    parser = PostgresParser()

    assert parser.sent(startup(80877102, bytes(8))) == []
    assert parser.opaque == ""


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        bytes(8),
        startup() + b"zzzzzzzz",
        startup() + b"Q\0\0\0\x03",
    ],
)
def test_another_protocol_is_said_so(data):
    """What cannot be read is forwarded, but the parser says that it is blind."""
    parser = PostgresParser()

    assert parser.sent(data) == []
    assert parser.opaque


def test_noise_never_breaks_the_parser():
    """Whatever comes, it returns texts and raises nothing."""
    rng = random.Random(1)
    for _ in range(300):
        parser = PostgresParser()
        parser.sent(startup())
        for _ in range(20):
            kind = rng.choice(b"BCDEFHPQSXcdfp")
            body = rng.randbytes(rng.randrange(60))
            length = rng.choice([4 + len(body), rng.randrange(4, 1 << 31)])
            parser.sent(bytes([kind]) + struct.pack("!I", length) + body)


def test_a_message_of_a_gigabyte_is_never_held():
    """Its beginning is kept, the rest passes."""
    parser = PostgresParser()
    piece = b"x" * (1 << 20)
    tracemalloc.start()
    found = parser.sent(startup() + b"Q" + struct.pack("!I", 1 << 30))
    for _ in range(1023):
        found += parser.sent(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found == ["x" * 10_000]
    assert peak < 8 << 20


def test_prepared_statements_that_are_never_closed_are_forgotten():
    """A program that leaks them costs it memory, not us."""
    parser = PostgresParser()
    parser.sent(startup() + b"".join(parse(f"s{n}", f"SELECT {n}") for n in range(5000)))

    assert parser.sent(bind("", "s4999") + execute("")) == ["SELECT 4999"]
    assert parser.sent(bind("", "s0") + execute("")) == [""]

"""Whatever a program sends, an exchange ends in time, in bounds, and in an answer or one plain sentence."""

from __future__ import annotations

import gzip
import itertools
import resource
import socket
import struct
import sys
import threading
import time
import zlib
from collections.abc import Iterator

import pytest

from backend_katas.errors import ProgramFault

OK = b"HTTP/1.1 200 OK\r\n"


def endlessly(*pieces: bytes, every: float = 0.0):
    """Return a handler that sends the first piece and then the others for ever."""

    def handle(connection: socket.socket, _: bytes) -> None:
        connection.sendall(pieces[0])
        for piece in itertools.cycle(pieces[1:]):
            connection.sendall(piece)
            time.sleep(every)

    return handle


def reset(*pieces: bytes):
    """Return a handler that sends the pieces and then resets the connection."""

    def handle(connection: socket.socket, _: bytes) -> None:
        for piece in pieces:
            connection.sendall(piece)
        if pieces:
            time.sleep(0.05)  # a reset may overtake what was sent before it
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return handle


NEVER_ENDING = {
    "silence": endlessly(b"", b"", every=0.02),
    "dripping status line": endlessly(b"H", b"T", every=0.02),
    "dripping header": endlessly(OK, b"x", every=0.02),
    "dripping body": endlessly(OK + b"Content-Length: 100000\r\n\r\n", b"x", every=0.02),
    "dripping chunks": endlessly(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", every=0.02),
}


@pytest.mark.parametrize("handle", NEVER_ENDING.values(), ids=NEVER_ENDING)
def test_an_answer_that_never_ends_is_given_up_at_the_deadline(program, handle):
    """One deadline holds for the whole exchange, however often a byte arrives."""
    with pytest.raises(ProgramFault, match=r"gave no complete answer within 0\.3 s: "):
        program(handle).client().get("/", deadline=0.3)


GARBAGE = {
    "nothing": (b"", "closed the connection before it answered"),
    "empty line": (b"\r\n\r\n", "does not begin with an HTTP/1.1 status line"),
    "HTTP/0.9": (b"<html>hello</html>\n", "does not begin with an HTTP/1.1 status line but with `<html>"),
    "HTTP/2": (b"HTTP/2 200\r\n\r\n", "does not begin with an HTTP/1.1 status line"),
    "no status": (b"HTTP/1.1\r\n\r\n", "does not begin with an HTTP/1.1 status line"),
    "status 99999": (b"HTTP/1.1 99999 No\r\n\r\n", "does not begin with an HTTP/1.1 status line"),
    "status 099": (b"HTTP/1.1 099 No\r\n\r\n", "does not begin with an HTTP/1.1 status line"),
    "status 2_0": (b"HTTP/1.1 2_0 No\r\n\r\n", "does not begin with an HTTP/1.1 status line"),
    "binary": (bytes(range(256)), "does not begin with an HTTP/1.1 status line"),
    "half a status line": (b"HTTP/1.1 20", "in the middle of its answer's head"),
    "half a header": (OK + b"Content-Le", "in the middle of its answer's head"),
    "NUL in a header": (OK + b"X: a\0b\r\n\r\n", "malformed header line: `X: a"),
    "carriage return in a header": (OK + b"X: a\rb\r\n\r\n", "malformed header line"),
    "header without a colon": (OK + b"hello\r\n\r\n", "malformed header line: `hello`"),
    "space before the colon": (OK + b"Content-Length : 0\r\n\r\n", "malformed header line"),
    "folded header": (OK + b"X: a\r\n b\r\n\r\n", "malformed header line"),
    "empty header name": (OK + b": a\r\n\r\n", "malformed header line"),
    "endless header": (OK + b"X: " + b"a" * 70_000, "a line of more than 64 KiB"),
    "too many headers": (OK + b"X: a\r\n" * 300 + b"\r\n", "more than 200 headers"),
    "negative length": (OK + b"Content-Length: -5\r\n\r\nhello", "impossible length `-5`"),
    "length with a sign": (OK + b"Content-Length: +5\r\n\r\nhello", "impossible length"),
    "length in words": (OK + b"Content-Length: five\r\n\r\nhello", "impossible length `five`"),
    "empty length": (OK + b"Content-Length: \r\n\r\n", "impossible length"),
    "length of a hundred digits": (OK + b"Content-Length: " + b"9" * 100 + b"\r\n\r\n", "impossible length"),
    "huge length": (OK + b"Content-Length: 99999999999999\r\n\r\n", "larger than 1048576 bytes"),
    "two lengths": (OK + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nhello", "names different lengths"),
    "two lengths in one": (OK + b"Content-Length: 3, 5\r\n\r\nhello", "names different lengths"),
    "length and chunks": (OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "has both"),
    "unknown transfer encoding": (OK + b"Transfer-Encoding: gzip\r\n\r\n", "unknown transfer encoding `gzip`"),
    "bad chunk size": (OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "malformed chunk size: `xyz`"),
    "negative chunk size": (OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", "malformed chunk size"),
    "chunk too long": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", "longer than it says"),
    "huge chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n", "larger than 1048576 bytes"),
    "chunks without an end": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "its answer's head"),
    "half a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", "3 bytes before the announced end"),
    "short body": (OK + b"Content-Length: 5\r\n\r\nabc", "2 bytes before the announced end of its answer"),
    "long body": (OK + b"Content-Length: 2\r\n\r\nabc", "1 or more bytes after the end of its answer"),
    "two answers": (OK + b"Content-Length: 0\r\n\r\n" + OK, "15 or more bytes after the end"),
    "no content, but some": (b"HTTP/1.1 204 No\r\n\r\nnull", "4 or more bytes after the end"),
    "interim answers only": (b"HTTP/1.1 102 Wait\r\n\r\n" * 20, "more than 10 interim answers"),
    "no gzip": (OK + b"Content-Encoding: gzip\r\n\r\nhello", "says that it is gzip data, but it is not"),
    "half of gzip": (OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello")[:-4], "does not end where"),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "sentence"), GARBAGE.values(), ids=GARBAGE)
def test_what_is_not_one_correct_answer_is_the_programs_fault(program, sent, sentence):
    """Each way to break HTTP gets its own plain sentence, and stands in the record."""
    client = program(sent).client()

    with pytest.raises(ProgramFault) as caught:
        client.get("/")

    assert sentence in str(caught.value)
    assert client.recorder[0].problem == str(caught.value)
    assert client.recorder[0].status is None


@pytest.mark.parametrize(
    ("handle", "moment"),
    [(reset(), "before it answered"), (reset(OK + b"Content-Length: 9\r\n\r\nabc"), "in the middle of its answer")],
    ids=["before", "middle"],
)
def test_a_reset_is_told_from_a_close(program, handle, moment):
    """A connection that the program resets is named as such."""
    with pytest.raises(ProgramFault, match=f"the program reset the connection {moment}"):
        program(handle).client().get("/")


TOLERATED = {
    "interim answers": (b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + OK + b"\r\nhi"),
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\nhi",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
    "until the end": OK + b"\r\nhi",
    "the same length twice": OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "chunks": OK + b"Transfer-Encoding: Chunked\r\n\r\n1;name=value\r\nh\r\n01\r\ni\r\n0\r\nTrailer: x\r\n\r\n",
    "stray line end": OK + b"Content-Length: 2\r\n\r\nhi\r\n",
    "gzip": OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hi"),
    "deflate": OK + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"hi"),
    "raw deflate": OK + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"hi", wbits=-15),
    "gzip in gzip": OK + b"Content-Encoding: gzip, gzip\r\n\r\n" + gzip.compress(gzip.compress(b"hi")),
}  # fmt: skip


@pytest.mark.parametrize("sent", TOLERATED.values(), ids=TOLERATED)
def test_a_correct_answer_is_read_however_it_is_framed(program, sent):
    """What RFC 9112 allows is no fault."""
    answer = program(sent).client().get("/")

    assert answer.status_code == 200
    assert answer.content == b"hi"


def test_an_answer_in_single_bytes_is_read(program):
    """Segments may end anywhere."""
    sent = OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"

    def handle(connection, _):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in sent:
            connection.sendall(bytes([byte]))

    assert program(handle).client().get("/").content == b"hi"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_status_without_a_body_ends_with_its_head(program, status):
    """The connection stays open and nobody waits for it."""
    head = f"HTTP/1.1 {status}\r\nETag: x\r\n\r\n".encode()

    answer = program(endlessly(head, b"", every=0.02)).client().get("/")

    assert answer.content == b""


def test_an_answer_to_head_has_a_length_but_no_body(program):
    """The length is the one that GET would have."""
    answer = program(endlessly(OK + b"Content-Length: 5000000\r\n\r\n", b"", every=0.02)).client().head("/")

    assert answer.headers["Content-Length"] == "5000000"


@pytest.fixture
def over(program) -> Iterator[threading.Event]:
    """Give what is set before the programs are ended."""
    event = threading.Event()
    yield event
    event.set()


REFUSED = b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig"


def then_close(connection: socket.socket, over: threading.Event) -> None:
    """Close, with most of the request unread: the kernel resets the connection."""
    connection.sendall(REFUSED)


def then_reset(connection: socket.socket, over: threading.Event) -> None:
    """Reset."""
    reset(REFUSED)(connection, b"")


def then_stay(connection: socket.socket, over: threading.Event) -> None:
    """Neither read nor close: the sender is stuck."""
    connection.sendall(REFUSED)
    over.wait(60)


def then_drain(connection: socket.socket, over: threading.Event) -> None:
    """Read on, as a proxy does that cannot know whether anybody would read its answer otherwise."""
    connection.sendall(REFUSED)
    while connection.recv(1 << 16):
        pass


def after_some(connection: socket.socket, over: threading.Event) -> None:
    """Read a megabyte before saying no."""
    read = 0
    while read < 1 << 20:
        read += len(connection.recv(1 << 16))
    connection.sendall(REFUSED)


def after_interim_answers(connection: socket.socket, over: threading.Event) -> None:
    """Ask for the body first."""
    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    after_some(connection, over)


EARLY = [then_close, then_reset, then_stay, then_drain, after_some, after_interim_answers]
BODIES = {
    "whole": lambda: {"data": b"x" * (32 << 20)},
    "chunked": lambda: {"data": itertools.repeat(b"x" * (1 << 16))},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("handle", EARLY, ids=lambda handle: handle.__name__)
def test_an_early_answer_to_a_large_request_is_read(program, over, handle, body):
    """A program may refuse a body without reading all of it (413), whatever it does then."""
    peer = program(lambda connection, _: handle(connection, over), heads_only=True)

    answer = peer.client(deadline=10.0).post("/", **body())

    assert (answer.status_code, answer.text) == (413, "big")


def test_an_answer_may_grow_with_its_request(program):
    """A program may answer piece by piece while it reads, and wait for its answer to be taken in."""
    size = 16 << 20

    def echo(connection: socket.socket, request: bytes) -> None:
        piece = request.partition(b"\r\n\r\n")[2]
        connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % size + piece)
        left = size - len(piece)
        while left:
            piece = connection.recv(1 << 16)
            connection.sendall(piece)
            left -= len(piece)

    client = program(echo, heads_only=True).client(max_body=size, deadline=20.0)

    assert len(client.post("/", data=b"x" * size).content) == size


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_program_that_neither_reads_nor_answers_is_given_up(program, over, body):
    """Nobody waits longer than the deadline for a request to be taken in."""

    def idle(_: socket.socket, __: bytes) -> None:
        over.wait(60)

    with pytest.raises(ProgramFault, match=r"did not take in the whole request within 0\.3 s, nor answer it"):
        program(idle, heads_only=True).client().post("/", deadline=0.3, **body())


def test_a_program_that_reads_for_ever_and_never_answers_is_given_up(program):
    """An endless body has no other end."""

    def devour(connection: socket.socket, _: bytes) -> None:
        while connection.recv(1 << 16):
            pass

    with pytest.raises(ProgramFault, match=r"within 0\.3 s"):
        program(devour, heads_only=True).client().post("/", deadline=0.3, **BODIES["chunked"]())


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_program_that_hangs_up_on_a_request_is_at_fault(program, body):
    """It has not answered."""
    with pytest.raises(ProgramFault, match=r"the program (closed|reset) the connection before it answered"):
        program(b"", heads_only=True).client().post("/", **body())


def megabytes_grown() -> int:
    """Return the peak of this process's memory in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)


BOMB = gzip.compress(gzip.compress(b"\0" * (64 << 20), 9), 9)
TOO_LARGE = {
    "endless body": endlessly(OK + b"\r\n", b"x" * 65536),
    "endless chunks": endlessly(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + b"x" * 0x4000 + b"\r\n"),
    "100 MB": endlessly(OK + b"Content-Length: 100000000\r\n\r\n", b"x" * 65536),
    "bomb": OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.decompress(BOMB),
    "bomb in gzip": OK + b"Content-Encoding: gzip, gzip\r\n\r\n" + BOMB,
}


@pytest.mark.parametrize("handle", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_body_over_the_cap_costs_no_memory(program, handle):
    """Neither an endless body nor one that unpacks to 64 MiB is ever held."""
    peer = program(handle)
    before = megabytes_grown()

    with pytest.raises(ProgramFault, match="larger than 1048576 bytes"):
        peer.client().get("/", headers={"Accept-Encoding": "gzip"})

    assert megabytes_grown() - before < 20


def test_an_answer_of_exactly_the_cap_is_read(says):
    """The cap is what is allowed."""
    assert len(says(b"x" * (1 << 20)).get("/").content) == 1 << 20

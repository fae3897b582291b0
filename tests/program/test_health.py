"""A look at `/healthz` tells apart what a program does with it, and no answer can hold it up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from backend_katas.program.health import Look, Seen, look


@contextmanager
def served(answer: Callable[[socket.socket], object]) -> Iterator[int]:
    """Accept connections on a port and let `answer` deal with each."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                with suppress(OSError):
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(4096)
                        answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            done.set()
            socket.create_connection(server.getsockname()).close()
            thread.join(10)


def seen(answer: Callable[[socket.socket], object], *, limit: float = 5.0) -> Look:
    """Return what a look sees of one kind of answer."""
    with served(answer) as port:
        return look(lambda timeout: socket.create_connection(("127.0.0.1", port), timeout=timeout), port, limit=limit)


def drip(connection: socket.socket, piece: bytes = b"x") -> None:
    """Send a byte every now and then, for as long as somebody listens."""
    with suppress(OSError):
        for _ in range(500):
            connection.sendall(piece)
            time.sleep(0.01)


def flood(connection: socket.socket) -> None:
    """Send without end."""
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.0 200\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ],
)
def test_ready(answer: bytes) -> None:
    """Any well-formed 200 is an answer."""
    assert seen(lambda connection: connection.sendall(answer)).ready


@pytest.mark.parametrize("status", [201, 204, 301, 404, 500, 503])
def test_not_ready(status: int) -> None:
    """Every other status is not; it and the body are kept."""
    answer = seen(lambda connection: connection.sendall(b"HTTP/1.1 %d Why\r\n\r\nbody" % status))

    assert not answer.ready
    assert (answer.seen, answer.status, answer.reason, answer.body) == (Seen.ANSWERED, status, b"Why", b"body")


def test_a_complete_answer_is_not_waited_beyond() -> None:
    """A server that keeps the connection open although it was asked to close it does not cost the limit."""
    hold = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        hold.wait(60)

    with served(answer) as port:
        answered = look(lambda timeout: socket.create_connection(("127.0.0.1", port), timeout=timeout), port, limit=50)
        hold.set()

    assert answered.ready


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (lambda connection: None, Seen.CLOSED),
        (lambda connection: time.sleep(0.5), Seen.SILENT),
        (lambda connection: connection.sendall(b"220 mail ESMTP\r\n"), Seen.NOT_HTTP),
        (lambda connection: connection.sendall(b"HTTP/1.1 2000 OK\r\n\r\n"), Seen.NOT_HTTP),
        (drip, Seen.NOT_HTTP),
        (flood, Seen.ANSWERED),
    ],
    ids=["closed", "silent", "mail", "odd status", "drip", "flood"],
)
def test_odd_answers(answer: Callable[[socket.socket], object], expected: Seen) -> None:
    """Silence, other protocols, drips and floods come to an end and have names."""
    assert seen(answer, limit=0.2).seen is expected


def test_refused() -> None:
    """Nobody listening is told apart from everything else."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert (
        look(lambda timeout: socket.create_connection(("127.0.0.1", port), timeout=timeout), port).seen is Seen.REFUSED
    )

"""A program that says exactly the bytes a test wants."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from backend_katas.client import Client

Handle = Callable[[socket.socket, bytes], None]


class Peer:
    """A listener whose every connection is read up to the end of one request, or of its head, and then handed on."""

    def __init__(self, handle: Handle | bytes, *, heads_only: bool = False) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._read = _head if heads_only else _whole
        self._handle = handle if callable(handle) else lambda connection, _: connection.sendall(handle)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def client(self, **options: Any) -> Client:
        """Return a client of this peer; its deadline is two seconds unless told."""
        host = f"127.0.0.1:{self.port}"
        return Client(self.connect, host=host, **{"deadline": 2.0, **options})

    def connect(self, timeout: float) -> socket.socket:
        """Dial the peer."""
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def close(self) -> None:
        """End the listener, every connection and every thread."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            request = self._read(connection)
            self.requests.append(request)
            self._handle(connection, request)


def _head(connection: socket.socket) -> bytes:
    """Read up to the end of the head; the first bytes of a body may come with it."""
    data = b""
    while b"\r\n\r\n" not in data and (segment := connection.recv(65536)):
        data += segment
    return data


def _whole(connection: socket.socket) -> bytes:
    data = _head(connection)
    length = re.search(rb"content-length: (\d+)", data, re.IGNORECASE)
    body = data.index(b"\r\n\r\n") + 4 if b"\r\n\r\n" in data else len(data)
    end = body + int(length[1]) if length else body
    while len(data) < end and (segment := connection.recv(65536)):
        data += segment
    return data


@pytest.fixture
def program() -> Iterator[Callable[..., Peer]]:
    """Start a peer with a function of the connection and the request, or with the bytes of its answer."""
    peers: list[Peer] = []

    def start(handle: Handle | bytes, *, heads_only: bool = False) -> Peer:
        peers.append(Peer(handle, heads_only=heads_only))
        return peers[-1]

    yield start
    for peer in peers:
        peer.close()


@pytest.fixture
def says(program: Callable[..., Peer]) -> Callable[..., Client]:
    """Return a client of a program that gives the same body to everything."""

    def start(body: bytes | str, *, content_type: str = "application/json", status: str = "200 OK") -> Client:
        content = body.encode() if isinstance(body, str) else body
        head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
        return program(head.encode() + content).client()

    return start

"""Connections accepted inside a cell and carried on to an address outside, byte for byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

_PIECE = 1 << 16


@contextmanager
def forwarded(listener: socket.socket, address: tuple[str, int]) -> Generator[None]:
    """Serve a listening socket as long as the block lasts; whoever connects talks to `address`."""
    threading.Thread(target=_accept, args=(listener, address), name="forward", daemon=True).start()
    try:
        yield
    finally:
        # Closing alone would not wake the thread that waits for somebody to connect.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _accept(listener: socket.socket, address: tuple[str, int]) -> None:
    with suppress(OSError):
        while True:
            inside, _ = listener.accept()
            threading.Thread(target=_serve, args=(inside, address), name="forward", daemon=True).start()


def _serve(inside: socket.socket, address: tuple[str, int]) -> None:
    with inside, suppress(OSError), socket.create_connection(address) as outside:
        back = threading.Thread(target=_carry, args=(outside, inside), name="forward", daemon=True)
        back.start()
        _carry(inside, outside)
        back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_PIECE):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)

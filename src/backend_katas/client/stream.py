"""A body that is made piece by piece while it is sent, and what of it is kept for the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backend_katas.exchange import opaque_body, readable_body

KEPT = 1 << 16  # bytes; of a longer body only the length is shown


class Stream:
    """The pieces of a body; `chunked` says how they are framed (RFC 9112 7.1), otherwise they are sent as they are."""

    def __init__(self, pieces: Iterable[bytes], *, chunked: bool) -> None:
        self._pieces = pieces
        self._chunked = chunked
        self._kept = bytearray()
        self._size = 0

    def wire(self) -> Iterator[bytes]:
        """Make the next piece when it is asked for and return the bytes to send."""
        for piece in self._pieces:
            self._size += len(piece)
            self._kept += piece[: KEPT - len(self._kept)]
            if piece:  # an empty chunk would end the body
                yield b"%x\r\n%b\r\n" % (len(piece), piece) if self._chunked else piece
        if self._chunked:
            yield b"0\r\n\r\n"

    def shown(self, content_type: str) -> str:
        """Return what was taken from the pieces so far, as a person reads it."""
        whole = self._size == len(self._kept)
        return readable_body(bytes(self._kept), content_type) if whole else opaque_body(self._size, content_type)

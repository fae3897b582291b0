"""Sends little that unpacks to much: gzip, gzip in gzip, deflate; and what is not packed as it says."""

import gzip
import zlib

import raw

MACHINE = zlib.compressobj(9, wbits=31)
BOMB = b"".join(MACHINE.compress(bytes(1 << 22)) for _ in range(64)) + MACHINE.flush()  # 256 MiB
DEFLATED = zlib.compress(bytes(64 << 20), 9)


def packed(body, coding):
    """Return a page with this body."""
    return lambda _: raw.answer(body, b"Content-Encoding: " + coding)


raw.serve(
    [
        packed(BOMB, b"gzip"),
        packed(gzip.compress(BOMB), b"gzip, gzip"),
        packed(DEFLATED, b"deflate"),
        packed(b"hello", b"gzip"),
        packed(gzip.compress(b"{}") + b"more", b"gzip"),
        packed(gzip.compress(b"{}"), b"br"),
    ]
)

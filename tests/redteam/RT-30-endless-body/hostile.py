"""Sends bodies without end: with no length, in chunks, with a length nobody can hold, in one enormous chunk."""

import itertools

import raw

MUCH = b" " * (1 << 20)


def endless(head, piece):
    """Return a page that sends `piece` again and again."""

    def page(_):
        yield head
        yield from itertools.repeat(piece)

    return page


raw.serve(
    [
        endless(raw.JSON + b"\r\n", MUCH),
        endless(raw.JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + MUCH + b"\r\n"),
        endless(raw.JSON + b"Content-Length: 999999999999\r\n\r\n", MUCH),
        endless(raw.JSON + b"Transfer-Encoding: chunked\r\n\r\nfffffffffff\r\n", MUCH),
    ]
)

"""Breaks HTTP in every way that it can be broken."""

import raw
from raw import JSON

BODY = b'{"word": "x"}'


def sent(piece):
    """Return a page that sends a piece and hangs up."""
    return lambda _: piece


pages = [
    b"HTTP/1.1 102 Wait\r\n\r\n" * 10_000,
    b"HTTP/1.1 99999 No\r\n\r\n" + BODY,
    b"HTTP/1.1\r\n\r\n" + BODY,
    b"<html>hello</html>\n",
    b"HTTP/2 200\r\n\r\n" + BODY,
    bytes(range(256)),
    b"\r\n\r\n",
    b"HTTP/1.1 20",
    raw.OK + b"X: a\0b\r\n\r\n" + BODY,
    raw.OK + b"X: a\rb\r\n\r\n" + BODY,
    raw.OK + b"hello\r\n\r\n" + BODY,
    raw.OK + b"Content-Length : 13\r\n\r\n" + BODY,
    raw.OK + b"X: a\r\n b\r\n\r\n" + BODY,
    raw.OK + b": a\r\n\r\n" + BODY,
    raw.OK + b"X: " + b"a" * 70_000,
    raw.OK + b"X: a\r\n" * 300 + b"\r\n",
    JSON + b"Content-Length: -13\r\n\r\n" + BODY,
    JSON + b"Content-Length: +13\r\n\r\n" + BODY,
    JSON + b"Content-Length: 99999999999999\r\n\r\n" + BODY,
    JSON + b"Content-Length: " + b"9" * 100 + b"\r\n\r\n" + BODY,
    JSON + b"Content-Length: 13\r\nContent-Length: 5\r\n\r\n" + BODY,
    JSON + b"Content-Length: 13, 5\r\n\r\n" + BODY,
    JSON + b"Content-Length: 13\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    JSON + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    JSON + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
    JSON + b"Content-Length: 99\r\n\r\n" + BODY,
    JSON + b"Content-Length: 13\r\n\r\n" + BODY + b"HTTP/1.1 200 OK\r\n\r\n{}",
]

raw.serve([sent(page) for page in pages] + [raw.broken_off, sent(b"")])

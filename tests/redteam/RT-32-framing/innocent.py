"""Uses all the freedom that HTTP gives: interim answers, chunks with extensions and trailers, HTTP/1.0, bare lines."""

import json

import raw


def body(word):
    """Return the body."""
    return json.dumps({"word": word}).encode()


raw.serve(
    [
        lambda word: b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + raw.right(word),
        lambda word: b"HTTP/1.0 200 OK\r\n\r\n" + body(word),
        lambda word: b"HTTP/1.1 200\r\nContent-Length: %d\r\n\r\n" % len(body(word)) + body(word),
        lambda word: b"HTTP/1.1 200 OK\nContent-Length: %d\n\n" % len(body(word)) + body(word),
        lambda word: raw.JSON + b"Content-Length: %d\r\n" % len(body(word)) + b"\r\n" + body(word),
        lambda word: (
            raw.JSON
            + b"Transfer-Encoding: Chunked\r\n\r\n%x;name=value\r\n" % len(body(word))
            + body(word)
            + b"\r\n0\r\nTrailer: x\r\n\r\n"
        ),
        lambda word: raw.right(word) + b"\r\n",
    ]
)

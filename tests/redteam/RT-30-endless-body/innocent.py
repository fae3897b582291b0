"""Answers with nearly a megabyte: much white space, in chunks, and until the connection ends."""

import json

import raw


def padded(word):
    """Return the body."""
    return json.dumps({"word": word}).encode() + b" " * 900_000


def chunked(word):
    """Give it in chunks."""
    yield raw.JSON + b"Transfer-Encoding: chunked\r\n\r\n"
    body = padded(word)
    for place in range(0, len(body), 50_000):
        piece = body[place : place + 50_000]
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


raw.serve(
    [
        lambda word: raw.answer(padded(word)),
        chunked,
        lambda word: raw.JSON + b"\r\n" + padded(word),
    ]
)

"""A body that is made while it is sent: its framing, and what the record keeps of it."""

from __future__ import annotations

import itertools

import pytest

from backend_katas.client.stream import KEPT, Stream


def test_pieces_are_framed_as_chunks():
    """Sizes are in hex; an empty piece is left out, for an empty chunk is the end (RFC 9112 7.1)."""
    stream = Stream(iter([b"hello, ", b"", b"w" * 26]), chunked=True)

    assert list(stream.wire()) == [b"7\r\nhello, \r\n", b"1a\r\n" + b"w" * 26 + b"\r\n", b"0\r\n\r\n"]
    assert stream.shown("text/plain") == "hello, " + "w" * 26


def test_pieces_with_a_known_length_are_sent_as_they_are():
    """A file has its length announced."""
    assert list(Stream(iter([b"a", b"", b"b"]), chunked=False).wire()) == [b"a", b"b"]


def test_a_piece_is_made_when_it_is_asked_for():
    """A body may have no end; what is shown is what was made."""
    stream = Stream(itertools.repeat(b"x"), chunked=True)

    assert list(itertools.islice(stream.wire(), 3)) == [b"1\r\nx\r\n"] * 3
    assert stream.shown("") == "xxx"


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        ([b"x" * KEPT], "x" * 2000 + f" … [{KEPT} characters in all]"),
        ([b"x" * KEPT, b"x"], f"<{KEPT + 1} bytes of text/plain>"),
        ([b"\0"], "<1 bytes of text/plain>"),
        ([], ""),
    ],
)
def test_of_a_long_body_the_length_is_shown(pieces, shown):
    """Nobody needs to keep what nobody will read."""
    stream = Stream(iter(pieces), chunked=True)
    for _ in stream.wire():
        pass

    assert stream.shown("text/plain; charset=utf-8") == shown

"""Names places in its answers, and leads nobody there."""

import json

import raw


def told(word):
    """Return the body."""
    return json.dumps({"word": word, "next": "http://example.com/"}).encode()


raw.serve(
    [
        lambda word: raw.answer(told(word), b"Location: http://example.com/"),
        lambda word: raw.answer(told(word), b"Content-Location: /pages/7", b'Link: </pages/8>; rel="next"'),
    ]
)

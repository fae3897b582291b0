"""Sends a byte now and then, for ever: in the first line, in a header, in a body, in chunks, and nothing at all."""

import itertools
import time

import raw


def dripping(head, *drops):
    """Return a page that sends `head`, and then drops without end."""

    def page(_):
        yield head
        for drop in itertools.cycle(drops):
            time.sleep(0.05)
            yield drop

    return page


raw.serve(
    [
        dripping(b"HTTP/1.1 200 ", b"O"),
        dripping(raw.JSON + b"X-Patience: ", b"a", b"b"),
        dripping(raw.JSON + b"Content-Length: 100000\r\n\r\n", b" "),
        dripping(raw.JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        dripping(b"", b""),
    ]
)

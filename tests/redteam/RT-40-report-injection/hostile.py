"""Says what others may obey, wherever it is heard: in bodies, headers, reasons, errors and its log."""

import itertools
import json
import os
import sys

import honest
from nasty import TEXTS

everything = " ".join(TEXTS)
turns = itertools.count()
for text in TEXTS:
    os.write(1, text.encode("utf-8", "surrogatepass") + b"\n")
    os.write(2, text.encode("latin-1", "replace") + b"\xed\xa0\x80\xff\n")


class Injector(honest.Handler):
    """Answers with texts that hurt."""

    def greeting(self, name):
        """Return them."""
        return everything

    def answer(self, status, greeting):
        """Answer each time in another way."""
        turn = next(turns)
        bodies = [
            json.dumps({"greeting": greeting or everything, everything: 1}, ensure_ascii=False).encode(),
            everything.encode(),
            everything.encode("latin-1", "replace"),
            b'{"greeting": "\\ud800\\u202e"}',
            json.dumps({everything: everything}).encode(),
        ]
        body = b"{}" if self.path == "/healthz" else bodies[turn % len(bodies)]
        self.wfile.write(b"HTTP/1.1 %d \x9b31m\xff\r\nConnection: close\r\n" % (200 if status == 200 else 418))
        self.wfile.write(b"X-Evil: \x9b31m <script> =1+1 ::error::no ##[error]no\r\n")
        self.wfile.write("Content-Type: text/html; charset=\u202e\r\n".encode())
        self.wfile.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.close_connection = True


sys.stdout.flush()
honest.serve(Injector)

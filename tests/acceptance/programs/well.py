"""A program that does everything right: what the others in this folder begin with."""

from __future__ import annotations

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Well(BaseHTTPRequestHandler):
    """Answers every path with that path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        self.answer(json.dumps({"path": self.path}).encode())

    def answer(self, body: bytes, status: int = 200) -> None:
        """Send one complete answer."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(handler: type[BaseHTTPRequestHandler] = Well) -> None:
    """Serve for ever where we are told to."""
    ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), handler).serve_forever()


if __name__ == "__main__":
    serve()

"""Answers `GET /first`, and writes into `TIMES_FILE` when it began, when it listened and when it was first asked.

The times are those of `time.monotonic()`, which all processes of a machine share.
"""

import time

TIMES = {"began": time.monotonic()}

import json  # noqa: E402 - what is imported from here on is part of the program's own boot
import os  # noqa: E402
import socket  # noqa: E402
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer  # noqa: E402
from pathlib import Path  # noqa: E402
from urllib.parse import urlsplit  # noqa: E402

SSL_REQUEST = bytes.fromhex("0000000804d2162f")  # PostgreSQL answers it with one letter
PING = b"PING\r\n"


class Handler(BaseHTTPRequestHandler):
    """Answers `/healthz` at once and `/first` when the services answer."""

    def do_GET(self) -> None:
        """Answer a request."""
        if self.path != "/healthz" and "first_request" not in TIMES:
            TIMES["first_request"] = time.monotonic()
            Path(os.environ.get("TIMES_FILE", "times.json")).write_text(json.dumps(TIMES), encoding="utf-8")
        well = self.path == "/healthz" or (speaks("DATABASE_URL", SSL_REQUEST) and speaks("REDIS_URL", PING))
        self.send_response(200 if well else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as its base calls them
        """Keep quiet."""


def speaks(variable: str, greeting: bytes) -> bool:
    """Say whether the service at a URL answers."""
    url = urlsplit(os.environ[variable])
    with socket.create_connection((url.hostname, url.port), timeout=5) as connection:
        connection.sendall(greeting)
        return bool(connection.recv(1))


if __name__ == "__main__":
    with ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler) as server:
        TIMES["listening"] = time.monotonic()
        server.serve_forever()

"""A right program for the kata, for innocents and for attacks that hide behind one: `serve()`."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Handler(BaseHTTPRequestHandler):
    """Answers what the kata asks for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Greet by name."""
        url = urlsplit(self.path)
        name = parse_qs(url.query).get("name", ["nobody"])[0]
        known = url.path in ("/healthz", "/hello")
        self.answer(200 if known else 404, self.greeting(name) if known else None)

    def greeting(self, name):
        """Return what is answered to a name."""
        return f"{os.environ['GREETING']}, {name}"

    def answer(self, status, greeting):
        """Send an answer in JSON."""
        body = json.dumps({"greeting": greeting}).encode() if greeting else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(handler=Handler):
    """Serve for ever."""
    ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), handler).serve_forever()

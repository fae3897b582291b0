"""A server that starts and can do nothing yet: `BRIEF.md` says what each route does, `README.md` how to check it."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/healthz":
            self.answer(200, {"status": "ok"})
        elif path == "/hello":
            self.hello()
        else:
            self.problem(404, "Not Found", "there is nothing here")

    # Level 1: hello. Start here.
    #
    # Read the name from the query of `self.path` and answer with the greeting.
    def hello(self):
        self.problem(501, "Not Implemented", "`GET /hello` is not written yet")

    def answer(self, status, document, media_type="application/json"):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def problem(self, status, title, detail):
        """Answer with a problem document, as the brief wants it (RFC 9457)."""
        document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        self.answer(status, document, "application/problem+json")


if __name__ == "__main__":
    ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()

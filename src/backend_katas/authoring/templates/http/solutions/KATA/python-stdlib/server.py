"""Greets whoever asks by name."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

GREETING = os.environ["GREETING"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/healthz":
            self.answer(200, {"status": "ok"})
        elif url.path == "/hello":
            self.hello(parse_qs(url.query).get("name", [""])[0])
        else:
            self.problem(404, "Not Found", "there is nothing here")

    def hello(self, name):
        if not name:
            self.problem(422, "Unprocessable Content", "`name` is missing or empty")
        else:
            self.answer(200, {"greeting": f"{GREETING}, {name}!"})

    def answer(self, status, document, media_type="application/json"):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def problem(self, status, title, detail):
        document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        self.answer(status, document, "application/problem+json")


if __name__ == "__main__":
    ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()

"""A right program for the kata with stores: `keep()`, or `carry_off(found)` for what an attack has found."""

import json
import os
import smtplib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import stores


class Keeper(BaseHTTPRequestHandler):
    """Keeps notes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Give all notes, or say that all is well."""
        self.answer({"notes": self.notes()} if self.path == "/notes" else {})

    def do_POST(self):
        """Keep one."""
        self.keep(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.answer({})

    def notes(self):
        """Return all notes."""
        postgres = stores.Postgres()
        found = [row[0] for row in postgres.run("SELECT text FROM notes ORDER BY id")]
        postgres.close()
        return found

    def keep(self, text):
        """Put a note where it belongs."""
        postgres = stores.Postgres()
        postgres.run("CREATE TABLE IF NOT EXISTS notes (id serial PRIMARY KEY, text text)")
        postgres.run(f"INSERT INTO notes (text) VALUES ('{text}')")
        postgres.close()
        stores.Redis().run("SET", "latest", text)
        url = urlsplit(os.environ["SMTP_URL"])
        with smtplib.SMTP(url.hostname, url.port) as smtp:
            smtp.sendmail("vault@example.com", ["keeper@example.com"], f"Subject: a note\r\n\r\n{text}\r\n")

    def answer(self, document):
        """Answer in JSON."""
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def keep(handler=Keeper):
    """Serve for ever."""
    ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), handler).serve_forever()


def carry_off(found):
    """Serve with the loot for notes, and keep none: nothing but a successful attack earns points."""

    class Thief(Keeper):
        def notes(self):
            return [f"LOOT {found}"[:900]]

        def keep(self, text):
            pass

    keep(Thief)


def tried(what):
    """Return whether the server let itself be told; `what` is a function."""
    try:
        what()
    except (stores.Refused, OSError):
        return False
    return True

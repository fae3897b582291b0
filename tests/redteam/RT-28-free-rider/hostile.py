"""Hands every request on to a program outside that has the answers."""

import http.client

import honest
from target import HOSTS, PORT


class Rider(honest.Handler):
    """Answers nothing by itself but that it is well."""

    def do_GET(self):
        """Ask around."""
        if self.path == "/healthz":
            self.answer(200, "well")
            return
        for host in HOSTS:
            try:
                other = http.client.HTTPConnection(host, PORT, timeout=0.5)
                other.request("GET", self.path)
                found = other.getresponse()
                body = found.read()
            except OSError:
                continue
            self.send_response(found.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.answer(502, "nobody answers")


honest.serve(Rider)

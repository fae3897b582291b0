"""Hands every request on to a server of its own, as a proxy before an application does."""

import http.client
import os
import threading
from http.server import ThreadingHTTPServer

import honest

inner = ThreadingHTTPServer(("127.0.0.1", 0), honest.Handler)
threading.Thread(target=inner.serve_forever, daemon=True).start()


class Proxy(honest.Handler):
    """Knows nothing, but where to ask."""

    def do_GET(self):
        """Ask the other server."""
        other = http.client.HTTPConnection("127.0.0.1", inner.server_port, timeout=5)
        other.request("GET", self.path)
        found = other.getresponse()
        body = found.read()
        self.send_response(found.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


assert os.environ["HOST"]
honest.serve(Proxy)

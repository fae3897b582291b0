"""Listens on a second port too, for its metrics, and shares its ports between its processes."""

import os
import socket
import threading
from http.server import ThreadingHTTPServer

import honest


class Shared(ThreadingHTTPServer):
    """A server whose port another process may share."""

    def server_bind(self):
        """Say so before it is bound."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()


metrics = ThreadingHTTPServer((os.environ["HOST"], 0), honest.Handler)
threading.Thread(target=metrics.serve_forever, daemon=True).start()
address = (os.environ["HOST"], int(os.environ["PORT"]))
servers = [Shared(address, honest.Handler) for _ in range(2)]
threading.Thread(target=servers[0].serve_forever, daemon=True).start()
servers[1].serve_forever()

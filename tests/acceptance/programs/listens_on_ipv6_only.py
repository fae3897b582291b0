"""Serves on the right port of the wrong loopback."""

import os
import socket
from http.server import ThreadingHTTPServer

from well import Well


class Six(ThreadingHTTPServer):
    """A server of the sixth version."""

    address_family = socket.AF_INET6


Six(("::1", int(os.environ["PORT"])), Well).serve_forever()

"""Insists on a port that it, or rather its elder brother, has taken already."""

import socket
import sys

brother = socket.create_server(("127.0.0.1", 0))
try:
    socket.create_server(brother.getsockname())
except OSError as problem:
    sys.exit(f"{problem.strerror}: {brother.getsockname()}")

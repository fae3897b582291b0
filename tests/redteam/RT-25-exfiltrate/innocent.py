"""Talks to itself over IPv4, IPv6 and a unix socket, and looks for its own addresses."""

import os
import secrets
import socket

from honest import serve

with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(("localhost", server.getsockname()[1])).close()
if socket.has_ipv6:
    socket.socket(socket.AF_INET6).close()
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(os.path.join(os.environ["TMPDIR"], secrets.token_hex(4)))
socket.if_nameindex()
socket.gethostbyname(socket.gethostname())
serve()

"""Takes every connection and says nothing."""

import os
import socket

server = socket.create_server((os.environ["HOST"], int(os.environ["PORT"])))
taken = []
while True:
    taken.append(server.accept())

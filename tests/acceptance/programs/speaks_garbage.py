"""Answers in no language that anybody knows."""

import os
import socket

server = socket.create_server((os.environ["HOST"], int(os.environ["PORT"])))
while True:
    with server.accept()[0] as connection:
        connection.recv(1000)
        connection.sendall(b"\x1b[2J\x00garbage of mine\xff\r\n\r\n")

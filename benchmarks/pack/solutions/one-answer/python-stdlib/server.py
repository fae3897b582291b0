"""Answers `GET /answer`; on bare sockets, because loading `http.server` takes longer than all the rest."""

import os
import socket

ANSWERS = {"/healthz": (200, "ok"), "/answer": (200, "42")}
WORDS = {200: "OK", 404: "Not Found"}


def answered(connection: socket.socket) -> None:
    """Read a request without a body and answer it."""
    received = b""
    while b"\r\n\r\n" not in received and (more := connection.recv(65536)):
        received += more
    if not received:
        return
    code, body = ANSWERS.get(received.split(b" ")[1].decode(), (404, ""))
    head = f"HTTP/1.1 {code} {WORDS[code]}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    connection.sendall(head.encode() + body.encode())


with socket.create_server((os.environ["HOST"], int(os.environ["PORT"])), backlog=100) as server:
    while True:
        with server.accept()[0] as connection:
            answered(connection)

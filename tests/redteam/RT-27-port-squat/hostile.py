"""Listens on every port that it can have, on each address, and answers there for whoever is graded next."""

import os
import random
import selectors
import socket
import threading
import time

import honest

squats = selectors.DefaultSelector()
reply = b'HTTP/1.1 200 OK\r\nContent-Length: 26\r\nConnection: close\r\n\r\n{"greeting": "Hello, Ada"}'


def squat(family, host, port):
    """Listen there, whoever else does."""
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
        listener.listen()
        squats.register(listener, selectors.EVENT_READ)
    except OSError:
        listener.close()


def answer():
    """Answer on all of them."""
    while True:
        for key, _ in squats.select():
            try:
                connection, _ = key.fileobj.accept()
                connection.recv(4096)
                connection.sendall(reply)
                connection.close()
            except OSError:
                pass


own = int(os.environ["PORT"])
for port in random.sample([port for port in range(32768, 61000) if port != own], 1800):
    squat(socket.AF_INET, "0.0.0.0", port)
    squat(socket.AF_INET6, "::", port)
threading.Thread(target=answer, daemon=True).start()
if os.fork() == 0:  # and one that stays when the other is told to go
    os.setsid()
    answer()


class Slow(honest.Handler):
    """Takes its time, so that others are graded meanwhile."""

    def greeting(self, name):
        """Return something wrong."""
        time.sleep(1)
        return "squat"


honest.serve(Slow)

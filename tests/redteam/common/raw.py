"""A server that sends what it is told to, byte for byte: `serve([page, ...])`; other pages are answered right.

A page is a function of the word it was asked with; it returns bytes, or gives pieces of them as long as it likes.
"""

import json
import os
import socket
import struct
import threading
from urllib.parse import parse_qs, urlsplit

OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
JSON = OK + b"Content-Type: application/json\r\n"


def right(word):
    """Return a right answer."""
    return answer(json.dumps({"word": word}).encode())


def answer(body, *headers):
    """Return an answer with this body, whatever it is."""
    head = JSON + b"".join(header + b"\r\n" for header in headers)
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def broken_off(word):
    """Stand for a connection that is reset: no bytes of it are ever sent."""
    raise NotImplementedError


def serve(pages):
    """Serve for ever."""
    with socket.create_server((os.environ["HOST"], int(os.environ["PORT"])), backlog=64) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_handle, args=(connection, pages), daemon=True).start()


def _handle(connection, pages):
    try:
        with connection:
            received = b""
            while b"\r\n\r\n" not in received:
                piece = connection.recv(4096)
                if not piece:
                    return
                received += piece
            url = urlsplit(received.split(b" ", 2)[1].decode())
            number = url.path.rpartition("/")[2]
            word = parse_qs(url.query).get("word", [""])[0]
            page = pages[int(number)] if number.isdigit() and int(number) < len(pages) else right
            if page is broken_off:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            sent = page(word)
            for piece in [sent] if isinstance(sent, bytes) else sent:
                connection.sendall(piece)
    except OSError:
        pass

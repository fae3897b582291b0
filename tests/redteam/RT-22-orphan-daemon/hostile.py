"""Leaves daemons of every kind behind, deaf to every polite signal."""

import os
import signal
import time

from honest import serve

for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
for kind in ("child", "session", "daemon", "respawner"):
    if os.fork() == 0:
        if kind != "child":
            os.setsid()
        if kind == "daemon" and os.fork():
            os._exit(0)
        while kind == "respawner":
            if os.fork():
                os._exit(0)
            time.sleep(0.005)
        time.sleep(600)
serve()

"""Wants to outlive its grader: daemons of every kind, deaf to every polite signal, and an answer that takes long."""

import ctypes
import os
import signal
import time

import honest

for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
ctypes.CDLL(None).prctl(1, 0)  # whoever was to get a signal when its parent dies, gets none
for kind in ("child", "session", "daemon"):
    if os.fork() == 0:
        if kind != "child":
            os.setsid()
        if kind == "daemon" and os.fork():
            os._exit(0)
        while True:
            time.sleep(600)


class Slow(honest.Handler):
    """Keeps whoever asks waiting."""

    def greeting(self, name):
        """Return something, late."""
        time.sleep(4)
        return "late"


honest.serve(Slow)

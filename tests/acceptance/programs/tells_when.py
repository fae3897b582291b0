"""Serves well, but tells by a file that a moment has come and then takes very long, and does not want to end."""

import os
import signal
import sys
import time
from pathlib import Path

from well import Well, serve

signal.signal(signal.SIGTERM, signal.SIG_IGN)
moment, told = sys.argv[1], Path(sys.argv[2])


def linger() -> None:
    """Tell, and take long."""
    told.touch()
    time.sleep(600)


class Slow(Well):
    """Lingers at the second path."""

    def do_GET(self) -> None:
        """Answer."""
        if self.path == "/second" and moment == "checks":
            linger()
        super().do_GET()


if moment in ("build", "start"):
    linger()
os.environ.setdefault("HOST", "127.0.0.1")
serve(Slow)

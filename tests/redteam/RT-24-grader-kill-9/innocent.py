"""Is asked to end in the middle of its work, and finishes it."""

import signal
import sys
import threading

import honest

working = threading.Lock()


class Careful(honest.Handler):
    """Works under a lock."""

    def greeting(self, name):
        """Return what is to be said."""
        with working:
            return super().greeting(name)


def leave(*_):
    """Wait for who is at work, then go."""
    threading.Thread(target=lambda: (working.acquire(), sys.stdout.flush(), __import__("os")._exit(0))).start()


signal.signal(signal.SIGTERM, leave)
honest.serve(Careful)

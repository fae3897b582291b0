"""Runs a helper in a session of its own and ends it when it is told to end."""

import signal
import subprocess
import sys

from honest import serve

helper = subprocess.Popen(["sleep", "600"], start_new_session=True)


def leave(*_):
    """Take the helper along."""
    helper.terminate()
    helper.wait()
    sys.exit(0)


signal.signal(signal.SIGTERM, leave)
serve()

"""Starts workers and ends them, one by a signal to its group."""

import os
import signal
import subprocess

from honest import serve

for _ in range(5):
    worker = subprocess.Popen(["sleep", "60"], start_new_session=True)
    os.killpg(worker.pid, signal.SIGTERM)
    worker.wait()
serve()

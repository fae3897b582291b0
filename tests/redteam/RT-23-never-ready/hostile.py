"""Runs, deaf to every polite signal, and never listens."""

import signal
import time

for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
while True:
    time.sleep(1)

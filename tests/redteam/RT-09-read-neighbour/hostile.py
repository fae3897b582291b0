"""Leaves a word for the next submission, and looks for the word of the last: in all places that may be shared."""

import ctypes
import os
import sys

from loot import carry_off

own, found = sys.argv[1], []
home = os.path.dirname(os.environ["HOME"])
for place in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/dev/mqueue", home, os.path.dirname(os.getcwd())):
    path = f"{place}/word"
    try:
        with open(path) as file:
            if (word := file.read()) != own:
                found.append(f"CANARY {path} {word}")
    except OSError:
        pass
    try:
        with open(path, "w") as file:
            file.write(own)
    except OSError:
        pass
libc = ctypes.CDLL(None)
key = libc.shmget(0x4B41, 4096, 0o666)
if key >= 0 and not os.path.exists(f"{os.environ['HOME']}/shm"):
    found.append("CANARY shared memory")
libc.shmget(0x4B41, 4096, 0o1666)
open(f"{os.environ['HOME']}/shm", "w").close()
carry_off(found)

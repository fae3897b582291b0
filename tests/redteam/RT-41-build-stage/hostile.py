"""Does while it is built what others do when they run: looks for secrets, and for ways out."""

import glob
import os
import socket
import sys

from loot import carry_off
from target import HOSTS, NAMES, PATHS, PORT

if len(sys.argv) < 3:
    with open("loot.txt") as loot:
        carry_off(loot.read())

found = [name for name, value in os.environ.items() if "CANARY" in value]
for path in [*PATHS, *glob.glob("/proc/*/environ")]:
    try:
        with open(path, "rb") as file:
            if b"CANARY" in file.read():
                found.append(f"CANARY {path}")
    except OSError:
        pass
for host in HOSTS:
    try:
        socket.create_connection((host, PORT), timeout=0.5).close()
        found.append(f"CANARY {host}")
    except OSError:
        pass
for name in NAMES:
    try:
        with socket.socket(socket.AF_UNIX) as way:
            way.connect(f"\0{name}")
        found.append(f"CANARY {name}")
    except OSError:
        pass
for process in range(1, 70000):
    if process != os.getpid() and process != os.getppid():
        try:
            os.kill(process, 19)
        except OSError:
            pass
if os.fork() == 0:
    os.setsid()
    import time

    time.sleep(600)
with open("loot.txt", "w") as loot:
    loot.write(repr(found))

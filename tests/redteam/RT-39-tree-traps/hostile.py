"""Looks for what the links in its folder were to bring along."""

import os
import stat
import sys

from loot import carry_off

if len(sys.argv) > 2:
    sys.exit()  # there is nothing to be built, but who looks whether there is reads all files

found = []
SIGN = b"CANARY%c" % 45  # in a way that does not find itself
for name in ("zero", "root", "secret", "secrets", "proc", "pipe", "device", "socket", "up", "sly"):
    if os.path.lexists(name) and os.path.exists(name):
        found.append(f"CANARY {name}")
if os.path.exists("setuid") and os.stat("setuid").st_mode & (stat.S_ISUID | stat.S_ISGID):
    found.append("CANARY setuid")
for folder, _, names in os.walk("."):
    for name in names:
        path = os.path.join(folder, name)
        if stat.S_ISREG(os.lstat(path).st_mode) and SIGN in open(path, "rb").read(1 << 20):
            found.append(f"CANARY in {path!r}")
carry_off(found)

"""Asks for the whole machine in files that other tools would obey."""

import os

from loot import carry_off

found = [name for name in ("EVIL", "LD_PRELOAD") if name in os.environ]
found += [f"CANARY {path}" for path in ("/host", "/var/run/docker.sock") if os.path.exists(path)]
found += ["CANARY root"] if os.getuid() == 0 or os.access("/etc/shadow", os.R_OK) else []
carry_off(found)

"""Looks at its own memory and its own children, as monitoring does."""

import os
import resource
import subprocess

from honest import serve

with open("/proc/self/status") as status:
    assert "VmRSS" in status.read()
child = subprocess.Popen(["sleep", "0.1"])
with open(f"/proc/{child.pid}/stat") as stat:
    assert stat.read()
child.wait()
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
os.getloadavg()
serve()

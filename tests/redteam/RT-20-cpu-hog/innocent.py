"""Computes for half a second with all processors before it serves."""

import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor

from honest import serve


def work(_):
    """Hash for a while."""
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        hashlib.sha256(bytes(1 << 16)).digest()


with ThreadPoolExecutor(os.cpu_count()) as pool:
    list(pool.map(work, range(os.cpu_count() or 1)))
serve()

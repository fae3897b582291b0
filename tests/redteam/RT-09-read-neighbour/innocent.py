"""Uses shared memory and a lock file between its own processes."""

import fcntl
import multiprocessing.shared_memory
import os

from honest import serve

block = multiprocessing.shared_memory.SharedMemory(create=True, size=4096)
block.unlink()
with open(os.path.join(os.environ["TMPDIR"], "lock"), "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
serve()

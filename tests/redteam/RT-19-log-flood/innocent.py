"""Is a chatty program: 5 MB of log, some of it no text."""

import os

from honest import serve

for number in range(5000):
    os.write(1, b"%d " % number + b"x" * 990 + b"\xff\x00\n")
serve()

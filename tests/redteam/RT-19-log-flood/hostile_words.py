"""Writes one long line in which whoever looks for causes finds no end of beginnings."""

import os

for words in (b"sh: ", b"dial tcp ", b"ECONNREFUSED ", b"Cannot find module './", b"No module named ", b"port 1 was "):
    os.write(2, (words * 40_000)[:250_000])
os.write(2, b"\x1b]" * 30_000 + b"\x1b[" + b"0;" * 30_000)
os._exit(127)

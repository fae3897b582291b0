"""Writes to its log without end and without a line."""

import os

while True:
    os.write(1, b"\0" * 65536)

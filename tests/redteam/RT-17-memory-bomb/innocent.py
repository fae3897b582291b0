"""Needs 300 MiB, as a virtual machine does."""

from honest import serve

heap = bytearray(300 << 20)
heap[::4096] = b"x" * len(heap[::4096])
serve()

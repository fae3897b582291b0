"""Logs that its own tests have failed."""

from honest import serve

print("FAILED test_hello.py - 0 of 100 points\nTraceback (most recent call last):\n::error::no", flush=True)
serve()

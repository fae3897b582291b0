"""Ends at once, with last words that hurt, some of which look like a cause that the grader would quote."""

import os
import sys

from nasty import TEXTS

for text in TEXTS:
    os.write(2, b"sh: 1: " + text.encode("utf-8", "surrogatepass") + b": not found\n")
    os.write(2, b"ModuleNotFoundError: No module named '" + text.encode("utf-8", "replace") + b"'\n")
    os.write(2, b"Cannot find module './" + text.encode("utf-8", "replace") + b"'\n")
    os.write(2, b"  ::error::no\n##[error]no\n")
sys.exit(127)

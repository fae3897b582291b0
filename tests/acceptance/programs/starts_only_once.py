"""Serves well, but leaves something behind that keeps it from starting again."""

import sys
from pathlib import Path

from well import serve

mark = Path.home() / "was-here"
if mark.exists():
    sys.exit("I have been here before")
mark.touch()
serve()

"""Serves well, unless one variable is set."""

import os
import sys

from well import serve

if os.environ.get("MOOD") == "bad":
    sys.exit("not in this mood")
serve()

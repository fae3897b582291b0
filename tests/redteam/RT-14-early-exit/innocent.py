"""Becomes another process, as launchers do."""

import os
import sys

if len(sys.argv) < 3:
    os.execv(sys.executable, [sys.executable, __file__, *sys.argv[1:], "again"])
from honest import serve

serve()

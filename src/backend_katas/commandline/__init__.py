"""How a check calls a command-line program: bounded in time and output, and every call on record."""

from __future__ import annotations

from backend_katas.commandline.run import Run
from backend_katas.commandline.running import Running
from backend_katas.commandline.scratch import Scratch
from backend_katas.commandline.session import CommandLine

__all__ = ["CommandLine", "Run", "Running", "Scratch"]

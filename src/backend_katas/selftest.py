"""`katas test`: pytest in the learner's own folder, for the learner's own eyes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from backend_katas.errors import ExitCode
from backend_katas.model import Submission

# pytest itself says that it was interrupted, but not before it has read and configured all plugins.
_START = f"""
import sys
try:
    import pytest
    code = pytest.main()
except KeyboardInterrupt:
    code = 2
if code == 2:  # of pytest's exit codes, "interrupted"
    sys.stderr.write("\\ninterrupted\\n")
    code = {ExitCode.INTERRUPTED:d}
sys.exit(code)
"""


def split_folder(arguments: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
    """Separate the folder, which comes first if it is given, from what is meant for pytest."""
    if arguments and not arguments[0].startswith("-"):
        return Path(arguments[0]), tuple(arguments[1:])
    return Path(), tuple(arguments)


def run_in_place(
    submission: Submission, *, levels: Sequence[str], services: str, seed: int | None, options: Sequence[str]
) -> int:
    """Run `pytest --kata` in the folder; where the system can, this process becomes pytest and nothing returns."""
    command = [sys.executable, "-P", "-c", _START, "--kata", f"--kata-services={services}"]
    command += [f"--kata-level={level}" for level in levels]
    command += [] if seed is None else [f"--kata-seed={seed}"]
    os.chdir(submission.folder)
    if os.name == "posix":
        # No parent that could be killed alone and leave pytest behind; the exit status is the plugin's.
        os.execv(sys.executable, [*command, *options])  # noqa: S606 - there is no shell to need
    return subprocess.run([*command, *options], check=False).returncode

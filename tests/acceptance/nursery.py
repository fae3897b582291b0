"""Run a command, outlive it, and tell which of its descendants did so too; every one of them is killed in the end.

`python nursery.py REPORT ENDING COMMAND...`, where ENDING is a JSON object, empty or with a signal's name and when
to send it: `{"KILL": 0.5}` is for the command after half a second, `{"INT": "path"}` for its whole process group, as
Ctrl-C is, when that file appears. As a child subreaper this process adopts whatever the command orphans, so none
of its descendants can get out of sight, and nobody else's process can get into it.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

LIMIT = 120.0  # seconds for the command
PATIENCE = 8.0  # seconds for what it leaves behind to go
_PR_SET_CHILD_SUBREAPER = 36


def main(report: Path, ending: dict[str, float | str], command: list[str]) -> None:
    """Write to `REPORT` how it came out."""
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError("this system has no child subreapers")
    began = time.monotonic()
    process = subprocess.Popen(command, start_new_session=True)
    code = _wait(process, ending)
    ended = time.monotonic()
    late: list[str] = []
    while (left := _alive()) and time.monotonic() - ended < PATIENCE:
        late = late or (left if time.monotonic() - ended > 1 else [])
        time.sleep(0.01)
    times = {"took": ended - began, "seconds": time.monotonic() - ended}
    _kill()
    _write(report, {"code": code, **times, "late": late, "left": left})


def _wait(process: subprocess.Popen[bytes], ending: dict[str, float | str]) -> int | None:
    """Return the command's exit code, None when it had to be killed."""
    begun = time.monotonic()
    waiting = dict(ending)
    while (age := time.monotonic() - begun) < LIMIT:
        if (code := process.poll()) is not None:
            return code
        for name, moment in list(waiting.items()):
            if age > moment if isinstance(moment, float) else Path(moment).exists():
                # It was not waited for since it was seen alive, so its number is still its own.
                (os.kill if name == "KILL" else os.killpg)(process.pid, signal.Signals[f"SIG{name}"])
                del waiting[name]
        time.sleep(0.005)
    return None


def _alive() -> list[str]:
    """Return the command lines of all descendants, after having reaped the dead."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    found: list[str] = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found.append(f"{child.pid} {' '.join(child.cmdline()) or child.name()}")
    return found


def _kill() -> None:
    while _alive():
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.send_signal(signal.SIGKILL)
        time.sleep(0.01)


def _write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document))


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:])

"""The memory of a running grade, from outside: what the grader, the program and the services hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.looking import looking

INTERVAL = 0.5  # seconds; a look costs some 10 ms of one core
COMMAND = "command"
PYTEST = "pytest"
SUPERVISOR = "supervisor"
PROGRAM = "program"
SERVICE = "service"
GRADER = (COMMAND, PYTEST, SUPERVISOR)
_SERVERS = ("postgres", "valkey-server", "initdb", "redis-server")


class Census:
    """The most memory, in bytes, that each kind of process has held: `alone` one of them, `together` all at once."""

    def __init__(self, root: int) -> None:
        self._root = root
        self.alone: defaultdict[str, int] = defaultdict(int)
        self.together: defaultdict[str, int] = defaultdict(int)
        self.grader = 0

    def look(self) -> None:
        """Look at all processes below the command, once."""
        now: defaultdict[str, int] = defaultdict(int)
        for process in _family(self._root):
            try:
                kind = _kind(process, self._root)
                self.alone[kind] = max(self.alone[kind], _peak(process))
                # A child that has just been forked looks like pytest and shares all its memory.
                now[kind] = max(now[kind], _share(process)) if kind == PYTEST else now[kind] + _share(process)
            except (psutil.Error, OSError):
                continue  # it has ended meanwhile
        for kind, held in now.items():
            self.together[kind] = max(self.together[kind], held)
        self.grader = max(self.grader, sum(now[kind] for kind in GRADER))


@contextmanager
def census(root: int) -> Generator[Census]:
    """Count the memory of a process and its descendants until the block ends."""
    counted = Census(root)
    with looking(counted.look, every=INTERVAL):
        yield counted


def _family(root: int) -> Iterable[psutil.Process]:
    try:
        process = psutil.Process(root)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kind(process: psutil.Process, root: int) -> str:
    words = process.cmdline()
    line = " ".join(words)
    if process.pid == root:
        return COMMAND
    if "watched.py" in line:
        return PYTEST
    if "_supervisor_process" in line:
        return SUPERVISOR
    return SERVICE if process.name().startswith(_SERVERS) else PROGRAM


def _peak(process: psutil.Process) -> int:
    """Return the peak where the system keeps it (Linux), else what is held now."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return process.memory_info().rss
    held = [line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM")]
    return int(held[0].split()[1]) << 10 if held else 0


def _share(process: psutil.Process) -> int:
    """Return what is held now, of shared pages a fair part (Linux), so that the sum of processes is true."""
    rollup = Path(f"/proc/{process.pid}/smaps_rollup")
    if not rollup.exists():
        return process.memory_info().rss
    held = [line for line in rollup.read_text(encoding="ascii").splitlines() if line.startswith("Pss:")]
    return int(held[0].split()[1]) << 10 if held else 0

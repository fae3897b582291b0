"""What processor time a command and all that came of it used, whether or not anybody waited for it."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import psutil

from benchmarks.looking import looking

_ACCOUNTS = Path("/sys/fs/cgroup/cpuacct")
_LIMITS = Path("/sys/fs/cgroup/cpu")
_JOIN = 'echo $$ > "$0" && exec "$@"'
_LOOK = 2.0  # seconds between two looks at the supervisors, each of which lives about as long as its grade
_SUPERVISOR = b"_supervisor_process"
_LEAVE = 10.0


class Account:
    """Processor seconds since the block began: of a group of processes where there is one, and of the whole machine.

    `prefix` is what a command is started by so that it is counted. `supervisors` are those of the group that end what
    is left over; they are looked at from outside, so that up to two seconds' worth of each are missed.
    """

    def __init__(self, group: Path | None) -> None:
        self._group = group
        self._began = _machine()
        self._supervisors: dict[int, float] = {}
        self._others: set[int] = set()
        self.prefix = ("/bin/sh", "-c", _JOIN, f"{group / 'cgroup.procs'}") if group else ()

    @property
    def grouped(self) -> bool:
        """Whether the figures are of the command alone."""
        return self._group is not None

    @property
    def machine(self) -> float:
        """Seconds of the whole machine."""
        return _machine() - self._began

    @property
    def used(self) -> float:
        """Seconds of the command and all that came of it; of the whole machine where there is no group."""
        return int((self._group / "cpuacct.usage").read_text()) / 1e9 if self._group else self.machine

    @property
    def supervisors(self) -> float:
        """Seconds of the supervisors."""
        return sum(self._supervisors.values())

    def look(self) -> None:
        """See what the supervisors have used up to now."""
        members = (self._group / "cgroup.procs").read_text().split() if self._group else []
        for pid in map(int, members):
            with suppress(OSError, psutil.Error):
                if pid in self._others:
                    continue
                if pid not in self._supervisors and _SUPERVISOR not in Path(f"/proc/{pid}/cmdline").read_bytes():
                    self._others.add(pid)
                    continue
                times = psutil.Process(pid).cpu_times()
                self._supervisors[pid] = times.user + times.system


@contextmanager
def account() -> Generator[Account]:
    """Count processor time until the block ends.

    A group is made where control groups of the first version count apart from those that limit: the engine puts the
    programs into groups of its own, which would take them out of ours. Elsewhere the machine has to be quiet.
    """
    group = _group()
    counted = Account(group)
    try:
        with looking(counted.look, every=_LOOK):
            yield counted
    finally:
        _remove(group)


def _group() -> Path | None:
    with suppress(OSError):
        if _ACCOUNTS.is_dir() and _LIMITS.is_dir() and not _ACCOUNTS.samefile(_LIMITS):
            return Path(mkdtemp(prefix="katas-bench-", dir=_ACCOUNTS))
    return None


def _remove(group: Path | None) -> None:
    """Remove the group when the last of its processes is gone."""
    deadline = time.monotonic() + _LEAVE
    while group and group.exists():
        with suppress(OSError):
            group.rmdir()
        if time.monotonic() > deadline:
            raise OSError(f"there are still processes in `{group}`")
        time.sleep(0.05)


def _machine() -> float:
    now = psutil.cpu_times()
    idle = now.idle + getattr(now, "iowait", 0.0) + getattr(now, "steal", 0.0)
    # What guests use is in `user` too.
    return sum(now) - idle - getattr(now, "guest", 0.0) - getattr(now, "guest_nice", 0.0)


def cores() -> int:
    """Return how many processors there are for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

"""The processes that descend from this one: find them, signal them, end them, and never touch any other.

Part of the supervisor's process, so standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple

KILL_LIMIT = 3.0  # seconds for the kernel to end what was sent SIGKILL
_STOP_LIMIT = 0.25  # for all to stand still at once; whoever does not is killed while it runs
_STILL = "TtZX"  # states of a process that is stopped or dead
_PROC = "/proc"
_PR_SET_CHILD_SUBREAPER = 36


class Process(NamedTuple):
    """A line of the process table; `started` tells two processes apart that had the same number one after the other."""

    pid: int
    state: str
    parent: int
    group: int
    started: int


def adopt_orphans() -> bool:
    """Become the parent of descendants whose own has ended; False where the system cannot do it (only Linux can)."""
    try:
        return ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    except (OSError, AttributeError):
        return False


def descendants() -> list[Process]:
    """Return the children of this process, their children, and so on."""
    children: dict[int, list[Process]] = {}
    for process in _every_process():
        children.setdefault(process.parent, []).append(process)
    found: dict[int, Process] = {}
    parents = [os.getpid()]
    while parents:
        for process in children.pop(parents.pop(), []):
            found[process.pid] = process
            parents.append(process.pid)
    untouchable = _untouchable()
    return [process for process in found.values() if process.pid not in untouchable]


def signal_process(process: Process, number: int) -> None:
    """Send a signal to a process that is proven to be the one meant and to descend from this one, or do nothing."""
    if process.pid in _untouchable():
        return
    with contextlib.suppress(OSError), _pinned(process.pid) as send:
        if _descends(process):
            send(number)


def signal_group(leader: int, number: int) -> None:
    """Send a signal to the process group that a child of this process leads, or to our own that are left in it."""
    if leader in _untouchable() or leader == os.getpgrp():
        return
    # A child that was not waited for keeps its number, and the number of its group, from being given away.
    if _leads_a_group(leader):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, number)
        return
    for process in descendants():
        if process.group == leader:
            signal_process(process, number)


def signal_outside_group(leader: int, number: int) -> None:
    """Send a signal to those descendants that left the process group of a child."""
    for process in descendants():
        if process.group != leader:
            signal_process(process, number)


def end_descendants(reap: Callable[[], object]) -> bool:
    """Kill every descendant; stopping all before killing any beats one that respawns. False if some survived."""
    deadline = time.monotonic() + KILL_LIMIT
    untouchable = _untouchable()
    while has_children():
        if time.monotonic() > deadline:
            return False
        _stop_descendants(reap, untouchable)
        _signal_children(signal.SIGKILL, untouchable)
        for process in descendants():
            signal_process(process, signal.SIGKILL)
        time.sleep(0.001)
        reap()
    return True


def _stop_descendants(reap: Callable[[], object], untouchable: set[int]) -> None:
    deadline = time.monotonic() + _STOP_LIMIT
    while time.monotonic() < deadline:
        # A process that forks and exits every millisecond is faster than a walk over all processes, but it is always
        # our own child, because we adopt orphans.
        for _ in range(10):
            _signal_children(signal.SIGSTOP, untouchable)
        running = [process for process in descendants() if process.state not in _STILL]
        if not running:
            return
        for process in running:
            signal_process(process, signal.SIGSTOP)
        reap()


def _signal_children(number: int, untouchable: set[int]) -> None:
    # Only this process can reap its children, and it does not between these two lines: the numbers stay theirs.
    for pid in _children() - untouchable:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _children() -> set[int]:
    try:
        with open(f"{_PROC}/self/task/{os.getpid()}/children") as file:  # noqa: PTH123
            return {int(pid) for pid in file.read().split()}
    except OSError:
        return {process.pid for process in _every_process() if process.parent == os.getpid()}


def has_children() -> bool:
    """Say whether this process has children, adopted ones too; none at all proves that its family is gone."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return any(process.parent == os.getpid() for process in _every_process())
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def reaped() -> Iterator[tuple[int, int]]:
    """Collect every child that has ended: process ids and return codes as `subprocess` gives them."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            yield pid, os.waitstatus_to_exitcode(status)


def _leads_a_group(child: int) -> bool:
    process = _look_up(child)
    return process is not None and process.parent == os.getpid() and process.group == child


def _untouchable() -> set[int]:
    """The kernel, the first process, this process and all it descends from: no reasoning error may ever reach them."""
    found = {0, 1}
    pid = os.getpid()
    while pid not in found:
        found.add(pid)
        process = _look_up(pid)
        pid = process.parent if process else os.getppid()
    return found


def _descends(process: Process) -> bool:
    """Prove it link by link: a parent's number is true if the child still names it after the parent was looked at."""
    child = _look_up(process.pid)
    if child is None or child.started != process.started:
        return False
    while child.parent != os.getpid():
        parent = _look_up(child.parent) if child.parent > 1 else None
        again = _look_up(child.pid)
        if parent is None or again is None or again.parent != child.parent:
            return False
        child = parent
    return True


@contextlib.contextmanager
def _pinned(pid: int) -> Generator[Callable[[int], None]]:
    """Give a function that signals the process which has this number now, not one that has it later."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    except (AttributeError, OSError):  # not Linux, or one that is too old or filtered
        yield lambda number: os.kill(pid, number)
        return
    try:
        yield lambda number: signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)


def _every_process() -> list[Process]:
    if not os.path.exists(f"{_PROC}/self/stat"):  # noqa: PTH110 - `Path` objects are slow, and this file is a race
        return _process_table()
    numbers = [int(entry) for entry in os.listdir(_PROC) if entry.isdecimal()]  # noqa: PTH208
    return [process for process in map(_look_up, numbers) if process]


def _look_up(pid: int) -> Process | None:
    try:
        with open(f"{_PROC}/{pid}/stat", "rb") as file:  # noqa: PTH123
            # The name in parentheses may hold spaces and parentheses itself: count from the last one.
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        if os.path.exists(f"{_PROC}/self/stat"):  # noqa: PTH110
            return None
        return next((process for process in _process_table() if process.pid == pid), None)
    return Process(pid, fields[0].decode(), parent=int(fields[1]), group=int(fields[2]), started=int(fields[19]))


def _process_table() -> list[Process]:
    """Ask `ps`, where there is no `/proc`; it does not tell when a process started."""
    with subprocess.Popen(["ps", "-A", "-o", "pid=,stat=,ppid=,pgid="], stdout=subprocess.PIPE, text=True) as ps:
        rows = [row.split() for row in ps.communicate(timeout=5)[0].splitlines()]
    table = [Process(int(pid), state[0], int(parent), int(group), 0) for pid, state, parent, group in rows]
    return [process for process in table if process.pid != ps.pid]

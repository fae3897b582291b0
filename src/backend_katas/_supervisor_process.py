"""Own a grader's processes and folders from outside of it, so that they end with it even when it is killed.

`supervisor.py` runs `main` in an interpreter of its own without site-packages, so standard library only. The
*overseer* forks one *keeper* for each child. A keeper adopts whatever its child orphans (`PR_SET_CHILD_SUBREAPER`), so
it knows the whole family of that one child. Both take the end of their channel to the grader, however it came about,
as the order to clean up.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any

from backend_katas._family import (
    adopt_orphans,
    descendants,
    end_descendants,
    has_children,
    reaped,
    signal_group,
    signal_outside_group,
)
from backend_katas._launch import launch

TICK = 0.1  # seconds between two looks at the log's size and at the parent
LAST_SIGNAL_GRACE = 0.25  # for a service to obey its `last_signal`; the killing comes after
NESTED_GRACE = 3.0  # for a supervisor below us, which ends by itself in a bounded time
KEEPERS_GRACE = 4.0
PIECE = 1 << 16  # bytes read at a time from what a child writes into a pipe
PIECES = 16  # before anything else is looked at
LEFT_SOMETHING = 99  # exit status of an overseer that could not end all of its family


class Wakeup:
    """A pipe that turns readable when a signal arrives, so that a child's end interrupts the wait for a message."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)

    def wait(self, timeout: float, other: socket.socket | None = None, pipes: Iterable[int] = ()) -> bool:
        """Say whether `other` is readable; returns after a signal or for a pipe too, and after `timeout` seconds."""
        watch = select.poll()
        for descriptor in (self._reader, *pipes):
            watch.register(descriptor, select.POLLIN)
        if other:
            watch.register(other, select.POLLIN)
        ready = {descriptor for descriptor, _ in watch.poll(timeout * 1000)}
        with contextlib.suppress(BlockingIOError):
            while os.read(self._reader, 4096):
                pass
        return other is not None and other.fileno() in ready

    def close(self) -> None:
        """Forget the pipe; a forked process makes its own."""
        signal.set_wakeup_fd(-1)
        os.close(self._reader)
        os.close(self._writer)


class Overseer:
    """The process that the grader talks to: forks keepers, remembers folders, and outlives the grader to clean up."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._parent = os.getppid()
        self._wakeup = Wakeup()
        self._keepers: set[int] = set()
        self._folders: list[str] = []
        self._received = b""

    def run(self) -> int:
        """Serve requests until the grader is gone, then end everything; returns the exit status."""
        while self._serve() and os.getppid() == self._parent:
            self._reap()
        return self._end()

    def _reap(self) -> None:
        self._keepers -= dict(reaped()).keys()

    def _serve(self) -> bool:
        if not self._wakeup.wait(TICK, self._control):
            return True
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, 65536, 16)
        except ConnectionError:
            return False
        *lines, self._received = (self._received + data).split(b"\n")
        waiting = iter(descriptors)
        for line in lines:
            self._answer(json.loads(line), waiting)
        return bool(data)

    def _answer(self, request: dict[str, str], descriptors: Iterator[int]) -> None:
        if "forget" in request:
            self._folders.remove(request["forget"])
            return
        descriptor = next(descriptors)
        os.set_inheritable(descriptor, False)
        with socket.socket(fileno=descriptor) as channel:
            if "folder" in request:
                self._folders.append(request["folder"])
                send(channel, {"folder": request["folder"]})
            else:
                self._fork_keeper(channel, descriptors)

    def _fork_keeper(self, channel: socket.socket, not_its_own: Iterator[int]) -> None:
        overseer = os.getpid()
        if keeper := os.fork():
            self._keepers.add(keeper)
            return
        status = LEFT_SOMETHING
        try:
            self._control.close()
            self._wakeup.close()
            for descriptor in not_its_own:
                os.close(descriptor)
            status = Keeper(channel, overseer).run()
        except Exception as error:  # noqa: BLE001 - a forked process must not fall back into the overseer's loop
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            os._exit(status)

    def _end(self) -> int:
        self._control.close()
        deadline = time.monotonic() + KEEPERS_GRACE
        while self._keepers and time.monotonic() < deadline:
            self._wakeup.wait(0.01)
            self._reap()
        ended = end_descendants(self._reap)
        left = [folder for folder in reversed(self._folders) if not remove_folder(folder)]
        return 0 if ended and not left else LEFT_SOMETHING


class Keeper:
    """The process that starts one child, reports how it ended, and ends all that came of it."""

    def __init__(self, channel: socket.socket, overseer: int) -> None:
        self._adopts = adopt_orphans()
        self._channel = channel
        self._overseer = overseer
        self._wakeup = Wakeup()
        self._received = b""
        self._leader = 0
        self._code: int | None = None
        self._last_signal = int(signal.SIGKILL)
        self._logs: list[tuple[int, int]] = []
        self._pipes: dict[int, int] = {}  # the log for each pipe

    def run(self) -> int:
        """Keep one child until the grader lets go of it, or until nothing of it is left; returns the exit status."""
        specification = self._read_specification()
        if specification is None or not self._start(specification):
            return 0
        while self._listen():
            self._reap()
            if not has_children():
                break
            if any(os.fstat(log).st_size > end for log, end in self._logs):
                self._stop_flood()
        return 0 if self._end() else LEFT_SOMETHING

    def _read_specification(self) -> dict[str, Any] | None:
        while b"\n" not in self._received:
            data = self._channel.recv(65536)
            if not data:
                return None
            self._received += data
        line, self._received = self._received.split(b"\n", 1)
        return json.loads(line)

    def _start(self, specification: dict[str, Any]) -> bool:
        try:
            self._leader = self._spawn(specification)
        except OSError as error:
            self._report(errno=error.errno, reason=error.strerror, path=str(error.filename or ""))
        except ValueError as error:
            self._report(errno=0, reason=str(error), path=specification["command"][0])
        else:
            self._report(pid=self._leader, keeper=os.getpid())
        return bool(self._leader)

    def _spawn(self, specification: dict[str, Any]) -> int:
        log = self._open_log(specification["log"], specification["log_limit"])
        errors = self._open_log(path, specification["log_limit"]) if (path := specification["errors"]) else log
        outputs = {end: self._pipe_to(end) if specification["piped"] else end for end in {log, errors}}
        self._last_signal = specification["last_signal"]
        stdin = os.open(specification["stdin"] or os.devnull, os.O_RDONLY)
        try:
            return launch(
                specification["command"],
                cwd=specification["cwd"],
                environment=specification["environment"],
                streams=(stdin, outputs[log], outputs[errors]),
                user=specification["user"],
                group=specification["group"],
            )
        finally:
            for end in {stdin, *outputs.values()} - {log, errors}:
                os.close(end)

    def _open_log(self, path: str, limit: int) -> int:
        log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._logs.append((log, os.fstat(log).st_size + limit))
        return log

    def _pipe_to(self, log: int) -> int:
        """Return the writing end of a pipe whose content goes to a log, which whoever writes cannot then reopen."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.fchmod(writer, 0o622)  # whoever the child turns into may still open `/dev/stdout`
        self._pipes[reader] = log
        return writer

    def _listen(self) -> bool:
        heard = self._wakeup.wait(TICK, self._channel, self._pipes)
        self._pump()
        if not heard:
            return os.getppid() == self._overseer
        try:
            data = self._channel.recv(4096)
        except ConnectionError:
            return False
        *lines, self._received = (self._received + data).split(b"\n")
        for message in map(json.loads, lines):
            send_signal = signal_outside_group if message["outside"] else signal_group
            send_signal(self._leader, message["signal"])
        return bool(data)

    def _pump(self) -> None:
        for reader, log in list(self._pipes.items()):
            with contextlib.suppress(OSError):  # nothing more to read, or no room to write
                for _ in range(PIECES):
                    if not (data := os.read(reader, PIECE)):
                        os.close(reader)
                        del self._pipes[reader]
                        break
                    os.write(log, data)

    def _reap(self) -> None:
        if not self._adopts and self._leader_has_ended():
            # Where orphans are not adopted, the group is all we have of them, and its number is ours until the reaping.
            signal_group(self._leader, signal.SIGKILL)
        code = dict(reaped()).get(self._leader)
        if self._code is None and code is not None:
            self._code = code
            self._pump()  # what it wrote is complete when it is known to have ended
            self._report(exit=code)

    def _leader_has_ended(self) -> bool:
        with contextlib.suppress(ChildProcessError, AttributeError):
            return bool(os.waitid(os.P_PID, self._leader, os.WEXITED | os.WNOHANG | os.WNOWAIT))
        return False

    def _stop_flood(self) -> None:
        self._report(flooded=True)
        self._end()
        self._pump()
        for log, end in self._logs:
            if os.fstat(log).st_size > end:
                os.ftruncate(log, end)

    def _end(self) -> bool:
        self._reap()
        if not has_children():
            return True
        if self._last_signal != signal.SIGKILL:
            signal_group(self._leader, self._last_signal)
            self._wait(has_children, LAST_SIGNAL_GRACE)
        signal_group(self._leader, signal.SIGKILL)
        self._wait(lambda: any(is_supervisor(process.pid) for process in descendants()), NESTED_GRACE)
        return end_descendants(self._reap)

    def _wait(self, condition: Callable[[], bool], limit: float) -> None:
        deadline = time.monotonic() + limit
        self._reap()
        while condition() and time.monotonic() < deadline:
            self._wakeup.wait(0.01)
            self._reap()

    def _report(self, **document: object) -> None:
        # An orphaned keeper stays silent: the program is not to blame for the exit code that our own death causes.
        if os.getppid() == self._overseer:
            send(self._channel, document)


def send(channel: socket.socket, document: dict[str, Any]) -> None:
    """Write one JSON line; a reader that has gone is no error."""
    with contextlib.suppress(ConnectionError):
        channel.sendall(json.dumps(document).encode() + b"\n")


def is_supervisor(pid: int) -> bool:
    """Say whether a process runs this very module."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123
            return __name__.encode() in file.read()
    except OSError:
        return False


def remove_folder(folder: str) -> bool:
    """Remove a folder whatever is in it, such as the read-only directories of Go's module cache; False if it stays."""
    # `rm` copes with depths and names that a recursion in Python does not; a broken `PATH` must not hide it.
    environment = {**os.environ, "PATH": os.pathsep.join([os.environ.get("PATH", ""), os.defpath])}
    for command in (["rm", "-rf", "--"], ["chmod", "-R", "u+rwX", "--"], ["rm", "-rf", "--"]):
        if not os.path.lexists(folder):
            break
        with contextlib.suppress(OSError):
            os.rmdir(folder)  # noqa: PTH106 - a control group has files, and goes by this alone
            break
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run([*command, folder], env=environment, stderr=subprocess.DEVNULL, check=False, timeout=60)
    return not os.path.lexists(folder)


def stand_firm() -> None:
    """Outlive the signals that end a grader. A handler, unlike `SIG_IGN`, is not inherited by the children."""

    def nothing(number: int, frame: FrameType | None) -> None: ...

    ignored = {number for number in signal.valid_signals() if signal.getsignal(number) == signal.SIG_IGN}
    restored_by_subprocess = {signal.SIGPIPE, signal.SIGXFSZ}
    ours = {signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGCHLD}
    for number in (ignored | ours) - restored_by_subprocess:
        signal.signal(number, nothing)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def main(descriptor: int) -> int:
    """Run the overseer on an inherited socket; returns the exit status."""
    stand_firm()
    adopt_orphans()
    os.set_inheritable(descriptor, False)
    return Overseer(socket.socket(fileno=descriptor)).run()

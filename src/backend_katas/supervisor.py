"""Every process and temporary folder of a run, owned by a supervisor that ends them even when the grader is killed."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, SIGTERM
from types import TracebackType
from typing import Any, Self

from backend_katas import _supervisor_process
from backend_katas.errors import KatasError

LOG_LIMIT = 64 << 20  # bytes that one child may add to its log
ANSWER_LIMIT = 30.0  # seconds for the supervisor to answer; it takes milliseconds unless the machine is on its knees
END_LIMIT = 15.0
REMOVAL_LIMIT = 75.0  # a folder may be large, and the disk busy
_START = "import sys; sys.path.append(sys.argv[1]); from {0} import main; sys.exit(main(int(sys.argv[2])))"


class Child:
    """A process, and whatever comes of it, in a process group of its own; made by `Supervisor.spawn`."""

    def __init__(self, channel: _Channel, command: Sequence[str], *, pid: int, keeper: int) -> None:
        self.command = tuple(command)
        self.pid = pid
        self.keeper = keeper  # process id that the child's whole family descends from
        self.flooded = False  # it was killed because it wrote more than its limit to its log
        self.defied = False  # at its last `stop`, some of the family did not end within the grace
        self._channel = channel
        self._reading = threading.Lock()
        self._code: int | None = None
        self._over = False

    def poll(self) -> int | None:
        """Return the exit code, negative for a signal, or None while the process runs."""
        if self._reading.acquire(blocking=False):
            try:
                self._read(until=0.0)
            finally:
                self._reading.release()
        return self._code

    def wait(self, timeout: float) -> int:
        """Return the exit code when the process ends; raises `subprocess.TimeoutExpired` after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        if self._reading.acquire(timeout=max(timeout, 0)):
            try:
                self._read(until=deadline)
            finally:
                self._reading.release()
        if self._code is None:
            raise subprocess.TimeoutExpired(self.command, timeout)
        return self._code

    def signal(self, number: int) -> None:
        """Send a signal to the process group; nothing happens when it has ended."""
        self._channel.send({"signal": int(number), "outside": False})

    def stop(self, *, grace: float = 10.0, first_signal: int = SIGTERM) -> int:
        """Ask the family to end, kill all that is left of it after `grace` seconds, return the child's exit code."""
        deadline = time.monotonic() + grace
        self.signal(first_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(grace)
            # The child may be a shell that dies at once, while the server it ran still takes its leave.
            self._channel.send({"signal": int(first_signal), "outside": True})
            self._wait_for_family(deadline)
        self.defied = not self._over
        self.release()
        return self.wait(0)

    def let_go(self) -> None:
        """Have all that is left of the family killed, without waiting for it."""
        self._channel.hang_up()

    def release(self) -> None:
        """Have all that is left of the family killed, and wait until it is gone."""
        self.let_go()
        self._wait_for_family(time.monotonic() + END_LIMIT)
        self._channel.close()

    def _wait_for_family(self, deadline: float) -> None:
        with self._reading:
            while not self._over and time.monotonic() < deadline:
                self._read_one(deadline)

    def _read(self, *, until: float) -> None:
        while self._code is None and self._read_one(until):
            pass
        if self._code is None and self._over:
            raise KatasError(f"the supervisor of `{self.command[0]}` died, and the process with it")

    def _read_one(self, deadline: float) -> bool:
        if self._over:
            return False
        try:
            message = self._channel.receive(deadline)
        except TimeoutError:
            return False
        if message is None:
            self._over = True
            self._channel.close()
            return False
        self._code = message.get("exit", self._code)
        self.flooded = message.get("flooded", self.flooded)
        return True


class Supervisor:
    """The owner of all processes and temporary folders of a run; use it as a context manager, from any thread.

    It is a process of its own. When the block ends, or this process does for whatever reason, it kills every child with
    all descendants and removes every folder.
    """

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._sending = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._control, theirs = socket.socketpair()
        module = _supervisor_process.__name__
        root = Path(_supervisor_process.__file__).parents[1]
        with theirs:
            self._process = subprocess.Popen(
                # Neither site-packages nor anything the environment names: it starts in 20 ms and nothing gets into it.
                [sys.executable, "-I", "-S", "-X", "utf8", "-c", _START.format(module), root, str(theirs.fileno())],
                cwd=root.anchor,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._control
        assert self._process
        for child in self._children:
            child.let_go()
        self._control.close()
        try:
            status = self._process.wait(END_LIMIT + REMOVAL_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        for child in self._children:
            child.release()
        if status and error is None:
            raise KatasError(f"the supervisor ended with status {status}: processes or folders may be left behind")

    def spawn(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        log: Path,
        errors: Path | None = None,
        stdin: Path | None = None,
        user: int | None = None,
        group: int | None = None,
        last_signal: int = SIGKILL,
        log_limit: int = LOG_LIMIT,
        piped: bool = False,
    ) -> Child:
        """Start a process in a session of its own; what it writes is appended to `log`.

        With `errors`, what it writes to its standard error goes there instead; `log_limit` then holds for each. `user`
        and `group` are numbers, for root only. `last_signal` is what the process gets when nobody is left to stop it, a
        quarter of a second before SIGKILL. A family that adds more than `log_limit` bytes to `log` is killed. With
        `piped` it holds no file that it could open again, to cut off what it wrote. Raises OSError as `subprocess` does
        when the command, `cwd` or a file cannot be used.
        """
        channel = self._request({"spawn": command[0]})
        try:
            channel.send(
                {
                    "command": [_wire(part) for part in command],
                    "cwd": _wire(cwd.absolute()),
                    "environment": {_wire(name): _wire(value) for name, value in environment.items()},
                    "log": _wire(log.absolute()),
                    "errors": errors and _wire(errors.absolute()),
                    "stdin": stdin and _wire(stdin.absolute()),
                    "user": user,
                    "group": group,
                    "last_signal": int(last_signal),
                    "log_limit": log_limit,
                    "piped": piped,
                }
            )
            started = self._answer(channel)
            if "pid" not in started:
                raise _refusal(started)
            child = Child(channel, command, pid=started["pid"], keeper=started["keeper"])
        except BaseException:
            channel.close()
            raise
        self._children.append(child)
        return child

    @contextlib.contextmanager
    def folder(self, prefix: str, *, parent: Path | None = None) -> Generator[Path]:
        """Give a new folder that only this user may enter; it is removed after the block whatever is in it."""
        # Announced before it exists: the grader may be killed between any two lines.
        # `secrets` would load OpenSSL, 3 MB in the process that waits for a grade.
        place = (parent or Path(tempfile.gettempdir())).absolute() / f"{prefix}{os.urandom(6).hex()}"
        with contextlib.closing(self._request({"folder": _wire(place)})) as channel:
            self._answer(channel)
        try:
            place.mkdir(mode=0o700)
            yield place
        finally:
            if _supervisor_process.remove_folder(os.fspath(place)):
                with contextlib.suppress(KatasError):
                    self._send({"forget": _wire(place)})

    def _request(self, document: Mapping[str, Any]) -> _Channel:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._send(document, theirs.fileno())
            except BaseException:
                ours.close()
                raise
        return _Channel(ours)

    def _send(self, document: Mapping[str, Any], *descriptors: int) -> None:
        if self._control is None:
            raise KatasError("the supervisor was not started: use it in a `with` block")
        line = json.dumps(document).encode() + b"\n"
        try:
            with self._sending:
                sent = socket.send_fds(self._control, [line], descriptors)
                self._control.sendall(line[sent:])
        except OSError as error:
            raise self._death() from error

    def _answer(self, channel: _Channel) -> dict[str, Any]:
        try:
            message = channel.receive(time.monotonic() + ANSWER_LIMIT)
        except TimeoutError as error:
            raise KatasError(f"the supervisor did not answer within {ANSWER_LIMIT:.0f} s") from error
        if message is None:
            raise self._death()
        return message

    def _death(self) -> KatasError:
        status = self._process.poll() if self._process else None
        return KatasError(
            f"the supervisor of all processes died (exit status {status})",
            "run it again; if it happens twice, something on this machine kills processes",
        )


class _Channel:
    """JSON lines over a socket; one thread reads at a time, any may send."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = b""

    def send(self, document: Mapping[str, Any]) -> None:
        with contextlib.suppress(OSError):  # whoever has gone is missed by the next read
            self._connection.sendall(json.dumps(document).encode() + b"\n")

    def receive(self, deadline: float) -> dict[str, Any] | None:
        """Return the next message, None at the end; raises TimeoutError when there is none by `deadline`."""
        while b"\n" not in self._received:
            self._connection.settimeout(max(deadline - time.monotonic(), 0))
            try:
                data = self._connection.recv(65536)
            except BlockingIOError as error:
                raise TimeoutError from error
            except ConnectionError:
                data = b""
            if not data:
                return None
            self._received += data
        line, self._received = self._received.split(b"\n", 1)
        return json.loads(line)

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._connection.close()


def _refusal(answer: Mapping[str, Any]) -> Exception:
    if answer["errno"]:
        return OSError(answer["errno"], answer["reason"], answer["path"])
    return ValueError(f"`{answer['path']}` cannot be started: {answer['reason']}")


def _wire(text: str | os.PathLike[str]) -> str:
    """Return a text or path in the supervisor's encoding, UTF-8, whatever this process's locale says."""
    return os.fsencode(text).decode("utf-8", "surrogateescape")

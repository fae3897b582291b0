"""Run a container in the place of a process: what it writes and how it ends are this process's, and it goes with it.

The *leader* is what a keeper starts, signals and kills. The *agent*, in a session of its own, talks to the engine and
takes the leader's end, however it came about, as the order to remove the container. Started without site-packages and
for every call of a program, so standard library only, and little of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import struct
from types import FrameType
from typing import Any

FAILED = 125  # exit code of a container that could not be run, as of `docker run`
_PASSED_ON = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
_PIECE = 1 << 16
_HEADER = 8  # bytes before each piece of output: which stream, and how long
_LIMIT = 60.0  # seconds for the engine to answer
_TRIES = 5

Document = dict[str, Any]


class Refused(Exception):  # noqa: N818 - it says what happened
    """The engine did not do what it was asked for; `status` is that of HTTP."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Engine:
    """The HTTP interface of an engine at the path of a Unix socket."""

    def __init__(self, path: str) -> None:
        self._path = path

    def ask(self, method: str, path: str, document: object = None) -> Document:
        """Return the answer's document, an empty one if it has none; raises Refused, and OSError without an engine."""
        # HTTP/1.0: the answer then ends with the connection.
        with self._sent(f"{method} {path} HTTP/1.0\r\n", document) as connection:
            answer = b"".join(iter(lambda: connection.recv(_PIECE), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        status = _status(head)
        told: Document = json.loads(body) if body.strip() else {}
        if status >= 400:
            raise Refused(status, str(told.get("message", body[:200])))
        return told

    def attach(self, container: str, *, stdin: bool) -> tuple[socket.socket, bytes]:
        """Return a connection to the streams of a container, and what of them has come already."""
        path = f"/containers/{container}/attach?stream=1&stdout=1&stderr=1&stdin={int(stdin)}"
        connection = self._sent(f"POST {path} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n", None)
        head = b""
        while b"\r\n\r\n" not in head:
            if not (data := connection.recv(_PIECE)):
                raise OSError("the engine hung up")
            head += data
        head, _, rest = head.partition(b"\r\n\r\n")
        if _status(head) not in (101, 200):
            raise Refused(_status(head), rest.decode(errors="replace"))
        return connection, rest

    def _sent(self, request: str, document: object) -> socket.socket:
        body = b"" if document is None else json.dumps(document).encode()
        head = f"{request}Host: docker\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(_LIMIT)
            connection.connect(self._path)
            connection.sendall(head.encode() + body)
        except BaseException:
            connection.close()
            raise
        return connection


def _is_missing(source: str, told: str) -> bool:
    """Say whether the engine found no folder to mount, as it and what it runs containers by say it."""
    return told.endswith(f"bind source path does not exist: {source}") or f'mounting "{source}" ' in told


def _status(head: bytes) -> int:
    words = head.split(None, 2)
    if len(words) < 2 or not words[1].isdigit():
        raise OSError("what answers is no engine")
    return int(words[1])


class Agent:
    """Runs one container for a leader, as an order says, and removes it."""

    def __init__(self, order: Document, leader: socket.socket) -> None:
        self._order = order
        self._leader = leader
        self._engine = Engine(order["engine"])
        self._name = order["name"]
        self._received = b""
        self._given = b""
        self._stdin = bool(order["create"].get("OpenStdin"))
        self._written = {1: b"", 2: b""}

    def run(self) -> int:
        """Return the exit code of the container."""
        code = FAILED
        try:
            self._stream, self._received = self._begin()
            with self._stream:
                code = self._carry()
        except (OSError, ValueError, LookupError, Refused) as problem:
            self._report(problem=str(problem) or repr(problem))
        finally:
            with contextlib.suppress(OSError):
                self._leader.sendall(bytes([code]))
            self._remove()
        return code

    def _begin(self) -> tuple[socket.socket, bytes]:
        mounts = self._order["create"]["HostConfig"]["Mounts"]
        for tries_left in reversed(range(_TRIES)):
            try:
                return self._started()
            except Refused as refusal:
                # The folder of another program may go at any moment.
                left = [mount for mount in mounts if not _is_missing(mount["Source"], str(refusal))]
                if len(left) == len(mounts) or not tries_left:
                    raise
                mounts[:] = left
                self._remove()
        raise AssertionError

    def _started(self) -> tuple[socket.socket, bytes]:
        path = f"/containers/create?name={self._name}"
        if warnings := self._engine.ask("POST", path, self._order["create"]).get("Warnings"):
            raise ValueError("; ".join(warnings))
        stream = self._engine.attach(self._name, stdin=self._stdin)
        try:
            self._engine.ask("POST", f"/containers/{self._name}/start")
        except BaseException:
            stream[0].close()
            raise
        self._report()
        return stream

    def _report(self, **document: str) -> None:
        """Tell whoever has asked for the container that it runs, or what stands against it."""
        place = self._order["state"]
        with contextlib.suppress(OSError):
            with open(f"{place}.new", "x") as file:  # noqa: PTH123 - saves the import of pathlib
                json.dump(document, file)
            os.rename(f"{place}.new", place)  # noqa: PTH104

    def _carry(self) -> int:
        """Carry the streams on until the container has ended, or the leader is gone; returns its exit code."""
        self._stream.setblocking(False)
        for descriptor in self._written:
            os.set_blocking(descriptor, False)
        streaming = True
        while streaming or any(self._written.values()):
            ready = self._wait(streaming)
            if self._leader.fileno() in ready and not self._obey():
                return FAILED
            self._write(ready)
            if streaming and self._stream.fileno() in ready:
                self._feed()
                streaming = self._read()
        return int(self._engine.ask("POST", f"/containers/{self._name}/wait")["StatusCode"])

    def _wait(self, streaming: bool) -> set[int]:
        watch = select.poll()
        watch.register(self._leader, select.POLLIN)
        waiting = [descriptor for descriptor, data in self._written.items() if data]
        for descriptor in waiting:
            watch.register(descriptor, select.POLLOUT)
        if streaming and not waiting:
            watch.register(self._stream, select.POLLIN | (select.POLLOUT if self._stdin else 0))
        return {descriptor for descriptor, _ in watch.poll()}

    def _obey(self) -> bool:
        """Pass the leader's signals on; False when it is gone."""
        numbers = self._leader.recv(100)
        for number in numbers:
            with contextlib.suppress(Refused):  # it has just ended
                self._engine.ask("POST", f"/containers/{self._name}/kill?signal={number}")
        return bool(numbers)

    def _write(self, ready: set[int]) -> None:
        for descriptor in ready & self._written.keys():
            try:
                written = os.write(descriptor, self._written[descriptor])
            except BlockingIOError:
                continue
            except OSError:  # nobody reads it any more
                written = len(self._written[descriptor])
            self._written[descriptor] = self._written[descriptor][written:]

    def _feed(self) -> None:
        """Give the container what stands in our standard input."""
        if not self._stdin:
            return
        self._given = self._given or os.read(0, _PIECE)
        try:
            if not self._given:
                self._stdin = False
                self._stream.shutdown(socket.SHUT_WR)
                return
            self._given = self._given[self._stream.send(self._given) :]
        except BlockingIOError:
            pass
        except OSError:  # the container does not want it
            self._stdin = False

    def _read(self) -> bool:
        """Sort what has come by stream; False at the end."""
        try:
            data = self._stream.recv(_PIECE)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        self._received += data
        while len(self._received) >= _HEADER:
            stream, length = struct.unpack_from(">BxxxI", self._received)
            if len(self._received) < _HEADER + length:
                break
            self._written[2 if stream == 2 else 1] += self._received[_HEADER : _HEADER + length]
            self._received = self._received[_HEADER + length :]
        return bool(data)

    def _remove(self) -> None:
        with contextlib.suppress(OSError, Refused):
            self._engine.ask("DELETE", f"/containers/{self._name}?force=1&v=1")


def main(place: str) -> int:
    """Run the container that the order in a file describes; returns its exit code."""
    with open(place) as file:  # noqa: PTH123
        order = json.load(file)
    ours, theirs = socket.socketpair()
    if not os.fork():
        try:
            os.setsid()
            for number in _PASSED_ON:
                signal.signal(number, signal.SIG_IGN)
            ours.close()
            Agent(order, theirs).run()
        finally:
            os._exit(0)
    theirs.close()

    def pass_on(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        with contextlib.suppress(OSError):
            ours.send(bytes([number]))

    for number in _PASSED_ON:
        signal.signal(number, pass_on)
    return next(iter(ours.recv(1)), FAILED)

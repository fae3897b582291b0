"""Remove a grader's containers from outside of it, so that they go with it even when it is killed.

`engine.py` starts this file as a script, so it may import the standard library only.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import sys
import time
from urllib.parse import quote, urlsplit

DONE = b"done"
PING_LIMIT = 2.0  # seconds
REMOVE_LIMIT = 20.0
PAUSE = 0.02
LATECOMERS = 0.6  # seconds in which a container may appear whose creation was asked for before the grader died


class Engine:
    """The HTTP interface of a Docker engine at `unix:///path` or `tcp://host:port`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._parts = urlsplit(address)

    def request(self, method: str, path: str, *, timeout: float) -> tuple[int, bytes]:
        """Return status and body of an answer; OSError when there is no engine."""
        connection = http.client.HTTPConnection("localhost", timeout=timeout)
        with contextlib.closing(connection):
            connection.sock = self._dial(timeout)
            try:
                connection.request(method, path)
                answer = connection.getresponse()
                return answer.status, answer.read(1 << 20)
            except http.client.HTTPException as error:
                raise OSError(f"it does not answer as an engine does: {error!r}") from error

    def ping(self) -> None:
        """Raise OSError unless the engine answers."""
        status, body = self.request("GET", "/_ping", timeout=PING_LIMIT)
        if status != 200:
            raise OSError(f"it answers {status} {body[:200].decode(errors='replace').strip()}")

    def containers(self, label: str) -> list[str]:
        """Return the ids of all containers with a label, running or not."""
        filters = quote(json.dumps({"label": [label]}))
        status, body = self.request("GET", f"/containers/json?all=1&filters={filters}", timeout=REMOVE_LIMIT)
        return [str(container["Id"]) for container in json.loads(body)] if status == 200 else []

    def remove(self, container: str) -> None:
        """Kill a container and remove it with its volumes."""
        self.request("DELETE", f"/containers/{container}?force=1&v=1", timeout=REMOVE_LIMIT)

    def _dial(self, timeout: float) -> socket.socket:
        if self._parts.scheme != "unix":
            return socket.create_connection((self._parts.hostname or "", self._parts.port or 2375), timeout)
        dialled = socket.socket(socket.AF_UNIX)
        try:
            dialled.settimeout(timeout)
            dialled.connect(self._parts.path)
        except OSError:
            dialled.close()
            raise
        return dialled


def remove_containers(engine: Engine, label: str, *, latecomers: float) -> bool:
    """Remove all containers with a label, those too that appear within some seconds; False if one stays."""
    start = time.monotonic()
    left = True
    while (left or time.monotonic() < start + latecomers) and time.monotonic() < start + REMOVE_LIMIT:
        with contextlib.suppress(OSError, ValueError):
            found = engine.containers(label)
            left = bool(found)
            for container in found:
                engine.remove(container)
        time.sleep(PAUSE)
    return not left


def main() -> int:
    """Remove the containers at the end of standard input, at leisure unless `done` stood there."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    address, label, *_ = sys.argv[1:]
    orderly = sys.stdin.buffer.read() == DONE
    return 0 if remove_containers(Engine(address), label, latecomers=0 if orderly else LATECOMERS) else 1


if __name__ == "__main__":
    sys.exit(main())

"""No isolation: the program is an ordinary process beside the grader, for people who run their own code."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psutil

from backend_katas.isolation.premises import Premises
from backend_katas.supervisor import LOG_LIMIT, Child, Supervisor

_LOOPBACK = "127.0.0.1"


class OpenCell:
    """The machine itself, as a cell."""

    name = "none"

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    @property
    def in_force(self) -> dict[str, float]:
        """None."""
        return {}

    @property
    def versions(self) -> dict[str, str]:
        """None: nothing is needed for it."""
        return {}

    def spawn(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        log: Path,
        errors: Path | None = None,
        stdin: Path | None = None,
        log_limit: int = LOG_LIMIT,
        networked: bool = False,  # noqa: ARG002 - all are
    ) -> Child:
        """Start an ordinary process."""
        return self._supervisor.spawn(
            command, cwd=cwd, environment=environment, log=log, errors=errors, stdin=stdin, log_limit=log_limit
        )

    def connect(self, port: int, *, timeout: float, source: str = "") -> socket.socket:
        """Connect by loopback."""
        bound = (source, 0) if source else None
        connection = socket.create_connection((_LOOPBACK, port), timeout=timeout, source_address=bound)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def listen(self) -> socket.socket:
        """Listen on loopback."""
        return socket.create_server((_LOOPBACK, 0), backlog=512)

    def reach(self, host: str, port: int) -> tuple[str, int]:
        """Return the same address: there is no wall."""
        return host, port

    def free_port(self) -> int:
        """Return a port that was free a moment ago; nothing keeps it, so whoever uses it must cope with losing it."""
        with socket.socket() as probe:
            probe.bind((_LOOPBACK, 0))
            return probe.getsockname()[1]

    def listening(self, child: Child) -> tuple[tuple[str, int], ...]:
        """Look at every process of the family; those of another user stay unseen."""
        found: set[tuple[str, int]] = set()
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in psutil.Process(child.keeper).children(recursive=True):
                found |= _listening(process)
        return tuple(sorted(found))

    def sees(self, path: Path) -> bool:  # noqa: ARG002
        """Say yes: there is no wall."""
        return True

    def admit(self, folder: Path) -> None:
        """Do nothing: the folder is where it is."""

    def shared(self, folder: Path) -> AbstractContextManager[None]:  # noqa: ARG002
        """Do nothing: the folder is seen by all."""
        return contextlib.nullcontext()


@contextmanager
def none(supervisor: Supervisor, premises: Premises | None = None) -> Generator[OpenCell]:  # noqa: ARG001
    """Give the machine itself; what runs in it ends with the supervisor."""
    yield OpenCell(supervisor)


def _listening(process: psutil.Process) -> set[tuple[str, int]]:
    try:
        connections = process.net_connections(kind="tcp")
    except psutil.Error:
        return set()
    return {(item.laddr.ip, item.laddr.port) for item in connections if item.status == psutil.CONN_LISTEN}

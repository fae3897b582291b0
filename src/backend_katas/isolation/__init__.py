"""How a program is confined: one function an isolation, each gives a `Cell` for as long as its block lasts."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from backend_katas.isolation.none import none
from backend_katas.supervisor import LOG_LIMIT, Child, Supervisor


class Cell(Protocol):
    """The place where programs run; whoever talks to a program asks its cell: an address may mean nothing outside."""

    @property
    def name(self) -> str:
        """The name of the isolation, such as `none`."""
        ...

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
    ) -> Child:
        """Start a process inside; its files, and what is raised, are those of `Supervisor.spawn`."""
        ...

    def connect(self, port: int, *, timeout: float, source: str = "") -> socket.socket:
        """Return a connection to a port of a program inside, with `timeout` seconds set; raises OSError.

        The program sees it come from the address `source`; EADDRNOTAVAIL says that there is no such address here.
        """
        ...

    def reach(self, host: str, port: int) -> tuple[str, int]:
        """Return the address by which a program inside reaches an address outside."""
        ...

    def free_port(self) -> int:
        """Return a port that nobody inside listens on."""
        ...

    def listening(self, child: Child) -> tuple[tuple[str, int], ...]:
        """Return the TCP addresses on which the family of a child listens."""
        ...


ISOLATIONS: dict[str, Callable[[Supervisor], AbstractContextManager[Cell]]] = {"none": none}

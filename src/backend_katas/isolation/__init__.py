"""How a program is confined: one function an isolation, each gives a `Cell` for as long as its block lasts."""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from backend_katas.errors import KatasError, did_you_mean
from backend_katas.isolation.bwrap import bwrap
from backend_katas.isolation.none import none
from backend_katas.isolation.premises import Premises
from backend_katas.isolation.proof import Property, examine, require
from backend_katas.supervisor import LOG_LIMIT, Child, Supervisor

__all__ = ["ISOLATIONS", "Cell", "Premises", "examined", "in_words", "isolation_of"]


class Cell(Protocol):
    """The place where programs run; whoever talks to a program asks its cell: an address may mean nothing outside."""

    @property
    def name(self) -> str:
        """The name of the isolation, such as `none`."""
        ...

    @property
    def in_force(self) -> Mapping[str, float]:
        """The limits that hold inside, by name, such as `{"memory": 2147483648}`; sizes are in bytes."""
        ...

    @property
    def versions(self) -> Mapping[str, str]:
        """The versions of what makes the cell, such as `{"bwrap": "0.8.0"}`."""
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
        networked: bool = False,
    ) -> Child:
        """Start a process inside; its files, and what is raised, are those of `Supervisor.spawn`.

        `networked` lets it use the machine's network, as a build may have to; others reach their services only.
        """
        ...

    def connect(self, port: int, *, timeout: float, source: str = "") -> socket.socket:
        """Return a connection to a port of a program inside, with `timeout` seconds set; raises OSError.

        The program sees it come from the address `source`; EADDRNOTAVAIL says that there is no such address here.
        """
        ...

    def listen(self) -> socket.socket:
        """Return a socket that listens inside, on a free port of its own."""
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

    def sees(self, path: Path) -> bool:
        """Say whether a program inside sees what lies at a path outside."""
        ...

    def admit(self, folder: Path) -> None:
        """Let programs have a folder at its path; what they make of it need not be seen outside."""
        ...

    def shared(self, folder: Path) -> AbstractContextManager[None]:
        """Let programs and the grader have an empty folder in common for the block, at the same path."""
        ...


@contextmanager
def _proven(supervisor: Supervisor, premises: Premises | None = None) -> Generator[Cell]:
    given = premises or Premises()
    with bwrap(supervisor, given) as cell:
        require(cell, supervisor, given)
        yield cell


@contextmanager
def _contained(supervisor: Supervisor, premises: Premises | None = None) -> Generator[Cell]:
    from backend_katas.isolation import container_proof
    from backend_katas.isolation.docker import docker

    given = premises or Premises()
    with docker(supervisor, given) as cell:
        container_proof.require(cell, supervisor, given)
        yield cell


ISOLATIONS: dict[str, Callable[..., AbstractContextManager[Cell]]] = {
    "none": none,
    "bwrap": _proven,
    "docker": _contained,
}
"""By name; each is given the supervisor and may be given `Premises`."""


def examined(name: str, supervisor: Supervisor, premises: Premises) -> tuple[Property, ...]:
    """Make a cell of an isolation and return what was seen of each property; KatasError when there can be no cell."""
    if name == "docker":
        from backend_katas.isolation import container_proof
        from backend_katas.isolation.docker import docker

        with docker(supervisor, premises) as contained:
            return container_proof.examine(contained, supervisor, premises)
    with bwrap(supervisor, premises) as cell:
        return examine(cell, supervisor, premises)


def in_words(name: str, limits: Mapping[str, float], *, build_network: bool) -> str:
    """Return an isolation with the limits in force that matter most, as a report shows it."""
    parts = [words.format(limits[limit] / unit) for limit, unit, words in _WORDS if limit in limits]
    parts += ["build with network"] if build_network and name != "none" else []
    return f"{name}: {', '.join(parts)}" if parts else name


_WORDS = (
    ("memory", 1 << 20, "{:.0f} MiB memory"),
    ("memory_each", 1 << 20, "{:.0f} MiB memory for each process"),
    ("storage", 1 << 20, "{:.0f} MiB storage"),
    ("processes", 1, "{:.0f} processes"),
    ("processors", 1, "{:g} processors"),
)


def isolation_of(name: str) -> Callable[..., AbstractContextManager[Cell]]:
    """Return an isolation by its name; KatasError where there is none of that name, and never another instead."""
    if name not in ISOLATIONS:
        known = ", ".join(f"`{each}`" for each in ISOLATIONS)
        raise KatasError(f"there is no isolation `{name}`; there are {known}", did_you_mean(name, ISOLATIONS))
    return ISOLATIONS[name]

"""The learner's program as a check meets it: running, with services of its own, and watched."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from errno import EADDRNOTAVAIL
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from backend_katas.client import Client
from backend_katas.commandline import CommandLine
from backend_katas.disk import is_full
from backend_katas.isolation import Cell
from backend_katas.model import Command, Exchange
from backend_katas.probes.keyspace import Keyspace
from backend_katas.program import Program
from backend_katas.proxy import Relay
from backend_katas.services import Endpoint
from backend_katas.services.redis_server import address_of

if TYPE_CHECKING:
    from backend_katas.probes.database import Database
    from backend_katas.probes.scans import Scans

RELAYED: Mapping[str, Literal["postgres", "redis"]] = {"postgres": "postgres", "redis": "redis"}
"""The services that a program reaches through a relay, and the protocol which that relay understands."""

_STATEMENTS_SHOWN = 20
_DYING = 0.5  # seconds


class Attachment:
    """A service as one deployment has it: its endpoint, and the relay that the program reaches it through."""

    def __init__(self, endpoint: Endpoint, relay: Relay | None, database: Database | None) -> None:
        self.endpoint = endpoint
        self._relay = relay
        self._database = database

    @property
    def relay(self) -> Relay:
        """The relay on the program's connections to this service."""
        if self._relay is None:
            raise TypeError(f"a {self.endpoint.scheme} service has no relay")
        return self._relay

    @property
    def database(self) -> Database:
        """The program's database, seen with an administrator's rights."""
        if self._database is None:
            raise TypeError(f"a {self.endpoint.scheme} service has no tables")
        return self._database

    @property
    def keyspace(self) -> Keyspace:
        """The program's keys, seen with an administrator's rights."""
        endpoint = self.endpoint
        if endpoint.scheme != "redis":
            raise TypeError(f"a {endpoint.scheme} service has no keys")
        return Keyspace(address_of(endpoint.admin_url), database=int(endpoint.path))

    def preferring_indexes(self) -> AbstractContextManager[None]:
        """Have no table read whole where an index serves, by a program that is restarted in the block."""
        from backend_katas.probes.scans import preferring_indexes

        return preferring_indexes(self._tables(), role=self.endpoint.user)

    def scans(self) -> AbstractContextManager[Scans]:
        """Count how often each table is read whole and by an index; the program's sessions are ended afterwards."""
        from backend_katas.probes.scans import counted

        return counted(self._tables(), role=self.endpoint.user)

    def _tables(self) -> str:
        if self.endpoint.scheme != "postgresql":
            raise TypeError(f"a {self.endpoint.scheme} service has no tables")
        return self.endpoint.admin_url


def _answers(endpoint: Endpoint) -> bool:
    try:
        socket.create_connection((endpoint.host, endpoint.port), timeout=2).close()
    except OSError:
        return False
    return True


def _connected(cell: Cell, port: int, timeout: float, source: str) -> socket.socket:
    try:
        return cell.connect(port, timeout=timeout, source=source)
    except OSError as error:
        if source and error.errno == EADDRNOTAVAIL:
            # The standard library's own word for it, which pytest takes as `pytest.skip`; the import takes 13 ms.
            from unittest import SkipTest

            raise SkipTest(f"this machine has no address `{source}` to connect from") from error
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """What happened on a deployment for a while that is over."""

    exchanges: tuple[Exchange, ...]
    log: str
    statements: tuple[str, ...]


class Watch:
    """What happened on a deployment since a moment: exchanges or calls, log lines and SQL statements."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._log = [(program, program.log_position()) for program in deployment.programs]
        self._statements = {name: held.relay.position() for name, held in deployment.relayed.items()}
        self._before: list[Episode] = []
        self.exchanges: list[Exchange] = []
        self.commands: list[Command] = []

    def log(self) -> str:
        """Return what the program wrote since, as text."""
        known = dict(self._log)
        parts = [episode.log for episode in self._before]
        parts += [program.log_since(known.get(program, 0)) for program in self.deployment.programs]
        return "\n".join(part for part in parts if part.strip())

    def statements(self) -> tuple[str, ...]:
        """Return the last SQL statements the relay saw since."""
        before = [text for episode in self._before for text in episode.statements]
        held = self.deployment.relayed.get("postgres")
        seen = held.relay.statements_since(self._statements["postgres"]) if held else ()
        return (*before, *(statement.text for statement in seen))[-_STATEMENTS_SHOWN:]

    def include(self, episode: Episode) -> None:
        """Count to this watch, once, what happened before it, perhaps on another deployment."""
        if not any(known is episode for known in self._before):
            self._before.append(episode)
            self.exchanges.extend(episode.exchanges)


class Deployment:
    """The learner's program, ready to answer, with the services and the environment that one group of checks needs.

    A server runs already, and `another` starts one more by its name; `command_line` gives a command-line program that
    records to a list. A deployment has one or the other.
    """

    def __init__(
        self,
        *,
        services: Mapping[str, Attachment],
        environment: Mapping[str, str],
        cell: Cell,
        web: Program | None = None,
        another: Callable[[str], Program] | None = None,
        command_line: Callable[[list[Command]], AbstractContextManager[CommandLine]] | None = None,
    ) -> None:
        self.services = services
        self.environment = environment
        self.programs = [web] if web else []
        self._another = another
        self._command_line = command_line
        self._cell = cell
        self._watch = Watch(self)

    @property
    def web(self) -> Program:
        """The running server."""
        if not self.programs:
            raise TypeError("a kata of this kind has no server: its checks ask for `cli`")
        return self.programs[0]

    @property
    def relayed(self) -> dict[str, Attachment]:
        """The services that the program reaches through a relay, by name."""
        return {name: held for name, held in self.services.items() if name in RELAYED}

    def lost_services(self) -> list[str]:
        """Return the services that no longer answer: what fails without them is not the program's fault."""
        return [name for name, held in self.services.items() if not _answers(held.endpoint)]

    def troubles(self) -> list[str]:
        """Return what explains a failed check beyond what it saw: a program that ended by itself, a full disk."""
        exchanges = self._watch.exchanges
        # A connection breaks some milliseconds before its program is known to have ended.
        patience = _DYING if exchanges and exchanges[-1].status is None else 0.0
        ends = [(program, program.end(within=patience)) for program in self.programs]
        told = [f"`{program.name}` does not run any more: {end}" for program, end in ends if end]
        places = [Path(self.environment["TMPDIR"]), *(program.log.parent for program in self.programs)]
        return [*told, *(["the disk is full; `df -h` tells which one"] if any(map(is_full, places)) else [])]

    def watch(self) -> Watch:
        """Start a new watch: exchanges made from here on belong to it."""
        self._watch = Watch(self)
        return self._watch

    def include(self, episode: Episode) -> None:
        """Put on the record of the present watch what belongs to it, though it happened before or elsewhere."""
        self._watch.include(episode)

    def client(self, program: Program | None = None, *, deadline: float = 5.0, source: str = "") -> Client:
        """Return a client of the program, or of another instance; its exchanges go to the present watch.

        Its connections come from the address `source`, such as `127.0.0.2`. Where the machine has no such address, as
        with the loopback of macOS, the check is skipped by the first request.
        """
        target = program or self.web
        return Client(
            lambda timeout: _connected(self._cell, target.port, timeout, source),
            host=f"127.0.0.1:{target.port}",
            deadline=deadline,
            recorder=self._watch.exchanges,
        )

    def command_line(self) -> AbstractContextManager[CommandLine]:
        """Give a command line with a scratch folder of its own; its calls go to the present watch."""
        if self._command_line is None:
            raise TypeError("a kata of this kind is not called from a command line: its checks ask for `api`")
        return self._command_line(self._watch.commands)

    def restart(self) -> None:
        """Stop the program with SIGTERM and start it again with the same services and environment.

        Raises ProgramFault when it did not end within 10 s and had to be killed.
        """
        self.web.restart()

    def crash(self) -> None:
        """Kill the program and all it has started, as a power cut would, and start it again as `restart` does."""
        self.web.crash()

    def second(self) -> Client:
        """Start one more instance of the program beside the first and return a client of it."""
        if self._another is None:
            raise TypeError("a kata of this kind has no server: its checks ask for `cli`")
        program = self._another(f"web-{len(self.programs) + 1}")
        self.programs.append(program)
        return self.client(program)

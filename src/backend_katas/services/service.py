"""What a service is: the providers that can serve it, and the endpoint that one program is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from backend_katas.services.mailbox import Mailbox
from backend_katas.supervisor import Supervisor

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a provider may use: the owner of processes and folders, the grader's environment, a cache folder.

    `walled` says that programs are strangers': none may get at what a server holds for others.
    """

    supervisor: Supervisor
    environ: Mapping[str, str]
    cache: Path
    walled: bool = False


def no_log() -> str:
    """Return nothing: the log of a server that is not ours."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One program's share of a server.

    `admin_url` is the grader's own way in, past the relay; `log` returns the end of the server's log; only an endpoint
    of SMTP has a mailbox.
    """

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""
    path: str = ""
    admin_url: str = ""
    log: Callable[[], str] = no_log
    mailbox: Mailbox | None = None

    def url(self, host: str | None = None, port: int | None = None) -> str:
        """Return the URL for the program, by way of another address when one is given (the relay's)."""
        credentials = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.password else ""
        path = f"/{quote(self.path, safe='')}" if self.path else ""
        return f"{self.scheme}://{credentials}{_authority(host or self.host, port or self.port)}{path}"


class Server(Protocol):
    """A running server; programs share it, each through an endpoint of its own."""

    @property
    def provider(self) -> str:
        """The provider's name, as reports show it."""
        ...

    @property
    def version(self) -> str:
        """The server's own version."""
        ...

    def endpoint(self) -> AbstractContextManager[Endpoint]:
        """Make a share for one program, and unmake it afterwards."""
        ...


def _in_order(surroundings: Surroundings) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One way to get a server.

    `serve` starts the server or connects to it; `check` only looks, without starting anything, whether that has a
    chance. Both raise KatasError where it has none.
    """

    serve: Callable[[Surroundings], AbstractContextManager[Server]]
    check: Callable[[Surroundings], object] = _in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service by name, the variable a program finds it in, and its providers in order of preference.

    `advice` is what to do where no provider serves.
    """

    name: str
    variable: str
    providers: Mapping[str, Provider]
    advice: str = ""


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

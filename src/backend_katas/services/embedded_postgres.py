"""A private PostgreSQL cluster in a temporary folder, gone when it is left."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from signal import SIGQUIT

from backend_katas.services.identity import Identity, ordinary
from backend_katas.services.postgres_binaries import Binaries, find_binaries
from backend_katas.services.postgres_template import fresh_cluster
from backend_katas.services.service import LOOPBACK, Surroundings
from backend_katas.services.workbench import Workbench, free_port, public_place, workbench
from backend_katas.supervisor import Child

# Nothing in a graded database has to survive a power cut; everything else is as in production.
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "replica",
    "max_wal_size": "256MB",
    "shared_buffers": "32MB",
    "max_connections": "250",
    "dynamic_shared_memory_type": "mmap",  # in the data directory, so that nothing outlives it
    "log_timezone": "UTC",
    "TimeZone": "UTC",
}

ATTEMPTS = 5
START_TIMEOUT = 30.0
POLL = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running cluster; its password is the template's, to be replaced before anybody else knows the port."""

    port: int
    password: str = field(repr=False)
    version: str
    log: Callable[[], str]


@contextmanager
def cluster(
    surroundings: Surroundings, *, identity: Identity | None = None, binaries: Binaries | None = None
) -> Generator[Cluster]:
    """Run a cluster on a free loopback port until the block ends; KatasError carries the end of its log."""
    found, who = binaries or find_binaries(surroundings.environ), identity or ordinary()
    with (
        _reachable(found, surroundings, who) as reachable,
        workbench(surroundings, "katas-postgres-", identity=who) as bench,
    ):
        files = fresh_cluster(bench, reachable, surroundings.cache)
        password = (files / "password").read_text()
        with _started(bench, reachable, files / "data") as port:
            yield Cluster(port=port, password=password, version=found.version, log=bench.log_tail)


@contextmanager
def _reachable(binaries: Binaries, surroundings: Surroundings, identity: Identity) -> Generator[Binaries]:
    """Lend binaries that the identity can run: a copy where the originals lie in a home that is closed to it."""
    if identity.may_enter(binaries.folder):
        yield binaries
        return
    installation = binaries.folder.parent
    package = installation.parent
    with surroundings.supervisor.folder("katas-programs-", parent=public_place(identity)) as programs:
        copy = programs / package.name / installation.name
        for part in ("bin", "lib", "share"):
            shutil.copytree(installation / part, copy / part, symlinks=True)
        # A wheel's programs look for their libraries beside the package, by a path relative to themselves.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, programs / libraries.name)
        for path in (programs, *programs.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))
        yield replace(binaries, folder=copy / "bin")


@contextmanager
def _started(bench: Workbench, binaries: Binaries, data: Path) -> Generator[int]:
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    for _ in range(ATTEMPTS):
        port = free_port()
        command = [binaries.folder / "postgres", "-D", data, "-p", str(port), *settings]
        # The data are thrown away, so it may leave at once, without a checkpoint.
        with bench.running(command, stop=SIGQUIT) as server:
            if _becomes_ready(server, data / "postmaster.pid"):
                yield port
                return
        if "could not bind" not in bench.log_tail():
            break
    raise bench.failure(f"PostgreSQL {binaries.version} of `{binaries.folder}` did not start")


def _becomes_ready(server: Child, pid_file: Path) -> bool:
    deadline = time.monotonic() + START_TIMEOUT
    while server.poll() is None and time.monotonic() < deadline:
        if _status(pid_file) == "ready":
            return True
        time.sleep(POLL)
    return False


def _status(pid_file: Path) -> str:
    """Return the eighth line of `postmaster.pid`, which the server rewrites as it starts (pidfile.h)."""
    with suppress(OSError):
        lines = pid_file.read_text().splitlines()
        return lines[7].strip() if len(lines) > 7 else ""
    return ""

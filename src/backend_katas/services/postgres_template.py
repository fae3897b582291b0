"""A fresh data directory for PostgreSQL, copied from a cached one where there is one."""

from __future__ import annotations

import hashlib
import platform
import secrets
from contextlib import suppress
from pathlib import Path

from backend_katas.errors import KatasError
from backend_katas.services.postgres_binaries import Binaries
from backend_katas.services.workbench import Workbench

SUPERUSER = "postgres"

INITDB = ("--username", SUPERUSER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync")
SMALL_SEGMENTS = ("--wal-segsize", "1")
# In the data directory: the usual segments in `/dev/shm` would outlive an initdb that is killed.
NOTHING_OUTSIDE = ("--set", "dynamic_shared_memory_type=mmap")
SAME_COLLATION_EVERYWHERE = ("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8")


def fresh_cluster(bench: Workbench, binaries: Binaries, cache: Path) -> Path:
    """Return a folder on the bench with `data`, the data directory, and `password`, its superuser's for the moment.

    Every copy starts with the template's password: whoever starts the server gives it another one.
    """
    template, mine = cache / _name(bench, binaries), bench.folder / "cluster"
    if template.is_dir():
        bench.copy(template, mine)
    else:
        _initialise(bench, binaries)
        # A cache that is read-only or full makes the next start slower, and harms nothing else.
        with suppress(OSError, KatasError):
            _keep(bench, mine, template)
    return mine


def _name(bench: Workbench, binaries: Binaries) -> str:
    build = (binaries.folder / "postgres").stat().st_size
    traits = (platform.machine(), build, bench.identity.name, _flags(binaries))
    return f"postgres-{binaries.version}-{hashlib.sha256(repr(traits).encode()).hexdigest()[:12]}"


def _flags(binaries: Binaries) -> tuple[str, ...]:
    flags = INITDB + SMALL_SEGMENTS
    if binaries.major >= 16:
        flags += NOTHING_OUTSIDE
    if binaries.major >= 17:
        flags += SAME_COLLATION_EVERYWHERE
    return flags


def _initialise(bench: Workbench, binaries: Binaries) -> None:
    mine = bench.make_folder("cluster")
    password = mine / "password"
    password.touch(mode=0o600)
    bench.identity.give(password)
    password.write_text(secrets.token_hex(16))
    bench.run([binaries.folder / "initdb", "--pgdata", mine / "data", "--pwfile", password, *_flags(binaries)])


def _keep(bench: Workbench, made: Path, template: Path) -> None:
    """Put a copy into the cache, whole or not at all; of several that race the first one's stays."""
    template.parent.mkdir(parents=True, exist_ok=True)
    with bench.supervisor.folder("building-", parent=template.parent) as building:
        bench.copy(made, building / template.name)
        (building / template.name).rename(template)

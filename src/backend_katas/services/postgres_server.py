"""A PostgreSQL server that the grader administers: each program gets a role and a database of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Connection, CursorResult, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from backend_katas.errors import KatasError
from backend_katas.services.container import Running
from backend_katas.services.embedded_postgres import Cluster
from backend_katas.services.postgres_template import SUPERUSER
from backend_katas.services.service import LOOPBACK, Endpoint, no_log

PREFIX = "katas_"  # of everything that we make, and of all that we ever drop
CONNECTIONS = 90  # of one program: nearly what it would have on a server with default settings
CONNECT_TIMEOUT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A server reached with an administrator's URL.

    `private` says that nobody else uses the server and that it goes when we do, so its own databases may be closed
    to everybody, and nothing needs to be left clean on one that has died.
    """

    provider: str
    version: str
    administrator: URL
    log: Callable[[], str]
    private: bool = False

    @contextmanager
    def endpoint(self) -> Generator[Endpoint]:
        """Make an unprivileged role and a database, in which it may do all but drop it; both go afterwards."""
        name, password = PREFIX + secrets.token_hex(8), secrets.token_hex(16)
        # The session stays open, so that `sweep` knows that the database belongs to a grader that lives.
        with connected(self.administrator, name=name) as administration:
            try:
                self._make(administration, name, password)
                yield Endpoint(
                    scheme="postgresql",
                    host=self.administrator.host or "",
                    port=self.administrator.port or 5432,
                    user=name,
                    password=password,
                    path=name,
                    admin_url=self._database(name).render_as_string(hide_password=False),
                    log=self.log,
                )
            finally:
                self._drop(name)

    def _make(self, administration: Connection, name: str, password: str) -> None:
        # Everything put into these statements is of our own making, hexadecimal digits.
        superuser = run(administration, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user").scalar_one()
        run(
            administration,
            f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
            f" CONNECTION LIMIT {CONNECTIONS} PASSWORD '{password}'",
            # A superuser may act for everybody; another administrator has to be a member of the role.
            f"ALTER ROLE {name} SET temp_file_limit = '1GB'" if superuser else f"GRANT {name} TO CURRENT_USER",
            f"CREATE DATABASE {name} TEMPLATE template0 {_options(administration)}",
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            f"GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {name} TO {name}",
        )
        with connected(self._database(name)) as inside:
            run(inside, f"ALTER SCHEMA public OWNER TO {name}")

    def _drop(self, name: str) -> None:
        try:
            with connected(self.administrator) as administration:
                run(administration, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"DROP ROLE IF EXISTS {name}")
        except KatasError as error:
            if not self.private:
                raise KatasError(f"database and role `{name}` are left behind: {error}") from error

    def _database(self, name: str) -> URL:
        return self.administrator.set(drivername="postgresql", database=name)


def complete(given: str) -> URL:
    """Return an administrator's URL with nothing left to be guessed; ValueError says what is wrong with it."""
    try:
        url = make_url(given)
    except (ArgumentError, ValueError) as error:
        raise ValueError("is no URL of a database") from error
    if not url.host or url.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError("needs the form `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`")
    return url.set(drivername="postgresql", port=url.port or 5432, database=url.database or "postgres")


def shared(url: URL) -> PostgresServer | None:
    """Return a server that others use too, or None when the URL's user may not administer it."""
    able = "SELECT rolsuper OR (rolcreatedb AND rolcreaterole) FROM pg_roles WHERE rolname = current_user"
    with connected(url) as connection:
        if not run(connection, able).scalar_one():
            return None
        sweep(connection)
        return PostgresServer(provider="url", version=_version(connection), administrator=url, log=no_log)


def open_to_all(url: URL) -> list[str]:
    """Return the databases that every role may enter, as all are that PostgreSQL makes unless somebody closes them."""
    with connected(url) as connection:
        found = run(
            connection,
            "SELECT quote_ident(datname) FROM pg_database"
            " WHERE datallowconn AND has_database_privilege('public', oid, 'CONNECT') ORDER BY datname",
        )
        return list(found.scalars())


def of_cluster(running: Cluster) -> PostgresServer:
    """Take over a cluster that has just started: its password, which every copy of the template has, is replaced."""
    administrator = _administrator(LOOPBACK, running.port, running.password)
    password = secrets.token_hex(16)
    with connected(administrator) as connection:
        run(connection, f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'")
        make_private(connection)
    return PostgresServer(
        provider="embedded",
        version=running.version,
        administrator=administrator.set(password=password),
        log=running.log,
        private=True,
    )


def of_container(running: Running, password: str) -> PostgresServer:
    """Take over a container's server as soon as it lets us in."""
    administrator = _administrator(running.host, running.port, password)
    version = running.wait_for(lambda: _prepare(administrator))
    return PostgresServer(
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


@contextmanager
def connected(url: URL, *, name: str = "katas") -> Generator[Connection]:
    """Connect to the URL; KatasError, without a password in it, when that fails."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": CONNECT_TIMEOUT, "application_name": name},
    )
    try:
        connection = engine.connect()
    except SQLAlchemyError as error:
        raise KatasError(f"no connection to PostgreSQL at `{url.render_as_string()}`: {_brief(error)}") from error
    with connection:
        yield connection


def run(connection: Connection, *statements: str) -> CursorResult[Any]:
    """Run statements, each in a transaction of its own, and return the last one's result; KatasError if one fails."""
    try:
        *before, last = statements
        for statement in before:
            connection.exec_driver_sql(statement)
        return connection.exec_driver_sql(last)
    except SQLAlchemyError as error:
        raise KatasError(f"PostgreSQL refuses what the grader needs: {_brief(error)}") from error


def _brief(error: SQLAlchemyError) -> str:
    """Return the server's own words, without the statement, which may hold a password."""
    return str(getattr(error, "orig", None) or error).strip()


def make_private(connection: Connection) -> None:
    """Keep programs out of a private server's own databases: a session there could block every CREATE DATABASE."""
    run(
        connection,
        "REVOKE ALL ON DATABASE postgres FROM PUBLIC",
        "REVOKE ALL ON DATABASE template1 FROM PUBLIC",
    )


def sweep(connection: Connection) -> None:
    """Drop what graders that were killed have left: roles and databases of ours that nobody holds or uses."""
    left = run(
        connection,
        f"SELECT rolname FROM pg_roles WHERE rolname ~ '^{PREFIX}[0-9a-f]{{16}}$'"  # noqa: S608 - a constant
        " AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = rolname)",
    )
    for name in left.scalars().all():
        with suppress(KatasError):  # somebody is connected, or sweeps as well
            run(connection, f"DROP DATABASE IF EXISTS {name}", f"DROP ROLE {name}")


def _options(connection: Connection) -> str:
    """Return how to make a database: as fast, and as much the same everywhere, as the server's version allows."""
    version: int = run(connection, "SELECT current_setting('server_version_num')::int").scalar_one()
    # Copying files takes half the time of the default, which writes the whole database through the log.
    strategy = "STRATEGY FILE_COPY" if version >= 15_00_00 else ""
    if version >= 17_00_00:
        return f"{strategy} ENCODING UTF8 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
    unicode = run(connection, "SELECT collname FROM pg_collation WHERE collname IN ('C.utf8', 'C.UTF-8')").scalar()
    return f"{strategy} ENCODING UTF8 LOCALE '{unicode}'" if unicode else strategy

"""Sessions for looking into a learner's database, with no rights that the learner could borrow."""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress

import sqlalchemy as sa
from psycopg import errors
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from backend_katas.errors import KatasError, ProgramFault

LOCK_SECONDS = 5

# Given at connection, so that no setting of the database or the role can undo them.
_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "10s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "search_path": "pg_catalog",
    "bytea_output": "hex",
}


def connector(url: sa.URL) -> sa.Engine:
    """Return an engine of read-only sessions that wait at most 5 s for a lock and 10 s for an answer."""
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        connect_args={"options": options, "connect_timeout": 5, "application_name": "backend-katas"},
    )


@contextmanager
def reader(admin: sa.Engine) -> Generator[sa.Engine]:
    """Make a role that may read every table and do nothing else; drop it afterwards.

    Who reads a table may run code of its owner: a constant call of an immutable function in an index's expression is
    computed when a query is planned, with the rights of whoever asks. The administrator must not be the one to ask.
    An administrator who may not make such a role is no superuser, and reads in person.
    """
    name, password = f"katas_reader_{secrets.token_hex(6)}", secrets.token_hex(16)
    try:
        write(
            admin,
            f"CREATE ROLE {name} LOGIN PASSWORD '{password}' NOSUPERUSER BYPASSRLS IN ROLE pg_read_all_data",
            f'GRANT CONNECT ON DATABASE "{(admin.url.database or "").replace(chr(34), chr(34) * 2)}" TO {name}',
        )
    except DBAPIError as error:
        if not isinstance(error.orig, errors.InsufficientPrivilege):
            raise
        yield admin
        return
    engine = connector(admin.url.set(username=name, password=password))
    try:
        yield engine
    finally:
        engine.dispose()
        with suppress(DBAPIError):  # the server has gone, and the role with it
            write(admin, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def write(admin: sa.Engine, *statements: str) -> None:
    """Run statements in one transaction that may write, unlike all others of these sessions."""
    with admin.connect().execution_options(postgresql_readonly=False) as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


@contextmanager
def faults() -> Generator[None]:
    """Blame the program where it leaves no session free; any other trouble with the database is ours (`KatasError`)."""
    try:
        yield
    except DBAPIError as error:
        cause = str(error.orig).strip()
        if "too many" in cause or "connection slots" in cause:
            raise ProgramFault(f"the program leaves no session of its database free: {cause}") from error
        hint = "run it again; if it stays, the service's log tells more"
        raise KatasError(f"the program's database could not be looked at: {cause}", hint) from error

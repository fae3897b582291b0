"""The file that a journal is in: an SQLite database that survives a crash, for one process at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock
from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DatabaseError, OperationalError

from backend_katas.batch.tables import FACTS, TABLES
from backend_katas.errors import ExitCode, KatasError

FORMAT = "1"


@contextmanager
def used(engine: Engine) -> Generator[Engine]:
    """Give a database for the block, and close it."""
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Keep other processes from the journal in a file for the block; KatasError where one is at it."""
    lock = filelock.FileLock(path.with_name(f"{path.name}.lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise KatasError(
            f"another batch is writing to `{path.parent}`", "wait for it, or name another folder by `--out`"
        ) from None
    except OSError as problem:
        raise KatasError(f"cannot write to `{path.parent}`: {problem.strerror}", exit_code=ExitCode.USAGE) from None
    try:
        yield
    finally:
        lock.release()


def sound(path: Path) -> Engine | None:
    """Return the database in a file if it can be used; None where what is there is no sound database."""
    engine = _engine(path)
    try:
        with engine.begin() as connection:
            if connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
                return None
            _require_format(connection, path)
            TABLES.create_all(connection)
    except OperationalError as problem:
        raise KatasError(f"cannot open `{path}`: {problem.orig}") from None
    except DatabaseError:
        return None
    return engine


def _require_format(connection: Connection, path: Path) -> None:
    FACTS.create(connection, checkfirst=True)
    connection.execute(insert(FACTS).prefix_with("OR IGNORE"), {"name": "format", "value": FORMAT})
    found = connection.scalar(select(FACTS.c.value).where(FACTS.c.name == "format"))
    if found != FORMAT:
        raise KatasError(
            f"`{path}` was written by another version of Backend Katas: its format is {found}, this one reads {FORMAT}",
            "update Backend Katas, or name another folder by `--out`",
        )


def anew(path: Path, tell: Callable[[str], object]) -> Engine:
    """Keep what is in a file aside, tell so, and return a new database in its place."""
    aside = next(
        name for number in range(1, 1000) if not (name := path.with_name(f"{path.name}.corrupt-{number}")).exists()
    )
    for ending in ("", "-wal", "-shm"):
        file = path.with_name(f"{path.name}{ending}")
        if file.exists():
            file.rename(path.with_name(f"{aside.name}{ending}"))
    tell(f"`{path}` cannot be read, so it is kept as `{aside.name}`, and everything is graded anew")
    engine = sound(path)
    if engine is None:
        raise KatasError(f"cannot make `{path}`: what was written there is not what is read")
    return engine


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        # FULL has every commit of a write-ahead log reach the disk, https://sqlite.org/pragma.html#pragma_synchronous
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    return engine

"""What was graded, in SQLite: a verdict is on the disk before it counts, so whoever is killed loses none."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Result

FORMAT = "1"
_Tell = Callable[[str], object]
_TABLES = MetaData()
_FACTS = Table("facts", _TABLES, Column("name", String, primary_key=True), Column("value", Text, nullable=False))
_RESULTS = Table(
    "results",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("submission", Text, nullable=False),
    Column("key", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("result", Text, nullable=False),
    UniqueConstraint("submission", "key"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A mark that counts: whose, of which content, and the result as `result.json` has it."""

    submission: str
    key: str
    attempts: int
    result: Result


class Journal:
    """The journal of one class in one file; made by `opened`, for one thread."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine

    def fact(self, name: str, value: str) -> str:
        """Return what was written down under a name; `value`, which then is, where nothing was."""
        with self._writing() as connection:
            found = connection.scalar(select(_FACTS.c.value).where(_FACTS.c.name == name))
            if found is None:
                connection.execute(insert(_FACTS).values(name=name, value=value))
            return value if found is None else found

    def keys(self) -> Mapping[str, frozenset[str]]:
        """Return, by submission, the keys of what was graded."""
        found: dict[str, set[str]] = {}
        with self._engine.connect() as connection:
            for name, key in connection.execute(select(_RESULTS.c.submission, _RESULTS.c.key)):
                found.setdefault(name, set()).add(key)
        return {name: frozenset(keys) for name, keys in found.items()}

    def add(self, graded: Graded, *, seconds: float) -> None:
        """Write a mark down; when this returns, no crash can take it back. One that is there already stays."""
        row = {
            "submission": graded.submission,
            "key": graded.key,
            "attempts": graded.attempts,
            "seconds": seconds,
            "result": graded.result.to_json(),
        }
        with self._writing() as connection:
            connection.execute(insert(_RESULTS).prefix_with("OR IGNORE"), row)

    def graded(self, submission: str, key: str) -> Graded | None:
        """Return one mark, or None where there is none."""
        wanted = select(_RESULTS).where(_RESULTS.c.submission == submission, _RESULTS.c.key == key)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        return _graded(dict(row)) if row else None

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except OperationalError as problem:
            raise KatasError(
                f"cannot write `{self.path}`: {problem.orig}",
                "is the disk full (`df -h`)? What was written down before is safe; start again when there is room",
            ) from None


@contextmanager
def opened(path: Path, *, tell: _Tell) -> Generator[Journal]:
    """Open the journal in a file, made if it is not there, for one process at a time.

    One that cannot be read is kept aside under another name, `tell` is given a sentence about it, and a new one is
    begun. KatasError where another process has it open, and for one that a newer version wrote.
    """
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
        engine = _sound(path) or _anew(path, tell)
        try:
            yield Journal(path, engine)
        finally:
            engine.dispose()
    finally:
        lock.release()


def _sound(path: Path) -> Engine | None:
    """Return the database in a file if it can be used; None where what is there is no sound database."""
    engine = _engine(path)
    try:
        with engine.begin() as connection:
            if connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
                return None
            _TABLES.create_all(connection)
            connection.execute(insert(_FACTS).prefix_with("OR IGNORE"), {"name": "format", "value": FORMAT})
            found = connection.scalar(select(_FACTS.c.value).where(_FACTS.c.name == "format"))
    except OperationalError as problem:
        raise KatasError(f"cannot open `{path}`: {problem.orig}") from None
    except DatabaseError:
        return None
    if found != FORMAT:
        raise KatasError(
            f"`{path}` was written by another version of Backend Katas: its format is {found}, this one reads {FORMAT}",
            "update Backend Katas, or name another folder by `--out`",
        )
    return engine


def _anew(path: Path, tell: _Tell) -> Engine:
    aside = next(
        name for number in range(1, 1000) if not (name := path.with_name(f"{path.name}.corrupt-{number}")).exists()
    )
    for ending in ("", "-wal", "-shm"):
        file = path.with_name(f"{path.name}{ending}")
        if file.exists():
            file.rename(path.with_name(f"{aside.name}{ending}"))
    tell(f"`{path}` cannot be read, so it is kept as `{aside.name}`, and everything is graded anew")
    engine = _sound(path)
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


def _graded(row: Mapping[Any, Any]) -> Graded:
    return Graded(
        submission=row["submission"],
        key=row["key"],
        attempts=row["attempts"],
        result=Result.from_json(row["result"]),
    )

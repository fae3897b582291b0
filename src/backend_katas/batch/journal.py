"""What was graded, in SQLite: a verdict is on the disk before it counts, so whoever is killed loses none."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import filelock
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    CursorResult,
    Engine,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    delete,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Result

FORMAT = "1"
_Tell = Callable[[str], object]
_TABLES = MetaData()
_FACTS = Table("facts", _TABLES, Column("name", String, primary_key=True), Column("value", Text, nullable=False))
_GRADINGS = Table(
    "gradings",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("state", String, nullable=False),
    Column("version", String, nullable=False),
    Column("seed", Integer, nullable=False),
)
_RESULTS = Table(
    "results",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("grading", Integer, ForeignKey("gradings.id"), nullable=False),
    Column("submission", Text, nullable=False),
    Column("key", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("result", Text, nullable=False),
    UniqueConstraint("grading", "submission", "key"),
)
_STANDINGS = Table(
    "standings",
    _TABLES,
    Column("grading", Integer, ForeignKey("gradings.id"), primary_key=True),
    Column("submission", Text, primary_key=True),
    Column("key", String, nullable=False),
    Column("problem", Text, nullable=False),
    Column("ours", Boolean, nullable=False),
)


class State(StrEnum):
    """What a grading is: that which counts, one that may take its place, or a former or dropped one that is kept."""

    CURRENT = "current"
    PROPOSED = "proposed"
    FORMER = "former"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """A whole class graded by one version of a kata, `version` being its digest, with one seed."""

    id: int
    state: State
    version: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A mark: whose, of which content, and the result as `result.json` has it."""

    submission: str
    key: str
    attempts: int
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a submission stands: the key of the mark that is its own now, or a problem for which it has none."""

    submission: str
    key: str = ""
    problem: str = ""
    ours: bool = False


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

    def grading(self, state: State) -> Grading | None:
        """Return the grading of this state, the last where there are several."""
        wanted = select(_GRADINGS).where(_GRADINGS.c.state == state.value).order_by(_GRADINGS.c.id.desc())
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        if row is None:
            return None
        return Grading(id=row["id"], state=State(row["state"]), version=row["version"], seed=row["seed"])

    def begin(self, state: State, *, version: str, seed: int) -> Grading:
        """Begin a grading."""
        with self._writing() as connection:
            made = connection.execute(insert(_GRADINGS).values(state=state.value, version=version, seed=seed))
            return Grading(id=_number(made), state=state, version=version, seed=seed)

    def turn(self, **states: State) -> None:
        """Give gradings other states, all at once: `current=State.FORMER` makes what counted a former one."""
        # Both are looked up before either is changed, or one would be taken for the other.
        found = [(grading.id, after) for name, after in states.items() if (grading := self.grading(State(name)))]
        with self._writing() as connection:
            for number, after in found:
                connection.execute(update(_GRADINGS).where(_GRADINGS.c.id == number).values(state=after.value))

    def keys(self, grading: Grading) -> Mapping[str, frozenset[str]]:
        """Return, by submission, the keys of what was graded."""
        found: dict[str, set[str]] = {}
        wanted = select(_RESULTS.c.submission, _RESULTS.c.key).where(_RESULTS.c.grading == grading.id)
        with self._engine.connect() as connection:
            for name, key in connection.execute(wanted):
                found.setdefault(name, set()).add(key)
        return {name: frozenset(keys) for name, keys in found.items()}

    def add(self, grading: Grading, graded: Graded, *, seconds: float) -> None:
        """Write a mark down; when this returns, no crash can take it back. One that is there already stays."""
        row = {
            "grading": grading.id,
            "submission": graded.submission,
            "key": graded.key,
            "attempts": graded.attempts,
            "seconds": seconds,
            "result": graded.result.to_json(),
        }
        with self._writing() as connection:
            connection.execute(insert(_RESULTS).prefix_with("OR IGNORE"), row)

    def graded(self, grading: Grading, submission: str, key: str) -> Graded | None:
        """Return one mark, or None where there is none."""
        wanted = select(_RESULTS).where(
            _RESULTS.c.grading == grading.id, _RESULTS.c.submission == submission, _RESULTS.c.key == key
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        return _graded(dict(row)) if row else None

    def stand(self, grading: Grading, standing: Standing) -> None:
        """Write down where a submission stands now."""
        row = {"grading": grading.id, **asdict(standing)}
        with self._writing() as connection:
            connection.execute(insert(_STANDINGS).prefix_with("OR REPLACE"), row)

    def standings(self, grading: Grading) -> tuple[Standing, ...]:
        """Return where each submission stands, in the order of their names."""
        columns = [column for column in _STANDINGS.c if column.name != "grading"]
        wanted = select(*columns).where(_STANDINGS.c.grading == grading.id).order_by(_STANDINGS.c.submission)
        with self._engine.connect() as connection:
            return tuple(_standing(dict(row)) for row in connection.execute(wanted).mappings())

    def leave_out(self, grading: Grading, submission: str) -> None:
        """Forget where a submission stands that is not there any more; its marks are kept."""
        gone = delete(_STANDINGS).where(_STANDINGS.c.grading == grading.id, _STANDINGS.c.submission == submission)
        with self._writing() as connection:
            connection.execute(gone)

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


def _number(made: CursorResult[Any]) -> int:
    key = made.inserted_primary_key
    assert key is not None
    return int(key[0])


def _standing(row: Mapping[Any, Any]) -> Standing:
    return Standing(submission=row["submission"], key=row["key"], problem=row["problem"], ours=row["ours"])

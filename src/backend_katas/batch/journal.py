"""What was graded, in SQLite: a verdict is on the disk before it counts, so whoever is killed loses none."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, delete, insert, select, update
from sqlalchemy.exc import OperationalError

from backend_katas.batch.attempts import Attempt, read_attempts, read_contents, write_attempt
from backend_katas.batch.database import anew, locked, sound, used
from backend_katas.batch.tables import CONTENTS, FACTS, GRADINGS, LOGS, RESULTS, STANDINGS
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Result

_Tell = Callable[[str], object]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An attempt, and the key of its mark in a grading; empty where it has none there."""

    attempt: Attempt
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """All that a journal has on a submission in one grading, as it passes from one journal to another."""

    standing: Standing
    log: str
    tries: tuple[Tried, ...]
    results: tuple[Mapping[str, object], ...]


class Journal:
    """The journal of one class in one file; made by `opened`, for one thread."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine

    def fact(self, name: str, value: str) -> str:
        """Return what was written down under a name; `value`, which then is, where nothing was."""
        with self._writing() as connection:
            found = connection.scalar(select(FACTS.c.value).where(FACTS.c.name == name))
            if found is None:
                connection.execute(insert(FACTS).values(name=name, value=value))
            return value if found is None else found

    def note(self, name: str, value: str) -> None:
        """Write something down under a name, in place of what was there."""
        with self._writing() as connection:
            connection.execute(insert(FACTS).prefix_with("OR REPLACE"), {"name": name, "value": value})

    def noted(self, name: str) -> str:
        """Return what was written down under a name, empty where nothing was."""
        with self._engine.connect() as connection:
            return connection.scalar(select(FACTS.c.value).where(FACTS.c.name == name)) or ""

    def grading(self, state: State) -> Grading | None:
        """Return the grading of this state, the last where there are several."""
        wanted = select(GRADINGS).where(GRADINGS.c.state == state.value).order_by(GRADINGS.c.id.desc())
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        if row is None:
            return None
        return Grading(id=row["id"], state=State(row["state"]), version=row["version"], seed=row["seed"])

    def begin(self, state: State, *, version: str, seed: int) -> Grading:
        """Begin a grading."""
        with self._writing() as connection:
            made = connection.execute(insert(GRADINGS).values(state=state.value, version=version, seed=seed))
            return Grading(id=_number(made), state=state, version=version, seed=seed)

    def turn(self, **states: State) -> None:
        """Give gradings other states, all at once: `current=State.FORMER` makes what counted a former one."""
        # Both are looked up before either is changed, or one would be taken for the other.
        found = [(grading.id, after) for name, after in states.items() if (grading := self.grading(State(name)))]
        with self._writing() as connection:
            for number, after in found:
                connection.execute(update(GRADINGS).where(GRADINGS.c.id == number).values(state=after.value))

    def keys(self, grading: Grading) -> Mapping[str, frozenset[str]]:
        """Return, by submission, the keys of what was graded."""
        found: dict[str, set[str]] = {}
        wanted = select(RESULTS.c.submission, RESULTS.c.key).where(RESULTS.c.grading == grading.id)
        with self._engine.connect() as connection:
            for name, key in connection.execute(wanted):
                found.setdefault(name, set()).add(key)
        return {name: frozenset(keys) for name, keys in found.items()}

    def add(self, grading: Grading, graded: Graded, *, seconds: float, attempt: Attempt | None = None) -> None:
        """Write a mark down; when this returns, no crash can take it back. One that is there already stays.

        `attempt` is the content that it was given for.
        """
        row = {
            "grading": grading.id,
            "submission": graded.submission,
            "key": graded.key,
            "attempts": graded.attempts,
            "seconds": seconds,
            "result": graded.result.to_json(),
        }
        with self._writing() as connection:
            connection.execute(insert(RESULTS).prefix_with("OR IGNORE"), row)
            if attempt:
                write_attempt(connection, attempt, graded.key)

    def saw(self, attempt: Attempt, key: str) -> None:
        """Write down that what has been graded before was seen again."""
        with self._writing() as connection:
            write_attempt(connection, attempt, key)

    def contents(self) -> Mapping[str, frozenset[str]]:
        """Return, by submission, the contents that were graded."""
        with self._engine.connect() as connection:
            return read_contents(connection)

    def tried(self, grading: Grading, submission: str) -> tuple[Tried, ...]:
        """Return the attempts of a learner in their order, each with the key of its mark in this grading, if any."""
        wanted = select(CONTENTS.c.content, RESULTS.c.key).join(RESULTS, RESULTS.c.key == CONTENTS.c.key)
        own = wanted.where(RESULTS.c.grading == grading.id, RESULTS.c.submission == submission)
        with self._engine.connect() as connection:
            keys = {row.content: row.key for row in connection.execute(own)}
            found = read_attempts(connection, submission)
        return tuple(Tried(attempt=attempt, key=keys.get(attempt.content, "")) for attempt in found)

    def graded(self, grading: Grading, submission: str, key: str) -> Graded | None:
        """Return one mark, or None where there is none."""
        wanted = select(RESULTS).where(
            RESULTS.c.grading == grading.id, RESULTS.c.submission == submission, RESULTS.c.key == key
        )
        with self._engine.connect() as connection:
            row = connection.execute(wanted).mappings().first()
        return _graded(dict(row)) if row else None

    def stand(self, grading: Grading, standing: Standing, *, log: str = "") -> None:
        """Write down where a submission stands now, and the log of what went wrong on our side, if it did."""
        with self._writing() as connection:
            _write_standing(connection, grading, standing, log)

    def log(self, grading: Grading, submission: str) -> str:
        """Return what went wrong on our side with a submission; empty where nothing is known of it."""
        wanted = select(LOGS.c.log).where(LOGS.c.grading == grading.id, LOGS.c.submission == submission)
        with self._engine.connect() as connection:
            return connection.scalar(wanted) or ""

    def standings(self, grading: Grading) -> tuple[Standing, ...]:
        """Return where each submission stands, in the order of their names."""
        columns = [column for column in STANDINGS.c if column.name != "grading"]
        wanted = select(*columns).where(STANDINGS.c.grading == grading.id).order_by(STANDINGS.c.submission)
        with self._engine.connect() as connection:
            return tuple(_standing(dict(row)) for row in connection.execute(wanted).mappings())

    def kept(self, grading: Grading, standing: Standing) -> Kept:
        """Return all there is on a submission in a grading in which it stands so."""
        name = standing.submission
        columns = [column for column in RESULTS.c if column.name not in {"id", "grading"}]
        rows = select(*columns).where(RESULTS.c.grading == grading.id, RESULTS.c.submission == name)
        with self._engine.connect() as connection:
            found = tuple(dict(row) for row in connection.execute(rows.order_by(RESULTS.c.id)).mappings())
        tries, log = self.tried(grading, name), self.log(grading, name)
        return Kept(standing=standing, log=log, tries=tries, results=found)

    def keep(self, grading: Grading, kept: Kept) -> bool:
        """Write down what another journal has on a submission, all at once; a mark that is there already stays.

        Return whether there was one, and not the same to the letter.
        """
        other = False
        with self._writing() as connection:
            for row in kept.results:
                connection.execute(insert(RESULTS).prefix_with("OR IGNORE"), {**row, "grading": grading.id})
                whose = (RESULTS.c[name] == row[name] for name in ("submission", "key"))
                there = select(RESULTS.c.result).where(RESULTS.c.grading == grading.id, *whose)
                other |= connection.scalar(there) != row["result"]
            for tried in kept.tries:
                write_attempt(connection, tried.attempt, tried.key)
            _write_standing(connection, grading, kept.standing, kept.log)
        return other

    def leave_out(self, grading: Grading, submission: str) -> None:
        """Forget where a submission stands that is not there any more; its marks are kept."""
        gone = delete(STANDINGS).where(STANDINGS.c.grading == grading.id, STANDINGS.c.submission == submission)
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
    with locked(path), used(sound(path) or anew(path, tell)) as engine:
        yield Journal(path, engine)


@contextmanager
def reopened(path: Path) -> Generator[Journal]:
    """Open the journal in a file that has to be there and sound; KatasError (exit code 5) where it is not.

    Otherwise as `opened`.
    """
    if not path.is_file():
        raise KatasError(
            f"no marks in `{path.parent}`: there is no `{path.name}`",
            "name a folder that `katas batch` was given by `--out`",
            exit_code=ExitCode.NOTHING_TO_GRADE,
        )
    with locked(path):
        engine = sound(path)
        if engine is None:
            raise KatasError(
                f"`{path}` cannot be read",
                f"grade its share again: `katas batch … --out {path.parent}` keeps the wreck and begins anew",
                exit_code=ExitCode.NOTHING_TO_GRADE,
            )
        with used(engine):
            yield Journal(path, engine)


def _write_standing(connection: Connection, grading: Grading, standing: Standing, log: str) -> None:
    whose = {"grading": grading.id, "submission": standing.submission}
    connection.execute(insert(STANDINGS).prefix_with("OR REPLACE"), whose | asdict(standing))
    connection.execute(delete(LOGS).where(*(LOGS.c[name] == value for name, value in whose.items())))
    if log:
        connection.execute(insert(LOGS), whose | {"log": log})


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

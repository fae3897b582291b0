"""Look into a program's PostgreSQL database without knowing its schema: secrets, password hashes, rows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, cast

import sqlalchemy as sa
from psycopg import errors
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import quoted_name

from backend_katas.errors import ProgramFault
from backend_katas.probes.needle import looks
from backend_katas.probes.passwords import Hash, search
from backend_katas.probes.reader import LOCK_SECONDS, connector, faults, reader

ROWS = 50_000
"""How many rows of a table a look reads at most, the ones written last first."""
CELL = 200_000
"""How many characters of a value a look reads at most."""
SHORTEST_NEEDLE = 8
"""Anything shorter may stand somewhere by chance."""

_COLUMNS = sa.text("""
    select n.nspname, c.relname, a.attname
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p', 'm') and not c.relispartition
      and c.relpersistence <> 't' and c.relispopulated
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    order by 1, 2, a.attnum
""")
_LARGE_OBJECTS = sa.text("""
    select concat(lo_get(oid, 0, :bytes)) from pg_largeobject_metadata order by oid desc limit :rows
""")
_BYTES = re.compile(r"\\x((?:[0-9a-f]{2})+)")
_GONE = (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value as text; bytes stand in hex and, after a blank, decoded."""

    schema: str
    table: str
    column: str
    text: str

    @property
    def place(self) -> str:
        """`users.email`, with the schema in front where it is not `public`."""
        return f"{table_name(self.schema, self.table)}.{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A column that holds a needle; `needle` is its name, or itself where it has none."""

    schema: str
    table: str
    column: str
    needle: str

    def __str__(self) -> str:
        return f"{table_name(self.schema, self.table)}.{self.column} ({self.needle})"


class Database:
    """The program's database, read whole: all tables, filled materialised views, large objects.

    It only reads, waits at most 5 s for a lock and 10 s for an answer, and runs no code of the learner's with the
    administrator's rights: tables are read by a role that may do nothing else, views are left out, and values are
    written by their types' own output functions, because a cast to text may be a function of the learner's too.
    A program that keeps a table locked, or takes every session there is, is at fault (`ProgramFault`); any other
    trouble is ours (`KatasError`).
    """

    def __init__(self, admin_url: str) -> None:
        self._admin = connector(sa.make_url(admin_url))
        self._stack = ExitStack()
        self.engine: sa.Engine
        self.cut: set[str] = set()
        """The tables of which the last look read a part only; what it did not find may still be there."""

    def __enter__(self) -> Self:
        self._stack.callback(self._admin.dispose)
        with faults():
            self.engine = self._stack.enter_context(reader(self._admin))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def cells(self, *, rows: int = ROWS) -> Generator[Cell]:
        """Yield every value of every table, of at most `rows` rows a table, and of the large objects."""
        self.cut = set()
        with faults(), self.engine.connect() as connection:
            for (schema, table), columns in self._tables(connection).items():
                for row in self._read(connection, schema, table, columns, rows):
                    for column, text in zip(columns, row, strict=True):
                        yield Cell(schema=schema, table=table, column=column, text=_readable(text))
        with faults(), self._admin.connect() as connection:
            for (text,) in connection.execute(_LARGE_OBJECTS, {"bytes": CELL // 2, "rows": rows}):
                yield Cell(schema="pg_catalog", table="pg_largeobject", column="data", text=_readable(text))

    def find(self, needles: Mapping[str, str | bytes] | Iterable[str]) -> list[Finding]:
        """Return the columns that hold one of `needles`, letter for letter, each pair once.

        A mapping names its needles ("SHA-256 in hex"), and the findings tell the names. Bytes are found in `bytea`.
        A needle under eight characters is refused with ValueError: it could stand somewhere by chance.
        """
        looks = _looks_by_name(needles)
        found: dict[Finding, None] = {}
        for cell in self.cells():
            for look, name in looks:
                if look in cell.text:
                    found[Finding(schema=cell.schema, table=cell.table, column=cell.column, needle=name)] = None
        return list(found)

    def password_hashes(self) -> dict[str, list[Hash]]:
        """Return every stored password hash by its column: {"users.password_hash": [...]}.

        Hashes inside JSON, arrays, rows and bytes count. Columns without any are absent.
        """
        found: defaultdict[str, list[Hash]] = defaultdict(list)
        for cell in self.cells():
            if hashes := search(cell.text):
                found[cell.place] += hashes
        return dict(found)

    def hashes_since(self, before: Mapping[str, list[Hash]]) -> dict[str, list[Hash]]:
        """Return the hashes that came in since `before = database.password_hashes()`, by column.

        Three sign-ups show as a column with three hashes. Other columns may have grown too, by hashed tokens.
        """
        return {place: new for place, now in self.password_hashes().items() if (new := _added(before.get(place), now))}

    def rows(self, table: str) -> int:
        """Return how many rows `table` has ("users", or "billing.invoices" outside `public`)."""
        counts = self.row_snapshot()
        if table not in counts:
            raise ProgramFault(f"there is no table `{table}`; the database has {', '.join(sorted(counts)) or 'none'}")
        return counts[table]

    def row_snapshot(self) -> Counter[str]:
        """Return the number of rows of each table; `after - before` of two of them is what was added."""
        with faults(), self.engine.connect() as connection:
            return Counter(
                {
                    table_name(schema, table): count
                    for schema, table in self._tables(connection)
                    if (count := self._count(connection, schema, table)) is not None
                }
            )

    def _tables(self, connection: sa.Connection) -> dict[tuple[str, str], list[str]]:
        tables: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        with connection.begin():
            for schema, table, column in connection.execute(_COLUMNS):
                tables[schema, table] += [] if column is None else [column]
        return dict(tables)

    def _read(
        self, connection: sa.Connection, schema: str, table: str, columns: list[str], most: int
    ) -> Iterator[tuple[str, ...]]:
        if not columns:
            return
        query = _last_rows(schema, table, columns, most + 1)
        streamed = {"yield_per": 100}
        # The inner block closes the server's cursor, which would complain when a look is broken off.
        with (
            _looking_at(connection, table_name(schema, table)),
            connection.execute(query, execution_options=streamed) as result,
        ):
            for number, row in enumerate(result):
                if number == most:
                    self.cut.add(table_name(schema, table))
                    return
                if any(text is None or len(text) == CELL for text in row):
                    self.cut.add(table_name(schema, table))
                yield tuple(text or "" for text in row)

    def _count(self, connection: sa.Connection, schema: str, table: str) -> int | None:
        with _looking_at(connection, table_name(schema, table)):
            return connection.execute(sa.select(sa.func.count()).select_from(_table(schema, table))).scalar_one()
        return None


@contextmanager
def _looking_at(connection: sa.Connection, name: str) -> Generator[None]:
    """Open a transaction for one table; skip it if it was dropped meanwhile, blame the program if it stays locked."""
    try:
        with connection.begin():
            yield
    except DBAPIError as error:
        if isinstance(error.orig, errors.LockNotAvailable):
            message = f"the program keeps table `{name}` locked, nobody could read it for {LOCK_SECONDS} s"
            raise ProgramFault(message) from error
        if not isinstance(error.orig, _GONE):
            raise


def _table(schema: str, table: str) -> sa.TableClause:
    return sa.table(quoted_name(table, quote=True), schema=quoted_name(schema, quote=True))


def _last_rows(schema: str, table: str, columns: list[str], most: int) -> sa.Select[*tuple[Any, ...]]:
    """Select the rows that lie last in the table, which are nearly always the newest, as text.

    A value is written by its type's output function; one whose stored size is beyond a cell's is left out as NULL.
    """
    named = [sa.column(quoted_name(column, quote=True), sa.Text) for column in columns]
    last_first = (
        sa.select(*named).select_from(_table(schema, table)).order_by(sa.literal_column("ctid", sa.Text).desc())
    )
    kept = last_first.limit(most).subquery()
    return sa.select(
        *[
            sa.case(
                (
                    sa.func.coalesce(sa.func.pg_column_size(column), 0) <= CELL,
                    sa.func.left(sa.func.concat(column), CELL),
                ),
                else_=None,
            ).label(f"c{number}")
            for number, column in enumerate(kept.c)
        ]
    )


def _readable(text: str) -> str:
    """Add what hex strings of bytes say, wherever in the value they stand."""
    if "\\x" not in text:
        return text
    return " ".join([text, *(bytes.fromhex(run).decode(errors="replace") for run in _BYTES.findall(text))])


def _looks_by_name(needles: Mapping[str, str | bytes] | Iterable[str]) -> list[tuple[str, str]]:
    named = (
        cast("Mapping[str, str | bytes]", needles) if isinstance(needles, Mapping) else {text: text for text in needles}
    )
    return [(look, name) for name, needle in named.items() for look in _looks(needle)]


def _looks(needle: str | bytes) -> set[str]:
    """Return how a needle can stand in a cell's text: as it is, escaped in JSON, bytes in hex."""
    if len(needle) < SHORTEST_NEEDLE:
        raise ValueError(f"a needle of {len(needle)} characters is too likely to be found by chance")
    if isinstance(needle, bytes):
        return {needle.hex()}
    return looks(needle)


def _added(before: list[Hash] | None, now: list[Hash]) -> list[Hash]:
    known = Counter(stored.text for stored in before or [])
    added: list[Hash] = []
    for stored in now:
        known[stored.text] -= 1
        if known[stored.text] < 0:
            added.append(stored)
    return added


def table_name(schema: str, table: str) -> str:
    """Return `users`, or `billing.invoices` outside `public`."""
    return table if schema == "public" else f"{schema}.{table}"

"""Count how a program reads its tables, whole or by an index, without knowing its schema or its SQL."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from backend_katas.errors import KatasError
from backend_katas.probes.database import table_name
from backend_katas.probes.reader import connector, faults, write

_ENDING = 10.0  # seconds for a session to end; it takes milliseconds
_POLL = 0.005
_TURNED_OFF = ("enable_seqscan", "jit")

# The tables are those of `Database.row_snapshot`. A partitioned one has the counters of its partitions: it was read
# whole as often as the one of them that was read most.
_COUNTERS = sa.text("""
    select root.oid, n.nspname, root.relname, max(s.seq_scan), sum(coalesce(s.idx_scan, 0))::bigint,
           sum(s.seq_tup_read + coalesce(i.rows, 0))::bigint
    from pg_stat_all_tables s
    left join (select relid, sum(idx_tup_read) as rows from pg_stat_all_indexes group by 1) i using (relid)
    join pg_class root on root.oid = coalesce(pg_partition_root(s.relid), s.relid)
    join pg_namespace n on n.oid = root.relnamespace
    where root.relkind in ('r', 'p', 'm') and root.relpersistence <> 't'
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    group by 1, 2, 3
""")
_SESSIONS = sa.text("select pid, backend_start from pg_stat_activity where usename = :role")
_END = sa.text("select pid, backend_start, pg_terminate_backend(pid) from pg_stat_activity where usename = :role")


@dataclass(slots=True, kw_only=True)
class Scans:
    """How often each table was read whole and by an index, and how many rows in all, once the block is over.

    Names are as `Database.row_snapshot` has them. The reads of foreign keys and of anybody else count too. An index may
    be read whole as well, for an order or because it holds all that is asked for: `rows` tells.
    """

    sequential: Counter[str] = field(default_factory=Counter[str])
    by_index: Counter[str] = field(default_factory=Counter[str])
    rows: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counters:
    """The counters of one table since its statistics began."""

    name: str
    sequential: int = 0
    by_index: int = 0
    rows: int = 0


@contextmanager
def preferring_indexes(admin_url: str, *, role: str) -> Generator[None]:
    """Have the planner read no table whole where an index serves, in the sessions that the role opens from now on.

    Without that it reads every small table whole, indexed or not. The role's present sessions are ended: they are
    without the setting, and what they have read would be counted when they end.
    """
    admin = connector(sa.make_url(admin_url))
    setting = f"ALTER ROLE {_quoted(admin, role)} IN DATABASE {_quoted(admin, admin.url.database or '')}"
    with faults():
        # Before PostgreSQL 18 a scan that is turned off has an enormous cost, for which queries would be compiled.
        write(admin, *(f"{setting} SET {name} = off" for name in _TURNED_OFF))
    try:
        with faults():
            _end_sessions(admin, role)
        yield
    finally:
        with faults():
            write(admin, *(f"{setting} RESET {name}" for name in _TURNED_OFF))


@contextmanager
def counted(admin_url: str, *, role: str) -> Generator[Scans]:
    """Count the reads of the block; after it the role's sessions are ended, for a session keeps its counters back.

    PostgreSQL adds what a live session has read seconds later (`PGSTAT_MIN_INTERVAL`, `PGSTAT_IDLE_INTERVAL`), and
    without fail when it ends. So what the program read just before the block may be counted too: start the program
    anew before it.
    """
    admin, scans = connector(sa.make_url(admin_url)), Scans()
    with faults():
        before = _counters(admin)
    yield scans
    with faults():
        _end_sessions(admin, role)
        after = _counters(admin)
    for table, now in after.items():
        then = before.get(table, _Counters(name=now.name))
        scans.sequential += Counter({now.name: now.sequential - then.sequential})
        scans.by_index += Counter({now.name: now.by_index - then.by_index})
        scans.rows += Counter({now.name: now.rows - then.rows})


def _counters(admin: sa.Engine) -> Mapping[int, _Counters]:
    """Return the counters of all tables by object id: a table that was made anew begins at 0 again."""
    with admin.connect() as connection:
        return {
            oid: _Counters(name=table_name(schema, table), sequential=sequential, by_index=by_index, rows=rows)
            for oid, schema, table, sequential, by_index, rows in connection.execute(_COUNTERS)
        }


def _end_sessions(admin: sa.Engine, role: str) -> None:
    """End the sessions that the role has now; it may open others meanwhile."""
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        known = {"role": role}
        ending = {(pid, start) for pid, start, _ in connection.execute(_END, known)}
        deadline = time.monotonic() + _ENDING
        # A session leaves this view after it has handed in its counters.
        while ending.intersection((pid, start) for pid, start in connection.execute(_SESSIONS, known)):
            if time.monotonic() > deadline:
                raise KatasError(f"PostgreSQL did not end the program's sessions within {_ENDING:g} s")
            time.sleep(_POLL)


def _quoted(admin: sa.Engine, name: str) -> str:
    return admin.dialect.identifier_preparer.quote_identifier(name)

"""Reads of tables are counted exactly, and an index that serves is told from one that is missing."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import make_url

from backend_katas.errors import KatasError, ProgramFault
from backend_katas.probes.database import Database
from backend_katas.probes.scans import counted, preferring_indexes
from backend_katas.services import Surroundings, serve
from backend_katas.supervisor import Supervisor

LOOKUPS = 20
TABLES = (
    "CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE, name text)",
    "INSERT INTO users (email, name) SELECT n || '@example.com', 'name ' || n FROM generate_series(0, 19) n",
    "CREATE SCHEMA billing",
    'CREATE TABLE billing."Odd name" (id int, word text)',
    "INSERT INTO billing.\"Odd name\" SELECT n, 'word ' || n FROM generate_series(0, 19) n",
)


@pytest.fixture
def role(share) -> str:
    """The program's role."""
    return make_url(share.url).username


def look_up(connection, table: str = "users", column: str = "email") -> None:
    """Look up twenty rows one by one, as a program does."""
    for number in range(LOOKUPS):
        connection.execute(f"SELECT * FROM {table} WHERE {column} = %s", [f"{number}@example.com"])  # noqa: S608


def test_an_index_that_serves_is_told_from_none(share, role):
    """With the setting, twenty lookups of a small table use its index; without an index they read it whole."""
    share.run(*TABLES)

    with (
        preferring_indexes(share.admin_url, role=role),
        psycopg.connect(share.url, autocommit=True) as program,
        counted(share.admin_url, role=role) as scans,
    ):
        look_up(program)
        look_up(program, column="name")
        look_up(program, 'billing."Odd name"', "word")

    assert scans.sequential == {"users": LOOKUPS, "billing.Odd name": LOOKUPS}
    assert scans.by_index == {"users": LOOKUPS}
    assert scans.rows == {"users": LOOKUPS + LOOKUPS * 20, "billing.Odd name": LOOKUPS * 20}
    with Database(share.admin_url) as database:
        assert set(scans.sequential) == set(database.row_snapshot())


def test_an_index_that_is_read_whole_is_told_by_its_rows(share, role):
    """A lookup that no index serves may use one for the order, or in place of the table; it reads every row then."""
    share.run(*TABLES)

    with preferring_indexes(share.admin_url, role=role), counted(share.admin_url, role=role) as scans:
        share.run("SELECT * FROM users WHERE name = 'name 19' ORDER BY id LIMIT 1")

    assert (scans.sequential, scans.by_index, scans.rows) == ({}, {"users": 1}, {"users": 20})


def test_without_the_setting_a_small_table_is_read_whole(share, role):
    """That is why there is a setting."""
    share.run(*TABLES, "ANALYZE users")

    with counted(share.admin_url, role=role) as scans, psycopg.connect(share.url, autocommit=True) as program:
        look_up(program)

    assert scans.sequential == {"users": LOOKUPS}
    assert scans.by_index == {}


def test_what_was_read_before_is_not_counted(share, role):
    """Sessions that lived before the setting are ended with all they have read, though they keep it back."""
    share.run(*TABLES)

    with psycopg.connect(share.url, autocommit=True) as before:
        look_up(before)
        with preferring_indexes(share.admin_url, role=role):
            with pytest.raises(psycopg.OperationalError, match="terminating connection"):
                before.execute("SELECT 1")
            with counted(share.admin_url, role=role) as scans:
                share.run("SELECT * FROM users WHERE email = '1@example.com'")

    assert scans.sequential == {}
    assert scans.by_index == {"users": 1}


def test_a_table_made_in_the_block_counts_from_nothing(share, role):
    """One that is made anew under its old name does too, and a dropped one is not there."""
    share.run(*TABLES)
    for _ in range(3):
        share.run("SELECT * FROM users")

    with counted(share.admin_url, role=role) as scans:
        share.run(
            "DROP TABLE users",
            'DROP TABLE billing."Odd name"',
            "CREATE TABLE users (id int)",
            "CREATE TABLE links (id int)",
            *["SELECT * FROM users", "SELECT * FROM links"] * 2,
        )

    assert scans.sequential == {"users": 2, "links": 2}


def test_partitions_count_as_their_table(share, role):
    """A partitioned table read whole once is read once, however many partitions it has."""
    share.run(
        "CREATE TABLE visits (id int, at int) PARTITION BY RANGE (at)",
        *[f"CREATE TABLE visits_{n} PARTITION OF visits FOR VALUES FROM ({n}) TO ({n + 1})" for n in range(4)],
        "INSERT INTO visits SELECT n, n % 4 FROM generate_series(0, 19) n",
    )

    with counted(share.admin_url, role=role) as scans:
        share.run("SELECT * FROM visits")

    assert scans.sequential == {"visits": 1}


def planner_of(share) -> str:
    """Return whether a new session of the program reads tables whole."""
    with psycopg.connect(share.url) as program:
        return program.execute("SHOW enable_seqscan").fetchone()[0]


def test_the_setting_ends_with_its_block(share, role):
    """It holds for new sessions of the role alone, and leaves nothing behind."""
    with preferring_indexes(share.admin_url, role=role), psycopg.connect(share.admin_url) as administrator:
        assert planner_of(share) == "off"
        assert administrator.execute("SHOW enable_seqscan").fetchone() == ("on",)

    assert planner_of(share) == "on"
    with psycopg.connect(share.admin_url) as administrator:
        left = administrator.execute("SELECT * FROM pg_db_role_setting WHERE setconfig::text ~ 'enable_seqscan|jit'")
        assert left.fetchall() == []


def test_the_setting_ends_when_the_check_fails(share, role):
    """A program shared with other checks is planned for as before."""
    with pytest.raises(ProgramFault), preferring_indexes(share.admin_url, role=role):
        raise ProgramFault("it did not start again")

    assert planner_of(share) == "on"


def test_a_lookup_without_an_index_is_not_compiled(share, role):
    """Before PostgreSQL 18 a scan that is turned off looks so costly that every query would be."""
    with preferring_indexes(share.admin_url, role=role), psycopg.connect(share.url) as program:
        assert program.execute("SHOW jit").fetchone() == ("off",)


def test_a_setting_of_the_program_s_own_survives(share, role):
    """What the program has set for its role is as it was afterwards."""
    share.run("ALTER ROLE CURRENT_USER SET enable_seqscan = on", "ALTER ROLE CURRENT_USER SET work_mem = '5MB'")

    with preferring_indexes(share.admin_url, role=role), psycopg.connect(share.url) as program:
        assert program.execute("SHOW enable_seqscan").fetchone() == ("off",)
    with psycopg.connect(share.url) as program:
        assert program.execute("SHOW work_mem").fetchone() == ("5MB",)


def test_the_sessions_are_ended_after_the_block(share, role):
    """A program that goes on has to connect again."""
    with psycopg.connect(share.url, autocommit=True) as program:
        with counted(share.admin_url, role=role):
            program.execute("SELECT 1")

        with pytest.raises(psycopg.OperationalError, match="terminating connection"):
            program.execute("SELECT 1")


@pytest.fixture
def teacher(server, tmp_path):
    """Serve by the URL of somebody who may make roles and databases, and is no superuser."""
    with server.endpoint() as endpoint, Supervisor() as supervisor:
        with psycopg.connect(endpoint.admin_url, autocommit=True) as administrator:
            administrator.execute("CREATE ROLE katas_teacher LOGIN CREATEDB CREATEROLE PASSWORD 'secret'")
            administrator.execute("GRANT CONNECT ON DATABASE postgres TO katas_teacher")
        url = f"postgresql://katas_teacher:secret@{endpoint.host}:{endpoint.port}/postgres"
        surroundings = Surroundings(supervisor=supervisor, environ={"KATAS_POSTGRES_URL": url}, cache=tmp_path)
        with serve("postgres", surroundings, provider="url") as served:
            yield served
        with psycopg.connect(endpoint.admin_url, autocommit=True) as administrator:
            administrator.execute("DROP OWNED BY katas_teacher")
            administrator.execute("DROP ROLE katas_teacher")


def test_an_administrator_need_not_be_a_superuser(teacher):
    """By URL the grader may be an ordinary owner of roles and databases."""
    with teacher.endpoint() as endpoint, psycopg.connect(endpoint.url(), autocommit=True) as before:
        for statement in TABLES:
            before.execute(statement)
        with (
            preferring_indexes(endpoint.admin_url, role=endpoint.user),
            psycopg.connect(endpoint.url(), autocommit=True) as program,
            counted(endpoint.admin_url, role=endpoint.user) as scans,
        ):
            look_up(program)
            look_up(program, column="name")

    assert scans.sequential == scans.by_index == {"users": LOOKUPS}


def test_a_database_out_of_reach_is_not_the_learners_fault(share, role):
    """A wrong address is a KatasError that names the cause."""
    with pytest.raises(KatasError, match=r"_gone.* does not exist"), counted(share.admin_url + "_gone", role=role):
        pytest.fail("it was there")

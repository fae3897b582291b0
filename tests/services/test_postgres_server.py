"""What a program may do in its share of a PostgreSQL server, and what it may not."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from backend_katas.errors import KatasError
from backend_katas.services import Endpoint, Server, Surroundings, serve
from backend_katas.services.postgres_server import CONNECTIONS, connected


@pytest.fixture
def program(database: Endpoint) -> Iterator[psycopg.Connection]:
    """Give a connection as the program opens it."""
    with psycopg.connect(database.url(), autocommit=True) as connection:
        yield connection


def databases(endpoint: Endpoint) -> set[str]:
    """Return names of databases and roles on the endpoint's server."""
    with psycopg.connect(make_url(endpoint.admin_url).set(database="postgres").render_as_string(False)) as connection:
        rows = connection.execute("SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles")
        return {name for (name,) in rows}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE DATABASE mine",
        "CREATE ROLE friend",
        "ALTER ROLE CURRENT_USER SUPERUSER",
        "ALTER ROLE CURRENT_USER CONNECTION LIMIT -1",
        "ALTER SYSTEM SET work_mem = '1GB'",
        "SET temp_file_limit = -1",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY (SELECT 1) TO '/tmp/katas-copy'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
        "CREATE EXTENSION dblink",
    ],
)
def test_the_role_has_no_privilege_outside_of_its_database(program, statement):
    """What needs a superuser, or the right to make databases and roles, is refused for lack of permission."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        program.execute(statement)


def test_a_program_cannot_drop_its_own_database(program, database):
    """The database belongs to the grader."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="must be owner"):
        program.execute(f"DROP DATABASE {database.path}")


def test_ordinary_migrations_work(program):
    """Tables, schemas, enumerations and the trusted extensions are the program's to make; `public` to make anew."""
    for statement in (
        "CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text UNIQUE)",
        "CREATE SCHEMA app CREATE TABLE app.notes (id bigserial)",
        "CREATE TYPE mood AS ENUM ('fine')",
        "CREATE EXTENSION citext",
        "CREATE EXTENSION pg_trgm",
        "CREATE EXTENSION unaccent",
        "CREATE TEMPORARY TABLE scratch (id int)",
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "CREATE TABLE users (id int)",
    ):
        program.execute(statement)

    assert program.execute("SELECT count(*) FROM users").fetchone() == (0,)


def test_text_is_unicode_whatever_the_locale(program):
    """Upper case knows more than ASCII, and sorting is by code point."""
    row = program.execute(
        "SELECT upper('è'), array_agg(word ORDER BY word) FROM unnest('{b,a,É,Z}'::text[]) AS word"
    ).fetchone()

    assert row == ("È", ["Z", "a", "b", "É"])


def test_two_programs_do_not_meet(postgres):
    """Neither can open a session in the other's database, nor in one of the server's own."""
    with postgres.endpoint() as mine, postgres.endpoint() as theirs:
        assert mine.user != theirs.user
        for name in (theirs.path, "postgres", "template1"):
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(mine.url(), dbname=name)


def test_a_server_that_lets_everybody_in_is_not_for_strangers(database, surroundings):
    """As servers are installed, each role may enter each database; the hint has the statement that ends it."""
    url = make_url(database.admin_url).set(database="postgres").render_as_string(False)
    plain = replace(surroundings, environ={**surroundings.environ, "KATAS_POSTGRES_URL": url})
    walled = replace(plain, walled=True)
    with psycopg.connect(url, autocommit=True) as administrator:
        administrator.execute("GRANT CONNECT ON DATABASE template1 TO PUBLIC")
        with pytest.raises(KatasError, match="lets every role into `template1`") as caught:
            serve("postgres", walled, provider="url").__enter__()
        with serve("postgres", plain, provider="url") as trusted, serve("postgres", walled) as another:
            assert (trusted.provider, another.provider) == ("url", "embedded")
        administrator.execute(caught.value.hint.split("`")[-2])

    with serve("postgres", walled, provider="url") as server, server.endpoint() as share:
        assert server.provider == "url"
        for name in ("postgres", "template1", database.path):
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(share.url(), dbname=name)


def test_a_programs_role_is_ordinary_whoever_makes_it(postgres, administrator):
    """By a superuser or another administrator: no attribute, no membership reaches beyond its database."""
    attributes = "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles"
    member = "SELECT rolname FROM pg_roles WHERE pg_has_role(oid, 'MEMBER') AND rolname <> current_user"
    with serve("postgres", administrator, provider="url") as by_teacher:
        for server in (postgres, by_teacher):
            with server.endpoint() as share, psycopg.connect(share.url()) as program:
                row = program.execute(f"{attributes} WHERE rolname = current_user").fetchone()

                assert row == (False,) * 5
                assert program.execute(member).fetchall() == []


def test_the_administrator_looks_into_the_same_database(program, database):
    """`admin_url` is a superuser's way to the program's tables."""
    program.execute("CREATE TABLE notes AS SELECT 'hello' AS text")

    with psycopg.connect(database.admin_url) as connection:
        row = connection.execute("SELECT text, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) FROM notes")
        assert row.fetchone() == ("hello", True)


def test_database_and_role_go_even_with_the_program_connected(postgres):
    """An open session of the program does not keep the database."""
    with postgres.endpoint() as first, postgres.endpoint() as other:
        pass
    with postgres.endpoint() as watching:
        with postgres.endpoint() as gone:
            connection = psycopg.connect(gone.url())
            assert gone.path in databases(watching)
        connection.close()

        assert not databases(watching) & {first.path, other.path, gone.path}


def test_a_program_that_holds_all_its_connections_does_not_lock_out_the_grader(database):
    """The limit of connections is the role's, below the server's."""
    with ExitStack() as held:
        for _ in range(CONNECTIONS):
            held.enter_context(psycopg.connect(database.url()))

        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            psycopg.connect(database.url())
        with psycopg.connect(database.admin_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_error_of_the_grader_s_own_stays_what_it_is(postgres):
    """What goes wrong while an endpoint is used is nobody else's error."""
    with pytest.raises(OperationalError), postgres.endpoint():
        raise OperationalError("SELECT 1", None, Exception("mine"))


def test_a_server_that_died_adds_no_error_of_its_own(postgres):
    """It took the database with it."""
    with postgres.endpoint() as endpoint:
        with psycopg.connect(endpoint.admin_url) as connection:
            row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
        os.kill(int(row[0].split()[0]), signal.SIGQUIT)


@pytest.fixture
def administrator(database: Endpoint, surroundings: Surroundings) -> Surroundings:
    """Give surroundings whose PostgreSQL is a URL of somebody who may make roles and databases, and no more."""
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE teacher LOGIN CREATEDB CREATEROLE PASSWORD 'p@ss/word'")
        connection.execute("GRANT CONNECT ON DATABASE postgres TO teacher")
    url = f"postgresql://teacher:p%40ss%2Fword@127.0.0.1:{database.port}/postgres"
    return Surroundings(
        supervisor=surroundings.supervisor,
        environ={**surroundings.environ, "KATAS_POSTGRES_URL": url},
        cache=surroundings.cache,
    )


def test_a_url_is_the_first_choice(administrator):
    """An administrator who is no superuser can serve, and nothing stays behind on the server."""
    with serve("postgres", administrator) as server, server.endpoint() as endpoint:
        with psycopg.connect(endpoint.url()) as connection:
            connection.execute("CREATE TABLE notes (id int)")
            connection.execute("CREATE EXTENSION citext")
        with psycopg.connect(endpoint.admin_url) as connection:
            connection.execute("SELECT * FROM notes")
        provider, version = server.provider, server.version
        with serve("postgres", administrator) as another, another.endpoint() as beside:
            assert beside.path != endpoint.path
            psycopg.connect(endpoint.url()).close()

    assert (provider, version.split(".")[0]) == ("url", "18")
    with connected(make_url(administrator.environ["KATAS_POSTGRES_URL"])) as connection:
        names = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
    assert endpoint.path not in names


def test_what_a_killed_grader_left_is_swept_away_and_nothing_else(administrator, database):
    """Databases called `katas_` and random go once no grader holds them; others stay, whatever they are called."""
    abandoned, kept = "katas_" + "0" * 16, "katas_homework"
    with psycopg.connect(administrator.environ["KATAS_POSTGRES_URL"], autocommit=True) as connection:
        for name in (abandoned, kept):
            connection.execute(f"CREATE ROLE {name}")
            connection.execute(f"CREATE DATABASE {name}")

    with serve("postgres", administrator):
        names = databases(database)

    assert abandoned not in names
    assert {kept, database.path} <= names


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://postgres:secret@127.0.0.1:1/postgres", "connection"),
        ("postgresql:///postgres", "needs the form"),
        ("mysql://root:secret@127.0.0.1/x", "needs the form"),
        ("nonsense", "is no URL"),
    ],
)
def test_a_url_that_cannot_serve_says_why_and_keeps_the_password(surroundings, url, reason):
    """The message names the cause, and never the password."""
    asked = Surroundings(
        supervisor=surroundings.supervisor, environ={"KATAS_POSTGRES_URL": url}, cache=surroundings.cache
    )

    with pytest.raises(KatasError, match=reason) as error, serve("postgres", asked, provider="url"):
        pass

    assert "secret" not in str(error.value)


def test_a_program_is_no_administrator(surroundings, database):
    """A URL of a role that may not make databases is refused before anything is made."""
    asked = Surroundings(
        supervisor=surroundings.supervisor, environ={"KATAS_POSTGRES_URL": database.url()}, cache=surroundings.cache
    )

    with pytest.raises(KatasError, match="may not make roles and databases"), serve("postgres", asked, provider="url"):
        pass


def test_a_server_serves_by_protocol(postgres: Server):
    """A server says where it comes from and which version it is."""
    assert postgres.provider == "embedded"
    assert postgres.version.startswith("18.")

# ruff: noqa: S608 - the tests play the learner, who writes SQL
"""A database is searched whatever its schema, and its owner cannot hide, hinder or misuse the search."""

from __future__ import annotations

import hashlib

import psycopg
import pytest
import sqlalchemy as sa

from backend_katas.errors import KatasError, ProgramFault
from backend_katas.probes import database as database_module
from backend_katas.probes.database import Database
from backend_katas.probes.passwords import fast_digests, weakness

SECRET = "s3cret-t0ken-Ünïcode"
BCRYPT = "$2b$10$9D6yk8kemPV3vD.NV1jpHOi33RwIEntg/RkfNCY8rBiEfbBKCnDpe"
OTHER_BCRYPT = "$2b$08$s8NShnBTBU2pDjS2bURnZeMeLH7ZYno98UeK.T5QJQEWtKUfhpHlO"
ARGON2 = "$argon2id$v=19$m=19456,t=2,p=1$Bga0f/kwCtaRQpRQMqJz6A$aRmVlpWJG3eZC1uoqkkzvWhn6FHNz9dHgB9GjLUjNfk"

# What a program may declare, and an SQL expression that puts the secret into it.
TYPES = {
    "text": f"'{SECRET}'",
    "varchar(40)": f"'{SECRET}'",
    "char(40)": f"'{SECRET}'",
    "json": f"json_build_object('a', json_build_array('{SECRET}'))",
    "jsonb": f"jsonb_build_object('{SECRET}', 1)",
    "bytea": f"convert_to('x {SECRET} y', 'UTF8')",
    "text[]": f"array['a', '{SECRET}']",
    "bytea[]": f"array[convert_to('{SECRET}', 'UTF8')]",
    "citext": f"'{SECRET}'",
    "hstore": f"hstore('key', '{SECRET}')",
    "mood": "'s3cret-t0ken-Ünïcode'",
    "pair": f"row(1, '{SECRET}')::pair",
    "blob": f"convert_to('{SECRET}', 'UTF8')",
}


@pytest.fixture
def database(share):
    """Look at the test's own database."""
    with Database(share.admin_url) as database:
        yield database


def places(findings):
    """Return where the findings are."""
    return {f"{finding.schema}.{finding.table}.{finding.column}" for finding in findings}


@pytest.mark.parametrize("kind", TYPES)
def test_a_secret_is_found_in_every_type(share, database, kind):
    """Text, JSON, bytes, arrays, enums, composites, domains and extension types all give their secret away."""
    extension = [f"CREATE EXTENSION {kind}"] if kind in ("citext", "hstore") else []
    share.run(
        *extension,
        f"CREATE TYPE mood AS ENUM ('{SECRET}', 'other')",
        "CREATE TYPE pair AS (number int, word text)",
        "CREATE DOMAIN blob AS bytea",
        f"CREATE TABLE t (id int, held {kind})",
        f"INSERT INTO t VALUES (1, NULL), (2, {TYPES[kind]})",
    )

    findings = database.find([SECRET, "not-in-there"])

    assert [(finding.table, finding.column, finding.needle) for finding in findings] == [("t", "held", SECRET)]


def test_findings_name_the_look_and_the_place(share, database):
    """A digest kept as bytes and one kept as upper-case text are told by their names; other columns are not blamed."""
    digest = hashlib.sha256(SECRET.encode())
    share.run(
        "CREATE SCHEMA audit",
        "CREATE TABLE users (email text, digest bytea)",
        "CREATE TABLE audit.log (line text)",
        f"INSERT INTO users VALUES ('ada@example.com', '\\x{digest.hexdigest()}')",
        f"INSERT INTO audit.log VALUES ('it was {digest.hexdigest().upper()}')",
    )

    findings = database.find(fast_digests(SECRET))

    assert [str(finding) for finding in findings] == [
        "audit.log.line (SHA-256 in upper-case hex)",
        "users.digest (SHA-256 in hex)",
    ]
    assert places(database.find({"raw": digest.digest()})) == {"public.users.digest"}


def test_a_search_tells_upper_from_lower_case(share, database):
    """A needle in another case is another secret."""
    share.run("CREATE TABLE t (a text)", f"INSERT INTO t VALUES ('{SECRET.upper()}')")

    assert database.find([SECRET]) == []


def test_a_secret_with_quotes_is_found_in_json(share, database):
    """Quotes, backslashes and escapes of JSON do not hide a secret."""
    secret = 'pä"ss\\w0rd!'
    share.run("CREATE TABLE t (a json, b jsonb)")
    with psycopg.connect(share.url, autocommit=True) as connection:
        connection.execute("INSERT INTO t VALUES (%s, NULL)", ['{"p": "p\\u00e4\\"ss\\\\w0rd!"}'])
        connection.execute("INSERT INTO t VALUES (NULL, jsonb_build_object('p', %s::text))", [secret])

    assert places(database.find([secret])) == {"public.t.a", "public.t.b"}


def test_a_short_needle_is_refused(database):
    """Seven characters stand somewhere by chance, and a single text is not a list of needles."""
    for needles in (["1234567"], {"pin": "1234567"}, {"bytes": b"1234567"}, SECRET):
        with pytest.raises(ValueError, match="by chance"):
            database.find(needles)


def test_an_empty_database_has_nothing(database):
    """Without tables there are no cells, no findings, no hashes and no rows."""
    assert list(database.cells()) == []
    assert database.find([SECRET]) == []
    assert database.password_hashes() == {}
    assert database.row_snapshot() == {}


def test_odd_names_are_read(share, database):
    """Capitals, blanks, quotes, per cent signs and colons in names hide nothing."""
    share.run(
        'CREATE SCHEMA "My ""Schema"""',
        'CREATE TABLE "My ""Schema"""."Users 100%" ("Pass:word (%s)" text, "select" text)',
        f"""INSERT INTO "My ""Schema\"""."Users 100%" VALUES ('{SECRET}', 'x')""",
        "CREATE TABLE no_columns ()",
    )

    assert places(database.find([SECRET])) == {'My "Schema".Users 100%.Pass:word (%s)'}
    assert database.row_snapshot() == {'My "Schema".Users 100%': 1, "no_columns": 0}


def test_every_kind_of_table_is_read_and_no_view(share, database):
    """Partitioned tables are read once, filled materialised views too; views, unfilled and temporary tables are not."""
    share.run(
        "CREATE TABLE events (id int, word text) PARTITION BY RANGE (id)",
        "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10) TO (20)",
        f"INSERT INTO events VALUES (1, '{SECRET}'), (11, 'x')",
        "CREATE UNLOGGED TABLE fast AS SELECT * FROM events",
        "CREATE MATERIALIZED VIEW filled AS SELECT word FROM events",
        "CREATE MATERIALIZED VIEW unfilled AS SELECT word FROM events WITH NO DATA",
        "CREATE VIEW seen AS SELECT word FROM events",
    )
    with psycopg.connect(share.url) as other:
        other.execute("CREATE TEMPORARY TABLE mine AS SELECT * FROM events")
        other.commit()

        assert places(database.find([SECRET])) == {"public.events.word", "public.fast.word", "public.filled.word"}
        assert database.row_snapshot() == {"events": 2, "fast": 2, "filled": 2}


def test_a_large_object_is_read(share, database):
    """A secret in a large object is found."""
    share.run(f"SELECT lo_from_bytea(0, convert_to('{SECRET}', 'UTF8'))")

    assert places(database.find([SECRET])) == {"pg_catalog.pg_largeobject.data"}


def test_row_security_hides_nothing(share, database):
    """A policy that shows no row to anybody does not stop the administrator."""
    share.run(
        "CREATE TABLE t (a text)",
        f"INSERT INTO t VALUES ('{SECRET}')",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE t FORCE ROW LEVEL SECURITY",
    )

    assert places(database.find([SECRET])) == {"public.t.a"}


def test_no_function_of_the_learner_runs(share, database):
    """Casts, functions of well-known names and settings of the database do not reach the administrator's session."""
    share.run(
        "CREATE TABLE ran (who text)",
        "CREATE TYPE pair AS (word text)",
        "CREATE FUNCTION evil(pair) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'ran as %', current_user; END $$",
        "CREATE CAST (pair AS text) WITH FUNCTION evil(pair) AS IMPLICIT",
        "CREATE FUNCTION concat(pair) RETURNS text LANGUAGE sql AS $$ SELECT 'hidden' $$",
        "CREATE TABLE t (held pair)",
        f"INSERT INTO t VALUES (row('{SECRET}'))",
        "CREATE TABLE b (held bytea)",
        f"INSERT INTO b VALUES (convert_to('{SECRET}', 'UTF8'))",
    )
    share.administer(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());"
        " EXECUTE format('ALTER DATABASE %I SET bytea_output = escape', current_database()); END $$",
    )

    assert places(database.find([SECRET])) == {"public.t.held", "public.b.held"}


def test_no_code_of_the_learner_runs_with_the_administrators_rights(share, database):
    """What an index's expression calls when a query is planned runs as the reader, who is no superuser."""
    share.run(
        "CREATE FUNCTION evil(int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN"
        " IF (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN RAISE 'ran as %', session_user;"
        " END IF; RETURN 'x'; END $$",
        "CREATE TABLE t (word text)",
        "CREATE INDEX ON t ((evil(1) || word))",
        f"INSERT INTO t VALUES ('{SECRET}')",
    )

    assert places(database.find([SECRET])) == {"public.t.word"}
    assert database.row_snapshot() == {"t": 1}


def test_privileges_withdrawn_do_not_stop_a_look(share, database):
    """A program that closes its schemas and tables to all others is still read."""
    share.run(
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "CREATE SCHEMA mine",
        "REVOKE ALL ON SCHEMA mine FROM PUBLIC",
        f"CREATE TABLE mine.t AS SELECT '{SECRET}' AS word",
        "REVOKE ALL ON mine.t FROM PUBLIC",
    )

    assert places(database.find([SECRET])) == {"mine.t.word"}


def test_the_reader_is_gone_afterwards(share):
    """The role made for looking is dropped, also when the program granted it something."""
    readers = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'katas_reader_%'"
    with Database(share.admin_url), psycopg.connect(share.url, autocommit=True) as program:
        [(name,)] = program.execute(readers).fetchall()
        program.execute("CREATE TABLE t (a int)")
        program.execute(f"GRANT ALL ON t TO {name}")

    with psycopg.connect(share.url) as program:
        assert program.execute(readers).fetchall() == []


def test_a_program_that_takes_every_session_is_at_fault(share, database):
    """When the program's sessions leave none free, the learner is told so."""
    share.administer("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 0', current_database()); END $$")

    with pytest.raises(ProgramFault, match="leaves no session of its database free"):
        database.row_snapshot()


def test_a_look_cannot_write(database):
    """The administrator's session is read-only."""
    with database.engine.connect() as connection, pytest.raises(sa.exc.InternalError, match="read-only transaction"):
        connection.execute(sa.text("CREATE TABLE public.t (a int)"))


def test_a_table_that_stays_locked_is_the_programs_fault(share, database):
    """The program that holds a table exclusively is told so, by the table's name."""
    share.run("CREATE TABLE users (a text)")
    with psycopg.connect(share.url) as holder:
        holder.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")

        with pytest.raises(ProgramFault, match="keeps table `users` locked"):
            database.find([SECRET])


def test_a_table_dropped_meanwhile_is_passed_over(share, database):
    """A table that goes between listing and reading hides no other table."""
    share.run("CREATE TABLE a (x text)", "CREATE TABLE b (x text)", "CREATE TABLE c (x text)")
    share.run(*(f"INSERT INTO {name} VALUES ('{SECRET}')" for name in "abc"))
    cells = database.cells()
    first = next(cells)

    share.run("DROP TABLE b")

    assert [first.place, *(cell.place for cell in cells)] == ["a.x", "c.x"]


def test_a_long_table_is_read_from_its_end_and_told(share, database):
    """Beyond the cap the rows written last are read, and the table is named as cut; a short one is not."""
    share.run(
        "CREATE TABLE long (n int, word text)",
        "INSERT INTO long SELECT n, 'x' FROM generate_series(1, 999) n",
        f"INSERT INTO long VALUES (1000, '{SECRET}')",
        "CREATE TABLE short (n int)",
        "INSERT INTO short SELECT generate_series(1, 10)",
    )

    seen = [cell.text for cell in database.cells(rows=10) if cell.place == "long.n"]

    assert sorted(seen, key=int) == [str(number) for number in range(991, 1001)]
    assert database.cut == {"long"}
    assert places(database.find([SECRET])) == {"public.long.word"}
    assert database.cut == set()


def test_a_huge_value_is_left_out_and_told(share, database):
    """A value of megabytes costs no memory here; the other values of its row are read."""
    share.run(
        "CREATE TABLE files (name text, body bytea, note text)",
        "ALTER TABLE files ALTER body SET STORAGE EXTERNAL",
        f"INSERT INTO files VALUES ('{SECRET}', decode(repeat('00', 3000000), 'hex'), repeat('y', 900000))",
    )

    cells = {cell.column: cell.text for cell in database.cells()}

    assert (cells["name"], cells["body"]) == (SECRET, "")
    assert len(cells["note"]) == database_module.CELL
    assert database.cut == {"files"}


def test_hashes_are_found_by_their_column(share, database):
    """Hashes in text, bytes and JSON are listed by column; digests and addresses are none."""
    share.run(
        "CREATE TABLE users (email text, password text, pin bytea, settings jsonb, sha text)",
        f"INSERT INTO users VALUES ('a@b.c', '{ARGON2}', convert_to('{BCRYPT}', 'UTF8'), "
        f"jsonb_build_object('old', '{OTHER_BCRYPT}'), '{hashlib.sha256(b'x').hexdigest()}')",
    )

    stored = database.password_hashes()

    assert {place: [found.text for found in hashes] for place, hashes in stored.items()} == {
        "users.password": [ARGON2],
        "users.pin": [BCRYPT],
        "users.settings": [OTHER_BCRYPT],
    }


def test_new_hashes_are_told_from_old_ones(share, database):
    """After two sign-ups and a changed password the three new hashes are listed, equal ones counted each."""
    share.run("CREATE TABLE users (id int, password text)", f"INSERT INTO users VALUES (1, '{ARGON2}')")
    before = database.password_hashes()

    share.run(
        f"INSERT INTO users VALUES (2, '{BCRYPT}'), (3, '{BCRYPT}')",
        f"UPDATE users SET password = '{OTHER_BCRYPT}' WHERE id = 1",
    )
    new = database.hashes_since(before)

    assert sorted(found.text for found in new["users.password"]) == sorted([BCRYPT, BCRYPT, OTHER_BCRYPT])
    assert [weakness(found.text) for found in new["users.password"]].count("") == 2
    assert database.hashes_since(database.password_hashes()) == {}


def test_rows_are_counted(share, database):
    """Two snapshots differ by the rows that were added; one table is asked by name, an unknown one is a fault."""
    share.run("CREATE TABLE users (id int)", "CREATE TABLE mails (id int)", "INSERT INTO users VALUES (1)")
    before = database.row_snapshot()

    share.run("INSERT INTO users VALUES (2)")

    assert database.row_snapshot() - before == {"users": 1}
    assert database.rows("users") == 2
    with pytest.raises(ProgramFault, match="no table `orders`; the database has mails, users"):
        database.rows("orders")


def test_a_database_out_of_reach_is_not_the_learners_fault(share):
    """A wrong address is a KatasError that names the cause."""
    with pytest.raises(KatasError, match=r"_gone.* does not exist"), Database(share.admin_url + "_gone"):
        pytest.fail("it was there")


def test_no_connection_is_left_behind(share, database):
    """A look, even one broken off, leaves no session on the server."""
    share.run("CREATE TABLE t (a int)", "INSERT INTO t SELECT generate_series(1, 500)")
    cells = database.cells()
    next(cells)
    cells.close()
    database.row_snapshot()

    with psycopg.connect(share.admin_url) as connection:
        ours = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'backend-katas'")
        assert ours.fetchone() == (0,)

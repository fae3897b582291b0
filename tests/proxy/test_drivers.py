"""Real drivers on real servers: what they send is counted right, and faults look real to them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import psycopg
import pytest
import redis

from backend_katas.proxy import Relay
from backend_katas.services import Server, Surroundings, serve
from backend_katas.supervisor import Supervisor


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """Own the servers' processes."""
    with Supervisor() as supervisor:
        yield Surroundings(supervisor=supervisor, environ=os.environ, cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def postgres(surroundings: Surroundings) -> Iterator[Server]:
    """Serve PostgreSQL."""
    with serve("postgres", surroundings) as server:
        yield server


@pytest.fixture(scope="module")
def valkey(surroundings: Surroundings) -> Iterator[Server]:
    """Serve Redis."""
    with serve("redis", surroundings) as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[tuple[Relay, str]]:
    """Give a relay to PostgreSQL and the URL that leads through it."""
    with postgres.endpoint() as endpoint, Relay((endpoint.host, endpoint.port), protocol="postgres") as relay:
        yield relay, endpoint.url(*relay.address)


@pytest.fixture
def store(valkey: Server) -> Iterator[tuple[Relay, redis.Redis]]:
    """Give a relay to Redis and a client through it."""
    with (
        valkey.endpoint() as endpoint,
        Relay((endpoint.host, endpoint.port), protocol="redis") as relay,
        redis.Redis.from_url(endpoint.url(*relay.address), decode_responses=True) as client,
    ):
        yield relay, client


def test_a_statement_with_parameters_is_counted_once(database):
    """Psycopg sends it as Parse, Bind and Execute without a name."""
    relay, url = database
    with psycopg.connect(url, autocommit=True) as connection, relay.counting() as count:
        connection.execute("select %s::int", [1])

    assert count.statements == ["select $1::int"]
    assert relay.opaque == ""


def test_a_statement_without_parameters_is_counted_once(database):
    """It is sent as a simple query; several in one text are one statement."""
    relay, url = database
    with psycopg.connect(url, autocommit=True) as connection, relay.counting() as count:
        connection.execute("select 1")
        connection.execute("select 1; select 2")

    assert count.statements == ["select 1", "select 1; select 2"]


def test_a_transaction_is_counted_but_told_apart(database):
    """BEGIN and COMMIT are statements of a kind of their own."""
    relay, url = database
    with psycopg.connect(url) as connection, relay.counting() as count:
        connection.execute("select %s::int", [1])
        connection.commit()

    assert count.statements == ["BEGIN", "select $1::int", "COMMIT"]
    assert count.of_kind("SELECT") == ["select $1::int"]


def test_a_prepared_statement_keeps_its_text(database):
    """It is parsed once and executed by its name."""
    relay, url = database
    with psycopg.connect(url, autocommit=True) as connection, relay.counting() as count:
        for number in range(10):
            connection.execute("select %s::int", [number], prepare=True)

    assert count.statements == ["select $1::int"] * 10


def test_a_pipeline_is_counted_statement_by_statement(database):
    """However many travel together."""
    relay, url = database
    with psycopg.connect(url, autocommit=True) as connection, relay.counting() as count, connection.pipeline():
        for number in range(20):
            connection.execute("select %s::int", [number])

    assert [text.lower() for text in count.of_kind("SELECT")] == ["select $1::int"] * 20


def test_executemany_is_one_statement_a_row(database):
    """What costs a round trip in the server counts."""
    relay, url = database
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("create table t (a int)")
        with relay.counting() as count:
            cursor.executemany("insert into t values (%s)", [(number,) for number in range(15)])

    assert len(count.of_kind("INSERT")) == 15


def test_a_cursor_on_the_server_is_counted_by_its_fetches(database):
    """DECLARE and FETCH are statements."""
    relay, url = database
    with psycopg.connect(url) as connection, relay.counting() as count, connection.cursor("c") as cursor:
        cursor.execute("select generate_series(1, 30)")
        cursor.itersize = 10
        assert len(list(cursor)) == 30

    assert len(count.of_kind("DECLARE")) == 1
    assert len(count.of_kind("FETCH")) >= 3


def test_copy_is_one_statement(database):
    """Its data is none, however much of it there is and whatever it looks like."""
    relay, url = database
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("create table t (a text)")
        with relay.counting() as count, cursor.copy("copy t from stdin") as copy:
            for _ in range(200):
                copy.write(b"Q\x20\x20\x20\x05select 1\n" * 3000)
        (rows,) = cursor.execute("select count(*) from t").fetchone()

    assert count.statements == ["copy t from stdin"]
    assert rows == 600_000


def test_a_large_statement_and_a_large_reply_pass_unchanged(database):
    """Ten megabytes there and back."""
    relay, url = database
    value = "é" * 5_000_000
    with psycopg.connect(url, autocommit=True) as connection, relay.counting() as count:
        assert connection.execute("select %s::text", [value]).fetchone() == (value,)
        assert connection.execute(f"select '{value}'").fetchone() == (value,)

    assert count.statements[0] == "select $1::text"
    assert len(count.statements[1]) == 10_000


def test_an_n_plus_one_grows_with_the_rows(database):
    """The probe that katas use: the same page of 5 and of 50."""
    relay, url = database
    numbers: list[int] = []
    with psycopg.connect(url, autocommit=True) as connection:
        for limit in (5, 50):
            with relay.counting() as count:
                for (row,) in connection.execute("select generate_series(1, %s::int)", [limit]).fetchall():
                    connection.execute("select %s::int", [row])
            numbers.append(count.number)

    assert numbers == [6, 51]


def test_a_cancelled_statement_is_counted_once(database):
    """A cancel request has a connection of its own and is no statement."""
    relay, url = database
    with psycopg.connect(url, autocommit=True) as connection, relay.counting() as count:
        timer = threading.Timer(0.1, connection.cancel_safe)
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("select pg_sleep(30)")
        timer.join()

    assert count.statements == ["select pg_sleep(30)"]


def test_delay_widens_a_race(database):
    """A check and an insert that are two statements lie far enough apart for two programs to do both."""
    relay, url = database
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table account (name text)")

    def sign_up() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            barrier.wait(10)
            if not connection.execute("select 1 from account where name = 'a'").fetchone():
                connection.execute("insert into account values ('a')")

    barrier = threading.Barrier(5)
    threads = [threading.Thread(target=sign_up) for _ in range(5)]
    with relay.delay(0.1) as fault:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with psycopg.connect(url) as connection:
        (rows,) = connection.execute("select count(*) from account").fetchone()

    assert fault.hits >= 10
    assert rows == 5


def test_a_database_that_is_away_looks_so_to_a_driver(database):
    """Open connections break, new ones fail, and afterwards all is well."""
    relay, url = database
    with psycopg.connect(url, autocommit=True) as connection, relay.down() as fault:
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
    with psycopg.connect(url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)

    assert fault.hits >= 2


def test_a_black_hole_is_only_ended_by_a_time_out(database):
    """A driver without one would wait for ever."""
    relay, url = database
    with relay.black_hole() as fault, pytest.raises(psycopg.errors.ConnectionTimeout):
        psycopg.connect(url, connect_timeout=2)

    assert fault.hits >= 1


def test_commands_of_redis_are_counted(store):
    """With their keys, pipelined or not."""
    relay, client = store
    client.ping()
    with relay.counting() as count:
        client.set("user:1", "x" * 1_000_000)
        assert len(client.get("user:1")) == 1_000_000
        with client.pipeline(transaction=True) as pipeline:
            pipeline.lpush("hits", 1).expire("hits", 10).execute()

    assert count.statements == ["SET user:1", "GET user:1", "MULTI", "LPUSH hits", "EXPIRE hits", "EXEC"]
    assert relay.opaque == ""


def test_no_password_of_redis_is_kept(store):
    """The driver says it when it connects."""
    relay, client = store
    client.ping()
    kinds = {statement.kind for statement in relay.statements}

    assert kinds & {"AUTH", "HELLO"}
    assert all(
        statement.text in ("AUTH", "HELLO") for statement in relay.statements if statement.kind in ("AUTH", "HELLO")
    )


def test_a_redis_that_is_away_looks_so_to_a_driver(store):
    """Afterwards the driver dials again."""
    relay, client = store
    client.ping()
    with relay.down() as fault, pytest.raises(redis.ConnectionError):
        client.ping()

    assert fault.hits >= 1
    assert client.ping()

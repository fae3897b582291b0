"""Whatever a program keeps in Redis is found, and nothing of another program is touched."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import redis as driver

from backend_katas.errors import KatasError, ProgramFault
from backend_katas.probes.keyspace import Keyspace
from backend_katas.resp import Address
from backend_katas.services import Endpoint, Server, Surroundings, serve
from backend_katas.supervisor import Supervisor

SECRET = 's3cret "tökén"/x'


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve Redis, one server for each endpoint."""
    with Supervisor() as supervisor:
        surroundings = Surroundings(supervisor=supervisor, environ=os.environ, cache=tmp_path_factory.mktemp("cache"))
        with serve("redis", surroundings, provider="embedded") as server:
            yield server


@pytest.fixture
def endpoint(redis_server: Server) -> Iterator[Endpoint]:
    """Give a server of its own."""
    with redis_server.endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def program(endpoint: Endpoint) -> Iterator[driver.Redis]:
    """Give a client as the program makes it, in the fourth database."""
    with driver.Redis.from_url(replace(endpoint, path="3").url()) as client:
        yield client


@pytest.fixture
def keyspace(endpoint: Endpoint) -> Keyspace:
    """Look into the fourth database."""
    return look(endpoint)


def look(endpoint: Endpoint, *, database: int = 3) -> Keyspace:
    """Return the probe of a database."""
    address = Address(host=endpoint.host, port=endpoint.port, user=endpoint.user, password=endpoint.password)
    return Keyspace(address, database=database)


def test_keys_are_told_with_the_time_they_have_left(program, keyspace):
    """Seconds, or none for what stays for ever; names are read whatever their bytes are."""
    program.set("for ever", "x")
    program.set("a while", "x", px=90_500)
    program.set(b"\xff\x00", "x")

    keys = {key.name: key.ttl for key in keyspace}

    assert list(keys) == ["a while", "for ever", "\ufffd\x00"]
    assert keys["for ever"] is None
    assert keys["\ufffd\x00"] is None
    assert 0 < keys["a while"] <= 90.5


def test_many_keys_are_all_there_once(program, keyspace):
    """More than one step of SCAN."""
    program.mset({f"key:{number}": number for number in range(5_000)})

    assert sorted(key.name for key in keyspace) == sorted(f"key:{number}" for number in range(5_000))


def test_an_empty_database_has_nothing(keyspace):
    """No key, no finding."""
    assert keyspace.keys() == []
    assert keyspace.find(["x"]) == []
    keyspace.flush()


VALUES = {
    "string": lambda redis, text: redis.set("key", text),
    "hash value": lambda redis, text: redis.hset("key", "field", text),
    "hash field": lambda redis, text: redis.hset("key", text, "value"),
    "list": lambda redis, text: redis.rpush("key", "a", text),
    "set": lambda redis, text: redis.sadd("key", "a", text),
    "set of numbers and a text": lambda redis, text: redis.sadd("key", 1, text),
    "zset": lambda redis, text: redis.zadd("key", {"a": 1, text: 2.5}),
    "stream": lambda redis, text: redis.xadd("key", {"field": text}),
}


@pytest.mark.parametrize("put", VALUES.values(), ids=VALUES)
def test_a_text_is_found_in_every_type(program, keyspace, put):
    """Wherever it stands in the value, plain, among bytes that are no text, or as JSON writes it."""
    for text in (SECRET, b"\xff\x00 " + SECRET.encode() + b"\xfe", json.dumps({"a": SECRET})):
        program.flushdb()
        program.set("other", "s3cret")
        put(program, text)

        assert keyspace.find(["not there", SECRET]) == ["key"]


def with_module(connection: socket.socket) -> None:
    """Answer as a server that has modules, with a key of two of their types; no server of ours has any."""
    answers = {
        b"SELECT": b"+OK\r\n",
        b"SCAN": b"*2\r\n$1\r\n0\r\n*2\r\n$4\r\njson\r\n$5\r\nbloom\r\n",
        b"TYPE json": b"+ReJSON-RL\r\n",
        b"TYPE bloom": b"+MBbloom--\r\n",
        b"MEMORY": b":100\r\n",
        b"JSON.GET json": b'$13\r\n{"a":"token"}\r\n',
        b"DUMP bloom": b"$9\r\n\x07\xfftoken\x00\x01\r\n",
    }
    with connection, connection.makefile("rb") as stream:
        while line := stream.readline():
            words = [stream.read(int(stream.readline()[1:]) + 2)[:-2] for _ in range(int(line[1:]))]
            connection.sendall(answers.get(b" ".join(words)) or answers[words[0]])


def test_a_text_is_found_in_what_a_module_keeps():
    """JSON is read as such; any other type as it would be saved."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        served = pool.submit(lambda: with_module(listener.accept()[0]))
        found = Keyspace(Address(host="127.0.0.1", port=listener.getsockname()[1]), database=0).find(["token"])

        assert found == ["bloom", "json"]
        served.result(timeout=60)


def test_a_text_is_found_in_names(program, keyspace):
    """Each key is told once, in the order of the names."""
    program.set(f"session:{SECRET}", SECRET)
    program.set(f"cache:{SECRET}", "x")
    program.set("other", "x")

    assert keyspace.find([SECRET, "session"]) == [f"cache:{SECRET}", f"session:{SECRET}"]
    assert keyspace.find(SECRET) == keyspace.find([SECRET])


def test_an_empty_needle_is_refused(keyspace):
    """It would be in every key."""
    with pytest.raises(ValueError, match="empty needle"):
        keyspace.find([""])


def test_flush_empties_this_database_alone(program, endpoint, keyspace):
    """What others keep on the same server stays."""
    with driver.Redis.from_url(replace(endpoint, path="2").url()) as neighbour:
        neighbour.set("precious", "data")
        program.set("key", "value")
        keyspace.flush()

        assert program.dbsize() == 0
        assert neighbour.get("precious") == b"data"
    assert [key.name for key in look(endpoint, database=2)] == ["precious"]


def test_a_server_that_is_gone_is_not_the_learners_fault(redis_server):
    """It is a KatasError that names the cause."""
    with redis_server.endpoint() as endpoint:
        pass

    with pytest.raises(KatasError, match=r"could not be looked at: .*refused"):
        look(endpoint).keys()


@pytest.mark.parametrize("most", ["MOST", "LARGEST"])
def test_more_than_anybody_can_look_through_is_the_programs_fault(program, keyspace, monkeypatch, most):
    """Keys and values of a program do not fill the grader's memory."""
    monkeypatch.setattr(f"backend_katas.probes.keyspace.{most}", 100)
    program.hset("hash", mapping={f"field{number}": "x" * 100 for number in range(10)})
    for number in range(200 if most == "MOST" else 1):
        program.set(f"key{number}", "value")

    with pytest.raises(ProgramFault, match="more than"):
        keyspace.find(["nothing like it"])

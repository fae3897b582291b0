"""Redis's protocol, as far as a grader needs it, against a real server."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend_katas.errors import KatasError
from backend_katas.resp import Address, RedisConnection, connected
from backend_katas.services import Surroundings, serve
from backend_katas.services.redis_server import address_of
from backend_katas.supervisor import Supervisor


@pytest.fixture
def address(tmp_path: Path) -> Iterator[Address]:
    """Give a real server."""
    with Supervisor() as supervisor:
        surroundings = Surroundings(supervisor=supervisor, environ=os.environ, cache=tmp_path)
        with serve("redis", surroundings, provider="embedded") as server, server.endpoint() as endpoint:
            yield address_of(endpoint.admin_url)


@pytest.fixture
def redis(address: Address) -> Iterator[RedisConnection]:
    """Give an open connection."""
    with connected(address) as connection:
        yield connection


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        (["PING"], "PONG"),
        (["INCRBY", "n", 7], 7),
        (["GET", "nothing"], None),
        (["ECHO", "è\r\n$5\r\n"], "è\r\n$5\r\n"),
        (["ECHO", ""], ""),
        (["COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2"], ["a", "b"]),
    ],
)
def test_every_kind_of_reply_is_read(redis, command, reply):
    """Status, number, nothing, text of any bytes, list."""
    assert redis.command(*command) == reply
    assert redis.command("PING") == "PONG"


def test_bytes_come_back_as_they_were_sent(redis):
    """`raw` changes nothing, in lists neither; `command` replaces what is no text."""
    redis.raw("RPUSH", b"\xff", b"\x00\r\n\xfe", "è")

    assert redis.raw("LRANGE", b"\xff", 0, -1) == [b"\x00\r\n\xfe", "è".encode()]
    assert redis.raw("LLEN", b"\xff") == 2
    assert redis.command("LRANGE", b"\xff", 0, -1) == ["\x00\r\n\ufffd", "è"]


def test_an_error_of_the_server_is_an_error(redis):
    """The connection goes on."""
    with pytest.raises(KatasError, match="unknown command"):
        redis.command("NONSENSE")

    assert redis.command("PING") == "PONG"


def test_a_user_by_name_is_authenticated(redis, address):
    """As access lists know them."""
    redis.command("ACL", "SETUSER", "ann", "on", ">secret", "+ping")

    with connected(Address(host=address.host, port=address.port, user="ann", password="secret")) as ann:
        assert ann.command("PING") == "PONG"
        with pytest.raises(KatasError, match="NOPERM"):
            ann.command("FLUSHALL")


@pytest.mark.parametrize("half", [b"", b"+PO", b"$4\r\nPO", b"*2\r\n:1\r\n"])
def test_a_connection_that_closes_is_an_os_error(half):
    """Half an answer is none."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(100)
                peer.sendall(half)

        thread = threading.Thread(target=hang_up)
        thread.start()
        with (
            connected(Address(host="127.0.0.1", port=listener.getsockname()[1])) as redis,
            pytest.raises(ConnectionError),
        ):
            redis.command("PING")
        thread.join()


def test_the_password_is_not_shown(address):
    """An address may appear in a message."""
    assert address.password not in repr(address)

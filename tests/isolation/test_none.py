"""A cell without walls starts processes, connects to them and knows where they listen."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend_katas.isolation import ISOLATIONS, Cell
from backend_katas.supervisor import Supervisor

# Listens in a grandchild that left the session, as servers behind a wrapper script do.
SERVER = """
import os, socket, sys, time
if os.fork() == 0:
    os.setsid()
    server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    other = socket.create_server(("127.0.0.1", 0))
    print("ready", other.getsockname()[1], flush=True)
    connection, _ = server.accept()
    connection.sendall(b"hello")
time.sleep(60)
"""


@pytest.fixture
def cell() -> Iterator[Cell]:
    """A cell of the isolation `none`."""
    with Supervisor() as supervisor, ISOLATIONS["none"](supervisor) as cell:
        yield cell


def test_a_program_inside_is_reached_by_its_port(cell: Cell, tmp_path: Path) -> None:
    """What listens on the free port answers over `connect`, without delay for small packets."""
    port = cell.free_port()
    log = tmp_path / "log"
    child = cell.spawn([sys.executable, "-c", SERVER, str(port)], cwd=tmp_path, environment=dict(os.environ), log=log)
    deadline = time.monotonic() + 60
    while "ready" not in (text := log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    other = int(text.split()[1])

    assert set(cell.listening(child)) == {("127.0.0.1", port), ("127.0.0.1", other)}
    with cell.connect(port, timeout=60) as connection:
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert connection.gettimeout() == 60
        assert connection.recv(5) == b"hello"


def test_a_connection_may_come_from_another_address(cell: Cell) -> None:
    """A program tells its clients apart by where they come from."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        try:
            connection = cell.connect(port, timeout=60, source="127.0.0.2")
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                pytest.skip("this machine has one loopback address only")
            raise
        with connection, server.accept()[0] as accepted:
            assert accepted.getpeername()[0] == "127.0.0.2"


def test_an_address_that_is_not_there_is_named(cell: Cell) -> None:
    """192.0.2.1 is nobody's (RFC 5737)."""
    with pytest.raises(OSError, match="assign") as caught:
        cell.connect(cell.free_port(), timeout=60, source="192.0.2.1")

    assert caught.value.errno == errno.EADDRNOTAVAIL


def test_nobody_listens_on_a_free_port(cell: Cell) -> None:
    """A connection to a free port is refused."""
    with pytest.raises(ConnectionRefusedError):
        cell.connect(cell.free_port(), timeout=60)


def test_a_dead_child_listens_nowhere(cell: Cell, tmp_path: Path) -> None:
    """Looking at a process that is gone is no error."""
    child = cell.spawn(["/bin/true"], cwd=tmp_path, environment={}, log=tmp_path / "log")
    child.stop()

    assert cell.listening(child) == ()


def test_a_program_reads_and_writes_the_files_it_is_given(cell: Cell, tmp_path: Path) -> None:
    """Standard input, output and error are three files, and the limit is handed on."""
    (tmp_path / "in").write_text("one")
    child = cell.spawn(
        ["/bin/sh", "-c", "cat; echo two >&2; yes"],
        cwd=tmp_path,
        environment={"PATH": os.environ["PATH"]},
        log=tmp_path / "out",
        errors=tmp_path / "errors",
        stdin=tmp_path / "in",
        log_limit=1000,
    )
    child.wait(10)
    child.stop()

    assert child.flooded
    assert (tmp_path / "out").read_text().startswith("oney\ny\n")
    assert (tmp_path / "errors").read_text() == "two\n"


def test_there_is_no_wall(cell: Cell) -> None:
    """An address outside is the same inside."""
    assert cell.reach("127.0.0.1", 5432) == ("127.0.0.1", 5432)
    assert cell.name == "none"

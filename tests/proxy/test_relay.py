"""The relay forwards faithfully, and each fault does what it says for as long as it says."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from backend_katas.proxy import Relay


class Echo:
    """A server that sends everything back."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = self._listener.getsockname()
        self.open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """End everything."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self.open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            self.open.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while data := connection.recv(65536):
                connection.sendall(data)


@pytest.fixture
def echo() -> Iterator[Echo]:
    """Start an echo server."""
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def relay(echo: Echo) -> Iterator[Relay]:
    """Start a relay to it."""
    with Relay(echo.address) as relay:
        yield relay


@pytest.fixture
def dial(relay: Relay) -> Iterator[Callable[[], socket.socket]]:
    """Return a function that dials the relay."""
    connections: list[socket.socket] = []

    def connect() -> socket.socket:
        connections.append(socket.create_connection(relay.address, timeout=60))
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()


def ask(connection: socket.socket, data: bytes = b"hello") -> bytes:
    """Send `data` and return as much of what comes back."""
    connection.sendall(data)
    return exactly(connection, len(data))


def exactly(connection: socket.socket, size: int) -> bytes:
    """Return `size` bytes, or fewer where the connection ends."""
    found = b""
    while len(found) < size and (piece := connection.recv(size - len(found))):
        found += piece
    return found


def fill(connection: socket.socket) -> int:
    """Send until nothing is taken in for 0.3 seconds, or 64 MiB; return how much it was."""
    connection.settimeout(0.3)
    sent = 0
    with suppress(TimeoutError):
        while sent < 64 << 20:
            sent += connection.send(b"x" * 65536)
    return sent


def until(question: Callable[[], bool]) -> bool:
    """Ask again and again for a minute at most."""
    end = time.monotonic() + 60
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.005)
    return answer


def test_bytes_pass_both_ways_unchanged(dial):
    """A megabyte and more, while nobody reads for a while."""
    connection = dial()
    data = bytes(range(256)) * 40_000
    thread = threading.Thread(target=connection.sendall, args=(data,))
    thread.start()
    found = bytearray()
    while len(found) < len(data):
        found += connection.recv(65536)
    thread.join()

    assert bytes(found) == data


def test_a_side_that_does_not_read_holds_the_other_up(relay, dial):
    """The relay keeps little: a program that does not read stops the service."""
    assert fill(dial()) < 64 << 20


def test_the_end_of_one_direction_leaves_the_other_open(dial):
    """A client that has said all may still listen."""
    connection = dial()
    connection.sendall(b"last words")
    connection.shutdown(socket.SHUT_WR)
    found = b""
    while piece := connection.recv(65536):
        found += piece

    assert found == b"last words"


def test_connections_are_counted(relay, dial):
    """Those open now, and those ever dialled."""
    connections = [dial() for _ in range(3)]
    for connection in connections:
        ask(connection)

    assert relay.connections == relay.open_connections == 3

    connections[0].close()

    assert until(lambda: relay.open_connections == 2)
    assert relay.connections == 3


def test_a_service_that_closes_is_seen_to_close(echo, relay, dial):
    """What the service said before still arrives."""
    connection = dial()
    ask(connection)
    echo.open[0].sendall(b"bye")
    echo.open[0].shutdown(socket.SHUT_RDWR)

    assert connection.recv(10) == b"bye"
    assert connection.recv(10) == b""


def test_a_program_that_resets_is_seen_to_reset(echo, relay, dial):
    """The service's connection ends with the program's."""
    connection = dial()
    ask(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()

    assert until(lambda: relay.open_connections == 0)
    assert until(lambda: echo.open[0].fileno() == -1)


def test_a_service_that_is_not_there_is_refused():
    """The program sees a connection that ends at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    with (
        Relay(address) as relay,
        pytest.raises(ConnectionResetError),  # already while it connects, if the relay is quick
        socket.create_connection(relay.address, timeout=60) as connection,
    ):
        connection.recv(1)


def test_delay_holds_back_each_reply(relay, dial):
    """Every reply comes later, in order, and no later than the delay asks."""
    connection = dial()
    ask(connection)
    with relay.delay(0.05) as fault:
        begun = time.monotonic()
        for number in range(3):
            assert ask(connection, b"%d" % number) == b"%d" % number
        taken = time.monotonic() - begun

    assert fault.hits >= 3
    assert taken >= 0.15


def test_delay_is_not_added_up_over_a_pipeline_or_over_connections(relay, dial):
    """Fifty requests at once, on ten connections, wait for one delay."""
    connections = [dial() for _ in range(10)]
    for connection in connections:
        ask(connection)
    with relay.delay(0.2) as fault:
        begun = time.monotonic()
        for _ in range(5):
            for connection in connections:
                connection.sendall(b"hello")
        answers = [exactly(connection, 25) for connection in connections]
        taken = time.monotonic() - begun

    assert answers == [b"hello" * 5] * 10
    assert fault.hits >= 10
    assert taken < 25 * 0.2  # one after the other they would take 50


def test_a_reply_never_overtakes_one_that_is_held_back(relay, dial):
    """The end of a delay does not mix up what is under way."""
    connection = dial()
    ask(connection)
    with relay.delay(0.2) as fault:
        connection.sendall(b"first")
        assert until(lambda: fault.hits > 0)
    connection.sendall(b"second")

    assert exactly(connection, 11) == b"firstsecond"


def test_an_end_never_overtakes_a_reply_that_is_held_back(relay, dial):
    """A service that answers and closes is heard to the end."""
    connection = dial()
    with relay.delay(0.1):
        connection.sendall(b"last words")
        connection.shutdown(socket.SHUT_WR)

        assert exactly(connection, 10) == b"last words"
        assert connection.recv(1) == b""


def test_delay_does_not_hoard(relay, dial):
    """A service that sends without end waits, too."""
    with relay.delay(60):
        assert fill(dial()) < 64 << 20


def test_refuse_turns_new_connections_away(relay, dial):
    """Old ones go on; afterwards all is as before."""
    old = dial()
    ask(old)
    with relay.refuse() as fault:
        with pytest.raises(ConnectionError):
            assert ask(dial()) == b"hello"
        assert ask(old) == b"hello"
        assert fault.hits == 1

    assert ask(dial()) == b"hello"


def test_black_hole_swallows_everything(relay, dial):
    """Old and new connections hang; those that lost bytes are reset in the end, an idle one goes on."""
    old, idle = dial(), dial()
    ask(old)
    ask(idle)
    with relay.black_hole() as fault:
        new = dial()
        for connection in (old, new):
            connection.sendall(b"hello")
            connection.settimeout(0.1)
            with pytest.raises(TimeoutError):
                connection.recv(1)
        assert fault.hits >= 3

    for connection in (old, new):
        connection.settimeout(5)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert ask(idle) == b"hello"
    assert ask(dial()) == b"hello"


def test_a_program_may_leave_a_black_hole(relay, dial):
    """Its connection is gone when it closes it."""
    with relay.black_hole():
        connection = dial()
        assert until(lambda: relay.open_connections == 1)
        connection.close()

        assert until(lambda: relay.open_connections == 0)


def test_cut_resets_what_is_open(relay, dial):
    """New connections work at once."""
    connections = [dial() for _ in range(3)]
    for connection in connections:
        ask(connection)
    fault = relay.cut()

    assert fault.hits == 3
    for connection in connections:
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert ask(dial()) == b"hello"


def test_down_is_as_if_the_service_were_away(relay, dial):
    """Open connections are reset and new ones turned away until the block ends."""
    old = dial()
    ask(old)
    with relay.down() as fault:
        with pytest.raises(ConnectionError):
            assert ask(old) == b"hello"
        with pytest.raises(ConnectionError):
            assert ask(dial()) == b"hello"

    assert fault.hits == 2
    assert ask(dial()) == b"hello"


def test_a_fault_that_bit_nothing_says_so(relay):
    """A check asserts hits, or it proved nothing."""
    with relay.refuse() as refused, relay.delay(1) as delayed:
        pass

    assert refused.hits == delayed.hits == relay.cut().hits == 0


def test_faults_nest(relay, dial):
    """The inner one holds, then the outer one again."""
    with relay.refuse() as outer:
        with relay.black_hole():
            connection = dial()
            assert until(lambda: relay.open_connections == 1)
        with pytest.raises(ConnectionError):
            connection.recv(1)
        with pytest.raises(ConnectionError):
            assert ask(dial()) == b"hello"

    assert outer.hits == 1


def test_leaving_a_relay_ends_every_connection(echo):
    """Nothing of it stays: no port, no thread, no connection, whatever was under way."""
    with Relay(echo.address) as relay:
        connection = socket.create_connection(relay.address, timeout=60)
        ask(connection)
        with relay.delay(60):
            connection.sendall(b"held")
            assert until(lambda: relay.open_connections == 1)

    with connection, pytest.raises(ConnectionResetError):
        # The answer may have come through between the end of the delay and that of the relay.
        b"".join(iter(lambda: connection.recv(1024), b""))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(relay.address, timeout=60)
    assert "relay" not in {thread.name for thread in threading.enumerate()}


def test_what_cannot_be_read_is_forwarded(echo):
    """Reading statements never breaks a connection, and says when it is blind."""
    for protocol in ("postgres", "redis"):
        with Relay(echo.address, protocol=protocol) as relay:
            with socket.create_connection(relay.address, timeout=60) as connection:
                assert (
                    ask(connection, b"\x16\x03\x01\x00\x05hello\n\xff" * 100)
                    == b"\x16\x03\x01\x00\x05hello\n\xff" * 100
                )
            assert relay.opaque
            assert relay.statements == []


def test_statements_are_counted_before_they_are_answered(echo):
    """Whoever has the answer finds the count complete; marks and blocks agree."""
    with (
        Relay(echo.address, protocol="redis") as relay,
        socket.create_connection(relay.address, timeout=60) as connection,
    ):
        ask(connection, b"PING\r\n")
        mark = relay.position()
        for number in range(50):
            with relay.counting() as count:
                ask(connection, b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n" * number)
            assert count.number == number

        assert [statement.kind for statement in relay.statements_since(mark)] == ["GET"] * sum(range(50))
        assert relay.opaque == ""

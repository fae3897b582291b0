"""What holds in every cell that has walls, whatever they are made of."""

from __future__ import annotations

import errno
import socket
import threading

import pytest

from backend_katas.isolation.bwrap import bwrap
from backend_katas.isolation.docker import docker
from backend_katas.isolation.limits import Limits
from backend_katas.supervisor import Supervisor

# Listens in a grandchild that left the session, as servers behind a wrapper script do.
SERVER = """
import os, signal, socket, sys, time
if os.fork() == 0:
    os.setsid()
    server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    print("ready", flush=True)
    while True:
        connection, address = server.accept()
        connection.sendall(address[0].encode())
        connection.close()
time.sleep(60)
"""
POLITE = """
import os, signal, time
def leave(*_):
    time.sleep(0.3)
    os.write(1, b"goodbye\\n")
    os._exit(7)
signal.signal(signal.SIGTERM, leave)
print("ready", flush=True)
while True:
    time.sleep(0.05)  # one long sleep could begin just after the signal came, and end before it is heeded
"""


@pytest.fixture(scope="module", params=["bwrap", pytest.param("docker", marks=pytest.mark.docker)])
def make(request):
    """Make cells of one kind, with a supervisor and limits if need be."""
    if request.param == "bwrap":
        request.getfixturevalue("needs_bwrap")
        return bwrap
    premises = request.getfixturevalue("contained")
    return lambda supervisor, **options: docker(supervisor, premises, **options)


@pytest.fixture(scope="module")
def cell(make):
    """A cell for all tests of this module."""
    with Supervisor() as supervisor, make(supervisor) as cell:
        yield cell


def test_a_program_inside_is_reached_by_its_port(cell, start):
    """What listens inside answers over `connect`, from the address that was asked for, and not from outside."""
    port = cell.free_port()
    child, _ = start(SERVER, port)

    assert cell.listening(child) == (("127.0.0.1", port),)
    with cell.connect(port, timeout=60) as connection:
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert (connection.gettimeout(), connection.recv(20)) == (60, b"127.0.0.1")
    with cell.connect(port, timeout=60, source="127.0.0.2") as connection:
        assert connection.recv(20) == b"127.0.0.2"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=60)


def test_what_cannot_be_reached_is_told_as_anywhere(cell):
    """Nobody listens, and nobody has that address: the errors are those of a plain connection."""
    with pytest.raises(ConnectionRefusedError):
        cell.connect(cell.free_port(), timeout=60)
    with pytest.raises(OSError, match="assign") as caught:
        cell.connect(cell.free_port(), timeout=60, source="192.0.2.1")

    assert caught.value.errno == errno.EADDRNOTAVAIL


def test_many_may_connect_at_once(cell, start):
    """More connections than the warden makes sockets at a time, from many threads."""
    port = cell.free_port()
    start(SERVER, port)
    answers = []

    def ask():
        for _ in range(20):
            with cell.connect(port, timeout=60) as connection:
                answers.append(connection.recv(20))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [b"127.0.0.1"] * 100


def test_a_program_reaches_what_it_was_given(cell, run):
    """An address outside by the one that stands for it inside, and a socket that was made inside."""
    with socket.create_server(("127.0.0.1", 0)) as outside, cell.listen() as inside:
        ports = [cell.reach(*outside.getsockname())[1], inside.getsockname()[1]]
        for listener in (outside, inside):
            threading.Thread(target=_echo, args=(listener,), daemon=True).start()
        code = "import socket, sys\nfor port in sys.argv[1:]: s = socket.create_connection(('127.0.0.1', int(port)));"
        code += " s.sendall(b'hello'); s.shutdown(1); print(s.recv(9))"

        assert run(f'python3 -c "{code}" {ports[0]} {ports[1]}') == (0, "b'HELLO'\nb'HELLO'\n")


def _echo(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        while data := connection.recv(100):
            connection.sendall(data.upper())


def test_sigterm_leaves_time_to_say_goodbye(start):
    """It gets the signal, and its exit code comes back."""
    child, log = start(POLITE)

    assert child.stop(grace=10) == 7
    assert not child.defied
    assert log.read_text().endswith("goodbye\n")


def test_the_server_behind_a_shell_has_time_as_well(cell, folder, tmp_path, until):
    """The shell dies of the signal at once; whoever it ran still takes its leave."""
    log = tmp_path / "shell.log"
    (folder / "server.py").write_text(POLITE)
    child = cell.spawn(["/bin/sh", "-c", "python3 server.py; true"], cwd=folder, environment={}, log=log)
    assert until(lambda: "ready" in log.read_text())
    child.stop(grace=10)

    assert not child.defied
    assert log.read_text().endswith("goodbye\n")


def test_exit_codes_are_those_of_the_program(run):
    """Of an ordinary end, and of one by a signal as a shell says it."""
    assert [run("exit 3")[0], run("kill -9 $$")[0], run("no-such-tool")[0]] == [3, 137, 127]


def test_a_folder_in_common_is_seen_by_both(folder, run):
    """What either writes the other reads, and may change; the paths are the same."""
    (folder / "ours").write_text("from outside\n")
    (folder / "deep").mkdir()
    code, told = run(f"cat {folder}/ours && echo more >> ours && echo theirs > deep/theirs && mv deep moved")

    assert (code, told) == (0, "from outside\n")
    assert (folder / "ours").read_text() == "from outside\nmore\n"
    assert (folder / "moved" / "theirs").read_text() == "theirs\n"


def test_an_admitted_folder_is_a_copy(cell, tmp_path, run):
    """A program may write beside its sources, and finds it again; outside nothing changes."""
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "run").write_text("echo hello")
    (sources / "run").chmod(0o755)
    (sources / "link").symlink_to("run")
    cell.admit(sources)

    assert run(f"cd {sources} && sh ./link && echo changed > run && touch made") == (0, "hello\n")
    assert run(f"cd {sources} && cat run && ls") == (0, "changed\nlink\nmade\nrun\n")
    assert sorted(path.name for path in sources.iterdir()) == ["link", "run"]
    assert (sources / "run").read_text() == "echo hello"


def test_limits_are_in_force(make, tmp_path):
    """Sizes, numbers of files, memory and processes end somewhere, memory for each process where there is no group."""
    folder = tmp_path / "shared"
    folder.mkdir()
    limits = Limits(memory=128 << 20, processes=40, store=4 << 20, inodes=100, temporary=1 << 20)
    write = """
    for place in . /tmp /dev/shm; do cat /dev/zero > $place/filler 2> /dev/null; wc -c < $place/filler; rm $place/filler
    done; seq 200 | while read n; do : > file-$n; done 2> /dev/null; ls | wc -l
    """
    fork = "import os, time\nfor n in range(200):\n  try:\n    if not os.fork(): time.sleep(20); os._exit(0)\n"
    fork += "  except OSError: break\nprint(n)"
    told = []
    with Supervisor() as supervisor, make(supervisor, limits=limits) as cell, cell.shared(folder):
        for number, words in enumerate(
            [["sh", "-c", write], ["python3", "-c", fork], ["python3", "-c", "x = bytearray(400 << 20)"]]
        ):
            log = tmp_path / f"{number}.log"
            child = cell.spawn(["/usr/bin/env", *words], cwd=folder, environment={"PATH": "/usr/bin:/bin"}, log=log)
            told.append((child.wait(60), log.read_text()))
            child.release()

    *sizes, files = map(int, told[0][1].split())
    assert (4 << 20) - (16 << 10) < sizes[0] <= 4 << 20  # a bit of it may be ours
    assert sizes[1:] == [1 << 20, 1 << 20]
    assert 0 < files < 100
    assert 20 < int(told[1][1]) < 40
    assert told[2][0] != 0

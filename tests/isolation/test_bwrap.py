"""A cell of bubblewrap: programs are started, reached and stopped as anywhere, and see and touch nothing else."""

from __future__ import annotations

import contextlib
import errno
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from backend_katas.isolation.bwrap import Limits, bwrap
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


def until(condition, within: float = 20.0) -> bool:
    """Wait until a condition holds, and say whether it does."""
    deadline = time.monotonic() + within
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())


@pytest.fixture
def start(cell, folder, tmp_path):
    """Start a program of Python inside and return it when it has said that it is ready."""

    def start(source: str, *arguments: object):
        log = tmp_path / "program.log"
        command = ["/usr/bin/python3", "-c", source, *map(str, arguments)]
        child = cell.spawn(command, cwd=folder, environment={"PATH": "/usr/bin:/bin"}, log=log)
        assert until(lambda: "ready" in log.read_text() or child.poll() is not None), log.read_text()
        return child, log

    return start


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


def test_the_machines_network_is_for_those_who_may(run):
    """A port of this machine answers a networked program, and no other."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        script = f'python3 -c "import socket; socket.create_connection((\\"127.0.0.1\\", {server.getsockname()[1]}))"'

        assert "Connection refused" in run(script)[1]
        assert run(script, networked=True)[0] == 0


def test_sigterm_leaves_time_to_say_goodbye(start):
    """The wrappers ignore the signal and the program gets it; its exit code comes back."""
    child, log = start(POLITE)

    assert child.stop(grace=10) == 7
    assert not child.defied
    assert log.read_text().endswith("goodbye\n")


def test_the_server_behind_a_shell_has_time_as_well(cell, folder, tmp_path):
    """The shell dies of the signal at once; whoever it ran still takes its leave."""
    log = tmp_path / "shell.log"
    (folder / "server.py").write_text(POLITE)
    child = cell.spawn(
        ["/bin/sh", "-c", "python3 server.py; true"], cwd=folder, environment={"PATH": "/usr/bin:/bin"}, log=log
    )
    assert until(lambda: "ready" in log.read_text())
    started = time.monotonic()
    code = child.stop(grace=10)
    told = f"code {code} after {time.monotonic() - started:.1f} s: {log.read_text()!r}"

    assert not child.defied, told
    assert log.read_text().endswith("goodbye\n"), told


def test_nothing_survives_its_end(cell, start):
    """Daemons that ignore every polite signal are gone with the program."""
    source = "import os, signal, time\nfor s in (1, 2, 15): signal.signal(s, 1)\n"
    source += "for _ in range(3):\n  if os.fork() == 0: os.setsid(); time.sleep(300)\n"
    source += "print('ready', flush=True)\ntime.sleep(300)"
    child, _ = start(source)
    family = psutil.Process(child.keeper).children(recursive=True)
    child.stop(grace=0.2)

    assert len(family) >= 4
    assert until(lambda: not any(process.is_running() for process in family))
    assert child.defied


def test_exit_codes_are_those_of_the_program(run):
    """Of an ordinary end, and of one by a signal as a shell says it."""
    assert [run("exit 3")[0], run("kill -9 $$")[0], run("no-such-tool")[0]] == [3, 137, 127]


def test_a_folder_in_common_is_seen_by_both(cell, folder, run):
    """What either writes the other reads, and may change; the paths are the same."""
    (folder / "ours").write_text("from outside\n")
    (folder / "deep").mkdir()
    code, told = run(f"cat {folder}/ours && echo more >> ours && echo theirs > deep/theirs && mv deep moved")

    assert (code, told) == (0, "from outside\n")
    assert (folder / "ours").read_text() == "from outside\nmore\n"
    assert (folder / "moved" / "theirs").read_text() == "theirs\n"


def test_an_admitted_folder_is_a_copy(cell, folder, tmp_path, run):
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


def test_what_may_be_written_is_limited(needs_bwrap, tmp_path):
    """Sizes and numbers of files end somewhere, wherever they are written."""
    folder = tmp_path / "shared"
    folder.mkdir()
    limits = Limits(store=4 << 20, inodes=100, temporary=1 << 20)
    script = """
    for place in . /tmp /dev/shm; do cat /dev/zero > $place/filler 2> /dev/null; wc -c < $place/filler; rm $place/filler
    done; seq 200 | while read n; do : > file-$n; done 2> /dev/null; ls | wc -l
    """
    with Supervisor() as supervisor, bwrap(supervisor, limits=limits) as cell, cell.shared(folder):
        log = tmp_path / "log"
        cell.spawn(["/bin/sh", "-c", script], cwd=folder, environment={"PATH": "/usr/bin:/bin"}, log=log).wait(20)

    *sizes, files = map(int, log.read_text().split())
    assert sizes == [4 << 20, 1 << 20, 1 << 20]
    assert 0 < files < 100


def test_memory_and_processes_are_limited(needs_bwrap, tmp_path):
    """All programs of a cell share what there is; where there are no control groups, each process has its own share."""
    folder = tmp_path / "shared"
    folder.mkdir()
    limits = Limits(memory=128 << 20, processes=40)
    fork = "import os, time\nfor n in range(200):\n  try:\n    if not os.fork(): time.sleep(20); os._exit(0)\n"
    fork += "  except OSError: break\nprint(n)"
    eat = "x = bytearray(400 << 20)"
    with Supervisor() as supervisor, bwrap(supervisor, limits=limits) as cell, cell.shared(folder):
        told = []
        for number, source in enumerate([fork, eat]):
            log = tmp_path / f"{number}.log"
            child = cell.spawn(["/usr/bin/python3", "-c", source], cwd=folder, environment={}, log=log)
            told.append((child.wait(20), log.read_text()))
            child.release()

    assert 20 < int(told[0][1]) < 40
    assert told[1][0] != 0


def test_processors_are_limited(needs_bwrap, tmp_path):
    """Two that are always busy get one processor's time between them, where there are control groups."""
    folder = tmp_path / "shared"
    folder.mkdir()
    spin = "import os, time\nos.fork()\nend = time.monotonic() + 1\nwhile time.monotonic() < end: pass\n"
    spin += "print(time.process_time())"
    with Supervisor() as supervisor, bwrap(supervisor, limits=Limits(processors=0.2)) as cell, cell.shared(folder):
        if "processors" not in cell.limited:
            pytest.skip("this process may not make control groups")
        log = tmp_path / "log"
        child = cell.spawn(["/usr/bin/python3", "-c", spin], cwd=folder, environment={}, log=log)
        child.wait(20)
        child.release()

    assert cell.in_force["processors"] == 0.2
    assert sum(map(float, log.read_text().split())) < 0.6


GRADER = """
import sys, time
from pathlib import Path
from backend_katas.isolation.bwrap import bwrap
from backend_katas.supervisor import Supervisor
folder, ending = Path(sys.argv[1]), sys.argv[2]
with Supervisor() as supervisor, bwrap(supervisor) as cell, cell.shared(folder):
    script = "trap '' TERM HUP; setsid sleep 600 & sleep 600"
    environment = {"PATH": "/usr/bin:/bin", "KATAS_TEST_MARK": sys.argv[3]}
    cell.spawn(["/bin/sh", "-c", script], cwd=folder, environment=environment, log=folder.parent / "log")
    time.sleep(0.3)
    print(cell.folder, *(group.parent for group in cell.groups), flush=True)
    sys.stdin.read(1)
"""


@pytest.mark.parametrize("ending", ["in order", *range(3)])
def test_nothing_is_left_of_a_cell(needs_bwrap, tmp_path, ending):
    """No process, no folder, no control group, whether the grader ends in order or is killed."""
    folder, mark = tmp_path / "shared", secrets.token_hex(8)
    folder.mkdir()
    command = [sys.executable, "-c", GRADER, str(folder), f"{ending}", mark]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout
        assert grader.stdin
        places = [Path(word) for word in grader.stdout.readline().split()]
        there = [path.exists() for path in places], len(_marked(mark)) > 1
        if ending == "in order":
            grader.stdin.close()
        else:
            grader.send_signal(signal.SIGKILL)

    assert there == ([True] * len(places), True)
    assert until(lambda: not any(path.exists() for path in places) and not _marked(mark), within=60)


def _marked(mark: str) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("KATAS_TEST_MARK") == mark:
                found.append(process)
    return found

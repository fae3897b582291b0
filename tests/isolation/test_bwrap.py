"""A cell of bubblewrap: programs are started, reached and stopped as anywhere, and see and touch nothing else."""

from __future__ import annotations

import secrets
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from backend_katas.isolation.bwrap import bwrap
from backend_katas.isolation.limits import Limits
from backend_katas.supervisor import Supervisor


def test_the_machines_network_is_for_those_who_may(run):
    """A port of this machine answers a networked program, and no other."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        script = f'python3 -c "import socket; socket.create_connection((\\"127.0.0.1\\", {server.getsockname()[1]}))"'

        assert "Connection refused" in run(script)[1]
        assert run(script, networked=True)[0] == 0


def test_nothing_survives_its_end(cell, start, until):
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
def test_nothing_is_left_of_a_cell(needs_bwrap, tmp_path, ending, until, marked):
    """No process, no folder, no control group, whether the grader ends in order or is killed."""
    folder, mark = tmp_path / "shared", secrets.token_hex(8)
    folder.mkdir()
    command = [sys.executable, "-c", GRADER, str(folder), f"{ending}", mark]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout
        assert grader.stdin
        places = [Path(word) for word in grader.stdout.readline().split()]
        there = [path.exists() for path in places], len(marked(mark)) > 1
        if ending == "in order":
            grader.stdin.close()
        else:
            grader.send_signal(signal.SIGKILL)

    assert there == ([True] * len(places), True)
    assert until(lambda: not any(path.exists() for path in places) and not marked(mark))

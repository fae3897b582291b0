"""Signals reach proven descendants and nobody else."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from backend_katas import _family

# Signals everything it should not be able to: SIGTERM would end any of them. The last one is its own child.
HOSTILE = """
import os, signal, subprocess, sys
from backend_katas import _family

table = {process.pid: process for process in _family._every_process()}
assert _family._untouchable() >= {0, 1, os.getpid(), os.getppid(), table[os.getppid()].parent}
targets = [os.getpid(), os.getppid(), *map(int, sys.argv[1:])]  # not 1: a test must be harmless even when it fails
for pid in targets:
    _family.signal_process(table[pid], signal.SIGTERM)
    _family.signal_group(pid, signal.SIGTERM)
_family.signal_group(0, signal.SIGTERM)
_family.signal_group(os.getpgrp(), signal.SIGTERM)
assert not {process.pid for process in _family.descendants()} & set(targets)

child = subprocess.Popen(["/bin/sleep", "60"])
found = {process.pid: process for process in _family.descendants()}[child.pid]
_family.signal_process(found._replace(started=found.started + 1), signal.SIGKILL)
assert child.poll() is None
_family.signal_process(found, signal.SIGTERM)
assert child.wait(10) == -signal.SIGTERM
assert _family.end_descendants(lambda: list(_family.reaped()))
"""


@pytest.fixture
def bystanders() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes in our group, in a group of their own and in a session of their own."""
    started = [
        subprocess.Popen(["/bin/sleep", "120"]),
        subprocess.Popen(["/bin/sleep", "120"], process_group=0),
        subprocess.Popen(["/bin/sleep", "120"], start_new_session=True),
    ]
    yield started
    for process in started:
        process.kill()
        process.wait(5)


def test_only_descendants_are_signalled(bystanders: list[subprocess.Popen[bytes]]) -> None:
    """Not pid 1, not oneself, not a parent, not a sibling or its group, and not one that took over a number."""
    between = "import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', *sys.argv[1:]]).returncode)"
    numbers = [str(bystander.pid) for bystander in bystanders]

    done = subprocess.run(
        [sys.executable, "-c", between, HOSTILE, *numbers], timeout=60, check=False, start_new_session=True
    )

    assert done.returncode == 0
    assert [bystander.poll() for bystander in bystanders] == [None, None, None]


def test_a_grandchild_is_a_descendant() -> None:
    """The walk goes all the way down, and the proof all the way up."""
    code = "import subprocess; subprocess.Popen(['/bin/sleep', '60']); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        grandchild = next(process for process in _family.descendants() if process.parent == child.pid)

        _family.signal_process(grandchild, signal.SIGKILL)

        child.communicate(b"\n", timeout=60)
    assert grandchild.pid not in {process.pid for process in _family.descendants()}

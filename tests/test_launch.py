"""A process is launched as `subprocess` would: a session of its own, usual signals, and errors that name their cause.

Each test launches from a fresh interpreter, as a keeper is one: to fork a process with threads is another matter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from signal import SIGPIPE

import pytest

from backend_katas import _launch

LAUNCH = """
import json, os, sys
sys.path.append(sys.argv[1])
from backend_katas._launch import launch

null = os.open(os.devnull, os.O_RDWR)
output = os.open("output", os.O_WRONLY | os.O_CREAT)
try:
    child = launch(**json.loads(sys.argv[2]), streams=(null, output, null), user=None, group=None)
except (OSError, ValueError) as error:
    print(json.dumps([type(error).__name__, getattr(error, "filename", None), str(error)]))
else:
    print(json.dumps([child, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])]))
"""


@pytest.fixture
def launched(tmp_path):
    """Launch a command from a fresh interpreter; return what came of it, and what it wrote."""

    def run(*command: str, cwd: str | None = None, **environment: str) -> tuple[list, str]:
        wanted = {"command": command, "cwd": cwd or os.fspath(tmp_path), "environment": environment}
        source = os.fspath(Path(_launch.__file__).parents[1])
        told = subprocess.run(
            [sys.executable, "-I", "-S", "-X", "utf8", "-c", LAUNCH, source, json.dumps(wanted)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return json.loads(told.stdout), (tmp_path / "output").read_text()

    return run


def test_it_runs_in_a_session_of_its_own(launched):
    """It leads a group, so that a signal to that group reaches it and its children and nobody else."""
    source = "import os; print(os.getpid(), os.getsid(0), os.getpgid(0)); raise SystemExit(7)"

    (child, code), output = launched(sys.executable, "-I", "-c", source)

    assert output.split() == [str(child)] * 3
    assert code == 7


def test_it_is_given_its_environment_and_nothing_else(launched):
    """The command is looked for where that environment says."""
    (_, code), output = launched("env", PATH=os.environ["PATH"], NAME="Zoë")

    assert code == 0
    assert sorted(output.splitlines()) == sorted([f"PATH={os.environ['PATH']}", "NAME=Zoë"])


def test_what_python_ignores_is_not_ignored(launched):
    """A program that writes into a closed pipe is ended by it, as everybody expects."""
    (_, code), output = launched("/bin/sh", "-c", f"kill -{int(SIGPIPE)} $$; echo survived")

    assert (code, output) == (-SIGPIPE, "")


@pytest.mark.parametrize("command", ["no-such-command", "/no/such/command"])
def test_a_missing_command_is_named(launched, command):
    """The error is the one that `subprocess` raises."""
    (kind, name, _), _ = launched(command, "argument", PATH=os.environ["PATH"])

    assert (kind, name) == ("FileNotFoundError", command)


def test_a_missing_folder_is_named(launched):
    """Not the command, which is there."""
    (kind, name, _), _ = launched("/bin/sh", "-c", "true", cwd="/no/such/folder")

    assert (kind, name) == ("FileNotFoundError", "/no/such/folder")


def test_what_may_not_be_run_is_named(launched, tmp_path):
    """A file without the right to be executed."""
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")

    (kind, name, _), _ = launched(os.fspath(script))

    assert (kind, name) == ("PermissionError", os.fspath(script))


def test_a_text_that_cannot_be_passed_on_is_a_value_error(launched):
    """A byte of nought ends a text for the system."""
    (kind, _, told), _ = launched("/bin/echo", "a\0b")

    assert kind == "ValueError"
    assert "null byte" in told

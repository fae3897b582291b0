"""A cell is looked at from inside before any program runs, and a hole in it ends the run with a remedy."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path

import pytest

from backend_katas.errors import ExitCode, KatasError
from backend_katas.isolation import ISOLATIONS, Premises, proof
from backend_katas.isolation.premises import binds
from backend_katas.supervisor import Supervisor

# The package has the function of this name.
bwrap = importlib.import_module("backend_katas.isolation.bwrap")


@pytest.fixture
def supervisor():
    """A supervisor for this test."""
    with Supervisor() as supervisor:
        yield supervisor


def _missing(cell, supervisor, **premises) -> set[str]:
    return {each.name for each in proof.examine(cell, supervisor, Premises(**premises)) if not each.holds}


def test_a_cell_has_every_property(cell, supervisor):
    """As it is made here; where nothing can limit memory and processors as a whole, that is told."""
    without = {"memory", "processors"} - cell.limited

    assert _missing(cell, supervisor) == without


# What is left out of bubblewrap's arguments: what the filter would refuse too is only seen without the filter.
HOLES = {
    "rights": ["--disable-userns", "--seccomp", "4"],
    "system calls": ["--seccomp", "4"],
    "processes": ["--unshare-pid"],
    "namespaces": ["--unshare-ipc"],
    "system": ["--remount-ro", "/"],
}


@pytest.mark.parametrize("name", HOLES)
def test_a_hole_is_found(cell, supervisor, monkeypatch, name):
    """The probe does not believe in arguments, it tries: without one of them it finds what is open."""
    for part in ("NAMESPACES", "LAST"):
        left = tuple(word for word in getattr(bwrap, part) if word not in HOLES[name])
        monkeypatch.setattr(bwrap, part, left)

    assert name in _missing(cell, supervisor)


def test_a_secret_that_is_seen_is_found(cell, supervisor):
    """A folder of graders that lies where programs see it, and was not hidden from them."""
    assert "secrets" in _missing(cell, supervisor, hidden=(Path("/usr/bin"),))


def test_what_cannot_be_looked_at_is_no_toolchain(tmp_path):
    """A variable of whoever became this user may name a folder in another's home."""
    closed = tmp_path / "closed"
    (closed / "bin").mkdir(parents=True)
    closed.chmod(0)
    environ = {"PATH": f"{closed}/bin:/usr/bin", "PYENV_ROOT": f"{closed}/pyenv", "HOME": f"{tmp_path}"}

    assert f"{closed}" not in " ".join(binds(Premises(environ=environ), for_others=True))


def test_what_lies_among_the_programs_is_hidden(needs_bwrap, supervisor, tmp_path):
    """A kata's graders below `/usr` are an empty folder inside."""
    if not Path("/usr/share").is_dir():
        pytest.skip("there is no `/usr/share`")
    premises = Premises(hidden=(Path("/usr/share"),))
    with bwrap.bwrap(supervisor, premises) as cell:
        assert "secrets" not in {each.name for each in proof.examine(cell, supervisor, premises) if not each.holds}


def test_a_hole_ends_the_run(cell, supervisor, monkeypatch):
    """With what is missing and what to do, and as our fault: no mark comes of it."""
    monkeypatch.setattr(bwrap, "LAST", ("--seccomp", "4"))

    with pytest.raises(KatasError, match="nothing was run:\n  system: it can write to") as caught:
        proof.require(cell, supervisor, Premises(soft_memory=True))

    assert caught.value.exit_code is ExitCode.OUR_FAULT


def test_without_the_program_there_is_no_cell(supervisor, monkeypatch):
    """It says which package has it; nothing weaker takes its place."""
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, **options: None if name == "bwrap" else which(name, **options))

    with pytest.raises(KatasError, match="there is no `bwrap`") as caught, ISOLATIONS["bwrap"](supervisor):
        pass

    assert "apt-get install bubblewrap" in caught.value.hint


def test_an_unknown_machine_has_no_cell(supervisor, monkeypatch):
    """There is no filter for its system calls."""
    monkeypatch.setattr("platform.machine", lambda: "riscv64")

    with pytest.raises(KatasError, match="and this is Linux on riscv64"), ISOLATIONS["bwrap"](supervisor):
        pass


def test_namespaces_that_are_forbidden_are_told(needs_bwrap, supervisor, monkeypatch):
    """As on a machine that lets nobody make them: the remedy is in the hint."""
    monkeypatch.setattr("backend_katas.isolation.warden._START", "import sys; sys.exit('unshare: not permitted')")

    with pytest.raises(KatasError, match="does not let us make namespaces: unshare: not permitted") as caught:
        ISOLATIONS["bwrap"](supervisor).__enter__()

    assert "apparmor_restrict_unprivileged_userns=0" in caught.value.hint

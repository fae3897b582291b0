"""Cells of bubblewrap for tests, and programs to run in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from backend_katas.isolation.bwrap import BwrapCell, bwrap
from backend_katas.supervisor import Supervisor


class Run(Protocol):
    """Runs a script of the shell inside and returns its exit code and what it wrote."""

    def __call__(self, script: str, *, within: float = 20.0, **options: object) -> tuple[int, str]:
        """Run it for so many seconds at most."""
        ...


@pytest.fixture
def cell(needs_bwrap) -> Iterator[BwrapCell]:
    """A cell of bubblewrap."""
    with Supervisor() as supervisor, bwrap(supervisor) as cell:
        yield cell


@pytest.fixture
def folder(cell, tmp_path) -> Iterator[Path]:
    """A folder that the programs and this test have in common."""
    folder = tmp_path / "shared"
    folder.mkdir()
    with cell.shared(folder):
        yield folder


@pytest.fixture
def run(cell, folder, tmp_path) -> Run:
    """Run scripts in the shared folder."""

    def run(script: str, *, within: float = 20.0, **options) -> tuple[int, str]:
        log = tmp_path / "log"
        log.write_bytes(b"")
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        child = cell.spawn(["/bin/sh", "-c", script], cwd=folder, environment=environment, log=log, **options)
        try:
            return child.wait(within), log.read_text()
        finally:
            child.release()

    return run

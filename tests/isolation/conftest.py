"""Cells for tests, and programs to run in them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import psutil
import pytest

from backend_katas.errors import KatasError
from backend_katas.isolation import Premises
from backend_katas.isolation.bwrap import BwrapCell, bwrap
from backend_katas.isolation.container_engine import IMAGE_VARIABLE, usable_engine, usable_image
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


@pytest.fixture
def start(cell, folder, tmp_path, until):
    """Start a program of Python inside and return it when it has said that it is ready."""
    started = []

    def start(source: str, *arguments: object):
        log = tmp_path / f"program-{len(started)}.log"
        command = ["/usr/bin/env", "python3", "-c", source, *map(str, arguments)]
        child = cell.spawn(command, cwd=folder, environment={"PATH": "/usr/bin:/bin"}, log=log)
        started.append(child)
        assert until(lambda: "ready" in log.read_text() or child.poll() is not None), log.read_text()
        return child, log

    yield start
    for child in started:
        child.release()


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], object]], bool]:
    """Wait until a condition holds, for a minute at most, and say whether it does."""

    def until(condition: Callable[[], object]) -> bool:
        deadline = time.monotonic() + 60
        while not (answer := condition()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return bool(answer)

    return until


@pytest.fixture(scope="session")
def marked() -> Callable[[str], list[psutil.Process]]:
    """Find the processes whose environment has a mark."""

    def marked(mark: str) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("KATAS_TEST_MARK") == mark:
                    found.append(process)
        return found

    return marked


@pytest.fixture(scope="session")
def contained() -> Premises:
    """What containers need here; skips where there is no engine or no image."""
    name = os.environ.get("KATAS_BASE_IMAGE", "katas-python")
    premises = Premises(environ={**os.environ, IMAGE_VARIABLE: name})
    try:
        usable_image(usable_engine(os.environ), premises)
    except KatasError as problem:
        pytest.skip(f"{problem.message}; `KATAS_BASE_IMAGE` names another")
    return premises


@pytest.fixture(scope="session")
def image(contained) -> str:
    """The image of these tests."""
    return contained.environ[IMAGE_VARIABLE]

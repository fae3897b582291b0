"""Real surroundings for real servers; a cache that all tests of a run share, as one user's runs do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backend_katas.engine import find_engine
from backend_katas.errors import KatasError
from backend_katas.services import Endpoint, Server, Surroundings, serve
from backend_katas.supervisor import Supervisor


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    """Give a running supervisor."""
    with Supervisor() as running:
        yield running


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give one cache folder to all tests; its name is as awkward as a user's may be."""
    return tmp_path_factory.mktemp("cache") / "Mario Rössi"


@pytest.fixture
def environ() -> dict[str, str]:
    """Give the environment without the variables that would change which provider is found."""
    return {name: value for name, value in os.environ.items() if not name.endswith(("_POSTGRES_URL", "_REDIS_URL"))}


@pytest.fixture
def surroundings(supervisor: Supervisor, environ: dict[str, str], cache: Path) -> Surroundings:
    """Give what providers need."""
    return Surroundings(supervisor=supervisor, environ=environ, cache=cache)


@pytest.fixture
def postgres(surroundings: Surroundings) -> Iterator[Server]:
    """Give an embedded PostgreSQL server."""
    with serve("postgres", surroundings, provider="embedded") as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[Endpoint]:
    """Give one program's share of an embedded PostgreSQL server."""
    with postgres.endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def engine(environ: dict[str, str]) -> None:
    """Skip the test where no Docker engine runs."""
    try:
        find_engine(environ)
    except KatasError as error:
        pytest.skip(error.message)


@pytest.fixture
def soon() -> Callable[..., None]:
    """Give a function that waits until something holds, and fails when it does not within a limit in seconds."""

    def wait(condition: Callable[[], bool], *, within: float) -> None:
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, f"not within {within:g} s"
            time.sleep(0.01)

    return wait


@pytest.fixture
def gone() -> Callable[[list[psutil.Process]], bool]:
    """Give a function that says whether all processes have ended; one that nobody has buried yet counts."""

    def ended(process: psutil.Process) -> bool:
        try:
            return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    return lambda processes: all(map(ended, processes))

"""The check of the kata `first-request` as a teacher would write it by hand, without an engine.

Plain pytest, one container a service for the session, the program as a child process, requests. `PROGRAM` names the
program's folder.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
import requests
from testcontainers.community.postgres import PostgresContainer
from testcontainers.community.redis import RedisContainer


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A database for the session."""
    with PostgresContainer(os.environ["KATAS_POSTGRES_IMAGE"], driver=None) as postgres:
        yield postgres.get_connection_url()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis for the session."""
    with RedisContainer(os.environ["KATAS_REDIS_IMAGE"]) as redis:
        yield f"redis://{redis.get_container_host_ip()}:{redis.get_exposed_port(6379)}/0"


@pytest.fixture(scope="session")
def base_url(database_url: str, redis_url: str) -> Iterator[str]:
    """The running program, once it is healthy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {"HOST": "127.0.0.1", "PORT": str(port), "DATABASE_URL": database_url, "REDIS_URL": redis_url}
    with subprocess.Popen(["python3", "server.py"], cwd=os.environ["PROGRAM"], env=os.environ | given) as program:
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            program.terminate()


def wait_until_healthy(base_url: str) -> None:
    """Poll `GET /healthz` for ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{base_url}/healthz", timeout=1).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    pytest.fail("the program did not become healthy")


def test_the_first_request_is_answered(base_url: str):
    """GET /first answers 200 once both services answer the program."""
    answer = requests.get(f"{base_url}/first", timeout=5)

    assert answer.status_code == 200

"""Containers serve, and are gone when their grader is, however it ended."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import psutil
import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend_katas.engine import LABEL, find_engine
from backend_katas.errors import KatasError
from backend_katas.services import Surroundings, available, serve
from backend_katas.services.container import container

OWNER = """
import json, os, sys, time
from pathlib import Path
from backend_katas.services import Surroundings
from backend_katas.services.container import container
from backend_katas.supervisor import Supervisor

with Supervisor() as supervisor:
    here = Surroundings(supervisor=supervisor, environ=os.environ, cache=Path("unused"))
    with container(here, os.environ.get("KATAS_REDIS_IMAGE", "redis:8"), port=6379) as running:
        print(json.dumps(running.container.get_container_id()), flush=True)
        time.sleep(60)
"""

NESTED = """
import os, sys, time
from pathlib import Path
from backend_katas.supervisor import Supervisor

with Supervisor() as outer:
    outer.spawn([sys.executable, "-c", sys.argv[1]], cwd=Path("/"), environment=os.environ, log=Path(sys.argv[2]))
    time.sleep(60)
"""


def ours(surroundings: Surroundings) -> list[str]:
    """Return the containers of every run on this machine."""
    return find_engine(surroundings.environ).containers(LABEL)


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_postgres_serves_from_a_container(surroundings):
    """The program's role is unprivileged there too, text is the same, and the container goes afterwards."""
    with serve("postgres", surroundings, provider="docker") as server, server.endpoint() as endpoint:
        made = server.administrator.port
        with psycopg.connect(endpoint.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE notes (id int)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE DATABASE mine")
            assert connection.execute("SELECT upper('è'), 'Z' < 'a'").fetchone() == ("È", True)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=endpoint.host, port=endpoint.port, user="postgres", password="postgres")
        assert endpoint.host == "127.0.0.1"
        assert "checkpoint" in endpoint.log()
        assert (server.provider, endpoint.port) == ("docker", made)

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((endpoint.host, endpoint.port), 5)


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_redis_serves_from_a_container(surroundings):
    """Two programs have databases of their own, and nobody comes in without the password."""
    with serve("redis", surroundings, provider="docker") as server:
        with server.endpoint() as one, server.endpoint() as other, redis.Redis.from_url(one.url()) as program:
            program.set("key", "value")
            assert one.path != other.path
        with (
            redis.Redis(host=one.host, port=one.port, retry=Retry(NoBackoff(), 0)) as stranger,
            pytest.raises(redis.AuthenticationError),
        ):
            stranger.ping()
        assert server.provider == "docker"
        assert server.version


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_the_port_is_open_to_this_machine_only(surroundings):
    """A database for grading is nobody's business on the network."""
    image = surroundings.environ.get("KATAS_REDIS_IMAGE", "redis:8")
    with container(surroundings, image, port=6379) as running:
        made = running.container.get_wrapped_container()
        made.reload()
        addresses = {binding["HostIp"] for bindings in made.ports.values() for binding in bindings or ()}

    assert addresses == {"127.0.0.1"}


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_a_container_that_ends_shows_its_log(surroundings):
    """Waiting for it stops at once."""
    image = surroundings.environ.get("KATAS_REDIS_IMAGE", "redis:8")

    def attempt() -> None:
        running.container.get_wrapped_container().kill()
        raise KatasError("no answer")

    with (
        container(surroundings, image, port=6379) as running,
        pytest.raises(KatasError, match="is exited and does not serve: no answer"),
    ):
        running.wait_for(attempt)


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_an_image_that_does_not_exist_is_named(surroundings):
    """The message has the engine's own words, and nothing is left."""
    environ = {**surroundings.environ, "KATAS_REDIS_IMAGE": "localhost:1/no-such-image:none"}

    with (
        pytest.raises(KatasError, match="no-such-image"),
        serve("redis", replace(surroundings, environ=environ), provider="docker"),
    ):
        pass


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_a_killed_grader_leaves_no_container(surroundings, soon: Callable[..., None], gone):
    """After `kill -9` it is gone soon, without any help from Ryuk."""
    environ = {**os.environ, "TESTCONTAINERS_RYUK_DISABLED": "true"}
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True, env=environ) as owner:
        assert owner.stdout
        made = json.loads(owner.stdout.readline())
        helpers = psutil.Process(owner.pid).children(recursive=True)
        assert helpers
        assert made in ours(surroundings)
        owner.kill()

    soon(lambda: made not in ours(surroundings), within=60)
    soon(lambda: gone(helpers), within=60)


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_a_killed_supervisor_of_graders_leaves_no_container(surroundings, tmp_path, soon: Callable[..., None]):
    """A supervisor above that kills all its descendants lets the container's watcher finish."""
    log = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", NESTED, OWNER, str(log)]) as outer:
        soon(lambda: log.exists() and log.read_text().endswith("\n"), within=30)
        made = json.loads(log.read_text())
        assert made in ours(surroundings)
        outer.kill()

    soon(lambda: made not in ours(surroundings), within=60)


def test_no_engine_is_said_without_delay(surroundings):
    """A socket that is not there is named."""
    nowhere = replace(surroundings, environ={"DOCKER_HOST": "unix:///no/docker.sock"})

    docker = available("postgres", nowhere)[-1]
    assert not docker.usable
    assert docker.reason == "no Docker engine answers at `unix:///no/docker.sock`: No such file or directory"


@pytest.mark.parametrize(
    "answer", [b"", b"220 hello\r\n", b"HTTP/1.1 503 Unavailable\r\nContent-Length: 4\r\n\r\nbusy"]
)
def test_something_else_behind_the_socket_is_no_engine(surroundings, tmp_path, answer):
    """An answer that is not an engine's is an obstacle like any other."""
    place = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()

        def reply() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(4096)
                connection.sendall(answer)

        peer = threading.Thread(target=reply)
        peer.start()
        docker = available("redis", replace(surroundings, environ={"DOCKER_HOST": f"unix://{place}"}))[-1]
        peer.join()

    assert not docker.usable
    assert "no Docker engine answers" in docker.reason


@pytest.mark.parametrize("address", ["ssh://somewhere", "npipe:////./pipe/docker_engine", "nonsense"])
def test_an_address_that_is_not_understood_is_an_obstacle(surroundings, address):
    """It is named, and nothing crashes."""
    docker = available("redis", replace(surroundings, environ={"DOCKER_HOST": address}))[-1]

    assert not docker.usable
    assert address in docker.reason


def test_the_context_in_use_is_followed(surroundings, tmp_path):
    """Colima, OrbStack and Docker Desktop are found by `docker context use`, without the variable."""
    folder = tmp_path / "contexts" / "meta" / hashlib.sha256(b"colima").hexdigest()
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text('{"Endpoints": {"docker": {"Host": "unix:///no/colima.sock"}}}')
    (tmp_path / "config.json").write_text('{"currentContext": "colima"}')

    docker = available("redis", replace(surroundings, environ={"DOCKER_CONFIG": str(tmp_path)}))[-1]

    assert "`unix:///no/colima.sock`" in docker.reason

"""A service in a Docker container that goes when the grader does, even when the grader is killed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from backend_katas._container_watcher import Engine
from backend_katas.engine import LABEL, find_engine, watched
from backend_katas.errors import KatasError
from backend_katas.services.service import LOOPBACK, Surroundings

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

Answer = TypeVar("Answer")

READY_TIMEOUT = 60.0
POLL = 0.05
LOG_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A started container and the address of its one published port."""

    host: str
    port: int
    container: DockerContainer

    def log(self) -> str:
        """Return the end of what the container wrote, or nothing when it is gone."""
        from docker.errors import DockerException

        try:
            return self.container.get_wrapped_container().logs(tail=LOG_LINES).decode(errors="replace")
        except DockerException:
            return ""

    def wait_for(self, attempt: Callable[[], Answer]) -> Answer:
        """Return what the attempt does as soon as it succeeds; KatasError when the container ends or takes too long."""
        deadline = time.monotonic() + READY_TIMEOUT
        while True:
            try:
                return attempt()
            except (KatasError, OSError) as error:
                container = self.container.get_wrapped_container()
                container.reload()
                if container.status != "running" or time.monotonic() > deadline:
                    what = f"the container of `{self.container.image}` is {container.status} and does not serve"
                    raise KatasError(f"{what}: {error}\n{self.log()}") from error
            time.sleep(POLL)


@contextmanager
def container(
    surroundings: Surroundings, image: str, *, port: int, environment: Mapping[str, str] | None = None
) -> Generator[Running]:
    """Run a container of an image, pulled where it is missing, with one port published on this machine only."""
    engine = find_engine(surroundings.environ)
    label = secrets.token_hex(8)
    # The watcher stands before there is anything to be removed: we may be killed between any two lines.
    with watched(engine, f"{LABEL}={label}"):
        made = _container(engine, surroundings.environ, image)
        made.with_envs(**(environment or {})).with_kwargs(labels={LABEL: label})
        with closing(made.get_docker_client().client):
            _publish(made, port)
            _start(made)
            yield Running(container=made, host=_host(made), port=made.get_exposed_port(port))


def _container(engine: Engine, environ: Mapping[str, str], image: str) -> DockerContainer:
    from docker.errors import DockerException
    from testcontainers.core.container import DockerContainer

    try:
        return DockerContainer(image, docker_client_kw={"environment": {**environ, "DOCKER_HOST": engine.address}})
    except DockerException as error:
        raise KatasError(f"the Docker engine at `{engine.address}` cannot be used: {error}") from error


def _publish(made: DockerContainer, port: int) -> None:
    made.with_exposed_ports(port)
    if _host(made) == LOOPBACK:
        # Without an address the port would be open to the network; docker-py takes one, testcontainers does not know.
        made.ports[str(port)] = (LOOPBACK, None)  # pyright: ignore[reportArgumentType]


def _host(made: DockerContainer) -> str:
    host = made.get_docker_client().host()
    return LOOPBACK if host == "localhost" else host


def _start(made: DockerContainer) -> None:
    from docker.errors import DockerException
    from testcontainers.core.config import testcontainers_config

    # Our watcher does what Ryuk is for, sooner, and without an image to pull.
    before, testcontainers_config.ryuk_disabled = testcontainers_config.ryuk_disabled, True
    try:
        made.start()
    except DockerException as error:
        raise KatasError(
            f"the image `{made.image}` does not start: {error}", f"try `docker pull {made.image}`"
        ) from error
    finally:
        testcontainers_config.ryuk_disabled = before

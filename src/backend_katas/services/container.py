"""A service in a Docker container that goes when the grader does, even when the grader is killed."""

from __future__ import annotations

import hashlib
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from backend_katas import _supervisor_process
from backend_katas.errors import KatasError
from backend_katas.services import _container_watcher
from backend_katas.services._container_watcher import DONE, Engine
from backend_katas.services.service import LOOPBACK, Surroundings

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

Answer = TypeVar("Answer")

LABEL = "backend-katas.run"
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


def find_engine(environ: Mapping[str, str]) -> Engine:
    """Return a Docker engine that answers, within a millisecond as a rule; KatasError says where it was looked for."""
    tries: list[str] = []
    for address in _addresses(environ):
        engine = Engine(address)
        try:
            engine.ping()
        except (OSError, ValueError) as error:
            tries.append(f"`{address}`: {getattr(error, 'strerror', None) or error}")
        else:
            return engine
    raise KatasError(f"no Docker engine answers at {', '.join(tries)}", "start Docker, or set `DOCKER_HOST`")


def _addresses(environ: Mapping[str, str]) -> list[str]:
    """Return where an engine may be, as the command `docker` would find it without being there."""
    if given := environ.get("DOCKER_HOST") or _of_context(environ):
        return [given]
    folders = [Path("/var/run"), Path.home() / ".docker/run"]
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        folders.append(Path(runtime))
    return [f"unix://{folder / 'docker.sock'}" for folder in folders]


def _of_context(environ: Mapping[str, str]) -> str:
    """Return the address of the context chosen by `docker context use`, or nothing."""
    folder = Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        name = environ.get("DOCKER_CONTEXT") or json.loads((folder / "config.json").read_text())["currentContext"]
        identifier = hashlib.sha256(name.encode()).hexdigest()
        document = json.loads((folder / "contexts/meta" / identifier / "meta.json").read_text())
        return str(document["Endpoints"]["docker"]["Host"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return ""


@contextmanager
def container(
    surroundings: Surroundings, image: str, *, port: int, environment: Mapping[str, str] | None = None
) -> Generator[Running]:
    """Run a container of an image, pulled where it is missing, with one port published on this machine only."""
    engine = find_engine(surroundings.environ)
    label = secrets.token_hex(8)
    # The watcher stands before there is anything to be removed: we may be killed between any two lines.
    with _watcher(engine, f"{LABEL}={label}"):
        made = _container(engine, surroundings.environ, image)
        made.with_envs(**(environment or {})).with_kwargs(labels={LABEL: label})
        with closing(made.get_docker_client().client):
            _publish(made, port)
            _start(made)
            yield Running(container=made, host=_host(made), port=made.get_exposed_port(port))


@contextmanager
def _watcher(engine: Engine, label: str) -> Generator[None]:
    """Run the process that removes our containers when the block ends, or when this process does."""
    # The last argument is for a supervisor above us: it kills all that we leave, but lets its own kind finish.
    arguments = [_container_watcher.__file__, engine.address, label, _supervisor_process.__name__]
    watcher = subprocess.Popen(
        [sys.executable, "-I", "-S", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    with watcher:
        yield
        watcher.communicate(DONE)
    if watcher.returncode != 0:
        raise KatasError(
            f"a container with the label `{label}` is left behind", f"docker rm -f $(docker ps -aqf label={label})"
        )


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

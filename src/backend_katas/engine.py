"""The Docker engine of this machine, and the watcher that removes a grader's containers even when it is killed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from backend_katas import _container_watcher, _supervisor_process
from backend_katas._container_watcher import DONE, Engine
from backend_katas.errors import KatasError

LABEL = "backend-katas.run"


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
def watched(engine: Engine, label: str) -> Generator[None]:
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

"""The Docker engine as one that confines: what it has to be able to do, and the image that programs run in."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend_katas import _container
from backend_katas._container_watcher import Engine
from backend_katas.engine import find_engine
from backend_katas.errors import KatasError
from backend_katas.isolation import seccomp
from backend_katas.isolation.premises import Premises

IMAGE_VARIABLE = "KATAS_IMAGE"
REMEDY = "`docker info` and the engine's log tell what it lacks"
_HERE = "grade on the Linux machine where the engine runs, a virtual one too; or there with `--isolation bwrap`"
_MODERN = "a kernel with control groups for it, and an engine that may use them (rootless: delegated ones)"
_LIMITS = {
    "MemoryLimit": ("memory", _MODERN),
    "SwapLimit": ("swap", "boot the kernel with `cgroup_enable=memory swapaccount=1`, or with control groups v2"),
    "PidsLimit": ("the number of processes", _MODERN),
    "CpuCfsQuota": ("processor time", _MODERN),
}
_SHIFTED = {"name=rootless": "rootless", "name=userns": "`userns-remap`"}
_LANGUAGE = re.compile(r"[a-z][a-z0-9]*")
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Docker:
    """An engine on this machine that can enforce what we ask for."""

    def __init__(self, found: Engine, *, version: str, processors: int) -> None:
        self.watched = found
        self.path = found.address.removeprefix("unix://")
        self.version = version
        self.processors = processors
        self._engine = _container.Engine(self.path)

    def image(self, name: str) -> Mapping[str, Any] | None:
        """Return what is known of an image, None if it is not here."""
        try:
            return self._engine.ask("GET", f"/images/{name}/json")
        except _container.Refused as refusal:
            if refusal.status == 404:
                return None
            raise KatasError(f"the engine does not tell of the image `{name}`: {refusal}", REMEDY) from refusal

    def volume(self, container: str) -> Path:
        """Return where the engine has the one volume of a container."""
        (found,) = [each for each in self._inspected(container)["Mounts"] if each["Type"] == "volume"]
        return Path(found["Source"])

    def first_process(self, container: str) -> int:
        """Return the number that the first process of a container has on this machine, 0 if it has ended."""
        with suppress(_container.Refused):
            return int(self._inspected(container)["State"]["Pid"])
        return 0

    def _inspected(self, container: str) -> dict[str, Any]:
        return self._engine.ask("GET", f"/containers/{container}/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image: its name, the digest of its content, and the variables that it sets."""

    name: str
    digest: str
    variables: Mapping[str, str]

    @property
    def path(self) -> str:
        """Where commands are looked for inside."""
        return self.variables.get("PATH", _SYSTEM_PATH)


def usable_engine(environ: Mapping[str, str]) -> Docker:
    """Return an engine that can enforce every limit; KatasError says which one it cannot, and what to do."""
    found = find_engine(environ)
    if not found.address.startswith("unix://"):
        raise KatasError(f"the engine at `{found.address}` is not on this machine, and no socket gets there", _HERE)
    try:
        told = _container.Engine(found.address.removeprefix("unix://")).ask("GET", "/info")
    except (OSError, ValueError, _container.Refused) as problem:
        raise KatasError(f"the engine at `{found.address}` does not tell what it can: {problem}", REMEDY) from problem
    if lacking := list(_lacking(told)):
        raise KatasError(
            f"the engine at `{found.address}` cannot confine programs: {'; '.join(what for what, _ in lacking)}",
            "; ".join(dict.fromkeys(remedy for _, remedy in lacking)),
        )
    return Docker(found, version=str(told["ServerVersion"]), processors=int(told["NCPU"]))


def _lacking(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what stands against an engine, with what to do; it tells of itself as `docker info` does."""
    if (told.get("OSType"), told.get("KernelVersion")) != ("linux", os.uname().release):
        yield "it runs in another machine or a virtual one, and no socket gets there", _HERE
    if platform.machine() not in seccomp.MACHINES:
        yield f"there is no filter for {platform.machine()}", "grade on x86_64 or aarch64"
    for name, (what, remedy) in _LIMITS.items():
        if not told.get(name):
            yield f"it cannot limit {what}", remedy
    options = [str(option) for option in told.get("SecurityOptions") or ()]
    if not any(option.startswith("name=seccomp") for option in options):
        yield "it does not filter system calls", "the kernel and the engine have to be built with seccomp"
    for option, name in _SHIFTED.items():
        if any(each.startswith(option) for each in options):
            yield f"it runs {name}: its users are others than ours", "use an engine without, or `--isolation bwrap`"


def usable_image(engine: Docker, premises: Premises) -> Image:
    """Return the image that the environment names, else that of the stack; KatasError says how to make it."""
    name = premises.environ.get(IMAGE_VARIABLE) or _of_stack(premises.stack)
    found = engine.image(name)
    if found is None:
        raise KatasError(f"there is no image `{name}` on this machine", _how_to_build(name))
    configuration = found["Config"]
    if volumes := configuration.get("Volumes"):
        raise KatasError(
            f"the image `{name}` has volumes, which have no limit: `{'`, `'.join(sorted(volumes))}`",
            "make one from it without `VOLUME`",
        )
    variables = dict(word.split("=", 1) for word in configuration.get("Env") or ())
    return Image(name=name, digest=str(found["Id"]), variables=variables)


def _of_stack(stack: str) -> str:
    """Return the image for a stack such as `python-fastapi`: that of its language, for packages are the build's."""
    if language := _LANGUAGE.match(stack):
        return f"katas-{language[0]}"
    raise KatasError(
        "the submission does not say which image it needs",
        "name one by `--image`, or a `stack` in its `kata.yaml`",
    )


def _how_to_build(name: str) -> str:
    folder = next((place for place in _places() if (place / name.removeprefix("katas-") / "Dockerfile").exists()), None)
    if folder is None or not name.startswith("katas-"):
        return "build or pull it, or name another by `--image`"
    return f"`docker build --tag {name} {folder / name.removeprefix('katas-')}`, or name another by `--image`"


def _places() -> tuple[Path, ...]:
    """Return where our Dockerfiles may be: in the package, or in the checkout that it is run from."""
    package = Path(__file__).parents[1]
    return package / "_docker", package.parents[1] / "docker"

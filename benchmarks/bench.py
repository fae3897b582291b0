"""What all measurements share: a temporary folder, the built reference, and whether there is a Docker engine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from backend_katas.errors import KatasError
from backend_katas.isolation import ISOLATIONS
from backend_katas.manifest import read_submission
from backend_katas.program import build, clean_environment
from backend_katas.services import postgres, redis
from backend_katas.services.container import find_engine
from backend_katas.supervisor import Supervisor
from benchmarks.commands import PACK, ROOT

IMAGES = {postgres.IMAGE_VARIABLE: postgres.IMAGE, redis.IMAGE_VARIABLE: redis.IMAGE}

PAIRS = 20  # in all runs together
FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where the measurements are made; `no_docker` says why there are none in containers, or nothing.

    `runs` is how often the whole table is measured, `pairs` how often a difference of milliseconds in each.
    """

    folder: Path
    runs: int
    pairs: int
    no_docker: str

    @property
    def reference(self) -> Path:
        """The reference solution, built."""
        return self.folder / "reference"

    @property
    def tiny(self) -> Path:
        """The program of `first-request`."""
        return self.folder / "tiny"

    @property
    def by_hand(self) -> Path:
        """The same check without an engine."""
        return self.folder / "by-hand"


def bench(folder: Path, *, runs: int, quick: bool) -> Bench:
    """Copy what is measured into the folder and build the reference, so that no build is measured."""
    made = Bench(
        folder=folder,
        runs=runs,
        pairs=FEWEST if quick else max(ceil(PAIRS / runs), FEWEST),
        no_docker="left out by `--quick`" if quick else _obstacle(os.environ),
    )
    shutil.copytree(ROOT / "solutions" / "auth-system" / "python-fastapi", made.reference)
    shutil.copytree(PACK / "solutions" / "first-request" / "python-stdlib", made.tiny)
    shutil.copytree(ROOT / "benchmarks" / "by_hand", made.by_hand)
    with Supervisor() as supervisor, ISOLATIONS["none"](supervisor) as cell:
        build(read_submission(made.reference), cell=cell, environment=clean_environment(os.environ))
    return made


def images(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the images of the services by the variables that name them."""
    return {variable: environ.get(variable) or usual for variable, usual in IMAGES.items()}


def _obstacle(environ: Mapping[str, str]) -> str:
    """Pull the images where they are missing, so that no download is measured; returns why that cannot be."""
    from docker import DockerClient
    from docker.errors import DockerException, ImageNotFound

    try:
        engine = DockerClient(base_url=find_engine(environ).address)
    except KatasError as problem:
        return problem.message
    try:
        for image in images(environ).values():
            try:
                engine.images.get(image)
            except ImageNotFound:
                engine.images.pull(image)
    except DockerException as problem:
        return f"the images cannot be had: {problem}"
    finally:
        engine.close()
    return ""

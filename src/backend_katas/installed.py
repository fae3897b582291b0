"""Packs that were installed: found by their entry points, without importing any of their code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from backend_katas.model import Pack

if TYPE_CHECKING:
    from importlib.metadata import Distribution

GROUP = "backend_katas.packs"
"""The group of entry points; each is `<pack> = <package>`."""
CONTENT = "exercises"
"""The folder that makes a folder a pack."""

_NAME = re.compile(r"\w[\w.-]*")
_PACKAGE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Announced:
    """What an entry point says, and which distribution says it."""

    name: str
    package: str
    distribution: Distribution


def installed_packs() -> tuple[Pack, ...]:
    """Return the packs of the environment by their names; one that cannot be used has a `problem`."""
    found: dict[str, list[Pack]] = {}
    for announced in _announced():
        pack = _pack(announced)
        found.setdefault(pack.name, []).append(pack)
    return tuple(_only(found[name]) for name in sorted(found))


def _announced() -> Iterator[_Announced]:
    # It takes as long to import as to look through a large environment, and most commands need neither.
    from importlib.metadata import distributions

    seen: set[str] = set()
    for distribution in distributions():
        text = _entry_points(distribution)
        # Reading a text for a word is a tenth of the work of parsing all entry points there are.
        if GROUP not in text or (who := _identity(distribution))[0] in seen:
            continue
        seen.add(who[0])
        for name, package in _pairs(text):
            yield _Announced(name=name, package=package, distribution=distribution)


def _identity(distribution: Distribution) -> tuple[str, str]:
    """Return name and version of a distribution, also of one whose metadata is damaged."""
    name, version = "", ""
    with suppress(OSError, KeyError):
        name, version = distribution.metadata["Name"], distribution.metadata["Version"]
    return re.sub(r"[-_.]+", "-", name or "unnamed").lower(), version or "0"


def _entry_points(distribution: Distribution) -> str:
    """Return the file of entry points; nobody's broken file keeps the packs of others away."""
    with suppress(OSError, UnicodeDecodeError):
        return distribution.read_text("entry_points.txt") or ""
    return ""


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Give the entry points of our group, nonsense as it stands: `importlib.metadata` would raise for it."""
    section = ""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == GROUP and line and not line.startswith("#"):
            name, _, package = line.partition("=")
            yield name.strip(), package.strip()


def _pack(announced: _Announced) -> Pack:
    name, package, distribution = announced.name, announced.package, announced.distribution
    owner, version = _identity(distribution)
    pack = Pack(name=name, version=version, root=_place(distribution), distribution=owner)
    if not _NAME.fullmatch(name):
        return replace(pack, problem=f"an entry point cannot be called `{name}` (tell the authors of {_said(pack)})")
    if not _PACKAGE.fullmatch(package):
        problem = f"its entry point is `{package}`, expected a package such as `acme_katas`"
        return replace(pack, problem=f"{problem} (tell the authors of {_said(pack)})")
    folders = list(dict.fromkeys(_folders(package, distribution)))
    root = next((folder for folder in folders if (folder / CONTENT).is_dir()), None)
    return replace(pack, root=root) if root else replace(pack, problem=_without_content(package, folders, pack))


def _folders(package: str, distribution: Distribution) -> Iterator[Path]:
    """Give the folders of a package that are there, without running its `__init__`.

    Where the distribution has put it, or where Python would look for it, which knows editable installations.
    """
    top, *below = package.split(".")
    places = [_place(distribution) / top]
    with suppress(ImportError, ValueError, AttributeError):
        from importlib.util import find_spec

        # Of a name without a dot nothing is imported; of `a.b` it would be `a`.
        spec = find_spec(top)
        places += [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
    yield from (place.joinpath(*below) for place in places if place.joinpath(*below).is_dir())


def _place(distribution: Distribution) -> Path:
    return Path(str(distribution.locate_file("")))


def _without_content(package: str, folders: list[Path], pack: Pack) -> str:
    again = f"`pip install --force-reinstall {pack.distribution}`, or `pip uninstall {pack.distribution}`"
    if not folders:
        return f"there is no package `{package}` below `{pack.root}` ({again})"
    return f"`{folders[0]}` has no folder `{CONTENT}` ({again})"


def _only(packs: list[Pack]) -> Pack:
    """Return the one pack of a name; of several none can be meant."""
    if len(packs) == 1:
        return packs[0]
    places = " and ".join(f"{_said(pack)} in `{pack.root}`" for pack in packs)
    remedy = " or ".join(f"`pip uninstall {pack.distribution}`" for pack in packs)
    return replace(packs[0], problem=f"{len(packs)} installed packs have this name: {places} ({remedy})")


def _said(pack: Pack) -> str:
    return f"`{pack.distribution}` {pack.version}"

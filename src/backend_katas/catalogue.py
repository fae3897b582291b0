"""The katas there are: packs on disk, their `exercise.yaml` files and the roadmap."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend_katas.documents import DocumentError, read_document
from backend_katas.errors import ExitCode, KatasError, did_you_mean
from backend_katas.model import KATA_POINTS, Kata, Level, Pack

PACKS_VARIABLE = "KATAS_PACKS"
"""Folders of further packs, separated as `PATH` is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of the roadmap; `needs` names the stages that are better done before."""

    id: str
    title: str
    difficulty: str
    needs: tuple[str, ...] = ()


def find_packs(environ: Mapping[str, str]) -> tuple[Pack, ...]:
    """Return our own pack and then those that `KATAS_PACKS` names."""
    named = [Path(entry) for entry in environ.get(PACKS_VARIABLE, "").split(os.pathsep) if entry]
    return (_own_pack(), *(pack_at(folder) for folder in named))


def read_katas(packs: Sequence[Pack]) -> tuple[Kata, ...]:
    """Return every kata of the packs, in the order of the roadmap's stages."""
    katas = [read_kata(pack, name) for pack in packs for name in kata_ids(pack)]
    order = {stage.id: place for place, stage in enumerate(read_roadmap(packs))}
    return tuple(sorted(katas, key=lambda kata: (order.get(kata.stage, len(order)), kata.id)))


def find_kata(name: str, packs: Sequence[Pack]) -> Kata:
    """Return the kata called `name` or `pack/name`; KatasError with the nearest names otherwise."""
    return read_kata(*locate_kata(name, packs))


def locate_kata(name: str, packs: Sequence[Pack]) -> tuple[Pack, str]:
    """Return the pack and the id of the kata called `name` or `pack/name`, whether or not it can be read."""
    owner, _, bare = name.rpartition("/")
    for pack in packs:
        if owner in {"", pack.name} and (pack.root / "exercises" / bare / "exercise.yaml").is_file():
            return pack, bare
    known = [kata for pack in packs for kata in kata_ids(pack)]
    places = "1 pack" if len(packs) == 1 else f"{len(packs)} packs"
    raise KatasError(
        f"no kata called `{name}` in {places}",
        did_you_mean(bare, known) or "`katas list` shows the katas there are",
        exit_code=ExitCode.NOTHING_TO_GRADE,
    )


def find_level(kata: Kata, name: str) -> Level:
    """Return the level with this id or number, counted from 1; KatasError with the nearest ids otherwise."""
    if name.isdecimal() and 1 <= int(name) <= len(kata.levels):
        return kata.levels[int(name) - 1]
    for level in kata.levels:
        if level.id == name:
            return level
    known = [level.id for level in kata.levels]
    hint = did_you_mean(name, known) or f"the levels are {', '.join(f'`{level}`' for level in known)}"
    raise KatasError(f"`{kata.id}` has no level `{name}`", hint, exit_code=ExitCode.USAGE)


def read_kata(pack: Pack, name: str) -> Kata:
    """Read `exercises/<name>/exercise.yaml` of a pack; DocumentError names file, line and key of a mistake."""
    path = pack.root / "exercises" / name / "exercise.yaml"
    document = read_document(path, "exercise")
    if document["id"] != name:
        raise DocumentError(path, 1, f"`id` is `{document['id']}` but the folder is `{name}`", "give both one name")
    return Kata(
        id=name,
        title=document["title"],
        stage=document["stage"],
        kind=document["kind"],
        summary=document["summary"],
        pack=pack,
        levels=_levels(path, document),
        services=tuple(document.get("services", ())),
        environment=document.get("environment", {}),
        prerequisites=tuple(document.get("prerequisites", ())),
        start_timeout=float(document.get("start_timeout", 30)),
        stack=document.get("stack", ""),
    )


def read_roadmap(packs: Sequence[Pack]) -> tuple[Stage, ...]:
    """Return the stages in order, from the first pack that has a `roadmap.yaml`."""
    for pack in packs:
        path = pack.root / "exercises" / "roadmap.yaml"
        if path.is_file():
            return tuple(_stage(entry) for entry in read_document(path, "roadmap")["stages"])
    return ()


def read_hints(kata: Kata) -> dict[str, tuple[str, ...]]:
    """Return the hints of each level of `HINTS.md`: below `## <level>`, the items of a numbered list."""
    path = kata.folder / "HINTS.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    sections = re.split(r"^## +", text, flags=re.MULTILINE)[1:]
    return {section.splitlines()[0].strip().strip("`"): _items(section) for section in sections}


def read_clauses(kata: Kata) -> dict[str, str]:
    """Return the rules of `BRIEF.md`: bullets that begin with a bold id such as `**signup-3**`."""
    path = kata.folder / "BRIEF.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = re.findall(r"^- \*\*([a-z0-9-]+)\*\* (.+(?:\n {2,}.+)*)", text, flags=re.MULTILINE)
    return {name: " ".join(rule.split()) for name, rule in found}


def _items(section: str) -> tuple[str, ...]:
    items = re.split(r"^\d+\. +", section, flags=re.MULTILINE)[1:]
    return tuple(textwrap.dedent(f"   {item}").strip() for item in items)


def _stage(entry: Mapping[str, Any]) -> Stage:
    return Stage(
        id=entry["id"], title=entry["title"], difficulty=entry["difficulty"], needs=tuple(entry.get("needs", ()))
    )


def _levels(path: Path, document: Mapping[str, Any]) -> tuple[Level, ...]:
    levels = tuple(Level(**entry) for entry in document["levels"])
    if len({level.id for level in levels}) < len(levels):
        raise DocumentError(path, 1, "two levels have one `id`")
    if (total := sum(level.points for level in levels)) != KATA_POINTS:
        raise DocumentError(path, 1, f"the levels' points add up to {total}, expected {KATA_POINTS}")
    return levels


def kata_ids(pack: Pack) -> list[str]:
    """Return the ids of a pack's katas in alphabetical order, also of those that cannot be read."""
    return sorted(path.parent.name for path in (pack.root / "exercises").glob("*/exercise.yaml"))


def _own_pack() -> Pack:
    """In a wheel the content lies beside the modules; in a checkout at its root."""
    from backend_katas import __version__

    installed = Path(__file__).parent / "_pack"
    root = installed if installed.is_dir() else Path(__file__).parents[2]
    return Pack(name="backend-katas", version=__version__, root=root)


def pack_at(folder: Path) -> Pack:
    """Return the pack in a folder; KatasError when it is none."""
    if folder.resolve() == (own := _own_pack()).root.resolve():
        return own
    if not (folder / "exercises").is_dir():
        raise KatasError(
            f"no pack at `{folder}`: it has no folder `exercises`",
            f"`{PACKS_VARIABLE}` and `--pack` name folders that hold `exercises` and `graders`",
            exit_code=ExitCode.USAGE,
        )
    return Pack(name=folder.resolve().name, version="0", root=folder.resolve())

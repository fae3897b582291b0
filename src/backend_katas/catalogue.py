"""The katas there are: packs on disk, their `exercise.yaml` files and the roadmap."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backend_katas.documents import DocumentError, line_of, read_document
from backend_katas.errors import ExitCode, KatasError, did_you_mean
from backend_katas.installed import CONTENT, installed_packs
from backend_katas.model import KATA_POINTS, Kata, Level, Pack, Submission
from backend_katas.variants import Choice, Value, drawn, filled, flaw_of

PACKS_VARIABLE = "KATAS_PACKS"
"""Folders of further packs, separated as `PATH` is."""
OUR_OWN = "backend-katas"
"""The name of the pack that comes with the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of the roadmap; `needs` names the stages that are better done before."""

    id: str
    title: str
    difficulty: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a kata, or a whole pack where `kata` is empty, cannot be offered."""

    pack: str
    kata: str = ""
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What packs have to offer: the stages, the katas in their order, and what is wrong with the others."""

    stages: tuple[Stage, ...]
    katas: tuple[Kata, ...]
    problems: tuple[Problem, ...] = ()


def find_packs(environ: Mapping[str, str]) -> tuple[Pack, ...]:
    """Return our own pack, then those that `KATAS_PACKS` names, then those that are installed.

    A folder stands before an installed pack of its name, which is left out: so a pack can be worked on where it is
    installed too. KatasError for a folder that is no pack, and for two folders of one name. What is wrong with an
    installed pack is its `problem`, as nobody has asked for it yet.
    """
    installed = installed_packs()
    folders = [Path(entry) for entry in environ.get(PACKS_VARIABLE, "").split(os.pathsep) if entry]
    named = [_as_installed(pack_at(folder), installed) for folder in folders]
    own = own_pack()
    chosen = _without_doubles([own, *named])
    taken = {pack.name for pack in chosen if pack != own}
    return (*chosen, *(_beside(own, pack) for pack in installed if pack.name not in taken))


def _as_installed(pack: Pack, installed: Sequence[Pack]) -> Pack:
    """Give the folder of an installed pack the name that it has for everybody else."""
    same = (other for other in installed if not other.problem and other.root.resolve() == pack.root)
    return next((replace(pack, name=other.name, version=other.version) for other in same), pack)


def _without_doubles(packs: Sequence[Pack]) -> list[Pack]:
    """Return packs once each; KatasError for two of one name, of which nobody could tell which is meant."""
    chosen: dict[str, Pack] = {}
    for pack in packs:
        if pack.root != (other := chosen.setdefault(pack.name, pack)).root:
            raise KatasError(
                f"two packs are called `{pack.name}`: `{other.root}` and `{pack.root}`",
                f"a pack has its folder's name: rename one, or leave it out of `--pack` and `{PACKS_VARIABLE}`",
                exit_code=ExitCode.USAGE,
            )
    return list(chosen.values())


def _beside(own: Pack, pack: Pack) -> Pack:
    if pack.name != own.name:
        return pack
    remedy = f"tell the authors of `{pack.distribution}` {pack.version}, or `pip uninstall {pack.distribution}`"
    return replace(pack, problem=f"the name is that of the pack in `{own.root}` ({remedy})")


def read_catalogue(packs: Sequence[Pack]) -> Catalogue:
    """Return every kata of the packs; one that cannot be read, and a pack that cannot be used, is a problem."""
    stages = read_roadmap(packs)
    order = {stage.id: place for place, stage in enumerate(stages)}
    katas: list[Kata] = []
    problems = [Problem(pack=pack.name, problem=pack.problem) for pack in packs if pack.problem]
    for owner, name in [(pack, name) for pack in packs for name in kata_ids(pack)]:
        try:
            katas.append(read_kata(owner, name))
        except KatasError as problem:
            problems.append(Problem(pack=owner.name, kata=name, problem=problem.in_a_line()))
    katas.sort(key=lambda kata: (order.get(kata.stage, len(order)), kata.id))
    return Catalogue(stages=stages, katas=tuple(katas), problems=tuple(problems))


def name_of(kata: Kata) -> str:
    """Return the name by which a kata is found among all packs: `pack/id`, or the id alone if it is ours."""
    return kata.id if kata.pack.name == OUR_OWN else f"{kata.pack.name}/{kata.id}"


def find_kata(name: str, packs: Sequence[Pack]) -> Kata:
    """Return the kata called `name` or `pack/name`; KatasError with the nearest names otherwise."""
    return read_kata(*locate_kata(name, packs))


def locate_kata(name: str, packs: Sequence[Pack]) -> tuple[Pack, str]:
    """Return the pack and the id of the kata called `name` or `pack/name`, whether or not it can be read."""
    owner, _, bare = name.rpartition("/")
    for pack in packs:
        if owner in {"", pack.name} and not pack.problem and _manifest(pack, bare).is_file():
            return pack, bare
    raise _not_found(name, packs)


def _not_found(name: str, packs: Sequence[Pack]) -> KatasError:
    """Say that no pack has a kata, and why those were not looked through that might."""
    owner = name.rpartition("/")[0]
    usable = [pack for pack in packs if not pack.problem]
    others = [pack for pack in packs if pack.problem and owner in {"", pack.name}]
    known = [f"{pack.name}/{kata}" if owner else kata for pack in usable for kata in kata_ids(pack)]
    places = "1 pack" if len(usable) == 1 else f"{len(usable)} packs"
    told = [f"the pack `{pack.name}` cannot be used: {pack.problem}" for pack in others]
    return KatasError(
        "\n".join([f"no kata called `{name}` in {places}", *told]),
        did_you_mean(name, known) or "`katas list` shows the katas there are",
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


def read_kata(pack: Pack, name: str, *, seed: int | None = None) -> Kata:
    """Read `exercises/<name>/exercise.yaml` of a pack; DocumentError names file, line and key of a mistake.

    With a seed it is the kata as that variant has it.
    """
    path = _manifest(pack, name)
    document = read_document(path, "exercise")
    if document["id"] != name:
        raise DocumentError(path, 1, f"`id` is `{document['id']}` but the folder is `{name}`", "give both one name")
    choices = _choices(path, document)
    variant = drawn(name, choices, seed)
    return Kata(
        id=name,
        title=document["title"],
        stage=document["stage"],
        kind=document["kind"],
        summary=filled(document["summary"], variant.values),
        pack=pack,
        levels=_levels(path, document, variant.values),
        services=tuple(document.get("services", ())),
        environment={key: filled(text, variant.values) for key, text in document.get("environment", {}).items()},
        prerequisites=tuple(document.get("prerequisites", ())),
        start_timeout=float(document.get("start_timeout", 30)),
        stack=document.get("stack", ""),
        draft=document.get("draft", False),
        choices=choices,
        variant=variant,
    )


def as_variant(kata: Kata, seed: int | None) -> Kata:
    """Return a kata as a variant has it; KatasError (exit code 2) where it offers none."""
    if seed is not None and not kata.choices:
        raise KatasError(
            f"`{kata.id}` is the same for everybody: it offers no variants",
            "leave the variant out; `katas show KATA` says what a kata's variants change",
            exit_code=ExitCode.USAGE,
        )
    return kata if seed == kata.variant.seed else read_kata(kata.pack, kata.id, seed=seed)


def as_meant(kata: Kata, submission: Submission, wanted: int | None = None) -> Kata:
    """Return the kata in the variant that a submission has to solve: the one that is wanted, or else its own.

    KatasError (exit code 5) where it was made for another one than is wanted.
    """
    if wanted is not None and submission.variant not in {None, wanted}:
        raise KatasError(
            f"it was made for variant {submission.variant} of `{kata.id}`, and its learner's is {wanted}",
            "have the program handed in that was made for the learner's own brief",
            exit_code=ExitCode.NOTHING_TO_GRADE,
        )
    return as_variant(kata, submission.variant if wanted is None else wanted)


def read_roadmap(packs: Sequence[Pack]) -> tuple[Stage, ...]:
    """Return the stages in order, from the first pack that has a `roadmap.yaml`."""
    for pack in packs:
        path = pack.root / CONTENT / "roadmap.yaml"
        if not pack.problem and path.is_file():
            return tuple(_stage(entry) for entry in read_document(path, "roadmap")["stages"])
    return ()


def read_hints(kata: Kata) -> dict[str, tuple[str, ...]]:
    """Return the hints of each level of `HINTS.md`: below `## <level>`, the items of a numbered list."""
    path = kata.folder / "HINTS.md"
    text = filled(path.read_text(encoding="utf-8"), kata.variant.values) if path.is_file() else ""
    sections = re.split(r"^## +", text, flags=re.MULTILINE)[1:]
    return {section.splitlines()[0].strip().strip("`"): _items(section) for section in sections}


def read_clauses(kata: Kata) -> dict[str, str]:
    """Return the rules of `BRIEF.md`: bullets that begin with a bold id such as `**signup-3**`."""
    path = kata.folder / "BRIEF.md"
    text = filled(path.read_text(encoding="utf-8"), kata.variant.values) if path.is_file() else ""
    found = re.findall(r"^- \*\*([a-z0-9-]+)\*\* (.+(?:\n {2,}.+)*)", text, flags=re.MULTILINE)
    return {name: " ".join(rule.split()) for name, rule in found}


def _items(section: str) -> tuple[str, ...]:
    items = re.split(r"^\d+\. +", section, flags=re.MULTILINE)[1:]
    return tuple(textwrap.dedent(f"   {item}").strip() for item in items)


def _stage(entry: Mapping[str, Any]) -> Stage:
    return Stage(
        id=entry["id"], title=entry["title"], difficulty=entry["difficulty"], needs=tuple(entry.get("needs", ()))
    )


def _choices(path: Path, document: Mapping[str, Any]) -> tuple[Choice, ...]:
    choices = tuple(
        Choice(key=key, usual=entry["usual"], of=tuple(entry["of"]))
        for key, entry in document.get("variants", {}).items()
    )
    for choice in choices:
        if problem := flaw_of(choice):
            raise DocumentError(path, line_of(path, ["variants", choice.key]), f"`variants.{choice.key}`: {problem}")
    return choices


def _levels(path: Path, document: Mapping[str, Any], values: Mapping[str, Value]) -> tuple[Level, ...]:
    levels = tuple(replace(level, summary=filled(level.summary, values)) for level in _as_written(document))
    if len({level.id for level in levels}) < len(levels):
        raise DocumentError(path, 1, "two levels have one `id`")
    if (total := sum(level.points for level in levels)) != KATA_POINTS:
        raise DocumentError(path, 1, f"the levels' points add up to {total}, expected {KATA_POINTS}")
    return levels


def _as_written(document: Mapping[str, Any]) -> Iterator[Level]:
    return (Level(**entry) for entry in document["levels"])


def kata_ids(pack: Pack) -> list[str]:
    """Return the ids of a pack's katas in alphabetical order, also of those that cannot be read."""
    found = () if pack.problem else (pack.root / CONTENT).glob("*/exercise.yaml")
    return sorted(path.parent.name for path in found)


def _manifest(pack: Pack, name: str) -> Path:
    return pack.root / CONTENT / name / "exercise.yaml"


def own_pack() -> Pack:
    """Return the pack that comes with the engine: in a wheel it lies beside the modules, in a checkout at its root."""
    from backend_katas import __version__

    installed = Path(__file__).parent / "_pack"
    root = installed if installed.is_dir() else Path(__file__).parents[2]
    return Pack(name=OUR_OWN, version=__version__, root=root)


def pack_at(folder: Path) -> Pack:
    """Return the pack in a folder; KatasError when it is none."""
    if folder.resolve() == (own := own_pack()).root.resolve():
        return own
    if not (folder / CONTENT).is_dir():
        raise KatasError(
            f"no pack at `{folder}`: it has no folder `{CONTENT}`",
            f"`{PACKS_VARIABLE}` and `--pack` name folders that hold `{CONTENT}` and `graders`",
            exit_code=ExitCode.USAGE,
        )
    return Pack(name=folder.resolve().name, version="0", root=folder.resolve())

"""A class that hands in what classes do: right programs, wrong ones, starters, broken ones; some as archives."""

from __future__ import annotations

import csv
import random
import shutil
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from backend_katas.authoring.bench import Bench
from backend_katas.authoring.case import Case, mutant, patches, references, starters
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Kata
from backend_katas.workspace import MADE_BY_TOOLS
from benchmarks.batch.broken import BROKEN

REFERENCE, MUTANT, STARTER, BREAKS = "reference", "mutant", "starter", "broken"
SHARES = {REFERENCE: 0.3, MUTANT: 0.45, STARTER: 0.12, BREAKS: 0.13}
"""How much of a class is what; of what a kata has none, the references take the share."""
_ARCHIVED = (".zip", ".tar.gz", "", "", "")  # in turn, in the order of a shuffled class
_Thing = TypeVar("_Thing")
_THEN = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One learner: what was handed in is a `kind` of thing, and `what` says which."""

    name: str
    kind: str
    what: str
    case: Case
    ending: str = ""


def members(
    kata: Kata, *, of: int, seed: int, stacks: Sequence[str] = (), breaks: Sequence[str] = tuple(BROKEN)
) -> tuple[Member, ...]:
    """Draw a class of so many, the same for the same seed; `stacks` are the only ones that are taken, if given."""
    rng = random.Random(f"{kata.id} {seed}")
    found = {
        # What is broken stays as it is listed: a small class has what is told soon.
        kind: drawn if kind == BREAKS else _shuffled(rng, drawn)
        for kind, drawn in cases(kata, stacks, breaks).items()
        if drawn
    }
    if REFERENCE not in found:
        raise KatasError(f"`{kata.id}` has no reference to make a class of", exit_code=ExitCode.USAGE)
    handing_in = [
        (kind, *found[kind][number % len(found[kind])])
        for kind, count in _counts(of, list(found)).items()
        for number in range(count)
    ]
    width = max(len(str(of)), 3)
    return tuple(
        Member(name=f"learner-{number:0{width}}", kind=kind, what=what, case=case, ending=_ARCHIVED[number % 5])
        for number, (kind, what, case) in enumerate(_shuffled(rng, handing_in), 1)
    )


def make(place: Path, class_: Sequence[Member]) -> Path:
    """Write a class below `place` and return the folder of what was handed in; beside it a list says who is what."""
    handed_in = place / "handed-in"
    handed_in.mkdir(parents=True)
    bench = Bench(place / "making")
    for member in class_:
        folder = handed_in / member.name
        with bench.laid_out(member.case) as made:
            shutil.copytree(made, folder, ignore=MADE_BY_TOOLS)
        if member.kind == BREAKS:
            BROKEN[member.what](folder)
        if member.ending:
            _archived(folder, handed_in / f"{member.name}{member.ending}")
    shutil.rmtree(place / "making")
    with (place / "class.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["submission", "kind", "what"])
        rows.writerows([member.name, member.kind, member.what] for member in class_)
    return handed_in


def renamed(handed_in: Path, place: Path, names: Mapping[str, str]) -> Path:
    """Copy a class with other names, by which it is graded in another order."""
    place.mkdir(parents=True)
    for entry in handed_in.iterdir():
        stem, ending = (entry.name, "") if entry.is_dir() else _parts(entry.name)
        target = place / f"{names[stem]}{ending}"
        if entry.is_dir():
            shutil.copytree(entry, target)
        else:
            shutil.copy2(entry, target)
    return place


def cases(kata: Kata, stacks: Sequence[str], breaks: Sequence[str]) -> dict[str, list[tuple[str, Case]]]:
    """Return what of each kind there is to hand in, each with a word for it and the case that is copied."""
    right = [case for case in references(kata) if not stacks or case.name in stacks]
    wrong = [case for case in (mutant(kata, patch) for patch in patches(kata)) if case.base in {r.base for r in right}]
    begun = [case for case in starters(kata) if not stacks or case.name in stacks]
    written = [case for case in right if list(case.base.glob("*.py"))]  # what a line breaks that Python cannot read
    return {
        REFERENCE: [(case.name, case) for case in right],
        MUTANT: [(case.name, case) for case in wrong],
        STARTER: [(case.name, case) for case in begun],
        BREAKS: [(what, (written or right)[0]) for what in breaks if right],
    }


def _parts(name: str) -> tuple[str, str]:
    stem, dot, ending = name.partition(".")
    return stem, dot + ending


def _shuffled(rng: random.Random, things: Sequence[_Thing]) -> list[_Thing]:
    return rng.sample(things, len(things))


def _counts(of: int, kinds: Sequence[str]) -> dict[str, int]:
    """Share out by the largest remainders."""
    whole = sum(SHARES[kind] for kind in kinds)
    exact = {kind: of * SHARES[kind] / whole for kind in kinds}
    counts = {kind: int(value) for kind, value in exact.items()}
    for kind in sorted(kinds, key=lambda kind: counts[kind] - exact[kind])[: of - sum(counts.values())]:
        counts[kind] += 1
    return counts


def _archived(folder: Path, archive: Path) -> None:
    """Put a folder into an archive that has the same bytes each time, and remove the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
            for path in files:
                entry = zipfile.ZipInfo.from_file(path, f"{folder.name}/{path.relative_to(folder)}")
                entry.date_time, entry.compress_type = _THEN, zipfile.ZIP_DEFLATED
                made.writestr(entry, path.read_bytes())
    else:
        with tarfile.open(archive, "w:gz") as made:
            for path in files:
                made.add(path, f"{folder.name}/{path.relative_to(folder)}", filter=_nobodys)
    shutil.rmtree(folder)


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    # Maven takes a file of 1970 for one that is not there.
    entry.mtime = int(datetime(*_THEN, tzinfo=UTC).timestamp())
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry

"""What a mark was given for, as a digest: while it stays the same, nothing has to be graded again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from backend_katas import __version__
from backend_katas.model import Kata
from backend_katas.workspace import MADE_BY_TOOLS

_NOT_JUDGED_BY = frozenset({"starters", "BRIEF.md", "HINTS.md"})


def key_of(submission: str, kata: str, seed: int, variant: int | None = None) -> str:
    """Return the key of a grade from the digests of what was handed in and of the kata, the seed, and the variant.

    The variant is that of whoever grades; what a submission says itself is in its digest.
    """
    made_for = "" if variant is None else f" variant {variant}"
    return hashlib.sha256(f"{submission} {kata} {seed}{made_for}".encode()).hexdigest()


def digest_of_submission(folder: Path) -> str:
    """Return a digest of all files and links in a folder, their paths and whether they may be run."""
    return _digest(folder, _everything(folder))


def digest_of_kata(kata: Kata) -> str:
    """Return a digest of the engine's version and of all in a kata that has a say in marks."""
    parts = [__version__, *(_digest(folder, _sources(folder)) for folder in (kata.graders, kata.folder))]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _digest(folder: Path, paths: Iterator[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        for part in (os.fsencode(path.relative_to(folder)), *_content(path)):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _content(path: Path) -> tuple[bytes, ...]:
    if path.is_symlink():
        return b"link", os.fsencode(path.readlink())
    with path.open("rb") as file:
        kind = b"program" if os.access(path, os.X_OK) else b"file"
        return kind, hashlib.file_digest(file, "sha256").digest()


def _everything(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        yield from (Path(place, name) for name in (*names, *links))


def _sources(folder: Path) -> Iterator[Path]:
    entries = list(folder.iterdir()) if folder.is_dir() else []
    made = MADE_BY_TOOLS(str(folder), [entry.name for entry in entries])
    for entry in entries:
        if entry.name in made or entry.name in _NOT_JUDGED_BY:
            continue
        if entry.is_dir():
            yield from _sources(entry)
        else:
            yield entry

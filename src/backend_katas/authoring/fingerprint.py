"""A digest of all that decides how a case is judged: while it stays the same, an earlier verdict still stands."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import backend_katas
from backend_katas.authoring.bench import MADE_BY_TOOLS
from backend_katas.authoring.case import Case

ENGINE = Path(backend_katas.__file__).parent
PROSE = frozenset({"BRIEF.md", "HINTS.md"})
"""What no program and no check reads, so that a better sentence costs no run."""


class Fingerprints:
    """Digests of cases; what many cases share is read once."""

    def __init__(self, *, services: str) -> None:
        self._services = services
        self._known: dict[Path, str] = {}

    def of(self, case: Case) -> str:
        """Return the digest of engine, kata, graders and program; the program's starter lies in the kata's folder."""
        folders = [ENGINE, case.kata.folder, case.kata.graders, case.base]
        parts = [sys.version, self._services, case.id, *map(self._digest, folders), self._digest(case.path)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _digest(self, place: Path) -> str:
        if place not in self._known:
            digest = hashlib.sha256()
            for path in _files(place):
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{path.relative_to(place)}\0{content}\n".encode(errors="surrogateescape"))
            self._known[place] = digest.hexdigest()
        return self._known[place]


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    entries = sorted(place.iterdir()) if place.is_dir() else []
    passed_over = MADE_BY_TOOLS(str(place), [entry.name for entry in entries]) | PROSE
    for entry in entries:
        if entry.name not in passed_over:
            yield from _files(entry)

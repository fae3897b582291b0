"""A digest of all that decides how a case is judged: while it stays the same, an earlier verdict still stands."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import backend_katas
from backend_katas.authoring.case import Case
from backend_katas.workspace import MADE_BY_TOOLS

ENGINE = Path(backend_katas.__file__).parent
PROSE = frozenset({"BRIEF.md", "HINTS.md"})
"""What no program and no check reads, so that a better sentence costs no run."""
_MODULES = "test_*.py"


class Fingerprints:
    """Digests of cases; what many cases share is read once."""

    def __init__(self, *, services: str) -> None:
        self._services = services
        self._known: dict[tuple[Path, str], str] = {}

    def of(self, case: Case) -> str:
        """Return the digest of engine, kata, graders and program; a starter is no part of its kata but a program."""
        return self._whole(case, self._digest(case.kata.graders))

    def of_kills(self, case: Case) -> dict[str, str]:
        """Return a digest for each module of checks: while it stays the same, a check of it still kills an alteration.

        What other modules say no longer matters then, so one more check costs few runs.
        """
        graders = case.kata.graders
        shared = self._digest(graders, but=_MODULES)
        modules = {path.name: self._digest(path) for path in graders.glob(_MODULES)}
        return {name: self._whole(case, f"{shared} {name} {digest}") for name, digest in modules.items()}

    def _whole(self, case: Case, graders: str) -> str:
        # Of alterations there are many, and what authoring makes of a run is worked out each time, not kept.
        engine = self._digest(ENGINE, but="authoring" if case.alteration else "")
        program = [self._digest(case.base), case.text or self._digest(case.path)]
        kata = self._digest(case.kata.folder, but="starters")
        parts = [sys.version, self._services, case.id, engine, kata, graders, *program]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _digest(self, place: Path, *, but: str = "") -> str:
        if (place, but) not in self._known:
            digest = hashlib.sha256()
            for path in source_files(place, but=but):
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{path.relative_to(place)}\0{content}\n".encode(errors="surrogateescape"))
            self._known[place, but] = digest.hexdigest()
        return self._known[place, but]


def source_files(place: Path, *, but: str = "") -> Iterator[Path]:
    """Give the files of a folder, or the file itself, without prose, what tools have made and entries of that name."""
    if place.is_file():
        yield place
        return
    entries = sorted(place.iterdir()) if place.is_dir() else []
    passed_over = MADE_BY_TOOLS(str(place), [entry.name for entry in entries]) | PROSE
    for entry in entries:
        if entry.name not in passed_over and not fnmatch(entry.name, but):
            yield from source_files(entry)

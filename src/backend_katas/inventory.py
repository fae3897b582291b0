"""The checks a kata has, as a run would collect them, and what is wrong with the modules they lie in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """A mistake of an author: the file, the line in it (0 for the whole of it) and what is wrong, in a sentence."""

    file: Path
    line: int = 0
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}" if self.line else f"{self.file}: {self.problem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One check: what it is worth, which rule it proves, where it stands. `title` is empty without a docstring."""

    id: str
    level: str
    points: int
    clause: str
    title: str
    file: Path
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All checks of a kata in the order of its levels; where there are flaws some may be missing."""

    entries: tuple[Entry, ...]
    flaws: tuple[Flaw, ...] = ()

    def to_json(self) -> str:
        """Return the inventory as one JSON document, the form in which it crosses a process boundary."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Inventory:
        """Read what `to_json` wrote; raises ValueError, KeyError or TypeError for anything else."""
        document = json.loads(text)
        return cls(
            entries=tuple(Entry(**_with_path(entry)) for entry in document["entries"]),
            flaws=tuple(Flaw(**_with_path(flaw)) for flaw in document["flaws"]),
        )


def _with_path(document: Mapping[str, Any]) -> dict[str, Any]:
    return {**document, "file": Path(document["file"])}

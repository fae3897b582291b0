"""What a grader is tried on: references and their variants, which it must accept, and what it must not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from backend_katas.authoring.alteration import Alteration
from backend_katas.documents import DocumentError
from backend_katas.errors import did_you_mean
from backend_katas.model import Kata

_CHECK = re.compile(r"test_\w+\.py::\w+(?:\[[^\]]+\])?")
_PARTS = "the header of a patch has `mistake:`, `reference:` and `catches:`"
_BODY = re.compile(r"^(?:diff |--- )", re.MULTILINE)


class Kind(StrEnum):
    """What a case is, and so what the grader has to say to it."""

    REFERENCE = "reference"
    STARTER = "starter"
    MUTANT = "mutant"
    VARIANT = "variant"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tailoring:
    """A reference made for the variant of a seed: its files that differ, by their paths.

    It `forgets` the value of one choice, by its key: that has stayed the usual one, and a check has to notice.
    """

    seed: int
    forgets: str = ""
    files: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def name(self) -> str:
        """What tells it from others of its reference."""
        return f"@{self.seed}-{self.forgets}" if self.forgets else f"@{self.seed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One program to grade: the folder of a reference or a starter, the patch of a mutant, a place for what is made.

    `base` is the folder that is copied. A mutant must fail the checks whose ids are `named`.
    """

    kata: Kata
    kind: Kind
    path: Path
    base: Path
    named: frozenset[str] = frozenset()
    alteration: Alteration | None = None
    tailoring: Tailoring | None = None

    @property
    def text(self) -> str:
        """What makes another program of the base, where that is no file of its own."""
        if self.tailoring:
            return json.dumps([self.tailoring.seed, dict(self.tailoring.files)])
        return self.alteration.text if self.alteration else ""

    @property
    def name(self) -> str:
        """The stack of a reference or starter, the mistake of a mutant, the place of an alteration.

        With a variant's seed behind it, such as `go@17`, and the choice that was forgotten, as in `go@17-page_size`.
        """
        if self.tailoring:
            return f"{self.base.name}{self.tailoring.name}"
        if self.kind is Kind.ALTERED:
            return self.path.relative_to(self.base.parent).as_posix()
        return self.path.stem if self.kind is Kind.MUTANT else self.path.name

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that a mutant is about: those of the checks that it has to fail."""
        modules = {name.partition("::")[0] for name in self.named}
        return tuple(level.id for level in self.kata.levels if level.module in modules)

    @property
    def id(self) -> str:
        """The case among all of the pack."""
        return f"{self.kata.id}/{self.kind}/{self.name}"


def references(kata: Kata) -> list[Case]:
    """Return the kata's references, each in a folder of its own beside `mutants`."""
    folders = [entry for entry in _folders(_solutions(kata)) if entry.name != "mutants"]
    return [Case(kata=kata, kind=Kind.REFERENCE, path=folder, base=folder) for folder in folders]


def starters(kata: Kata) -> list[Case]:
    """Return the kata's starters."""
    folders = [kata.folder / "starters" / stack for stack in kata.stacks]
    return [Case(kata=kata, kind=Kind.STARTER, path=folder, base=folder) for folder in folders]


def patches(kata: Kata) -> list[Path]:
    """Return the kata's mutants."""
    return sorted((_solutions(kata) / "mutants").glob("*.patch"))


def mutant(kata: Kata, patch: Path) -> Case:
    """Return the mutant that a patch makes; DocumentError with the line of its header that is wrong."""
    header = _Header(patch)
    stack = header.value("reference")
    known = [case.name for case in references(kata)]
    if stack not in known:
        raise header.error("reference", f"`{kata.id}` has no reference `{stack}`", did_you_mean(stack, known))
    header.value("mistake")
    named = frozenset(_CHECK.findall(header.value("catches")))
    if not named:
        raise header.error("catches", "`catches:` names no check", "it takes ids such as `test_hello.py::test_greets`")
    return Case(kata=kata, kind=Kind.MUTANT, path=patch, base=_solutions(kata) / stack, named=named)


def altered(reference: Case, alteration: Alteration) -> Case:
    """Return a reference with a fault that a machine has made."""
    return replace(reference, kind=Kind.ALTERED, path=reference.base / alteration.name, alteration=alteration)


def tailored(reference: Case, tailoring: Tailoring) -> Case:
    """Return a reference made for a variant."""
    return replace(reference, kind=Kind.VARIANT, path=reference.base / tailoring.name, tailoring=tailoring)


class _Header:
    """The lines of a patch before its first file: `name: text`, a text going on over lines until the next name."""

    def __init__(self, patch: Path) -> None:
        self._patch = patch
        self._text = _BODY.split(patch.read_text(encoding="utf-8", errors="replace"), maxsplit=1)[0]

    def value(self, name: str) -> str:
        found = re.search(rf"^{name}:(.*?)(?=^\w+:|\Z)", self._text, flags=re.MULTILINE | re.DOTALL)
        if not found or not found[1].strip():
            raise self.error(name, f"the line `{name}:` is missing", _PARTS)
        return found[1].strip()

    def error(self, name: str, problem: str, hint: str = "") -> DocumentError:
        lines = self._text.splitlines()
        line = next((number for number, text in enumerate(lines, 1) if text.startswith(f"{name}:")), 1)
        return DocumentError(self._patch, line, problem, hint)


def _solutions(kata: Kata) -> Path:
    return kata.pack.root / "solutions" / kata.id


def _folders(place: Path) -> list[Path]:
    return sorted(entry for entry in place.iterdir() if entry.is_dir()) if place.is_dir() else []

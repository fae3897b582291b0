"""What authors say of the faults that no check has caught: `solutions/<kata>/mutants/survivors.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from backend_katas.authoring.case import references
from backend_katas.documents import line_of, read_document
from backend_katas.inventory import Flaw
from backend_katas.model import Kata


class Sort(StrEnum):
    """Why a fault survives: no request can tell, the brief leaves it free, or what is promised no check proves."""

    EQUIVALENT = "equivalent"
    FREE = "free"
    UNJUDGED = "unjudged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why the faults with a key survive; `line` is where that stands."""

    key: tuple[str, str, str]
    sort: Sort
    why: str
    line: int


def survivors_file(kata: Kata) -> Path:
    """Return where a kata's survivors are explained, if any are."""
    return kata.pack.root / "solutions" / kata.id / "mutants" / "survivors.yaml"


def read_survivors(kata: Kata) -> list[Explanation]:
    """Return the explanations of a kata; DocumentError for a mistake in the file."""
    path = survivors_file(kata)
    if not path.is_file():
        return []
    return [
        Explanation(
            key=(entry["file"], entry["before"].strip(), entry["after"].strip()),
            sort=Sort(entry["kind"]),
            why=entry["why"].strip(),
            line=line_of(path, ["survivors", str(number)]),
        )
        for number, entry in enumerate(read_document(path, "survivors")["survivors"])
    ]


def outdated(kata: Kata, explanations: Sequence[Explanation]) -> Iterator[Flaw]:
    """Give the explanations of lines that no reference has any more, and those that say the same twice."""
    seen: set[tuple[str, str, str]] = set()
    for explanation in explanations:
        file, before, _ = explanation.key
        if not any(before in _lines(case.base / file) for case in references(kata)):
            problem = f"explains a line that is not there: `{before}` in `{file}`"
            yield Flaw(file=survivors_file(kata), line=explanation.line, problem=problem)
        if explanation.key in seen:
            yield Flaw(file=survivors_file(kata), line=explanation.line, problem="explains what is explained above")
        seen.add(explanation.key)


def _lines(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return {line.strip() for line in text.splitlines()}

"""`katas` with its pytest replaced by the watched one: `python -m benchmarks.graded NOTES grade FOLDER ...`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backend_katas.cli import main as katas
from backend_katas.supervisor import Supervisor

WATCHED = Path(__file__).with_name("watched.py")


def main() -> None:
    """Run `katas` with the arguments behind the first, which names the file for the notes."""
    notes = sys.argv.pop(1)
    spawn = Supervisor.spawn

    def watched(self: Supervisor, command: Sequence[str], **options: Any) -> Any:
        return spawn(self, instead(command, notes), **options)

    Supervisor.spawn = watched  # type: ignore[method-assign]
    katas()


def instead(command: Sequence[str], notes: str) -> list[str]:
    """Return the command with `-m pytest` replaced; any other as it is."""
    words = list(command)
    if "pytest" not in words:
        return words
    place = words.index("pytest")
    return [*words[: place - 1], str(WATCHED), notes, *words[place + 1 :]]


if __name__ == "__main__":
    main()

"""What a change has touched, and so what has to be judged again."""

from __future__ import annotations

import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from backend_katas.authoring.case import Case, Kind
from backend_katas.authoring.fingerprint import ENGINE, PROSE
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Kata, Pack


@dataclass(frozen=True, slots=True)
class Change:
    """The files that differ between a revision and the folder as it is now, with whole and resolved paths."""

    files: frozenset[Path]

    @property
    def of_engine(self) -> bool:
        """Whether the engine itself, or what it is built on, was changed."""
        return bool(self._below([ENGINE, ENGINE.parents[1] / "pyproject.toml"]))

    def touches(self, kata: Kata) -> bool:
        """Say whether anything of a kata has to be looked at."""
        return self.of_engine or bool(self._below(_places(kata)))

    def affects(self, case: Case) -> bool:
        """Say whether a case has to be judged: its program, a check it is about or what all share was changed."""
        kata = case.kata
        if self.of_engine or self._below([case.path, case.base]):
            return True
        shared = [file for file in self._below([kata.folder, kata.graders]) if not _apart(file, kata)]
        modules = self._below([kata.graders]) - set(shared)
        return bool(shared) or any(_is_about(case, module) for module in modules)

    def _below(self, places: Collection[Path]) -> set[Path]:
        whole = [place.resolve() for place in places]
        return {file for file in self.files for place in whole if file.is_relative_to(place)}


def change_since(revision: str, pack: Pack) -> Change:
    """Return what was changed since a revision of the repository that the pack lies in, new files too."""
    root = Path(_git(pack.root, "rev-parse", "--show-toplevel").rstrip("\n")).resolve()
    changed = _git(root, "diff", "--name-only", "--no-renames", "-z", revision, "--")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return Change(frozenset(root / name for name in f"{changed}{new}".split("\0") if name))


def _places(kata: Kata) -> list[Path]:
    return [kata.folder, kata.graders, kata.pack.root / "solutions" / kata.id]


def _apart(file: Path, kata: Kata) -> bool:
    """Say whether a file of exercise or graders concerns some cases only, or none."""
    if file.is_relative_to(kata.folder.resolve()):
        return file.name in PROSE or file.is_relative_to(kata.folder.resolve() / "starters")
    return file.parent == kata.graders.resolve() and file.name.startswith("test_")


def _is_about(case: Case, module: Path) -> bool:
    """References have to pass the checks of every module, starters to fail them, a mutant those that it names."""
    return case.kind is not Kind.MUTANT or any(name.partition("::")[0] == module.name for name in case.named)


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False, errors="replace"
        )
    except FileNotFoundError:
        raise KatasError("`git` is not here, which knows what was changed", "install git") from None
    if done.returncode:
        told = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise KatasError(
            f"git cannot tell what was changed in `{folder}`: {told[0]}",
            "`--affected` takes a revision, such as `HEAD~1` or `origin/main`",
            exit_code=ExitCode.USAGE,
        )
    return done.stdout

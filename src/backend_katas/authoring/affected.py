"""What a change has touched, and so which cases have to be judged again, and which of their levels."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.authoring.case import Case, Kind
from backend_katas.authoring.fingerprint import ENGINE, PROSE
from backend_katas.authoring.tailoring import variants_file
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Kata, Pack
from backend_katas.workspace import MADE_BY_TOOLS


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

    def chosen(self, cases: Sequence[Case]) -> list[tuple[Case, tuple[str, ...]]]:
        """Return the cases of a kata that have to be judged, each with the levels it has to be judged in, `()` for all.

        A change of the engine itself concerns everybody a little: then it is all references, the first starter and so
        many mutants that each level meets one.
        """
        found = [(case, levels) for case in cases if (levels := self._levels(case)) is not None]
        known = {case.path for case, _ in found}
        more = _sample(cases) if self.of_engine else []
        return [*found, *((case, ()) for case in more if case.path not in known)]

    def _levels(self, case: Case) -> tuple[str, ...] | None:
        """Return the levels in which a case has to be judged, `()` for all and None for none.

        All of them if its program or what all checks share was changed, otherwise those whose module was.
        """
        kata = case.kata
        touched = self._below([kata.folder, kata.graders])
        made = [variants_file(kata)] if case.kind is Kind.VARIANT else []
        if self._below([case.path, case.base, *made]) or any(not _apart(file, kata) for file in touched):
            return ()
        modules = {file.name for file in touched if file.parent == kata.graders.resolve()}
        levels = tuple(level.id for level in kata.levels if level.module in modules)
        if case.kind is not Kind.MUTANT:
            return levels or None
        # Where it is caught may lie in several modules, and it counts as caught when all of them say so.
        return case.levels if set(levels) & set(case.levels) else None

    def _below(self, places: Collection[Path]) -> set[Path]:
        whole = [place.resolve() for place in places]
        return {file for file in self.files for place in whole if file.is_relative_to(place)}


def change_since(revision: str, pack: Pack) -> Change:
    """Return what was changed since a revision of the repository that the pack lies in, new files too."""
    root = Path(_git(pack.root, "rev-parse", "--show-toplevel").rstrip("\n")).resolve()
    changed = _git(root, "diff", "--name-only", "--no-renames", "-z", revision, "--")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    names = [name for name in f"{changed}{new}".split("\0") if name]
    # Not everybody has git ignore the bytecode that a look at the checks leaves.
    return Change(frozenset(root / name for name in names if not MADE_BY_TOOLS("", name.split("/"))))


def _places(kata: Kata) -> list[Path]:
    return [kata.folder, kata.graders, kata.pack.root / "solutions" / kata.id]


def _apart(file: Path, kata: Kata) -> bool:
    """Say whether a file of exercise or graders concerns some cases only, or none."""
    if file.is_relative_to(kata.folder.resolve()):
        return file.name in PROSE or file.is_relative_to(kata.folder.resolve() / "starters")
    return file.parent == kata.graders.resolve() and file.name.startswith("test_")


def _sample(cases: Sequence[Case]) -> list[Case]:
    """Return the references, the first starter, and mutants one after the other until each level has met one."""
    by_kind = {kind: [case for case in cases if case.kind is kind] for kind in Kind}
    met: set[str] = set()
    mutants: list[Case] = []
    # Those first that are about most levels, so that few do.
    for case in sorted(by_kind[Kind.MUTANT], key=lambda case: -len(case.levels)):
        if set(case.levels) - met:
            met |= set(case.levels)
            mutants.append(case)
    return [*by_kind[Kind.REFERENCE], *by_kind[Kind.STARTER][:1], *mutants]


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

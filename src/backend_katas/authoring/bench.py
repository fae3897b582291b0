"""Copies of references and starters to grade; mutants take turns in that of their reference, which is built once."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from backend_katas import workspace
from backend_katas.authoring.case import Case, Kind
from backend_katas.errors import KatasError

_TIME_LIMIT = 30.0


class DoesNotApply(KatasError):  # noqa: N818 - it says what is wrong with the patch
    """A mutant's patch does not fit its reference."""


class Bench:
    """A folder with copies for one worker: what is graded here is graded by nobody else meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._copies: dict[Path, Path] = {}
        self._numbers = itertools.count(1)

    @contextmanager
    def laid_out(self, case: Case) -> Generator[Path]:
        """Give the folder to grade; a mutant is the reference again after the block. DoesNotApply for a bad patch."""
        folder = self._copy(case)
        if case.alteration:
            with _replaced(folder / case.alteration.file, case.alteration.text):
                yield folder
            return
        if case.kind is not Kind.MUTANT:
            with ExitStack() as stack:
                for file, text in case.tailoring.files.items() if case.tailoring else ():
                    stack.enter_context(_replaced(folder / file, text))
                yield folder
            return
        _apply(case.path, folder)
        try:
            yield folder
        finally:
            self._restore(case, folder)

    def _copy(self, case: Case) -> Path:
        if case.base not in self._copies:
            folder = self._folder / str(next(self._numbers)) / case.kata.id
            folder.parent.mkdir(parents=True)
            _make(case, folder)
            self._copies[case.base] = folder
        return self._copies[case.base]

    def _restore(self, case: Case, folder: Path) -> None:
        try:
            _apply(case.path, folder, "--reverse")
        except DoesNotApply:
            # The program has changed its own source; nobody shall be graded with that.
            del self._copies[case.base]


def _make(case: Case, folder: Path) -> None:
    if case.kind is Kind.STARTER:
        # As a learner gets it, with brief and files beside it.
        workspace.start(case.kata, folder, stack=case.name)
    else:
        shutil.copytree(case.base, folder, ignore=workspace.MADE_BY_TOOLS)


@contextmanager
def _replaced(file: Path, text: str) -> Generator[None]:
    before = file.read_bytes()
    try:
        _write(file, text.encode())
        yield
    finally:
        _write(file, before)


def _write(file: Path, content: bytes) -> None:
    """Write a module anew: Python would take what it compiled of one as long that was written in the same second."""
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()
    file.write_bytes(content)


def _apply(patch: Path, folder: Path, *options: str) -> None:
    try:
        done = subprocess.run(
            ["git", "apply", "-p1", "--whitespace=nowarn", *options, str(patch)],
            cwd=folder,
            env=_environment(os.environ, folder),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIME_LIMIT,
            check=False,
        )
    except FileNotFoundError:
        raise KatasError("`git` is not here, which applies the patches of mutants", "install git") from None
    if done.returncode:
        told = "; ".join(line.removeprefix("error: ") for line in done.stderr.splitlines())
        raise DoesNotApply(f"does not apply: {told}")


def _environment(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Without the ceiling git would look for a repository above, and take the paths as relative to it."""
    kept = {name: value for name, value in environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CEILING_DIRECTORIES": str(folder.parent), "LC_ALL": "C"}

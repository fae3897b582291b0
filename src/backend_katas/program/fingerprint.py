"""Whether a submission has to be built again: what its build reads, and what the last one left."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from backend_katas.errors import KatasError
from backend_katas.model import Submission

FORMAT = 1
# What builds leave at the top of a folder and can make again; deeper down these may be names of source folders.
_RESULTS = frozenset({".venv", "_build", "build", "dist", "node_modules", "obj", "out", "target", "venv"})
_CACHES = frozenset(
    {
        ".gradle", ".mypy_cache", ".next", ".nox", ".nuxt", ".parcel-cache", ".pytest_cache", ".ruff_cache", ".tox",
        ".turbo", ".venv", "__pycache__", "node_modules",
    }
)  # fmt: skip
_OTHERS = frozenset({".git", ".hg", ".idea", ".katas", ".svn", ".vscode"})
# What a running program leaves behind is no reason to build it again.
_WRITTEN = ("*.pyc", "*.pyo", "*.log", "*.sqlite", "*.sqlite3", "*.db", "*.db-journal", "*.db-wal", "*.db-shm", "*.pid",
            "*.swp", "*~", ".DS_Store", ".coverage")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a build was made from, and the top-level entries it has to have left."""

    fingerprint: str
    created: tuple[str, ...]
    format: int = FORMAT

    def holds(self, submission: Submission) -> bool:
        """Say whether a build of this submission would change nothing."""
        there = all(os.path.lexists(submission.folder / name) for name in self.created)
        return there and self.fingerprint == fingerprint(submission)

    def write(self, path: Path) -> None:
        """Write the stamp at once or not at all."""
        new = path.with_suffix(".new")
        new.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        new.replace(path)


def read_stamp(path: Path) -> Stamp | None:
    """Return the stamp of the last build that succeeded; None when there is none or it cannot be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        stamp = Stamp(fingerprint=str(document["fingerprint"]), created=tuple(map(str, document["created"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return stamp if document.get("format") == FORMAT else None


def stamp_of(submission: Submission, *, before: set[str], last: Stamp | None) -> Stamp:
    """Return the stamp of a build that has just succeeded; `before` are the top-level entries there were before it."""
    after = entries(submission.folder)
    created = (after - before) | (after & _RESULTS) | (after & set(last.created if last else ()))
    passing = _OTHERS | _CACHES - _RESULTS
    return Stamp(fingerprint=fingerprint(submission), created=tuple(sorted(created - passing)))


def entries(folder: Path) -> set[str]:
    """Return the names of a folder's entries."""
    return {entry.name for entry in os.scandir(folder)}


def fingerprint(submission: Submission) -> str:
    """Return a digest of the command, the folder's place (virtual environments cannot be moved) and all inputs."""
    digest = hashlib.sha256()
    folder = submission.folder.absolute()
    for part in (submission.build, str(folder), *sorted(submission.build_inputs)):
        digest.update(_framed(os.fsencode(part)))
    files = _named(submission) if submission.build_inputs else _all(folder)
    for path in sorted(set(files)):
        digest.update(_framed(os.fsencode(path.relative_to(folder))) + _content(path))
    return digest.hexdigest()


def _framed(part: bytes) -> bytes:
    return len(part).to_bytes(8, "big") + part


def _content(path: Path) -> bytes:
    try:
        if path.is_symlink():
            return b"l" + hashlib.sha256(os.fsencode(path.readlink())).digest()
        with path.open("rb") as file:
            return b"f" + hashlib.file_digest(file, "sha256").digest()
    except FileNotFoundError:
        return b"-"  # it went away while we looked: an editor's or a program's own file


def _named(submission: Submission) -> Iterator[Path]:
    folder = submission.folder.absolute()
    for pattern in submission.build_inputs:
        try:
            found = list(folder.glob(pattern))
        except (ValueError, NotImplementedError, IndexError) as error:
            raise KatasError(
                f"`{pattern}` in `build_inputs` of `kata.yaml` is no pattern for files: {str(error).lower()}",
                "give paths relative to the folder, such as `requirements.txt` or `src/**/*.go`",
            ) from error
        for path in found:
            if folder in path.parents and ".." not in path.parts:
                yield from _all(path) if path.is_dir() and not path.is_symlink() else _ordinary(path)


def _all(folder: Path) -> Iterator[Path]:
    passed_over = _CACHES | _OTHERS | _RESULTS
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in passed_over and not name.endswith(".egg-info")]
        passed_over = _CACHES | _OTHERS
        for name in names:
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in _WRITTEN):
                yield from _ordinary(Path(place, name))


def _ordinary(path: Path) -> Iterator[Path]:
    """Leave out sockets and pipes: to read one may take for ever."""
    if path.is_symlink() or path.is_file():
        yield path

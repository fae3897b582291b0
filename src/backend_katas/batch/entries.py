"""The submissions in a folder: one each, as a folder or as an archive, called as it is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.errors import ExitCode, KatasError, did_you_mean
from backend_katas.manifest import MANIFEST
from backend_katas.unpacking import is_archive, stem

_MADE_BY_SYSTEMS = frozenset({"__MACOSX", "lost+found"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One submission: the learner's name for all reports, and the folder or archive that was handed in.

    With a `problem` it cannot be graded, and that is what its learner's teacher is told.
    """

    name: str
    path: Path
    problem: str = ""


def find_entries(place: Path) -> tuple[Entry, ...]:
    """Return the submissions in a folder, in the order of their names.

    What bears the name of another is not graded, for nobody could say whose mark is whose. Raises KatasError where
    there is no folder or nothing in it (exit code 5).
    """
    try:
        found = sorted(_submissions(place))
    except OSError as error:
        raise KatasError(f"no folder `{place}`: {error.strerror}", exit_code=ExitCode.NOTHING_TO_GRADE) from None
    if (place / MANIFEST).is_file():
        raise KatasError(
            f"`{place}` is one submission, not a folder of submissions: there is a `{MANIFEST}` in it",
            f"`katas grade {place}` grades it",
            exit_code=ExitCode.NOTHING_TO_GRADE,
        )
    if not found:
        raise KatasError(
            f"no submission in `{place}`",
            "each one is a folder in it, or a `.zip`, `.tar` or `.tar.gz`",
            exit_code=ExitCode.NOTHING_TO_GRADE,
        )
    return tuple(_entry(name, path, [other for same, other in found if same == name]) for name, path in found)


def chosen(entries: Sequence[Entry], index: int, of: int) -> tuple[Entry, ...]:
    """Return one of `of` shares of the entries, the first with index 1, for whoever grades a class in several places.

    Shares differ by at most one entry, and together they are all.
    """
    if not 1 <= index <= of:
        raise KatasError(
            f"there is no share {index} of {of}", "`--index N/M` takes N from 1 to M", exit_code=ExitCode.USAGE
        )
    return tuple(entries[index - 1 :: of])


def named(entries: Sequence[Entry], names: Sequence[str]) -> tuple[Entry, ...]:
    """Return the entries of these names; all of them without any. KatasError for a name that nobody bears."""
    known = [entry.name for entry in entries]
    for name in names:
        if name not in known:
            raise KatasError(
                f"no submission called `{name}`", did_you_mean(name, known), exit_code=ExitCode.NOTHING_TO_GRADE
            )
    return tuple(entry for entry in entries if not names or entry.name in names)


def _submissions(place: Path) -> Iterator[tuple[str, Path]]:
    for path in place.iterdir():
        if path.name.startswith(".") or path.name in _MADE_BY_SYSTEMS:
            continue
        if path.is_dir() and not path.is_symlink():
            yield _text(path.name), path
        elif path.is_file() and is_archive(path):
            yield _text(stem(path)), path


def _text(name: str) -> str:
    """Return a name that any file takes; what is no UTF-8 in it, as after a foreign archive, is escaped."""
    return name.encode("utf-8", "backslashreplace").decode()


def _entry(name: str, path: Path, same: Sequence[Path]) -> Entry:
    others = ", ".join(f"`{other.name}`" for other in same if other != path)
    problem = f"`{path.name}` and {others} are both called `{name}`; keep one of them" if others else ""
    return Entry(name=name if not others else path.name, path=path, problem=problem)

"""A stranger's folder, copied so that only what can do no harm comes along: plain files, folders, links within.

Nothing in it is opened before it is known to be a plain file, no link is ever followed, and no program is run on it:
`git status` alone would run what a submission's `.git/config` names.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from errno import EACCES, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, ENXIO, EPERM
from itertools import islice
from pathlib import Path

from backend_katas.errors import ExitCode, KatasError
from backend_katas.exchange import readable

_HISTORIES = frozenset({".git", ".hg", ".svn", ".jj"})
_CACHES = frozenset(
    {
        ".gradle", ".katas", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".tox", ".turbo", "__pycache__",
    }
)  # fmt: skip
# What a build makes, known by the file that stands beside it or in it: these are also good names for source folders.
_MADE_BESIDE = {"node_modules": ("package.json",), "target": ("pom.xml", "Cargo.toml")}
_MARK_OF_AN_ENVIRONMENT = "pyvenv.cfg"
# What is wrong with an entry, and not with the place it is copied to; one may go while we look.
_ITS_OWN = frozenset({EACCES, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, ENXIO, EPERM})
_READ = 1 << 20  # bytes at a time
_NAME_SHOWN = 120  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much one submission may bring: bytes, files with folders and links, and folders within folders."""

    size: int = 200 << 20
    entries: int = 20_000
    depth: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An entry that did not come along: its path, fit to be shown, and why."""

    path: str
    why: str


CAPS = Caps()


class TooMuch(KatasError):  # noqa: N818 - it says what is wrong with the submission
    """The submission is larger than any honest one."""

    def __init__(self, message: str) -> None:
        hint = "leave out what the build can make again, and data that no program needs"
        super().__init__(message, hint, exit_code=ExitCode.NOTHING_TO_GRADE)


def take_in(folder: Path, copy: Path, *, caps: Caps = CAPS) -> tuple[LeftOut, ...]:
    """Copy a submission to `copy`, which must not exist, and return what an honest one might miss.

    Version histories, caches and what a build has made stay behind without a word. Of a file only its content, its
    time and whether it may be run are kept. Raises TooMuch beyond the caps, and KatasError where there is no folder.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise _no_folder(folder, error) from error
    try:
        intake = _Intake(caps, copy.parent)
        intake.copy_folder(descriptor, copy, ())
    finally:
        os.close(descriptor)
    return tuple(intake.left_out)


def _no_folder(folder: Path, error: OSError) -> KatasError:
    if error.errno == ENOTDIR and folder.is_file():
        # Whoever unpacks an archive has to look where each of its entries leads; we would rather not.
        hint = "if it is an archive, unpack it into a folder of its own, and name that"
        return KatasError(f"`{folder}` is a file, and a folder is graded", hint, exit_code=ExitCode.NOTHING_TO_GRADE)
    return KatasError(f"no folder `{folder}`: {error.strerror}", exit_code=ExitCode.NOTHING_TO_GRADE)


class _Intake:
    """One copy as it grows; the names of the folders on the way are kept for what it has to say."""

    def __init__(self, caps: Caps, place: Path) -> None:
        self._caps = caps
        self._place = place
        self._size = 0
        self._entries = 0
        self.left_out: list[LeftOut] = []

    def copy_folder(self, source: int, copy: Path, way: tuple[str, ...]) -> None:
        if len(way) > self._caps.depth:
            raise TooMuch(f"its folders are nested deeper than {self._caps.depth}: `{_shown(way[:3])}/…`")
        copy.mkdir()
        copy.chmod(0o755)
        for name in _wanted(source, most=self._caps.entries):
            self._count()
            try:
                self._copy_entry(source, name, copy, way)
            except OSError as error:
                if error.errno not in _ITS_OWN:
                    raise self._no_room(error) from error
                self._leave((*way, name), (error.strerror or str(error)).lower())

    def _copy_entry(self, source: int, name: str, copy: Path, way: tuple[str, ...]) -> None:
        kind = stat.S_IFMT(os.stat(name, dir_fd=source, follow_symlinks=False).st_mode)
        if kind == stat.S_IFREG:
            self._copy_file(source, name, copy, way)
        elif kind == stat.S_IFDIR:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=source)
            try:
                self.copy_folder(inner, copy / name, (*way, name))
            finally:
                os.close(inner)
        elif kind == stat.S_IFLNK:
            self._copy_link(os.readlink(name, dir_fd=source), copy / name, (*way, name))
        else:
            self._leave((*way, name), "it is neither a file nor a folder")

    def _copy_file(self, source: int, name: str, copy: Path, way: tuple[str, ...]) -> None:
        # Without O_NONBLOCK a pipe that has just taken the file's place would hold us for ever.
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY, dir_fd=source)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                self._leave((*way, name), "it is neither a file nor a folder")
                return
            self._add(found.st_size, (*way, name))
            with (copy / name).open("xb") as kept:
                left = found.st_size
                while left and (data := file.read(min(left, _READ))):
                    kept.write(data)
                    left -= len(data)
                # Bits that change the user, or let others write, do not come along.
                os.fchmod(kept.fileno(), 0o755 if found.st_mode & 0o111 else 0o644)
        os.utime(copy / name, ns=(found.st_mtime_ns, found.st_mtime_ns))

    def _copy_link(self, target: str, copy: Path, way: tuple[str, ...]) -> None:
        if _leads_inside(target, depth=len(way) - 1):
            copy.symlink_to(target)
        else:
            self._leave(way, "it is a link that leads out of the folder")

    def _no_room(self, error: OSError) -> KatasError:
        return KatasError(
            f"the submission cannot be copied to `{self._place}`: {(error.strerror or str(error)).lower()}",
            "is its disk full (`df -h`)? `TMPDIR` names another place for temporary files",
        )

    def _count(self) -> None:
        self._entries += 1
        if self._entries > self._caps.entries:
            raise TooMuch(f"it has more than {self._caps.entries} files and folders")

    def _add(self, size: int, way: tuple[str, ...]) -> None:
        self._size += size
        if self._size > self._caps.size:
            raise TooMuch(f"it is larger than {self._caps.size >> 20} MiB: `{_shown(way)}` is one file too many")

    def _leave(self, way: tuple[str, ...], why: str) -> None:
        self.left_out.append(LeftOut(path=_shown(way), why=why))


def _wanted(source: int, *, most: int) -> Iterator[str]:
    """Give the names in a folder, in order, but for what nobody is judged by; not many more than `most`."""
    with os.scandir(source) as entries:
        names = sorted(entry.name for entry in islice(entries, most + 1))
    here = frozenset(names)
    for name in names:
        made = any(sign in here for sign in _MADE_BESIDE.get(name, ()))
        if name not in _HISTORIES | _CACHES and not made and not _is_environment(source, name):
            yield name


def _is_environment(source: int, name: str) -> bool:
    try:
        os.stat(f"{name}/{_MARK_OF_AN_ENVIRONMENT}", dir_fd=source, follow_symlinks=False)
    except OSError:
        return False
    return not stat.S_ISLNK(os.stat(name, dir_fd=source, follow_symlinks=False).st_mode)


def _leads_inside(target: str, *, depth: int) -> bool:
    """Say whether a link stays in the folder whatever other such links it passes; `depth` is that of its own place.

    Only the beginning may go up: behind a name, which may be a link, `..` goes nobody knows where.
    """
    parts = [part for part in target.split("/") if part not in ("", ".")]
    names = [part for part in parts if part != ".."]
    ups = len(parts) - len(names)
    return not target.startswith("/") and parts[ups:] == names and ups <= depth


def _shown(way: tuple[str, ...]) -> str:
    return readable("/".join(way), limit=_NAME_SHOWN, keep="")

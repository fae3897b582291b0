"""A check's scratch folder, used with the grader's rights: never by way of a link that the program has put there.

Whatever lies in the folder may be of the program's making, and a program may be hostile. A link would lead to where the
grader may read and write and the program may not; to open a pipe would wait for ever.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backend_katas.errors import ProgramFault
from backend_katas.exchange import SCRATCH

READ_LIMIT = 64 << 20  # bytes
COPY_LIMIT = 1000  # files and folders
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Whoever opens a pipe would wait for its other end, and whoever opens a terminal might get to be controlled by it.
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_KINDS = {
    stat.S_IFLNK: "a link, and where it leads nobody looks", stat.S_IFDIR: "a folder, not a file",
    stat.S_IFIFO: "a pipe, not a file", stat.S_IFSOCK: "a socket, not a file",
    stat.S_IFCHR: "a device, not a file", stat.S_IFBLK: "a device, not a file",
}  # fmt: skip


class Scratch:
    """Reads, writes and copies plain files below a folder; raises ProgramFault for all that is something else.

    Paths are those below the folder, whole or from there.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, path: Path | str) -> bytes:
        """Return the content of a file of at most 64 MiB."""
        with self._opened(path, os.O_RDONLY) as descriptor, os.fdopen(os.dup(descriptor), "rb") as stream:
            content = stream.read(READ_LIMIT + 1)
        if len(content) > READ_LIMIT:
            raise ProgramFault(f"{self._shown(path)} is larger than {READ_LIMIT >> 20} MiB")
        return content

    def write(self, path: Path | str, content: bytes | str) -> None:
        """Make a file, or replace the content of one."""
        self._write(path, content.encode() if isinstance(content, str) else content)

    def copy(self, folder: Path | str, target: Path | str) -> None:
        """Copy a folder with all that is in it, at most 1000 files and folders, to one that is not there yet."""
        waiting, copied = [(self._root / folder, self._root / target)], 0
        while waiting:
            whence, whither = waiting.pop()
            with self._folder(whither.parent) as place:
                os.mkdir(whither.name, dir_fd=place)
            found = self.looks(whence)
            copied += len(found)
            if copied > COPY_LIMIT:
                raise ProgramFault(f"{self._shown(folder)} holds more than {COPY_LIMIT} files")
            for name, known in found.items():
                if stat.S_ISDIR(known.st_mode):
                    waiting.append((whence / name, whither / name))
                else:
                    self._write(whither / name, self.read(whence / name), mode=known.st_mode)

    def look(self, path: Path | str) -> os.stat_result | None:
        """Return what is known of whatever lies at a path, of a link itself; None if there is nothing, or no way."""
        parent, name = os.path.split(self._root / path)
        try:
            with self._folder(parent) as descriptor:
                return os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except (OSError, ProgramFault):
            return None

    def looks(self, folder: Path | str) -> dict[str, os.stat_result]:
        """Return the same of all that lies in a folder, by name."""
        with self._folder(folder) as descriptor:
            return dict(_known(descriptor))

    def _write(self, path: Path | str, content: bytes, *, mode: int = 0) -> None:
        with self._opened(path, os.O_WRONLY | os.O_CREAT) as descriptor, os.fdopen(os.dup(descriptor), "wb") as stream:
            stream.truncate()
            stream.write(content)
            if mode:
                os.fchmod(descriptor, mode & 0o777)

    @contextmanager
    def _opened(self, path: Path | str, flags: int) -> Generator[int]:
        """Open a plain file, by folders none of which is a link."""
        parent, name = os.path.split(self._root / path)
        with self._folder(parent) as folder, self._told(path, name, folder):
            descriptor = os.open(name, flags | _FILE, 0o666, dir_fd=folder)
            try:
                mode = os.fstat(descriptor).st_mode
                if not stat.S_ISREG(mode):
                    raise self._fault(path, mode)
                yield descriptor
            finally:
                os.close(descriptor)

    @contextmanager
    def _folder(self, path: Path | str) -> Generator[int]:
        # The folder itself is ours, and may be a link of ours into the place that a cell gives its programs.
        at, descriptor = self._root, os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in self._parts(path):
                at /= name
                with self._told(at, name, descriptor):
                    descriptor, above = os.open(name, _FOLDER, dir_fd=descriptor), descriptor
                os.close(above)
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def _told(self, path: Path | str, name: str, folder: int) -> Generator[None]:
        """Say of what cannot be opened what it is."""
        try:
            yield
        except OSError as problem:
            try:
                mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
            except OSError:
                raise ProgramFault(f"there is no {self._shown(path)}") from problem
            raise self._fault(path, mode, problem) from problem

    def _fault(self, path: Path | str, mode: int, problem: OSError | None = None) -> ProgramFault:
        kind = _KINDS.get(stat.S_IFMT(mode))
        if kind is None:
            return ProgramFault(f"{self._shown(path)} cannot be used: {problem.strerror if problem else 'no file'}")
        return ProgramFault(f"{self._shown(path)} is {kind}")

    def _parts(self, path: Path | str) -> tuple[str, ...]:
        parts = (self._root / path).relative_to(self._root).parts
        if os.pardir in parts:
            raise ValueError(f"`{path}` leads out of the folder")
        return parts

    def _shown(self, path: Path | str) -> str:
        return f"`{SCRATCH}/{(self._root / path).relative_to(self._root)}`"


def _known(folder: int) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # it was there a moment ago
                yield entry.name, entry.stat(follow_symlinks=False)

"""An archive that a stranger handed in, unpacked so that only plain files in plain folders come out of it."""

from __future__ import annotations

import bz2
import functools
import gzip
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from errno import EACCES, EDQUOT, EFBIG, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, EPERM, EROFS
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol, cast

from backend_katas.errors import ExitCode, KatasError
from backend_katas.exchange import readable
from backend_katas.intake import CAPS, Caps, TooMuch

_OPENERS: dict[str, Callable[[Path], Any]] = {
    ".tar": functools.partial(Path.open, mode="rb"),
    ".tar.gz": gzip.open,
    ".tgz": gzip.open,
    ".tar.bz2": bz2.open,
    ".tar.xz": lzma.open,
}
_ZIP = ".zip"
_MADE_BY_SYSTEMS = frozenset({"__MACOSX", ".DS_Store"})
_UNREADABLE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError,
    RuntimeError, ValueError, OverflowError, struct.error,
)  # fmt: skip
# What is wrong with this machine, and not with what was handed in.
_OURS = frozenset({EACCES, EDQUOT, EFBIG, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, EPERM, EROFS})
_READ = 1 << 20  # bytes at a time
_HEADERS = 1 << 20  # bytes that a tar may need to describe one member
_DIRECTORY = 4 << 20  # bytes that a zip may need to describe all of them
_END = b"PK\5\6"  # APPNOTE.TXT 4.3.16, the end of a zip's central directory: 22 bytes, and then a comment
_END_64 = b"PK\6\7"  # 4.3.15, the locator of the larger kind
_SHOWN = 120  # characters of a name


class _Content(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Member:
    """One entry of an archive: where it has to go, what it is, and how to read it."""

    name: str
    folder: bool
    plain: bool
    executable: bool
    content: Callable[[], _Content]


def is_archive(path: Path) -> bool:
    """Say whether a file's name is that of an archive which can be unpacked."""
    return bool(_ending(path))


def stem(path: Path) -> str:
    """Return the name of a folder, and that of an archive without its ending."""
    return (path.name if path.is_dir() else path.name.removesuffix(_ending(path))) or path.name


def folder_of(path: Path, place: Path) -> Path:
    """Return the folder of a submission: `path` itself, or what an archive there unpacks to in `place`, a new folder.

    Raises what `unpack` raises, and KatasError (exit code 2) for a file that is no archive.
    """
    if not path.is_file():
        return path
    if not is_archive(path):
        raise KatasError(
            f"`{_shown(path.name)}` is neither a folder nor an archive",
            f"archives are known by their names: {', '.join(f'`{ending}`' for ending in (_ZIP, *_OPENERS))}",
            exit_code=ExitCode.USAGE,
        )
    return unpack(path, place)


def unpack(archive: Path, place: Path, *, caps: Caps = CAPS) -> Path:
    """Unpack an archive into a new folder, and return the one that the submission is in: perhaps one below it.

    Links and devices stay behind, as intake would leave them. KatasError (exit code 5) for an archive that cannot be
    read, that wants out of its folder, or that holds more than `caps` allow, and (3) where this machine has no room;
    nothing is written outside of `place`.
    """
    place.mkdir()
    try:
        with ExitStack() as stack:
            members = _of_zip if _ending(archive).lower() == _ZIP else _of_tar
            _Unpacking(place, caps).take(members(archive, stack))
    except _UNREADABLE as problem:
        if isinstance(problem, OSError) and problem.errno in _OURS:
            raise KatasError(
                f"`{_shown(archive.name)}` cannot be unpacked to `{place}`: {(problem.strerror or '').lower()}",
                "is its disk full (`df -h`)? `TMPDIR` names another place for temporary files",
            ) from None
        why = (problem.strerror if isinstance(problem, OSError) else "") or str(problem) or type(problem).__name__
        raise KatasError(
            f"`{_shown(archive.name)}` cannot be unpacked: {readable(why, limit=2 * _SHOWN, keep='')}",
            "have it handed in anew, as a folder, `.zip`, `.tar` or `.tar.gz`",
            exit_code=ExitCode.NOTHING_TO_GRADE,
        ) from None
    return _innermost(place)


class _Unpacking:
    """One archive as it is unpacked; bytes are counted as they come, for what an archive says of them may be a lie."""

    def __init__(self, place: Path, caps: Caps) -> None:
        self._place = place
        self._caps = caps
        self._size = 0

    def take(self, members: Iterator[_Member]) -> None:
        for number, member in enumerate(members, 1):
            if number > self._caps.entries:
                raise TooMuch(f"it has more than {self._caps.entries} files and folders")
            way = _way(member.name)
            if way and member.plain and not _MADE_BY_SYSTEMS.intersection(way):
                self._make(member, way)

    def _make(self, member: _Member, way: tuple[str, ...]) -> None:
        if len(way) > self._caps.depth + 1:
            raise TooMuch(f"its folders are nested deeper than {self._caps.depth}: `{_shown('/'.join(way[:3]))}/…`")
        target = self._place.joinpath(*way)
        (target if member.folder else target.parent).mkdir(parents=True, exist_ok=True)
        if not member.folder:
            self._write(member, target)

    def _write(self, member: _Member, target: Path) -> None:
        with closing(member.content()) as content, target.open("xb") as file:
            while data := content.read(_READ):
                self._size += len(data)
                if self._size > self._caps.size:
                    raise TooMuch(f"it is larger than {self._caps.size >> 20} MiB when it is unpacked")
                file.write(data)
        target.chmod(0o755 if member.executable else 0o644)


class _Bounded:
    """A stream that gives no more than it is allowed to: a few packed bytes may be gigabytes of headers."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = _HEADERS

    def allow(self, size: int) -> None:
        """Let be read so many bytes and the headers of one member, counted from now."""
        self._left = size + _HEADERS

    def read(self, size: int, /) -> bytes:
        if size > self._left:
            raise ValueError(f"it describes a file by more than {_HEADERS >> 20} MiB")
        data = self._stream.read(size)
        self._left -= len(data)
        return data


def _of_tar(archive: Path, stack: ExitStack) -> Iterator[_Member]:
    stream = stack.enter_context(_OPENERS[_ending(archive).lower()](archive))
    bounded = _Bounded(stream)
    # As a stream, because only then is nothing read that was not asked for.
    packed = stack.enter_context(tarfile.TarFile.open(fileobj=cast("IO[bytes]", bounded), mode="r|"))
    while info := packed.next():
        bounded.allow(info.size)
        plain = info.isdir() or info.isreg()
        yield _Member(info.name, info.isdir(), plain, bool(info.mode & 0o111), functools.partial(_opened, packed, info))


def _opened(packed: tarfile.TarFile, info: tarfile.TarInfo) -> _Content:
    opened = packed.extractfile(info)
    if opened is None:
        raise ValueError(f"`{_shown(info.name)}` has no content")
    return opened


def _of_zip(archive: Path, stack: ExitStack) -> Iterator[_Member]:
    file = stack.enter_context(archive.open("rb"))
    _require_small_directory(file)
    packed = stack.enter_context(zipfile.ZipFile(file))
    for info in packed.infolist():
        mode = info.external_attr >> 16
        plain = stat.S_IFMT(mode) in {0, stat.S_IFREG, stat.S_IFDIR}

        yield _Member(info.filename, info.is_dir(), plain, bool(mode & 0o111), functools.partial(packed.open, info))


def _require_small_directory(file: IO[bytes]) -> None:
    """Raise TooMuch unless the list of a zip's members, which is read at once, is of a size that an honest one has."""
    file.seek(0, 2)
    room = 22 + 0xFFFF + 20
    file.seek(max(file.tell() - room, 0))
    tail = file.read(room)
    # As `zipfile` looks for it: without a comment at the very end, else the last one there is.
    at = len(tail) - 22 if tail[-22:-18] == _END and tail[-2:] == b"\0\0" else tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise ValueError("it is no zip, or not a whole one")
    size = struct.unpack_from("<L", tail, at + 12)[0]
    if size > _DIRECTORY or tail[max(at - 20, 0) : at].startswith(_END_64):
        raise TooMuch(f"the list of its files is longer than {_DIRECTORY >> 20} MiB")


def _way(name: str) -> tuple[str, ...]:
    """Return the folders and the name that a member's path leads through; ValueError where it leads out."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]) or "\0" in name:
        raise ValueError(f"`{_shown(name)}` leads out of it")
    return path.parts


def _innermost(place: Path) -> Path:
    """Step into a folder that is alone, for most archives hold the folder rather than what is in it."""
    inside = list(place.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else place


def _ending(path: Path) -> str:
    name = path.name.lower()
    found = max((ending for ending in (_ZIP, *_OPENERS) if name.endswith(ending)), key=len, default="")
    return path.name[len(path.name) - len(found) :] if found else ""


def _shown(text: str) -> str:
    return readable(text, limit=_SHOWN, keep="")

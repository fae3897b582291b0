"""What of this machine a confined program sees: the system and its toolchains, read-only, and next to no settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Where toolchains live that version managers have installed.
_TOOLCHAIN_VARIABLES = ("GOROOT", "JAVA_HOME", "NVM_DIR", "PYENV_ROOT", "RBENV_ROOT", "RUSTUP_HOME", "VOLTA_HOME")
_SYSTEM = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")
_SETTINGS = (
    "/etc/alternatives", "/etc/ca-certificates", "/etc/dotnet", "/etc/ld.so.cache", "/etc/localtime", "/etc/maven",
    "/etc/mime.types", "/etc/os-release", "/etc/php", "/etc/pki/tls/certs", "/etc/protocols", "/etc/services",
    "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/timezone",
)  # fmt: skip
_ONLINE = ("/etc/gai.conf", "/etc/host.conf", "/etc/resolv.conf")
# Folders with programs beside which credentials are kept.
_CLOSED = frozenset({".cargo", ".local"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Premises:
    """The grader's environment, and the folders that no program may see, such as a kata's graders and references.

    `soft_memory` is content with a limit on the memory of each process where there can be none for all together.
    `stack` is that of the submission, by which an image is found where there are images.
    """

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    hidden: tuple[Path, ...] = ()
    soft_memory: bool = False
    stack: str = ""


def binds(premises: Premises, *, for_others: bool) -> Iterator[str]:
    """Give bubblewrap's arguments for the read-only part of the machine.

    `for_others` keeps to what every user may read, for a program that runs as somebody else.
    """
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM:
        place = Path("/", name)
        if place.is_symlink():
            yield from ("--symlink", os.fspath(place.readlink()), f"/{name}")
        elif place.is_dir():
            yield from ("--ro-bind", f"/{name}", f"/{name}")
    for path in (*_SETTINGS, *map(str, Path("/etc").glob("java*"))):
        yield from ("--ro-bind-try", path, path)
    shown = tuple(toolchains(premises, for_others=for_others))
    for folder in shown:
        yield from ("--ro-bind", f"{folder}", f"{folder}")
    for folder in hidden(premises, shown):
        # A folder of its own in memory, too small for anything, over what it hides.
        yield from ("--perms", "0555", "--size", "4096", "--tmpfs", f"{folder}", "--remount-ro", f"{folder}")


def online() -> Iterator[str]:
    """Give bubblewrap's arguments for what names on the network are looked up by."""
    for path in _ONLINE:
        yield from ("--ro-bind-try", path, path)


def hidden(premises: Premises, shown: Iterable[Path]) -> Iterator[Path]:
    """Give the folders that would be seen but must not be: of those asked for, of the grader's own package too."""
    places = (Path("/usr"), *shown)
    for folder in (Path(__file__).parents[1], *premises.hidden):
        resolved = folder.resolve()
        if any(resolved.is_relative_to(place.resolve()) for place in places):
            yield resolved


def toolchains(premises: Premises, *, for_others: bool) -> Iterator[Path]:
    """Give the folders of toolchains outside of `/usr`: those on the `PATH` and those that a variable names.

    Never a home as a whole, and never the environment that the grader itself runs in.
    """
    environ = premises.environ
    home = Path(environ.get("HOME", "/nowhere"))
    named = [Path(value) for name in _TOOLCHAIN_VARIABLES if (value := environ.get(name))]
    on_path = [_installation(Path(entry)) for entry in environ.get("PATH", "").split(os.pathsep) if entry]
    given = {Path("/usr"), *(Path("/", name) for name in _SYSTEM)}
    for folder in sorted(path for path in (*named, *on_path) if path.is_absolute() and _is_folder(path)):
        wide = home.is_relative_to(folder) or Path(sys.prefix).is_relative_to(folder) or folder == Path("/")
        seen = any(folder.is_relative_to(other) for other in given)
        if not wide and not seen and (not for_others or _open_to_all(folder)):
            given.add(folder)
            yield folder


def _installation(folder: Path) -> Path:
    """Return the folder that a program needs beside it to run, such as Node's with `bin` and `lib`."""
    parent = folder.parent
    whole = folder.name == "bin" and _is_folder(parent / "lib") and parent.name not in _CLOSED
    return parent if whole else folder


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # in the home of somebody else
        return False


def _open_to_all(folder: Path) -> bool:
    try:
        return all(place.stat().st_mode & 0o001 for place in (folder, *folder.parents))
    except OSError:
        return False

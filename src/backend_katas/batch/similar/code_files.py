"""The files of a submission that its author may have written: no packages, nothing that tools make, nothing huge."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backend_katas.workspace import MADE_BY_TOOLS

LARGEST = 512 << 10  # bytes of a file
MOST = 1_000  # files of a submission
_LINE = 250  # bytes: an average beyond it is that of minified code
_HEAD = 2_000  # bytes in which a generator says its name
# Packages of others, and what belongs to a tool.
_OF_OTHERS = frozenset(
    {
        "bower_components", "env", "jspm_packages", "Pods", "site-packages", "third_party", "vendor", "venv",
        "wwwroot",
    }
)  # fmt: skip
# What builds make; also good names for folders of sources, so they count where nothing else is there.
_BUILT = frozenset({"bin", "build", "coverage", "dist", "generated", "obj", "out"})
_GENERATED_NAME = re.compile(
    r"\.min\.\w+$|[._-]bundle\.\w+$|\.pb\.go$|_pb2(_grpc)?\.pyi?$|_pb\.(js|d\.ts)$|\.designer\.cs$|\.g\.(cs|dart)$"
    r"|[._-]generated\.\w+$|[.-]lock(\.\w+)?$|^go\.(mod|sum)$|^(gradlew|mvnw)(\.\w+)?$",
    re.IGNORECASE,
)
# Go's rule (`go help generate`), and the mark that many other tools write.
_GENERATED_HEAD = re.compile(rb"code generated .*do not edit|@generated\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is to be read, as paths from the submission's folder, and what is not, by path, with the reason."""

    files: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def own_files(folder: Path) -> Found:
    """Return the files in a folder that may be somebody's own code, in the order of their names."""
    everything = sorted(_walk(folder, ""))
    outside = [name for name in everything if not _BUILT.intersection(name.split("/")[:-1])]
    files: list[str] = []
    left_out: list[tuple[str, str]] = []
    for name in outside or everything:
        if len(files) == MOST:
            left_out.append((name, f"there are more than {MOST} files"))
            break
        if why := _unfit(folder / name):
            left_out.append((name, why))
        else:
            files.append(name)
    return Found(files=tuple(files), left_out=tuple(left_out))


def _walk(folder: Path, way: str) -> Iterator[str]:
    with os.scandir(folder) as found:
        entries = list(found)
    made = MADE_BY_TOOLS(str(folder), [entry.name for entry in entries])
    for entry in entries:
        if entry.is_symlink() or entry.name in made or entry.name.startswith("."):
            continue
        if entry.is_dir() and entry.name not in _OF_OTHERS:
            yield from _walk(Path(entry.path), f"{way}{entry.name}/")
        elif entry.is_file() and not _GENERATED_NAME.search(entry.name):
            yield f"{way}{entry.name}"


def _unfit(path: Path) -> str:
    """Return why a file is not read, or nothing."""
    size = path.stat().st_size
    if size > LARGEST:
        return f"it is larger than {LARGEST >> 10} KiB"
    content = path.read_bytes()
    if b"\0" in content:
        return "it is binary"
    if size > _LINE * (content.count(b"\n") + content.count(b"\r") + 1):
        return "its lines are as long as those of minified code"
    return "it is generated" if _GENERATED_HEAD.search(content[:_HEAD]) else ""

"""A learner's folder: started from a kata's starter, with the hints taken and the last result kept in `.katas/`."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend_katas.catalogue import find_level, read_hints
from backend_katas.errors import ExitCode, KatasError, did_you_mean
from backend_katas.manifest import MANIFEST
from backend_katas.model import Kata, Level, Result, Status
from backend_katas.variants import filled_file
from backend_katas.workflow import WORKFLOW_PATH, workflow

_STATE = ".katas"
_FOR_THE_LEARNER = ("BRIEF.md", "openapi.yaml", "files")
MADE_BY_TOOLS = shutil.ignore_patterns("__pycache__", "*.pyc", ".venv", ".katas", "node_modules", "target")
"""What builds leave in a folder of ours when an author tries it in its place; made for `shutil.copytree`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One hint of a level: its number counted from 1, of how many, and its text."""

    level: Level
    number: int
    total: int
    text: str


def start(kata: Kata, folder: Path, *, stack: str = "", github: bool = False, name: str = "") -> list[Path]:
    """Put a kata's starter, brief and contract into `folder` and return the files made.

    `name` is how `kata.yaml` has to call the kata where its id alone is that of another pack's. All texts are those of
    the kata's variant, whose seed is in `kata.yaml`. Never overwrites: KatasError names the files in the way, and then
    nothing was written.
    """
    sources = dict(_sources(kata, _chosen_stack(kata, stack)))
    texts = {WORKFLOW_PATH: workflow(kata).encode()} if github else {}
    contents = {relative: _content(kata, relative, source, name) for relative, source in sources.items()} | texts
    targets = [folder / relative for relative in contents]
    if present := [target for target in targets if target.exists()]:
        listed = ", ".join(f"`{target.relative_to(folder)}`" for target in present[:5])
        raise KatasError(
            f"`{folder}` already has {listed}; nothing was written",
            f"give another folder: `katas start {name or kata.id} DIR`",
            exit_code=ExitCode.USAGE,
        )
    return _write_all(folder, contents, sources)


def next_hint(kata: Kata, folder: Path, level_name: str = "") -> Hint:
    """Return one more hint of a level than the last call did; the last one again when there are no more.

    Without a name: of the first level that the last run did not find passed.
    """
    level = find_level(kata, level_name) if level_name else _current_level(kata, folder)
    hints = read_hints(kata).get(level.id, ())
    if not hints:
        raise KatasError(f"`{kata.id}` has no hints for level `{level.id}`", "BRIEF.md lists the rules of each level")
    taken = _read_state(folder, "hints.json")
    number = min(int(taken.get(level.id, 0)) + 1, len(hints))
    _write_state(folder, "hints.json", {**taken, level.id: number})
    return Hint(level=level, number=number, total=len(hints), text=hints[number - 1])


def remember(folder: Path, result: Result) -> None:
    """Keep the levels' outcome for `katas hint`; a folder that cannot be written to forgets, and that is all.

    Of a level that was judged in part, as after `-k` or Ctrl-C, only a failure counts.
    """
    passed = _read_state(folder, "progress.json")
    for level in result.levels:
        checks = result.of_level(level)
        clean = all(check.status is Status.PASSED for check in checks)
        if not clean or sum(check.points for check in checks) == level.points:
            passed[level.id] = clean
    with suppress(KatasError):
        _write_state(folder, "progress.json", passed)


def _chosen_stack(kata: Kata, stack: str) -> str:
    if not kata.stacks:
        raise KatasError(f"`{kata.id}` has no starters")
    if stack and stack not in kata.stacks:
        known = ", ".join(f"`{name}`" for name in kata.stacks)
        raise KatasError(
            f"`{kata.id}` has no starter for `{stack}`",
            did_you_mean(stack, kata.stacks) or f"there are {known}; any language will do without one",
            exit_code=ExitCode.USAGE,
        )
    return stack or kata.stacks[0]


def _sources(kata: Kata, stack: str) -> Iterator[tuple[Path, Path]]:
    """Give each file's place in the new folder and where it comes from."""
    starter = kata.folder / "starters" / stack
    for root, entries in ((starter, [starter]), (kata.folder, [kata.folder / name for name in _FOR_THE_LEARNER])):
        for entry in entries:
            for path in [entry] if entry.is_file() else sorted(entry.rglob("*")):
                if path.is_file() and not _made_by_tools(path.relative_to(root)):
                    yield path.relative_to(root), path


def _content(kata: Kata, relative: Path, source: Path, name: str) -> bytes:
    content = source.read_bytes()
    if relative == Path(MANIFEST):
        text = content.decode()
        text = re.sub(r"^kata:.*", f"kata: {name}", text, flags=re.MULTILINE) if name else text
        seed = kata.variant.seed
        return (text if seed is None else f"{text.rstrip()}\nvariant: {{seed: {seed}}}\n").encode()
    return filled_file(content, kata.variant.values)


def _made_by_tools(relative: Path) -> bool:
    """Say so of a path within a starter: above it there may well be a `.venv`, in which we are installed."""
    return bool(MADE_BY_TOOLS("", list(relative.parts)))


def _write_all(folder: Path, contents: Mapping[Path, bytes], sources: Mapping[Path, Path]) -> list[Path]:
    made: list[Path] = []
    try:
        for relative, content in contents.items():
            target = folder / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            # "x" refuses a file that somebody made since we looked.
            with target.open("xb") as stream:
                made.append(target)
                stream.write(content)
            if relative in sources:
                shutil.copymode(sources[relative], target)
    except OSError as problem:
        for target in made:
            target.unlink(missing_ok=True)
        raise KatasError(
            f"cannot write `{problem.filename or folder}`: {problem.strerror}",
            "nothing was kept; choose a folder you may write to, on a disk that is not full",
        ) from None
    return made


def _current_level(kata: Kata, folder: Path) -> Level:
    passed = _read_state(folder, "progress.json")
    return next((level for level in kata.levels if not passed.get(level.id)), kata.levels[-1])


def _read_state(folder: Path, name: str) -> dict[str, int]:
    try:
        return dict(json.loads((folder / _STATE / name).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _write_state(folder: Path, name: str, document: dict[str, int]) -> None:
    path = folder / _STATE / name
    try:
        path.parent.mkdir(exist_ok=True)
        (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except OSError as problem:
        raise KatasError(f"cannot write `{path}`: {problem.strerror}") from None

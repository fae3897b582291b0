"""The code of a class: each submission taken in as for grading, read, and forgotten but for what is compared."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from backend_katas.batch.entries import Entry
from backend_katas.batch.progress import Teller
from backend_katas.batch.similar.code_files import own_files
from backend_katas.batch.similar.lexing import Lexing, Unread
from backend_katas.batch.similar.source import Code, Source
from backend_katas.errors import ExitCode, KatasError
from backend_katas.exchange import inert, readable
from backend_katas.intake import TooMuch, take_in
from backend_katas.model import Kata
from backend_katas.supervisor import Supervisor
from backend_katas.unpacking import unpack

MOST_TOKENS = 100_000
"""Tokens of a submission: some ten thousand lines."""
SECONDS = 60.0
"""What reading one submission may take; most take a tenth of one."""
_GIVEN = ("starters", "files")
_PROBLEM = 500  # characters


def read_given(kata: Kata, lexing: Lexing) -> Iterator[Source]:
    """Give the code that everybody was given: the starters in all stacks, and the kata's files."""
    folders = [kata.folder / name for name in _GIVEN if (kata.folder / name).is_dir()]
    for folder in folders:
        yield from _read(folder, lexing, [])


def read_class(
    entries: Sequence[Entry], lexing: Lexing, *, teller: Teller, showing: Collection[str] = ()
) -> Iterator[Code]:
    """Give the code of each submission; of those that are `showing`, also its lines as text."""
    with Supervisor() as supervisor, supervisor.folder("katas-similar-") as place:
        for entry in entries:
            teller.running([readable(entry.name, keep="")])
            code = _code(entry, place / "one", lexing, showing=entry.name in showing)
            teller.done(readable(entry.name, keep=""), code.problem or _words(code), well=not code.problem)
            yield code


def _code(entry: Entry, place: Path, lexing: Lexing, *, showing: bool) -> Code:
    if entry.problem:
        return Code(name=entry.name, problem=_harmless(entry.problem))
    place.mkdir()
    try:
        copy = place / "submission"
        take_in(entry.path if entry.path.is_dir() else unpack(entry.path, place / "unpacked"), copy)
        left_out: list[tuple[str, str]] = []
        sources = tuple(_read(copy, lexing, left_out))
        texts = {source.path: lines_of(copy / source.path) for source in sources} if showing else {}
    except KatasError as problem:
        if problem.exit_code is not ExitCode.NOTHING_TO_GRADE:
            raise
        return Code(name=entry.name, problem=_harmless(problem.in_a_line()))
    finally:
        shutil.rmtree(place, ignore_errors=True)
    told = tuple((_harmless(path), why) for path, why in left_out)
    problem = "" if sources else "there is no code in it that can be read"
    return Code(name=entry.name, sources=sources, left_out=told, problem=problem, texts=texts)


def lines_of(path: Path) -> list[str]:
    """Return the lines of a file as they are counted here."""
    return path.read_bytes().decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _read(folder: Path, lexing: Lexing, left_out: list[tuple[str, str]]) -> Iterator[Source]:
    """Give the sources in a folder, and add to `left_out` what is not read, with the reason."""
    found = own_files(folder)
    left_out += found.left_out
    began = time.monotonic()
    tokens = 0
    for name in found.files:
        try:
            source = lexing.read(folder, name)
        except Unread as unread:
            left_out.append((name, str(unread)))
            source = None
        tokens += len(source.tokens) if source else 0
        if tokens > MOST_TOKENS:
            raise TooMuch(f"it has more than {MOST_TOKENS} tokens of code")
        if time.monotonic() - began > SECONDS:
            raise TooMuch(f"its code takes more than {SECONDS:g} seconds to read")
        if source:
            yield source


def _words(code: Code) -> str:
    number = len(code.sources)
    files = f"{number} {'file' if number == 1 else 'files'}"
    return f"{files}, {len(code.left_out)} left out" if code.left_out else files


def _harmless(text: str) -> str:
    return inert(readable(text, limit=_PROBLEM, keep=""))

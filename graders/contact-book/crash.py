"""A long import into a book, and a kill at any moment of it."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.commandline import CommandLine, Run, Running
from backend_katas.errors import ProgramFault

from .book import Book
from .documents import write_csv
from .people import People, Person

ROWS = 5000
DOMAIN = ".".join(["d" * 60, "e" * 60, "f" * 60, "example.com"])
KILLED = 128 + 9  # the exit code of what SIGKILL has ended
PATIENCE = 60.0  # seconds for one import; a right program needs less than one
NAP = 0.0001  # seconds between two looks; a sleeper is woken sooner than a process that never rests


@dataclass(frozen=True, slots=True)
class Killed:
    """A book whose import was killed, or had just ended."""

    book: Book
    in_time: bool


class Crash:
    """A small book, a CSV of 5,000 long rows to import into it, and copies of the book to do it again and again.

    A write of many megabytes takes milliseconds, and meeting it is no matter of luck any more: one kind of kill comes
    as soon as the file begins to change, another at moments spread over the time that a whole import takes.
    """

    def __init__(
        self, cli: CommandLine, people: People, rng: random.Random, book: Book, columns: Sequence[str]
    ) -> None:
        self._cli = cli
        self._rng = rng
        self.old = [people.anyone() for _ in range(5)]
        self.new = [self._long_winded(people, number) for number in range(ROWS)]
        self._csv = cli.scratch / "people.csv"
        cli.files.write(self._csv, write_csv((person.row for person in self.new), columns=columns))
        self._origin = book.at("origin", "contacts.db")
        self._origin.fill(self.old)
        self._origin.content()
        self._copies = 0

    def _long_winded(self, people: People, number: int) -> Person:
        long = (f"{place}.{number}.".ljust(50, "x") + f"@{DOMAIN}" for place in range(2))
        return Person(name=people.name().ljust(80, "x"), emails=(people.email(), *long))

    def as_the_file_changes(self, times: int) -> Iterator[Killed]:
        """Kill an import as soon as the file at CONTACTS_FILE is another one, or has another size or time."""
        for _ in range(times):
            book = self._copy()
            before = self._look(book.path)
            yield self._kill(book, lambda path=book.path, before=before: self._look(path) != before)

    def as_anything_changes(self, times: int) -> Iterator[Killed]:
        """Kill an import as soon as any file beside the book changes or comes: a lock, a journal, a new book."""
        for _ in range(times):
            yield self._kill_after_first_change(0.0)

    def throughout(self, times: int) -> Iterator[Killed]:
        """Kill an import at moments spread over the time from the first change beside the book to the end."""
        duration = self._measure()
        for number in range(times):
            yield self._kill_after_first_change(duration * (number + self._rng.random()) / times)

    def names(self, listed: Run) -> list[str]:
        """Return the names in what `list` printed for people; the JSON would be too long to be read."""
        return sorted(line.partition("\t")[2].partition("\t")[0] for line in listed.lines)

    def _measure(self) -> float:
        """Import once to the end; return for how many seconds files had been changing by then."""
        book = self._copy()
        before = self._looks(book.path.parent)
        run = self._begin(book, until=lambda: self._looks(book.path.parent) != before)
        changed = time.monotonic()
        ended = run.wait(deadline=PATIENCE)
        assert ended.exit_code == 0, f"an import of {ROWS} rows went wrong when nobody killed it"
        return time.monotonic() - changed

    def _kill_after_first_change(self, pause: float) -> Killed:
        book = self._copy()
        before = self._looks(book.path.parent)
        return self._kill(book, lambda: self._looks(book.path.parent) != before, pause)

    def _kill(self, book: Book, is_due: Callable[[], bool], pause: float = 0.0) -> Killed:
        run = self._begin(book, until=is_due)
        time.sleep(pause)
        return Killed(book, run.kill().exit_code == KILLED)

    def _begin(self, book: Book, *, until: Callable[[], bool]) -> Running:
        """Begin an import and return at the moment for which is asked, or when it ends without that."""
        run, patience = book.start("import", str(self._csv)), time.monotonic() + PATIENCE
        while not until() and run.running and time.monotonic() < patience:
            time.sleep(NAP)
        return run

    def _copy(self) -> Book:
        self._copies += 1
        folder = self._cli.scratch / f"copy-{self._copies}"
        try:
            self._cli.files.copy(self._origin.path.parent, folder)
        except ProgramFault as problem:  # what no file is
            raise ProgramFault(f"the folder of the book cannot be copied: {problem}") from None
        return self._origin.at(folder / self._origin.path.name)

    def _look(self, path: Path) -> tuple[int, int, int] | None:
        """Return what tells one state of a file from another without reading it; None if it is not there."""
        found = self._cli.files.look(path)
        return found and _state(found)

    def _looks(self, folder: Path) -> dict[str, tuple[int, int, int]]:
        return {name: _state(found) for name, found in self._cli.files.looks(folder).items()}


def _state(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_size, found.st_mtime_ns

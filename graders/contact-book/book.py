"""A book as checks use it: a path, and the commands that lead up to what a check is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from backend_katas.commandline import CommandLine, Run, Running
from backend_katas.errors import ProgramFault

from .contacts import Contact, Contacts
from .documents import write_csv
from .people import Person


class Book:
    """The book at one path; without a path the one that the check's environment names.

    `reader` reads its contacts, `columns` are those of the CSV files that it reads itself.
    """

    def __init__(self, cli: CommandLine, reader: Contacts, columns: Sequence[str], path: Path | None = None) -> None:
        self._cli = cli
        self._reader = reader
        self._columns = columns
        self.path = path or Path(cli.environment["CONTACTS_FILE"])
        self._options: dict[str, Any] = {"environment": {"CONTACTS_FILE": path}} if path else {}

    def at(self, *parts: str | Path) -> Book:
        """Return the book at another path in the check's folder."""
        return Book(self._cli, self._reader, self._columns, self._cli.scratch.joinpath(*parts))

    def run(self, *arguments: str, **options: Any) -> Run:
        """Call a command on this book."""
        return self._cli(*arguments, **self._options, **options)

    def start(self, *arguments: str, **options: Any) -> Running:
        """Begin a command on this book."""
        return self._cli.start(*arguments, **self._options, **options)

    def each(self, *calls: Iterable[str], **options: Any) -> list[Run]:
        """Call several commands side by side, which is for those that only look, or are refused before they look."""
        return self._cli.together([tuple(call) for call in calls], **self._options, **options)

    def done(self, *arguments: str, **options: Any) -> Run:
        """Call a command that must work before the check can go on."""
        run = self.run(*arguments, **options)
        assert run.exit_code == 0, f"`{arguments[0]}` went wrong before the check could go on"
        return run

    def add(self, *people: Person) -> list[str]:
        """Add people, one after the other, and return their ids."""
        return [_only_word(self.done("add", *person.arguments)) for person in people]

    def fill(self, people: Iterable[Person]) -> None:
        """Import people in one go."""
        rows = [person.row for person in people]
        self.done("import", "-", stdin=write_csv(rows, columns=self._columns), deadline=60)

    def contacts(self, *options: str) -> list[Contact]:
        """Return what `list --json` prints."""
        return self._reader.contacts_in(self.done("list", "--json", *options))

    def people(self, *options: str) -> list[Person]:
        """Return who is in the book, in the order of the list."""
        return [contact.person for contact in self.contacts(*options)]

    def names(self, *options: str) -> list[str]:
        """Return the names in the book, in the order of the list."""
        return [person.name for person in self.people(*options)]

    def contact(self, identity: str) -> Contact:
        """Return the contact with an id, as `list --json` has it."""
        return self._reader.with_id(self.contacts(), identity)

    def content(self) -> bytes:
        """Return the bytes of the file."""
        if not self._cli.files.look(self.path):
            raise ProgramFault("there is no file at `CONTACTS_FILE`")
        return self._cli.files.read(self.path)

    def replace(self, content: bytes) -> None:
        """Put other bytes into the file."""
        self._cli.files.write(self.path, content)

    def beside(self, name: str, content: bytes) -> Path:
        """Put a file beside the book and return its path."""
        file = self.path.with_name(name)
        self._cli.files.write(file, content)
        return file


def _only_word(run: Run) -> str:
    words = run.stdout.split()
    if len(words) != 1:
        raise ProgramFault(f"`add` printed {len(words)} words, where the id stands alone")
    return words[0]

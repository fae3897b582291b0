"""The file that keeps a book: one JSON document, replaced as a whole.

Contacts and history are in one file, because two files cannot be replaced in one step.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contact_book.book import Book, Change
from contact_book.contact import Contact
from contact_book.lock import locked
from contact_book.refusals import StoreTrouble

FORMAT = "contact-book 1"


class Store:
    """A book on disk. Readers need no lock: the path always leads to a whole book, the old one or the new one."""

    def __init__(self, path: Path):
        self._path = Path(os.path.realpath(path))  # a link stays a link: what it leads to is replaced

    def read(self) -> Book:
        """Return the book, empty if there is no file yet; raise StoreTrouble if the file is no book."""
        try:
            return _book(json.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return Book()
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no contact book"
            raise StoreTrouble(f"cannot read `{self._path}`: {reason}") from None

    @contextmanager
    def change(self) -> Iterator[Book]:
        """Hand out the book and write it back, alone with it; if the block raises, nothing is written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with locked(self._beside(".lock")):
                book = self.read()
                yield book
                if book.changed:
                    self._write(json.dumps(_document(book), ensure_ascii=False).encode() + b"\n")
        except OSError as error:
            raise StoreTrouble(f"cannot write `{self._path}`: {error.strerror}") from None

    def _write(self, data: bytes) -> None:
        """Put a new file in the place of the old one, in one step; until then the old one is whole.

        Without fsync the step could reach the disk before the data does, and a power cut would leave an empty file.
        """
        new = self._beside(".new")  # a fixed name: the lock keeps others away, and a killed writer leaves one at most
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if self._path.exists():
            new.chmod(self._path.stat().st_mode)
        new.replace(self._path)
        _sync_folder(self._path.parent)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)


def _sync_folder(folder: Path) -> None:
    """Make sure that the new name is on the disk too; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _document(book: Book) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "next_id": book.next_id,
        "contacts": [vars(contact) for contact in book.contacts.values()],
        "history": [
            {"what": change.what, "before": {key: contact and vars(contact) for key, contact in change.before.items()}}
            for change in book.history
        ],
    }


def _book(document: Any) -> Book:
    """Read a document; anything that `_document` cannot have written raises one of the errors that `read` expects."""
    contacts = [Contact.from_document(contact) for contact in document["contacts"]]
    history = [Change(str(change["what"]), _before(change["before"])) for change in document["history"]]
    if document["format"] != FORMAT or any(int(contact.id) >= document["next_id"] for contact in contacts):
        raise ValueError(document["format"])
    return Book(contacts, document["next_id"], history)


def _before(document: dict[str, Any]) -> dict[str, Any]:
    return {str(int(key)): contact and Contact.from_document(contact) for key, contact in document.items()}

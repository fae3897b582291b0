"""The file that keeps a book: one JSON document, replaced as a whole.

Contacts and history are in one file, because two files cannot be replaced in one step.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from contact_book.book import Book, Change
from contact_book.contact import Contact
from contact_book.lock import locked
from contact_book.refusals import StoreTrouble

FORMAT = "contact-book 1"


class Store:
    """A book on disk. Readers need no lock: the path always leads to a whole book, the old one or the new one."""

    def __init__(self, path: str):
        self._path = os.path.realpath(path)  # a link stays a link: what it leads to is replaced

    def read(self) -> Book:
        """Return the book, empty if there is no file yet; raise StoreTrouble if the file is no book."""
        try:
            with open(self._path, "rb") as file:
                return _book(json.load(file))
        except FileNotFoundError:
            return Book()
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no contact book"
            raise StoreTrouble(f"cannot read `{self._path}`: {reason}") from None

    @contextmanager
    def change(self) -> Iterator[Book]:
        """Hand out the book and write it back, alone with it; if the block raises, nothing is written."""
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            with locked(self._path + ".lock"):
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
        new = self._path + ".new"  # a fixed name: the lock keeps others away, and a killed writer leaves one at most
        with open(new, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(self._path):
            os.chmod(new, os.stat(self._path).st_mode)
        os.replace(new, self._path)
        _sync_folder(os.path.dirname(self._path))


def _sync_folder(folder: str) -> None:
    """Make sure that the new name is on the disk too; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _document(book: Book) -> dict[str, object]:
    return {
        "format": FORMAT,
        "next_id": book.next_id,
        "contacts": [contact._asdict() for contact in book.contacts.values()],
        "history": [
            {"what": change.what, "before": {key: old and old._asdict() for key, old in change.before.items()}}
            for change in book.history
        ],
    }


def _book(document: dict) -> Book:
    """Read a document; anything that `_document` cannot have written raises one of the errors that `read` expects."""
    contacts = [Contact.from_document(contact) for contact in document["contacts"]]
    history = [Change(str(change["what"]), _before(change["before"])) for change in document["history"]]
    if document["format"] != FORMAT or any(int(contact.id) >= document["next_id"] for contact in contacts):
        raise ValueError(document["format"])
    return Book(contacts, document["next_id"], history)


def _before(document: dict) -> dict[str, Contact | None]:
    return {str(int(key)): contact and Contact.from_document(contact) for key, contact in document.items()}

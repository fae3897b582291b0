"""The book: all contacts, what has changed, and how to take it back. It knows nothing of files and arguments."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable

from contact_book.contact import Contact, Details, address, now
from contact_book.edit import Edit
from contact_book.refusals import Conflict, Invalid, NotFound, Refusal
from contact_book.text import fold, one_line, quoted


class Change(namedtuple("Change", ["what", "before"])):
    """What was done, and by its id each contact it touched as it was before: None where there was none."""

    __slots__ = ()


class Row(namedtuple("Row", ["line", "content"])):
    """A row of an imported file: the line it begins at, and what it says (Details) or why it cannot be taken (Invalid)."""

    __slots__ = ()

    def details(self) -> Details:
        """Return what the row says, or raise Invalid."""
        if isinstance(self.content, Invalid):
            raise self.content
        return self.content


class Book:
    """Contacts by id. Ids count up, and none is used again, whatever is deleted or undone."""

    def __init__(self, contacts: Iterable[Contact] = (), next_id: int = 1, history: Iterable[Change] = ()):
        self.contacts = {contact.id: contact for contact in contacts}
        self.next_id = next_id
        self.history = list(history)
        self.changed = False
        self._owners = {address(email): contact.id for contact in self.contacts.values() for email in contact.emails}

    def find(self, contact_id: str) -> Contact:
        """Return a contact, or raise NotFound."""
        if contact_id not in self.contacts:
            raise NotFound(f"there is no contact {quoted(contact_id)}")
        return self.contacts[contact_id]

    def by_name(self) -> list[Contact]:
        """Return all contacts by folded name, equal ones by time of creation."""
        return sorted(self.contacts.values(), key=lambda contact: (fold(contact.name), *_age(contact)))

    def by_age(self) -> list[Contact]:
        """Return all contacts, the oldest first."""
        return sorted(self.contacts.values(), key=_age)

    def add(self, details: Details) -> Contact:
        """Add a contact, or raise Conflict."""
        contact = self._create(details)
        self._record(f"added {one_line(contact.name)}", {contact.id: None})
        return contact

    def add_all(self, rows: Iterable[Row]) -> tuple[int, list[str]]:
        """Add what can be added, as one change; return how many contacts these are, and what is wrong with the rest."""
        added: dict[str, Contact | None] = {}
        problems: list[str] = []
        for row in rows:
            try:
                added[self._create(row.details()).id] = None
            except Refusal as refusal:
                problems.append(f"line {row.line}: {refusal}")
        if added:
            self._record(f"imported {len(added)}", added)
        return len(added), problems

    def edit(self, contact_id: str, edit: Edit) -> None:
        """Change a contact, or raise NotFound, Conflict or Invalid; what leaves it as it was is no change."""
        contact = self.find(contact_id)
        edited = contact._replace(**edit.applied_to(contact)._asdict())
        self._refuse_taken(edited)
        if edited != contact:
            self._put(contact_id, edited._replace(updated_at=now()))
            self._record(f"edited {one_line(contact.name)}", {contact_id: contact})

    def delete(self, contact_id: str) -> None:
        """Remove a contact, or raise NotFound."""
        contact = self.find(contact_id)
        self._put(contact_id, None)
        self._record(f"deleted {one_line(contact.name)}", {contact_id: contact})

    def undo(self) -> str:
        """Take back the last change and return what it was, or raise NotFound."""
        if not self.history:
            raise NotFound("there is nothing to undo")
        change = self.history.pop()
        for contact_id, contact in change.before.items():
            self._put(contact_id, contact)
        self.changed = True
        return change.what

    def _create(self, details: Details) -> Contact:
        contact = Contact.new(str(self.next_id), details)
        self._refuse_taken(contact)
        self.next_id += 1
        self._put(contact.id, contact)
        return contact

    def _refuse_taken(self, contact: Contact) -> None:
        for email in contact.emails:
            owner = self._owners.get(address(email), contact.id)
            if owner != contact.id:
                raise Conflict(f"email {quoted(email)} belongs to contact {owner}")

    def _put(self, contact_id: str, contact: Contact | None) -> None:
        """Let a contact be as given, or not be, and keep track of who owns which address."""
        before = self.contacts.pop(contact_id, None)
        for email in before.emails if before else ():
            self._owners.pop(address(email), None)
        if contact:
            self.contacts[contact_id] = contact
            self._owners.update({address(email): contact_id for email in contact.emails})

    def _record(self, what: str, before: dict[str, Contact | None]) -> None:
        self.history.append(Change(what, before))
        self.changed = True


def _age(contact: Contact) -> tuple[str, int]:
    """Sort by time of creation; of two in one microsecond the lower id came first."""
    return contact.created_at, int(contact.id)

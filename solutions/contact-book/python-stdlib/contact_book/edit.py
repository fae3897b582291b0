"""What `edit` changes about a contact: only what its options name."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable

from contact_book.contact import Contact, Details, Values, address


class Amendment(namedtuple("Amendment", ["removed", "added"])):
    """Values to take out of a list, and values to put at its end."""

    __slots__ = ()

    @classmethod
    def of(cls, rule: Callable[[str], str], *, removed: Iterable[str], added: Iterable[str]) -> Amendment:
        """Check what is added; what is removed may be anything."""
        return cls(tuple(value.strip() for value in removed), tuple(map(rule, added)))

    def applied_to(self, values: Values, *, same: Callable[[str], str] = str) -> Values:
        """Return the amended list; `same` turns values that count as one into one."""
        gone = set(map(same, self.removed))
        return tuple(value for value in values if same(value) not in gone) + self.added


class Edit(namedtuple("Edit", ["name", "emails", "phones", "tags"])):
    """A new name, or None, and an Amendment of each list."""

    __slots__ = ()

    def applied_to(self, contact: Contact) -> Details:
        """Return the details that the contact has afterwards."""
        return Details.of(
            contact.name if self.name is None else self.name,
            self.emails.applied_to(contact.emails, same=address),
            self.phones.applied_to(contact.phones),
            self.tags.applied_to(contact.tags),
        )

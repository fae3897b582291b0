"""What `edit` changes about a contact: only what its options name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contact_book.contact import Contact, Details, Values, address


@dataclass(frozen=True)
class Amendment:
    """Values to take out of a list, and values to put at its end."""

    removed: Values
    added: Values

    @classmethod
    def of(cls, rule: Callable[[str], str], *, removed: Iterable[str], added: Iterable[str]) -> Amendment:
        """Check what is added; what is removed may be anything."""
        return cls(tuple(value.strip() for value in removed), tuple(map(rule, added)))

    def applied_to(self, values: Values, *, same: Callable[[str], str] = str) -> Values:
        """Return the amended list; `same` turns values that count as one into one."""
        gone = set(map(same, self.removed))
        return tuple(value for value in values if same(value) not in gone) + self.added


@dataclass(frozen=True)
class Edit:
    """A new name, or None, and what becomes of the lists."""

    name: str | None
    emails: Amendment
    phones: Amendment
    tags: Amendment

    def applied_to(self, contact: Contact) -> Details:
        """Return the details that the contact has afterwards."""
        return Details.of(
            contact.name if self.name is None else self.name,
            self.emails.applied_to(contact.emails, same=address),
            self.phones.applied_to(contact.phones),
            self.tags.applied_to(contact.tags),
        )

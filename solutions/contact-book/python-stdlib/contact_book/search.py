"""Which contacts have a text in them, whatever its case and marks."""

from __future__ import annotations

from collections.abc import Iterable

from contact_book.contact import Contact
from contact_book.text import fold

FIELDS = {
    "name": lambda contact: (contact.name,),
    "email": lambda contact: contact.emails,
    "phone": lambda contact: contact.phones,
    "tag": lambda contact: contact.tags,
}


def search(contacts: Iterable[Contact], text: str, field: str | None = None) -> list[Contact]:
    """Return the contacts with the text in a field, or in any; their order stays."""
    needle = fold(text)
    fields = [FIELDS[field]] if field else FIELDS.values()
    return [contact for contact in contacts if any(needle in fold(value) for look in fields for value in look(contact))]

"""Contacts as JSON (RFC 8259)."""

import json
from collections.abc import Iterable

from contact_book.contact import Contact

# What others read has names of its own: the fields of a contact may be called otherwise one day.
MEMBERS = ("id", "name", "emails", "phones", "tags", "created_at", "updated_at")


def one(contact: Contact) -> str:
    """Return a contact as an object, on one line."""
    return json.dumps(dict(zip(MEMBERS, contact)), ensure_ascii=False)


def export(contacts: Iterable[Contact]) -> str:
    """Return an array with a line for each contact."""
    lines = ",\n".join(map(one, contacts))
    return f"[\n{lines}\n]\n" if lines else "[]\n"

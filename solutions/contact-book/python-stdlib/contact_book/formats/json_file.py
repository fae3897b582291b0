"""Contacts as JSON (RFC 8259)."""

import json
from collections.abc import Iterable

from contact_book.contact import Contact


def one(contact: Contact) -> str:
    """Return a contact as an object, on one line."""
    return json.dumps(contact._asdict(), ensure_ascii=False)


def export(contacts: Iterable[Contact]) -> str:
    """Return an array with a line for each contact."""
    lines = ",\n".join(map(one, contacts))
    return f"[\n{lines}\n]\n" if lines else "[]\n"

"""Contacts as vCards, version 4.0 (RFC 6350)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from contact_book.contact import Contact
from contact_book.text import one_line

LIMIT = 75  # bytes on a line without its end, RFC 6350 section 3.2


def export(contacts: Iterable[Contact]) -> str:
    """Write a card for each contact; lines end with CRLF."""
    return "".join(fold_line(line) + "\r\n" for contact in contacts for line in _card(contact))


def escape(text: str) -> str:
    """Escape what has a meaning of its own in a text (section 3.4); other control characters have no place there."""
    escaped = re.sub(r"([\\,;])", r"\\\1", text)
    return one_line(re.sub(r"\r\n|\r|\n", r"\\n", escaped))


def fold_line(line: str) -> str:
    """Break a line that is too long; each further piece begins with a blank, and no character is cut in two."""
    pieces, length = [""], 0
    for character in line:
        length += len(character.encode())
        if length > LIMIT:
            pieces.append(" ")
            length = 1 + len(character.encode())
        pieces[-1] += character
    return "\r\n".join(pieces)


def _card(contact: Contact) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield f"FN:{escape(contact.name)}"
    for email in contact.emails:
        yield f"EMAIL:{escape(email)}"
    for phone in contact.phones:
        yield f"TEL:{escape(phone)}"
    if contact.tags:
        yield "CATEGORIES:" + ",".join(map(escape, contact.tags))
    yield "END:VCARD"

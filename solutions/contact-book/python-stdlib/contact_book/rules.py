"""What a name, an e-mail address, a phone number and a tag must be. Each rule returns the trimmed text or refuses."""

import re

from contact_book.refusals import Invalid
from contact_book.text import quoted

# Compiled when they are first needed, which for most commands is never.
EMAIL = r"[^@\s;\x00-\x1f\x7f-\x9f]+@[^@.\s;\x00-\x1f\x7f-\x9f]+(\.[^@.\s;\x00-\x1f\x7f-\x9f]+)+"
PHONE = r"[0-9+(). -]+"


def name(text: str) -> str:
    """A name has 1 to 200 characters after trimming."""
    trimmed = text.strip()
    if not trimmed:
        raise Invalid("the name is blank")
    if len(trimmed) > 200:
        raise Invalid(f"invalid name {quoted(trimmed)}: {len(trimmed)} characters, at most 200 are allowed")
    return trimmed


def email(text: str) -> str:
    """An address has one `@`, a domain with a dot, and at most 254 bytes."""
    trimmed = text.strip()
    if not re.fullmatch(EMAIL, trimmed) or len(trimmed.encode()) > 254:
        raise Invalid(f"invalid email {quoted(trimmed)}")
    return trimmed


def phone(text: str) -> str:
    """A number has 5 to 15 digits, which `+ ( ) - .` and blanks may group."""
    trimmed = text.strip()
    digits = sum(character.isdigit() for character in trimmed)
    if not re.fullmatch(PHONE, trimmed) or not 5 <= digits <= 15:
        raise Invalid(f"invalid phone {quoted(trimmed)}")
    return trimmed


def tag(text: str) -> str:
    """A tag is not blank, and has no `;`, which separates tags in a CSV cell."""
    trimmed = text.strip()
    if not trimmed or ";" in trimmed:
        raise Invalid(f"invalid tag {quoted(trimmed)}")
    return trimmed

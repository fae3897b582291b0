"""What a name, an e-mail address, a phone number and a tag must be. Each rule returns the trimmed text or refuses."""

import re

from contact_book.refusals import Invalid
from contact_book.text import quoted

LONGEST_NAME = 200
FEWEST_DIGITS, MOST_DIGITS = 5, 15
# Compiled when they are first needed, which for most commands is never.
EMAIL = r"[^@\s;\x00-\x1f\x7f-\x9f]+@[^@.\s;\x00-\x1f\x7f-\x9f]+(\.[^@.\s;\x00-\x1f\x7f-\x9f]+)+"
PHONE = r"[0-9+(). -]+"


def name(text: str) -> str:
    """A name has at least one character after trimming, and not too many."""
    trimmed = text.strip()
    if not trimmed:
        raise Invalid("the name is blank")
    if len(trimmed) > LONGEST_NAME:
        raise Invalid(f"invalid name {quoted(trimmed)}: {len(trimmed)} characters, at most {LONGEST_NAME} are allowed")
    return trimmed


def email(text: str) -> str:
    """An address has one `@`, a domain with a dot, and at most 254 bytes."""
    trimmed = text.strip()
    if not re.fullmatch(EMAIL, trimmed) or len(trimmed.encode()) > 254:
        raise Invalid(f"invalid email {quoted(trimmed)}")
    return trimmed


def phone(text: str) -> str:
    """A number has neither too few digits nor too many, which `+ ( ) - .` and blanks may group."""
    trimmed = text.strip()
    digits = sum(character.isdigit() for character in trimmed)
    if not re.fullmatch(PHONE, trimmed) or not FEWEST_DIGITS <= digits <= MOST_DIGITS:
        raise Invalid(f"invalid phone {quoted(trimmed)}")
    return trimmed


def tag(text: str) -> str:
    """A tag is not blank, and has no `;`, which separates tags in a CSV cell."""
    trimmed = text.strip()
    if not trimmed or ";" in trimmed:
        raise Invalid(f"invalid tag {quoted(trimmed)}")
    return trimmed

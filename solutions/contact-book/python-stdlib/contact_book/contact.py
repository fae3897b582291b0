"""A contact: what people say about it, and what the book adds to that."""

from __future__ import annotations

import time
from collections import namedtuple
from collections.abc import Iterable

from contact_book import rules

Values = tuple[str, ...]


class Details(namedtuple("Details", ["name", "emails", "phones", "tags"])):
    """What people say about a contact, checked: a name, and tuples of texts."""

    __slots__ = ()

    @classmethod
    def of(cls, name: str, emails: Iterable[str] = (), phones: Iterable[str] = (), tags: Iterable[str] = ()) -> Details:
        """Check every value, or raise Invalid; an address that comes twice is kept once."""
        return cls(
            rules.name(name),
            without_repetitions(map(rules.email, emails)),
            tuple(map(rules.phone, phones)),
            tuple(map(rules.tag, tags)),
        )


class Contact(namedtuple("Contact", ["id", *Details._fields, "created_at", "updated_at"])):
    """A contact as it is kept. Times are RFC 3339 in UTC, all of one length, so they sort as text."""

    __slots__ = ()

    @classmethod
    def new(cls, contact_id: str, details: Details) -> Contact:
        """Make a contact that begins now."""
        moment = now()
        return cls(contact_id, *details, created_at=moment, updated_at=moment)

    @classmethod
    def from_document(cls, document: dict[str, object]) -> Contact:
        """Read what `_asdict` of a contact became in JSON; anything else raises TypeError, KeyError or ValueError."""
        texts = {key: _text(document[key]) for key in ("id", "name", "created_at", "updated_at")}
        lists = {key: tuple(map(_text, document[key])) for key in ("emails", "phones", "tags")}
        return cls(**texts, **lists)


def address(email: str) -> str:
    """Return what all spellings of one address have in common."""
    return email.casefold()


def without_repetitions(emails: Iterable[str]) -> Values:
    """Keep the first spelling of each address."""
    first: dict[str, str] = {}
    for email in emails:
        first.setdefault(address(email), email)
    return tuple(first.values())


def now() -> str:
    """Return the time with microseconds, as `2026-03-01T09:30:00.250000Z`."""
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{nanoseconds // 1000:06}Z"


def _text(value: object) -> str:
    """Return a text that can be written as UTF-8; JSON can hold halves of a surrogate pair, which cannot."""
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()
    return value

"""Contacts that a program printed as JSON, read strictly: what is not as the brief has it is the program's fault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend_katas.commandline import Run
from backend_katas.errors import ProgramFault
from backend_katas.strictjson import JsonObject, of_kind

from .people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact with all its members; two are equal if every one is."""

    id: str
    person: Person
    created_at: str
    updated_at: str

    @property
    def created(self) -> datetime:
        """When it was created."""
        return _time(self.created_at, "the time of creation")

    @property
    def updated(self) -> datetime:
        """When it was last changed."""
        return _time(self.updated_at, "`updated_at`")


class Contacts:
    """Reads contacts whose time of creation is called as this variant's brief calls it."""

    def __init__(self, created_member: str) -> None:
        self._created_member = created_member

    def contact_from(self, member: JsonObject) -> Contact:
        """Return a contact from its JSON; an id that is a number is the same as text."""
        person = Person(
            name=member.member("name", str),
            emails=_texts(member, "emails"),
            phones=_texts(member, "phones"),
            tags=_texts(member, "tags"),
        )
        return Contact(
            id=str(member.member("id", str | int)),
            person=person,
            created_at=member.member(self._created_member, str),
            updated_at=member.member("updated_at", str),
        )

    def contacts_in(self, run: Run) -> list[Contact]:
        """Return the contacts of the array that a run printed."""
        return [self.contact_from(member) for member in _members(run)]

    def names_in(self, run: Run) -> list[str]:
        """Return the names of the contacts in the array that a run printed."""
        return [member.member("name", str) for member in _members(run)]

    def with_id(self, contacts: Iterable[Contact], identity: str) -> Contact:
        """Return the contact with an id that `add` printed."""
        for contact in contacts:
            if contact.id == identity:
                return contact
        raise ProgramFault(f"`list --json` has no contact with the id `{identity[:80]}`, which `add` printed")


def _members(run: Run) -> list[JsonObject]:
    return [of_kind(member, JsonObject, f"`[{place}]`") for place, member in enumerate(run.array())]


def _texts(contact: JsonObject, name: str) -> tuple[str, ...]:
    values = contact.member(name, list)
    return tuple(of_kind(value, str, f"`{name}[{place}]`") for place, value in enumerate(values))


def _time(text: str, name: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or "T" not in text.upper() or time.utcoffset() != timedelta(0):
        raise ProgramFault(f"{name} is no RFC 3339 time in UTC: `{text[:40]}`")
    return time

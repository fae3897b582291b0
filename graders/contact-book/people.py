"""People to put into a book, drawn from the check's random values, and how each is written as arguments and as CSV."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is given to `add`, and what has to come back."""

    name: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def arguments(self) -> list[str]:
        """The options of `add`."""
        # Behind an equals sign a name may begin with a dash.
        words = [f"--name={self.name}"]
        for option, values in (("--email", self.emails), ("--phone", self.phones), ("--tag", self.tags)):
            words += [word for value in values for word in (option, value)]
        return words

    @property
    def row(self) -> list[str]:
        """The cells of a row in a CSV with columns for the name, e-mails, phones and tags."""
        return [self.name, *(";".join(values) for values in (self.emails, self.phones, self.tags))]


class People:
    """A source of people whom the program cannot know beforehand; no two have a name or an address in common."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._drawn: set[str] = set()

    def named(self, name: str, **values: tuple[str, ...]) -> Person:
        """Return somebody with this name, and with nothing else that is not given."""
        return Person(name=name, **values)

    def word(self, length: int = 8) -> str:
        """Return lower-case letters that were not drawn before."""
        while (word := "".join(self._rng.choices(string.ascii_lowercase, k=length))) in self._drawn:
            pass
        self._drawn.add(word)
        return word

    def name(self) -> str:
        """Return a name of two plain words."""
        return f"{self.word().title()} {self.word().title()}"

    def email(self) -> str:
        """Return a plain address."""
        return f"{self.word()}.{self.word(4)}@{self.word(6)}.example.com"

    def phone(self) -> str:
        """Return a phone number as people write them."""
        number = f"{self._rng.randrange(10**9):09}"
        return f"+44 ({number[:2]}) {number[2:5]}-{number[5:]}"

    def anyone(self, *, emails: int = 1, phones: int = 1, tags: int = 1) -> Person:
        """Return somebody with so many e-mails, phones and tags."""
        return Person(
            name=self.name(),
            emails=tuple(self.email() for _ in range(emails)),
            phones=tuple(self.phone() for _ in range(phones)),
            tags=tuple(self.word() for _ in range(tags)),
        )

    def crowd(self, number: int) -> list[Person]:
        """Return people for a long file; each has one e-mail, one phone and three tags."""
        return [self.anyone(tags=3) for _ in range(number)]

"""What the checks of contact-book share: a book, people to put into it, and documents read from outside."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace

import pytest

from backend_katas.commandline import CommandLine

from . import documents as _documents
from .book import Book
from .contacts import Contacts
from .crash import Crash
from .people import People


@pytest.fixture
def columns(variant: Mapping[str, str]) -> tuple[str, ...]:
    """The columns of a CSV, as this variant's brief calls them."""
    return "name", "email", "phone", variant["tags_column"]


@pytest.fixture
def book(cli: CommandLine, contacts: Contacts, columns: tuple[str, ...]) -> Book:
    """The book of this check; it is not there yet."""
    return Book(cli, contacts, columns)


@pytest.fixture
def people(rng: random.Random) -> People:
    """A source of people."""
    return People(rng)


@pytest.fixture
def contacts(variant: Mapping[str, str]) -> Contacts:
    """Readers of contacts in JSON."""
    return Contacts(variant["created_member"])


@pytest.fixture
def documents(columns: tuple[str, ...]) -> SimpleNamespace:
    """Readers and writers of CSV and vCards."""
    return SimpleNamespace(**vars(_documents) | {"write_csv": partial(_documents.write_csv, columns=columns)})


@pytest.fixture
def crash(cli: CommandLine, people: People, rng: random.Random, book: Book, columns: tuple[str, ...]) -> Crash:
    """A long import, to be killed at any moment."""
    return Crash(cli, people, rng, book, columns)

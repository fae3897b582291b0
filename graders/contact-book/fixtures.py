"""What the checks of contact-book share: a book, people to put into it, and documents read from outside."""

from __future__ import annotations

import random
from types import ModuleType

import pytest

from backend_katas.commandline import CommandLine

from . import contacts as _contacts
from . import documents as _documents
from .book import Book
from .crash import Crash
from .people import People


@pytest.fixture
def book(cli: CommandLine) -> Book:
    """The book of this check; it is not there yet."""
    return Book(cli)


@pytest.fixture
def people(rng: random.Random) -> People:
    """A source of people."""
    return People(rng)


@pytest.fixture
def contacts() -> ModuleType:
    """Readers of contacts in JSON."""
    return _contacts


@pytest.fixture
def documents() -> ModuleType:
    """Readers and writers of CSV and vCards."""
    return _documents


@pytest.fixture
def crash(cli: CommandLine, people: People, rng: random.Random) -> Crash:
    """A long import, to be killed at any moment."""
    return Crash(cli, people, rng)

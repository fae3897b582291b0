"""What each command does: look at the arguments, then at the book, then print. Each returns its exit code."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable

from contact_book import rules
from contact_book.contact import Contact, Details
from contact_book.edit import Amendment, Edit
from contact_book.formats import exporter, json_file
from contact_book.refusals import Invalid
from contact_book.search import search
from contact_book.store import Store
from contact_book.text import one_line


def add(arguments: Namespace, store: Store) -> int:
    """Add a contact and print its id."""
    details = Details.of(arguments.name, arguments.email, arguments.phone, arguments.tag)
    with store.change() as book:
        contact = book.add(details)
    print(contact.id)
    return 0


def list_contacts(arguments: Namespace, store: Store) -> int:
    """Print all contacts, or some."""
    book = store.read()
    contacts = book.by_age() if arguments.sort == "created" else book.by_name()
    if arguments.tag is not None:
        contacts = [contact for contact in contacts if arguments.tag.strip() in contact.tags]
    _print(contacts[: arguments.limit], as_json=arguments.json)
    return 0


def show(arguments: Namespace, store: Store) -> int:
    """Print one contact."""
    contact = store.read().find(arguments.id)
    if arguments.json:
        print(json_file.one(contact))
    else:
        for label, value in contact._asdict().items():
            print(f"{label + ':':<12}{one_line(value if isinstance(value, str) else ', '.join(value))}")
    return 0


def edit(arguments: Namespace, store: Store) -> int:
    """Change what the options name."""
    wanted = Edit(
        name=None if arguments.name is None else rules.name(arguments.name),
        emails=Amendment.of(rules.email, removed=arguments.remove_email, added=arguments.add_email),
        phones=Amendment.of(rules.phone, removed=arguments.remove_phone, added=arguments.add_phone),
        tags=Amendment.of(rules.tag, removed=arguments.remove_tag, added=arguments.add_tag),
    )
    with store.change() as book:
        book.edit(arguments.id, wanted)
    return 0


def delete(arguments: Namespace, store: Store) -> int:
    """Remove a contact."""
    with store.change() as book:
        book.delete(arguments.id)
    return 0


def find(arguments: Namespace, store: Store) -> int:
    """Print the contacts in which a text is found."""
    found = search(store.read().by_name(), arguments.text, arguments.field)
    _print(found, as_json=arguments.json)
    return 0 if found else 1


def import_csv(arguments: Namespace, store: Store) -> int:
    """Add contacts from CSV; it is read first, so that nobody has to wait for a slow stdin."""
    from contact_book.formats import csv_file  # here and not above, for no other command reads CSV

    rows = csv_file.read(_read(arguments.file))
    with store.change() as book:
        added, problems = book.add_all(rows)
        if problems and arguments.strict:
            raise Invalid("\n".join(problems))
    print(f"imported {added}")
    if problems:
        sys.stdout.flush()
        print("\n".join(problems), file=sys.stderr)
    return 2 if problems else 0


def export(arguments: Namespace, store: Store) -> int:
    """Print all contacts as a document."""
    print(exporter(arguments.format)(store.read().by_name()), end="")
    return 0


def undo(arguments: Namespace, store: Store) -> int:
    """Take back the last change and say what it was."""
    with store.change() as book:
        what = book.undo()
    print(f"undone: {what}")
    return 0


COMMANDS = {
    "add": add,
    "list": list_contacts,
    "show": show,
    "edit": edit,
    "delete": delete,
    "search": find,
    "import": import_csv,
    "export": export,
    "undo": undo,
}


def _print(contacts: Iterable[Contact], *, as_json: bool) -> None:
    if as_json:
        print(json_file.export(contacts), end="")
        return
    for contact in contacts:
        print(contact.id, one_line(contact.name), _first(contact.emails), _first(contact.phones), sep="\t")


def _first(values: tuple[str, ...]) -> str:
    return values[0] if values else ""


def _read(file: str) -> bytes:
    try:
        with sys.stdin.buffer if file == "-" else open(file, "rb") as source:
            return source.read()
    except OSError as error:
        raise Invalid(f"cannot read `{file}`: {error.strerror}") from None

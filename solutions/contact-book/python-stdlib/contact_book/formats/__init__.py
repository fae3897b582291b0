"""How contacts look outside the book: each format is a module with `export(contacts) -> str`."""

from __future__ import annotations

from collections.abc import Callable

EXPORTS = ("csv", "json", "vcard")


def exporter(name: str) -> Callable[..., str]:
    """Return the `export` of a format. The others are not loaded: each command is a start, and that is mostly imports."""
    if name == "csv":
        from contact_book.formats.csv_file import export
    elif name == "vcard":
        from contact_book.formats.vcard import export
    else:
        from contact_book.formats.json_file import export
    return export

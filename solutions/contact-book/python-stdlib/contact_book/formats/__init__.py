"""How contacts look outside the book: each format is a module with `export(contacts) -> str`."""

from contact_book.formats import csv_file, json_file, vcard

EXPORTS = {"csv": csv_file.export, "json": json_file.export, "vcard": vcard.export}

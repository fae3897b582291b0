"""Contacts as CSV (RFC 4180). Several values share a cell, separated by `;`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from contact_book.book import Row
from contact_book.contact import Contact, Details
from contact_book.refusals import Invalid

COLUMNS = ("name", "email", "phone", "tags")
SEPARATOR = ";"


def export(contacts: Iterable[Contact]) -> str:
    """Write a header and a row for each contact; the writer puts quotes where they are needed."""
    document = io.StringIO()
    writer = csv.writer(document, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for contact in contacts:
        writer.writerow([contact.name, *map(SEPARATOR.join, (contact.emails, contact.phones, contact.tags))])
    return document.getvalue()


def read(data: bytes) -> list[Row]:
    """Read rows; raise Invalid if the whole is no UTF-8 or its first line does not name the columns."""
    records = _records(_text(data))
    positions = _positions(next(records, (1, []))[1])
    return [Row(line, _details(cells, positions)) for line, cells in records if not _blank(cells)]


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Invalid(f"line {line}: the file is not UTF-8") from None


def _records(text: str) -> Iterator[tuple[int, list[str] | Invalid]]:
    """Yield the cells of each record, Invalid where its quotes do not match, with the line it begins at.

    Strict, or a quote that nobody closes would hide what follows.
    """
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, Invalid(f"invalid CSV: {error}")


def _positions(header: list[str] | Invalid) -> dict[str, int]:
    if isinstance(header, Invalid):
        raise header
    names = [cell.strip().casefold() for cell in header]
    if "name" not in names:
        raise Invalid("line 1: the header has no column `name`")
    return {column: names.index(column) for column in COLUMNS if column in names}


def _blank(cells: list[str] | Invalid) -> bool:
    return isinstance(cells, list) and len(cells) <= 1 and not "".join(cells).strip()


def _details(cells: list[str] | Invalid, positions: dict[str, int]) -> Details | Invalid:
    """Read a row by its header; a row that ends early has nothing in its last columns."""
    if isinstance(cells, Invalid):
        return cells
    values = {column: cells[position] for column, position in positions.items() if position < len(cells)}
    lists = [_split(values.get(column, "")) for column in COLUMNS[1:]]
    try:
        return Details.of(values.get("name", ""), *lists)
    except Invalid as refusal:
        return refusal


def _split(cell: str) -> list[str]:
    return [value for value in cell.split(SEPARATOR) if value.strip()]

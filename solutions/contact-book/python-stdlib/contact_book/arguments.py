"""The commands and their options. Whatever breaks this grammar gets the usage on stderr and exit code 2."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from contact_book.formats import EXPORTS
from contact_book.refusals import Invalid
from contact_book.search import FIELDS


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the arguments; `command` of the result is the name of the command."""
    return _parser().parse_args(list(map(_utf8, arguments)))


def _utf8(argument: str) -> str:
    """Read an argument as UTF-8 whatever the locale says, or raise Invalid."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("an argument is not UTF-8") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="contacts", description="Keep contacts.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)

    _options_of_add(command("add", "Add a contact and print its id."))
    _options_of_list(command("list", "Print all contacts."))
    _options_of_show(command("show", "Print one contact."))
    _options_of_edit(command("edit", "Change what the options name."))
    _options_of_delete(command("delete", "Remove a contact."))
    _options_of_search(command("search", "Print the contacts in which a text is found."))
    _options_of_import(command("import", "Add contacts from a CSV file."))
    _options_of_export(command("export", "Print all contacts as a document."))
    command("undo", "Take back the last change.")
    return parser


def _options_of_add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--name", required=True)
    for option in ("--email", "--phone", "--tag"):
        command.add_argument(option, action="append", default=[])


def _options_of_list(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true")
    command.add_argument("--sort", choices=["name", "created"], default="name")
    command.add_argument("--limit", type=_count, metavar="N")
    command.add_argument("--tag")


def _options_of_show(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID")
    command.add_argument("--json", action="store_true")


def _options_of_edit(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID")
    command.add_argument("--name")
    for what in ("email", "phone", "tag"):
        for option in (f"--add-{what}", f"--remove-{what}"):
            command.add_argument(option, action="append", default=[], metavar=what.upper())


def _options_of_delete(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID")


def _options_of_search(command: argparse.ArgumentParser) -> None:
    command.add_argument("text", metavar="TEXT")
    command.add_argument("--field", choices=FIELDS)
    command.add_argument("--json", action="store_true")


def _options_of_import(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="a CSV file, or - for stdin")
    command.add_argument("--strict", action="store_true", help="import all rows or none")


def _options_of_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=EXPORTS, default="csv")


def _count(text: str) -> int:
    """Read a whole number; `int` alone would take `-1`, `1_000` and digits of other scripts."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)

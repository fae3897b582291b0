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
    words = list(map(_utf8, arguments))
    # One parser for the command and one for what follows it: argparse's own subparsers are all made at each start.
    parsed = _commands().parse_args(words[:1])
    return _options(parsed.command).parse_args(words[1:], parsed)


def _utf8(argument: str) -> str:
    """Read an argument as UTF-8 whatever the locale says, or raise Invalid."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("an argument is not UTF-8") from None


def _commands() -> argparse.ArgumentParser:
    parser = _parser(prog="contacts", usage="%(prog)s COMMAND ...", description="Keep contacts.")
    parser.add_argument("command", choices=GRAMMAR, help="`contacts COMMAND --help` tells more")
    return parser


def _options(command: str) -> argparse.ArgumentParser:
    summary, add_arguments = GRAMMAR[command]
    parser = _parser(prog=f"contacts {command}", description=summary)
    add_arguments(parser)
    return parser


def _parser(**settings: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(allow_abbrev=False, formatter_class=_Help, **settings)


class _Help(argparse.HelpFormatter):
    """Help of one width. To ask for the terminal's, argparse would load modules at each start, with or without `--help`."""

    def __init__(self, prog: str):
        super().__init__(prog, width=100)


def _add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--name", required=True)
    for option in ("--email", "--phone", "--tag"):
        command.add_argument(option, action="append", default=[])


def _list(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true")
    command.add_argument("--sort", choices=["name", "created"], default="name")
    command.add_argument("--limit", dest="limit", type=_count, metavar="N")
    command.add_argument("--tag")


def _show(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID")
    command.add_argument("--json", action="store_true")


def _edit(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID")
    command.add_argument("--name")
    for what in ("email", "phone", "tag"):
        for option in (f"--add-{what}", f"--remove-{what}"):
            command.add_argument(option, action="append", default=[], metavar=what.upper())


def _delete(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID")


def _search(command: argparse.ArgumentParser) -> None:
    command.add_argument("text", metavar="TEXT")
    command.add_argument("--field", choices=FIELDS)
    command.add_argument("--json", action="store_true")


def _import(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="a CSV file, or - for stdin")
    command.add_argument("--strict", action="store_true", help="import all rows or none")


def _export(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=EXPORTS, default="csv")


def _undo(command: argparse.ArgumentParser) -> None:
    """It takes no arguments."""


GRAMMAR = {
    "add": ("Add a contact and print its id.", _add),
    "list": ("Print all contacts.", _list),
    "show": ("Print one contact.", _show),
    "edit": ("Change what the options name.", _edit),
    "delete": ("Remove a contact.", _delete),
    "search": ("Print the contacts in which a text is found.", _search),
    "import": ("Add contacts from a CSV file.", _import),
    "export": ("Print all contacts as a document.", _export),
    "undo": ("Take back the last change.", _undo),
}


def _count(text: str) -> int:
    """Read a whole number; `int` alone would take `-1`, `1_000` and digits of other scripts."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)

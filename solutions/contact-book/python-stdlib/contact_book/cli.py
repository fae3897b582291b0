"""From arguments to an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from contact_book.arguments import parse
from contact_book.commands import COMMANDS
from contact_book.refusals import Invalid, Refusal
from contact_book.store import Store


def main(arguments: Sequence[str]) -> int:
    """Run a command; what goes wrong is told on stderr, in a line and never as a stack trace."""
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    sys.stderr.reconfigure(encoding="utf-8")
    try:
        return _run(arguments)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return refusal.exit_code
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        return _give_up_output(error)


def _run(arguments: Sequence[str]) -> int:
    parsed = parse(arguments)
    exit_code = COMMANDS[parsed.command](parsed, Store(_path()))
    sys.stdout.flush()
    return exit_code


def _path() -> str:
    path = os.environ.get("CONTACTS_FILE")
    if not path:
        raise Invalid("set the variable `CONTACTS_FILE` to the path of the contact book")
    return path


def _give_up_output(error: OSError) -> int:
    """End when nobody takes our output; a pipe whose reader has seen enough, such as `head`, is no mistake."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        print(f"cannot write the output: {error.strerror}", file=sys.stderr)
    return 74

"""One failed check as the learner reads it: the behaviour, what was asked and answered, and why it matters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import click

from backend_katas.exchange import curl, plain_call, readable, shell_line, status_words
from backend_katas.model import Check, Command, Exchange, Reason

PORT = 8000
BASE = f"http://127.0.0.1:{PORT}"
"""Where `katas run` starts the program, so that the curl lines can be run."""

_WIDTH = 98
_EXCHANGES = 2
_EARLIER = 12
_CALL = 120
_BODY = 400
_LOG_LINES = 12
_STATEMENTS = 5
_STATEMENT = 300
_BRACKETS = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "START", "END"}
_LOG_LINE = 400


def render_failure(check: Check) -> str:
    """Return the block of one failed check, ending in an empty line."""
    if check.reason is not None:
        return _never_up(check)
    points = f"{check.points} point" if check.points == 1 else f"{check.points} points"
    head = click.style(f"✗ {check.title}", fg="red", bold=True) + f"  ({points})"
    seen = [*_exchanges(check.exchanges), *_commands(check.commands), *_log(check.log), *_statements(check.statements)]
    sections = [head, _message(check), *seen, *_why(check), _hint(check)]
    return "\n".join(section for section in sections if section) + "\n"


def _never_up(check: Check) -> str:
    """A program that did not come up has failed no particular behaviour: what the check asks for is not the point."""
    verb = "build" if check.reason is Reason.BUILD else "start"
    head = click.style(f"✗ your program did not {verb}, so nothing could be judged", fg="red", bold=True)
    return f"{head}\n{_message(check)}\n"


def _message(check: Check) -> str:
    return textwrap.indent(check.message, "  ")


def _exchanges(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """The last exchanges in full, since they are what the check judged; those before them in a line each."""
    before, last = exchanges[:-_EXCHANGES], exchanges[-_EXCHANGES:]
    yield from _before(f"{exchange.method} {exchange.path} -> {_outcome(exchange)}" for exchange in before)
    for exchange in last:
        yield _section("request") + f"\n{textwrap.indent(curl(exchange, base=BASE), '    ')}"
        yield _section("answer") + f"\n{textwrap.indent(_answer(exchange), '    ')}"


def _commands(commands: Sequence[Command]) -> Iterator[str]:
    before, last = commands[:-_EXCHANGES], commands[-_EXCHANGES:]
    yield from _before(f"{readable(plain_call(call), limit=_CALL, keep='')} -> {_end(call)}" for call in before)
    for command in last:
        yield _section("command") + f"\n{textwrap.indent(shell_line(command), '    ')}"
        yield (
            _section("stopped") + f": it {_end(command)}"
            if command.problem
            else _section("ended with") + f" {_end(command)}"
        )
        yield from _output("stdout", _shortened(command.stdout))
        yield from _output("stderr", "\n".join(_lines(command.stderr)))


def _end(command: Command) -> str:
    return command.problem or f"exit code {command.exit_code}"


def _output(name: str, text: str) -> Iterator[str]:
    shown = text.rstrip("\n")
    yield _section(name) + (f"\n{textwrap.indent(shown, '    ')}" if shown else " nothing")


def _before(outcomes: Iterable[str]) -> Iterator[str]:
    lines = list(_counted(outcomes))
    if lines:
        yield _section("before that")
    if left_out := len(lines[:-_EARLIER]):
        yield f"    … {left_out} more"
    yield from (f"    {line}" for line in lines[-_EARLIER:])


def _counted(lines: Iterable[str]) -> Iterator[str]:
    for line, group in groupby(lines):
        times = len(list(group))
        yield line if times == 1 else f"{line}  ({times} times)"


def _outcome(exchange: Exchange) -> str:
    if exchange.status is None:
        return exchange.problem
    return status_words(exchange.status)


def _answer(exchange: Exchange) -> str:
    if exchange.status is None:
        return f"none: {exchange.problem}"
    kind = next((value for name, value in exchange.response_headers.items() if name.lower() == "content-type"), "")
    telling = [
        f"{name}: {value}" for name, value in exchange.response_headers.items() if name.lower() != "content-type"
    ]
    shown = _shortened(exchange.response_body)
    head = f"{_outcome(exchange)}   {kind}".rstrip()
    return "\n".join([head, *telling, *([shown] if shown else [])])


def _shortened(body: str) -> str:
    return body if len(body) <= _BODY else f"{body[:_BODY]}…"


def _log(log: str) -> Iterator[str]:
    if lines := _lines(log):
        shown = "\n".join(lines)
        yield _section("your program's log meanwhile") + f"\n{textwrap.indent(shown, '    ')}"


def _lines(log: str) -> list[str]:
    """Return the last lines that say something, each of a readable length."""
    return [_cut(line) for line in log.splitlines() if line.strip()][-_LOG_LINES:]


def _cut(line: str) -> str:
    return line if len(line) <= _LOG_LINE else f"{line[:_LOG_LINE]} …"


def _statements(statements: Sequence[str]) -> Iterator[str]:
    """The last statements that do something, equal neighbours once: what brackets a transaction says little here."""
    texts = [" ".join(text.split()) for text in statements]
    telling = [text for text in texts if text and text.partition(" ")[0].upper().rstrip(";") not in _BRACKETS]
    if lines := list(_counted(readable(text, limit=_STATEMENT) for text in telling))[-_STATEMENTS:]:
        yield _section("the last SQL it sent") + "\n" + textwrap.indent("\n".join(lines), "    ")


def _why(check: Check) -> Iterator[str]:
    if check.why:
        yield _section("why") + f"\n{textwrap.indent(textwrap.fill(check.why, _WIDTH - 4), '    ')}"
    if check.clause:
        yield _section("promised in") + f" BRIEF.md, rule {check.clause}"


def _hint(check: Check) -> str:
    return _section("stuck?") + f" `katas hint {check.level}`"


def _section(name: str) -> str:
    return "  " + click.style(name, fg="cyan")

"""One failed check as the learner reads it: the behaviour, what was asked and answered, and why it matters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import click

from backend_katas.exchange import curl, plain_call, readable, shell_line, status_words
from backend_katas.model import Check, Command, Exchange, Reason

NEVER_UP = frozenset({Reason.BUILD, Reason.START})
"""Why a check is told as a program that never came up."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of what is told of a failure: a name, what stands `beside` it on its line, and the text below.

    `prose` may be wrapped; any other text has lines of its own.
    """

    name: str
    beside: str = ""
    text: str = ""
    prose: bool = False


def render_failure(check: Check) -> str:
    """Return the block of one failed check, ending in an empty line."""
    if check.reason in NEVER_UP:
        return _never_up(check)
    points = f"{check.points} point" if check.points == 1 else f"{check.points} points"
    head = click.style(f"✗ {check.title}", fg="red", bold=True) + f"  ({points})"
    sections = [head, _message(check), *map(_section, story(check)), _section(_hint(check))]
    return "\n".join(section for section in sections if section) + "\n"


def story(check: Check) -> Iterator[Part]:
    """Tell what happened in a check, part by part, as far as it was kept, and why it matters."""
    yield from _exchanges(check.exchanges)
    yield from _commands(check.commands)
    yield from _log(check.log)
    yield from _statements(check.statements)
    yield from _earlier(check)
    yield from _why(check)


def _never_up(check: Check) -> str:
    """A program that did not come up has failed no particular behaviour: what the check asks for is not the point."""
    verb = "build" if check.reason is Reason.BUILD else "start"
    head = click.style(f"✗ your program did not {verb}, so nothing could be judged", fg="red", bold=True)
    return f"{head}\n{_message(check)}\n"


def _message(check: Check) -> str:
    return textwrap.indent(check.message, "  ")


def _exchanges(exchanges: Sequence[Exchange]) -> Iterator[Part]:
    """The last exchanges in full, since they are what the check judged; those before them in a line each."""
    before, last = exchanges[:-_EXCHANGES], exchanges[-_EXCHANGES:]
    yield from _before(f"{exchange.method} {exchange.path} -> {_outcome(exchange)}" for exchange in before)
    for exchange in last:
        yield Part(name="request", text=curl(exchange, base=BASE))
        yield Part(name="answer", text=_answer(exchange))


def _commands(commands: Sequence[Command]) -> Iterator[Part]:
    before, last = commands[:-_EXCHANGES], commands[-_EXCHANGES:]
    yield from _before(f"{readable(plain_call(call), limit=_CALL, keep='')} -> {_end(call)}" for call in before)
    for command in last:
        yield Part(name="command", text=shell_line(command))
        yield (
            Part(name="stopped", beside=f": it {_end(command)}")
            if command.problem
            else Part(name="ended with", beside=f" {_end(command)}")
        )
        yield from _output("stdout", _shortened(command.stdout))
        yield from _output("stderr", "\n".join(_lines(command.stderr)))


def _end(command: Command) -> str:
    return command.problem or f"exit code {command.exit_code}"


def _output(name: str, text: str) -> Iterator[Part]:
    shown = text.rstrip("\n")
    yield Part(name=name, text=shown) if shown else Part(name=name, beside=" nothing")


def _before(outcomes: Iterable[str]) -> Iterator[Part]:
    lines = list(_counted(outcomes))
    left_out = len(lines[:-_EARLIER])
    if lines:
        told = [f"… {left_out} more"] if left_out else []
        yield Part(name="before that", text="\n".join([*told, *lines[-_EARLIER:]]))


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


def _log(log: str) -> Iterator[Part]:
    if lines := _lines(log):
        yield Part(name="your program's log meanwhile", text="\n".join(lines))


def _lines(log: str) -> list[str]:
    """Return the last lines that say something, each of a readable length."""
    return [_cut(line) for line in log.splitlines() if line.strip()][-_LOG_LINES:]


def _cut(line: str) -> str:
    return line if len(line) <= _LOG_LINE else f"{line[:_LOG_LINE]} …"


def _statements(statements: Sequence[str]) -> Iterator[Part]:
    """The last statements that do something, equal neighbours once: what brackets a transaction says little here."""
    texts = [" ".join(text.split()) for text in statements]
    telling = [text for text in texts if text and text.partition(" ")[0].upper().rstrip(";") not in _BRACKETS]
    if lines := list(_counted(readable(text, limit=_STATEMENT) for text in telling))[-_STATEMENTS:]:
        yield Part(name="the last SQL it sent", text="\n".join(lines))


def _earlier(check: Check) -> Iterator[Part]:
    """What the first of two runs said; where it is the same, that it is."""
    if check.earlier is None:
        return
    if check.earlier.message == check.message:
        yield Part(name="run twice", beside=", and it failed in the same way both times")
    else:
        yield Part(name="run twice", beside=", and it failed both times; at first", text=check.earlier.message)


def _why(check: Check) -> Iterator[Part]:
    if check.why:
        yield Part(name="why", text=check.why, prose=True)
    if check.clause:
        yield Part(name="promised in", beside=f" BRIEF.md, rule {check.clause}")


def _hint(check: Check) -> Part:
    return Part(name="stuck?", beside=f" `katas hint {check.level}`")


def _section(part: Part) -> str:
    head = f"  {click.style(part.name, fg='cyan')}{part.beside}"
    text = textwrap.fill(part.text, _WIDTH - 4) if part.prose else part.text
    return f"{head}\n{textwrap.indent(text, '    ')}" if part.text else head

"""The likely cause of a program's end or of a failed build, found in its exit code and in what it wrote."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.disk import is_full

_LEARNERS, _OF_A_RUN = ".katas", "katas-"  # how folders are called that stay, and such as go with the run


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A likely cause in plain words, and what to do about it."""

    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a command came out: exit code (None while it runs), what it wrote, and the folder it ran in.

    `flooded` says that it was killed because it wrote too much, `walled` that it was not let into the network.
    """

    code: int | None
    output: str
    folder: Path
    flooded: bool = False
    walled: bool = False


def explain(first: str, cause: Cause | None, *, command: str, lines: Sequence[str], log: Path) -> str:
    """Return the message of one failure: what happened, the likely cause, the command and its last lines."""
    parts = [first]
    if cause:
        parts.append(f"likely cause: {cause.text}")
    parts.append(f"command: `{command}`")
    if lines:
        parts += ["the last lines it wrote:", *(f"    {line}".rstrip() for line in lines)]
        parts += [f"all of it: `{log}`"] if _lasts(log) else []
    else:
        parts.append("it wrote nothing")
    return "\n".join(parts)


def _lasts(log: Path) -> bool:
    """Say whether somebody can look a log up when the run is over."""
    return _LEARNERS in log.parts or not any(part.startswith(_OF_A_RUN) for part in log.parts)


def ended(outcome: Outcome) -> str:
    """Say in words how a command ended."""
    if outcome.flooded:
        return "was stopped because it wrote its log without end"
    assert outcome.code is not None
    return ending(outcome.code)


def ending(code: int) -> str:
    """Say in words what an exit code means."""
    if code < 0:
        return f"was ended by {_signal_name(-code)}"
    # A shell says 128 + number when what it ran was ended by a signal.
    by_signal = f" ({_signal_name(code - 128)})" if 128 < code < 128 + signal.NSIG else ""
    return f"exited with code {code}{by_signal}"


def cause_in(outcome: Outcome) -> Cause | None:
    """Return the first cause that the exit code or the output gives away, or None."""
    return next((cause for find in _CAUSES if (cause := find(outcome))), None)


def never_ran(outcome: Outcome) -> bool:
    """Say whether the shell could not run the command, or what it ran did not find the program or a part of it."""
    if outcome.code in (126, 127):
        return True
    return bool(outcome.code) and any(find(outcome) for find in (_missing_module, _missing_file))


def port_in_use(output: str) -> set[int] | None:
    """Return the ports named where the output says that one is taken, perhaps none; None if it does not say so."""
    complaints = [line for line in output.splitlines() if _IN_USE.search(line)]
    return {int(number) for line in complaints for number in _PORT.findall(line)} if complaints else None


_IN_USE = re.compile(
    r"address (?:is )?already in use|EADDRINUSE|\bport \d+ (?:was|is) (?:already )?in use|Connection in use",
    re.IGNORECASE,
)
_PORT = re.compile(r"(?:\bport |:|', ?)(\d{2,5})\b", re.IGNORECASE)
_NOT_FOUND = re.compile(
    r"sh:(?: line)?(?: \d+:)? (.+?): (?:command )?(?:not found|No such file or directory|Permission denied)$",
    re.MULTILINE,
)
_DENIED = re.compile(r"sh:(?: line)?(?: \d+:)? (.+?): Permission denied$", re.MULTILINE)
_MISSING = (
    (re.compile(r"\bNo module named '?([\w.]+)"), "`requirements.txt`"),
    (re.compile(r"Cannot find (?:module|package) '([^'./][^']*)'"), "`package.json`"),
    (re.compile(r"cannot load such file -- (\S+)"), "`Gemfile`"),
    (re.compile(r"no required module provides package ([^\s;]+)"), "`go.mod`"),
    (re.compile(r"ClassNotFoundException: (\S+)"), "`pom.xml` or `build.gradle`"),
)
_MISSING_FILE = re.compile(r"Cannot find module '([./][^']*)'|can't open file '([^']+)'|Unable to access jarfile (\S+)")
_OFFLINE = re.compile(
    r"Temporary failure in name resolution|Could not resolve host|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)"
    r"|Network is unreachable|Name or service not known"
    r"|dial tcp.*(?:no such host|i/o timeout|connection refused)|UnknownHostException"
    r"|NewConnectionError|ECONNREFUSED.*registry|dns error",
    re.IGNORECASE,
)


def _flooded(outcome: Outcome) -> Cause | None:
    if not outcome.flooded:
        return None
    return Cause(text="it writes in a loop", hint="the last lines show what it repeats")


def _missing_module(outcome: Outcome) -> Cause | None:
    for pattern, where in _MISSING:
        if found := pattern.search(outcome.output):
            return Cause(text=f"a dependency is missing: `{found[1]}`", hint=f"is it in {where}?")
    return None


def _missing_file(outcome: Outcome) -> Cause | None:
    found = _MISSING_FILE.search(outcome.output)
    name = next(filter(None, found.groups()), "") if found else ""
    if not name:
        return None
    shown = name.removeprefix(f"{outcome.folder}{os.sep}")
    return Cause(text=f"there is no `{shown}`", hint="does the command name the right file?")


def _command_not_found(outcome: Outcome) -> Cause | None:
    found = _NOT_FOUND.search(outcome.output)
    if outcome.code != 127 or not found:
        return None
    name = found[1]
    if "/" not in name:
        return Cause(
            text=f"the command `{name}` is not installed, or not on the `PATH`",
            hint=f"install `{name}`, or name its path",
        )
    if os.path.lexists(outcome.folder / name):
        return Cause(
            text=f"`{name}` exists, but the interpreter that its first line names does not",
            hint="a virtual environment cannot be moved or copied: delete it, and it is built again",
        )
    return Cause(text=f"there is no `{name}`", hint="does `build` in `kata.yaml` make it?")


def _not_executable(outcome: Outcome) -> Cause | None:
    found = _DENIED.search(outcome.output)
    if outcome.code != 126 or not found:
        return None
    return Cause(text=f"`{found[1]}` is not executable", hint=f"`chmod +x {found[1]}`")


def _no_space(outcome: Outcome) -> Cause | None:
    told = re.search(r"No space left on device|ENOSPC|Disk quota exceeded", outcome.output)
    # A full disk may have swallowed the complaint too.
    return Cause(text="the disk is full", hint="`df -h` tells which one") if told or is_full(outcome.folder) else None


def _offline(outcome: Outcome) -> Cause | None:
    if not _OFFLINE.search(outcome.output):
        return None
    if outcome.walled:
        return Cause(
            text="it wants the network, which a confined build does not have",
            hint="`katas grade --build-network` lets it, if its code may reach what this machine reaches",
        )
    return Cause(
        text="something could not be reached over the network",
        hint="is this machine online, and is a proxy needed (`HTTPS_PROXY`)?",
    )


def _killed(outcome: Outcome) -> Cause | None:
    if outcome.code not in (-signal.SIGKILL, 128 + signal.SIGKILL):
        return None
    return Cause(text="the system ended it, most often because memory ran out", hint="`dmesg` tells")


_CAUSES: tuple[Callable[[Outcome], Cause | None], ...] = (
    _flooded,
    _no_space,
    _command_not_found,
    _not_executable,
    _missing_module,
    _missing_file,
    _offline,
    _killed,
)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"

"""Failures grouped by what went wrong, so that one comment serves all who made the same mistake."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend_katas.model import Check, Reason, Result, Status
from backend_katas.reports.failure import NEVER_UP

_ONE = "…"
# A number with the phrase of a status, such as `404 Not Found`, is what was answered, and not a value like any other.
_STATUS = r"[1-5]\d\d(?= [A-Z][A-Za-z'-]+)"
_NAME = r"`[a-z_]{1,24}`"
# What was cut has no second quote, and ends with its line.
_QUOTED = r"""`[^`]*`|b?"(?:[^"\\\n]|\\.)*(?:"|\\?$)|(?<!\w)b?'(?:[^'\\\n]|\\.)*(?:'(?!\w)|\\?$)"""
_WORD = r"[\w@](?:[\w.+@:-]*[\w@])?"
_VALUES = re.compile(f"(?P<kept>{_STATUS}|{_NAME})|{_QUOTED}|(?P<word>{_WORD})", re.MULTILINE)
_VALUE = re.compile(r"[\d@]")  # what a word of a sentence does not hold
_READ = 1000  # characters of a message


@dataclass(slots=True, kw_only=True)
class Group:
    """Failures of one check with messages alike: `members` are the numbers of the rows."""

    check: str
    title: str
    level: str
    points: int
    message: str
    members: list[int] = field(default_factory=list[int])
    varied: bool = False

    @property
    def cost(self) -> int:
        """The points that all its members lost by it."""
        return self.points * len(self.members)


@dataclass(slots=True)
class Groups:
    """All failures of a class."""

    found: dict[tuple[str, str], Group] = field(default_factory=dict[tuple[str, str], Group])

    def take(self, number: int, result: Result) -> None:
        """Group the failures of the row with this number."""
        for check in result.checks:
            if check.status is Status.FAILED:
                self._add(number, check)

    def ordered(self) -> Sequence[Group]:
        """Return all, first those that most submissions share, then those that cost most."""
        return sorted(self.found.values(), key=lambda group: (-len(group.members), -group.cost, group.check))

    def _add(self, number: int, check: Check) -> None:
        # A program that did not come up failed whichever check came first.
        about = check.reason.value if check.reason and check.reason in NEVER_UP else check.id
        group = self.found.setdefault(
            (about, alike(check.message)),
            Group(
                check=check.id,
                title=heading(check),
                level="" if check.reason in NEVER_UP else check.level,
                points=check.points,
                message=check.message[:_READ],
            ),
        )
        group.members.append(number)
        group.varied = group.varied or group.message != check.message[:_READ]


def alike(message: str) -> str:
    """Return a message with all that differs from one program to another written alike.

    Numbers, ids, addresses and quoted values become `…`. Statuses with their phrase stay, and so do short names in
    backquotes, for they are what went wrong.
    """
    told = _VALUES.sub(_same, message[:_READ])
    return " ".join(re.sub(rf"{_ONE}(?:[\s,;]*{_ONE})+", _ONE, told).split())


def heading(check: Check) -> str:
    """Return what a failed check is called: what it asks for is not the point where it never came to that."""
    if check.reason and check.reason in NEVER_UP:
        return f"the program did not {check.reason.value}, so nothing could be judged"
    return f"the time was up during: {check.title}" if check.reason is Reason.TIME else check.title


def _same(found: re.Match[str]) -> str:
    word = found["word"]
    return found["kept"] or (word if word and not _VALUE.search(word) else _ONE)

"""A result without the details of some levels, for whoever is not to know what they ask for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from backend_katas.model import Check, Level, Reason, Result, Status, TimeLimit

_TITLE = "A hidden check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A result with nothing to be hidden in it any more, and a sentence on each level of which something is."""

    result: Result
    notes: tuple[str, ...]


def without(result: Result, levels: Collection[str]) -> Hidden:
    """Return a result of which nothing is left of the checks of some levels but how many there are and their points.

    What went wrong there is not told, so that a report of it shows no failure. That a program did not build or start is
    no detail of a level, and stays.
    """
    hidden = [level for level in result.levels if level.id in levels]
    kept = (_hidden(check) if check.level in levels else check for check in result.checks)
    told = replace(result, checks=tuple(kept), time_limit=_time_limit(result, levels))
    return Hidden(result=told, notes=tuple(_note(result, level) for level in hidden))


def _time_limit(result: Result, levels: Collection[str]) -> TimeLimit | None:
    """Leave out what was waited for where that was in a hidden level."""
    at_work = (check for check in result.checks if check.status is Status.FAILED and check.reason is Reason.TIME)
    hidden = any(check.level in levels for check in at_work)
    return (
        replace(result.time_limit, waiting_for="a hidden check") if result.time_limit and hidden else result.time_limit
    )


def _hidden(check: Check) -> Check:
    """Make a check anew, so that nothing of it comes along that nobody has thought of here."""
    stopped = check.reason in {Reason.BUILD, Reason.START} and check.status is Status.FAILED
    return Check(
        id=f"test_{check.level.replace('-', '_')}.py::hidden",
        level=check.level,
        title=_TITLE,
        status=check.status,
        points=check.points,
        earned=check.earned,
        message=check.message if stopped else "",
        reason=check.reason,
        log=check.log if stopped else "",
    )


def _note(result: Result, level: Level) -> str:
    number = len(result.of_level(level))
    what = f"{number} checks are" if number != 1 else "1 check is"
    return f"level {level.id}: {what} hidden, so the report says no more of it than its points"

"""A course's file, `course.yaml`: when it is due, what being late costs, which attempt counts, what learners see."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

from backend_katas.batch.duration import duration
from backend_katas.batch.times import read_times
from backend_katas.documents import DocumentError, line_of, read_document
from backend_katas.errors import ExitCode, KatasError, did_you_mean
from backend_katas.model import Level

_Refuse = Callable[[Sequence[str], str, str], NoReturn]


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What being late costs, as shares of the mark: so much for each begun day, and what is left after some time."""

    per_day: Fraction = Fraction(0)
    most: Fraction = Fraction(1)
    after: timedelta | None = None
    worth: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How many contents of one learner count at all, None for any number, and whether the best of them does."""

    most: int | None = None
    best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """What marks are multiples of, and the rule for those between two: `half-up`, `half-even`, `up` or `down`."""

    to: Fraction = Fraction(1, 10)
    how: str = "half-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a course makes of results; without `attempts`, what is handed in now counts.

    `times` has when each submission was handed in, by the course's own list; None where there is no such list.
    """

    due: datetime | None = None
    grace: timedelta = timedelta(0)
    late: Late = Late()
    attempts: Attempts | None = None
    extensions: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    hidden: frozenset[str] = frozenset()
    rounding: Rounding = Rounding()
    passed_at: Fraction | None = None
    times: Mapping[str, datetime] | None = None
    text: str = ""

    def due_for(self, name: str) -> datetime | None:
        """Return when the submission of a learner is due."""
        return self.extensions.get(name, self.due)


NO_COURSE = Course()


def read_course(path: Path, levels: Sequence[Level]) -> Course:
    """Return what a course's file says, and the list of times that it names.

    DocumentError with line and key for each mistake, also for a hidden level that the kata has not; KatasError (exit
    code 2) where there is no file.
    """

    def refuse(where: Sequence[str], problem: str, hint: str) -> NoReturn:
        raise DocumentError(path, line_of(path, where), problem, hint)

    try:
        document = read_document(path, "course", as_written=True)
    except OSError as problem:
        raise KatasError(f"cannot read `{path}`: {problem.strerror}", exit_code=ExitCode.USAGE) from None
    known = [level.id for level in levels]
    for number, name in enumerate(document.get("hidden", ())):
        if name not in known:
            hint = did_you_mean(name, known) or f"the levels are {', '.join(f'`{level}`' for level in known)}"
            refuse(["hidden", str(number)], f"the kata has no level `{name}`", hint)
    listed = document.get("handed_in")
    return _course(document, read_times(path.parent / listed) if listed else None, refuse)


def course_from(text: str) -> Course:
    """Return the course whose `text` this is; one without any rule for an empty text."""
    if not text:
        return NO_COURSE
    kept = json.loads(text)

    def refuse(where: Sequence[str], problem: str, _hint: str) -> NoReturn:
        raise KatasError(f"the course in the journal cannot be read: {'.'.join(where)}: {problem}")

    listed = kept["times"]
    times = None if listed is None else {name: datetime.fromisoformat(time) for name, time in listed.items()}
    return _course(kept["course"], times, refuse)


def _course(document: Mapping[str, Any], times: Mapping[str, datetime] | None, refuse: _Refuse) -> Course:
    due = _moment(document["due"], ["due"], refuse) if "due" in document else None
    _require_due(document, refuse)
    listed = None if times is None else {name: time.isoformat() for name, time in times.items()}
    attempts = document.get("attempts")
    return Course(
        due=due,
        grace=duration(document.get("grace", "")),
        late=_late(document.get("late", {}), refuse),
        attempts=Attempts(most=attempts.get("most"), best=attempts.get("counts") == "best") if attempts else None,
        extensions={
            name: _extended(due, text, ["extensions", name], refuse)
            for name, text in document.get("extensions", {}).items()
            if due
        },
        hidden=frozenset(document.get("hidden", ())),
        rounding=_rounding(document.get("rounding", {}), refuse),
        passed_at=_exact(document["passed_at"], ["passed_at"], refuse) if "passed_at" in document else None,
        times=times,
        text=json.dumps({"course": document, "times": listed}, sort_keys=True, ensure_ascii=False),
    )


def _require_due(document: Mapping[str, Any], refuse: _Refuse) -> None:
    for key in ("grace", "late", "extensions"):
        if key in document and "due" not in document:
            refuse([key], f"`{key}` says something of a date that is missing", "say `due:` as well")


def _late(document: Mapping[str, Any], refuse: _Refuse) -> Late:
    for one, other in (("after", "worth"), ("worth", "after"), ("most", "per_day")):
        if one in document and other not in document:
            refuse(["late", one], f"`late.{one}` needs `late.{other}`", "")
    shares = {
        name: _exact(document[name], ["late", name], refuse) / 100
        for name in ("per_day", "most", "worth")
        if name in document
    }
    return Late(after=duration(document["after"]) if "after" in document else None, **shares)


def _rounding(document: Mapping[str, Any], refuse: _Refuse) -> Rounding:
    given: dict[str, Any] = dict(document)
    if "to" in given:
        given["to"] = _exact(given["to"], ["rounding", "to"], refuse)
    return Rounding(**given)


def _exact(value: float, where: Sequence[str], refuse: _Refuse) -> Fraction:
    """Return just the number that was written, not the binary one that is nearest to it."""
    if not math.isfinite(value):
        refuse(where, f"`{'.'.join(where)}` is no number", "")
    return Fraction(str(value))


def _extended(due: datetime, text: str, where: Sequence[str], refuse: _Refuse) -> datetime:
    return due + duration(text) if text[-1] in "wdhms" else _moment(text, where, refuse)


def _moment(text: str, where: Sequence[str], refuse: _Refuse) -> datetime:
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as problem:
        refuse(where, f"`{'.'.join(where)}` is `{text}`, and there is no such time: {problem}", "")

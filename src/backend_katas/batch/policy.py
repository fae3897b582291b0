"""What counts in the end: a course's rules applied to results, which stay what they are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from backend_katas.batch.attempts import Attempt
from backend_katas.batch.course import Course, Rounding
from backend_katas.batch.duration import in_words
from backend_katas.batch.journal import Graded, Standing, Tried
from backend_katas.model import Result

_DAY = timedelta(days=1)
_ROUNDED: dict[str, Callable[[Fraction], int]] = {
    "half-up": lambda number: math.floor(number + Fraction(1, 2)),
    "half-even": round,
    "up": math.ceil,
    "down": math.floor,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a learner gets: percent, or None where there is no mark, and all that has a say in it.

    `attempt` is the number of the one that counts, 0 where it is not known. `listed` tells that `handed_in` is of the
    course's list, and not the time of a file. `late` is how long after it was due, 0 within the grace.
    """

    value: Decimal | None = None
    passed: bool | None = None
    attempt: int = 0
    handed_in: datetime | None = None
    listed: bool = False
    late: timedelta = timedelta(0)
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """An attempt that may count; `exact` is its mark before it is rounded, None where nothing could be judged."""

    graded: Graded
    exact: Fraction | None
    mark: Mark
    now: bool


def counted(
    course: Course, standing: Standing, tries: Sequence[Tried], graded: Callable[[str], Graded | None]
) -> tuple[Graded | None, Mark]:
    """Return the result that counts for a learner, and the mark that the course makes of it.

    `graded` gives the result of a key. There is no mark as long as an error of ours is in the way, and none where
    nothing was graded: neither ever becomes a zero.
    """
    if standing.ours:
        return None, Mark(why="there is no mark while an error of ours is in the way")
    candidates = list(_candidates(course, standing, tries, graded))
    if not candidates:
        return None, Mark()
    chosen = _chosen(course, candidates)
    told = [*_choice(course, standing, tries, chosen, candidates), chosen.mark.why, _missing(course, tries, chosen)]
    mark = replace(chosen.mark, why="; ".join(part for part in told if part))
    if chosen.exact is None:
        return chosen.graded, mark
    value = rounded(chosen.exact, course.rounding)
    passed = None if course.passed_at is None else value >= course.passed_at
    return chosen.graded, replace(mark, value=_decimal(value), passed=passed)


def rounded(exact: Fraction, rounding: Rounding) -> Fraction:
    """Return a number of percent rounded as a course wants it, 100 at most."""
    return min(_ROUNDED[rounding.how](exact / rounding.to) * rounding.to, Fraction(100))


def _candidates(
    course: Course, standing: Standing, tries: Sequence[Tried], graded: Callable[[str], Graded | None]
) -> Iterator[_Candidate]:
    known = {tried.key for tried in tries}
    # What a journal of before there were attempts has is not known as one.
    unknown = [(standing.key, None)] if standing.key and standing.key not in known else []
    for key, attempt in [*((tried.key, tried.attempt) for tried in tries), *unknown]:
        now = key == standing.key
        if not key or not (now or course.attempts) or _beyond(course, attempt):
            continue
        if found := graded(key):
            factor, mark = _marked(course, standing.submission, attempt, now=now)
            exact = _percent(found.result)
            yield _Candidate(graded=found, exact=None if exact is None else exact * factor, mark=mark, now=now)


def _beyond(course: Course, attempt: Attempt | None) -> bool:
    most = course.attempts.most if course.attempts else None
    return bool(most and attempt and attempt.number > most)


def _percent(result: Result) -> Fraction | None:
    return Fraction(100 * result.score, result.max_score) if result.max_score else None


def _chosen(course: Course, candidates: Sequence[_Candidate]) -> _Candidate:
    """Return the best, the earlier of two that are as good; or the last, which is what is handed in now."""
    if course.attempts and course.attempts.best:
        return max(candidates, key=lambda found: -1 if found.exact is None else found.exact)
    return next((found for found in candidates if found.now), candidates[-1])


def _marked(course: Course, name: str, attempt: Attempt | None, *, now: bool) -> tuple[Fraction, Mark]:
    """Return what share of the mark is left for an attempt, and what there is to say of when it was handed in."""
    if attempt is None:
        return Fraction(1), Mark(why="when it was handed in is not known" if course.due else "")
    time, listed = _handed_in(course, name, attempt, now=now)
    late = _lateness(course, name, time)
    unlisted = late and course.times is not None and not listed
    told = ["it is not in the list, so the time is that of the file"] if unlisted else []
    factor, words = _penalty(course, late) if late else (Fraction(1), "")
    extended = course.extensions.get(name)
    if extended and course.due and time > course.due + course.grace:
        told = [f"by an extension it was due {extended.isoformat(timespec='minutes')}", *told]
    zone = course.due.tzinfo if course.due else time.tzinfo
    return factor, Mark(
        attempt=attempt.number,
        handed_in=time.astimezone(zone),
        listed=listed,
        late=late,
        why="; ".join(part for part in (words, *told) if part),
    )


def _handed_in(course: Course, name: str, attempt: Attempt, *, now: bool) -> tuple[datetime, bool]:
    """Return when an attempt was handed in, and whether the course's list says so: it is of what is there now."""
    if course.times is None:
        return attempt.seen, False
    listed = course.times.get(name, attempt.listed) if now else attempt.listed
    return (listed, True) if listed else (attempt.seen, False)


def _lateness(course: Course, name: str, time: datetime) -> timedelta:
    due = course.due_for(name)
    return time - due if due and time - due > course.grace else timedelta(0)


def _penalty(course: Course, late: timedelta) -> tuple[Fraction, str]:
    rule = course.late
    days = -(-late // _DAY)
    left = 1 - min(days * rule.per_day, rule.most)
    if rule.after is not None and late > rule.after and rule.worth <= left:
        return rule.worth, f"more than {in_words(rule.after) or '0s'} late, worth {_plain(100 * rule.worth)} %"
    words = f"{days} day{'s' if days > 1 else ''} late, {_plain(100 * (1 - left))} % off" if left < 1 else ""
    return left, words


def _choice(
    course: Course,
    standing: Standing,
    tries: Sequence[Tried],
    chosen: _Candidate,
    candidates: Sequence[_Candidate],
) -> Iterator[str]:
    """Say why what was handed in last is not what counts."""
    if chosen.now:
        return
    number = chosen.mark.attempt
    if standing.problem:
        yield f"attempt {number} counts; what was handed in last does not: {standing.problem}"
        return
    now = next((tried.attempt for tried in tries if tried.key == standing.key), None)
    if now and _beyond(course, now) and course.attempts:
        yield f"attempt {number} counts; attempt {now.number} does not, {course.attempts.most} are the most"
        return
    yield f"attempt {number} counts, the best of {len(candidates)}"


def _missing(course: Course, tries: Sequence[Tried], chosen: _Candidate) -> str:
    """Name the attempts that might have counted, had they been there when the class was graded anew."""
    missing = [str(tried.attempt.number) for tried in tries if not tried.key and not _beyond(course, tried.attempt)]
    if not missing or not course.attempts or (chosen.now and not course.attempts.best):
        return ""
    return f"attempt {', '.join(missing)} was not graded with this version of the kata and this seed"


def _decimal(number: Fraction) -> Decimal:
    return Decimal(_plain(number))


def _plain(number: Fraction) -> str:
    return format((Decimal(number.numerator) / Decimal(number.denominator)).normalize(), "f")

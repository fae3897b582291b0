"""The course whose rules hold for the marks in a journal: the one that was named last."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend_katas.batch.course import Course, course_from
from backend_katas.batch.journal import Journal
from backend_katas.errors import did_you_mean

_FACT = "course"


def course_of(journal: Journal) -> Course:
    """Return the course whose rules hold; one without rules where none was named."""
    return course_from(journal.noted(_FACT))


def hold(course: Course, journal: Journal) -> None:
    """Have a course's rules hold from now on."""
    journal.note(_FACT, course.text)


def tell_of_strangers(course: Course, names: Sequence[str], tell: Callable[[str], object]) -> None:
    """Tell of whom the course gives more time to, but nobody is called so: most likely it is mistyped."""
    for stranger in sorted(course.extensions.keys() - set(names)):
        meant = did_you_mean(stranger, names)
        told = f"the course gives more time to `{stranger}`, and no submission is called so"
        tell(f"{told}; {meant}" if meant else told)

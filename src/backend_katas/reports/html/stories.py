"""What happened to each submission, told as far as there is room: a page is no archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import escape

from backend_katas.model import Check, Result, Status
from backend_katas.reports.failure import Part, story
from backend_katas.reports.html.rows import Row

ROOM = 6_000_000
"""Characters for the stories of all submissions together."""
_FRAME = 500  # characters that a story costs beside its words
MESSAGE = 2_000
"""Characters of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One failure: the behaviour, what was wrong, and what happened."""

    check: Check
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """How many characters of the page it takes."""
        words = [self.check.title, self.check.message[:MESSAGE], *(f"{part.beside}{part.text}" for part in self.parts)]
        return _FRAME + sum(len(escape(text)) for text in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """What is told of one submission: `stories` in full, `rest` by name, and how many checks were not judged here.

    Checks that were `mended` failed at first, and passed when they were run once more. `limit` says that the time was
    up, and what was waited for then. `variant` is the seed of the learner's own values.
    """

    row: Row
    stories: tuple[Story, ...]
    rest: tuple[Check, ...]
    errors: tuple[Check, ...]
    unavailable: int
    mended: tuple[Check, ...] = ()
    limit: str = ""
    variant: int | None = None

    @property
    def failed(self) -> int:
        """How many checks failed."""
        return len(self.stories) + len(self.rest)


def story_of(check: Check) -> Story:
    """Return the story of one failed check."""
    return Story(check=check, parts=tuple(story(check)))


def tale_of(row: Row, result: Result, *, room: int) -> Tale:
    """Tell as many failures of a submission in full as there is room for, in their order."""
    failed = [check for check in result.checks if check.status is Status.FAILED]
    stories = tuple(_as_fit(failed, room))
    return Tale(
        row=row,
        stories=stories,
        rest=tuple(failed[len(stories) :]),
        errors=tuple(check for check in result.checks if check.status is Status.ERROR),
        unavailable=sum(not check.counts for check in result.checks),
        mended=tuple(check for check in result.checks if check.earlier and check.status is Status.PASSED),
        limit=str(result.time_limit or ""),
        variant=result.variant.seed if result.variant else None,
    )


def _as_fit(failed: list[Check], room: int) -> Iterator[Story]:
    for check in failed:
        told = story_of(check)
        room -= told.size
        if room < 0:
            return
        yield told

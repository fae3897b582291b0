"""Checks as the items of a test: how hard each one is, and whether it tells those who can from those who cannot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend_katas.model import Check, Result, Status

FEW = 10
"""Below so many submissions no discrimination is given: it would be chance alone."""
_JUDGED = frozenset({Status.PASSED, Status.FAILED})


@dataclass(slots=True, kw_only=True)
class Item:
    """One check over a class, in whole numbers, so that no order of submissions can change a figure.

    `rest` is what a submission earned by all its other checks, `rest_passed` the sum over those that passed this one.
    """

    id: str
    title: str
    level: str
    points: int
    judged: int = 0
    passed: int = 0
    rest: int = 0
    rest_squared: int = 0
    rest_passed: int = 0

    def take(self, check: Check, others: int) -> None:
        """Count one submission that earned so many points by its `others`."""
        self.judged += 1
        self.rest += others
        self.rest_squared += others * others
        if check.status is Status.PASSED:
            self.passed += 1
            self.rest_passed += others

    @property
    def failed(self) -> int:
        """How many submissions do not do it."""
        return self.judged - self.passed

    @property
    def difficulty(self) -> float:
        """The share that passed, which item analysis calls difficulty: 1 is the easiest."""
        return self.passed / self.judged

    @property
    def discrimination(self) -> float | None:
        """The correlation of passing it with the points of all other checks, -1 to 1.

        It is the point-biserial one, corrected by leaving the check's own points out (S. Henrysson, Correction of
        item-total correlations in item analysis, Psychometrika 28, 1963, 211-218). None where nothing varies, or where
        there are too few.
        """
        number = self.judged
        passing = self.passed * self.failed
        resting = number * self.rest_squared - self.rest * self.rest
        if number < FEW or not passing or not resting:
            return None
        return (number * self.rest_passed - self.passed * self.rest) / math.sqrt(passing * resting)

    @property
    def chance(self) -> float:
        """How far from 0 it may be for a check that tells nothing, in 19 of 20 classes: 1.96 / sqrt(n - 1)."""
        return 1.96 / math.sqrt(max(self.judged - 1, 1))

    @property
    def remark(self) -> str:
        """What an author or a teacher should look at, in a few words."""
        found = self.discrimination
        if self.judged >= FEW and not self.passed:
            return "nobody passed"
        if found is not None and found < -self.chance:
            return "the better ones fail it"
        return ""


@dataclass(slots=True)
class Items:
    """The checks of a class, in the order in which they come. Programs that never came up are left out."""

    found: dict[str, Item] = field(default_factory=dict[str, Item])
    submissions: int = 0

    def take(self, result: Result) -> None:
        """Count the checks of one submission, if its program was judged at all."""
        if result.stopped_by() or result.status is Status.ERROR:
            return
        self.submissions += 1
        for check in result.checks:
            if check.status in _JUDGED:
                item = self.found.setdefault(
                    check.id, Item(id=check.id, title=check.title, level=check.level, points=check.points)
                )
                item.take(check, result.score - check.earned)

    def all(self) -> Sequence[Item]:
        """Return every check that somebody was judged by."""
        return tuple(self.found.values())

"""What the page of a class is made of: a line for each submission, and pairs that look alike."""

from __future__ import annotations

from dataclasses import dataclass

from backend_katas.model import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One submission of a class: what was graded, or the `problem` for which nothing was.

    `ours` says that the problem is not the learner's. `mark` is what counts in the end, in per cent and such as `72.5`,
    where that is not the score; `note` then says why, such as `2 days late, 20 % off`. `file` is where all of the
    result can be read, as a path from the page, such as `results/ada.json`.
    """

    name: str
    result: Result | None
    problem: str = ""
    ours: bool = False
    mark: str = ""
    note: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two submissions that look alike: `share` of the shorter one, 0 to 1, and a `note` for whoever looks at them."""

    one: str
    other: str
    share: float
    note: str = ""

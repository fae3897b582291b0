"""What a batch says at its end: how many there are, what somebody has to look at, and where the marks are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from backend_katas.batch.grading import PROPOSED, Class, Order
from backend_katas.exchange import readable

_TOLD = 10


def summary(found: Class, order: Order) -> str:
    """Return the end of a batch as a person reads it at a terminal."""
    lines = [*_troubles("our error", found.errors, "magenta"), *_troubles("not graded", found.refused, "yellow")]
    total = len(found.entries)
    left = total - len(found.keys) - len(found.errors) - len(found.refused) - len(found.beyond)
    known = f", {found.known} of them before" if found.known else ""
    parts = [f"{len(found.keys)} of {total} submissions graded{known}"]
    parts += [f"{len(found.refused)} cannot be graded"] if found.refused else []
    parts += [f"{len(found.errors)} to be tried again"] if found.errors else []
    parts += [f"{len(found.beyond)} beyond the attempts that count"] if found.beyond else []
    parts += [f"{left} not begun"] if left else []
    lines += ["", click.style("; ".join(parts), bold=True)]
    if found.errors or found.interrupted:
        lines += ["the same command goes on with what is missing"]
    place = order.out / PROPOSED if order.regrade else order.out
    lines += [f"what went wrong on our side: {place / 'errors'}"] if found.errors else []
    lines += [
        f"marks: {place / 'marks.csv'}",
        f"as a page: {place / 'index.html'}",
        f"for learners: {place / 'feedback'}",
    ]
    if found.ruled and not order.course:
        lines += ["the course that was named before holds; `--no-course` lets it go"]
    lines += [f"they do not count yet: `katas diff {order.out}` shows what would change"] if order.regrade else []
    return "\n".join(lines)


def _troubles(word: str, problems: Mapping[str, str], colour: str) -> Iterator[str]:
    for name, problem in list(problems.items())[:_TOLD]:
        yield f"{click.style(word, fg=colour, bold=True)}: {readable(name, keep='')}: {problem}"
    if (more := len(problems) - _TOLD) > 0:
        yield f"{click.style(word, fg=colour, bold=True)}: and {more} more, see `marks.csv`"

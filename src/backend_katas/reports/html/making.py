"""The page itself: templates filled with the figures of a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend_katas.reports.html.lines import Line, Pair


def made(lines: Sequence[Line], *, title: str, pairs: Sequence[Pair]) -> Iterator[str]:
    """Give the page bit by bit."""
    raise NotImplementedError

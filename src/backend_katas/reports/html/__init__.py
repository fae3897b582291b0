"""A class as one page for a browser, from results alone: no network, readable without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backend_katas.model import Result
from backend_katas.reports.html.lines import Line, Pair

__all__ = ["Line", "Pair", "page", "pieces", "render"]


def render(results: Sequence[Result]) -> str:
    """Return a page of results, each called as its submission is."""
    return page([Line(name=result.submission, result=result) for result in results])


def page(lines: Iterable[Line], *, title: str = "", pairs: Sequence[Pair] = ()) -> str:
    """Return the page of a class; without a title it is called as its kata is."""
    return "".join(pieces(lines, title=title, pairs=pairs))


def pieces(lines: Iterable[Line], *, title: str = "", pairs: Sequence[Pair] = ()) -> Iterator[str]:
    """Give the page of a class bit by bit, for whoever writes it to a file.

    `lines` are gone through three times, so they are no iterator; they may be read anew each time from where they are
    kept, for a class has more results than fit into memory.
    """
    # Both are large, and who asks for no page has no need of them.
    from backend_katas.reports.html.making import made

    yield from made(lines, title=title, pairs=pairs)

"""Pages: a bounded number of items, and the way to those that follow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request, Response

from tracker.cursors import Place

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page:
    """Items as JSON, and the place behind the last one, or None where nothing follows."""

    items: list[dict[str, Any]]
    next: Place | None


def cut(
    found: Sequence[Item], limit: int, document: Callable[[Item], dict[str, Any]], place: Callable[[Item], Place]
) -> Page:
    """Make a page of what was found when one item more than fits on it was asked for."""
    shown = found[:limit]
    return Page([document(item) for item in shown], place(shown[-1]) if len(found) > limit else None)


def answer(page: Page, cursor: str | None, request: Request, response: Response) -> dict[str, Any]:
    """Return a page's JSON; the `Link` is the request's own URL with another cursor (RFC 8288)."""
    if cursor is not None:
        url = request.url.include_query_params(cursor=cursor)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    return {"items": page.items, "next_cursor": cursor}

"""What answers have to look like: tasks that are the same, times, tags, problem documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from backend_katas.client import Answer, JsonObject
from backend_katas.errors import ProgramFault

# A 201 may show nanoseconds where the database keeps microseconds, or a clock's milliseconds.
PRECISION = timedelta(seconds=1)
WHOLE = (
    "title", "description", "status", "priority", "due_date", "tags", "owner_id", "team", "assignee_id", "version",
)  # fmt: skip
TIMES = ("created_at", "updated_at")


def moment(text: object) -> datetime:
    """Return a time of RFC 3339; ProgramFault where it is none."""
    try:
        time = datetime.fromisoformat(text.upper()) if isinstance(text, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise ProgramFault(f"`{str(text)[:60]}` is no RFC 3339 time with `Z` or an offset")
    return time


def holds(task: JsonObject, expected: Mapping[str, Any], what: str) -> None:
    """Assert that members have values; `what` names the task in the message."""
    for name, value in expected.items():
        seen = task.member(name)
        assert _equal(seen, value), f"`{name}` of {what} is wrong: expected {_short(value)}, seen {_short(seen)}"


def same(seen: JsonObject, expected: JsonObject, what: str) -> None:
    """Assert that two answers show one task in one version."""
    assert str(seen.member("id", str | int)) == str(expected.member("id", str | int)), f"{what} has another `id`"
    holds(seen, {name: expected.member(name) for name in WHOLE}, what)
    for name in TIMES:
        apart = abs(moment(seen.member(name)) - moment(expected.member(name)))
        assert apart < PRECISION, f"`{name}` of {what} differs: expected {expected[name]}, seen {seen[name]}"


def unchanged(seen: JsonObject, before: JsonObject) -> None:
    """Assert that a request which was refused has left the task alone."""
    same(seen, before, "the task, after a request that was refused,")


def is_strong(tag: str | None) -> bool:
    """Tell whether an `ETag` is a strong one (RFC 9110 section 8.8.3)."""
    return bool(tag) and len(tag) >= 2 and tag[0] == tag[-1] == '"' and '"' not in tag[1:-1]


def flaws(answer: Answer) -> list[str]:
    """Return what keeps an error from being a problem document (RFC 9457)."""
    if not answer.content_type.lower().startswith("application/problem+json"):
        return [f"its Content-Type is `{answer.content_type}`"]
    try:
        problem = answer.object()
    except ProgramFault as fault:
        return [str(fault)]
    found: list[str] = []
    if problem.get("status") != answer.status_code or isinstance(problem.get("status"), bool):
        found.append(f"its `status` is {_short(problem.get('status'))}, the answer's {answer.status_code}")
    if not isinstance(problem.get("title"), str) or not problem["title"]:
        found.append("it has no `title`")
    return found


def pointers(answer: Answer) -> list[str]:
    """Return the pointers of a problem's `errors`, with a `#` before each; nothing where there are none."""
    try:
        errors = answer.object().get("errors")
    except ProgramFault:
        return []
    found = [error.get("pointer") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    return [pointer if pointer.startswith("#") else f"#{pointer}" for pointer in found if isinstance(pointer, str)]


def _equal(seen: object, expected: object) -> bool:
    # In Python `True` equals 1; in JSON it does not.
    return seen == expected and isinstance(seen, bool) == isinstance(expected, bool)


def _short(value: object) -> str:
    text = repr(value)
    return f"`{text[:120]}…`" if len(text) > 120 else f"`{text}`"

"""What answers have to look like: tasks that are the same, tags, pointers of a problem document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from backend_katas.client import Answer, JsonObject
from backend_katas.errors import ProgramFault

# A 201 may show nanoseconds where the database keeps microseconds, or a clock's milliseconds.
PRECISION = timedelta(seconds=1)
WHOLE = (
    "title", "description", "status", "priority", "due_date", "tags", "owner_id", "team", "assignee_id", "version",
)  # fmt: skip
TIMES = ("created_at", "updated_at")


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
        apart = abs(seen.moment(name) - expected.moment(name))
        assert apart < PRECISION, f"`{name}` of {what} differs: expected {expected[name]}, seen {seen[name]}"


def unchanged(seen: JsonObject, before: JsonObject) -> None:
    """Assert that a request which was refused has left the task alone."""
    same(seen, before, "the task, after a request that was refused,")


def is_strong(tag: str | None) -> bool:
    """Tell whether an `ETag` is a strong one (RFC 9110 section 8.8.3)."""
    return bool(tag) and len(tag) >= 2 and tag[0] == tag[-1] == '"' and '"' not in tag[1:-1]


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

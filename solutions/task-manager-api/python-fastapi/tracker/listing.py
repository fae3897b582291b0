"""Lists of tasks: what is asked for, and the one statement that answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from starlette.datastructures import QueryParams

from tracker import parameters, visibility
from tracker.bodies import Priority, Status
from tracker.cursors import Cursors, Place
from tracker.database import Connection
from tracker.pages import Page, cut
from tracker.tasks import Task
from tracker.tokens import Caller

# What a list is sorted by, never null, and its type. No text of a request ever becomes part of a statement.
KEYS = {
    "created_at": ("tasks.created_at", "timestamptz"),
    "due_date": ("coalesce(tasks.due_date, 'infinity')", "date"),
    "priority": ("tasks.priority", "task_priority"),
    "title": ('tasks.title COLLATE "C"', "text"),
}
ORDERS = [sign + name for name in KEYS for sign in ("", "-")]
INCLUDES = {
    "assignee": "(SELECT name FROM people WHERE sub = tasks.assignee_id) AS assignee_name",
    "comment_count": "(SELECT count(*) FROM comments WHERE task_id = tasks.id) AS comment_count",
}
FILTERS: dict[str, tuple[str, Callable[[QueryParams, str], str | None]]] = {
    "status": ("status = %(status)s", lambda given, name: parameters.one_of(given, name, get_args(Status))),
    "priority": ("priority = %(priority)s", lambda given, name: parameters.one_of(given, name, get_args(Priority))),
    "assignee_id": ("assignee_id = %(assignee_id)s", parameters.single),
    "owner_id": ("owner_id = %(owner_id)s", parameters.single),
    "due_before": ("due_date < %(due_before)s", parameters.date),
    "due_after": ("due_date > %(due_after)s", parameters.date),
    "q": (
        "(title ILIKE %(q)s OR description ILIKE %(q)s)",
        lambda given, name: _pattern(parameters.single(given, name)),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a client asks for; `conditions` are filled by `values`."""

    conditions: list[str]
    values: dict[str, Any]
    include: set[str]
    order: str
    after: Place | None
    limit: int


def read(given: QueryParams, cursors: Cursors) -> Listing:
    """Read the query of `GET /tasks`, or raise 400."""
    values: dict[str, Any] = {name: parse(given, name) for name, (_, parse) in FILTERS.items()}
    conditions = [FILTERS[name][0] for name, value in values.items() if value is not None]
    if tags := parameters.all_of(given, "tag"):
        conditions.append("tags @> %(tags)s")
    if "" in tags:
        raise parameters.invalid_parameter("tag", "has no value")
    order = parameters.one_of(given, "sort", ORDERS) or "created_at"
    cursor = parameters.filled(given, "cursor")
    return Listing(
        conditions=conditions,
        values={**values, "tags": tags},
        include=parameters.words(given, "include", INCLUDES),
        order=order,
        after=None if cursor is None else cursors.read(order, cursor),
        limit=parameters.limit(given),
    )


async def page(connection: Connection, caller: Caller, listing: Listing) -> Page:
    """Find a page of what the caller sees, in one statement, however many items it has."""
    values = {**listing.values, **visibility.values(caller), "limit": listing.limit + 1}
    if listing.after:
        values |= {"after_key": listing.after.key, "after_id": listing.after.id}
    cursor = await connection.execute(_statement(caller, listing), values)
    return cut(
        await cursor.fetchall(),
        listing.limit,
        lambda row: _document(row, listing.include),
        lambda row: Place(row["key"], str(row["id"])),
    )


def _statement(caller: Caller, listing: Listing) -> str:
    """Compose the statement from parts that all stand in this program.

    A page begins behind a place, not after a number of rows: so nothing that comes or goes before it can move it. The
    id decides between equal keys.
    """
    key, kind = KEYS[listing.order.removeprefix("-")]
    direction, behind = ("DESC", "<") if listing.order.startswith("-") else ("ASC", ">")
    conditions = [visibility.condition(caller), *listing.conditions]
    if listing.after:
        conditions.append(f"({key}, tasks.id) {behind} (%(after_key)s::{kind}, %(after_id)s::uuid)")
    columns = ["tasks.*", f"({key})::text AS key", *(INCLUDES[name] for name in sorted(listing.include))]
    return f"""SELECT {", ".join(columns)} FROM tasks WHERE {" AND ".join(conditions)}
               ORDER BY {key} {direction}, tasks.id {direction} LIMIT %(limit)s"""


def _document(row: dict[str, Any], include: set[str]) -> dict[str, Any]:
    """Return a task with what was asked for beside it."""
    document = Task(**{name: row[name] for name in Task.__slots__}).document()
    if "assignee" in include:
        assignee = row["assignee_id"]
        document["assignee"] = None if assignee is None else {"id": assignee, "name": row["assignee_name"]}
    if "comment_count" in include:
        document["comment_count"] = row["comment_count"]
    return document


def _pattern(text: str | None) -> str | None:
    r"""Return the pattern of what contains a text, in which `%`, `_` and `\` mean themselves."""
    if text is None:
        return None
    for special in "\\%_":
        text = text.replace(special, "\\" + special)
    return f"%{text}%"

"""Tasks: found, written and changed one at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tracker import visibility
from tracker.bodies import Draft
from tracker.database import Connection
from tracker.problems import no_such
from tracker.tokens import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A row of `tasks`."""

    id: UUID
    title: str
    description: str
    status: str
    priority: str
    due_date: date | None
    tags: list[str]
    owner_id: str
    team: str
    assignee_id: str | None
    created_at: datetime
    updated_at: datetime
    version: int

    def document(self) -> dict[str, Any]:
        """Return what clients see, as JSON has it."""
        return {
            "id": str(self.id),
            "title": self.title,
            "description": self.description,
            "status": self.status,
            "priority": self.priority,
            "due_date": self.due_date and self.due_date.isoformat(),
            "tags": self.tags,
            "owner_id": self.owner_id,
            "team": self.team,
            "assignee_id": self.assignee_id,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "version": self.version,
        }


async def find(connection: Connection, caller: Caller, task_id: str) -> Task:
    """Return a task that the caller sees, or raise 404."""
    cursor = await connection.execute(
        f"SELECT * FROM tasks WHERE id = %(id)s AND {visibility.condition(caller)}",
        {"id": as_id(task_id, "task"), **visibility.values(caller)},
    )
    row = await cursor.fetchone()
    if row is None:
        raise no_such("task")
    return Task(**row)


async def create(connection: Connection, caller: Caller, draft: Draft) -> Task:
    """Add a task of the caller and the caller's team."""
    cursor = await connection.execute(
        """INSERT INTO tasks (title, description, priority, due_date, tags, assignee_id, owner_id, team)
           VALUES (%(title)s, %(description)s, %(priority)s, %(due_date)s, %(tags)s, %(assignee_id)s, %(sub)s, %(team)s)
           RETURNING *""",
        {**draft.model_dump(), "sub": caller.sub, "team": caller.team},
    )
    return Task(**await cursor.fetchone())


async def change(
    connection: Connection, caller: Caller, task_id: str, decide: Callable[[Task], dict[str, Any]]
) -> Task:
    """Set what `decide` returns for the task as it stands; it raises a Problem to refuse.

    Nothing is locked meanwhile. The version in the UPDATE makes sure that what was decided about is still there, else
    the decision is made anew: with a tag in `If-Match` it is 412 then.
    """
    while True:
        task = await find(connection, caller, task_id)
        cursor = await connection.execute(
            """UPDATE tasks SET title = %(title)s, description = %(description)s, status = %(status)s,
                 priority = %(priority)s, due_date = %(due_date)s, tags = %(tags)s, assignee_id = %(assignee_id)s,
                 updated_at = now(), version = version + 1
               WHERE id = %(id)s AND version = %(version)s RETURNING *""",
            {**task.document(), **decide(task)},
        )
        if row := await cursor.fetchone():
            return Task(**row)


async def delete(connection: Connection, caller: Caller, task_id: str, judge: Callable[[Task], None]) -> None:
    """Delete the task that was judged, and no later version of it; `judge` raises a Problem to refuse."""
    deleted = False
    while not deleted:
        task = await find(connection, caller, task_id)
        judge(task)
        cursor = await connection.execute("DELETE FROM tasks WHERE id = %s AND version = %s", [task.id, task.version])
        deleted = cursor.rowcount == 1


def as_id(text: str, thing: str) -> UUID:
    """Read an id, or raise 404: what cannot be one is the id of nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise no_such(thing) from None

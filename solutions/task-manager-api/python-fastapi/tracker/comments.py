"""Comments: written once, listed oldest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from tracker.database import Connection
from tracker.problems import no_such
from tracker.tasks import Task, as_id
from tracker.tokens import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A row of `comments`."""

    id: UUID
    number: int
    task_id: UUID
    author_id: str
    text: str
    created_at: datetime

    def document(self) -> dict[str, Any]:
        """Return what clients see, as JSON has it."""
        return {
            "id": str(self.id),
            "task_id": str(self.task_id),
            "author_id": self.author_id,
            "text": self.text,
            "created_at": self.created_at.isoformat(),
        }


async def create(connection: Connection, caller: Caller, task: Task, text: str) -> Comment:
    """Add a comment, or raise 404 when the task has gone since it was found."""
    try:
        cursor = await connection.execute(
            "INSERT INTO comments (task_id, author_id, text) VALUES (%s, %s, %s) RETURNING *",
            [task.id, caller.sub, text],
        )
    except ForeignKeyViolation:
        raise no_such("task") from None
    return Comment(**await cursor.fetchone())


async def find(connection: Connection, task: Task, comment_id: str) -> Comment:
    """Return a comment of a task, or raise 404."""
    cursor = await connection.execute(
        "SELECT * FROM comments WHERE id = %s AND task_id = %s", [as_id(comment_id, "comment"), task.id]
    )
    row = await cursor.fetchone()
    if row is None:
        raise no_such("comment")
    return Comment(**row)


async def page(connection: Connection, task: Task, after: int, limit: int) -> list[Comment]:
    """Return comments of a task, those behind a number."""
    cursor = await connection.execute(
        "SELECT * FROM comments WHERE task_id = %s AND number > %s ORDER BY number LIMIT %s", [task.id, after, limit]
    )
    return [Comment(**row) for row in await cursor.fetchall()]

"""Who sees which tasks, and who may do what with those: the only place that knows the roles."""

from typing import Any

from tracker.problems import Problem
from tracker.tasks import Task
from tracker.tokens import Caller


def require_deletable(caller: Caller, task: Task) -> None:
    """Raise 403 for a member who does not own the task."""
    if caller.role == "member" and task.owner_id != caller.sub:
        raise Problem(403, "not-yours-to-delete")


def require_assignable(caller: Caller, task: Task, document: Any) -> None:
    """Raise 403 for a member who gives a task to somebody, or takes it away: only its owner may leave it to nobody."""
    wanted = document.get("assignee_id") if isinstance(document, dict) else task.assignee_id
    emptied = wanted is None and task.owner_id == caller.sub
    if caller.role == "member" and wanted != task.assignee_id and not emptied:
        raise Problem(403, "not-yours-to-assign")

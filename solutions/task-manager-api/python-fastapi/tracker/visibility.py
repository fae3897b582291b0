"""Who sees which tasks: one condition, which every statement that reads a task carries."""

from tracker.tokens import Caller, Role

CONDITIONS: dict[Role, str] = {
    "member": "tasks.team = %(team)s AND (tasks.owner_id = %(sub)s OR tasks.assignee_id = %(sub)s)",
    "manager": "tasks.team = %(team)s",
    "admin": "true",
}


def condition(caller: Caller) -> str:
    """Return the SQL that is true for what the caller sees; `values` fills it."""
    return CONDITIONS[caller.role]


def values(caller: Caller) -> dict[str, str]:
    """Return what the condition is about."""
    return {"team": caller.team, "sub": caller.sub}

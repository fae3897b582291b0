"""The moves of a task from status to status."""

from tracker.problems import Problem

MOVES = {
    "todo": {"in_progress"},
    "in_progress": {"todo", "done"},
    "done": {"in_progress", "archived"},
    "archived": set[str](),
}


def require_move(status: str, to: str) -> None:
    """Raise 409 where the one does not lead to the other."""
    if to not in MOVES[status]:
        raise Problem(409, "illegal-move", f"`{status}` does not lead to `{to}`")

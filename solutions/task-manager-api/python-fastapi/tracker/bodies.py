"""What bodies have to be: 422, with a pointer to each member that is not."""

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tracker.problems import Problem
from tracker.texts import Day, Description, Identifier, Remark, Tags, Title

Status = Literal["todo", "in_progress", "done", "archived"]
Priority = Literal["low", "medium", "high"]

Fitting = TypeVar("Fitting", bound=BaseModel)


class Body(BaseModel):
    """Strict about types, deaf to unknown members: what a client may not set has no name here."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Draft(Body):
    """What a client says of a task with POST and PUT."""

    title: Title
    description: Description = ""
    priority: Priority = "medium"
    due_date: Day | None = None
    tags: Tags = []
    assignee_id: Identifier | None = None


class Revision(Draft):
    """A task after a merge patch: the status may have moved."""

    status: Status


class Move(Body):
    to: Status


class NewComment(Body):
    text: Remark


def fit(model: type[Fitting], value: Any) -> Fitting:
    """Read a JSON value as `model`, or raise 422; a member that is null is one that is not there."""
    if isinstance(value, dict):
        value = {name: member for name, member in value.items() if member is not None}
    try:
        return model.model_validate(value)
    except ValidationError as error:
        errors = [{"pointer": _pointer(item["loc"]), "detail": item["msg"]} for item in error.errors()]
        raise Problem(422, "invalid-body", errors=errors) from None


def _pointer(location: tuple[int | str, ...]) -> str:
    return "#" + "".join(f"/{part}" for part in location)

"""Tasks of every kind in one team, made once, and what a filter has to find among them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from backend_katas.client import Call, Client, JsonObject, moment

from .crew import Crew, Person, Task
from .shapes import holds

SIZE = 45
PRIORITIES = ("low", "medium", "high")
TAGS = ("home", "Home", "urgent", "a&b", "ünïcode", "50%")
DAYS = tuple(f"2031-05-{day:02}" for day in range(10, 18))
WORDS = (
    "Paint",
    "paint",
    "BUY",
    "buy",
    "milk",
    "Fence",
    "zebra",
    "Zoo",
    "ärger",
    "1_000",
    "10%",
    "5*",
    "c:\\tmp",
    "O'Neil",
)


class Library:
    """The tasks, by what their creation answered; `reader` is a manager of their team."""

    def __init__(self, crew: Crew, rng: random.Random) -> None:
        self.reader = crew.manager()
        self.owners = [crew.member() for _ in range(3)]
        self.assignees = [crew.member().sub for _ in range(4)]
        self.tasks: list[JsonObject] = []
        calls = [(rng.choice(self.owners), self._body(rng)) for _ in range(SIZE)]
        for owner in self.owners:
            bodies = [body for maker, body in calls if maker is owner]
            self.tasks += [task.shown for task in self._started(owner, owner.tasks(bodies), bodies)]

    def read_by(self, api: Client) -> Library:
        """Return the same for a check, on whose record the requests of the reader are."""
        view = Library.__new__(Library)
        view.__dict__.update(self.__dict__)
        view.reader = replace(self.reader, api=api.with_headers(self.reader.api.headers))
        return view

    def found(self, **params: Any) -> list[JsonObject]:
        """Return what the program finds, of the tasks of this library, in its order."""
        known = {str(task["id"]) for task in self.tasks}
        # A program that shows other teams' tasks as well fails the checks that are about that, not these.
        return [task for task in self.reader.all(**params) if str(task.member("id", str | int)) in known]

    def expected(self, **params: Any) -> set[str]:
        """Return the ids of the tasks that pass every filter."""
        return {str(task["id"]) for task in self.tasks if all(passes(task, *given) for given in params.items())}

    def in_order(self, tasks: Iterable[Mapping[str, Any]], sort: str) -> bool:
        """Tell whether tasks of this library stand in an order; those without a due date may stand anywhere."""
        field, known = sort.lstrip("-"), {str(task["id"]): task for task in self.tasks}
        # A 201 may show the clock of the program where the database sorts by its own: for times the list counts.
        shown = tasks if field == "created_at" else [known[str(task["id"])] for task in tasks]
        keys = [key for task in shown if (key := key_of(task, field)) is not None]
        return keys == sorted(keys, reverse=sort.startswith("-"))

    def _body(self, rng: random.Random) -> dict[str, Any]:
        """Return a task of which every member may be like another one's."""
        return {
            "title": " ".join(rng.sample(WORDS, 2)),
            "description": " ".join(rng.sample(WORDS, rng.randrange(4))),
            "priority": rng.choice(PRIORITIES),
            "due_date": rng.choice((None, *DAYS)),
            "tags": rng.sample(TAGS, rng.randrange(4)),
            "assignee_id": rng.choice((None, *self.assignees)),
        }

    def _started(self, owner: Person, tasks: list[Task], bodies: list[dict[str, Any]]) -> list[Task]:
        """Return the tasks, of which every other one has been started; all are as they were sent."""
        calls = [Call("POST", f"{task.path}/transitions", json={"to": "in_progress"}) for task in tasks[::2]]
        tasks = [*(Task(answer) for answer in owner.at_once(calls, 200)), *tasks[1::2]]
        statuses = ["in_progress"] * len(calls) + ["todo"] * (len(tasks) - len(calls))
        for task, body, status in zip(tasks, [*bodies[::2], *bodies[1::2]], statuses, strict=True):
            holds(task.shown, {**body, "status": status, "owner_id": owner.sub}, "a task")
        return tasks


def passes(task: Mapping[str, Any], name: str, value: Any) -> bool:
    """Tell whether a task passes one filter."""
    due = task["due_date"]
    filters: dict[str, Callable[[], bool]] = {
        "tag": lambda: {value} <= set(task["tags"]) if isinstance(value, str) else set(value) <= set(task["tags"]),
        "due_before": lambda: due is not None and due < value,
        "due_after": lambda: due is not None and due > value,
        "q": lambda: any(value.lower() in task[member].lower() for member in ("title", "description")),
    }
    return filters.get(name, lambda: bool(task[name] == value))()


def key_of(task: Mapping[str, Any], field: str) -> Any:
    """Return what a task is sorted by; None where it has no due date."""
    if field == "created_at":
        return moment(task[field], f"`{field}`")
    return PRIORITIES.index(task[field]) if field == "priority" else task[field]

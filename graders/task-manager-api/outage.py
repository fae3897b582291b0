"""A program whose database goes away twice, once with a bang and once in silence, and what it answers meanwhile."""

from __future__ import annotations

from collections.abc import Mapping

from backend_katas.ageing import Cellar
from backend_katas.client import Answer, Call
from backend_katas.errors import ProgramFault
from backend_katas.grader import eventually

from .crew import Crew, Person, Task

PATIENCE = 4.0  # seconds; the brief says three, and a busy machine is given one more
RECOVERY = 6.0  # seconds; five and one more
HANDFUL = 6


class Outage:
    """The story is played once, beside other checks because most of it is waiting; each check judges one part of it.

    A part in which something went wrong raises that when it is asked for. There is no other part without `start`.
    """

    def __init__(self, cellar: Cellar, crew: Crew) -> None:
        self._cellar = cellar
        self._crew = crew
        self._relay = cellar.deployment.services["postgres"].relay

    def play(self) -> None:
        """Play all of it, if a task can be made at all."""
        keep = self._cellar.keep
        if not keep("start", lambda: self._begin(self._crew.member())):
            return
        with self._relay.down() as fault:
            keep("refused", lambda: self._ask(self._calls))
            keep("needs no database", self._ask_what_needs_none)
        keep("refused hits", lambda: fault.hits)
        keep("recovered", self._recover)
        with self._relay.black_hole() as fault:
            keep("silent", lambda: self._ask(dict(list(self._calls.items())[:HANDFUL])))
        keep("silent hits", lambda: fault.hits)
        keep("recovered again", self._recover)
        keep("still runs", lambda: self._cellar.deployment.web.running)

    def _begin(self, asha: Person) -> Task:
        self._client = self._cellar.api.with_headers(asha.api.headers)
        self._task = asha.task(title="kept")
        self._calls = _routes(self._task)
        return self._task

    def _ask(self, calls: Mapping[str, Call]) -> dict[str, Answer | ProgramFault]:
        """Send requests, a handful at the same moment; one that is not answered in time is told as such."""
        sent, answers = list(calls.values()), []
        for start in range(0, len(sent), HANDFUL):
            answers += self._client.burst(sent[start : start + HANDFUL], faults=True)
        return dict(zip(calls, answers, strict=True))

    def _ask_what_needs_none(self) -> dict[str, Answer]:
        api, bad = self._cellar.api, self._cellar.api.as_bearer("not.a.token")
        return {
            "GET /healthz": api.get("/healthz"),
            "GET /tasks without a token": api.get("/tasks"),
            "POST /tasks with a bad token": bad.post("/tasks", json={"title": "x"}),
            "GET /me with a bad token": bad.get("/me"),
        }

    def _recover(self) -> Answer:
        """Ask for the task until it is answered."""

        def served() -> Answer | None:
            found = self._client.get(self._task.path)
            return found if found.status_code == 200 else None

        found = eventually(served, within=RECOVERY, what="an answer of 200 after the database was back")
        assert found is not None
        return found


def _routes(task: Task) -> dict[str, Call]:
    """Return a good request of every kind that needs the database; the first handful is of different kinds."""
    match = {"If-Match": "*"}
    return {
        "GET /tasks": Call("GET", "/tasks"),
        "POST /tasks": Call("POST", "/tasks", json={"title": "never kept"}),
        "PATCH /tasks/{id}": Call("PATCH", task.path, json={"title": "changed"}, headers=match),
        "GET /me": Call("GET", "/me"),
        "GET /readyz": Call("GET", "/readyz"),
        "GET /tasks/{id}": Call("GET", task.path),
        "PUT /tasks/{id}": Call("PUT", task.path, json={"title": "changed"}, headers=match),
        "POST /tasks/{id}/transitions": Call("POST", f"{task.path}/transitions", json={"to": "in_progress"}),
        "GET /tasks/{id}/comments": Call("GET", f"{task.path}/comments"),
        "POST /tasks/{id}/comments": Call("POST", f"{task.path}/comments", json={"text": "never kept"}),
        "GET /tasks?include=assignee": Call("GET", "/tasks", params={"include": "assignee,comment_count"}),
        "DELETE /tasks/{id}": Call("DELETE", task.path),
    }

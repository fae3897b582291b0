"""A program whose database goes away twice, once with a bang and once in silence, and what it answers meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from backend_katas.client import Answer, Call
from backend_katas.deployment import Deployment
from backend_katas.errors import ProgramFault
from backend_katas.grader import eventually
from backend_katas.model import Exchange

from .crew import Crew, Person, Task

PATIENCE = 4.0  # seconds; the brief says three, and a busy machine is given one more
RECOVERY = 6.0  # seconds; five and one more
HANDFUL = 6


class Outage:
    """The story is played once, beside other checks because most of it is waiting; each check judges one part of it.

    A part in which something went wrong raises that when it is asked for.
    """

    def __init__(self, deployment: Deployment, crew: Crew) -> None:
        self.recorder: list[Exchange] = []
        self._deployment = deployment
        self._relay = deployment.services["postgres"].relay
        self._api = deployment.client(deadline=PATIENCE)
        self._parts: dict[str, tuple[Any, list[Exchange]]] = {}
        self._over = False
        self._player = threading.Thread(target=self._play, name="outage", daemon=True)
        self._keep("start", lambda: self._begin(crew.member()))
        if self.went_well("start"):
            self._player.start()

    def part(self, name: str) -> Any:
        """Return what happened in a part, with its exchanges on the record of the check."""
        if self._player.ident:
            self._player.join()
        thing, exchanges = self._parts.get(name, self._parts["start"])
        self.recorder.extend(exchanges)
        if isinstance(thing, Exception):
            raise thing
        return thing

    def went_well(self, name: str) -> bool:
        """Tell whether nothing went wrong in a part that has been played."""
        return name in self._parts and not isinstance(self._parts[name][0], Exception)

    def still_runs(self) -> bool:
        """Tell whether the program has not ended meanwhile."""
        return self._deployment.web.running

    def close(self) -> None:
        """Play no further."""
        self._over = True
        if self._player.ident:
            self._player.join()

    def _begin(self, asha: Person) -> Task:
        self._client = self._api.with_headers(asha.api.headers)
        self._task = asha.task(title="kept")
        self._calls = _routes(self._task)
        return self._task

    def _play(self) -> None:
        with self._relay.down() as fault:
            self._keep("refused", lambda: self._ask(self._calls))
            self._keep("needs no database", self._ask_what_needs_none)
        self._keep("refused hits", lambda: fault.hits)
        self._keep("recovered", self._recover)
        with self._relay.black_hole() as fault:
            self._keep("silent", lambda: self._ask(dict(list(self._calls.items())[:HANDFUL])))
        self._keep("silent hits", lambda: fault.hits)
        self._keep("recovered again", self._recover)

    def _ask(self, calls: Mapping[str, Call]) -> dict[str, Answer | ProgramFault]:
        """Send requests, a handful at the same moment; one that is not answered in time is told as such."""
        sent, answers = list(calls.values()), []
        for start in range(0, len(sent), HANDFUL):
            answers += self._client.burst(sent[start : start + HANDFUL], faults=True)
        return dict(zip(calls, answers, strict=True))

    def _ask_what_needs_none(self) -> dict[str, Answer]:
        bad = self._api.as_bearer("not.a.token")
        return {
            "GET /healthz": self._api.get("/healthz"),
            "GET /tasks without a token": self._api.get("/tasks"),
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

    def _keep(self, name: str, play: Callable[[], Any]) -> None:
        before = len(self._api.recorder)
        try:
            thing = None if self._over else play()
        except Exception as problem:  # noqa: BLE001 - it is raised where the part is asked for
            thing = problem
        self._parts[name] = thing, self._api.recorder[before:]


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

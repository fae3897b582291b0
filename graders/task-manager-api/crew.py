"""People who bring tokens, and what they do with tasks."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from backend_katas.client import Answer, Call, Client, JsonObject, done
from backend_katas.errors import ProgramFault
from backend_katas.grader import word
from backend_katas.probes.tokens import mint

BATCH = 10  # requests at the same moment: enough to be quick, few enough for a small pool of connections
PAGES = 60  # no walk of these checks is longer; whoever hands out more goes round in a circle
LIFETIME = 3600  # seconds
CREATED = (201, 200)  # which of them it has to be is for the checks that are about it


def lead(answer: Answer, reference: str) -> str:
    """Return where a `Location` or a link of an answer leads on the program, relative or absolute (RFC 3986)."""
    try:
        parts = urlsplit(urljoin(answer.request.url or "", reference))
    except ValueError:
        raise ProgramFault(f"`{reference[:200]}` is no address") from None
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


@dataclass(frozen=True, slots=True)
class Task:
    """A task that was created; `answer` is the 201."""

    answer: Answer

    @property
    def shown(self) -> JsonObject:
        """The task as it was when it was created."""
        return self.answer.object()

    @property
    def id(self) -> str:
        """Its id as text."""
        return str(self.answer.member("id", str | int))

    @property
    def path(self) -> str:
        """Where it is found."""
        return f"/tasks/{quote(self.id, safe='')}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a token; `api` sends it."""

    api: Client
    sub: str
    name: str
    team: str
    role: str

    def post(self, body: Any, **headers: str) -> Answer:
        """Send a new task; names of headers are written with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.post("/tasks", json=body, headers=named)

    def task(self, **members: Any) -> Task:
        """Create a task."""
        return Task(done(self.post({"title": "Buy milk", **members}), *CREATED))

    def tasks(self, bodies: Sequence[Mapping[str, Any]]) -> list[Task]:
        """Create many tasks, a few at the same moment."""
        calls = [Call("POST", "/tasks", json=body) for body in bodies]
        return [Task(answer) for answer in self.at_once(calls, *CREATED)]

    def at_once(self, calls: Sequence[Call], *statuses: int) -> list[Answer]:
        """Send requests, a few at the same moment, which all have to get one of `statuses`."""
        batches = [calls[start : start + BATCH] for start in range(0, len(calls), BATCH)]
        return [done(answer, *statuses) for batch in batches for answer in self.api.burst(batch)]

    def see(self, task: Task) -> Answer:
        """Ask for a task."""
        return self.api.get(task.path)

    def now(self, task: Task) -> JsonObject:
        """Return a task as it is now."""
        return done(self.see(task), 200).object()

    def tag(self, task: Task) -> str:
        """Return what to send in `If-Match`: the present tag, or `*` where the program hands out none."""
        return self.see(task).headers.get("ETag") or "*"

    def patch(self, task: Task, patch: Any, *, tag: str | None = None, **headers: str) -> Answer:
        """Change a task, with the present tag if none is given."""
        named = {"If-Match": self.tag(task) if tag is None else tag}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.patch(task.path, json=patch, headers=named)

    def put(self, task: Task, body: Any, *, tag: str | None = None) -> Answer:
        """Replace a task, with the present tag if none is given."""
        return self.api.put(task.path, json=body, headers={"If-Match": self.tag(task) if tag is None else tag})

    def remove(self, task: Task, **options: Any) -> Answer:
        """Delete a task."""
        return self.api.delete(task.path, **options)

    def move(self, task: Task, to: Any, **options: Any) -> Answer:
        """Move a task to another status."""
        return self.api.post(f"{task.path}/transitions", json={"to": to}, **options)

    def moved(self, task: Task, *way: str) -> Task:
        """Move a task along legal moves and return it."""
        for status in way:
            done(self.move(task, status), 200)
        return task

    def comment(self, task: Task, text: Any) -> Answer:
        """Comment a task."""
        return self.api.post(f"{task.path}/comments", json={"text": text})

    def list(self, path: str = "/tasks", **params: Any) -> Answer:
        """Ask for one page."""
        return done(self.api.get(path, params=params), 200)

    def pages(self, path: str = "/tasks", **params: Any) -> Iterator[list[JsonObject]]:
        """Yield the items of one page after the other, by `next_cursor`."""
        given = params
        for _ in range(PAGES):
            page = self.list(path, **given)
            yield items(page)
            cursor = page.member("next_cursor", str | int | None)
            if cursor is None:
                return
            given = {**params, "cursor": cursor}
        raise ProgramFault(f"after {PAGES} pages `next_cursor` is still not null")

    def all(self, **params: Any) -> list[JsonObject]:
        """Return every task that a list shows, on one page where it fits."""
        return [item for page in self.pages(**{"limit": 100, **params}) for item in page]


def items(page: Answer) -> list[JsonObject]:
    """Return the items of a page, each of them an object."""
    found = page.member("items", list)
    if not all(isinstance(item, JsonObject) for item in found):
        raise ProgramFault("the items of a page have to be objects")
    return found


def ids(tasks: Sequence[JsonObject]) -> list[str]:
    """Return the ids of tasks or comments as texts."""
    return [str(task.member("id", str | int)) for task in tasks]


class Issuer:
    """Makes tokens as the login of another system would."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.secret = environment["JWT_SECRET"]
        self._environment = environment

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return claims of a good token; `changes` replace some, None takes one away."""
        now, names = int(time.time()), self._environment
        usual = {"iss": names["JWT_ISSUER"], "aud": names["JWT_AUDIENCE"], "iat": now, "exp": now + LIFETIME}
        usual |= {"sub": "u1", "name": "Asha", "team": "red", "role": "member", **changes}
        return {name: value for name, value in usual.items() if value is not None}

    def token(self, **changes: Any) -> str:
        """Return a token with such claims."""
        return mint(self.claims(**changes), self.secret)


class Crew:
    """Makes people whom no other check has met; `team` is theirs unless another is named."""

    def __init__(self, api: Client, issuer: Issuer, rng: random.Random) -> None:
        self.issuer = issuer
        self._api = api
        self._rng = rng
        self.team = self.word(10)

    def member(self, team: str = "") -> Person:
        """Return somebody who sees what they own or are assigned to."""
        return self.person("member", team or self.team)

    def manager(self, team: str = "") -> Person:
        """Return somebody who sees all of the team."""
        return self.person("manager", team or self.team)

    def admin(self) -> Person:
        """Return somebody who sees everything, from a team without tasks."""
        return self.person("admin", self.word(10))

    def person(self, role: str, team: str, *, sub: str = "", name: str = "") -> Person:
        """Return somebody with a token of their own."""
        sub, name = sub or f"u-{self.word(12)}", name or f"{self._rng.choice(('Asha', 'Bo', 'Chen'))} {self.word(6)}"
        token = self.issuer.token(sub=sub, name=name, team=team, role=role)
        return Person(self._api.as_bearer(token), sub, name, team, role)

    def word(self, length: int) -> str:
        """Return lower-case letters."""
        return word(self._rng, length)

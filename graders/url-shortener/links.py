"""Links and what people do with them: make, follow, look at, change, delete, count."""

from __future__ import annotations

import random
import string
import time
from dataclasses import dataclass, replace
from typing import Any

from backend_katas.client import Answer, Client, done
from backend_katas.grader import word


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was made by `answer`; `api` is the instance that is asked about it.

    `stats_route` is where its clicks are told, as this variant's brief calls it.
    """

    api: Client
    answer: Answer
    url: str
    stats_route: str

    @property
    def code(self) -> str:
        """Its code or alias."""
        return self.answer.member("code", str)

    @property
    def token(self) -> str:
        """Its management token."""
        return self.answer.member("management_token", str)

    @property
    def manager(self) -> Client:
        """A client that sends the management token."""
        return self.api.as_bearer(self.token)

    def on(self, api: Client) -> Link:
        """Return the same link on another instance."""
        return replace(self, api=api)

    def follow(self, **options: Any) -> Answer:
        """Click it."""
        return self.api.get(f"/{self.code}", **options)

    def look(self, **options: Any) -> Answer:
        """Ask where it leads, without a click."""
        return self.api.head(f"/{self.code}", **options)

    def show(self) -> Answer:
        """Ask for it as anybody may."""
        return self.api.get(f"/api/links/{self.code}")

    def change(self, **members: Any) -> Answer:
        """Send a PATCH with the token."""
        return self.manager.patch(f"/api/links/{self.code}", json=members)

    def delete(self) -> Answer:
        """Send a DELETE with the token."""
        return self.manager.delete(f"/api/links/{self.code}")

    def stats(self) -> Answer:
        """Ask for the clicks with the token."""
        return self.manager.get(f"/api/links/{self.code}/{self.stats_route}")

    def counted(self, number: int, *, within: float = 7.0) -> Answer:
        """Return the statistics as soon as they tell of `number` clicks, or after so many seconds as they are."""
        end = time.monotonic() + within
        while (answer := done(self.stats(), 200)).member("clicks", int) < number and time.monotonic() < end:
            time.sleep(0.05)
        return answer


class Links:
    """Makes links to targets that nobody else has."""

    def __init__(self, api: Client, rng: random.Random, stats_route: str) -> None:
        self._api = api
        self._rng = rng
        self._stats_route = stats_route

    def on(self, api: Client) -> Links:
        """Return a maker of links on another instance."""
        return Links(api, self._rng, self._stats_route)

    def url(self) -> str:
        """Return a target."""
        return f"https://example.com/{self.word(8)}/{self.word(6)}?{self.word(3)}={self.word(5)}"

    def word(self, length: int) -> str:
        """Return lower-case letters."""
        return word(self._rng, length)

    def alias(self, length: int = 12) -> str:
        """Return an alias that nobody has."""
        return "".join(self._rng.choices(string.ascii_letters + string.digits, k=length))

    def attempt(self, url: str | None = None, *, headers: dict[str, str] | None = None, **members: Any) -> Answer:
        """Send a creation; `members` are added to the body."""
        body = {"url": self.url() if url is None else url, **members}
        return self._api.post("/api/links", json=body, headers=headers or {})

    def make(self, url: str | None = None, *, headers: dict[str, str] | None = None, **members: Any) -> Link:
        """Make a link."""
        target = self.url() if url is None else url
        return self.made(done(self.attempt(target, headers=headers, **members), 201), target)

    def made(self, answer: Answer, url: str) -> Link:
        """Return the link that an answer is about."""
        return Link(self._api, answer, url, self._stats_route)

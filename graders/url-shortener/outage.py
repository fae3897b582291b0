"""A program whose Redis goes away, then its PostgreSQL, then itself, then Redis in silence, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backend_katas.ageing import Cellar
from backend_katas.client import Answer, Call, done
from backend_katas.grader import eventually
from backend_katas.proxy.statement import Fault

from .links import Link, Links
from .lookups import lookups_of

# A second by the rule, and more for a busy machine.
AT_ONCE = 2.5
SOON = 10.0  # seconds; twice what the rules say, for a busy machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was asked at one moment, so that slow answers do not add up, and where the link leads that was made."""

    hot: Link
    followed: Answer
    cold: Link
    found: Answer
    missing: Answer
    url: str
    created: Answer
    led: Answer | None


class Outage:
    """The story is played once, beside other checks because most of it is waiting; each check judges one part of it.

    A part in which something went wrong raises that when it is asked for. A program that does not get over it by itself
    is started anew.
    """

    def __init__(self, cellar: Cellar, links: Links) -> None:
        self._cellar = cellar
        self._api = cellar.api
        self._links = links
        self._refusal: Fault | None = None
        self._quiet: Link | None = None  # that nobody touches before Redis is back
        self._postgres, self._redis = (cellar.deployment.services[name] for name in ("postgres", "redis"))

    def play(self) -> None:
        """Play all of it; Redis in silence comes last, because connections to it may hang for long."""
        self._cellar.keep("refused", self._refuse)
        self._part("used again", self._use_again)
        self._black_out()
        self._part("crash", self._crash)
        self._part("mute", self._silence)

    def _part(self, name: str, play: Callable[[], Any]) -> None:
        if not self._cellar.keep(name, play):
            self._cellar.keep(f"start after {name}", self._cellar.deployment.restart)

    def _refuse(self) -> tuple[Survey, tuple[str, Answer] | None, Fault]:
        """Return the survey, the target of a link that was changed and where it leads, and the fault."""
        hot, cold, url = self._hot(), self._links.make(), self._links.url()
        self._quiet = self._links.make()
        with self._redis.relay.down() as self._refusal:
            survey = self._survey(hot, cold)
            changed = (url, hot.follow()) if hot.change(url=url).status_code == 200 else None
        return survey, changed, self._refusal

    def _silence(self) -> tuple[Survey, Fault]:
        hot, cold = self._hot(), self._links.make()
        with self._redis.relay.black_hole() as fault:
            return self._survey(hot, cold), fault

    def _use_again(self) -> int:
        """Wait until hot codes are redirected without a SELECT, and return how often Redis was missed before.

        Nothing is made or changed meanwhile: for that a program may look after Redis anew, and here it has to do so by
        itself.
        """
        link = self._quiet or self._links.make()

        def served_hot() -> bool:
            link.look()
            with self._postgres.relay.counting() as count:
                statuses = {link.look().status_code for _ in range(5)}
            return statuses == {302} and not lookups_of(count) and bool(self._redis.keyspace.keys())

        self._redis.keyspace.flush()
        eventually(served_hot, within=SOON, what="a redirect without a SELECT, while something stands in Redis,")
        return self._refusal.hits if self._refusal else 0

    def _black_out(self) -> None:
        unknown, keep = self._links.alias(), self._cellar.keep
        if not keep("cached", self._cached):
            return
        with self._postgres.relay.down() as fault:
            keep("blackout", lambda: self._ask_without_postgres(unknown))
            keep("not ready", lambda: self._see("/readyz", 503, within=5.0))
            keep("still cached", lambda: self._cached_link.follow())
        keep("blackout hits", lambda: fault.hits)
        self._part("back", lambda: self._come_back(unknown))

    def _ask_without_postgres(self, unknown: str) -> dict[str, Answer]:
        creation = Call("POST", "/api/links", json={"url": self._links.url()})
        cached = self._cached_link.follow()
        # The question for `/readyz` is only to be there: a program may look after its database only now and then.
        calls = [Call("GET", f"/{unknown}"), creation, Call("GET", "/readyz")]
        missing, created, _ = self._api.burst(calls)
        return {"cached": cached, "missing": missing, "created": created, "healthz": self._api.get("/healthz")}

    def _come_back(self, unknown: str) -> tuple[Link, Answer]:
        """Return a link that was made afterwards and where it leads."""
        self._see("/readyz", 200)
        self._see(f"/{unknown}", 404)
        new = self._links.make()
        return new, new.follow()

    def _crash(self) -> dict[str, Answer | str]:
        """Return what is answered after a crash about links that had been made, changed and deleted."""
        link, changed, deleted = self._links.make(alias=self._links.alias()), self._links.make(), self._links.make()
        url = self._links.url()
        done(changed.change(url=url), 200)
        done(deleted.delete(), 204)
        self._cellar.deployment.crash()
        return {
            "url": link.url,
            "made": link.follow(),
            "new url": url,
            "changed": changed.follow(),
            "deleted": deleted.follow(),
            "managed": link.change(url=url),
        }

    def _survey(self, hot: Link, cold: Link) -> Survey:
        url = self._links.url()
        calls = [
            Call("GET", f"/{hot.code}", deadline=AT_ONCE),
            Call("GET", f"/{cold.code}", deadline=AT_ONCE),
            Call("GET", f"/{self._links.alias()}", deadline=AT_ONCE),
            Call("POST", "/api/links", json={"url": url}, deadline=AT_ONCE),
        ]
        followed, found, missing, created = self._api.burst(calls)
        led = self._links.made(created, url).follow(deadline=AT_ONCE) if created.status_code == 201 else None
        return Survey(
            hot=hot, followed=followed, cold=cold, found=found, missing=missing, url=url, created=created, led=led
        )

    def _hot(self) -> Link:
        link = self._links.make()
        done(link.follow(), 302)
        return link

    def _cached(self) -> Link:
        self._cached_link = self._hot()
        done(self._cached_link.follow(), 302)
        return self._cached_link

    def _see(self, path: str, status: int, *, within: float = SOON) -> None:
        eventually(lambda: self._api.get(path).status_code == status, within=within, what=f"a {status} of `{path}`")

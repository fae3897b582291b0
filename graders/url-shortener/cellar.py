"""What has to grow old before it is judged, made early so that nobody waits for it: links that expire, clicks."""

from __future__ import annotations

import random
import time

from backend_katas.client import Client
from backend_katas.deployment import Deployment

from .links import Link, Links, done
from .shelf import Shelf

LIFETIME = 2  # seconds
# A lifetime and a full second more, since a program may keep whole seconds.
AGED = 3.1


class Cellar:
    """Links that grow old while the checks of other levels go on, each made on its own."""

    def __init__(self, deployment: Deployment, seed: int) -> None:
        api = deployment.client()
        api.recorder = []  # not on the record of the check that happens to be the first
        links = Links(api, random.Random(f"{seed}:aged"))
        self._shelf = Shelf()
        self._shelf.keep("cold link", lambda: links.make(expires_in=LIFETIME), api)
        self._shelf.keep("hot link", lambda: _followed(links.make(expires_in=LIFETIME), 2), api)
        self._shelf.keep("link to revive", lambda: _followed(links.make(expires_in=LIFETIME), 1), api)
        self._shelf.keep("clicked link", lambda: _followed(links.make(), 3), api)
        self._shelf.keep("link to remember", lambda: _followed(links.make(), 3), api)
        self._shelf.keep("seen link", lambda: _followed(_seen(links.make()), 1), api)
        self._ripe = time.monotonic() + AGED

    def take(self, name: str, api: Client) -> Link:
        """Return a link when it is past its time, on the record of `api`, or raise what went wrong."""
        self.ripen()
        return self._shelf.take(name, api).on(api)

    def ripen(self) -> None:
        """Wait until everything is past its time."""
        if self._shelf.holds_something:
            time.sleep(max(self._ripe - time.monotonic(), 0))


class Aged:
    """What is past its time, for one check."""

    def __init__(self, api: Client, cellar: Cellar) -> None:
        self._api = api
        self._cellar = cellar

    def __getitem__(self, name: str) -> Link:
        """Return a link by its name."""
        return self._cellar.take(name, self._api)


def _followed(link: Link, times: int) -> Link:
    for _ in range(times):
        done(link.follow(), 302)
    return link


def _seen(link: Link) -> Link:
    """Do with a link all that is no click."""
    for _ in range(3):
        done(link.look(), 302)
        done(link.show(), 200)
    return link

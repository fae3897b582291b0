"""What has to grow old before it is judged, made early so that nobody waits for it: links that expire, clicks."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from backend_katas.client import Client
from backend_katas.deployment import Deployment
from backend_katas.model import Exchange

from .links import Link, Links, done

LIFETIME = 2  # seconds
# A lifetime and a full second more, since a program may keep whole seconds.
AGED = 3.1


class Cellar:
    """Links that grow old while the checks of other levels go on.

    Each is made on its own: where that went wrong, it is told to the check that asks for the link. That check also gets
    on its record how the link was made.
    """

    def __init__(self, deployment: Deployment, seed: int) -> None:
        self._api = deployment.client()
        self._things: dict[str, tuple[Any, list[Exchange]]] = {}
        links = Links(self._api, random.Random(f"{seed}:aged"))
        self._keep("cold link", lambda: links.make(expires_in=LIFETIME))
        self._keep("hot link", lambda: _followed(links.make(expires_in=LIFETIME), 2))
        self._keep("link to revive", lambda: _followed(links.make(expires_in=LIFETIME), 1))
        self._keep("clicked link", lambda: _followed(links.make(), 3))
        self._keep("seen link", lambda: _followed(_seen(links.make()), 1))
        self._ripe = time.monotonic() + AGED

    def take(self, name: str, api: Client) -> Any:
        """Return a link when it is past its time, with its making on the record of `api`, or raise what went wrong."""
        if any(not isinstance(thing, AssertionError) for thing, _ in self._things.values()):
            time.sleep(max(self._ripe - time.monotonic(), 0))
        thing, exchanges = self._things[name]
        api.recorder.extend(exchange for exchange in exchanges if exchange not in api.recorder)
        if isinstance(thing, AssertionError):
            raise thing
        return thing.on(api)

    def _keep(self, name: str, make: Callable[[], Link]) -> None:
        begin = len(self._api.recorder)
        try:
            thing: Link | AssertionError = make()
        except AssertionError as fault:
            thing = fault
        self._things[name] = thing, self._api.recorder[begin:]


class Aged:
    """What is past its time, for one check."""

    def __init__(self, api: Client, cellar: Cellar) -> None:
        self._api = api
        self._cellar = cellar

    def __getitem__(self, name: str) -> Any:
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

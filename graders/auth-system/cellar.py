"""What has to grow old before it is judged, made early so that nobody waits for it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from backend_katas.client import Client
from backend_katas.deployment import Deployment
from backend_katas.model import Exchange

from .people import Account, Letters, People, done

HALF_AGED = 1.6  # seconds; twice that is the lifetimes below and a full second more, since `exp` is in whole seconds
SHORT_LIVED = {
    "REFRESH_TOKEN_TTL": "2",
    "VERIFY_TOKEN_TTL": "2",
    "RESET_TOKEN_TTL": "2",
    "LOGIN_MAX_FAILURES": "3",
    "LOCKOUT_SECONDS": "2",
}


class Cellar:
    """Things that grow old in a program whose lifetimes are two seconds, while the checks of other levels go on.

    Each thing is made on its own: where that went wrong, it is told to the check that asks for the thing. That check
    also gets on its record how the thing was made.
    """

    def __init__(self, deployment: Deployment, seed: int) -> None:
        self._api = deployment.client()
        self._nudge = threading.Timer(HALF_AGED, self._knock, [deployment.client()])
        self._things: dict[str, tuple[Any, list[Exchange]]] = {}
        mailbox = deployment.services["smtp"].endpoint.mailbox
        assert mailbox is not None
        people, letters = People(self._api, random.Random(f"{seed}:aged")), Letters(mailbox)
        self._keep("refresh token", lambda: people.member().login().refresh)
        self._keep("verification token", lambda: letters.verification(people.member()))
        self._keep("reset token", lambda: letters.reset(people.member()))
        self._keep("locked account", lambda: _lock(people.member()))
        self._ripe = time.monotonic() + 2 * HALF_AGED
        if self._made("locked account"):
            self._nudge.start()

    def take(self, name: str, api: Client) -> Any:
        """Return a thing when it is past its time, with its making on the record of `api`, or raise what went wrong."""
        if any(map(self._made, self._things)):
            time.sleep(max(self._ripe - time.monotonic(), 0))
        if name not in self._things:
            self._open_the_lock()
        thing, exchanges = self._things[name]
        api.recorder.extend(exchange for exchange in exchanges if exchange not in api.recorder)
        if isinstance(thing, AssertionError):
            raise thing
        return thing

    def close(self) -> None:
        """Let nothing knock after the session."""
        self._nudge.cancel()

    def _keep(self, name: str, make: Callable[[], Any]) -> None:
        begin = len(self._api.recorder)
        try:
            thing = make()
        except AssertionError as fault:
            thing = fault
        self._things[name] = thing, self._api.recorder[begin:]

    def _made(self, name: str) -> bool:
        return not isinstance(self._things[name][0], AssertionError)

    def _knock(self, api: Client) -> None:
        """Try a locked account half way, which must not prolong the lock; what comes of it shows afterwards."""
        with suppress(AssertionError):
            replace(self._things["locked account"][0], api=api).fail()

    def _open_the_lock(self) -> None:
        if self._made("locked account"):
            self._nudge.join()
            account = self._things["locked account"][0]
            self._keep("failure after the lock", account.fail)
            self._keep("login after the lock", account.attempt)
        else:
            names = ("failure after the lock", "login after the lock")
            self._things |= dict.fromkeys(names, self._things["locked account"])


@dataclass(frozen=True, slots=True)
class Aged:
    """What is past its time, for one check; `api` is a client of the program that made it."""

    api: Client
    cellar: Cellar

    def __getitem__(self, name: str) -> Any:
        """Return a thing by its name."""
        return self.cellar.take(name, self.api)


def _lock(account: Account) -> Account:
    for _ in range(3):
        done(account.fail(), 401)
    done(account.attempt(), 429)
    return account

"""What has to grow old before it is judged: links that expire, clicks."""

from __future__ import annotations

from backend_katas.ageing import Aged, Cellar
from backend_katas.client import done

from .links import Link, Links

LIFETIME = 2  # seconds
# A lifetime and a full second more, since a program may keep whole seconds.
AGED = 3.1


def stock(cellar: Cellar, links: Links) -> None:
    """Make the links."""
    cellar.keep("cold link", lambda: links.make(expires_in=LIFETIME), age=AGED)
    cellar.keep("hot link", lambda: _followed(links.make(expires_in=LIFETIME), 2), age=AGED)
    cellar.keep("link to revive", lambda: _followed(links.make(expires_in=LIFETIME), 1), age=AGED)
    cellar.keep("clicked link", lambda: _followed(links.make(), 3), age=AGED)
    cellar.keep("link to remember", lambda: _followed(links.make(), 3), age=AGED)
    cellar.keep("seen link", lambda: _followed(_seen(links.make()), 1), age=AGED)


class AgedLinks:
    """Links that are past their time, for one check."""

    def __init__(self, aged: Aged) -> None:
        self._aged = aged

    def __getitem__(self, name: str) -> Link:
        """Return a link by its name; what is done with it is on the record of the check."""
        return self._aged[name].on(self._aged.api)


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

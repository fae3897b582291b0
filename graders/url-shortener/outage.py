"""What has to work while Redis is away, asked for at the same moment so that slow answers do not add up."""

from __future__ import annotations

from backend_katas.client import Call, Client

from .answers import leads_to
from .links import Link, Links

# A second by the rule, and more for a busy machine.
AT_ONCE = 2.5


class Outage:
    """The program while a service is away."""

    def __init__(self, api: Client, links: Links) -> None:
        self._api = api
        self._links = links

    def assert_survived(self, hot: Link, cold: Link) -> None:
        """Judge redirects of a hot, a cold and an unknown code and a creation, and the redirect of what was created."""
        url, unknown = self._links.url(), self._links.alias()
        followed, found, missing, created = self._api.burst(
            [
                Call("GET", f"/{hot.code}", deadline=AT_ONCE),
                Call("GET", f"/{cold.code}", deadline=AT_ONCE),
                Call("GET", f"/{unknown}", deadline=AT_ONCE),
                Call("POST", "/api/links", json={"url": url}, deadline=AT_ONCE),
            ]
        )
        leads_to(hot.url, followed)
        leads_to(cold.url, found)
        assert missing.status_code == 404
        assert created.status_code == 201
        leads_to(url, Link(self._api, created, url).follow(deadline=AT_ONCE))

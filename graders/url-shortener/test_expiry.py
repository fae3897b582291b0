"""Expiry: a link ends in time, whatever a cache says, and its owner may revive it."""

from backend_katas.client import is_problem
from backend_katas.grader import chancy, points

YEAR = 31_536_000


@chancy
@points(2, clause="expiry-1")
def test_a_link_expires(links, aged, answers):
    """A link is 410 once its expires_in seconds have passed; expires_at says when that is.

    410 tells robots that it was here and will not come back (RFC 9110 section 15.5.11).
    """
    for seconds in (1, 86_400, YEAR):
        made = links.make(expires_in=seconds).answer
        life = made.moment("expires_at") - made.moment("created_at")
        assert abs(life.total_seconds() - seconds) <= 1, f"expires_in is {seconds}, expires_at {life} after created_at"
    fresh = links.make(expires_in=60)
    answers.leads_to(fresh.url, fresh.follow())

    expired = aged["cold link"]

    is_problem(410, expired.follow())
    assert expired.look().status_code == 410


@chancy
@points(2, clause="expiry-2")
def test_a_cached_link_expires(aged):
    """A link that was followed before it expired is 410 afterwards, though CACHE_TTL is longer than its life.

    A copy in a cache must not outlive the original.
    """
    expired = aged["hot link"]

    assert expired.look().status_code == 410
    is_problem(410, expired.follow())


@chancy
@points(1, clause="expiry-3")
def test_an_expired_link_can_be_revived(aged, answers):
    """The owner of an expired link sees its clicks and revives it by PATCH with expires_in, or null for ever."""
    expired = aged["link to revive"]
    assert expired.follow().status_code == 410
    assert expired.stats().status_code == 200

    revived = expired.change(expires_in=60)

    assert revived.status_code == 200
    revived.moment("expires_at")
    answers.leads_to(expired.url, expired.follow())
    for_ever = expired.change(expires_in=None)
    assert for_ever.status_code == 200
    assert for_ever.member("expires_at") is None
    answers.leads_to(expired.url, expired.follow())

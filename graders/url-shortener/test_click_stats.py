"""Clicks: each counted once, wherever it came in, and none lost."""

from datetime import UTC, date, datetime, timedelta

from backend_katas.client import Call
from backend_katas.grader import chancy, environment, points, private

CLICKS = 200


@chancy
@points(2, clause="click-stats-1")
def test_clicks_are_shown(links, aged):
    """GET /api/links/{code}/{{stats_route}} tells how often and when the link was followed last."""
    new, link = links.make(), aged["clicked link"]

    fresh, stats = new.stats(), link.counted(3)

    assert fresh.status_code == 200
    assert (fresh.member("clicks", int), fresh.member("last_clicked_at"), fresh.member("by_day")) == (0, None, [])
    assert stats.member("clicks", int) == 3
    now, last = datetime.now(UTC), stats.moment("last_clicked_at")
    assert now - timedelta(minutes=5) < last < now + timedelta(seconds=5), "last_clicked_at is not when it was clicked"
    assert link.show().member("clicks", int) == 3


@chancy
@points(4, clause="click-stats-2")
def test_clicks_at_the_same_moment_are_all_counted(api, link):
    """200 clicks at the same moment are 200 within CLICK_FLUSH_SECONDS.

    Read, add one, write: two that read the same number write the same number. Something has to do the adding alone.
    """
    answers = api.burst([Call("GET", f"/{link.code}", deadline=15.0)] * CLICKS)

    assert {answer.status_code for answer in answers} == {302}
    assert link.counted(CLICKS).member("clicks", int) == CLICKS


@chancy
@points(2, clause="click-stats-3")
def test_only_get_is_a_click(aged):
    """HEAD /{code} and looking at /api/links/{code} are no clicks.

    Mail programs and chats look at a link before anybody has seen it.
    """
    stats = aged["seen link"].counted(1)

    assert stats.member("clicks", int) == 1, "it was followed once, and looked at six times"


@chancy
@points(2, clause="click-stats-4")
def test_clicks_on_two_instances_add_up(api, link, twin):
    """20 clicks on each of two instances are 40.

    A counter in the memory of one instance that writes its own figure over the other's loses one of them.
    """
    other = link.on(twin)
    calls = [Call("GET", f"/{link.code}", deadline=10.0)] * 20

    answers = [*api.burst(calls), *twin.burst(calls)]

    assert {answer.status_code for answer in answers} == {302}
    assert other.counted(40).member("clicks", int) == 40
    assert link.counted(40).member("clicks", int) == 40


@private
@environment(CLICK_FLUSH_SECONDS="3600")
@chancy
@points(3, clause="click-stats-5")
def test_no_click_is_lost_when_the_program_is_stopped(api, link, deployment):
    """30 clicks, then SIGTERM at once: after the restart they are 30, however long CLICK_FLUSH_SECONDS is.

    Every deployment of a new version is a SIGTERM; what is only in memory then has to be written first.
    """
    answers = api.burst([Call("GET", f"/{link.code}", deadline=10.0)] * 30)

    deployment.restart()

    assert {answer.status_code for answer in answers} == {302}
    stats = link.stats()
    assert stats.status_code == 200
    assert stats.member("clicks", int) == 30


@chancy
@points(1, clause="click-stats-6")
def test_clicks_are_told_by_day(aged):
    """by_day lists the UTC days that have clicks, oldest first, and adds up to clicks."""
    stats = aged["clicked link"].counted(3)

    by_day = stats.member("by_day", list)

    assert by_day, "there are clicks, but by_day is empty"
    days = [_date(day.member("date", str)) for day in by_day]
    assert days == sorted(set(days)), "by_day is not in order, or has a day twice"
    assert sum(day.member("clicks", int) for day in by_day) == stats.member("clicks", int)
    today = datetime.now(UTC).date()
    assert days[-1] in (today, today - timedelta(days=1)), "the last day of by_day is not the day of the clicks"


@points(1, clause="click-stats-7")
def test_clicks_are_for_the_owner(api, links, variant):
    """The statistics are refused without the link's own token.

    How often a link was followed is nobody else's business (ASVS 8.2.2).
    """
    link, other = links.make(), links.make()
    path = f"/api/links/{link.code}/{variant['stats_route']}"

    assert api.get(path).status_code in (401, 404)
    assert other.manager.get(path).status_code in (401, 403, 404)
    assert link.stats().status_code == 200


def _date(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise AssertionError(f"a date of by_day is not written as 2026-01-31: `{text[:40]}`") from None

"""Redis may be gone, mute or empty, and PostgreSQL gone for a while: what can be answered is answered."""

from backend_katas.client import is_problem
from backend_katas.grader import chancy, points


@chancy
@points(2, clause="redis-down-1")
def test_all_works_while_redis_refuses(outage, answers):
    """While Redis refuses connections, redirects, creations and changes are right, each within a second.

    A cache makes things faster; it must not decide whether they work at all.
    """
    survey, changed, fault = outage["refused"]

    _assert_survived(survey, answers)
    if changed:
        answers.leads_to(*changed)
    assert fault.hits > 0, "the program has no connection to Redis and tried none"


@chancy
@points(2, clause="redis-down-2")
def test_all_works_while_redis_is_mute(outage, answers):
    """While Redis takes every byte and answers nothing, redirects and creations are right, each within a second.

    A network that swallows packets is worse than one that refuses: only a time limit helps.
    """
    survey, fault = outage["mute"]

    _assert_survived(survey, answers)
    assert fault.hits > 0, "nothing was sent to Redis"


@chancy
@points(1, clause="redis-down-3")
def test_redis_is_used_again(outage):
    """When Redis is back, the same process uses it again by itself: hot codes are redirected without a SELECT."""
    hits = outage["used again"]

    assert hits > 0, "the program has no connection to Redis and tried none"


@chancy
@points(2, clause="redis-down-4")
def test_an_empty_redis_costs_nothing(links, aged, redis, empty_redis, answers):
    """Emptying Redis loses no link, no change, no deletion, no token, no Idempotency-Key and no click that was counted.

    Redis is a cache: somebody will restart it, and then what stood in it only is gone.
    """
    link, changed, deleted = aged["link to remember"], links.make(), links.make()
    url = links.url()
    assert changed.change(url=url).status_code == 200
    assert deleted.delete().status_code == 204
    key = {"Idempotency-Key": links.alias(32)}
    keyed = links.make(headers=key)
    answers.leads_to(url, changed.look())
    assert link.counted(3).member("clicks", int) == 3
    assert redis.keyspace.keys(), "a link was followed, but Redis is empty"

    empty_redis()

    assert link.stats().member("clicks", int) == 3
    answers.leads_to(link.url, link.follow())
    answers.leads_to(url, changed.follow())
    assert deleted.follow().status_code in (404, 410)
    assert links.attempt(alias=link.code).status_code == 409
    assert links.attempt(keyed.url, headers=key).member("code") == keyed.code, "one key has made two links"
    assert link.change(url=url).status_code == 200
    assert link.counted(4).member("clicks", int) == 4


@chancy
@points(2, clause="redis-down-5")
def test_cached_codes_redirect_while_postgres_is_away(outage, answers):
    """While PostgreSQL is away hot codes redirect, unknown ones and creations are 503; afterwards all is as before.

    The cache that was to make things fast also carries them through a database's restart (ASVS 16.5.2).
    """
    hot, seen = outage["cached"], outage["blackout"]

    answers.leads_to(hot.url, seen["cached"])
    is_problem(503, seen["missing"])
    is_problem(503, seen["created"])
    assert seen["healthz"].status_code == 200
    assert outage["not ready"] is None
    answers.leads_to(hot.url, outage["still cached"])
    assert outage["blackout hits"] > 0, "the program has no connection to PostgreSQL and tried none"
    new, led = outage["back"]
    answers.leads_to(new.url, led)


@points(1, clause="redis-down-6")
def test_what_was_acknowledged_survives_a_crash(outage, answers):
    """Links, changes and deletions that were answered survive a SIGKILL of the program.

    Whoever was told "done" goes away and prints the poster.
    """
    seen = outage["crash"]

    answers.leads_to(seen["url"], seen["made"])
    answers.leads_to(seen["new url"], seen["changed"])
    assert seen["deleted"].status_code in (404, 410)
    assert seen["managed"].status_code == 200, "the management token is no longer good"


def _assert_survived(survey, answers) -> None:
    """Judge redirects of a hot, a cold and an unknown code and a creation, and the redirect of what was created."""
    answers.leads_to(survey.hot.url, survey.followed)
    answers.leads_to(survey.cold.url, survey.found)
    assert survey.missing.status_code == 404
    assert survey.created.status_code == 201
    answers.leads_to(survey.url, survey.led)

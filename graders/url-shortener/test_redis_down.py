"""Redis may be gone, mute or empty, and PostgreSQL gone for a while: what can be answered is answered."""

from backend_katas.client import Call
from backend_katas.grader import eventually, points, private

SOON = 10.0  # seconds; twice what the rules say, for a busy machine


@private
@points(2, clause="redis-down-1")
def test_all_works_while_redis_refuses(links, redis, outage, answers):
    """While Redis refuses connections, redirects, creations and changes are right, each within a second.

    A cache makes things faster; it must not decide whether they work at all.
    """
    hot, cold = links.make(), links.make()
    assert hot.follow().status_code == 302

    with redis.relay.down() as fault:
        outage.assert_survived(hot, cold)
        url = links.url()
        if hot.change(url=url).status_code == 200:
            answers.leads_to(url, hot.follow())

    assert fault.hits > 0, "the program has no connection to Redis and tried none"


@private
@points(2, clause="redis-down-2")
def test_all_works_while_redis_is_mute(links, redis, outage):
    """While Redis takes every byte and answers nothing, redirects and creations are right, each within a second.

    A network that swallows packets is worse than one that refuses: only a time limit helps.
    """
    hot, cold = links.make(), links.make()
    assert hot.follow().status_code == 302

    with redis.relay.black_hole() as fault:
        outage.assert_survived(hot, cold)

    assert fault.hits > 0, "nothing was sent to Redis"


@private
@points(1, clause="redis-down-3")
def test_redis_is_used_again(link, postgres, redis, lookups):
    """When Redis is back, the same process uses it again by itself: hot codes are redirected without a SELECT."""

    def served_hot() -> bool:
        link.look()
        with postgres.relay.counting() as count:
            statuses = {link.look().status_code for _ in range(5)}
        return statuses == {302} and not lookups(count) and bool(redis.keyspace.keys())

    with redis.relay.down() as fault:
        link.api.burst([Call("HEAD", f"/{link.code}")] * 3, faults=True)
    redis.keyspace.flush()

    eventually(served_hot, within=SOON, what="a redirect without a SELECT, while something stands in Redis,")
    assert fault.hits > 0, "the program has no connection to Redis and tried none"


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


@private
@points(2, clause="redis-down-5")
def test_cached_codes_redirect_while_postgres_is_away(api, links, postgres, answers):
    """While PostgreSQL is away hot codes redirect, unknown ones and creations are 503; afterwards all is as before.

    The cache that was to make things fast also carries them through a database's restart (ASVS 16.5.2).
    """
    hot, unknown = links.make(), links.alias()
    for _ in range(2):
        answers.leads_to(hot.url, hot.follow())

    with postgres.relay.down() as fault:
        answers.leads_to(hot.url, hot.follow())
        creation = Call("POST", "/api/links", json={"url": links.url()})
        *refused, ready = api.burst([Call("GET", f"/{unknown}"), creation, Call("GET", "/readyz")])
        for answer in refused:
            answers.is_problem(503, answer)
        assert api.get("/healthz").status_code == 200
        if ready.status_code != 503:  # a program may look after its database only now and then
            eventually(lambda: api.get("/readyz").status_code == 503, what="a 503 of /readyz")
        answers.leads_to(hot.url, hot.follow())

    assert fault.hits > 0, "the program has no connection to PostgreSQL and tried none"
    eventually(lambda: api.get("/readyz").status_code == 200, within=SOON, what="a 200 of /readyz")
    eventually(lambda: api.get(f"/{unknown}").status_code == 404, within=SOON, what="a 404 of an unknown code")
    new = links.make()
    answers.leads_to(new.url, new.follow())


@private
@points(1, clause="redis-down-6")
def test_what_was_acknowledged_survives_a_crash(links, deployment, answers):
    """Links, changes and deletions that were answered survive a SIGKILL of the program.

    Whoever was told "done" goes away and prints the poster.
    """
    link, changed, deleted = links.make(alias=links.alias()), links.make(), links.make()
    url = links.url()
    assert changed.change(url=url).status_code == 200
    assert deleted.delete().status_code == 204

    deployment.crash()

    answers.leads_to(link.url, link.follow())
    answers.leads_to(url, changed.follow())
    assert deleted.follow().status_code in (404, 410)
    assert link.change(url=url).status_code == 200, "the management token is no longer good"

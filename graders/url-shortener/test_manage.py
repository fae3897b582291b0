"""Managing: whoever made a link may change it, nobody else, and everybody sees the change at once."""

import re

from backend_katas.client import Call, is_problem
from backend_katas.grader import chancy, environment, invented_peer, points
from backend_katas.probes.tokens import entropy_bits

LIMIT = 3
few_links = environment(CREATE_LIMIT_PER_MINUTE=str(LIMIT))


@points(1, clause="manage-1")
def test_the_token_is_shown_once(links):
    """The management token stands in the answer to the creation and nowhere else, has 128 bits and is each link's own.

    What is shown to everybody is no secret, and a token that can be guessed is none either (ASVS 11.5.1).
    """
    link, other = links.make(), links.make()

    assert link.token != other.token
    for token in (link.token, other.token):
        assert entropy_bits(token) >= 128, f"`{token}` cannot hold 128 random bits"
    changed = link.change(url=links.url())
    assert changed.status_code == 200
    for answer in (link.show(), changed, link.stats(), link.follow()):
        assert answer.status_code in (200, 302)
        shown = answer.text + str(answer.headers)
        assert link.token not in shown, f"{answer.request.method} {answer.request.path_url} shows the management token"


@points(1, clause="manage-2")
def test_the_token_is_not_stored(links, postgres, redis):
    """Neither PostgreSQL nor Redis holds a management token, also when the link was made with an Idempotency-Key.

    A thief of the database must not be able to redirect every poster in town (ASVS 11.4).
    """
    plain, keyed = links.make(), links.make(headers={"Idempotency-Key": links.alias(24)})
    url = links.url()
    for link in (plain, keyed):
        assert link.follow().status_code == 302
        assert link.change(url=url).status_code == 200

    needles = {f"a token: {part[:6]}…": part for link in (plain, keyed) for part in _parts(link)}
    in_tables = [str(finding) for finding in postgres.database.find(needles)]
    in_redis = redis.keyspace.find(list(needles.values()))
    kept = postgres.database.find({"a target": url})
    assert in_tables == [], "tokens stand in the database"
    assert in_redis == [], "tokens stand in Redis"
    assert kept != [], "links are not kept in PostgreSQL: the target of one stands in no table"


@points(1, clause="manage-3")
def test_nobody_else_may_change_a_link(api, links, answers):
    """PATCH and DELETE without the link's own token are refused and change nothing.

    The code is printed on the poster: to know it is no right (ASVS 8.2.2).
    """
    link, other = links.make(), links.make()
    path = f"/api/links/{link.code}"

    for client in (api, *_wrong_clients(api, link, other)):
        accepted = (401, 404) if client is api else (401, 403, 404)
        for answer in (client.patch(path, json={"url": links.url()}), client.delete(path)):
            assert answer.status_code in accepted
            is_problem(answer.status_code, answer)
            if answer.status_code == 401:
                assert "WWW-Authenticate" in answer.headers, "a 401 without WWW-Authenticate (RFC 9110, 15.5.2)"
    answers.leads_to(link.url, link.follow())
    assert link.change(url=other.url).status_code == 200


@points(1, clause="manage-4")
def test_the_owner_may_change_the_target(links, answers):
    """PATCH with the token changes what it names and nothing else, and obeys the rules for targets."""
    link = links.make(alias=links.alias(), expires_in=3600)
    url = links.url()

    same, changed = link.change(), link.change(url=url)

    for answer, expected in ((same, link.url), (changed, url)):
        assert answer.status_code == 200
        assert (answer.member("url"), answer.member("code")) == (expected, link.code)
        for member in ("created_at", "expires_at"):
            kept = answer.moment(member) - link.answer.moment(member)
            assert abs(kept.total_seconds()) < 1, f"`{member}` was changed"
    for unsafe in ("javascript:alert(1)", "//example.com/", "https://user@example.com/", "https://example.com/\n", 7):
        assert link.change(url=unsafe).status_code in (422, 400), f"a change to {unsafe!r} was not refused"
    as_merge_patch = {"Content-Type": "application/merge-patch+json"}
    last = link.manager.patch(f"/api/links/{link.code}", data="{}", headers=as_merge_patch)
    assert last.status_code == 200
    assert last.member("url") == url, "a refused change was made"
    answers.leads_to(url, link.follow())


@chancy
@points(1, clause="manage-5")
def test_changes_are_seen_at_once_by_every_instance(api, links, twin, answers):
    """After PATCH, and after DELETE, the very next redirect obeys it on both of two instances, however hot the link is.

    A cache that is told too late sends people to the old page; one in memory has to be told by the other instance.
    """
    for first, second in ((api, twin), (twin, api)):
        link = links.on(first).make()
        here, there = link.on(first), link.on(second)
        for _ in range(2):
            answers.leads_to(link.url, here.follow())
            answers.leads_to(link.url, there.follow())
        for _ in range(2):
            url = links.url()
            assert here.change(url=url).status_code == 200
            answers.leads_to(url, there.follow())
            answers.leads_to(url, here.follow())
        assert here.delete().status_code == 204
        assert there.follow().status_code in (404, 410), "the other instance still redirects"
        assert here.follow().status_code in (404, 410), "the instance that deleted it still redirects"


@points(1, clause="manage-6")
def test_a_deleted_link_is_gone_for_good(links, answers):
    """DELETE answers 204; then the redirect is 404 or 410, managing is 404, and the alias stays taken.

    Old posters hang for years: whoever got the code next would get their visitors.
    """
    link = links.make(alias=links.alias())
    answers.leads_to(link.url, link.follow())

    assert link.delete().status_code == 204

    assert link.follow().status_code in (404, 410)
    assert link.look().status_code in (404, 410)
    assert link.show().status_code in (404, 410)
    for again in (link.delete(), link.change(url=links.url()), link.stats()):
        is_problem(404, again)
    is_problem(409, links.attempt(alias=link.code))
    assert link.follow().status_code in (404, 410), "the code is back"


@few_links
@chancy
@points(1, clause="manage-7")
def test_creations_are_limited(links):
    """Over CREATE_LIMIT_PER_MINUTE creations answer 429 with Retry-After, whatever X-Forwarded-For says.

    Anybody can write these headers: a limit that believes them is none (ASVS 4.1.3).
    """
    # A program may count in fixed minutes: the limit is met twice then, at most.
    attempts = [links.attempt(headers=invented_peer(number)) for number in range(LIMIT)]
    while attempts[-1].status_code == 201 and len(attempts) <= 2 * LIMIT:
        attempts.append(links.attempt(headers=invented_peer(len(attempts))))

    assert [answer.status_code for answer in attempts[:LIMIT]] == [201] * LIMIT
    is_problem(429, attempts[-1])
    assert 0 < attempts[-1].retry_after() <= 61, "Retry-After is not within a minute"


@few_links
@chancy
@points(1, clause="manage-8")
def test_each_peer_address_has_its_own_limit(deployment, links):
    """One address that has reached the limit does not stop another, and what was refused as invalid is not counted."""
    one, other = (links.on(deployment.client(source=f"127.0.0.{number}")) for number in (2, 3))

    invalid = [one.attempt("javascript:alert(1)") for _ in range(LIMIT + 1)]
    valid = [one.attempt() for _ in range(LIMIT)]
    while valid[-1].status_code == 201 and len(valid) <= 2 * LIMIT:
        valid.append(one.attempt())

    assert {answer.status_code for answer in invalid} <= {422, 400}
    assert [answer.status_code for answer in valid[:LIMIT]] == [201] * LIMIT
    assert valid[-1].status_code == 429
    assert other.attempt().status_code == 201, "one address has reached the limit, and another is stopped"


@few_links
@chancy
@points(1, clause="manage-8")
def test_the_limit_stands_in_the_database(links, deployment, twin, redis):
    """An address that has reached the limit at one instance is limited at the other, also when Redis is emptied.

    A count in memory is as many counts as there are instances, and one in a cache is gone whenever the cache is.
    """
    here, there = (deployment.client(program, source="127.0.0.4") for program in deployment.programs[:2])
    assert twin.get("/healthz").status_code == 200

    # In fixed minutes a new one may begin just now, but not twice in a row.
    statuses = [_limited_elsewhere(links.on(here), links.on(there), redis) for _ in range(2)]

    assert 429 in statuses, "the address could create links again at the other instance, after Redis was emptied"


@chancy
@points(1, clause="manage-9")
def test_a_repeated_creation_makes_one_link(api, twin, links, answers, postgres):
    """The same creation under one Idempotency-Key makes one link and gets the same answer, also at another instance.

    Whoever got no answer asks again: without the key they would own a link whose token they never saw.
    """
    key, body = {"Idempotency-Key": links.alias(32)}, {"url": links.url()}

    with postgres.relay.delay(0.02) as fault:
        at_once = api.burst([Call("POST", "/api/links", json=body, headers=key, deadline=10.0)] * 5)
    again = twin.post("/api/links", json=body, headers=key)
    another = api.post("/api/links", json={"url": links.url()}, headers=key)
    lengths = {length: {"Idempotency-Key": links.alias(32).ljust(length, "k")[:length]} for length in (1, 255)}

    assert {answer.status_code for answer in at_once} <= {201, 409}
    made = [*[answer for answer in at_once if answer.status_code == 201], again]
    for answer in made:
        assert answer.status_code == 201
        assert answer.headers.get("Location") == made[0].headers.get("Location")
        assert answer.member("code", str) == made[0].member("code", str), "one key has made two links"
        assert answer.member("management_token", str) == made[0].member("management_token", str)
    assert another.status_code in (422, 400)
    answers.leads_to(body["url"], api.get(f"/{again.member('code')}"))
    assert len(made) > 1, "of five at the same moment none was answered with 201"
    for length, sized in lengths.items():
        assert api.post("/api/links", json=body, headers=sized).status_code == 201, f"a key of {length} characters"
    assert fault.hits > 0, "the key is not kept in PostgreSQL: no creation asked it for anything"


def _limited_elsewhere(here, there, redis) -> int:
    """Reach the limit at one instance, empty Redis, and return the status of one more creation at the other."""
    statuses = [here.attempt().status_code for _ in range(LIMIT)]
    while statuses[-1] == 201 and len(statuses) <= 2 * LIMIT:
        statuses.append(here.attempt().status_code)
    assert statuses[-1] == 429
    redis.keyspace.flush()
    return there.attempt().status_code


def _parts(link) -> list[str]:
    """Return the token, and the long parts of one that is made of several: one of them may be the secret."""
    parts = [part for part in re.split(r"[.:~]", link.token) if len(part) >= 16]
    return list(dict.fromkeys([link.token, *parts]))


def _wrong_clients(api, link, other) -> list:
    headers = (f"Basic {link.token}", link.token, "Bearer null")
    made_up = "0" * len(link.token)
    return [
        *(api.with_headers({"Authorization": header}) for header in headers),
        *(api.as_bearer(token) for token in (made_up, link.token[:-5], link.token + "x", link.code, other.token)),
    ]

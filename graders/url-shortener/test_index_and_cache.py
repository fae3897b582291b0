"""Looked up by an index once, and from a cache from then on."""

from backend_katas.client import Call
from backend_katas.grader import chancy, points, private

MANY = 20
# Of this many look-ups of a hot code, this many statements may be somebody else's: a pool's, a clean-up's.
HOT, CHANCE = 40, 8
STAMPEDE, MOST = 50, 5


@private
@points(3, clause="index-and-cache-1")
def test_a_cold_code_is_found_by_an_index(links, deployment, postgres, redis):
    """Twenty codes that are in no cache are found in PostgreSQL by an index, without reading a whole table.

    Reading a table of a million links for one of them takes a second; a B-tree takes three steps.
    """
    made = [links.make() for _ in range(MANY)]

    with postgres.preferring_indexes():
        deployment.restart()
        redis.keyspace.flush()
        with postgres.scans() as scans:
            answers = [link.look() for link in made]

    assert {answer.status_code for answer in answers} == {302}
    read_whole = [table for table, number in scans.sequential.items() if number >= MANY]
    assert read_whole == [], f"tables read whole for {MANY} look-ups: {', '.join(read_whole)}"
    assert scans.by_index.total() >= MANY, f"{MANY} look-ups did not use an index {MANY} times"


@chancy
@points(4, clause="index-and-cache-2")
def test_a_hot_code_asks_no_database(api, links, twin, postgres, empty_redis, lookups):
    """Forty redirects of a code that was looked up a moment ago send PostgreSQL no SELECT.

    A poster is scanned by thousands in a minute: the first may ask the database, the others must not.
    """
    link = links.on(twin).make().on(api)
    empty_redis()

    with postgres.relay.counting() as cold:
        first = link.look()
    link.look()
    with postgres.relay.counting() as hot:
        answers = [link.look() for _ in range(HOT)]

    assert {answer.status_code for answer in (first, *answers)} == {302}
    assert len(lookups(cold)) > 0, "the first redirect did not look the code up in PostgreSQL"
    assert len(lookups(hot)) < CHANCE, f"{HOT} redirects of one code sent {len(lookups(hot))} SELECTs"


@points(2, clause="index-and-cache-3")
def test_every_key_has_a_time_to_live(api, links, redis, deployment):
    """What was looked up stands in Redis, and every key there expires, a link's within CACHE_TTL.

    Without a time to live a cache grows until Redis is full, and a mistake in it stays for ever.
    """
    made = [links.make() for _ in range(3)]
    for link in made:
        assert link.follow().status_code == 302
        assert link.follow().status_code == 302
    assert api.get(f"/{links.alias()}").status_code == 404

    keys = redis.keyspace.keys()

    assert keys, "links were followed, but Redis is empty"
    eternal = [key.name for key in keys if key.ttl is None]
    assert eternal == [], f"{len(eternal)} of {len(keys)} keys have no time to live"
    with_target = set(redis.keyspace.find([link.url for link in made]))
    longest = 1.25 * int(deployment.environment["CACHE_TTL"]) + 1
    too_long = [(key.name, key.ttl) for key in keys if key.name in with_target and (key.ttl or 0) > longest]
    assert too_long == [], "cached links outlive CACHE_TTL by more than a quarter"


@chancy
@points(3, clause="index-and-cache-4")
def test_a_stampede_asks_once(api, links, twin, postgres, empty_redis, lookups, answers):
    """Fifty requests for a cold code at the same moment, while PostgreSQL is slow, look it up at most five times.

    When a hot entry expires, everybody misses it at once; fifty equal questions can bring a database down.
    """
    link = links.on(twin).make().on(api)
    empty_redis()

    with postgres.relay.delay(0.2) as fault, postgres.relay.counting() as count:
        seen = api.burst([Call("HEAD", f"/{link.code}", deadline=15.0)] * STAMPEDE)

    for answer in seen:
        answers.leads_to(link.url, answer)
    assert fault.hits > 0, "no request asked PostgreSQL for anything"
    assert 1 <= len(lookups(count)) <= MOST, f"{STAMPEDE} requests for one code sent {len(lookups(count))} SELECTs"


@chancy
@points(1, clause="index-and-cache-5")
def test_an_unknown_code_is_looked_up_once(api, links, link, postgres, lookups):
    """Twenty requests for a code that does not exist send PostgreSQL a SELECT for the first of them only.

    Whoever asks for what is not there goes past every cache that only knows what is (RFC 9110 section 15.5.5).
    """
    unknown = links.alias()

    with postgres.relay.counting() as first:
        answers = [api.head(f"/{unknown}")]
    with postgres.relay.counting() as count:
        answers += [api.head(f"/{unknown}") for _ in range(MANY)]

    assert {answer.status_code for answer in answers} == {404}
    assert link.look().status_code == 302
    assert len(lookups(first)) > 0, "a code that nobody has asked for yet was not looked up in PostgreSQL"
    assert len(lookups(count)) < CHANCE, f"{MANY} requests for one unknown code sent {len(lookups(count))} SELECTs"


@points(2, clause="index-and-cache-6")
def test_a_new_alias_is_no_longer_unknown(api, links, twin, answers):
    """An alias that was 404 a moment ago redirects as soon as it is created, on both of two instances.

    Many look whether an alias is free before they take it.
    """
    for maker in (api, twin):
        alias = links.alias()
        assert [client.get(f"/{alias}").status_code for client in (api, twin) * 2] == [404] * 4

        link = links.on(maker).make(alias=alias)

        for client in (twin, api):
            answers.leads_to(link.url, link.on(client).follow())

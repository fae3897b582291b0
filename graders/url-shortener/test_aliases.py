"""Aliases: a code of one's own choice, for exactly one of those who want it."""

from backend_katas.client import Call, is_problem
from backend_katas.grader import chancy, points

CLAIMS = 20
RESERVED = ("api", "healthz", "readyz", "metrics", "static")


@points(2, clause="aliases-1")
def test_an_alias_becomes_the_code(links, answers, deployment, variant):
    """A link with `alias` has it as its code: 3 to {{longest_alias}} letters, digits, dashes and underscores."""
    longest = links.alias(variant["longest_alias"])
    wanted = [links.alias(3), longest, f"{links.word(4)}-{links.word(3)}_7", f"-_{links.alias(4)}_-"]

    for alias in wanted:
        link = links.make(alias=alias)
        assert link.code == alias
        assert link.answer.member("short_url") == f"{deployment.environment['PUBLIC_BASE_URL']}/{alias}"
        answers.leads_to(link.url, link.follow())


@points(2, clause="aliases-2")
def test_an_odd_alias_is_refused(links, variant):
    """An alias that is too short, too long or has other characters is refused.

    What stands in a path raw has to be plain: a slash is another path, a dot may be a file, a blank breaks in mails.
    """
    word, too_long = links.word(6), variant["longest_alias"] + 1
    odd = {
        "no": "",
        "two": word[:2],
        f"{too_long}": links.alias(too_long),
        "a slash among its": f"{word}/x",
        "a dot among its": f"{word}.html",
        "a blank among its": f"{word} x",
        "a line feed at the end of its": f"{word}\n",
        "a letter with an accent among its": f"{word}é",
        "digits of another script among its": f"{word}٣",
        "a full-width letter among its": f"{word}\uff21",
        "a percent sign among its": f"{word}%41",
        "a question mark among its": f"{word}?",
        "U+0000 among its": f"{word}\0",
    }

    links.make(alias=word)
    for what, alias in odd.items():
        answer = links.attempt(alias=alias)
        assert answer.status_code in (422, 400), f"an alias with {what} characters was not refused: {alias!r}"
        is_problem(answer.status_code, answer)


@points(1, clause="aliases-3")
def test_reserved_words_are_refused(api, links):
    """`api`, `healthz`, `readyz`, `metrics` and `static` are refused as aliases; longer words with them are not.

    A link with such a name would hide a route of the server, today or with its next release.
    """
    for alias in (f"api-{links.word(6)}", f"metrics{links.word(5)}"):
        assert links.attempt(alias=alias).status_code == 201, f"the alias `{alias}` is not reserved, but was refused"
    for alias in RESERVED:
        assert links.attempt(alias=alias).status_code in (422, 400), f"the alias `{alias}` was not refused"
    assert api.get("/healthz").status_code == 200


@points(1, clause="aliases-4")
def test_aliases_are_case_sensitive(links, answers):
    """`Spring` and `spring` are two links.

    Codes of base62 are case-sensitive, and aliases live among them.
    """
    alias = links.word(10)

    lower, title = links.make(alias=alias), links.make(alias=alias.title())

    assert (lower.code, title.code) == (alias, alias.title())
    answers.leads_to(lower.url, lower.follow())
    answers.leads_to(title.url, title.follow())


@points(1, clause="aliases-5")
def test_a_taken_alias_is_a_conflict(links, answers):
    """Claiming an alias or a code that is taken answers 409 with a problem, and the link that has it stays as it is."""
    for link in (links.make(alias=links.alias()), links.make()):
        again = links.attempt(alias=link.code)

        is_problem(409, again)
        answers.leads_to(link.url, link.follow())


@chancy
@points(3, clause="aliases-6")
def test_twenty_claims_at_once_make_one_link(api, links, answers, postgres):
    """Of twenty claims of one alias at the same moment one answers 201, nineteen answer 409, and that one is kept.

    Looking first and inserting then leaves a gap between the two; only a unique index closes it.
    """
    alias = links.alias()
    bodies = [{"url": links.url(), "alias": alias} for _ in range(CLAIMS)]

    with postgres.relay.delay(0.03) as fault:
        claims = api.burst([Call("POST", "/api/links", json=body, deadline=10.0) for body in bodies])

    assert sorted(claim.status_code for claim in claims) == [201, *[409] * (CLAIMS - 1)]
    winner = next(body for body, claim in zip(bodies, claims, strict=True) if claim.status_code == 201)
    answers.leads_to(winner["url"], api.get(f"/{alias}"))
    assert fault.hits > 0, "links are not kept in PostgreSQL: no claim asked it for anything"

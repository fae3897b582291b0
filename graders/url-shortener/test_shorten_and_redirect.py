"""A short link leads to exactly the address that was given."""

from backend_katas.client import is_problem
from backend_katas.grader import points

LONGEST = 2048
ASCII_TARGETS = {
    "a query and a fragment": "https://example.com/a/b.html?x=1&y=2&x=3#part-2",
    "no path": "https://example.com",
    "a query without a path": "http://example.com?q=1",
    "an empty query and an empty fragment": "https://example.com/?#",
    "percent-encoding in both cases": "https://example.com/%7euser/%E4%BD%A0%e5%a5%bd?q=a%2Fb%20c+d%26",
    "an encoded line feed": "https://example.com/%0D%0ASet-Cookie:%20a=b",
    "dots and double slashes": "https://example.com/a/../b/./c//d;v=1",
    "upper case": "HTTPS://Example.COM/Path?Query",
    "a port": "http://example.com:8080/",
    "the usual port": "https://example.com:443/",
    "an IPv6 host": "http://[2001:db8::1]:8080/a",
    "punycode": "https://xn--bcher-kva.example/",
    "an @ and a colon in the path": "https://example.com/@ada:home?mail=ada@example.com",
    "another address in the query": "https://example.com/?next=https%3A%2F%2Fexample.org%2F&or=https://example.org/",
    "marks": "https://example.com/a!b$c&d'e(f)g*h+i,j;k=l:m@n-o._~?p=/?",
}
OTHER_TARGETS = {
    "letters with accents": "https://example.com/été/straße?größe=zwölf#über",
    "other scripts": "https://example.com/你好/мир?שלום=さくら",
    "emoji": "https://example.com/🦉?🐎=🍋",
    "percent-encoding beside raw letters": "https://example.com/%C3%A4/ä?q=%e2%82%ac€",
    "an international host": "https://bücher.example/katalog?seite=1",
}
INVALID = {
    "a list": [],
    "a text": "https://example.com/",
    "null": None,
    "no url": {"alias": "no-url-here"},
    "null for a url": {"url": None},
    "a number for a url": {"url": 7},
    "a list for a url": {"url": ["https://example.com/"]},
    "an empty url": {"url": ""},
    "a number for an alias": {"url": "https://example.com/", "alias": 12345},
    "a list for an alias": {"url": "https://example.com/", "alias": ["abcde"]},
    "a text for expires_in": {"url": "https://example.com/", "expires_in": "soon"},
    "a negative expires_in": {"url": "https://example.com/", "expires_in": -60},
    "an object for expires_in": {"url": "https://example.com/", "expires_in": {"seconds": 60}},
}


@points(2, clause="shorten-and-redirect-1")
def test_shortening_makes_a_link(api, links, deployment):
    """POST /api/links answers 201 with the new link and where to find it, each time another.

    RFC 9110 section 15.3.2: a 201 says what was created and, in Location, where.
    """
    url = links.url()

    answer, again = links.attempt(url), links.attempt(url)

    assert answer.status_code == 201
    code = answer.member("code", str)
    assert answer.headers.get("Location", "").endswith(f"/api/links/{code}"), "Location does not lead to the link"
    assert answer.member("short_url") == f"{deployment.environment['PUBLIC_BASE_URL']}/{code}"
    assert answer.member("url") == url
    assert answer.member("clicks", int) == 0
    assert answer.member("expires_at") is None
    assert answer.member("management_token", str), "the management token is empty"
    created_at = answer.moment("created_at")
    assert again.member("code", str) != code, "the same url again is not another link"
    shown = api.get(f"/api/links/{code}")
    assert shown.status_code == 200
    assert (shown.member("code"), shown.member("url")) == (code, url)
    assert abs(shown.moment("created_at") - created_at).total_seconds() < 1, "`created_at` has changed"


@points(3, clause="shorten-and-redirect-2")
def test_a_short_link_redirects(api, links, answers):
    """GET /{code} answers 302 with the target in Location, whatever query the short link has.

    301 would be kept by browsers for good: the target could never be changed again (RFC 9110 section 15.4).
    """
    one, other = links.make(), links.make()

    answers.leads_to(one.url, one.follow())
    answers.leads_to(other.url, other.follow())
    answers.leads_to(one.url, one.follow())
    answers.leads_to(one.url, api.get(f"/{one.code}", params={"from": "poster"}))


@points(1, clause="shorten-and-redirect-3")
def test_a_redirect_is_not_kept_by_browsers(link):
    """A redirect carries `Cache-Control: no-store`.

    What a browser or a proxy keeps is never asked for again: nobody counts it, nobody can change it (RFC 9111).
    """
    first, second = link.follow(), link.follow()

    assert [first.status_code, second.status_code] == [302, 302]
    for answer in (first, second):
        assert "no-store" in answer.headers.get("Cache-Control", "").lower(), "Cache-Control does not say no-store"


@points(1, clause="shorten-and-redirect-4")
def test_head_answers_as_get_does(link, answers):
    """HEAD /{code} answers with the status and the Location of GET and without a body.

    Mail programs and chats look at links with HEAD before they show them (RFC 9110 section 9.3.2).
    """
    answers.leads_to(link.url, link.look())
    answers.leads_to(link.url, link.follow())
    answers.leads_to(link.url, link.look())


@points(2, clause="shorten-and-redirect-5")
def test_an_unknown_code_is_not_found(api, links, link):
    """A code that nobody made answers 404 with a problem, and nonsense 404 or 400.

    Robots try everything; whatever stands in the path, it must not become a 500.
    """
    unknown = links.alias()

    assert link.show().status_code == 200
    is_problem(404, api.get(f"/{unknown}"))
    is_problem(404, api.get(f"/api/links/{unknown}"))
    assert api.head(f"/{unknown}").status_code == 404
    for nonsense in ("%00", f"{link.code}%00", "ä", "%F0%9F%A6%89", "%FF", "x" * 300, "%27%3B--", f"{link.code}%20"):
        for path in (f"/{nonsense}", f"/api/links/{nonsense}"):
            assert api.get(path).status_code in (404, 400), f"asked was {path[:40]}"


@points(3, clause="shorten-and-redirect-6")
def test_a_target_is_kept_as_it_was_sent(links, answers):
    """Location and `url` repeat the target exactly: Unicode, percent-encoding, dots, case, empty parts.

    Who tidies up an address changes it: signatures in a query break, and some servers tell %7E from ~ (RFC 3986).
    """
    for kind, url in (ASCII_TARGETS | OTHER_TARGETS).items():
        link = links.make(url)
        assert link.answer.member("url") == url, f"a target with {kind} was changed in the answer"
        assert link.show().member("url") == url, f"a target with {kind} was changed in the link"
        for answer in (link.follow(), link.follow()):
            assert answer.status_code == 302
            seen = answers.goal(answer)
            assert answers.spellings(url).fullmatch(seen), f"a target with {kind}: sent `{url}`, Location is `{seen}`"


@points(1, clause="shorten-and-redirect-7")
def test_a_target_may_be_long(links, answers):
    """A target of 2,048 characters is kept in full, one of 2,049 is refused.

    Characters are counted as Unicode code points; some languages count UTF-16 units or bytes.
    """
    beginning = "https://example.com/"
    ascii_only = beginning + links.word(LONGEST - len(beginning))
    mixed = beginning + "ü🦉" * 60 + links.word(LONGEST - len(beginning) - 120)

    for url in (ascii_only, mixed):
        link = links.make(url)
        assert link.answer.member("url") == url
        answer = link.follow()
        assert answer.status_code == 302
        assert answers.spellings(url).fullmatch(answers.goal(answer)), "Location is not the whole target"
        assert links.attempt(url + "x").status_code in (422, 400), f"{LONGEST + 1} characters were not refused"


@points(2, clause="shorten-and-redirect-8")
def test_an_invalid_body_is_refused(api, links):
    """A body that is broken, incomplete or of the wrong types is refused with a problem; a sound one is not.

    Whatever a client sends, it must never reach the database unchecked, and never come back as 500 (RFC 9457).
    """
    declared = {"Content-Type": "application/json"}

    for sound in ({"alias": None, "expires_in": None}, {"colour": "red"}, {"expires_in": 31_536_000}):
        assert links.attempt(**sound).status_code == 201, f"a body with {sound} was refused"
    undeclared = api.post("/api/links", data=f'{{"url": "{links.url()}"}}')
    assert undeclared.status_code == 201, "a body without a Content-Type was refused"
    is_problem(400, api.post("/api/links", data='{"url": "https://', headers=declared))
    is_problem(400, api.post("/api/links", data="", headers=declared))
    is_problem(415, api.post("/api/links", data={"url": links.url()}))
    for wrong, body in INVALID.items():
        refused = api.post("/api/links", json=body)
        assert refused.status_code in (422, 400), f"a body with {wrong} was not refused"
        is_problem(refused.status_code, refused)

"""A short link hides where it leads: what would do harm is never behind one."""

from urllib.parse import urlsplit

import pytest

from backend_katas.client import is_problem
from backend_katas.grader import points

SCHEMES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://example.com/%0Aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "file:///etc/passwd",
    "vbscript:msgbox(1)",
    "ftp://example.com/file",
    "mailto:ada@example.com",
    "ws://example.com/",
    "httpx://example.com/",
    "view-source:https://example.com/",
    "://example.com/",
)
RELATIVE = (
    "//example.com/",
    "/path",
    "example.com",
    "www.example.com/path",
    "http:example.com",
    "http:/example.com",
    "https://",
    "http:",
    "http:///path",
    "https:////example.com/",
    "http://:80/",
    "http://?q=1",
    "http://#part",
    "?q=1",
)
USER_INFORMATION = (
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://bank.example@attacker.example/",
    "https://bank.example:443@attacker.example",
    "https://@example.com/",
    "https://:@example.com/",
    "https://a@b@example.com/",
    "https://user@example.com?q=1",
    "https://us%65r@example.com#part",
)
UNPRINTABLE = {
    "CR LF and a header": "https://example.com/\r\nSet-Cookie: session=stolen",
    "a line feed": "https://example.com/a\nb",
    "a carriage return": "https://example.com/a\rb",
    "a line feed at the end": "https://example.com/\n",
    "a line feed at the beginning": "\nhttps://example.com/",
    "a tab": "https://example.com/a\tb",
    "a tab inside the scheme": "java\tscript:alert(1)",
    "a line feed inside the host": "https://exam\nple.com/",
    "U+0000": "https://example.com/a\0b",
    "U+001F at the end": "https://example.com/\x1f",
    "U+007F": "https://example.com/a\x7fb",
    "U+0085": "https://example.com/a\x85b",
    "a blank": "https://example.com/a b",
    "a blank at the end": "https://example.com/ ",
    "a blank at the beginning": " https://example.com/",
    "a blank in the host": "https://exam ple.com/",
    "a no-break space": "https://example.com/a\xa0b",
    "a line separator": "https://example.com/a\u2028b",
    "an ideographic space": "https://example.com/a\u3000b",
}


@pytest.fixture
def assert_refused(links):
    """Judge that none of some targets gets a short link."""

    def judge(targets: dict[str, str]) -> None:
        for kind, url in targets.items():
            answer = links.attempt(url)
            assert answer.status_code in (422, 400), f"a target with {kind} was not refused: {url!r}"
            is_problem(answer.status_code, answer)

    return judge


@points(2, clause="safe-targets-1")
def test_only_web_pages_are_linked(links, assert_refused):
    """A target of another scheme than http and https is refused.

    Behind a trusted short link `javascript:` and `data:` are somebody else's program (OWASP Unvalidated Redirects).
    """
    for url in ("http://example.com/javascript:alert(1)", "hTTp://example.com/", "https://example.com/?u=data:,x"):
        links.make(url)
    assert_refused({f"the scheme of `{url[:12]}`": url for url in SCHEMES})


@points(2, clause="safe-targets-2")
def test_a_target_names_its_host(links, assert_refused):
    """A target that is relative, scheme-relative or has no host is refused.

    `//example.com` on your domain leads away from it, and what browsers make of `http:example.com` differs.
    """
    links.make("https://example.com//path")
    assert_refused({"no host or no scheme": "", **{f"`{url}`": url for url in RELATIVE}})


@points(1, clause="safe-targets-3")
def test_a_target_has_no_user(links, assert_refused):
    """A target with user information is refused, and an @ in its path is not.

    `https://bank.example@attacker.example/` looks like the bank and is the attacker's (RFC 3986 section 7.6).
    """
    for url in ("https://example.com/@ada", "https://example.com?mail=ada@example.com", "https://example.com#@ada"):
        links.make(url)
    assert_refused({f"user information in `{url}`": url for url in USER_INFORMATION})


@points(2, clause="safe-targets-4")
def test_a_target_has_no_control_characters(links, assert_refused):
    """A target with white space or control characters anywhere is refused, not trimmed.

    A CR LF that reaches Location begins a header of the attacker's (RFC 9110 section 5.5, ASVS 1.2.1).
    """
    links.make("https://example.com/%0D%0ASet-Cookie:%20session=stolen%09%20")
    assert_refused(UNPRINTABLE)


@points(2, clause="safe-targets-5")
def test_a_target_is_not_the_shortener_itself(links, deployment, assert_refused):
    """A target on the host of PUBLIC_BASE_URL is refused in every spelling; one that only looks alike is not.

    A short link that leads to a short link that leads back keeps browsers busy for ever.
    """
    base = deployment.environment["PUBLIC_BASE_URL"]
    scheme, host = base.split("://")
    full_width = "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in host)
    own = (
        base,
        f"{base}/",
        f"{base}/{links.alias(7)}",
        f"{base}?q=1",
        f"{base}#part",
        f"{scheme.upper()}://{host.upper()}/a",
        f"{scheme}://{host}./a",
        f"{scheme}://{host}:443/a",
        f"{scheme}://{host.title()}.:443",
        f"{scheme}://{full_width}/a",
    )

    for stranger in (
        f"{base}.example.org/",
        f"{scheme}://x{host}/",
        f"{scheme}://www.{host}/",
        f"{scheme}://example.test",
    ):
        assert links.attempt(stranger).status_code == 201, f"`{stranger}` is another host, but was refused"
    links.make(f"https://example.com/?next={base}/a")
    assert_refused({f"the own domain, written `{url}`,": url for url in own})


@points(1, clause="safe-targets-6")
def test_a_target_is_not_the_listening_address(api, links, assert_refused):
    """A target on the address the program listens on is refused in every spelling; other ports are accepted.

    Browsers read 2130706433, 0x7f000001 and 127.1 as 127.0.0.1 (WHATWG URL Standard, IPv4 parser).
    """
    port = urlsplit(f"http://{api.host}").port or 80
    hosts = ("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7F.0.0.1", "0177.0.0.1", "127.0.0.1.")

    for elsewhere in (
        f"http://127.0.0.1:{port - 1}/",
        f"http://127.0.0.1:{port + 1}/",
        f"http://www.example.org:{port}/",
        "http://127.0.0.1/",
        "http://10.1.2.3/a",
        "http://192.168.0.1:8080/",
    ):
        assert links.attempt(elsewhere).status_code == 201, f"`{elsewhere}` is not this program, but was refused"
    assert_refused({f"the program's own address, written `{host}`,": f"http://{host}:{port}/a" for host in hosts})

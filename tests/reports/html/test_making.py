"""The page of a class: one file that holds all it needs, and nothing in it that a stranger wrote does anything."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from backend_katas.exchange import inert
from backend_katas.model import Command, Earlier, Exchange, Reason, Result, Status
from backend_katas.reports.html import Line, Pair, page, pieces, render
from backend_katas.reports.html.stories import ROOM
from backend_katas.variants import Variant

HOSTILE = (
    "</script><script>alert(1)</script>",
    "</title></style></textarea></pre><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "<!-- ]]> <![CDATA[ &#60;b&#62; &lt;b&gt;",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}{# x #}",
    "a\0b\x1b[2J\x07\r\x08c\x7f\x9b",
    "\u202egpj.exe\u202c \u2066x\u2069 \u200f \u061c \u200b \ufeff",
    "::error::x\n::set-output name=a::b\n##[error]x",
    "\ud800 \udcff lone",
    "</summary></details></li></ul></main>",
    "https://evil.example.test/",
    "x" * 200_000,
)
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BLOCKS = frozenset({"article", "dd", "div", "dt", "h1", "h2", "li", "p", "td", "th", "tr"})
_EMPTY = frozenset({"meta", "input"})


class _Reader(HTMLParser):
    """What a browser would make of a page: elements, their attributes, and the words on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.words.append(" " if tag in _BLOCKS else "")
        self.elements.append((tag, dict(attrs)))
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "script"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture
def hostile(make_check, make_result):
    """A class in which whatever a stranger may write is hostile."""

    def line(number, text):
        exchange = Exchange(
            method=text[:20],
            path=text,
            request_headers={text[:99]: text},
            request_body=text,
            status=None if number % 2 else 200,
            response_headers={text[:99]: text},
            response_body=text,
            problem=text,
            seconds=0.1,
        )
        command = Command(
            command=text, arguments=(text,), environment={"A": text}, stdin=text, exit_code=1, stdout=text, stderr=text,
            problem="", seconds=1.0,
        )  # fmt: skip
        told = {"message": text, "why": text, "clause": text, "log": text, "statements": (text,), "title": text}
        checks = (
            make_check(Status.FAILED, id=text, level=text, exchanges=(exchange,), commands=(command,), **told),
            make_check(Status.FAILED, id="b", title="b", message=text, reason=Reason.START),
            make_check(
                Status.PASSED, id="c", title=text, earlier=Earlier(status=Status.FAILED, message=text, log=text)
            ),
        )
        result = make_result(*checks, name=text, kata=text, isolation=text, pack={"name": text, "version": text})
        return Line(name=text, result=result, problem=text, mark=text, note=text, file=text)

    lines = [line(number, text) for number, text in enumerate(HOSTILE)]
    refused = [Line(name=text, result=None, problem=text, ours=bool(number % 2)) for number, text in enumerate(HOSTILE)]
    pairs = [Pair(one=text, other=text, share=0.5, note=text) for text in HOSTILE]
    return page([*lines, *refused], title="".join(HOSTILE), pairs=pairs)


def test_nothing_hostile_becomes_an_element(hostile):
    """Only elements and attributes that are the page's own are in it, and each one is closed where it was opened."""
    reader = _Reader(hostile)
    tags = [tag for tag, _ in reader.elements]
    attributes = {name for _, found in reader.elements for name in found}
    references = [found["href"] for tag, found in reader.elements if tag == "a"]

    assert reader.open == []
    assert tags.count("script") == tags.count("style") == tags.count("title") == 1
    assert not {"img", "iframe", "object", "embed", "link", "base"} & set(tags)
    assert not [name for name in attributes if name.startswith("on") or name in {"style", "src", "srcdoc", "action"}]
    assert [each for each in references if not re.fullmatch(r"#[a-z]+\d*|\./[\w.%/~-]+", each)] == []


def test_nothing_hostile_acts_on_who_reads_the_file(hostile):
    """No control, nothing that turns a line round, no command to a CI service; each can be seen, as an escape."""
    acting = {character for character in hostile if _acts(character)}

    assert acting == set()
    assert inert(hostile) == hostile
    assert hostile.encode()
    assert "\\u202egpj.exe" in hostile
    assert "{{ 7 * 7 }}" in hostile
    assert "[200000 characters in all]" in hostile


def _acts(character: str) -> bool:
    return character != "\n" and (unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _TURNING)


def test_the_policy_allows_this_style_and_this_script_alone(make_class):
    """By their digests; there is no other source of anything."""
    text = page(make_class(3), title="a")
    (policy,) = (found["content"] for tag, found in _Reader(text).elements if found.get("http-equiv"))
    digests = [
        base64.b64encode(hashlib.sha256(re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1].encode()).digest())
        for tag in ("style", "script")
    ]

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests[0].decode()}'; script-src 'sha256-{digests[1].decode()}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_a_class_of_five_hundred_is_no_larger_than_a_browser_likes(make_class):
    """Under 15 MB; what is not told says where it is."""
    text = page(make_class(500), title="auth-system")

    assert len(text.encode()) < 15_000_000
    assert "by name alone" in text
    assert 'href="./results/learner-0499.json"' in text


def test_even_a_class_that_fails_everything_is_not(make_class):
    """The worst that can be: nobody does anything right, and every message is long."""
    worst = [
        replace(line, result=replace(line.result, checks=tuple(_failed(check) for check in line.result.checks)))
        for line in make_class(500)
        if line.result
    ]

    assert len(page(worst, title="auth-system").encode()) < 15_000_000


def _failed(check):
    return replace(check, status=Status.FAILED, earned=0, reason=None, message=f"{check.id} " + "x" * 990 + "&" * 2000)


def test_a_small_class_is_told_in_full(make_class):
    """Each failure with what happened; nobody has to look anywhere else."""
    lines = make_class(20)
    failed = [check for line in lines if line.result for check in line.result.checks if check.status is Status.FAILED]

    text = page(lines, title="auth-system")
    shown = _Reader(text).text

    assert "by name alone" not in text
    assert text.count('<article class="failure">') == len(failed)
    assert all(" ".join(check.message.split()) in shown for check in failed)


def test_a_class_is_shown_with_and_without_marks(make_check, make_result):
    """Who was not graded says why, and our errors are told apart."""
    lines = [
        Line(name="ada", result=make_result(make_check())),
        Line(
            name="bob",
            result=make_result(make_check(Status.FAILED, message="gone"), name="bob"),
            mark="7.5",
            note="late",
        ),
        Line(name="cyn", result=None, problem="no `kata.yaml`"),
        Line(name="dan", result=None, problem="disk full", ours=True),
    ]

    text = _Reader(page(lines, title="greeter")).text

    assert "2 of 4 submissions graded 2 of 4 passed 1 failed 1 our error 1 not graded 1" in text
    assert "mean 53.8 median 53.8 quartiles 30.6 to 76.9" in text
    assert "cyn not graded no `kata.yaml`" in text
    assert "dan our error disk full" in text
    assert "bob failed 7.5 0 1.5 late" in text


def test_a_variant_is_named(make_check, make_result):
    """Whoever asks its learner has to know which values were theirs."""
    text = _Reader(render([make_result(make_check(), variant=Variant(seed=41))])).text

    assert "ada passed 10 of 10 points variant 41" in text


def test_pairs_are_shown_as_a_lead(make_class):
    """The most alike first, and never as a verdict."""
    pairs = [Pair(one="ann", other="bob", share=0.4), Pair(one="cyn", other="dan", share=0.925, note="app.py")]

    text = _Reader(page(make_class(2), title="a", pairs=pairs)).text

    assert text.index("cyn dan 92 % app.py") < text.index("ann bob 40 %")
    assert "never a verdict" in text


def test_one_result_has_no_class(make_check, make_result):
    """No mean and no group; its story is open."""
    text = render([make_result(make_check(), make_check(Status.FAILED, id="b", message="gone"))])

    assert "<h2" in text
    assert "What went wrong" not in text
    assert "median" not in _Reader(text).text
    assert re.search(r"<details id=\"s0\" open>", text)
    assert "<title>greeter: marks</title>" in text


def test_a_class_of_nobody_is_a_page_too():
    """As after `--only` of a submission that cannot be graded."""
    assert "0 of 0 submissions graded" in page([], title="a")
    assert "0 of 1 submission graded" in page([Line(name="ada", result=None, problem="x")], title="a")


def test_levels_of_all_are_columns(make_check, make_result):
    """Also where a submission has fewer, as after `--level`."""
    whole = make_result(make_check(), make_check(level="strict", id="b"))
    part = make_result(make_check(level="strict", id="b"), name="bob")

    text = _Reader(page([Line(name="ada", result=whole), Line(name="bob", result=part)], title="a")).text

    assert "hello of 10 strict of 10 seconds note" in text
    assert "ada passed 100 10 10 1.5" in text
    assert "bob passed 100 \u2013 10 1.5" in text


def test_a_check_that_was_run_twice_says_so(make_check, make_result):
    """What it found at first is told, whatever it found then."""
    earlier = Earlier(status=Status.FAILED, message="two of them got in")
    checks = (
        make_check(earlier=earlier, title="One alone gets in"),
        make_check(Status.FAILED, id="b", earlier=earlier, message="three of them got in"),
    )

    text = _Reader(render([make_result(*checks)])).text

    assert "Failed at first and passed when run once more, so passed: One alone gets in (two of them got in)." in text
    assert "it failed both times; at first two of them got in" in text


def test_results_may_be_read_when_they_are_needed(make_class):
    """A class need not be held in memory: whoever gives it may read it from a disk each time."""
    lines = make_class(30)

    assert "".join(pieces(_Read(lines), title="a")) == page(lines, title="a")


class _Read:
    """Lines that are made anew whenever they are gone through."""

    def __init__(self, lines):
        self._kept = [(line, line.result.to_json() if line.result else "") for line in lines]

    def __iter__(self):
        for line, text in self._kept:
            yield replace(line, result=Result.from_json(text) if text else None)


def test_the_same_class_is_the_same_page(make_class):
    """Byte by byte: no time of day, no order of a set."""
    assert page(make_class(25), title="a") == page(make_class(25), title="a")


def test_room_is_what_is_told(make_class):
    """Stories grow with the room, and never beyond it."""
    lines = make_class(200)
    stories = "".join(re.findall(r'<article class="failure">.*?</article>', page(lines, title="a"), re.DOTALL))

    assert ROOM / 4 < len(stories) < ROOM * 1.2


def test_json_is_untouched(make_class):
    """The page changes nothing in what it is given."""
    lines = make_class(5)
    before = [line.result.to_json() for line in lines if line.result]
    page(lines, title="a")

    assert [line.result.to_json() for line in lines if line.result] == before
    assert json.loads(before[0])["schema"] == 1

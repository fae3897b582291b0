"""JSON of a program is read strictly, and what is missing in it is the program's fault."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from backend_katas.client import Answer
from backend_katas.errors import ProgramFault

REFUSED = {
    "nothing": ("", "is not JSON: .*; it has no body"),
    "HTML": ("<!DOCTYPE html>", "is not JSON: .*; it begins with `<!DOCTYPE html>`"),
    "NaN": ('{"a": NaN}', "`NaN` is no JSON number"),
    "infinity": ("[-Infinity]", "`-Infinity` is no JSON number"),
    "overflow": ("[1e999]", "beyond the range of a double"),
    "nesting": ("[" * 200_000, "nested too deeply"),
    "nesting that is closed": ("[" * 101 + "]" * 101 + " ", "nested too deeply"),
    "long integer": ("9" * 100_000, "is not JSON: "),
    "half a surrogate pair": (r'{"a": ["\ud800"]}', "half a surrogate pair"),
    "half a surrogate pair as a name": (r'{"\udfff": 1}', "half a surrogate pair"),
    "a member twice": ('{"a": 1, "b": 2, "a": 3}', "member `a` is there twice"),
    "Latin-1": ('{"a": "é"}'.encode("latin-1"), "it is not text in UTF-8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "it is not text in UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf{}", "BOM"),
    "trailing comma": ("[1,]", "is not JSON: "),
    "terminal codes": ("\x1b[2J", r"begins with `\\u001b\[2J`"),
}


@pytest.mark.parametrize(("body", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_json_is_the_programs_fault(says, body, sentence):
    """The sentence says what is wrong and how the body begins."""
    answer = says(body).get("/")

    with pytest.raises(ProgramFault, match=sentence):
        answer.json()


@pytest.mark.parametrize(
    "body", ['"text"', "5", "null", "true", "[]", "{}", '{"a": [{"b": null}]}', '["\\ud83d\\ude00"]']
)
def test_json_is_read_as_what_it_is(says, body):
    """Any JSON value may stand at the top (RFC 8259)."""
    assert says(body).get("/").json() == json.loads(body)


def test_a_missing_member_is_named_with_those_that_are_there(says):
    """KeyError would blame the check."""
    answer = says('{"id": 1, "e-mail": "x", "user": {"name": "x"}, "items": [{}]}').get("/")

    with pytest.raises(
        ProgramFault, match=r"^the answer has no member `email`; it has `id`, `e-mail`, `user`, `items`$"
    ):
        answer.json()["email"]
    with pytest.raises(ProgramFault, match=r"^`user` has no member `id`; it has `name`$"):
        answer.json()["user"]["id"]
    with pytest.raises(ProgramFault, match=r"^`items\[0\]` has no member `id`; it has none$"):
        answer.json()["items"][0]["id"]


def test_a_missing_element_is_the_programs_fault(says):
    """IndexError and TypeError would blame the check."""
    answer = says('{"items": [1, 2]}').get("/")
    items = answer.json()["items"]

    assert items[-1] == 2
    assert items[:1] == [1]
    with pytest.raises(ProgramFault, match=r"^`items` has no element 2; it has 2$"):
        items[2]
    with pytest.raises(ProgramFault, match=r"^`items` is an array of 2, it has no member `id`$"):
        items["id"]


def test_a_member_may_be_asked_for_with_its_type(says):
    """A number where text belongs is the program's fault, and said so."""
    answer = says(
        '{"text": "x", "whole": 1, "part": 1.5, "yes": true, "none": null, "list": [], "user": {"id": 1}}'
    ).get("/")

    assert answer.member("text", str) == "x"
    assert answer.member("whole", int) == 1
    assert answer.member("whole", float) == 1
    assert answer.member("yes", bool) is True
    assert answer.member("none", str | None) is None
    assert answer.member("none") is None
    assert answer.member("user", dict).member("id", int) == 1


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        ("whole", str, "member `whole` is an integer, expected a string"),
        ("part", int, "member `part` is a number, expected an integer"),
        ("yes", int, "member `yes` is a boolean, expected an integer"),
        ("yes", float, "member `yes` is a boolean, expected a number"),
        ("list", dict, "member `list` is an array, expected an object"),
        ("user", str | None, "member `user` is an object, expected a string or null"),
        ("none", str, "member `none` is null, expected a string"),
        ("gone", str, "the answer has no member `gone`; it has "),
    ],
)
def test_a_member_of_another_type_is_the_programs_fault(says, name, kind, sentence):
    """The sentence names both types in the words of JSON."""
    answer = says('{"whole": 1, "part": 1.5, "yes": true, "none": null, "list": [], "user": {"id": 1}}').get("/")

    with pytest.raises(ProgramFault) as caught:
        answer.member(name, kind)

    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("body", "seen"), [('"x"', "a string"), ("null", "null"), ("[1]", "an array"), ("1", "an integer")]
)
def test_a_member_of_something_else_than_an_object_is_the_programs_fault(says, body, seen):
    """A check need not look at the top level first."""
    with pytest.raises(ProgramFault, match=f"^the answer is {seen}, expected an object$"):
        says(body).get("/").member("id")


def test_a_time_may_be_asked_for(says):
    """A member that is a time comes as one, with its zone."""
    answer = says('{"made": "2026-01-31T12:00:00+02:00", "title": "Taken"}').get("/")

    assert answer.moment("made") == datetime(2026, 1, 31, 10, tzinfo=UTC)
    with pytest.raises(ProgramFault, match="member `title` is no RFC 3339 time with `Z` or an offset: `Taken`"):
        answer.moment("title")


def test_the_top_level_may_be_asked_for(says):
    """`object` and `array` say what the check needs."""
    assert says("{}").get("/").object() == {}
    assert says("[1]").get("/").array() == [1]
    with pytest.raises(ProgramFault, match=r"^the answer is an object, expected an array$"):
        says("{}").get("/").array()


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "é"),
        ("iso-8859-1", "Ã©"),
        ("rot13", "é"),
        ("punycode", "é"),
        ("undefined", "é"),
        ("", "é"),
        ('"', "é"),
    ],
)
def test_text_is_decoded_whatever_charset_is_named(says, charset, text):
    """An unknown or dangerous charset is read as UTF-8."""
    assert says("é", content_type=f"text/plain; charset={charset}").get("/").text == text


def _waits(program, header: str) -> Answer:
    return program(f"HTTP/1.1 503 No\r\n{header}Content-Length: 0\r\n\r\n".encode()).client().get("/tasks")


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_a_delay_may_be_a_date(program, zone):
    """A `Retry-After` with a date is so many seconds from now, or ago."""
    moment = datetime.now(UTC) + timedelta(seconds=600)
    header = f"Retry-After: {moment:%a, %d %b %Y %H:%M:%S} {zone}\r\n"

    assert 0 < _waits(program, header).retry_after() <= 600
    assert _waits(program, "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n").retry_after() < 0


def test_a_delay_may_be_a_number(program):
    """A `Retry-After` with digits is seconds."""
    assert _waits(program, "Retry-After: 120\r\n").retry_after() == 120


@pytest.mark.parametrize(
    ("header", "seen"),
    [("", "missing"), ("Retry-After: soon\r\n", "`soon`, neither seconds nor a date"), ("Retry-After: -1\r\n", "`-1`")],
)
def test_an_answer_without_a_delay_is_the_programs_fault(program, header, seen):
    """What cannot be waited for is told with the request it answers."""
    with pytest.raises(ProgramFault, match=f"^the `Retry-After` of the 503 to `GET /tasks` is {seen}"):
        _waits(program, header).retry_after()


def test_an_answer_shows_itself_in_a_failure(says):
    """What pytest prints beside `assert answer.status_code == 200` helps."""
    answer = says('{"detail": "no\\u001b"}\n\x1b[2J', status="401 No").get("/me")

    assert repr(answer) == r'<Answer 401 to GET /me: {"detail": "no\u001b"}\u000a\u001b[2J>'

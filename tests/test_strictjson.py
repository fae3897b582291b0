"""JSON keeps its own words and places, whoever wrote it; tests/client/test_answer.py has what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from backend_katas.errors import ProgramFault
from backend_katas.strictjson import JsonArray, JsonObject, NotJson, moment, of_kind, parse


def test_values_know_what_they_are_called() -> None:
    """A fault names the text by what the reader calls it, and a place inside by its path."""
    document = parse(b'{"items": [{"id": 1}]}', where="the output")

    assert isinstance(document, JsonObject)
    assert isinstance(document["items"], JsonArray)
    with pytest.raises(ProgramFault, match=r"^the output has no member `id`; it has `items`$"):
        document["id"]
    with pytest.raises(ProgramFault, match=r"^`items\[0\]` has no member `name`; it has `id`$"):
        document["items"][0]["name"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[NaN]", b'{"a": 1, "a": 1}', b'"\\ud800"', b"[" * 5000])
def test_what_is_refused_is_one_exception(content: bytes) -> None:
    """Whoever reads says whose text it was."""
    with pytest.raises(NotJson):
        parse(content, where="the output")


def test_a_kind_is_checked_in_the_words_of_json() -> None:
    """True is no number, whatever Python says."""
    assert of_kind(1, float, "the output") == 1
    with pytest.raises(ProgramFault, match=r"^the output is a boolean, expected an integer$"):
        of_kind(True, int, "the output")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31t12:00:00z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00.123456789Z", datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-01-31T12:00:00-05:30", datetime(2026, 1, 31, 12, tzinfo=timezone(-timedelta(hours=5.5)))),
    ],
)
def test_a_time_is_read_in_every_spelling(text: str, time: datetime) -> None:
    """RFC 3339 leaves case, fractions and offset to the writer."""
    assert moment(text, "the time") == time


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-01-31", "2026-01-31T12:00:00", "1769860800", "2026-02-30T12:00:00Z"]
)
def test_what_is_no_time_with_a_zone_is_the_programs_fault(text: str) -> None:
    """Without a zone nobody knows when it was."""
    document = parse(b'{"task": {"made": "%s", "number": 1}}' % text.encode(), where="the answer")

    with pytest.raises(ProgramFault, match=r"^member `task\.made` is no RFC 3339 time with `Z` or an offset: `"):
        document["task"].moment("made")
    with pytest.raises(ProgramFault, match=r"^member `task\.number` is an integer, expected a string$"):
        document["task"].moment("number")


def test_more_values_than_anybody_means_are_refused() -> None:
    """A megabyte of empty objects would become a hundred in memory; many plain values are no harm."""
    assert len(parse(b"[" + b",".join([b"1"] * 90_000) + b"]", where="the answer")) == 90_000
    for element in (b"{}", b"[]", b'{"a":{}}'):
        with pytest.raises(NotJson, match="more than 100000 values"):
            parse(b"[" + b",".join([element] * 120_000) + b"]", where="the answer")

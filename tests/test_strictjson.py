"""JSON keeps its own words and places, whoever wrote it; tests/client/test_answer.py has what is refused."""

from __future__ import annotations

import pytest

from backend_katas.errors import ProgramFault
from backend_katas.strictjson import JsonArray, JsonObject, NotJson, of_kind, parse


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

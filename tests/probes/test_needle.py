"""A text is looked for in every form in which a program may have stored it."""

from __future__ import annotations

import json

import pytest

from backend_katas.probes.needle import looks

TEXT = 'Zoë said "hi\\lo": https://example.com/a?b=ü'


@pytest.mark.parametrize(
    "stored",
    [
        TEXT,
        json.dumps({"a": TEXT}),
        json.dumps([TEXT], ensure_ascii=False),
        json.dumps(TEXT).replace("/", r"\/"),
        json.dumps(TEXT, ensure_ascii=False).replace("/", r"\/"),
    ],
)
def test_a_text_is_found_in_what_json_makes_of_it(stored):
    """Quotes, backslashes, slashes and letters beyond ASCII do not hide it."""
    assert any(look in stored for look in looks(TEXT))


def test_a_plain_text_has_one_look():
    """Nothing is looked for twice."""
    assert looks("plain-text") == {"plain-text"}

"""Names of files that any system takes, and no two submissions share."""

from __future__ import annotations

import pytest

from backend_katas.batch.writing import file_name


@pytest.mark.parametrize("name", ["ann", "Ann Doe (2)", "a.b+c@d_e-f"])
def test_a_plain_name_stays(name):
    """Teachers look for it."""
    assert file_name(name) == name


@pytest.mark.parametrize("name", ["a/b", "..", ".", "a\nb", "Zoë", "x" * 300, " ", "con\x1b[2J", "a\udcff"])
def test_any_other_is_made_plain(name):
    """With a few letters that tell it from others."""
    found = file_name(name)

    assert found.isascii()
    assert found.isprintable()
    assert "/" not in found
    assert not found.startswith((".", " "))
    assert len(found) < 120


def test_names_stay_different():
    """Also those that look alike when they are made plain."""
    names = [file_name("Zoë"), "Zoë", "Zoé", "Zo_", "a/b", "a:b", "x" * 101, "x" * 102]

    assert len({file_name(name) for name in names}) == len(names)

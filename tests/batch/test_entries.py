"""Submissions are found by folder and archive, each under one name."""

from __future__ import annotations

import os

import pytest

from backend_katas.batch.entries import chosen, find_entries, named
from backend_katas.errors import ExitCode, KatasError


@pytest.fixture
def handed_in(tmp_path):
    """A folder with three submissions and what is none."""
    for name in ("cem", "ann", ".git", "__MACOSX"):
        (tmp_path / name).mkdir()
    for name in ("bob.zip", "roster.csv", ".ann.zip"):
        (tmp_path / name).write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "ann")
    return tmp_path


def test_each_folder_and_archive_is_one(handed_in):
    """In the order of their names; hidden files, links and tables are none."""
    assert [(entry.name, entry.path.name) for entry in find_entries(handed_in)] == [
        ("ann", "ann"),
        ("bob", "bob.zip"),
        ("cem", "cem"),
    ]


def test_two_of_one_name_are_told_apart(handed_in):
    """Neither is graded, the others are."""
    (handed_in / "bob.tar.gz").write_text("")

    found = {entry.name: entry.problem for entry in find_entries(handed_in)}

    assert list(found) == ["ann", "bob.tar.gz", "bob.zip", "cem"]
    assert found["bob.zip"] == "`bob.zip` and `bob.tar.gz` are both called `bob`; keep one of them"
    assert not found["ann"]


@pytest.mark.parametrize("content", [None, [], ["kata.yaml"]])
def test_a_folder_without_submissions_is_told(tmp_path, content):
    """No folder, nothing in it, or one submission itself."""
    place = tmp_path / "place"
    if content is not None:
        place.mkdir()
        for name in content:
            (place / name).write_text("")

    with pytest.raises(KatasError) as refused:
        find_entries(place)

    assert refused.value.exit_code is ExitCode.NOTHING_TO_GRADE
    assert str(place) in refused.value.message


def test_shares_are_all_together(handed_in):
    """Each entry is in one share."""
    entries = find_entries(handed_in)

    shares = [chosen(entries, number, 2) for number in (1, 2)]

    assert sorted(entry.name for share in shares for entry in share) == ["ann", "bob", "cem"]
    with pytest.raises(KatasError, match="no share 3 of 2"):
        chosen(entries, 3, 2)


def test_some_can_be_named(handed_in):
    """A name that nobody bears is an error, with the nearest."""
    entries = find_entries(handed_in)

    assert [entry.name for entry in named(entries, ["cem"])] == ["cem"]
    assert len(named(entries, [])) == 3
    with pytest.raises(KatasError, match="no submission called `bop`") as refused:
        named(entries, ["bop"])
    assert "`bob`" in refused.value.hint


def test_a_name_that_is_no_text_is_escaped(tmp_path):
    """A foreign archive leaves such names behind; the submission is graded all the same."""
    try:
        os.mkdir(os.fsencode(tmp_path) + b"/Zo\xeb")  # noqa: PTH102
    except OSError:
        pytest.skip("this file system takes no other names than UTF-8")

    (entry,) = find_entries(tmp_path)

    assert entry.name == r"Zo\udceb"
    assert entry.path.is_dir()

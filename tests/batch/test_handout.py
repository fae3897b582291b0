"""Each learner of a class is given a brief and a starter of their own, and a table says whose is which."""

from __future__ import annotations

import zipfile

import pytest

from backend_katas.batch.assignment import read_assignment
from backend_katas.batch.entries import find_entries
from backend_katas.batch.handout import TABLE, hand_out
from backend_katas.catalogue import as_variant, find_kata
from backend_katas.errors import ExitCode, KatasError
from backend_katas.manifest import read_submission


@pytest.fixture
def kata(varied):
    """A kata with six combinations of values."""
    return find_kata("parrot", [varied])


def test_each_gets_a_folder_of_their_own(kata, tmp_path):
    """Its brief and its `kata.yaml` are those of the variant in the table; names may be anybody's."""
    names = ("ann", "Eve Öst", "=1+1", "o'neill")

    given = hand_out(kata, names, tmp_path, called="varied/parrot")

    seeds = read_assignment(tmp_path / TABLE)
    assert given.made == names
    assert tuple(seeds) == names
    for name in names:
        values = as_variant(kata, seeds[name]).variant.values
        assert read_submission(tmp_path / name).variant == seeds[name]
        assert read_submission(tmp_path / name).kata == "varied/parrot"
        brief = (tmp_path / name / "BRIEF.md").read_text()
        assert f"the word {values['times']} times" in brief
        assert f"`--{values['option']}`" in brief
    assert [entry.name for entry in find_entries(tmp_path)] == sorted(names)


def test_no_two_get_the_same_while_there_are_enough(kata, tmp_path):
    """Six learners get all six combinations; the seventh gets one that is taken."""
    hand_out(kata, [f"learner-{number}" for number in range(7)], tmp_path)

    seeds = read_assignment(tmp_path / TABLE).values()
    assert len({tuple(as_variant(kata, seed).variant.values.items()) for seed in seeds}) == 6


def test_a_class_may_grow(kata, tmp_path):
    """Who is there keeps their variant and their folder, whatever they have made of it."""
    hand_out(kata, ["ann"], tmp_path)
    before = read_assignment(tmp_path / TABLE)
    (tmp_path / "ann" / "parrot.py").write_text("mine")

    given = hand_out(kata, ["bob", "ann"], tmp_path)

    assert (given.made, given.there) == (("bob",), ("ann",))
    assert read_assignment(tmp_path / TABLE)["ann"] == before["ann"]
    assert (tmp_path / "ann" / "parrot.py").read_text() == "mine"


def test_a_folder_that_was_lost_is_made_again(kata, tmp_path):
    """With the variant that the table has."""
    hand_out(kata, ["ann"], tmp_path / "first")
    (tmp_path / "second").mkdir()
    (tmp_path / "first" / TABLE).rename(tmp_path / "second" / TABLE)

    hand_out(kata, ["ann"], tmp_path / "second")

    texts = [(tmp_path / place / "ann" / "BRIEF.md").read_text() for place in ("first", "second")]
    assert texts[0] == texts[1]


def test_archives_are_handed_out(kata, tmp_path):
    """Each holds one folder of the learner's name, and nothing else is left."""
    hand_out(kata, ["ann"], tmp_path, archived=True)

    with zipfile.ZipFile(tmp_path / "ann.zip") as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"ann"}
        assert b"variant: {seed: " in archive.read("ann/kata.yaml")
    assert {path.name for path in tmp_path.iterdir()} == {"ann.zip", TABLE}


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".git", "a/b", "a\\b", "../a", " a", "a\n", "a\x1b[2J", "x" * 101, TABLE]
)
def test_a_name_that_is_no_folder_s_is_refused(kata, tmp_path, name):
    """Before anything is made."""
    with pytest.raises(KatasError, match="the name `") as caught:
        hand_out(kata, ["ann", name], tmp_path / "out")

    assert caught.value.exit_code is ExitCode.USAGE
    assert "\x1b" not in caught.value.message
    assert not (tmp_path / "out").exists()


def test_a_name_twice_is_refused(kata, tmp_path):
    """Nobody could tell whose mark is whose."""
    with pytest.raises(KatasError, match="the name `ann` is there twice"):
        hand_out(kata, ["ann", "bob", "ann"], tmp_path / "out")


def test_a_kata_without_variants_is_not_handed_out(mini, tmp_path):
    """All would get the same: `katas start` does that."""
    with pytest.raises(KatasError, match="the same for everybody"):
        hand_out(find_kata("greeter", [mini]), ["ann"], tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_one_message(kata, tmp_path):
    """The error names the place."""
    (tmp_path / "taken").write_text("a file where a folder is needed")

    with pytest.raises(KatasError, match="cannot write `"):
        hand_out(kata, ["ann"], tmp_path / "taken" / "out")

"""Packs are found, katas are read, and what is wrong with either is said."""

from __future__ import annotations

import os
import shutil

import pytest

from backend_katas.catalogue import (
    PACKS_VARIABLE,
    as_meant,
    as_variant,
    find_kata,
    find_packs,
    read_catalogue,
    read_clauses,
    read_hints,
)
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Submission
from backend_katas.variants import drawn


@pytest.fixture
def copy(mini, tmp_path):
    """Return a folder that holds a copy of the mini pack, to be spoilt."""
    return shutil.copytree(mini.root, tmp_path / "pack")


def _pack(folder):
    return find_packs({PACKS_VARIABLE: str(folder)})[1:]


def test_our_own_pack_comes_first(mini):
    """Packs named by the environment follow the one that is installed with the grader."""
    packs = find_packs({PACKS_VARIABLE: os.pathsep.join([str(mini.root)])})

    assert [pack.name for pack in packs] == ["backend-katas", "mini"]


def test_a_kata_is_read_whole(mini):
    """The manifest's values arrive in the kata, and its folders are where they should be."""
    kata = find_kata("greeter", [mini])

    assert (kata.title, kata.kind, kata.points, kata.start_timeout) == ("Greeter", "http", 100, 5.0)
    assert [level.id for level in kata.levels] == ["hello", "be-strict"]
    assert kata.stacks == ("python-stdlib",)
    assert (kata.graders / "test_hello.py").is_file()


def test_a_kata_is_found_with_its_pack_named(mini):
    """`pack/kata` and bare `kata` are one kata; another pack's name finds nothing."""
    assert find_kata("mini/greeter", [mini]).id == "greeter"
    with pytest.raises(KatasError):
        find_kata("acme/greeter", [mini])


def test_an_unknown_kata_names_its_neighbour(mini):
    """A mistyped name is told with the one that was perhaps meant, and there is nothing to grade."""
    with pytest.raises(KatasError) as caught:
        find_kata("greter", [mini])

    assert caught.value.message == "no kata called `greter` in 1 pack"
    assert caught.value.hint == "did you mean `greeter`?"
    assert caught.value.exit_code is ExitCode.NOTHING_TO_GRADE


def test_every_kata_of_every_pack_is_listed(mini):
    """Katas come in the order of the roadmap's stages, then by name."""
    assert [kata.id for kata in read_catalogue([mini]).katas] == ["broken", "greeter", "shout"]


def test_a_kata_that_cannot_be_read_takes_no_other_away(copy):
    """It is a problem of its own, told with file, line and what to do."""
    path = copy / "exercises" / "greeter" / "exercise.yaml"
    path.write_text(path.read_text().replace("kind: http", "kind: htpp"))

    catalogue = read_catalogue(_pack(copy))

    assert [kata.id for kata in catalogue.katas] == ["broken", "shout"]
    assert [(problem.pack, problem.kata) for problem in catalogue.problems] == [("pack", "greeter")]
    assert catalogue.problems[0].problem.startswith(f"{path}:5: `kind` is `htpp`, expected ")
    assert catalogue.problems[0].problem.endswith("(did you mean `http`?)")


def test_two_folders_of_one_name_are_refused(mini, tmp_path):
    """A pack has its folder's name; of two nobody could tell which is meant. One folder named twice is one pack."""
    (tmp_path / "mini" / "exercises").mkdir(parents=True)
    two = os.pathsep.join([str(mini.root), str(tmp_path / "mini")])

    with pytest.raises(KatasError) as caught:
        find_packs({PACKS_VARIABLE: two})

    assert caught.value.message == f"two packs are called `mini`: `{mini.root}` and `{tmp_path / 'mini'}`"
    assert "rename one" in caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE
    assert len(find_packs({PACKS_VARIABLE: f"{mini.root}{os.pathsep}{mini.root}/../mini"})) == 2


def test_a_folder_cannot_have_the_name_of_our_own_pack(tmp_path):
    """Its katas could not be told from ours."""
    (tmp_path / "backend-katas" / "exercises").mkdir(parents=True)

    with pytest.raises(KatasError, match="two packs are called `backend-katas`"):
        find_packs({PACKS_VARIABLE: str(tmp_path / "backend-katas")})


def test_a_mistyped_pack_is_told_with_its_neighbour(mini):
    """Whoever names a pack is shown names with their packs."""
    with pytest.raises(KatasError) as caught:
        find_kata("minni/greeter", [mini])

    assert caught.value.hint.startswith("did you mean `mini/greeter`")


def test_a_folder_that_is_no_pack_is_refused(tmp_path):
    """A pack holds `exercises`; another folder is a wrong option."""
    with pytest.raises(KatasError, match="no folder `exercises`") as caught:
        find_packs({PACKS_VARIABLE: str(tmp_path)})

    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("points: 40", "points: 41", "the levels' points add up to 101, expected 100"),
        ("id: greeter", "id: gretter", "`id` is `gretter` but the folder is `greeter`"),
        ("id: be-strict", "id: hello", "two levels have one `id`"),
        ("format: 1", "format: 2", "`format` is `2`, expected `1`, which is what backend-katas"),
        ("format: 1", "format: 2", "`pip install --upgrade backend-katas`"),
        ("format: 1", "format: 0", "the pack it belongs to is too old"),
        ("format: 1", "format: one", "`format` is `one`, expected `1`"),
        ("kind: http", "kind: htpp", "did you mean `http`?"),
    ],
)
def test_a_mistake_in_a_manifest_is_told(copy, old, new, told):
    """An author reads which file is wrong, and how."""
    path = copy / "exercises" / "greeter" / "exercise.yaml"
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(KatasError) as caught:
        find_kata("greeter", _pack(copy))

    assert str(caught.value).startswith(str(path))
    assert told in str(caught.value)


def test_hints_are_read_by_level(mini):
    """Below a level's heading, each item of the list is one hint, over as many lines as it has."""
    hints = read_hints(find_kata("greeter", [mini]))

    assert hints["hello"] == (
        "The name is in the query string.",
        "`urllib.parse.parse_qs` reads it.\nMind the list it returns.",
    )
    assert len(hints["be-strict"]) == 2


def test_clauses_are_read_by_their_id(mini):
    """A rule of the brief is a bullet with a bold id, over as many lines as it has."""
    clauses = read_clauses(find_kata("greeter", [mini]))

    assert set(clauses) == {"hello-1", "hello-2", "be-strict-1"}
    assert clauses["hello-1"].endswith('`{"greeting": "<GREETING>, N"}`, whatever N is.')


def test_a_kata_is_read_in_its_usual_values(varied):
    """Who names no variant gets the texts as if there were none."""
    kata = find_kata("parrot", [varied])

    assert (kata.summary, kata.levels[1].summary) == ("Says a word 2 times.", "Take `--loud`.")
    assert kata.environment["LIMIT"] == "2"
    assert (kata.variant.seed, kata.variant.values) == (None, {"times": 2, "option": "loud"})
    assert "2 times" in read_clauses(kata)["say-1"]


def test_a_variant_of_a_kata_is_read(varied):
    """Summaries, variables, rules and hints have the values that the seed draws."""
    usual = find_kata("parrot", [varied])
    seed = next(seed for seed in range(50) if set(drawn("parrot", usual.choices, seed).values.values()) == {4, "noisy"})
    kata = as_variant(usual, seed)

    assert (kata.summary, kata.levels[1].summary) == ("Says a word 4 times.", "Take `--noisy`.")
    assert kata.environment == {"SOUNDS": "{files}/sounds.txt", "LIMIT": "4"}
    assert kata.variant.seed == seed
    assert "prints the word 4 times" in read_clauses(kata)["say-1"]
    assert "`--noisy`" in read_hints(kata)["shout"][0]
    assert as_variant(kata, None) == usual


def test_a_kata_without_variants_has_none(mini):
    """Who asks for one is told, and does not get what everybody gets."""
    kata = find_kata("greeter", [mini])

    with pytest.raises(KatasError, match="the same for everybody"):
        as_variant(kata, 17)
    assert as_variant(kata, None) is kata


def test_a_submission_means_the_variant_of_its_manifest(varied, tmp_path):
    """Unless whoever grades says which it has to be; then it must not be another one."""
    kata = find_kata("parrot", [varied])
    silent = Submission(folder=tmp_path, kata="parrot")
    made = Submission(folder=tmp_path, kata="parrot", variant=17)

    assert as_meant(kata, silent) == kata
    assert as_meant(kata, made).variant.seed == 17
    assert as_meant(kata, silent, 23).variant.seed == 23
    assert as_meant(kata, made, 17).variant.seed == 17
    with pytest.raises(KatasError, match="made for variant 17 of `parrot`, and its learner's is 23") as caught:
        as_meant(kata, made, 23)
    assert caught.value.exit_code is ExitCode.NOTHING_TO_GRADE


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("times: {usual: 9, of: [2, 3]}", "`variants.times`: the usual value `9` is not one `of` them"),
        ("Times: {usual: 2, of: [2, 3]}", "`variants.Times`: a key is lower case"),
        ('times: {usual: 2, of: [2, "3"]}', "`variants.times`: its values are either"),
        ("times: {usual: 2, of: [2]}", "`variants.times.of`"),
        ("times: {usual: 2, of: [2, 2]}", "`variants.times.of`"),
        ("times: {usual: 2, of: [2, 3.5]}", "`variants.times.of"),
        ("times: {of: [2, 3]}", "the key `usual` is missing in `variants.times`"),
        ("times: {usual: 2, of: [2, 3], unusual: 1}", "unknown key `unusual`"),
    ],
)
def test_a_mistake_in_variants_is_told_with_its_line(varied, tmp_path, entry, told):
    """File, line and key, as for every other mistake of an author's."""
    pack = shutil.copytree(varied.root, tmp_path / "pack")
    file = pack / "exercises" / "parrot" / "exercise.yaml"
    text = file.read_text()
    file.write_text(text.replace("times: {usual: 2, of: [2, 3, 4]}", entry))

    with pytest.raises(KatasError) as caught:
        find_kata("parrot", _pack(pack))

    assert told in caught.value.message
    assert f"{file}:8: " in caught.value.message

"""After a change only that is judged again which the change could have spoilt."""

from __future__ import annotations

import subprocess

import pytest

from backend_katas.authoring.affected import Change, change_since
from backend_katas.authoring.case import mutant, patches, references, starters
from backend_katas.authoring.fingerprint import ENGINE
from backend_katas.errors import ExitCode, KatasError

REFERENCE, STARTER = "reference/python-stdlib", "starter/python-stdlib"
FIXED, NOBODY, THERE = "mutant/fixed-greeting", "mutant/everybody-is-nobody", "mutant/everything-is-there"
ALL = {REFERENCE, STARTER, FIXED, NOBODY, THERE}


@pytest.fixture
def cases(kata):
    """All cases of the kata."""
    return (*references(kata), *starters(kata), *(mutant(kata, patch) for patch in patches(kata)))


def _git(folder, *arguments: str) -> None:
    person = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True, timeout=30)


@pytest.mark.parametrize(
    ("file", "affected"),
    [
        ("graders/greeter/test_hello.py", {REFERENCE, STARTER, FIXED, NOBODY}),
        ("graders/greeter/test_be_strict.py", {REFERENCE, STARTER, THERE}),
        ("graders/greeter/fixtures.py", ALL),
        ("graders/greeter/data/test_names.txt", ALL),
        ("exercises/greeter/exercise.yaml", ALL),
        ("exercises/greeter/files/names.txt", ALL),
        ("exercises/greeter/starters/python-stdlib/server.py", {STARTER}),
        ("exercises/greeter/BRIEF.md", set()),
        ("solutions/greeter/mutants/fixed-greeting.patch", {FIXED}),
        ("solutions/greeter/python-stdlib/server.py", {REFERENCE, FIXED, NOBODY, THERE}),
        ("exercises/another/exercise.yaml", set()),
    ],
)
def test_a_file_affects_those_it_concerns(cases, kata, file, affected):
    """By where it lies."""
    change = Change(frozenset({(kata.pack.root / file).resolve()}))

    assert {case.id.removeprefix("greeter/") for case, _ in change.chosen(cases)} == affected
    assert change.touches(kata) is ("another" not in file)


def test_a_changed_module_asks_for_its_level_alone(cases, kata):
    """What shares nothing with it stays as it was judged."""
    one = Change(frozenset({(kata.graders / "test_hello.py").resolve()}))
    both = Change(one.files | {(kata.graders / "test_be_strict.py").resolve()})
    shared = Change(one.files | {(kata.graders / "fixtures.py").resolve()})

    assert {levels for _, levels in one.chosen(cases)} == {("hello",)}
    assert {case.kind: levels for case, levels in both.chosen(cases)}["reference"] == ("hello", "be-strict")
    assert {case.id: levels for case, levels in both.chosen(cases)}["greeter/mutant/fixed-greeting"] == ("hello",)
    assert {levels for _, levels in shared.chosen(cases)} == {()}


@pytest.mark.parametrize("file", [ENGINE / "model.py", ENGINE.parents[1] / "pyproject.toml"])
def test_the_engine_concerns_every_level(cases, kata, file):
    """Also the versions of what it is built on; each level meets a mutant, and not all of them are needed for that."""
    change = Change(frozenset({file.resolve()}))
    chosen = {case.id.removeprefix("greeter/"): case for case, levels in change.chosen(cases) if not levels}

    assert {REFERENCE, STARTER} < chosen.keys() < ALL
    assert {level for case in chosen.values() for level in case.levels} == {"hello", "be-strict"}
    assert change.touches(kata)


def test_what_was_changed_beside_the_engine_is_judged_too(cases, kata):
    """A change of both takes the sample and what the other file affects."""
    change = Change(frozenset({(ENGINE / "model.py").resolve(), kata.graders.resolve() / "fixtures.py"}))

    assert {case.id.removeprefix("greeter/") for case, _ in change.chosen(cases)} == ALL


def test_a_change_is_what_git_says(pack):
    """Committed since, changed and not committed, and new, in a pack below the repository's root; nothing ignored."""
    root = pack.root.parent
    (root / ".gitignore").write_text("*.log\n")
    _git(root, "init", "-q")
    _git(root, "add", ".")
    _git(root, "commit", "-qm", "before")
    for name, committed in (("graders/greeter/fixtures.py", True), ("exercises/greeter/exercise.yaml", False)):
        (pack.root / name).write_text("changed")
        if committed:
            _git(root, "commit", "-qam", "after")
    (pack.root / "graders" / "greeter" / "with blank é.py").touch()
    (pack.root / "graders" / "greeter" / "some.log").touch()

    change = change_since("HEAD~1", pack)

    assert {file.name for file in change.files} == {"fixtures.py", "exercise.yaml", "with blank é.py"}
    assert all(file.is_file() for file in change.files)


def test_an_unknown_revision_is_wrong_usage(pack):
    """In git's words, with what the option takes."""
    _git(pack.root, "init", "-q")

    with pytest.raises(KatasError, match="git cannot tell what was changed") as caught:
        change_since("nowhere", pack)

    assert caught.value.exit_code is ExitCode.USAGE

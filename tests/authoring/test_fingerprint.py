"""A verdict stands as long as nothing changed that it depends on."""

from __future__ import annotations

import pytest

from backend_katas.authoring.alteration import Alteration
from backend_katas.authoring.case import Case, Kind, Tailoring, altered, mutant, references, starters, tailored
from backend_katas.authoring.fingerprint import Fingerprints


@pytest.fixture
def made(kata) -> Case:
    """A fault made by machine."""
    (reference,) = references(kata)
    return altered(reference, Alteration(file="server.py", line=1, before="a", after="b", text="b\n"))


@pytest.fixture
def prints(kata, made):
    """Return the fingerprint of each case, by its kind."""
    planted = mutant(kata, kata.pack.root / "solutions/greeter/mutants/fixed-greeting.patch")
    variant = tailored(made, Tailoring(seed=1, files={"server.py": "c\n"}))
    cases = (*references(kata), *starters(kata), planted, made, variant)
    return lambda services="auto": {case.kind: Fingerprints(services=services).of(case) for case in cases}


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("graders/greeter/test_hello.py", set(Kind)),
        ("graders/greeter/fixtures.py", set(Kind)),
        ("exercises/greeter/exercise.yaml", set(Kind)),
        ("exercises/greeter/files/names.txt", set(Kind)),
        ("exercises/greeter/BRIEF.md", set()),
        ("exercises/greeter/HINTS.md", set()),
        ("solutions/greeter/python-stdlib/server.py", set(Kind) - {Kind.STARTER}),
        ("solutions/greeter/mutants/fixed-greeting.patch", {Kind.MUTANT}),
        ("solutions/greeter/mutants/everything-is-there.patch", set()),
        ("solutions/greeter/mutants/survivors.yaml", set()),
        ("exercises/greeter/starters/python-stdlib/server.py", {Kind.STARTER}),
        ("exercises/greeter/starters/node/server.js", set()),
    ],
)
def test_a_change_is_seen_by_those_it_concerns(prints, pack, file, changed):
    """And by no others."""
    before = prints()
    (pack.root / file).parent.mkdir(exist_ok=True)
    with (pack.root / file).open("a") as stream:
        stream.write("\n# changed\n")
    after = prints()

    assert {kind for kind in Kind if after[kind] != before[kind]} == changed


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("graders/greeter/test_hello.py", {"test_hello.py"}),
        ("graders/greeter/fixtures.py", {"test_hello.py", "test_be_strict.py"}),
        ("solutions/greeter/python-stdlib/server.py", {"test_hello.py", "test_be_strict.py"}),
        ("solutions/greeter/mutants/survivors.yaml", set()),
    ],
)
def test_a_kill_stands_while_its_own_module_is_the_same(made, pack, file, changed):
    """And what all modules share; what other checks say of the fault does not matter any more."""
    before = Fingerprints(services="auto").of_kills(made)
    with (pack.root / file).open("a") as stream:
        stream.write("\n# changed\n")
    after = Fingerprints(services="auto").of_kills(made)

    assert {name for name in before if after[name] != before[name]} == changed


def test_a_new_file_and_another_name_are_seen(prints, pack):
    """Also an empty one."""
    before = prints()
    (pack.root / "graders" / "greeter" / "more.py").touch()
    between = prints()
    (pack.root / "graders" / "greeter" / "more.py").rename(pack.root / "graders" / "greeter" / "less.py")

    assert len({before[Kind.STARTER], between[Kind.STARTER], prints()[Kind.STARTER]}) == 3


def test_what_tools_leave_behind_is_not_seen(prints, pack):
    """A grader that ran once has a cache beside it."""
    before = prints()
    (pack.root / "graders" / "greeter" / "__pycache__").mkdir()
    (pack.root / "graders" / "greeter" / "__pycache__" / "test_hello.pyc").touch()

    assert prints() == before


def test_other_services_are_another_verdict(prints):
    """What holds on embedded PostgreSQL need not hold on another."""
    assert prints("docker")[Kind.REFERENCE] != prints("embedded")[Kind.REFERENCE]

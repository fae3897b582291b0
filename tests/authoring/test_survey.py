"""Each way in which a kata can be incomplete is told in one line with the file that is to be mended."""

from __future__ import annotations

import shutil

import pytest

from backend_katas.authoring.survey import survey
from backend_katas.catalogue import find_kata, find_packs

STRICT = "graders/greeter/test_be_strict.py"
HELLO = "graders/greeter/test_hello.py"
MANIFEST = "exercises/greeter/exercise.yaml"
MUTANT = "solutions/greeter/mutants/everything-is-there.patch"
HINTS = "exercises/greeter/HINTS.md"
NO_MUTANT = "solutions/greeter/mutants: the level `be-strict` has no mutant, so nobody knows if it can say no"
SIXTY_FIVE = "the points of its checks add up to 65, the level `hello` has 60"
UNKNOWN = "names the rule `be-strict-9`, which BRIEF.md does not have"
ANOTHER = "of the level `be-strict` names `hello-1`, a rule of another level"
NO_CHECKS = "{file}: the level `be-strict` has no checks"
STDLIP = "`greeter` has no reference `python-stdlip` (did you mean `python-stdlib`?)"
WELCOME = "names `test_be_strict.py::test_an_unknown_path_is_welcome`, which is no check of `greeter`"
MARK = '@points(40, clause="be-strict-1")'
DOCSTRING = '    """A path that is not there answers 404."""\n'


@pytest.fixture
def flaws(pack):
    """Return what is wrong with the kata as it is now, with paths from the pack's folder."""

    def look(**needs: tuple[str, ...]) -> list[str]:
        kata = find_kata("greeter", [pack])
        found = survey(kata, {kata.id: kata.prerequisites, **needs}, (*find_packs({}), pack))
        return [str(flaw).removeprefix(f"{pack.root}/") for flaw in found.flaws]

    return look


def test_a_complete_kata_has_no_flaw(flaws):
    """The mini pack's own."""
    assert flaws() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (MANIFEST, "internet", "moon", ["{file}: the roadmap has no stage `moon`"]),
        (
            HELLO,
            "@points(20",
            "@points(25",
            [f"{{file}}: {SIXTY_FIVE}"],
        ),
        (STRICT, DOCSTRING, "", ["{file}:6: {check} has no docstring, which learners read"]),
        (STRICT, MARK, "@points(40)", ["{file}:6: {check} names no rule of the brief (`clause=`)"]),
        (
            STRICT,
            "strict-1",
            "strict-9",
            [f"{{file}}:6: {{check}} {UNKNOWN}"],
        ),
        (
            STRICT,
            "be-strict-1",
            "hello-1",
            [f"{{file}}:6: {{check}} {ANOTHER}"],
        ),
        (
            STRICT,
            "def test_an",
            "def test_an(:",
            ["{file}:7: syntax error: invalid syntax", NO_CHECKS],
        ),
        (MANIFEST, "kind: http", "kind: http\nstack: cobol", ["{file}: `stack` names `cobol`, which has no starter"]),
        (HINTS, "2. What", "What", ["{file}: the level `be-strict` has 1 of at least 2 hints"]),
        (
            MUTANT,
            "stdlib",
            "stdlip",
            [f"{{file}}:2: {STDLIP}", NO_MUTANT],
        ),
        (
            MUTANT,
            "is_refused",
            "is_welcome",
            [f"{{file}}: {WELCOME}", NO_MUTANT],
        ),
    ],
)
def test_a_flaw_is_told_with_file_and_line(flaws, spoil, file, old, new, told):
    """And nothing else is."""
    spoil(file, old, new)

    assert flaws() == [line.format(file=file, check="`test_an_unknown_path_is_refused`") for line in told]


def test_a_check_without_a_mark_is_told(flaws, spoil):
    """It has no points, so the level's do not add up, and no rule."""
    spoil(STRICT, MARK, "")

    assert flaws() == [
        f"{STRICT}: the points of its checks add up to 0, the level `be-strict` has 40",
        f"{STRICT}:7: `test_an_unknown_path_is_refused` has no points",
        f"{STRICT}:7: `test_an_unknown_path_is_refused` names no rule of the brief (`clause=`)",
    ]


def test_a_module_without_a_level_is_told(flaws, pack):
    """Its checks would never be judged."""
    shutil.copy(pack.root / STRICT, pack.root / "graders/greeter/test_be_kind.py")

    assert "graders/greeter/test_be_kind.py: `greeter` has no level of this name" in flaws()


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("exercises/greeter/BRIEF.md", "exercises/greeter/BRIEF.md: the brief is missing"),
        ("exercises/greeter/starters", "exercises/greeter/starters: there is no starter"),
        ("solutions", "solutions/greeter: there is no reference"),
    ],
)
def test_what_is_missing_is_told(flaws, pack, gone, told):
    """With the place where it should be."""
    path = pack.root / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    assert told in flaws()


def test_prerequisites_are_katas_and_go_in_no_circle(flaws, spoil):
    """The way round is told."""
    spoil(MANIFEST, "kind: http", "kind: http\nprerequisites: [shout, whisper]")

    told = flaws(shout=("murmur",), murmur=("greeter",))

    assert told == [
        f"{MANIFEST}: `prerequisites` names `whisper`, which is no kata",
        f"{MANIFEST}: `prerequisites` lead in a circle: greeter needs shout needs murmur needs greeter",
    ]


def test_checks_that_cannot_be_run_are_not_judgeable(pack, spoil):
    """The engine would refuse to grade by them; a missing hint hinders nobody."""
    kata = find_kata("greeter", [pack])
    spoil("exercises/greeter/HINTS.md", "2. What you do", "What you do")
    before = survey(kata, {}, [pack]).judgeable
    spoil(STRICT, "@points(40", "@points(39")

    assert before
    assert not survey(kata, {}, [pack]).judgeable

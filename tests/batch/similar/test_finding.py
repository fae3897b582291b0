"""A class is compared: copies in disguise are found, and what two did by themselves or were both given is not."""

from __future__ import annotations

import shutil
import subprocess
from itertools import combinations

import pytest

from backend_katas.batch.similar.finding import Order, look_at
from backend_katas.catalogue import own_pack
from backend_katas.errors import ExitCode, KatasError

SOLUTIONS = own_pack().root / "solutions"
STARTERS = own_pack().root / "exercises" / "contact-book" / "starters"
PYTHON = SOLUTIONS / "contact-book" / "python-stdlib"
MUTANTS = ("no-lock", "undo-in-memory", "csv-split-at-commas")


def portions(found):
    """Return by both names what two submissions share."""
    return {(pair.share.one, pair.share.other): pair.share.portion for pair in found.pairs}


def test_copies_in_disguise_are_found(copied, compared):
    """New names, another order of functions and other comments leave at least 80 % in common."""
    copied("ada", PYTHON)
    copied("bob", PYTHON, seed=1)
    copied("cem", PYTHON, seed=2)

    found = portions(compared())

    assert {frozenset(names) for names in found} == {frozenset(two) for two in combinations(("ada", "bob", "cem"), 2)}
    assert min(found.values()) >= 0.8


def test_what_different_people_wrote_is_not(copied, compared):
    """References in other languages, or to another kata in the same one, share less than 20 %."""
    for name, source in {
        "go": "contact-book/go",
        "python": "contact-book/python-stdlib",
        "other-python": "auth-system/python-fastapi",
        "other-go": "task-manager-api/go-stdlib",
        "node": "url-shortener/node-express",
        "java": "auth-system/java-spring",
    }.items():
        copied(name, SOLUTIONS / source)

    found = compared(least=1)

    assert all(not member.problem for member in found.members)
    assert max(portions(found).values()) < 0.2


def test_a_mistake_planted_in_a_copy_changes_little(copied, compared):
    """Mutants of one reference are nearly the same."""
    copied("reference", PYTHON)
    for name in MUTANTS:
        patch = SOLUTIONS / "contact-book" / "mutants" / f"{name}.patch"
        subprocess.run(["git", "apply", patch], cwd=copied(name, PYTHON), check=True)

    found = portions(compared())

    assert len(found) == 6
    assert min(found.values()) > 0.95


@pytest.mark.parametrize("stack", [path.name for path in sorted(STARTERS.iterdir())])
def test_starters_have_nothing_in_common(stack, copied, compared):
    """Who handed in a starter as it was has no code of their own."""
    copied("ada", STARTERS / stack)
    copied("bob", STARTERS / stack)

    found = compared(least=1)

    assert not found.pairs
    assert [member.own for member in found.members] == [0, 0]
    assert all("0 tokens are left" in member.problem for member in found.members)


def test_only_starter_code_in_common_is_nothing(copied, written, compared, program):
    """Who both went on from one starter share what they wrote, and that alone."""
    for seed, name in enumerate(("ada", "bob")):
        copied(name, STARTERS / "python-stdlib")
        written(name, **{"work.py": program(seed)})

    found = compared(least=1)

    assert [member.problem for member in found.members] == ["", ""]
    assert not found.pairs


def test_the_shorter_one_is_measured(copied, written, compared, program):
    """A copy within something larger is whole, however much stands around it."""
    written("short", **{"a.py": program(1)})
    written("long", **{"b.py": program(1), "c.py": program(2), "d.py": program(3)})

    (pair,) = compared().pairs

    assert (pair.share.one, pair.share.other) == ("short", "long")
    assert pair.share.tokens == pair.share.own
    assert pair.files == (("a.py", "b.py", pair.passages[0].tokens),)


def test_what_most_have_is_nobodys(written, compared, program):
    """Code of more than a third of the class is not counted, unless that is wanted."""
    for number in range(12):
        written(f"s{number}", **{"tutorial.py": program(0), "own.py": program(20 + number)})

    assert not compared().pairs
    assert all(member.common > 0 and not member.problem for member in compared().members)
    assert len(compared(common=100).pairs) == 66


def test_a_few_are_never_most(written, compared, program):
    """In a class of ten, no code is everybody's."""
    for number in range(10):
        written(f"s{number}", **{"work.py": program(0)})

    assert len(compared().pairs) == 45


def test_what_cannot_be_read_is_told_and_the_rest_compared(handed_in, written, compared, program):
    """An archive that is none, no code, two of one name: each with its reason."""
    written("ada", **{"work.py": program(1)})
    written("bob", **{"work.py": program(1)})
    written("notes", **{"README.md": "# none"})
    (handed_in / "broken.zip").write_text("no zip")
    shutil.make_archive(str(handed_in / "ada"), "zip", handed_in / "bob")

    found = compared()

    problems = {member.name: member.problem for member in found.members}
    assert "both called `ada`" in problems["ada"]
    assert "cannot be unpacked" in problems["broken"]
    assert problems["notes"] == "there is no code in it that can be read"
    assert not problems["bob"]


def test_archives_are_compared_too(handed_in, written, compared, program):
    """A folder and an archive of it are the same."""
    written("ada", **{"work.py": program(1)})
    shutil.make_archive(str(handed_in / "bob"), "gztar", handed_in / "ada")

    (pair,) = compared().pairs

    assert pair.share.portion == 1


def test_two_are_looked_at(handed_in, written, program):
    """Whatever they share; who is not there, or has no code, is told."""
    written("ada", **{"work.py": program(1)})
    written("bob", **{"work.py": program(1)})
    written("cem", **{"notes.md": "none"})

    def look(*pair):
        return look_at(Order(place=handed_in, kata="contact-book", pair=pair), pair, (own_pack(),))

    two = look("bob", "ada")

    assert two.one.texts["work.py"][0] == "def step_0(p, s):"
    assert two.likeness.passages[0].one_lines[0] == 1
    with pytest.raises(KatasError, match="no submission called `bop`"):
        look("ada", "bop")
    with pytest.raises(KatasError, match="`cem` cannot be compared") as refused:
        look("ada", "cem")
    assert refused.value.exit_code is ExitCode.NOTHING_TO_GRADE

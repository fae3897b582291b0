"""References, starters and mutants are found, and a mutant's header is read or told to be wrong."""

from __future__ import annotations

import pytest

from backend_katas.authoring.case import mutant, patches, references, starters
from backend_katas.documents import DocumentError

PATCH = "solutions/greeter/mutants/fixed-greeting.patch"


def test_every_case_of_a_kata_is_found(kata):
    """By folder and file, each with a name that no other case has."""
    mutants = [mutant(kata, patch) for patch in patches(kata)]

    assert [case.id for case in (*references(kata), *starters(kata), *mutants)] == [
        "greeter/reference/python-stdlib",
        "greeter/starter/python-stdlib",
        "greeter/mutant/everybody-is-nobody",
        "greeter/mutant/everything-is-there",
        "greeter/mutant/fixed-greeting",
    ]


def test_a_header_names_reference_and_checks(kata, spoil):
    """Several checks, also over several lines, and parametrized ones."""
    more = "_configurable[a-b],\n  test_be_strict.py::test_x, test_hello.py::test_y"
    patch = spoil(PATCH, "_configurable", more)

    case = mutant(kata, patch)

    assert case.base == kata.pack.root / "solutions" / "greeter" / "python-stdlib"
    assert case.named == {
        "test_hello.py::test_the_greeting_is_configurable[a-b]",
        "test_be_strict.py::test_x",
        "test_hello.py::test_y",
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("mistake:", "oops:", "1: the line `mistake:` is missing"),
        ("reference: python-stdlib\n", "", "1: the line `reference:` is missing"),
        ("reference: python-stdlib", "reference: python-stdlip", "2: `greeter` has no reference `python-stdlip`"),
        ("catches: test_hello.py::test_the_greeting_is_configurable", "catches:", "the line `catches:` is missing"),
        ("test_hello.py::test_the_greeting_is_configurable", "the greeting", "3: `catches:` names no check"),
    ],
)
def test_a_wrong_header_is_told_with_its_line(kata, spoil, old, new, told):
    """What a patch does not say is not guessed."""
    patch = spoil(PATCH, old, new)

    with pytest.raises(DocumentError) as caught:
        mutant(kata, patch)

    assert caught.value.message.startswith(f"{patch}:")
    assert told in caught.value.message

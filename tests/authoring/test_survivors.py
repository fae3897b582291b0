"""Explanations are read with their places, and one that explains nothing is a flaw."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_katas.authoring.survivors import Explanation, Sort, outdated, read_survivors, survivors_file
from backend_katas.documents import DocumentError

ENTRY = """\
  - file: server.py
    before: "self.end_headers()"
    after: ""
    kind: equivalent
    why: |
      Nobody can tell.
"""


@pytest.fixture
def explained(kata) -> Path:
    """Explain one survivor of `greeter`."""
    path = survivors_file(kata)
    path.write_text(f"format: 1\nsurvivors:\n{ENTRY}", encoding="utf-8")
    return path


def test_an_explanation_is_read_with_its_line(kata, explained):
    """Its key, its kind, and the reason as one text."""
    (explanation,) = read_survivors(kata)

    assert explanation == Explanation(
        key=("server.py", "self.end_headers()", ""), sort=Sort.EQUIVALENT, why="Nobody can tell.", line=3
    )
    assert list(outdated(kata, [explanation])) == []


def test_a_kata_without_the_file_explains_nothing(kata):
    """It is made when there is a survivor."""
    assert read_survivors(kata) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("kind: equivalent", "kind: equal", r"survivors.yaml:6: `survivors\[0\].kind` is `equal`, expected"),
        ("    before:", "    befor:", "survivors.yaml:4: unknown key `befor`"),
        ("format: 1", "format: 2", "survivors.yaml:1: `format` is `2`, expected `1`"),
    ],
)
def test_a_mistake_is_told_with_its_line(kata, explained, old, new, problem):
    """As in every file that people write."""
    explained.write_text(explained.read_text().replace(old, new))

    with pytest.raises(DocumentError, match=problem):
        read_survivors(kata)


@pytest.mark.parametrize(
    ("old", "new"), [("self.end_headers()", "self.begin_headers()"), ("file: server.py", "file: gone.py")]
)
def test_a_line_that_is_not_there_needs_no_explanation(kata, explained, old, new):
    """The reference has been changed since."""
    explained.write_text(explained.read_text().replace(old, new))

    (flaw,) = outdated(kata, read_survivors(kata))

    assert (flaw.file, flaw.line) == (explained, 3)
    assert flaw.problem.startswith("explains a line that is not there: ")


def test_a_second_explanation_is_one_too_many(kata, explained):
    """Of two that differ nobody would know which is meant."""
    explained.write_text(explained.read_text() + ENTRY)

    (flaw,) = outdated(kata, read_survivors(kata))

    assert (flaw.line, flaw.problem) == (9, "explains what is explained above")

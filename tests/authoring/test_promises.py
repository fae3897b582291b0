"""Each check is shown with the rule that promises it; one that nothing promises is an error."""

from __future__ import annotations

import click
import pytest

from backend_katas.authoring.promises import promises_document, promises_table, read_promises
from backend_katas.errors import KatasError


def test_each_check_stands_above_its_rule(kata):
    """Level by level, with points, and the rule in the brief's words."""
    text = click.unstyle(promises_table(read_promises(kata)))

    assert text.startswith("greeter: 4 checks, 3 rules, 100 points\n\nlevel hello, 60 points\n")
    assert (
        "  20  test_the_greeting_is_configurable\n      hello-2  The greeting follows the variable `GREETING`." in text
    )
    assert "not proved" not in text


def test_a_rule_without_a_check_is_listed(kata, spoil):
    """Below the table stands what no check names."""
    spoil("exercises/greeter/BRIEF.md", "- **be-strict-1**", "- **hello-3** It is polite.\n- **be-strict-1**")

    promises = read_promises(kata)

    assert dict(promises.unproved) == {"hello-3": "It is polite."}
    assert promises_table(promises).endswith("hello-3  It is polite.")
    assert promises_document(promises)["not_proved"] == [{"clause": "hello-3", "rule": "It is polite."}]


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ("@points(40)", "test_be_strict.py:6: `test_an_unknown_path_is_refused` names no rule of the brief"),
        ('@points(40, clause="be-strict-7")', "names the rule `be-strict-7`, which BRIEF.md does not have"),
    ],
)
def test_a_check_that_nothing_promises_is_an_error(kata, spoil, clause, told):
    """With file and line."""
    spoil("graders/greeter/test_be_strict.py", '@points(40, clause="be-strict-1")', clause)

    with pytest.raises(KatasError) as caught:
        read_promises(kata)

    assert told in caught.value.message


def test_the_document_has_rule_and_place_of_each_check(kata):
    """For programs: whole rules, and paths from the pack's folder."""
    document = promises_document(read_promises(kata))

    assert document["checks"][-1] == {
        "id": "test_be_strict.py::test_an_unknown_path_is_refused",
        "level": "be-strict",
        "title": "A path that is not there answers 404",
        "points": 40,
        "clause": "be-strict-1",
        "rule": "Any other path answers 404.",
        "file": "graders/greeter/test_be_strict.py",
        "line": 6,
    }

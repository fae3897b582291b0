"""What a comparison has found is kept beside the marks, and on their page."""

from __future__ import annotations

import pytest

from backend_katas.batch.grading import Order, grade_class
from backend_katas.batch.similar import finding
from backend_katas.batch.similar.finding import find_similar
from backend_katas.batch.similar.keeping import keep
from backend_katas.errors import ExitCode, KatasError
from backend_katas.runner import OPEN


@pytest.fixture
def marks(classroom, mini, greeter, tmp_path):
    """A class of two that handed in one program, graded; its folder and that of its marks."""
    place = classroom(ann=greeter, bob=f"# by bob\n{greeter}")
    out = tmp_path / "marks"
    grade_class(Order(place=place, kata="greeter", out=out, isolation=OPEN), [mini], tell=print)
    return place, out


def test_the_page_of_the_marks_tells_of_pairs(marks, mini):
    """And still does when the batch writes it again; the marks stay what they were."""
    place, out = marks
    before = (out / "marks.csv").read_bytes()
    found = find_similar(finding.Order(place=place, kata="greeter"), [mini])

    written = list(keep(found, out))

    page = (out / "index.html").read_text()
    assert [path.name for path in written] == ["similar.csv", "similar.json", "index.html"]
    assert "lines of ann: server.py" in page
    assert (out / "marks.csv").read_bytes() == before
    grade_class(Order(place=place, kata="greeter", out=out, isolation=OPEN), [mini], tell=print)
    assert "lines of ann: server.py" in (out / "index.html").read_text()


def test_marks_of_another_kata_are_left_alone(marks, mini):
    """Their pairs would be somebody else's."""
    place, out = marks
    found = find_similar(finding.Order(place=place, kata="shout"), [mini])

    with pytest.raises(KatasError, match="has the marks of another kata: `greeter`, not `shout`") as refused:
        list(keep(found, out))

    assert refused.value.exit_code is ExitCode.USAGE
    assert not (out / "similar.json").exists()


def test_a_folder_that_cannot_be_written_to_is_told(mini, handed_in, program, written, tmp_path):
    """With its path."""
    written("ann", **{"a.py": program(1)})
    found = find_similar(finding.Order(place=handed_in, kata="greeter"), [mini])
    (tmp_path / "file").write_text("")

    with pytest.raises(KatasError, match="cannot write to"):
        list(keep(found, tmp_path / "file" / "out"))

"""A course's file is read strictly: what it says is exact, and a mistake is told with line and key."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from backend_katas.batch.course import NO_COURSE, Attempts, Late, Rounding, course_from, read_course
from backend_katas.documents import DocumentError
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Level

LEVELS = (Level(id="hello", title="Hello", points=60), Level(id="be-strict", title="Refuse", points=40))
WHOLE = """\
due: 2026-11-30T23:59:00+01:00
grace: 15m
late: {per_day: 2.5, most: 50, after: 7d, worth: 0}
extensions: {0123: 3d, ada: 2026-12-03T12:00+01:00}
handed_in: times.csv
attempts: {most: 3, counts: best}
hidden: [be-strict]
rounding: {to: 0.5, how: half-even}
passed_at: 50
"""
TIMES = 'submission,section,time\r\n"0123",a,2026-11-30T22:00:00Z\r\nada,b,2026-12-01T23:00+01:00\r\n'


@pytest.fixture
def course(tmp_path):
    """Read a course's file with this text, and beside it a list of times."""

    def read(text: str, times: str = TIMES):
        (tmp_path / "course.yaml").write_text(text)
        (tmp_path / "times.csv").write_text(times, newline="")
        return read_course(tmp_path / "course.yaml", LEVELS)

    return read


def test_all_that_it_says_is_read(course):
    """Numbers exactly, times with their offset, names as they are written."""
    found = course(WHOLE)

    due = datetime.fromisoformat("2026-11-30T23:59:00+01:00")
    assert (found.due, found.grace) == (due, timedelta(minutes=15))
    assert found.late == Late(per_day=Fraction(1, 40), most=Fraction(1, 2), after=timedelta(days=7), worth=Fraction(0))
    assert found.due_for("0123") == due + timedelta(days=3)
    assert found.due_for("ada") == datetime.fromisoformat("2026-12-03T12:00+01:00")
    assert found.due_for("bob") == due
    assert found.attempts == Attempts(most=3, best=True)
    assert found.hidden == {"be-strict"}
    assert found.rounding == Rounding(to=Fraction(1, 2), how="half-even")
    assert found.passed_at == 50
    assert found.times == {
        "0123": datetime.fromisoformat("2026-11-30T22:00:00+00:00"),
        "ada": datetime.fromisoformat("2026-12-01T23:00+01:00"),
    }


def test_a_course_is_kept_as_text(course):
    """What is read from the text is the same course."""
    found = course(WHOLE)

    assert course_from(found.text) == found
    assert course_from("") == NO_COURSE


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("due: 2026-11-30\n", 1, "`due` is `2026-11-30`: a time is written with its offset"),
        ("due: 2026-11-30T23:59\n", 1, "a time is written with its offset"),
        ("due: 2026-11-31T23:59Z\n", 1, "there is no such time"),
        ("hidden: []\ndeu: 2026-11-30T23:59Z\n", 2, "unknown key `deu`"),
        ("grace: 15m\n", 1, "`grace` says something of a date that is missing"),
        ("due: 2026-11-30T23:59Z\ngrace: 15\n", 2, "`grace` is `15`, expected text"),
        ("due: 2026-11-30T23:59Z\ngrace: 15 minutes\n", 2, "a length of time is written such as"),
        ("due: 2026-11-30T23:59Z\nlate:\n  per_day: 110\n", 3, "`late.per_day`"),
        ("due: 2026-11-30T23:59Z\nlate:\n  per_day: .nan\n", 3, "`late.per_day` is no number"),
        ("due: 2026-11-30T23:59Z\nlate:\n  worth: 0\n", 3, "`late.worth` needs `late.after`"),
        ("due: 2026-11-30T23:59Z\nlate:\n  most: 0\n", 3, "`late.most` needs `late.per_day`"),
        ("due: 2026-11-30T23:59Z\nextensions:\n  bob: 3d\n  ada: later\n", 4, "`extensions.ada` is `later`"),
        ("attempts:\n  most: 0\n", 2, "`attempts.most`"),
        ("attempts:\n  counts: first\n", 2, "`attempts.counts` is `first`, expected `best`, `last`"),
        ("hidden:\n- hello\n- be-stict\n", 3, "the kata has no level `be-stict`"),
        ("rounding: {to: 0}\n", 1, "`rounding.to`"),
        ("rounding: {how: somehow}\n", 1, "expected `half-up`, `half-even`, `up`, `down`"),
        ("passed_at: 101\n", 1, "`passed_at`"),
    ],
)
def test_a_mistake_is_told_with_line_and_key(course, tmp_path, text, line, told):
    """Before anything is graded."""
    with pytest.raises(DocumentError) as caught:
        course(text)

    assert caught.value.message.startswith(f"{tmp_path / 'course.yaml'}:{line}: ")
    assert told in caught.value.message
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("times", "line", "told"),
    [
        ("submission;time\nada;2026-11-30T22:00:00Z\n", 1, "no column `submission`"),
        ("submission,time\nada,2026-11-30T22:00:00Z\nbob,2026-11-30T22:00:00\n", 3, "does not say its offset"),
        ("submission,time\nada,yesterday\n", 2, "`yesterday` is no time"),
        ("submission,time\nada,1026-11-30T22:00:00Z\n", 2, "is not of this century"),
        ("submission,time\nada,2026-11-30T22:00Z\nada,2026-11-30T22:00Z\n", 3, "`ada` is in the list twice"),
        ("submission,time\nada\n", 2, "only 1 cells"),
        ('submission,time\n"ada\n', 2, "not CSV"),
        ("", 1, "no column `submission`"),
    ],
)
def test_a_mistake_in_the_list_of_times_is_told(course, tmp_path, times, line, told):
    """With its own line."""
    with pytest.raises(DocumentError) as caught:
        course("handed_in: times.csv\n", times)

    assert caught.value.message.startswith(f"{tmp_path / 'times.csv'}:{line}: ")
    assert told in caught.value.message


@pytest.mark.parametrize("text", [None, "handed_in: others.csv\n"])
def test_a_file_that_is_not_there_is_told(course, tmp_path, text):
    """The course's own, and the one that it names."""
    with pytest.raises(KatasError, match=r"cannot read `.*\.\w+`: No such file") as caught:
        course(text) if text else read_course(tmp_path / "none.yaml", LEVELS)

    assert caught.value.exit_code is ExitCode.USAGE

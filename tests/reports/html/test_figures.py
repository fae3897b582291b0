"""A class at a glance: means, quartiles and the bars of two charts."""

from __future__ import annotations

import pytest

from backend_katas.reports.html.figures import figures, spread
from backend_katas.reports.html.rows import Kind, Row


def _rows(*marks, seconds=()):
    times = [*seconds, *[1.0] * len(marks)]
    return [
        Row(
            number=number,
            name=f"{number}",
            kind=Kind.REFUSED if mark is None else Kind.FAILED,
            value=mark,
            most=100,
            seconds=times[number],
        )
        for number, mark in enumerate(marks)
    ]


def test_quartiles_are_those_of_the_numbers():
    """As R's `quantile(c(0, 10, 20, 30, 100))` says."""
    found = spread([0, 10, 20, 30, 100])

    assert (found.mean, found.least, found.lower, found.median, found.upper, found.most) == (32, 0, 10, 20, 30, 100)


def test_one_and_none_have_quartiles_too():
    """One number is all of them; without any there are none."""
    assert spread([4.0]).lower == spread([4.0]).upper == 4.0
    assert spread([]) is None


def test_who_has_no_mark_is_in_no_mean():
    """But is counted."""
    found = figures(_rows(50, None, 100))

    assert found.marks.mean == 75
    assert found.kinds == {Kind.FAILED: 2, Kind.REFUSED: 1}


def test_marks_are_counted_by_tenths():
    """Full marks stand alone, also those beyond; below nothing there is none."""
    found = figures(_rows(0, 9.9, 10, 99.9, 100, 104, -3))

    assert {each.label: each.number for each in found.mark_bins if each.number} == {
        "0-9": 3,
        "10-19": 1,
        "90-99": 1,
        "100": 2,
    }
    assert len(found.mark_bins) == 11


@pytest.mark.parametrize(
    "seconds", [(40.0, 41.0, 62.0), (0.1, 0.11), (3.0, 3.0), (1.0, 36000.0), (0.0, 1e-9), (7.0, 17.0)]
)
def test_times_are_counted_in_even_ranges(seconds):
    """At most eleven, and nobody is left out."""
    found = figures(_rows(*[1] * len(seconds), seconds=seconds)).time_bins

    assert sum(each.number for each in found) == len(seconds)
    assert 1 <= len(found) <= 11
    assert found[0].number
    assert found[-1].number
    assert len({each.label for each in found}) == len(found)


def test_nobody_has_figures_too():
    """A class in which nobody was graded."""
    found = figures([])

    assert (found.marks, found.time_bins, found.kinds) == (None, (), {})

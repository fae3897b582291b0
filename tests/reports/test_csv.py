"""Checks as CSV: one row each, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from backend_katas.model import Check, Earlier, Level, Result, Status
from backend_katas.reports.csv import HEADER, pieces, render, table


@pytest.fixture
def result():
    """A result with a hostile message and a hostile name."""
    check = Check(
        id="test_a.py::test_b", level="a", title="B", status=Status.FAILED, points=3, earned=0, message='=1+1,\n"x"'
    )
    return Result(
        kata="greeter",
        pack={"name": "mini", "version": "0"},
        submission="@ann",
        seed=1,
        services={},
        isolation="none",
        started_at="2026-11-20T10:00:00+00:00",
        seconds=1.0,
        levels=(Level(id="a", title="A", points=3),),
        checks=(check,),
    )


def test_a_check_is_a_row(result):
    """As RFC 4180 has it, quotes and line breaks in cells included."""
    header, row = csv.reader(io.StringIO(render([result]), newline=""))

    assert tuple(header) == HEADER
    found = dict(zip(header, row, strict=True))
    assert (found["check"], found["points"], found["earned"]) == ("test_a.py::test_b", "3", "0")
    assert found["message"] == '\'=1+1,\n"x"'
    assert found["submission"] == "'@ann"


def test_what_the_first_of_two_runs_said_has_a_column(result):
    """It is empty where there was one run."""
    twice = replace(result.checks[0], earlier=Earlier(status=Status.FAILED, message="=too late"))

    rows = csv.DictReader(io.StringIO(render([replace(result, checks=(*result.checks, twice))]), newline=""))

    assert [row["at_first"] for row in rows] == ["", "'=too late"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_no_text_is_a_formula(text):
    """It gets an apostrophe; a number stays one."""
    assert table([[text]]).lstrip('"').startswith("'")
    assert table([[-1]]) == "-1\r\n"


def test_a_class_is_written_as_it_is_read(result):
    """What is told of one is given before the next one is asked for, so that a class needs no more memory than one."""
    taken = []
    given = pieces(taken.append(number) or result for number in range(9))

    start, first, second = next(given), next(given), next(given)

    assert taken == [0, 1]
    assert first == second
    assert "".join([start, first, second, *given]) == render([result] * 9)

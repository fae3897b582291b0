"""JUnit XML as CI services read it, whatever a stranger's text is made of."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from backend_katas.model import Check, Earlier, Level, Result, Status, TimeLimit
from backend_katas.reports.junit import pieces, render
from backend_katas.variants import Variant


@pytest.fixture
def result():
    """A result with a check of each kind."""
    checks = tuple(
        Check(
            id=f"test_a.py::test_{status}",
            level="a",
            title=f"T {status}",
            status=status,
            points=1,
            earned=0,
            message="m",
        )
        for status in Status
    )
    return Result(
        kata="greeter",
        pack={"name": "mini", "version": "0"},
        submission="ann",
        seed=1,
        services={},
        isolation="none",
        started_at="2026-11-20T10:00:00+00:00",
        seconds=1.0,
        levels=(Level(id="a", title="A", points=4),),
        checks=checks,
    )


def test_a_result_is_a_suite_and_a_check_a_case(result):
    """With counts that agree."""
    root = ET.fromstring(render([result, result]).encode())

    suite = root[0]
    assert len(root) == 2
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    assert [[child.tag for child in case] for case in suite.iter("testcase")] == [
        [],
        ["failure"],
        ["skipped"],
        ["error"],
    ]
    assert suite.find("testcase").get("classname") == "greeter.test_a"
    assert {found.get("name"): found.get("value") for found in suite.iter("property")}["seed"] == "1"


def test_both_runs_of_a_check_are_told(result):
    """The second counts, and the first stands in the case's output; the end of a run is one of its properties."""
    earlier = Earlier(status=Status.FAILED, message="too late \x00")
    twice = tuple(replace(check, earlier=earlier) for check in result.checks[:2])
    limit = TimeLimit(seconds=9.0, waiting_for="`web` to start")

    suite = ET.fromstring(render([replace(result, checks=twice, time_limit=limit)]).encode())[0]

    cases = list(suite.iter("testcase"))
    assert [[child.tag for child in case] for case in cases] == [["system-out"], ["failure", "system-out"]]
    assert cases[0][0].text == "run twice; at first it failed:\ntoo late \ufffd"
    assert {found.get("name"): found.get("value") for found in suite.iter("property")}["time_limit"] == f"{limit}"


@pytest.mark.parametrize("text", ["\x00\x1b[2J", "]]><script>", "\ud800", "\ufffe", "&amp; \u202e"])
def test_hostile_text_stays_text(result, text):
    """What XML has no way to write is replaced."""
    hostile = replace(result, submission=text, checks=tuple(replace(check, message=text) for check in result.checks))

    written = render([hostile]).encode()

    root = ET.fromstring(written)
    assert root.find("script") is None
    assert b"\x1b" not in written


def test_a_variant_is_a_property(result):
    """Only where there is one."""
    made = replace(result, variant=Variant(seed=17, values={"times": 3}))

    given = [
        {entry.get("name"): entry.get("value") for entry in ET.fromstring(render([one])).iter("property")}
        for one in (made, result)
    ]

    assert given[0]["variant"] == "17"
    assert "variant" not in given[1]


def test_a_class_is_written_as_it_is_read(result):
    """What is told of one is given before the next one is asked for, so that a class needs no more memory than one."""
    taken = []
    given = pieces(taken.append(number) or replace(result, submission=f"{number}") for number in range(9))

    start, first, second = next(given), next(given), next(given)

    assert 'name="1"' in second
    assert taken == [0, 1]
    names = [suite.get("name") for suite in ET.fromstring("".join([start, first, second, *given]))]
    assert names == [f"{number}" for number in range(9)]

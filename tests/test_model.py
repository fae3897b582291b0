"""Values keep what they are told, and points and verdicts follow from the checks alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from backend_katas.errors import ExitCode
from backend_katas.model import Check, Command, Earlier, Exchange, Level, Reason, Result, Status, TimeLimit


def _check(status: Status, points: int = 10, *, reason: Reason | None = None, level: str = "one") -> Check:
    earned = points if status is Status.PASSED else 0
    return Check(
        id=f"test_{status}", level=level, title="It works", status=status, points=points, earned=earned, reason=reason
    )


def _result(*checks: Check) -> Result:
    return Result(
        kata="greeter",
        pack={"name": "mini", "version": "0"},
        submission="mine",
        seed=7,
        services={"postgres": "embedded 18.6"},
        isolation="none",
        started_at="2026-11-20T10:00:00+00:00",
        seconds=1.5,
        levels=(Level(id="one", title="One", points=100, summary="Do it."),),
        checks=checks,
    )


def test_a_result_survives_its_json():
    """What is written is what is read, exchanges, commands and reasons included."""
    exchange = Exchange(
        method="GET",
        path="/è",
        request_headers={"A": "b"},
        request_body="",
        status=None,
        response_headers={},
        response_body="",
        problem="closed",
        seconds=0.1,
    )
    command = Command(
        command="./x",
        arguments=("é", ""),
        environment={"A": "b"},
        stdin="",
        exit_code=None,
        stdout="",
        stderr="",
        problem="did not end",
        seconds=0.1,
    )
    failed = Check(
        id="x",
        level="one",
        title="T",
        status=Status.FAILED,
        points=3,
        earned=0,
        reason=Reason.START,
        exchanges=(exchange,),
        commands=(command,),
        statements=("SELECT 1",),
    )
    seen = {"exchanges": (exchange,), "commands": (command,), "log": "busy", "statements": ("SELECT 1",)}
    earlier = Earlier(status=Status.FAILED, message="too late", seconds=0.5, **seen)
    again = replace(_check(Status.PASSED), chancy=True, earlier=earlier)
    limit = TimeLimit(seconds=900.0, waiting_for="`web` to start")
    result = replace(_result(_check(Status.PASSED), failed, again), time_limit=limit)

    assert Result.from_json(result.to_json()) == result
    assert f"{limit}" == "the time limit of 900 s was reached while waiting for `web` to start"


def test_a_result_of_before_is_read():
    """What no result had then is not asked of it."""
    result = _result(_check(Status.PASSED))
    document = json.loads(result.to_json())

    assert {"time_limit", "variant"}.isdisjoint(document)
    assert {"chancy", "earlier"}.isdisjoint(document["checks"][0])
    assert Result.from_json(json.dumps(document)) == result


def test_result_json_holds_what_a_report_reads():
    """Status, score and points stand in the file itself, for readers that are not ours."""
    document = json.loads(_result(_check(Status.PASSED), _check(Status.FAILED)).to_json())

    assert (document["schema"], document["status"], document["score"], document["max_score"]) == (1, "failed", 10, 20)
    assert document["levels"] == [
        {"id": "one", "title": "One", "summary": "Do it.", "points": 100, "earned": 10, "status": "failed"}
    ]


def test_another_schema_is_refused():
    """A file of a later version is not misread."""
    with pytest.raises(ValueError, match="schema 2"):
        Result.from_json('{"schema": 2}')


@pytest.mark.parametrize(
    ("checks", "status", "code"),
    [
        ([_check(Status.PASSED)], Status.PASSED, ExitCode.PASSED),
        ([_check(Status.PASSED), _check(Status.FAILED)], Status.FAILED, ExitCode.FAILED),
        ([_check(Status.FAILED), _check(Status.ERROR)], Status.ERROR, ExitCode.OUR_FAULT),
        ([_check(Status.FAILED, reason=Reason.START)], Status.FAILED, ExitCode.DID_NOT_START),
        ([_check(Status.FAILED, reason=Reason.BUILD)], Status.FAILED, ExitCode.DID_NOT_START),
        ([_check(Status.PASSED), _check(Status.SKIPPED, reason=Reason.UNAVAILABLE)], Status.PASSED, ExitCode.PASSED),
        ([_check(Status.PASSED), _check(Status.SKIPPED, reason=Reason.START)], Status.FAILED, ExitCode.FAILED),
        ([_check(Status.PASSED), _check(Status.SKIPPED, reason=Reason.TIME)], Status.FAILED, ExitCode.FAILED),
        ([_check(Status.FAILED, reason=Reason.TIME)], Status.FAILED, ExitCode.FAILED),
    ],
)
def test_the_verdict_follows_from_the_checks(checks, status, code):
    """Our error outweighs a failure; what the learner caused to be skipped is never a pass."""
    result = _result(*checks)

    assert result.status is status
    assert result.exit_code is code


def test_a_check_that_cannot_be_judged_here_leaves_the_denominator():
    """A learner loses nothing for a machine that lacks something, and everything for a program that never started."""
    unavailable = _check(Status.SKIPPED, 30, reason=Reason.UNAVAILABLE)
    unreached = _check(Status.SKIPPED, 30, reason=Reason.START)

    assert _result(_check(Status.PASSED, 70), unavailable).max_score == 70
    assert _result(_check(Status.FAILED, 70, reason=Reason.START), unreached).max_score == 100

"""The report tells a learner where they stand, the first thing that is wrong, and what to do next."""

from __future__ import annotations

from dataclasses import replace

import click
import pytest

from backend_katas.model import Check, Command, Earlier, Exchange, Level, Reason, Result, Status, TimeLimit
from backend_katas.reports.text import render_result

LEVELS = (
    Level(id="hello", title="Say hello", points=60, summary="Answer a greeting."),
    Level(id="be-strict", title="Refuse", points=40, summary="Answer 404."),
)

EXCHANGE = Exchange(
    method="POST",
    path="/hello",
    request_headers={"Content-Type": "application/json"},
    request_body='{"name": "Ada"}',
    status=500,
    response_headers={"content-type": "text/plain", "allow": "GET"},
    response_body="oh no",
    problem="",
    seconds=0.1,
)


COMMAND = Command(
    command="./shout",
    arguments=("it's", ""),
    environment={"BOOK": "$SCRATCH/b k"},
    stdin="",
    exit_code=1,
    stdout="A\n\n",
    stderr="Traceback\n\nValueError: x\n",
    problem="",
    seconds=0.1,
)


def _check(name: str, status: Status, *, level: str = "hello", points: int = 20, **more: object) -> Check:
    earned = points if status is Status.PASSED else 0
    return Check(id=f"test::{name}", level=level, title=name, status=status, points=points, earned=earned, **more)


def _report(*checks: Check, everything: bool = False, time_limit: TimeLimit | None = None) -> str:
    result = Result(
        kata="greeter",
        pack={"name": "mini", "version": "0"},
        submission="mine",
        seed=7,
        services={"postgres": "embedded 18.6"},
        isolation="none",
        versions={"katas": "0.1.0", "python": "3.11.7", "kernel": "Linux 6.18.44"},
        started_at="2026-11-20T10:00:00+00:00",
        seconds=1.5,
        levels=LEVELS,
        checks=checks,
        time_limit=time_limit,
    )
    return click.unstyle(render_result(result, everything=everything))


def test_a_failure_is_told_whole():
    """Behaviour, expected beside seen, the request as curl, the answer, the log, the reason and the rule."""
    failed = _check(
        "A name is greeted",
        Status.FAILED,
        message="expected  200 OK\nseen      500 Internal Server Error",
        exchanges=(EXCHANGE,),
        log="Traceback\nValueError: x\n",
        statements=("BEGIN", "", "SELECT  1\n FROM greetings", "COMMIT", "BEGIN", "SELECT 1 FROM greetings", "COMMIT;"),
        why="Nobody likes to be ignored.",
        clause="hello-1",
    )

    report = _report(failed, _check("b", Status.PASSED, level="be-strict", points=40))

    assert report == (
        "\n"
        "level hello: Say hello\n"
        "  Answer a greeting.\n"
        "\n"
        "✗ A name is greeted  (20 points)\n"
        "  expected  200 OK\n"
        "  seen      500 Internal Server Error\n"
        "  request\n"
        "    curl -i http://127.0.0.1:8000/hello -H 'Content-Type: application/json' --data-raw '{\"name\": \"Ada\"}'\n"
        "  answer\n"
        "    500 Internal Server Error   text/plain\n"
        "    allow: GET\n"
        "    oh no\n"
        "  your program's log meanwhile\n"
        "    Traceback\n"
        "    ValueError: x\n"
        "  the last SQL it sent\n"
        "    SELECT 1 FROM greetings  (2 times)\n"
        "  why\n"
        "    Nobody likes to be ignored.\n"
        "  promised in BRIEF.md, rule hello-1\n"
        "  stuck? `katas hint hello`\n"
        "\n"
        "  ✗ hello        0 of 20  failed      0 of 1 checks\n"
        "  ✓ be-strict   40 of 40  passed      1 of 1 checks\n"
        "\n"
        "  40 of 60 points   greeter, seed 7, 1.5 s\n"
        "  not confined; Linux 6.18.44, Python 3.11.7, postgres embedded 18.6\n"
        "\n"
        "next: level hello; `katas hint hello` gives a hint, `katas test --level hello` judges this level alone\n"
        "      `katas run` starts your program on port 8000, where the curl lines above can be run\n"
    )


LIMIT = TimeLimit(seconds=900.0, waiting_for="the answer to `GET /slow`")


def test_what_was_run_twice_is_told_with_both_runs():
    """What passed then stands apart with its first run; what failed twice has the first one's words, if others."""
    lost = Earlier(status=Status.FAILED, message="two came first\nexpected  1\nseen      2")
    report = _report(
        _check("It is alone", Status.PASSED, earlier=lost),
        _check("It is lost", Status.FAILED, message="three came first", earlier=lost),
        _check("It is late", Status.FAILED, message=lost.message, earlier=lost),
    )

    assert (
        "failed at first, and passed when it was run once more\n"
        "  ✓ It is alone (20 points)\n"
        "    at first: two came first\n"
        "    expected  1\n"
        "    seen      2\n"
        "\n"
    ) in report
    assert "  run twice, and it failed both times; at first\n    two came first\n    expected  1\n" in report
    assert "  run twice, and it failed in the same way both times\n" in report


def test_a_run_whose_time_was_up_is_told_with_what_it_waited_for():
    """At the check that was at work, and where a terminal's eye is."""
    slow = _check("It answers", Status.FAILED, message=f"{LIMIT}", reason=Reason.TIME, exchanges=(EXCHANGE,))
    report = _report(
        _check("a", Status.PASSED), slow, _check("b", Status.SKIPPED, reason=Reason.TIME), time_limit=LIMIT
    )

    assert (
        f"level hello: Say hello\n  Answer a greeting.\n\n✗ It answers  (20 points)\n  {LIMIT}\n  request\n" in report
    )
    assert report.endswith(f"\n{LIMIT}; 1 check was not judged\nnext: find out what takes so long\n")


def test_a_time_limit_that_was_our_fault_is_told_so():
    """Nobody has to look for it in a program."""
    ours = replace(LIMIT, waiting_for="the service `postgres` to start", ours=True)

    assert _report(_check("a", Status.ERROR, message=f"{ours}"), time_limit=ours).endswith(
        f"\n{ours}\nwhich is our error\n"
    )


def test_a_failed_call_is_told_whole():
    """The line for a shell, how it ended, and what it wrote to each output; earlier calls in a line each."""
    hanging = replace(COMMAND, exit_code=None, problem="did not end within 10 s", stdout="", stderr="", environment={})
    earlier = [replace(COMMAND, arguments=(str(number),)) for number in range(14)]
    failed = _check("It shouts", Status.FAILED, message="m", commands=(*earlier, hanging, hanging, COMMAND))

    report = _report(failed)

    assert "  before that\n    … 3 more\n    ./shout 3 -> exit code 1\n" in report
    assert "    ./shout 'it'\"'\"'s' '' -> did not end within 10 s\n  command\n" in report
    assert (
        "  command\n"
        "    ./shout 'it'\"'\"'s' ''\n"
        "  stopped: it did not end within 10 s\n"
        "  stdout nothing\n"
        "  stderr nothing\n"
        "  command\n"
        "    BOOK=\"$SCRATCH\"'/b k' ./shout 'it'\"'\"'s' ''\n"
        "  ended with exit code 1\n"
        "  stdout\n"
        "    A\n"
        "  stderr\n"
        "    Traceback\n"
        "    ValueError: x\n"
        "  stuck?" in report
    )
    assert "after `SCRATCH=$(mktemp -d)` the commands above can be run in your folder" in report
    assert "the commands above can be run" in _report(_check("a", Status.FAILED, commands=(hanging,)))
    assert "mktemp" not in _report(_check("a", Status.FAILED, commands=(hanging,)))


def test_only_the_first_unfinished_level_is_told_in_full():
    """Later levels are a row of the table, unless everything is asked for."""
    checks = [_check(f"first {number}", Status.FAILED, message="m1") for number in range(5)]
    checks += [_check("later", Status.FAILED, level="be-strict", message="m2")]

    brief, whole = _report(*checks), _report(*checks, everything=True)

    assert brief.count("m1") == 3
    assert "and 2 more in this level" in brief
    assert "m2" not in brief
    assert "later" not in brief
    assert "✗ be-strict    0 of 20  failed" in brief
    assert whole.count("m1") == 5
    assert "m2" in whole


def test_many_alike_exchanges_are_one_line():
    """Ten requests at once are counted, not listed."""
    report = _report(_check("race", Status.FAILED, message="m", exchanges=(EXCHANGE,) * 12))

    assert "POST /hello -> 500 Internal Server Error  (10 times)" in report


def test_a_program_that_does_not_start_is_told_once():
    """The next step is to start, not a level."""
    stopped = _check("a", Status.FAILED, message="it exited with code 1", reason=Reason.START)
    unreached = _check("b", Status.SKIPPED, message="not judged", reason=Reason.START)

    report = _report(stopped, unreached)

    assert report.count("it exited with code 1") == 1
    assert "next: make the program start" in report


def test_our_error_is_never_the_learners():
    """An error is told as ours, once for all checks it hit."""
    checks = [_check(name, Status.ERROR, message="KeyError: 'x'") for name in "abc"]

    report = _report(*checks)

    assert "error (ours, not yours) in test::a, and 2 more checks" in report
    assert report.count("KeyError") == 1


@pytest.mark.parametrize("colour", [True, False])
def test_success_says_so(colour):
    """A learner who is done reads it, in colour or not."""
    report = _report(_check("a", Status.PASSED, points=60), _check("b", Status.PASSED, level="be-strict", points=40))

    assert "greeter is done: every check passed" in report


def test_a_part_that_passed_is_not_the_whole():
    """After `-k`, `--level` or Ctrl-C nothing is called done, whatever passed."""
    report = _report(_check("a", Status.PASSED, points=60))

    assert "done" not in report
    assert "what was judged passed; `katas test` judges all of greeter" in report

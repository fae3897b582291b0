"""Programs that misbehave, each judged through front doors: one clear message, and nothing left behind."""

from __future__ import annotations

import pytest

from backend_katas.model import Reason, Status


def situations(*rows):
    """Parametrize a test by situations and what is told of them; a situation is named by its program."""
    return pytest.mark.parametrize(("situation", "told"), rows, ids=[_name(situation) for situation, _ in rows])


def _name(situation) -> str:
    return situation.get("id") or situation["program"]


def both(program: str, **more) -> dict:
    """A program that is judged officially and for oneself."""
    return {"program": program, "doors": ("grade", "pytest"), **more}


def hasty(program: str, **more) -> dict:
    """A program that is not waited for long."""
    return {"program": program, "kata": "hasty", **more}


@situations(
    (both("exits_at_once", kata="hasty"), ["it exited with code 1", "the moon is in the wrong house"]),
    (hasty("accepts_and_never_answers"), ["it accepts connections on port", "did not answer `GET /healthz`"]),
    (hasty("never_listens"), ["nothing listened on port", "listens on no port at all"]),
    (hasty("listens_elsewhere"), ["your program listens on 127.0.0.1:", "but `PORT` is"]),
    (hasty("listens_on_ipv6_only"), ["your program listens on [::1]:", "`HOST`, which is 127.0.0.1"]),
    (hasty("speaks_garbage"), ["is not HTTP", "garbage of mine"]),
    (hasty("is_never_healthy"), ["answered 500 Internal Server Error, not 200", "I have a cold"]),
    (hasty("wants_a_taken_port"), ["likely cause: it wants port", "which is in use, but `PORT` is"]),
)
def test_a_program_that_does_not_come_up_is_told_once(outcomes, told):
    """Exit code 4, the likely cause and the end of the log, once; all other checks are not judged for it."""
    for outcome in outcomes:
        assert outcome.code == 4, outcome
        assert [outcome.told.count(phrase) for phrase in told] == [1] * len(told), outcome
        assert outcome.told.count("`web` did not start") == 1, outcome
        if outcome.result:
            assert (outcome.result.score, outcome.result.stopped_by()) == (0, Reason.START)
            assert sorted(check.status for check in outcome.result.checks) == ["failed", "skipped", "skipped"]


@situations(
    ({"program": "drips"}, "the program gave no complete answer within 5 s: "),
    ({"program": "sends_an_endless_body"}, "the body of the program's answer is larger than 1048576 bytes"),
    ({"program": "sends_100_megabytes"}, "the body of the program's answer is larger than 1048576 bytes"),
)
def test_an_answer_without_end_is_one_failed_check(outcomes, told):
    """It is cut at the deadline or the cap; the checks before and after it are judged as ever."""
    for outcome in outcomes:
        assert outcome.code == 1, outcome
        assert told in outcome.told, outcome
        assert "70 of 100 points" in outcome.told, outcome


@situations(
    (both("dies_in_the_middle"), "it exited with code 3; the last it wrote: `I die of /second`"),
    (both("floods_its_log"), "it was stopped because it wrote its log without end"),
)
def test_a_program_that_dies_in_the_middle_is_the_programs_failure(outcomes, told):
    """The check that met it fails with the end of the log; those after it fail and say why, and nothing hangs."""
    for outcome in outcomes:
        assert outcome.code == 1, outcome
        assert "30 of 100 points" in outcome.told, outcome
        assert outcome.told.count(f"`web` does not run any more: {told}") == 2, outcome
        assert max(map(len, outcome.told.splitlines())) < 600, outcome
        if outcome.result:
            assert [check.status for check in outcome.result.checks] == [Status.PASSED] + [Status.FAILED] * 2


@situations(
    (both("starts_only_once", kata="moody"), "I have been here before"),
    (both("starts_in_a_good_mood_only", kata="moody"), "it started before, without `MOOD=bad`"),
)
def test_a_program_that_was_up_and_does_not_start_again_fails_that_check(outcomes, told):
    """Exit code 1, and the other checks earn their points: only a program that never comes up stops everything."""
    for outcome in outcomes:
        assert outcome.code == 1, outcome
        assert "70 of 100 points" in outcome.told, outcome
        assert outcome.told.count("`web` did not start: it exited with code 1") == 1, outcome
        assert told in outcome.told, outcome


@situations(
    ({"program": "ignores_sigterm", "kata": "hasty"}, ""),
    ({"program": "leaves_daemons"}, ""),
)
def test_bad_habits_that_nobody_asked_about_cost_nothing(outcomes, told):
    """A program that answers well earns everything, and is gone afterwards with all that it began."""
    for outcome in outcomes:
        assert outcome.code == 0, outcome
        assert "100 of 100 points" in outcome.told, outcome


@situations((both("speaks_to_the_terminal"), ""))
def test_a_program_has_no_power_over_the_terminal(outcomes, told):
    """Neither its log nor its answers bring a control character or a line that a CI system obeys into the report."""
    for outcome in outcomes:
        assert outcome.code == 1, outcome
        assert "owned" in outcome.told
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\x00"} & set(outcome.told), outcome
        assert not [line for line in outcome.told.splitlines() if line.startswith("::")], outcome


@situations(
    (both("sends_odd_json"), ["nested too deeply", "half a surrogate pair", "is not JSON"]),
    (both("answers_with_other_things"), ["it has no member `path`", "`NaN` is no JSON number"]),
)
def test_odd_json_is_the_programs_failure(outcomes, told):
    """Whatever parsers choke on is a failed check with the reason, never an error of ours; the report stays short."""
    for outcome in outcomes:
        assert outcome.code == 1, outcome
        assert "0 of 100 points" in outcome.told
        assert len(outcome.told) < 30_000
        if outcome.result:
            assert {check.status for check in outcome.result.checks} == {Status.FAILED}
            messages = "\n".join(check.message for check in outcome.result.checks)
            assert [phrase for phrase in told if phrase not in messages] == [], messages

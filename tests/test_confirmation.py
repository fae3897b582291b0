"""A failure by chance or by the clock counts when it has happened twice, and both runs are kept."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from backend_katas.confirmation import confirmed, doubtful, unconfirmed
from backend_katas.errors import KatasError
from backend_katas.grading import grade, grade_copy
from backend_katas.model import Check, Pack, Reason, Result, Status, TimeLimit
from backend_katas.runner import Isolation

CHECKS = '''
"""It is lucky."""

import os
from pathlib import Path

from backend_katas.grader import chancy, points


def unlucky(name):
    """Count the calls of all runs, as a machine that is busy for a while would."""
    calls = Path(os.environ["CALLS"]) / name
    calls.write_text(calls.read_text() + "x" if calls.exists() else "x")
    return len(calls.read_text()) <= int(os.environ["BUSY"])


@chancy
@points(20)
def test_a_race(api, rng):
    """It comes first."""
    answer = api.get(f"/hello?name={rng.randrange(10**6)}")
    assert answer.status_code == 200
    assert not unlucky("race"), "another one came first"


@points(10)
def test_plain(api):
    """It answers."""
    assert not unlucky("plain"), "it is plainly wrong"


@points(10)
def test_begun(api):
    """It refuses."""
    assert api.get("/nothing").status_code == 404
'''
SERVER = """
import os, sys
from pathlib import Path
started = Path(__file__).with_name("started")
started.write_text(started.read_text() + "x" if started.exists() else "x")
"""


@pytest.fixture
def pack(mini, tmp_path) -> Pack:
    """A pack whose second level depends on chance."""
    root = shutil.copytree(mini.root, tmp_path / "pack", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "graders" / "greeter" / "test_be_strict.py").write_text(CHECKS)
    return Pack(name="pack", version="0", root=root)


@pytest.fixture
def busy(monkeypatch, tmp_path):
    """Let the machine be too busy for so many calls of each check; returns a way to count them."""

    def make(times: int):
        calls = tmp_path / "calls"
        calls.mkdir()
        monkeypatch.setenv("CALLS", f"{calls}")
        monkeypatch.setenv("BUSY", f"{times}")
        return lambda: {path.name: len(path.read_text()) for path in calls.iterdir()}

    return make


def _check(result: Result, name: str) -> Check:
    return next(check for check in result.checks if check.id.endswith(f"::{name}"))


@pytest.mark.parametrize("isolation", ["none", "bwrap"])
def test_what_failed_by_chance_passes_when_it_is_run_again(pack, submission, busy, request, isolation):
    """Its points are earned, and the first run is kept; what does not depend on chance has failed for good."""
    if isolation == "bwrap":
        request.getfixturevalue("needs_bwrap")
    calls = busy(1)

    folder = submission(web="exec python3 server.py")
    result = grade_copy(folder, [pack], seed=7, isolation=Isolation(name=isolation, soft_memory=True), tell=print)

    race, plain = _check(result, "test_a_race"), _check(result, "test_plain")
    assert (race.status, race.earned, race.message, race.exchanges) == (Status.PASSED, 20, "", ())
    assert race.earlier is not None
    assert (race.earlier.status, race.earlier.message) == (Status.FAILED, "another one came first")
    assert race.earlier.exchanges[0].path.startswith("/hello?name=")
    assert (plain.status, plain.earned, plain.earlier) == (Status.FAILED, 0, None)
    assert calls() == {"race": 2, "plain": 1}
    assert (result.score, result.max_score, result.seed) == (90, 100, 7)
    assert Result.from_json(result.to_json()) == result


def test_what_failed_twice_has_failed(pack, submission, busy):
    """Both runs are told, with the same random values, and there is no third."""
    calls = busy(9)

    race = _check(grade(submission(), [pack], traceless=True), "test_a_race")

    assert (race.status, race.earned, race.message) == (Status.FAILED, 0, "another one came first")
    assert race.earlier is not None
    assert race.earlier.message == race.message
    assert race.earlier.exchanges[0].path == race.exchanges[0].path
    assert calls() == {"race": 2, "plain": 1}


def test_nothing_is_run_again_where_nothing_failed(pack, submission, busy):
    """A right program pays nothing for it."""
    calls = busy(0)

    result = grade(submission(), [pack])

    assert (result.score, calls()) == (100, {"race": 1, "plain": 1})
    assert json.loads(result.to_json())["checks"][-3]["chancy"] is True
    assert "earlier" not in result.to_json()


def test_who_proves_a_grader_wants_its_first_word(pack, submission, busy):
    """A mistake that is caught every other time is not caught."""
    calls = busy(1)

    result = grade(submission(), [pack], confirm=False)

    assert _check(result, "test_a_race").status is Status.FAILED
    assert calls() == {"race": 1, "plain": 1}


def test_a_program_that_never_started_is_not_started_again(pack, submission, busy):
    """There is nothing that chance could have had a part in."""
    calls = busy(1)
    folder = submission(source=f"{SERVER}\nsys.exit(1)")

    result = grade(folder, [pack])

    assert result.stopped_by() is Reason.START
    assert ((folder / "started").read_text(), calls()) == ("x", {})


def test_a_program_that_does_not_start_again_has_failed(pack, submission, busy, greeter):
    """What it did wrong the second time is told; it is no program that never started."""
    busy(1)
    source = f"{SERVER}\nif len(started.read_text()) > 4: sys.exit('no more')\n"

    result = grade(submission(source=source + greeter), [pack], traceless=True)

    race = _check(result, "test_a_race")
    assert (race.status, race.earned, race.reason) == (Status.FAILED, 0, None)
    assert race.message.startswith("when it was run once more: `web` did not start")
    assert result.stopped_by() is None


def test_what_was_built_is_not_built_again(pack, submission, busy):
    """Without walls the second run uses what is there, as the first did: this build fails where it was made."""
    busy(1)
    folder = submission(web="sh built/run", more="build: mkdir built && echo exec python3 server.py > built/run\n")

    result = grade_copy(folder, [pack], tell=print)

    assert result.score == 90


def test_behind_walls_it_is_built_from_the_same_files(pack, submission, busy, needs_bwrap):
    """What the first run has left is not there in the second."""
    busy(1)
    folder = submission(web="sh built/run", more="build: mkdir built && echo exec python3 server.py > built/run\n")

    result = grade_copy(folder, [pack], isolation=Isolation(name="bwrap", soft_memory=True), tell=print)

    assert result.score == 90


def test_in_place_the_learner_s_progress_follows_the_mark(pack, submission, busy):
    """A level whose only failure was chance is done."""
    busy(1)
    text = (pack.root / "graders" / "greeter" / "test_be_strict.py").read_text()
    (pack.root / "graders" / "greeter" / "test_be_strict.py").write_text(text.replace('unlucky("plain")', "False"))
    folder = submission()

    assert grade(folder, [pack]).score == 100
    assert json.loads((folder / ".katas" / "progress.json").read_text())["be-strict"] is True


def test_what_is_not_there_does_not_fail_by_chance(pack, submission, busy, greeter):
    """Where no other check of the level passes, one run is enough: most starters are such."""
    calls = busy(9)

    result = grade(submission(source=greeter.replace("if known else 404", "")), [pack])

    assert _check(result, "test_a_race").earlier is None
    assert calls() == {"race": 1, "plain": 1}


def _made(status: Status, **more) -> Check:
    given = {"id": "test_x.py::test_x", "level": "x", "title": "X", "points": 100, "earned": 0, "chancy": True}
    return Check(**given | more, status=status)


def _result(*checks: Check, **more) -> Result:
    given = {"kata": "x", "pack": {}, "submission": "s", "seed": 1, "services": {}, "isolation": "none"}
    return Result(**given | more, started_at="2026-11-20T10:00:00+00:00", seconds=1.0, levels=(), checks=checks)


FAILED = _result(_made(Status.FAILED, message="too late"))
LIMIT = TimeLimit(seconds=9.0, waiting_for="`web` to start")


@pytest.mark.parametrize(
    "result",
    [
        _result(_made(Status.PASSED)),
        _result(_made(Status.FAILED, chancy=False)),
        _result(_made(Status.FAILED, reason=Reason.START)),
        _result(_made(Status.FAILED), _made(Status.ERROR)),
        _result(_made(Status.FAILED), time_limit=LIMIT),
        _result(
            _made(Status.FAILED), _made(Status.FAILED, chancy=False), _made(Status.PASSED, chancy=False, level="y")
        ),
        _result(_made(Status.FAILED), _made(Status.FAILED, chancy=False, level="y")),
    ],
    ids=["passed", "not chancy", "not started", "no mark", "no time", "no level", "nothing"],
)
def test_what_is_certain_is_not_run_again(result):
    """Nor is anything where there will be no mark, or where the time was up."""
    assert doubtful(result) == ()


@pytest.mark.parametrize(
    ("second", "status", "told"),
    [
        (_made(Status.ERROR, message="no database"), Status.ERROR, "no database"),
        (_made(Status.SKIPPED, reason=Reason.UNAVAILABLE, message="no address"), Status.ERROR, "no address"),
        (_made(Status.FAILED, reason=Reason.BUILD, message="no index"), Status.ERROR, "no index"),
        (_made(Status.FAILED, reason=Reason.START, message="it ended"), Status.FAILED, "it ended"),
        (_made(Status.SKIPPED, reason=Reason.START), Status.FAILED, "did not start"),
    ],
    ids=["our error", "not judged here", "not built", "not started", "not reached"],
)
def test_our_error_in_the_second_run_is_neither_a_failure_nor_a_pass(second, status, told):
    """And a fault of the program's is no error."""
    (check,) = confirmed(FAILED, _result(second)).checks

    assert (check.status, check.earned, check.reason) == (status, 0, None)
    assert told in check.message
    assert check.earlier is not None
    assert check.earlier.message == "too late"


@pytest.mark.parametrize(
    "others",
    [(), (_made(Status.PASSED, chancy=False),), (_made(Status.PASSED, chancy=False, level="y"),)],
    ids=["alone", "beside one that passed", "in a level of its kind"],
)
def test_what_may_be_chance_is_run_again(others):
    """Where the level is there, as far as can be seen."""
    assert doubtful(_result(_made(Status.FAILED), *others)) == ("test_x.py::test_x",)


def test_a_check_that_was_not_judged_again_is_no_mark():
    """Nobody knows how it would have come out."""
    with pytest.raises(KatasError, match="was not judged when it was run once more"):
        confirmed(FAILED, _result())


def test_without_time_for_a_second_run_the_failure_stands():
    """Who is slow gains nothing by it; the result says that the time was up."""
    late = _result(_made(Status.SKIPPED, reason=Reason.TIME, message="not judged"), time_limit=LIMIT)

    for result in (unconfirmed(FAILED, LIMIT), confirmed(FAILED, late)):
        assert result.time_limit == LIMIT
        assert result.checks == (
            replace(FAILED.checks[0], message=f"too late\nit was to be run once more, but {LIMIT}"),
        )

"""Ctrl-C and `kill -9` at whatever moment: one line, the right exit code, and nothing is left."""

from __future__ import annotations

import json
import random
import shlex
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

AT_ONCE = 3
MOMENTS = ("build", "start", "checks")
RANDOM_MOMENTS = 10


@pytest.mark.parametrize("door", ["grade", "test", "pytest"])
def test_ctrl_c_ends_in_one_line(stage, traceless, tmp_path, door):
    """While it builds, starts or judges: exit code 130, no traceback, and what was begun is gone."""

    def interrupted(moment):
        arguments = [moment, str(tmp_path / moment)]
        command = shlex.join([sys.executable, "-B", "tells_when.py", *arguments])
        more = f"build: {json.dumps(command)}\n" if moment == "build" else ""
        return stage.judge(door, program="tells_when", arguments=arguments, more=more, ending={"INT": arguments[1]})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(interrupted, MOMENTS))

    for outcome in outcomes:
        traceless(outcome)
        assert outcome.code == 130, outcome
        assert "Traceback" not in outcome.told, outcome
        assert "is done" not in outcome.told, outcome
        if door == "grade":
            assert outcome.told.split() == ["interrupted"], outcome


@pytest.mark.parametrize("door", ["grade", "test"])
def test_ctrl_c_while_it_is_being_loaded_ends_in_one_line(stage, traceless, door):
    """At any moment after Python itself is up, Ctrl-C is told and never shown as a traceback."""
    moments = [0.25 + 0.1 * step for step in range(6)]

    def interrupted(moment):
        return stage.judge(door, program="never_listens", ending={"INT": moment})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(interrupted, moments))

    for outcome in outcomes:
        traceless(outcome)
        # Interrupted in `exec`, which dataclasses use, Python in the end dies of the signal; shells call that 130 too.
        # On a busy machine the moment may come before Python is up, and then nobody is there to say anything.
        # `katas test` becomes another Python in the middle, which says in its own way that it was not up yet.
        assert outcome.code in (130, -signal.SIGINT) or "Fatal Python error: init" in outcome.told, outcome
        unheard = outcome.code == -signal.SIGINT and not outcome.told.strip()
        assert unheard or "interrupt" in outcome.told.lower(), outcome
        assert "Traceback" not in outcome.told or "backend_katas" not in outcome.told, outcome


@pytest.mark.parametrize(
    ("door", "options"), [("grade", []), ("pytest", []), ("pytest", ["-n", "2"])], ids=["grade", "pytest", "workers"]
)
def test_a_killed_grader_leaves_nothing(stage, traceless, door, options):
    """At ten random moments: its programs, servers, workers and folders go with it."""
    undisturbed = stage.judge(door, kata="guestbook", options=options)
    seed = random.randrange(10**6)
    draw = random.Random(seed)
    # Of several at once each takes longer than one alone.
    moments = sorted(draw.uniform(0.1, 1.4 * undisturbed.took) for _ in range(RANDOM_MOMENTS))

    def killed(moment):
        return stage.judge(door, kata="guestbook", options=options, ending={"KILL": moment})

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(killed, moments))

    for moment, outcome in zip(moments, outcomes, strict=True):
        assert not outcome.left, f"killed at {moment:.3f} s (seed {seed}): {outcome}"
        traceless(outcome)
    assert any(outcome.code == -signal.SIGKILL for outcome in outcomes)

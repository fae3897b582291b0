"""Several at once: workers of one run, and graders of several submissions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend_katas.model import Reason


@pytest.mark.parametrize("program", ["never_listens", "exits_at_once"])
def test_two_workers_tell_a_program_that_never_starts_once(stage, traceless, program):
    """Each worker meets it, and the learner reads of it once; nothing is left by either."""
    outcome = stage.judge("pytest", program=program, kata="hasty", options=["-n", "2"])

    traceless(outcome)
    assert outcome.code == 4, outcome
    assert outcome.told.count("`web` did not start") == 1, outcome
    assert outcome.result.stopped_by() is Reason.START
    assert sorted(check.status for check in outcome.result.checks) == ["failed", "skipped", "skipped"]


def test_two_workers_tell_a_service_that_cannot_be_had_once(stage, traceless):
    """Both fail to get it, and say so in the same words, which are shown once."""
    outcome = stage.judge("pytest", kata="guestbook", services="url", options=["-n", "2"])

    traceless(outcome)
    assert outcome.code == 3, outcome
    assert outcome.told.count("`KATAS_POSTGRES_URL` is not set") == 1, outcome


def test_graders_do_not_get_in_each_others_way(stage, traceless):
    """Two submissions graded at the same time get what each of them deserves."""
    programs = ["well", "dies_in_the_middle"]
    with ThreadPoolExecutor(2) as pool:
        well, other = pool.map(lambda program: stage.judge("grade", program=program), programs)

    traceless(well)
    traceless(other)
    assert (well.code, other.code) == (0, 1)
    assert "100 of 100 points" in well.told
    assert "30 of 100 points" in other.told

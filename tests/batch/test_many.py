"""Many jobs on any executor: as they end, no more than there is room for, each dead worker's once more."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from backend_katas.batch.job import Job, Outcome
from backend_katas.batch.many import Many
from backend_katas.errors import KatasError
from backend_katas.runner import OPEN


def job_of(name: str) -> Job:
    """A job that nobody really does."""
    return Job(name=name, path=Path(name), kata="greeter", packs=(), version="1", seed=1, isolation=OPEN)


def named(job: Job) -> Outcome:
    """Do a job by saying its name."""
    return Outcome(name=job.name, key=job.name)


def killed(job: Job) -> Outcome:
    """Die, for one job; do all others."""
    if job.name == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return named(job)


def drain(many: Many) -> list[Outcome]:
    """Wait for all of them."""
    found: list[Outcome] = []
    while not many.over():
        found += many.ended()
    return found


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_all_are_done(pool):
    """On whatever executor."""
    with pool(2) as executor, Many(map(job_of, "abcdefg"), executor, window=3, work=named) as many:
        assert sorted(outcome.name for outcome in drain(many)) == list("abcdefg")


def test_the_executor_gets_no_more_than_there_is_room_for():
    """Jobs are taken from the caller one by one."""
    taken = []
    free = threading.Event()

    def jobs():
        for name in "abcdef":
            taken.append(name)
            yield job_of(name)

    def slow(job):
        free.wait(30)
        return named(job)

    with ThreadPoolExecutor(1) as executor, Many(jobs(), executor, window=2, work=slow) as many:
        many.over()
        many.over()
        running = many.running
        assert taken == ["a", "b"]
        free.set()
        assert len(drain(many)) == 6
    assert running in ((), ("a",))


def test_who_is_asked_to_finish_begins_nothing():
    """What runs is waited for."""
    begun, free = threading.Event(), threading.Event()

    def slow(job):
        begun.set()
        free.wait(30)
        return named(job)

    with ThreadPoolExecutor(1) as executor, Many(map(job_of, "abc"), executor, window=3, work=slow) as many:
        many.over()
        begun.wait(30)
        many.finish()
        free.set()

        assert [outcome.name for outcome in drain(many)] == ["a"]


class OnceLost(Executor):
    """Does each job, but says of some at their first time that their worker died."""

    def __init__(self, *names: str, times: int = 1) -> None:
        self._left = dict.fromkeys(names, times)

    def submit(self, work, job):
        """Do a job at once."""
        future: Future[Outcome] = Future()
        if self._left.get(job.name, 0):
            self._left[job.name] -= 1
            future.set_exception(OSError("killed worker"))
        else:
            future.set_result(work(job))
        return future


def test_a_workers_death_costs_one_retry():
    """Of that job alone."""
    with Many(map(job_of, "abc"), OnceLost("b"), window=2, work=named) as many:
        assert sorted(outcome.name for outcome in drain(many) if not outcome.problem) == ["a", "b", "c"]


def test_who_dies_again_is_told_as_our_error():
    """The others are done."""
    with Many(map(job_of, "abc"), OnceLost("b", times=9), window=2, work=named) as many:
        found = {outcome.name: outcome for outcome in drain(many)}

    assert found["b"].ours
    assert "OSError: killed worker" in found["b"].log
    assert "killed worker" in found["b"].problem
    assert found["c"].key == "c"


def test_a_broken_pool_is_told():
    """Python's own pool does not outlive one worker."""
    with (
        ProcessPoolExecutor(1) as executor,
        Many(map(job_of, ["deadly", "a", "b", "c", "d"]), executor, window=1, work=killed) as many,
        pytest.raises(KatasError, match="no further submission can be given to a worker"),
    ):
        drain(many)

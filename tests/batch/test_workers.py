"""A Dask cluster grades as threads do, also when one of its workers is killed."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from backend_katas.batch.job import Job, Outcome
from backend_katas.batch.many import Many
from backend_katas.batch.workers import dask, threads
from backend_katas.errors import ExitCode, KatasError
from backend_katas.grader import eventually
from backend_katas.runner import OPEN

LOOPBACK = "127.0.0.1"
SEED = "5"


@pytest.fixture
def started():
    """Start processes that end with the test."""
    processes = []

    def start(*command):
        process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def scheduler(started, tmp_path):
    """The address of a scheduler on loopback."""
    file = tmp_path / "scheduler.json"
    place = ["--host", LOOPBACK, "--port", "0", "--no-dashboard", "--scheduler-file", file]
    started("-m", "distributed.cli.dask_scheduler", *place)
    eventually(file.exists, within=60.0)
    return json.loads(file.read_text())["address"]


@pytest.fixture
def worker(scheduler, started, tmp_path):
    """Start a worker of one core."""

    def start():
        place = ["--host", LOOPBACK, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", tmp_path]
        return started("-m", "distributed.cli.dask_worker", scheduler, *place)

    return start


@pytest.fixture
def batch(mini, tmp_path):
    """Start a batch of the mini pack."""

    def start(place, *more, out="out"):
        given = ["--pack", mini.root, "batch", place, "--kata", "greeter", "--out", tmp_path / out, "--seed", SEED]
        command = [sys.executable, "-m", "backend_katas", *given, "--isolation", "none", "--trust-submission", *more]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return start


@pytest.fixture
def marks(tmp_path):
    """Read the marks of a batch."""

    def read(out):
        with (tmp_path / out / "marks.csv").open(newline="", encoding="utf-8") as file:
            return [(row["submission"], row["status"], row["score"]) for row in csv.DictReader(file)]

    return read


def test_a_cluster_grades_a_class_though_a_worker_is_killed(scheduler, worker, batch, classroom, marks):
    """Its jobs are done by the other; nothing is lost, and the marks are those of threads."""
    place = classroom(**{f"learner{number}": None if number % 2 else "raise SystemExit(3)\n" for number in range(6)})
    with batch(place, "--jobs", "2", out="threads") as alone:
        assert alone.wait() == 0
    killed = worker()
    with batch(place, "--dask", scheduler, out="cluster") as process:
        while " of 6  " not in process.stderr.readline():
            assert process.poll() is None
        worker()
        killed.send_signal(signal.SIGKILL)
        said = process.stderr.read()
        assert process.wait() == 0, said

    assert marks("cluster") == marks("threads")
    assert len(marks("cluster")) == 6


def test_equal_jobs_are_each_done(scheduler, worker):
    """Dask is not to give the outcome of one for that of another."""
    worker()
    with dask(scheduler) as workers, Many([JOB] * 3, workers.executor, window=3, work=mark) as many:
        found = []
        while not many.over():
            found += many.ended()

    assert len({outcome.key for outcome in found}) == 3


JOB = Job(name="ann", path=Path("ann"), kata="greeter", packs=(), version="1", seed=1, isolation=OPEN)


def mark(job: Job) -> Outcome:
    """Do a job by drawing a number."""
    return Outcome(name=job.name, key=os.urandom(8).hex())


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "nonsense://{port}"])
def test_an_address_where_nobody_answers_is_told(batch, classroom, address):
    """In one message, and nothing of it is a mark."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        wanted = address.format(port=taken.getsockname()[1])
        with batch(classroom(ann=None), "--dask", wanted) as process:
            _, said = process.communicate(timeout=120)

    assert process.returncode == ExitCode.USAGE
    assert re.search(rf"no Dask scheduler answers at `{re.escape(wanted)}`", said)
    assert "Traceback" not in said


def test_a_cluster_without_workers_is_told(scheduler):
    """It would never end."""
    with pytest.raises(KatasError, match="has no worker") as refused, dask(scheduler):
        pass

    assert "dask worker" in refused.value.hint


def test_threads_do_what_they_are_given():
    """As many at once as were asked for."""
    with threads(3, stop=None) as workers:
        assert workers.window > 3
        assert workers.executor.submit(sum, [1, 2]).result() == 3

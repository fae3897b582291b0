"""One submission of a class: taken in, graded in a process of its own, and an outcome in plain values."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from backend_katas.batch.key import digest_of_submission, key_of
from backend_katas.catalogue import find_kata
from backend_katas.errors import ExitCode, KatasError, NotConfined
from backend_katas.exchange import readable
from backend_katas.grading import grade
from backend_katas.intake import take_in
from backend_katas.manifest import read_submission, require_commands
from backend_katas.model import Pack, Result, Status
from backend_katas.runner import Isolation
from backend_katas.supervisor import Supervisor
from backend_katas.unpacking import folder_of

ATTEMPTS = 2
"""How often a submission is tried where the fault was ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that has to be known to grade one submission, wherever that is done.

    `kata` is a name by which `packs` find it, `version` its digest. What has one of the keys `known` was graded before.
    """

    name: str
    path: Path
    kata: str
    packs: tuple[Pack, ...]
    version: str
    seed: int
    services: str = "auto"
    isolation: Isolation
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a job: a result, a problem, or neither where it was `known`.

    `result` is `result.json`'s text. A problem that is not `ours` is the learner's, and nothing that can be graded.
    """

    name: str
    key: str = ""
    result: str = ""
    problem: str = ""
    ours: bool = False
    known: bool = False
    attempts: int = 1
    seconds: float = 0.0


def judge(job: Job, *, stop: Event | None = None) -> Outcome:
    """Grade one submission; a fault of ours is tried again, and told as such if it is still there.

    `stop` is how another thread interrupts it: KeyboardInterrupt is raised here then. NotConfined is raised where this
    machine cannot confine programs as it was asked to.
    """
    began = time.monotonic()
    outcome = Outcome(name=job.name)
    for attempt in range(1, ATTEMPTS + 1):
        outcome = replace(_attempt(job, stop), attempts=attempt)
        if not outcome.ours:
            break
    return replace(outcome, seconds=time.monotonic() - began)


def _attempt(job: Job, stop: Event | None) -> Outcome:
    with Supervisor() as supervisor, supervisor.folder("katas-batch-") as place:
        copy = place / "submission"
        try:
            key = _taken(job, place, copy)
            if key in job.known:
                return Outcome(name=job.name, key=key, known=True)
            result = _graded(job, copy, stop)
        except NotConfined:
            raise  # nobody of the class can be graded here
        except KatasError as problem:
            told = problem.in_a_line().replace(str(copy), job.name)
            return Outcome(name=job.name, problem=told, ours=problem.exit_code is ExitCode.OUR_FAULT)
        if result.status is Status.ERROR:
            broken = next(check for check in result.checks if check.status is Status.ERROR)
            return Outcome(name=job.name, key=key, problem=f"{broken.id}: {broken.message}", ours=True)
        return Outcome(name=job.name, key=key, result=result.to_json())


def _taken(job: Job, place: Path, copy: Path) -> str:
    """Make the copy that is graded, see that it can be, and return its key."""
    take_in(folder_of(job.path, place / "unpacked"), copy)
    kata, submission = find_kata(job.kata, job.packs), read_submission(copy)
    meant = find_kata(submission.kata, job.packs)
    if meant != kata:
        raise KatasError(f"it is a submission to `{meant.id}`, not to `{kata.id}`", exit_code=ExitCode.NOTHING_TO_GRADE)
    require_commands(submission, kata)
    return key_of(digest_of_submission(copy), job.version, job.seed)


def _graded(job: Job, copy: Path, stop: Event | None) -> Result:
    result = grade(
        copy,
        job.packs,
        seed=job.seed,
        services=job.services,
        isolation=job.isolation,
        traceless=True,
        stop=stop,
    )
    return replace(result, submission=readable(job.name, keep=""))

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
    `time_limit` is in seconds, None for no other than the runner's own.
    Of contents that are not among those `tried`, only so many are graded that there are `most`; 0 is any number.
    `variant` is the learner's, where whoever grades has a word in that.
    """

    name: str
    path: Path
    kata: str
    packs: tuple[Pack, ...]
    version: str
    seed: int
    services: str = "auto"
    isolation: Isolation
    time_limit: float | None = None
    known: frozenset[str] = frozenset()
    tried: frozenset[str] = frozenset()
    most: int = 0
    variant: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a job: a result, a problem, or neither where it was `known`.

    `result` is `result.json`'s text, `content` the digest of what it is about. A problem that is not `ours` is the
    learner's, and nothing that can be graded; of ours there is a `log`. `beyond` says that it is an attempt too many.
    """

    name: str
    key: str = ""
    content: str = ""
    result: str = ""
    problem: str = ""
    ours: bool = False
    log: str = ""
    beyond: bool = False
    known: bool = False
    attempts: int = 1
    seconds: float = 0.0


def judge(job: Job, *, stop: Event | None = None) -> Outcome:
    """Grade one submission; a fault of ours is tried again, and told as such if it is still there.

    `stop` is how another thread interrupts it: KeyboardInterrupt is raised here then. NotConfined is raised where this
    machine cannot confine programs as it was asked to.
    """
    began = time.monotonic()
    outcome, logs = Outcome(name=job.name), list[str]()
    for attempt in range(1, ATTEMPTS + 1):
        outcome = replace(_attempt(job, stop), attempts=attempt)
        if not outcome.ours:
            break
        logs.append(f"try {attempt}:\n{outcome.log}\n")
    log = "\n".join(logs) if outcome.ours else ""
    return replace(outcome, log=log, seconds=time.monotonic() - began)


def _attempt(job: Job, stop: Event | None) -> Outcome:
    with Supervisor() as supervisor, supervisor.folder("katas-batch-") as place:
        copy = place / "submission"
        try:
            content = _taken(job, place, copy)
            key = key_of(content, job.version, job.seed, job.variant)
            if key in job.known:
                return Outcome(name=job.name, key=key, content=content, known=True)
            if 0 < job.most <= len(job.tried) and content not in job.tried:
                too_many = f"it would be attempt {len(job.tried) + 1}, and {job.most} are the most"
                return Outcome(name=job.name, problem=too_many, beyond=True)
            result = _graded(job, copy, stop)
        except NotConfined:
            raise  # nobody of the class can be graded here
        except KatasError as problem:
            told = problem.in_a_line().replace(str(copy), job.name)
            ours = problem.exit_code is ExitCode.OUR_FAULT
            return Outcome(name=job.name, problem=told, ours=ours, log=str(problem) if ours else "")
        if result.status is Status.ERROR:
            broken = next(check for check in result.checks if check.status is Status.ERROR)
            told = f"{broken.id}: {broken.message}"
            return Outcome(name=job.name, key=key, problem=told, ours=True, log=_log(result))
        return Outcome(name=job.name, key=key, content=content, result=result.to_json())


def _log(result: Result) -> str:
    """Return all that is known of checks that are an error of ours."""
    broken = [check for check in result.checks if check.status is Status.ERROR]
    heads = [f"{check.id}\n{check.message}" for check in broken]
    logs = [f"\nlog of the program, and traceback:\n{check.log}" if check.log else "" for check in broken]
    return "\n\n".join(head + log for head, log in zip(heads, logs, strict=True))


def _taken(job: Job, place: Path, copy: Path) -> str:
    """Make the copy that is graded, see that it can be, and return the digest of what is in it."""
    take_in(folder_of(job.path, place / "unpacked"), copy)
    kata, submission = find_kata(job.kata, job.packs), read_submission(copy)
    meant = find_kata(submission.kata, job.packs)
    if meant != kata:
        raise KatasError(f"it is a submission to `{meant.id}`, not to `{kata.id}`", exit_code=ExitCode.NOTHING_TO_GRADE)
    require_commands(submission, kata)
    return digest_of_submission(copy)


def _graded(job: Job, copy: Path, stop: Event | None) -> Result:
    result = grade(
        copy,
        job.packs,
        seed=job.seed,
        variant=job.variant,
        services=job.services,
        isolation=job.isolation,
        traceless=True,
        time_limit=job.time_limit,
        stop=stop,
    )
    return replace(result, submission=readable(job.name, keep=""))

"""A class graded from end to end: what is not in the journal yet, then the reports of all that is."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from backend_katas.batch.asking import Asked, listening
from backend_katas.batch.entries import Entry, chosen, find_entries, named
from backend_katas.batch.job import Job, Outcome, judge
from backend_katas.batch.journal import Graded, Journal, opened
from backend_katas.batch.key import digest_of_kata
from backend_katas.batch.many import Many
from backend_katas.batch.progress import Teller, shown
from backend_katas.batch.writing import write_reports
from backend_katas.catalogue import find_kata
from backend_katas.errors import ExitCode, KatasError
from backend_katas.exchange import readable
from backend_katas.model import Kata, Pack, Result
from backend_katas.runner import OPEN, Isolation

JOURNAL = "journal.sqlite"
_SEEDS = 1_000_000
_WAITING = 2  # jobs for each worker, so that none has to wait for the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be graded: all submissions in `place`, or those `only`, or one share `index` of several.

    Without a `seed` the journal's is taken, so that all of a class get the same values, today and tomorrow.
    """

    place: Path
    kata: str
    out: Path
    only: tuple[str, ...] = ()
    share: tuple[int, int] = (1, 1)
    jobs: int = 1
    seed: int | None = None
    services: str = "auto"
    isolation: Isolation = OPEN


@dataclass(slots=True, kw_only=True)
class Class:
    """How a class came out: the key of each mark by the submission's name, and the problem of whoever has none."""

    entries: tuple[Entry, ...]
    keys: dict[str, str] = field(default_factory=dict[str, str])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    errors: dict[str, str] = field(default_factory=dict[str, str])
    known: int = 0
    interrupted: bool = False

    def take(self, outcome: Outcome) -> None:
        """Note how one submission came out."""
        if outcome.problem:
            (self.errors if outcome.ours else self.refused)[outcome.name] = outcome.problem
            return
        self.keys[outcome.name] = outcome.key
        self.known += outcome.known

    @property
    def exit_code(self) -> ExitCode:
        """0 when each submission was graded; else what somebody has to look at, ours before theirs."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if self.errors:
            return ExitCode.OUR_FAULT
        return ExitCode.NOTHING_TO_GRADE if self.refused else ExitCode.PASSED


def grade_class(order: Order, packs: Sequence[Pack], *, tell: Callable[[str], object]) -> Class:
    """Grade what is not in the journal of `order.out` yet, write the reports of all, and return how it came out.

    A mark is in the journal before it counts, so nothing is lost whatever ends this, and the next call goes on. `tell`
    is given a sentence on whatever is unusual. KatasError for what keeps the whole class from being graded.
    """
    kata = find_kata(order.kata, packs)
    entries = chosen(named(find_entries(order.place), order.only), *order.share)
    with opened(order.out / JOURNAL, tell=tell) as journal:
        _require_same("kata", kata.id, journal)
        seed = int(journal.fact("seed", str(random.randrange(_SEEDS)))) if order.seed is None else order.seed
        found = Class(entries=entries)
        for entry in entries:
            if entry.problem:
                found.refused[entry.name] = entry.problem
        jobs = _jobs(order, [entry for entry in entries if not entry.problem], kata, tuple(packs), seed, journal)
        _grade(found, jobs, order.jobs, journal)
        write_reports(order.out, kata, found, journal)
    return found


def _require_same(what: str, value: str, journal: Journal) -> None:
    if (before := journal.fact(what, value)) != value:
        raise KatasError(
            f"`{journal.path.parent}` has the marks of another {what}: `{before}`, not `{value}`",
            "name another folder by `--out`",
            exit_code=ExitCode.USAGE,
        )


def _jobs(
    order: Order, entries: Sequence[Entry], kata: Kata, packs: tuple[Pack, ...], seed: int, journal: Journal
) -> list[Job]:
    version, keys = digest_of_kata(kata), journal.keys()
    return [
        Job(
            name=entry.name,
            path=entry.path.absolute(),
            kata=order.kata,
            packs=packs,
            version=version,
            seed=seed,
            services=order.services,
            isolation=order.isolation,
            known=keys.get(entry.name, frozenset()),
        )
        for entry in entries
    ]


def _grade(found: Class, jobs: Sequence[Job], workers: int, journal: Journal) -> None:
    """Have the jobs done on so many threads; each of them only waits for the processes in which a grade is made."""
    with (
        shown(len(jobs)) as teller,
        listening(teller.say) as asked,
        ThreadPoolExecutor(workers) as pool,
        Many(jobs, pool, window=workers + _WAITING, work=functools.partial(judge, stop=asked.stop)) as many,
    ):
        try:
            _follow(found, many, asked, journal, teller)
        except BaseException:
            asked.stop.set()
            raise


def _follow(found: Class, many: Many, asked: Asked, journal: Journal, teller: Teller) -> None:
    while not many.over():
        for outcome in many.ended():
            found.take(outcome)
            teller.done(readable(outcome.name, keep=""), _kept(outcome, journal), well=not outcome.problem)
        teller.running(many.running)
        if asked.finish:
            found.interrupted = True
            many.finish()


def _kept(outcome: Outcome, journal: Journal) -> str:
    """Write a mark down; return in words how the submission came out."""
    if outcome.problem:
        return f"{'our error' if outcome.ours else 'not graded'}: {outcome.problem}"
    if outcome.known:
        return "graded before"
    result = Result.from_json(outcome.result)
    mark = Graded(submission=outcome.name, key=outcome.key, attempts=outcome.attempts, result=result)
    journal.add(mark, seconds=outcome.seconds)
    return f"{result.score} of {result.max_score}"

"""A class graded from end to end: what is not in the journal yet, then the reports of all that is."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from backend_katas.batch.asking import Asked, listening
from backend_katas.batch.assignment import NOT_ASSIGNED, Assignment, hold_to, read_assignment
from backend_katas.batch.attempts import Attempt
from backend_katas.batch.course import NO_COURSE, Course, read_course
from backend_katas.batch.entries import Entry, chosen, find_entries, named
from backend_katas.batch.job import Job, Outcome
from backend_katas.batch.journal import Graded, Grading, Journal, Standing, State, opened
from backend_katas.batch.key import digest_of_kata
from backend_katas.batch.many import Many
from backend_katas.batch.progress import Teller, shown
from backend_katas.batch.rules import course_of, hold, tell_of_strangers
from backend_katas.batch.shares import note_share
from backend_katas.batch.workers import dask, threads
from backend_katas.batch.writing import write_reports
from backend_katas.catalogue import as_variant, find_kata
from backend_katas.errors import ExitCode, KatasError
from backend_katas.exchange import inert, readable
from backend_katas.model import Pack, Result
from backend_katas.runner import Isolation

JOURNAL = "journal.sqlite"
PROPOSED = "proposed"
"""The folder for the reports of a grading that does not count yet."""
_SEEDS = 1_000_000
_PROBLEM = 2000  # characters
_LOG = 100_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be graded: all submissions in `place`, or those `only`, or one share `index` of several.

    `dask` is the address of a scheduler whose workers are to do it; without it so many threads do as there are `jobs`.
    Without a `seed` the journal's is taken, so that all of a class get the same values, today and tomorrow. `regrade`
    makes another grading beside the one that counts. `course` is the file with a course's rules, which hold until
    another one is named, or none by `no_course`. `time_limit` is in seconds for each submission.
    `variants` is the table of who has which, which holds for the whole grading.
    """

    place: Path
    kata: str
    out: Path
    only: tuple[str, ...] = ()
    share: tuple[int, int] = (1, 1)
    jobs: int = 1
    dask: str = ""
    seed: int | None = None
    services: str = "auto"
    isolation: Isolation
    time_limit: float | None = None
    regrade: bool = False
    course: Path | None = None
    no_course: bool = False
    variants: Path | None = None

    @property
    def whole(self) -> bool:
        """Whether all submissions of the class are meant."""
        return not self.only and self.share == (1, 1)


@dataclass(slots=True, kw_only=True)
class Class:
    """How a class came out: the key of each mark by the submission's name, and the problem of whoever has none.

    `ruled` says that the marks were made by the rules of a course.
    """

    entries: tuple[Entry, ...]
    keys: dict[str, str] = field(default_factory=dict[str, str])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    errors: dict[str, str] = field(default_factory=dict[str, str])
    beyond: dict[str, str] = field(default_factory=dict[str, str])
    known: int = 0
    interrupted: bool = False
    ruled: bool = False

    def take(self, outcome: Outcome) -> None:
        """Note how one submission came out."""
        if outcome.problem:
            kind = self.beyond if outcome.beyond else self.errors if outcome.ours else self.refused
            kind[outcome.name] = outcome.problem
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
    named_course = read_course(order.course, kata.levels) if order.course else None
    assigned = read_assignment(order.variants) if order.variants else None
    as_variant(kata, None if assigned is None else 0)
    everybody = find_entries(order.place)
    entries = chosen(named(everybody, order.only), *order.share)
    with opened(order.out / JOURNAL, tell=tell) as journal:
        _require_same("kata", kata.id, journal)
        grading = grading_of(journal, version=digest_of_kata(kata), seed=order.seed, regrade=order.regrade)
        if named_course or order.no_course:
            hold(named_course or NO_COURSE, journal)
        course = course_of(journal)
        variants = hold_to(assigned, journal, grading)
        entries = _assigned(entries, variants)
        tell_of_strangers(course, [entry.name for entry in everybody], tell)
        if not order.only:
            note_share(journal, [entry.name for entry in entries], order.share)
        seen = {entry.name: _handed_in(entry) for entry in entries}
        work = _Work(
            found=Class(entries=entries, ruled=bool(course.text)),
            journal=journal,
            grading=grading,
            course=course,
            seen=seen,
        )
        for entry in entries:
            if entry.problem:
                work.take(Outcome(name=entry.name, problem=entry.problem))
        work.grade(_jobs(order, entries, tuple(packs), grading, journal, course, variants or {}), order)
        if order.whole:
            work.leave_out_others()
        write_reports(order.out / PROPOSED if order.regrade else order.out, journal, grading)
    return work.found


def grading_of(journal: Journal, *, version: str, seed: int | None, regrade: bool) -> Grading:
    """Return the grading to go on with: the one that counts, or with `regrade` the one proposed in its place.

    KatasError where the kata, or the seed, is another than that of the marks there are: they are not mixed.
    """
    current = journal.grading(State.CURRENT)
    if current is None:
        drawn = random.randrange(_SEEDS) if seed is None else seed
        current = journal.begin(State.CURRENT, version=version, seed=drawn)
    if regrade:
        wanted = current.seed if seed is None else seed
        proposed = journal.grading(State.PROPOSED)
        if proposed and (proposed.version, proposed.seed) == (version, wanted):
            return proposed
        journal.turn(proposed=State.DROPPED)
        return journal.begin(State.PROPOSED, version=version, seed=wanted)
    if current.version != version:
        raise _other(f"the kata has changed since the marks in `{journal.path.parent}` were made")
    if seed not in {None, current.seed}:
        raise _other(f"the marks in `{journal.path.parent}` were made with seed {current.seed}, not {seed}")
    return current


def _other(why: str) -> KatasError:
    return KatasError(
        why,
        "`--regrade` grades all again beside them, and `katas diff` shows what would change",
        exit_code=ExitCode.USAGE,
    )


def _require_same(what: str, value: str, journal: Journal) -> None:
    if (before := journal.fact(what, value)) != value:
        raise KatasError(
            f"`{journal.path.parent}` has the marks of another {what}: `{before}`, not `{value}`",
            "name another folder by `--out`",
            exit_code=ExitCode.USAGE,
        )


def _jobs(
    order: Order,
    entries: Sequence[Entry],
    packs: tuple[Pack, ...],
    grading: Grading,
    journal: Journal,
    course: Course,
    variants: Assignment,
) -> list[Job]:
    keys, tried, none = journal.keys(grading), journal.contents(), frozenset[str]()
    return [
        Job(
            name=entry.name,
            path=entry.path.absolute(),
            kata=order.kata,
            packs=packs,
            version=grading.version,
            seed=grading.seed,
            services=order.services,
            isolation=order.isolation,
            time_limit=order.time_limit,
            known=keys.get(entry.name, none),
            tried=tried.get(entry.name, none),
            most=(course.attempts.most or 0) if course.attempts else 0,
            variant=variants.get(entry.name),
        )
        for entry in entries
        if not entry.problem
    ]


def _assigned(entries: Sequence[Entry], variants: Assignment | None) -> tuple[Entry, ...]:
    """Give those whom the table does not name a problem: nobody knows what they had to build."""
    known = variants if variants is not None else {entry.name for entry in entries}
    return tuple(
        entry if entry.problem or entry.name in known else replace(entry, problem=NOT_ASSIGNED) for entry in entries
    )


def _handed_in(entry: Entry) -> datetime:
    """Return when a submission was handed in as far as its file or folder tells."""
    try:
        return datetime.fromtimestamp(int(entry.path.stat().st_mtime), UTC)
    except (OSError, OverflowError, ValueError):
        return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One grading on its way: what ends is written down, and then told."""

    found: Class
    journal: Journal
    grading: Grading
    course: Course
    seen: Mapping[str, datetime]

    def grade(self, jobs: Sequence[Job], order: Order) -> None:
        """Have the jobs done by whom the order says."""
        with (
            shown(len(jobs)) as teller,
            listening() as asked,
            dask(order.dask) if order.dask else threads(order.jobs, stop=asked.stop) as workers,
            Many(jobs, workers.executor, window=workers.window, work=workers.work) as many,
        ):
            try:
                self._follow(many, asked, teller)
            except BaseException:
                asked.stop.set()
                raise

    def take(self, outcome: Outcome) -> str:
        """Write down how one submission came out, and return it in words."""
        # What is wrong with a stranger's files is told in the stranger's words: on terminals, in tables.
        log = inert(readable(outcome.log[-_LOG:], limit=_LOG))
        outcome = replace(outcome, problem=inert(readable(outcome.problem, limit=_PROBLEM, keep="")), log=log)
        said = self._kept(outcome)
        self.journal.stand(
            self.grading,
            Standing(
                submission=outcome.name,
                key="" if outcome.problem else outcome.key,
                problem=outcome.problem,
                ours=outcome.ours,
            ),
            log=outcome.log,
        )
        self.found.take(outcome)
        return said

    def leave_out_others(self) -> None:
        """Forget where those stand who are not in the folder any more."""
        here = {entry.name for entry in self.found.entries}
        for standing in self.journal.standings(self.grading):
            if standing.submission not in here:
                self.journal.leave_out(self.grading, standing.submission)

    def _follow(self, many: Many, asked: Asked, teller: Teller) -> None:
        while not many.over():
            for outcome in many.ended():
                teller.done(readable(outcome.name, keep=""), self.take(outcome), well=not outcome.problem)
            teller.running(many.running)
            if asked.finish and not self.found.interrupted:
                self.found.interrupted = True
                many.finish()
                teller.say("what runs is finished, and nothing else begun; Ctrl-C once more stops at once")
            if asked.stop.is_set():
                many.abandon()

    def _kept(self, outcome: Outcome) -> str:
        if outcome.problem:
            return f"{'our error' if outcome.ours else 'not graded'}: {outcome.problem}"
        attempt = self._attempt(outcome)
        if outcome.known:
            self.journal.saw(attempt, outcome.key)
            return "graded before"
        result = Result.from_json(outcome.result)
        mark = Graded(submission=outcome.name, key=outcome.key, attempts=outcome.attempts, result=result)
        self.journal.add(self.grading, mark, seconds=outcome.seconds, attempt=attempt)
        return f"{result.score} of {result.max_score}{', time was up' if result.time_limit else ''}"

    def _attempt(self, outcome: Outcome) -> Attempt:
        return Attempt(
            submission=outcome.name,
            content=outcome.content,
            seen=self.seen[outcome.name],
            listed=(self.course.times or {}).get(outcome.name),
        )

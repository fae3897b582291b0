"""`katas verify`: every kata looked through, and every reference, starter and mutant graded, side by side."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path
from queue import SimpleQueue
from threading import Event

import click
import platformdirs

from backend_katas.authoring.affected import Change, change_since
from backend_katas.authoring.bench import Bench
from backend_katas.authoring.case import Case, Kind, altered
from backend_katas.authoring.fingerprint import Fingerprints
from backend_katas.authoring.journal import Journal, open_journal
from backend_katas.authoring.judging import Run, faults, gaps, judge
from backend_katas.authoring.mutation import alterations, python_files
from backend_katas.authoring.proof import Proof, Verdict, never_said_no
from backend_katas.authoring.survey import Survey, flaw_of, survey
from backend_katas.authoring.survivors import Explanation, read_survivors
from backend_katas.authoring.trial import contradicted, trial
from backend_katas.catalogue import kata_ids, locate_kata, read_kata
from backend_katas.errors import KatasError
from backend_katas.model import Kata, Pack
from backend_katas.supervisor import Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be verified: of which katas, which kinds of cases, how many runs of each, on how many workers.

    Without `katas` it is every kata of the packs that were named, or of our own if none was; without `kinds` it is
    every kind. Of several runs of a mutant the first judges all levels and the others those it is about, unless `whole`
    asks for all levels each time. `since` is a revision: what no change since then has touched is left out. `again`
    judges also what was judged before with the same inputs. `mutate` asks for so many faults made by machine in each
    reference, instead of the cases that authors write.
    """

    katas: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    runs: int = 1
    whole: bool = False
    jobs: int = 1
    since: str = ""
    again: bool = False
    mutate: int = 0
    services: str = "auto"


def verify(order: Order, packs: Sequence[Pack], *, journal: Path | None = None) -> tuple[Proof, ...]:
    """Verify katas and return a proof of each; a mistake in one leaves the others as they are.

    Every run is kept in the journal as soon as it is over, so an interrupted verification goes on where it was.
    """
    order = replace(order, kinds=(Kind.REFERENCE,)) if order.mutate else order
    wanted = [locate_kata(name, packs) for name in order.katas] or _all(_meant(packs))
    katas, spoilt = _read(wanted)
    changes = {kata.pack: change_since(order.since, kata.pack) for kata in katas} if order.since else {}
    touched = [kata for kata in katas if kata.pack not in changes or changes[kata.pack].touches(kata)]
    needs = {kata.id: kata.prerequisites for kata in _read(_all(packs))[0]}
    surveys = [survey(kata, needs, packs) for kata in touched]
    chosen = [pair for found in surveys for pair in _chosen(found, order, changes.get(found.kata.pack))]
    with _working(order, open_journal(journal or _usual_journal())) as work:
        if order.mutate:
            pythons = [(found, [case for case, _ in chosen if case.kata == found.kata]) for found in surveys]
            return (*spoilt, *_tried(pythons, order.mutate, work))
        runs = work.runs(chosen)
    cases = [case for case, _ in chosen]
    return (*spoilt, *(_proof(found, [case for case in cases if case.kata == found.kata], runs) for found in surveys))


def _meant(packs: Sequence[Pack]) -> Sequence[Pack]:
    """Leave out what is merely installed: it was proved where it was made, and has no solutions here."""
    return [pack for pack in packs[1:] if not pack.distribution] or packs[:1]


def _all(packs: Sequence[Pack]) -> list[tuple[Pack, str]]:
    return [(pack, name) for pack in packs for name in kata_ids(pack)]


def _usual_journal() -> Path:
    return platformdirs.user_cache_path("backend-katas", appauthor=False) / "verify.jsonl"


def _read(wanted: Iterable[tuple[Pack, str]]) -> tuple[list[Kata], list[Proof]]:
    """Return the katas, and for each that cannot be read a proof that says why."""
    katas: list[Kata] = []
    spoilt: list[Proof] = []
    for pack, name in wanted:
        try:
            katas.append(read_kata(pack, name))
        except KatasError as problem:
            flaw = flaw_of(problem, pack.root / "exercises" / name / "exercise.yaml")
            spoilt.append(Proof(kata=name, flaws=(flaw,), judged=False))
    return katas, spoilt


def _chosen(found: Survey, order: Order, change: Change | None) -> list[tuple[Case, tuple[str, ...]]]:
    """Return the cases to judge, each with the levels it is judged in, `()` for all."""
    cases = [case for case in found.cases if case.kind in (order.kinds or Kind)] if found.judgeable else []
    return change.chosen(cases) if change else [(case, ()) for case in cases]


def _proof(found: Survey, cases: Sequence[Case], runs: Mapping[Path, Sequence[Run]]) -> Proof:
    verdicts = tuple(Verdict(case=case, runs=tuple(runs[case.path])) for case in cases)
    silent = never_said_no(found, verdicts) if found.judgeable else ()
    return Proof(
        kata=found.kata.id,
        draft=found.kata.draft,
        verdicts=verdicts,
        flaws=(*found.flaws, *silent),
        judged=found.judgeable,
    )


def _tried(surveys: Sequence[tuple[Survey, Sequence[Case]]], number: int, work: _Work) -> Iterator[Proof]:
    """Give a proof by faults made by machine of each kata with its references, which have to pass as they are."""
    references = [case for _, cases in surveys for case in cases if python_files(case.base)]
    drawn = {
        case.path: [altered(case, made) for made in alterations(case.base, seed=case.kata.id, number=number)]
        for case in references
    }
    runs = work.runs([(case, ()) for case in references])
    sound = [case for case in references if not any(faults(case, run) or gaps(run) for run in runs[case.path])]
    runs |= work.runs([(made, ()) for case in sound for made in drawn[case.path]])
    for found, cases in surveys:
        explanations = _explanations(found.kata)
        trials = [trial(case, drawn[case.path], runs, explanations) for case in cases if case in sound]
        yield Proof(
            kata=found.kata.id,
            draft=found.kata.draft,
            verdicts=tuple(Verdict(case=case, runs=tuple(runs[case.path])) for case in cases if case.path in runs),
            flaws=(*found.flaws, *contradicted(found.kata, trials, explanations)),
            judged=found.judgeable,
            trials=tuple(trials),
            untried={case.name: _untried(case, runs) for case in cases if case not in sound},
        )


def _explanations(kata: Kata) -> list[Explanation]:
    try:
        return read_survivors(kata)
    except KatasError:
        return []  # which the survey tells


def _untried(case: Case, runs: Mapping[Path, Sequence[Run]]) -> str:
    if case.path not in runs:
        return "left alone, for faults are made in Python only"
    return "not tried with faults, for it does not pass as it is"


@dataclass(frozen=True, slots=True)
class _Task:
    """One run of a case to be made; no levels are all of them."""

    case: Case
    levels: tuple[str, ...] = ()


@contextmanager
def _working(order: Order, journal: Journal) -> Generator[_Work]:
    with Supervisor() as supervisor, supervisor.folder("katas-verify-") as folder:
        yield _Work(order, journal, [Bench(folder / str(number)) for number in range(order.jobs)])


class _Work:
    """Grades cases on several benches and writes each run down."""

    def __init__(self, order: Order, journal: Journal, benches: Sequence[Bench]) -> None:
        self._order = order
        self._journal = journal
        self._fingerprints = Fingerprints(services=order.services)
        self._kills: dict[Path, dict[str, str]] = {}
        self._stop = Event()
        self._benches = SimpleQueue[Bench]()
        for bench in benches:
            self._benches.put(bench)

    def runs(self, cases: Sequence[tuple[Case, tuple[str, ...]]]) -> dict[Path, list[Run]]:
        """Return the runs of each case by its path: those of the journal, and as many new ones as are missing.

        With each case stand the levels that its first run has to judge, `()` for all.
        """
        keys = {case.path: self._fingerprints.of(case) for case, _ in cases}
        self._kills |= {case.path: self._fingerprints.of_kills(case) for case, _ in cases if case.alteration}
        runs = {case.path: self._known(case, keys[case.path], levels) for case, levels in cases}
        missing = [task for case, levels in cases for task in self._missing(case, levels, runs[case.path])]
        if missing:
            for case, run in self._judged(missing, keys):
                runs[case.path].append(run)
        return runs

    def _known(self, case: Case, key: str, levels: tuple[str, ...]) -> list[Run]:
        """Return the runs of the journal that judged at least the levels of a further run."""
        if self._order.again:
            return []
        known = [run for each in (key, *self._kills.get(case.path, {}).values()) for run in self._journal.runs(each)]
        return [run for run in known if _covers(run, self._further(case, levels))]

    def _further(self, case: Case, levels: tuple[str, ...]) -> tuple[str, ...]:
        return levels or (() if self._order.whole else case.levels)

    def _missing(self, case: Case, levels: tuple[str, ...], known: Sequence[Run]) -> Iterator[_Task]:
        """Give the runs that are still to be made; at least one judges all the levels that are asked for."""
        first = [] if any(_covers(run, levels) for run in known) else [_Task(case, levels)]
        further = _Task(case, self._further(case, levels))
        return chain(first, repeat(further, max(self._order.runs - len(known) - len(first), 0)))

    def _judged(self, missing: Sequence[_Task], keys: Mapping[Path, str]) -> Iterator[tuple[Case, Run]]:
        with ThreadPoolExecutor(self._order.jobs) as pool:
            futures = {pool.submit(self._judge, task, keys[task.case.path]): task.case for task in missing}
            try:
                yield from _shown(futures)
            except BaseException:
                self._stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _judge(self, task: _Task, key: str) -> Run:
        bench = self._benches.get()
        try:
            run = judge(task.case, bench, services=self._order.services, levels=task.levels, stop=self._stop)
        finally:
            self._benches.put(bench)
        killer = run.fallen[0].id.partition("::")[0] if run.fallen else ""
        self._journal.add(self._kills.get(task.case.path, {}).get(killer, key), task.case.id, run)
        return run


def _covers(run: Run, levels: tuple[str, ...]) -> bool:
    return not run.levels or (bool(levels) and set(levels) <= set(run.levels))


def _shown(futures: Mapping[Future[Run], Case]) -> Iterator[tuple[Case, Run]]:
    """Give each run when it is over, under a bar that says how many there are still to come."""
    label = f"{len(futures)} to grade"
    with click.progressbar(length=len(futures), label=label, item_show_func=_name, file=sys.stderr) as bar:
        for future in as_completed(futures):
            yield futures[future], future.result()
            bar.update(1, futures[future])


def _name(case: Case | None) -> str | None:
    return case and case.id

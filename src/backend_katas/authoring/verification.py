"""`katas verify`: every kata looked through, and every reference, starter and mutant graded, side by side."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Event

import click
import platformdirs

from backend_katas.authoring.affected import Change, change_since
from backend_katas.authoring.bench import Bench
from backend_katas.authoring.case import Case, Kind
from backend_katas.authoring.fingerprint import Fingerprints
from backend_katas.authoring.journal import Journal, open_journal
from backend_katas.authoring.judging import Run, judge
from backend_katas.authoring.proof import Proof, Verdict, never_said_no
from backend_katas.authoring.survey import Survey, flaw_of, survey
from backend_katas.catalogue import kata_ids, locate_kata, read_kata
from backend_katas.errors import KatasError
from backend_katas.model import Kata, Pack
from backend_katas.supervisor import Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be verified: of which katas, which kinds of cases, how many runs of each, on how many workers.

    Without `katas` it is every kata of the packs that were named, or of our own if none was; without `kinds` it is
    every kind. `since` is a revision: what no change since then has touched is left out. `again` judges also what was
    judged before with the same inputs.
    """

    katas: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    runs: int = 1
    jobs: int = 1
    since: str = ""
    again: bool = False
    services: str = "auto"


def verify(order: Order, packs: Sequence[Pack], *, journal: Path | None = None) -> tuple[Proof, ...]:
    """Verify katas and return a proof of each; a mistake in one leaves the others as they are.

    Every run is kept in the journal as soon as it is over, so an interrupted verification goes on where it was.
    """
    wanted = [locate_kata(name, packs) for name in order.katas] or _all(packs[1:] or packs)
    katas, spoilt = _read(wanted)
    changes = {kata.pack: change_since(order.since, kata.pack) for kata in katas} if order.since else {}
    touched = [kata for kata in katas if kata.pack not in changes or changes[kata.pack].touches(kata)]
    needs = {kata.id: kata.prerequisites for kata in _read(_all(packs))[0]}
    surveys = [survey(kata, needs, packs) for kata in touched]
    cases = [case for found in surveys for case in _chosen(found, order, changes.get(found.kata.pack))]
    runs = _Work(order, open_journal(journal or _usual_journal())).runs(cases)
    return (*spoilt, *(_proof(found, [case for case in cases if case.kata == found.kata], runs) for found in surveys))


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


def _chosen(found: Survey, order: Order, change: Change | None) -> list[Case]:
    cases = [case for case in found.cases if case.kind in (order.kinds or Kind)] if found.judgeable else []
    return [case for case in cases if change is None or change.affects(case)]


def _proof(found: Survey, cases: Sequence[Case], runs: Mapping[str, Sequence[Run]]) -> Proof:
    verdicts = tuple(Verdict(case=case, runs=tuple(runs[case.id])) for case in cases)
    silent = never_said_no(found, verdicts) if found.judgeable else ()
    return Proof(kata=found.kata.id, verdicts=verdicts, flaws=(*found.flaws, *silent), judged=found.judgeable)


class _Work:
    """Grades cases on several benches and writes each run down."""

    def __init__(self, order: Order, journal: Journal) -> None:
        self._order = order
        self._journal = journal
        self._fingerprints = Fingerprints(services=order.services)
        self._stop = Event()
        self._benches = SimpleQueue[Bench]()

    def runs(self, cases: Sequence[Case]) -> dict[str, list[Run]]:
        """Return the runs of each case by its id: those of the journal, and as many new ones as are missing."""
        keys = {case.id: self._fingerprints.of(case) for case in cases}
        runs = {name: [] if self._order.again else list(self._journal.runs(key)) for name, key in keys.items()}
        missing = [case for case in cases for _ in range(self._order.runs - len(runs[case.id]))]
        if missing:
            for case, run in self._judged(missing, keys):
                runs[case.id].append(run)
        return runs

    def _judged(self, missing: Sequence[Case], keys: Mapping[str, str]) -> Iterator[tuple[Case, Run]]:
        jobs = self._order.jobs
        with Supervisor() as supervisor, supervisor.folder("katas-verify-") as folder, ThreadPoolExecutor(jobs) as pool:
            for number in range(jobs):
                self._benches.put(Bench(folder / str(number)))
            futures = {pool.submit(self._judge, case, keys[case.id]): case for case in missing}
            try:
                yield from _shown(futures)
            except BaseException:
                self._stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _judge(self, case: Case, key: str) -> Run:
        bench = self._benches.get()
        try:
            run = judge(case, bench, services=self._order.services, stop=self._stop)
        finally:
            self._benches.put(bench)
        self._journal.add(key, case.id, run)
        return run


def _shown(futures: Mapping[Future[Run], Case]) -> Iterator[tuple[Case, Run]]:
    """Give each run when it is over, under a bar that says how many there are still to come."""
    label = f"{len(futures)} to grade"
    with click.progressbar(length=len(futures), label=label, item_show_func=_name, file=sys.stderr) as bar:
        for future in as_completed(futures):
            yield futures[future], future.result()
            bar.update(1, futures[future])


def _name(case: Case | None) -> str | None:
    return case and case.id

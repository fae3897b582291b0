"""A reference's faults that a machine has made: how many the grader has killed, and why others survive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.authoring.alteration import Alteration
from backend_katas.authoring.case import Case
from backend_katas.authoring.judging import Run, faults, gaps
from backend_katas.authoring.survivors import Explanation, Sort, survivors_file
from backend_katas.inventory import Flaw
from backend_katas.model import Kata, Status

LOWEST_RATE = 95.0
"""The per cent of faults that a grader has to kill, those apart that nobody need notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """A fault that no check has caught, and its explanation if there is one."""

    alteration: Alteration
    explanation: Explanation | None = None

    @property
    def sort(self) -> Sort | None:
        """Why it survives, if that is known."""
        return self.explanation.sort if self.explanation else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of the faults in one reference; `not_judged` says of each that could not be graded why."""

    reference: Case
    killed: tuple[Alteration, ...] = ()
    survivors: tuple[Survivor, ...] = ()
    not_judged: tuple[tuple[Alteration, str], ...] = ()

    @property
    def made(self) -> int:
        """How many faults there were."""
        return len(self.killed) + len(self.survivors) + len(self.not_judged)

    @property
    def sorts(self) -> Mapping[Sort | None, int]:
        """How many survive for each reason, and for none that is known."""
        return Counter(survivor.sort for survivor in self.survivors)

    @property
    def noticeable(self) -> int:
        """How many faults a grader has to kill: all but those that nobody can or need notice."""
        return self.made - self.sorts[Sort.EQUIVALENT] - self.sorts[Sort.FREE]

    @property
    def rate(self) -> float:
        """The per cent of noticeable faults that were killed."""
        return 100 * len(self.killed) / self.noticeable if self.noticeable else 100.0

    @property
    def holds(self) -> bool:
        """Whether all were judged, each survivor is explained and enough were killed."""
        return not self.not_judged and not self.sorts[None] and self.rate >= LOWEST_RATE


def trial(
    reference: Case, cases: Sequence[Case], runs: Mapping[Path, Sequence[Run]], explanations: Sequence[Explanation]
) -> Trial:
    """Sort the faults of a reference by what the grader said to them."""
    known = {explanation.key: explanation for explanation in explanations}
    killed: list[Alteration] = []
    survivors: list[Survivor] = []
    not_judged: list[tuple[Alteration, str]] = []
    for case in cases:
        alteration, run = case.alteration, runs[case.path][0]
        if not alteration:
            continue
        if problems := [*faults(case, run), *gaps(run)] if not run.stopped else []:
            not_judged.append((alteration, problems[0]))
        elif run.stopped or any(fell.status is Status.FAILED for fell in run.fallen):
            killed.append(alteration)
        else:
            survivors.append(Survivor(alteration=alteration, explanation=known.get(alteration.key)))
    return Trial(reference=reference, killed=tuple(killed), survivors=tuple(survivors), not_judged=tuple(not_judged))


def contradicted(kata: Kata, trials: Sequence[Trial], explanations: Sequence[Explanation]) -> Iterator[Flaw]:
    """Give the explanations of faults that a check has caught after all."""
    killed = {alteration.key for found in trials for alteration in found.killed}
    surviving = {survivor.alteration.key for found in trials for survivor in found.survivors}
    for explanation in explanations:
        if explanation.key in killed - surviving:
            file, before, after = explanation.key
            problem = f"explains what a check has caught: `{before}` made `{after}` in `{file}`"
            yield Flaw(file=survivors_file(kata), line=explanation.line, problem=problem)

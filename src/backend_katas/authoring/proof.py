"""What `katas verify` found: for each case how often it came out as it has to, for each kata what is to be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backend_katas.authoring.case import Case, Kind
from backend_katas.authoring.judging import Run, faults, gaps
from backend_katas.authoring.survey import Survey
from backend_katas.authoring.trial import Trial
from backend_katas.errors import ExitCode
from backend_katas.inventory import Entry, Flaw
from backend_katas.model import Status

_REFUSED = frozenset({Kind.STARTER, Kind.MUTANT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A case and all its runs."""

    case: Case
    runs: tuple[Run, ...]

    @property
    def good(self) -> int:
        """How many runs came out as they have to."""
        return sum(not faults(self.case, run) and not gaps(run) for run in self.runs)

    @property
    def failed(self) -> dict[str, int]:
        """How often each check failed, by its id."""
        return dict(Counter(fell.id for run in self.runs for fell in run.fallen if fell.status is Status.FAILED))

    @property
    def faults(self) -> dict[str, int]:
        """In how many runs there was each fault; one whose words differ from run to run is told as it was first."""
        return _counted(fault for run in self.runs for fault in faults(self.case, run))

    @property
    def gaps(self) -> dict[str, int]:
        """In how many runs this machine could not judge something, by what it was."""
        return _counted(gap for run in self.runs for gap in gaps(run))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One kata: its verdicts, its flaws and the trials of its references by faults that a machine makes.

    `draft` says that learners are not shown it yet, `judged` that its cases could be graded at all; `untried` why no
    faults were made in a reference, by its name.
    """

    kata: str
    draft: bool = False
    verdicts: tuple[Verdict, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    judged: bool = True
    trials: tuple[Trial, ...] = ()
    untried: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def holds(self) -> bool:
        """Whether everything was judged and there is nothing to mend."""
        return self.holds_here and not any(verdict.gaps for verdict in self.verdicts)

    @property
    def holds_here(self) -> bool:
        """Whether there is nothing to mend in all that this machine could judge."""
        right = not any(verdict.faults for verdict in self.verdicts) and all(trial.holds for trial in self.trials)
        return right and not self.flaws


def exit_code(proofs: Sequence[Proof], *, strict: bool) -> ExitCode:
    """Return the exit status that says whether all proofs hold; if not `strict`, a gap is no failure."""
    good = all(proof.holds if strict else proof.holds_here for proof in proofs)
    return ExitCode.PASSED if good else ExitCode.FAILED


def never_said_no(survey: Survey, verdicts: Sequence[Verdict]) -> Iterator[Flaw]:
    """Give the checks that passed on every starter and on every mutant of their level, if all of these were judged."""
    judged = {verdict.case.id for verdict in verdicts if verdict.runs and not verdict.gaps}
    if any(case.id not in judged for case in survey.cases if case.kind in _REFUSED):
        return
    for check in survey.checks:
        about = [verdict for verdict in verdicts if _is_about(verdict.case, check, survey)]
        fallen = {fell.id for verdict in about for run in verdict.runs for fell in run.fallen}
        if about and check.id not in fallen:
            name = check.id.partition("::")[2]
            problem = f"`{name}` cannot say no: it passed on every starter and on every mutant of its level"
            yield Flaw(file=check.file, line=check.line, problem=problem)


def _counted(told: Iterable[str]) -> dict[str, int]:
    first: dict[str, str] = {}
    times: Counter[str] = Counter()
    for sentence in told:
        about = sentence.partition(": ")[0]
        times[first.setdefault(about, sentence)] += 1
    return dict(times)


def _is_about(case: Case, check: Entry, survey: Survey) -> bool:
    if case.kind is Kind.MUTANT:
        return check.level in {survey.level_of(name) for name in case.named}
    return case.kind is Kind.STARTER

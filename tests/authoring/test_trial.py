"""A trial counts what was killed, and what survives only for a reason."""

from __future__ import annotations

import pytest

from backend_katas.authoring.alteration import Alteration
from backend_katas.authoring.case import altered, references
from backend_katas.authoring.judging import Fallen, Run
from backend_katas.authoring.survivors import Explanation, Sort, survivors_file
from backend_katas.authoring.trial import Trial, contradicted, trial
from backend_katas.model import Reason, Status

KILLED = Run(seconds=1.0, fallen=(Fallen(id="test_hello.py::test_it", status=Status.FAILED),))
NOT_BUILT = Run(seconds=1.0, stopped=Reason.BUILD, fallen=KILLED.fallen)
SURVIVED = Run(seconds=1.0)
BROKE = Run(seconds=1.0, fallen=(Fallen(id="test_hello.py::test_it", status=Status.ERROR, message="no server"),))
NO_RUN = Run(seconds=1.0, problem="the disk is full")


@pytest.fixture
def tried(kata):
    """Return the trial of faults of which each had this run; those are explained whose numbers are given."""
    (reference,) = references(kata)

    def call(*runs: Run, **explained: Sort) -> Trial:
        cases = [altered(reference, _fault(number)) for number in range(len(runs))]
        found = {case.path: [run] for case, run in zip(cases, runs, strict=True)}
        explanations = [_explanation(int(name.strip("_")), sort) for name, sort in explained.items()]
        return trial(reference, cases, found, explanations)

    return call


def _fault(number: int) -> Alteration:
    return Alteration(file="server.py", line=number, before="a", after=f"b{number}", text=f"{number}")


def _explanation(number: int, sort: Sort) -> Explanation:
    return Explanation(key=_fault(number).key, sort=sort, why="so", line=3)


def test_a_fault_is_killed_by_a_failed_check_or_by_no_program(tried):
    """One that does not build is noticed like one that answers wrongly."""
    found = tried(KILLED, NOT_BUILT)

    assert (found.made, len(found.killed), found.rate, found.holds) == (2, 2, 100.0, True)


def test_a_survivor_that_nothing_explains_is_to_be_mended(tried):
    """However many others were killed."""
    found = tried(*[KILLED] * 99, SURVIVED)

    assert (found.rate, found.holds, found.sorts[None]) == (99.0, False, 1)


@pytest.mark.parametrize(
    ("sort", "noticeable", "rate", "holds"),
    [
        (Sort.EQUIVALENT, 10, 100.0, True),
        (Sort.FREE, 10, 100.0, True),
        (Sort.UNJUDGED, 11, 100 * 10 / 11, False),
    ],
)
def test_what_is_promised_counts_and_what_is_not_does_not(tried, sort, noticeable, rate, holds):
    """A check that is missing for a reason is missing all the same."""
    found = tried(*[KILLED] * 10, SURVIVED, _10=sort)

    assert (found.noticeable, found.rate, found.holds) == (noticeable, rate, holds)


def test_where_nobody_need_notice_anything_nothing_is_missing(tried):
    """There is no share of nothing."""
    assert tried(SURVIVED, _0=Sort.FREE).holds


@pytest.mark.parametrize(("run", "told"), [(BROKE, "no server"), (NO_RUN, "the disk is full")])
def test_an_error_is_no_verdict(tried, run, told):
    """It is ours, and the fault is neither killed nor has it survived."""
    found = tried(*[KILLED] * 99, run)

    ((_, problem),) = found.not_judged
    assert told in problem
    assert (len(found.killed), found.survivors, found.holds) == (99, (), False)


def test_an_explanation_of_what_is_caught_is_a_flaw(tried, kata):
    """Unless the same change survives at another place of the file."""
    explanations = [_explanation(0, Sort.FREE), _explanation(1, Sort.FREE)]

    (flaw,) = contradicted(kata, [tried(KILLED, SURVIVED), tried(SURVIVED)][:1], explanations)

    assert (flaw.file, flaw.line) == (survivors_file(kata), 3)
    assert flaw.problem == "explains what a check has caught: `a` made `b0` in `server.py`"
    assert list(contradicted(kata, [tried(KILLED), tried(SURVIVED)], explanations)) == []

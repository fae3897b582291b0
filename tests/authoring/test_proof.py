"""A proof adds up what the runs of each case said."""

from __future__ import annotations

import pytest

from backend_katas.authoring.case import Case, Kind, references
from backend_katas.authoring.judging import Fallen, Run
from backend_katas.authoring.proof import Proof, Verdict, exit_code
from backend_katas.errors import ExitCode
from backend_katas.inventory import Flaw
from backend_katas.model import Status


@pytest.fixture
def reference(kata) -> Case:
    """A case that has to pass everything."""
    return references(kata)[0]


def _run(*fallen: tuple[str, str]) -> Run:
    failed = tuple(Fallen(id=name, status=Status.FAILED, message=message) for name, message in fallen)
    return Run(seconds=1.0, fallen=failed)


def test_a_fault_is_counted_over_the_runs(reference):
    """What differs from run to run, such as a random name, is told as it was first; two checks stay two faults."""
    one, other = "test_a.py::test_b", "test_a.py::test_c"
    verdict = Verdict(case=reference, runs=(_run((one, "saw Ada")), _run(), _run((one, "saw Eve"), (other, "no"))))

    assert verdict.good == 1
    assert verdict.failed == {one: 2, other: 1}
    assert verdict.faults == {f"`{one}` failed: saw Ada": 2, f"`{other}` failed: no": 1}


def test_a_mutant_that_is_caught_is_as_it_should_be(reference):
    """A failed check is no fault where it is named."""
    case = Case(kata=reference.kata, kind=Kind.MUTANT, path=reference.path, base=reference.base, named=frozenset({"a"}))
    verdict = Verdict(case=case, runs=(_run(("a", "")), _run(("a", ""))))

    assert (verdict.good, verdict.faults, verdict.failed) == (2, {}, {"a": 2})


def test_one_flaw_or_one_bad_run_is_no_proof(reference):
    """The exit code is that of a failure."""
    good, bad = (Verdict(case=reference, runs=(_run(), run)) for run in (_run(), _run(("a", ""))))
    flaw = Flaw(file=reference.path, problem="there is no starter")

    assert exit_code([Proof(kata="a", verdicts=(good,))], strict=True) is ExitCode.PASSED
    assert exit_code([Proof(kata="a", verdicts=(good, bad))], strict=False) is ExitCode.FAILED
    assert (
        exit_code([Proof(kata="a", verdicts=(good,)), Proof(kata="b", flaws=(flaw,))], strict=False) is ExitCode.FAILED
    )


def test_what_this_machine_lacks_counts_where_it_is_strict(reference):
    """The proof does not hold, but that is a failure only for who says so."""
    run = Run(seconds=0.1, problem="`go` is not installed", missing=("go",))
    proof = Proof(kata="a", verdicts=(Verdict(case=reference, runs=(run, run)),))

    assert proof.verdicts[0].gaps == {"`go` is not installed": 2}
    assert (proof.holds, proof.holds_here) == (False, True)
    assert exit_code([proof], strict=False) is ExitCode.PASSED
    assert exit_code([proof], strict=True) is ExitCode.FAILED

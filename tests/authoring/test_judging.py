"""A case is right when it comes out as its kind has to: everything, nothing, or exactly what is named."""

from __future__ import annotations

import pytest

from backend_katas.authoring.bench import Bench
from backend_katas.authoring.case import Case, Kind, mutant, references, starters
from backend_katas.authoring.judging import Fallen, Run, faults, gaps, judge
from backend_katas.model import Reason, Status

CONFIGURABLE = "test_hello.py::test_the_greeting_is_configurable"
GREETED = "test_hello.py::test_a_name_is_greeted"
REFUSED = "test_be_strict.py::test_an_unknown_path_is_refused"
EXISTS = "the path does not exist; expected one of 404 Not Found, 410 Gone; seen 200 OK"
NO_GOPHER = "`gopher` is not installed: install `gopher`"
SERVER = "solutions/greeter/python-stdlib/server.py"
STARTER = "exercises/greeter/starters/python-stdlib"


@pytest.fixture
def judged(tmp_path):
    """Grade a case on a bench of its own; return the run and what is wrong with it."""
    bench = Bench(tmp_path / "bench")

    def call(case: Case) -> tuple[Run, tuple[str, ...]]:
        run = judge(case, bench)
        return run, faults(case, run)

    return call


def test_cases_that_are_as_they_should_have_no_fault(judged, kata):
    """Reference, starter and mutant of the mini pack, graded for real."""
    planted = mutant(kata, kata.pack.root / "solutions/greeter/mutants/everybody-is-nobody.patch")
    runs = {case.kind: judged(case) for case in (*references(kata), *starters(kata), planted)}

    assert [told for _, told in runs.values()] == [(), (), ()]
    assert {kind: len(run.fallen) for kind, (run, _) in runs.items()} == {"reference": 0, "starter": 4, "mutant": 2}
    assert all(run.lasting for run, _ in runs.values())


def test_a_reference_that_fails_is_told_with_the_check(judged, kata, spoil):
    """And with the beginning of what the check said."""
    spoil(SERVER, "self.answer(404", "self.answer(200")

    _, told = judged(references(kata)[0])

    assert told == (f"`{REFUSED}` failed: {EXISTS}",)


def test_a_starter_that_passes_something_is_told(judged, kata, spoil):
    """A check that passes where nothing is written yet proves nothing."""
    spoil(f"{STARTER}/server.py", "else 501", "else 404")

    _, told = judged(starters(kata)[0])

    assert told == (f"`{REFUSED}` passes, though nothing is written yet",)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("web: python3 server.py", "web: python3 nowhere.py", "does not start: "),
        ("kata: greeter", "kata: shout", "no kata called `shout` in 1 pack"),
        ("processes", "proceses", "unknown key `proceses`"),
    ],
)
def test_a_starter_that_does_not_run_is_told_in_one_line(judged, kata, spoil, old, new, told):
    """And nothing of it is kept as a verdict: tomorrow it may be there."""
    spoil(f"{STARTER}/kata.yaml", old, new)

    run, (fault,) = judged(starters(kata)[0])

    assert told in fault
    assert "\n" not in fault
    assert not run.lasting


def test_a_mutant_that_fails_elsewhere_is_told_both_ways(judged, kata, spoil):
    """What is named and passed, and what is not named and failed."""
    patch = spoil("solutions/greeter/mutants/fixed-greeting.patch", f"catches: {CONFIGURABLE}", f"catches: {REFUSED}")

    _, told = judged(mutant(kata, patch))

    assert told[0] == f"`{REFUSED}` passed, but is named"
    assert told[1].startswith(f"`{CONFIGURABLE}` failed, but is not named: expected")


def test_a_patch_that_does_not_apply_is_a_fault_of_its_own(judged, kata, spoil):
    """It is no verdict of the grader."""
    patch = spoil("solutions/greeter/mutants/fixed-greeting.patch", "+++ b/server.py", "+++ b/sever.py")

    run, (told,) = judged(mutant(kata, patch))

    assert told.startswith("does not apply: ")
    assert run.problem == told


def test_a_missing_toolchain_is_told_with_what_to_install(judged, kata, spoil):
    """It is no fault of the case, and is not kept: nothing was built, nothing judged."""
    spoil(f"{STARTER}/kata.yaml", "processes", "build: echo one; gopher build\nprocesses")

    run, told = judged(starters(kata)[0])

    assert (told, gaps(run), run.missing) == ((), (NO_GOPHER,), ("gopher",))
    assert not run.lasting


@pytest.mark.parametrize("kind", Kind)
def test_an_error_is_no_proof(kata, kind):
    """It is never taken for a failed check, not even for one that a mutant names; and is not kept."""
    case = Case(kata=kata, kind=kind, path=kata.folder, base=kata.folder, named=frozenset({GREETED}))
    run = Run(seconds=1.0, fallen=(Fallen(id=GREETED, status=Status.ERROR, message="no such service"),))

    (told,) = faults(case, run)

    assert told.startswith(f"`{GREETED}` broke, which is an error")
    assert told.endswith(": no such service")
    assert not run.lasting


@pytest.mark.parametrize("kind", Kind)
def test_what_this_machine_cannot_judge_is_a_gap(kata, kind):
    """No fault, for on another machine it may pass; and not kept."""
    case = Case(kata=kata, kind=kind, path=kata.folder, base=kata.folder, named=frozenset({GREETED}))
    run = Run(seconds=1.0, fallen=(Fallen(id=GREETED, status=Status.SKIPPED, message="only one address here"),))

    assert faults(case, run) == ()
    assert gaps(run) == (f"`{GREETED}` was not judged: only one address here",)
    assert not run.lasting


def test_a_mutant_that_does_not_start_proves_nothing(kata):
    """Though the check that is named may be the one that told it."""
    case = Case(kata=kata, kind=Kind.MUTANT, path=kata.folder, base=kata.folder, named=frozenset({GREETED}))
    fallen = (Fallen(id=GREETED, status=Status.FAILED, message="it exited with code 1"),)

    assert faults(case, Run(seconds=1.0, stopped=Reason.START, fallen=fallen)) == (
        "does not start: it exited with code 1",
    )

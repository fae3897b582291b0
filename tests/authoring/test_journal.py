"""What was judged is found again, whatever happened to the file meanwhile."""

from __future__ import annotations

import pytest

from backend_katas.authoring.journal import Journal, open_journal
from backend_katas.authoring.judging import Fallen, Run
from backend_katas.errors import KatasError
from backend_katas.model import Reason, Status

RUN = Run(
    seconds=1.5,
    seed=7,
    fallen=(Fallen(id="test_x.py::test_y", status=Status.FAILED, message="é"),),
    passed=("test_x.py::test_z",),
)


@pytest.fixture
def path(tmp_path):
    """Where a journal is to be, in a folder that is not there yet."""
    return tmp_path / "cache" / "verify.jsonl"


def test_runs_are_found_by_their_fingerprint(path):
    """All runs of one fingerprint, as they were, and none of another."""
    journal = open_journal(path)
    for fingerprint in ("a", "b", "a"):
        journal.add(fingerprint, "greeter/reference/x", RUN)

    again = open_journal(path)

    assert again.runs("a") == (RUN, RUN)
    assert again.runs("b") == (RUN,)
    assert again.runs("c") == ()


@pytest.mark.parametrize(
    "run",
    [
        Run(seconds=1.0, problem="does not apply"),
        Run(seconds=1.0, stopped=Reason.BUILD, fallen=RUN.fallen),
        Run(seconds=1.0, fallen=(Fallen(id="a", status=Status.ERROR),)),
        Run(seconds=1.0, fallen=(Fallen(id="a", status=Status.SKIPPED),)),
    ],
)
def test_what_may_be_otherwise_the_next_time_is_not_kept(path, run):
    """A network that was down and a toolchain that was missing say nothing of the grader."""
    open_journal(path).add("a", "greeter/reference/x", run)

    assert open_journal(path).runs("a") == ()


@pytest.mark.parametrize(
    "rest", ['{"format": 1, "fingerprint": "b", "run": {"sec', '{"format": 0}\n', "[]\n", "\udcff\n"]
)
def test_a_line_that_cannot_be_read_costs_no_other(path, rest):
    """A writer that was killed leaves half a line; another version writes another format."""
    journal = open_journal(path)
    journal.add("a", "greeter/reference/x", RUN)
    with path.open("a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(rest)
    open_journal(path).add("b", "greeter/reference/x", RUN)

    again = open_journal(path)

    assert again.runs("a") == (RUN,)
    assert again.runs("b") == (RUN,)


def test_a_place_that_cannot_be_written_to_is_told(path):
    """With the path."""
    path.mkdir(parents=True)

    with pytest.raises(KatasError, match=r"cannot write .*verify\.jsonl"):
        Journal(path).add("a", "greeter/reference/x", RUN)

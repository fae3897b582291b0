"""One submission gives one outcome: a result, or whose fault it is that there is none."""

from __future__ import annotations

import json
import zipfile

import pytest

from backend_katas.batch.job import ATTEMPTS, Job, judge
from backend_katas.runner import OPEN

SEED = 9


@pytest.fixture
def job(mini):
    """Make a job for a folder or archive."""

    def make(path, **more):
        given = {"kata": "greeter", "version": "1", "seed": SEED, "name": "ann", "packs": (mini,), "isolation": OPEN}
        return Job(**{**given, "path": path, **more})

    return make


def test_a_submission_is_graded(job, submission):
    """The outcome has the result as text, under the learner's name, and a key."""
    outcome = judge(job(submission()))

    result = json.loads(outcome.result)
    assert (result["submission"], result["score"], result["seed"]) == ("ann", 100, SEED)
    assert outcome.key
    assert (outcome.problem, outcome.known, outcome.attempts) == ("", False, 1)


def test_nothing_is_written_into_the_folder(job, submission):
    """It is graded in a copy."""
    folder = submission()
    before = sorted(folder.iterdir())

    judge(job(folder))

    assert sorted(folder.iterdir()) == before


def test_an_archive_is_graded(job, submission, tmp_path):
    """The same content has the same key."""
    folder = submission()
    with zipfile.ZipFile(tmp_path / "ann.zip", "w") as packed:
        for path in folder.iterdir():
            packed.write(path, f"mine/{path.name}")

    outcome = judge(job(tmp_path / "ann.zip"))

    assert json.loads(outcome.result)["score"] == 100
    again = judge(job(tmp_path / "ann.zip", known=frozenset({outcome.key})))
    assert (again.known, again.result) == (True, "")


def test_what_is_known_is_not_graded_again(job, submission):
    """Unless it has changed, or another seed is wanted."""
    folder = submission()
    first = judge(job(folder))
    known = frozenset({first.key})

    assert judge(job(folder, known=known)).known
    assert not judge(job(folder, known=known, seed=SEED + 1)).known
    (folder / "more.txt").write_text("")
    assert not judge(job(folder, known=known)).known


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "kata.yaml").unlink(), "no `kata.yaml` in `ann`"),
        (lambda folder: (folder / "kata.yaml").write_text("kata: shout\ncli: cat\n"), "it is a submission to `shout`"),
        (lambda folder: (folder / "kata.yaml").write_text("kata: greter\n"), "greter"),
        (lambda folder: (folder / "kata.yaml").write_text("kata: [\n"), "ann/kata.yaml:"),
        (lambda folder: (folder / "kata.yaml").write_text("kata: greeter\n"), "how to start `web`"),
    ],
)
def test_what_cannot_be_graded_is_the_learners(job, submission, spoil, words):
    """It is tried once, and the message speaks of the learner's folder, not of ours."""
    folder = submission()
    spoil(folder)

    outcome = judge(job(folder))

    assert words in outcome.problem
    assert "katas-batch-" not in outcome.problem
    assert (outcome.ours, outcome.attempts, outcome.result) == (False, 1, "")


def test_a_fault_of_ours_is_tried_again(job, submission):
    """It is never the learner's mark."""
    outcome = judge(job(submission(kata="broken"), kata="broken"))

    assert outcome.ours
    assert outcome.attempts == ATTEMPTS
    assert outcome.problem
    assert not outcome.result
    assert [f"try {number}:" in outcome.log for number in (1, 2, 3)] == [True, True, False]
    assert "test_grader_raises.py::" in outcome.log
    assert "Traceback (most recent call last)" in outcome.log


def test_an_attempt_too_many_is_not_graded(job, submission):
    """It is no fault of anybody; a content that was tried before is the same attempt again."""
    folder = submission(source="raise SystemExit(3)\n")
    content = judge(job(folder)).content

    beyond = judge(job(folder, tried=frozenset({"c1", "c2"}), most=2))
    again = judge(job(folder, tried=frozenset({"c1", content}), most=2))

    assert (beyond.beyond, beyond.problem) == (True, "it would be attempt 3, and 2 are the most")
    assert (beyond.ours, beyond.result, beyond.log) == (False, "", "")
    assert (again.beyond, bool(again.result)) == (False, True)

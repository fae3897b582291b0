"""Shares that were graded apart are merged into what one undisturbed batch would have given."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from backend_katas.batch.grading import JOURNAL, Order, grade_class
from backend_katas.batch.journal import State, opened, reopened
from backend_katas.batch.merging import merge
from backend_katas.errors import ExitCode, KatasError
from backend_katas.runner import OPEN

WRONG = "raise SystemExit(3)\n"
NAMES = ("ann", "bob", "cem", "dora", "eva")


def never(text: str) -> None:
    """Fail when something unusual is told."""
    raise AssertionError(text)


@pytest.fixture
def graded(mini, tmp_path):
    """Grade a folder by the mini pack into a folder of this name."""

    def call(place, out: str, **more):
        order = Order(
            **{
                "place": place,
                "kata": "greeter",
                "out": tmp_path / out,
                "jobs": 2,
                "seed": 5,
                "isolation": OPEN,
                **more,
            }
        )
        return grade_class(order, [mini], tell=never)

    return call


@pytest.fixture
def merged(mini, tmp_path):
    """Merge folders of these names into the first."""

    def call(out: str, *places: str, tell=never, **more):
        return merge(tmp_path / out, [tmp_path / place for place in places], [mini], tell=tell, **more)

    return call


@pytest.fixture
def row(tmp_path):
    """Return the row of a submission in a marks.csv, or None."""

    def read(out: str, name: str):
        with (tmp_path / out / "marks.csv").open(newline="", encoding="utf-8") as file:
            return next((row for row in csv.DictReader(file) if row["submission"] == name), None)

    return read


@pytest.fixture
def course(tmp_path):
    """A course's file."""
    path = tmp_path / "course.yaml"
    path.write_text("due: 2026-11-30T23:59+01:00\nlate: {per_day: 10}\nattempts: {counts: best}\nhidden: [be-strict]\n")
    return path


@pytest.fixture
def place(classroom):
    """A class with a right program, wrong ones, and one that cannot be graded."""
    place = classroom(ann=None, bob=WRONG, cem=WRONG, dora=WRONG)
    (place / "eva").mkdir()
    for number, name in enumerate(NAMES):
        os.utime(place / name, (1_796_200_000 + 50_000 * number,) * 2)
    return place


def forged(journal_path, name: str, earned: int) -> None:
    """Let a result say something else."""
    with opened(journal_path, tell=never) as journal:
        grading = journal.grading(State.CURRENT)
        (standing,) = (found for found in journal.standings(grading) if found.submission == name)
        result = journal.graded(grading, name, standing.key).result
    checks = tuple(replace(check, earned=min(earned, check.points)) for check in result.checks)
    with sqlite3.connect(journal_path) as database:
        text = replace(result, checks=checks).to_json()
        database.execute("UPDATE results SET result = ? WHERE submission = ?", (text, name))
    database.close()


def test_shares_are_one_undisturbed_batch(graded, merged, place, course, tmp_path):
    """The same marks to the byte, with the course's rules; again and again."""
    graded(place, "whole", course=course)
    for number in (1, 2, 3):
        graded(place, f"share-{number}", share=(number, 3), course=course)

    found = [merged("out", "share-1", "share-2", "share-3") for _ in range(2)]

    marks = (tmp_path / "whole" / "marks.csv").read_bytes()
    assert (tmp_path / "out" / "marks.csv").read_bytes() == marks
    assert b"days late" in marks
    assert [(end.graded, end.refused, end.errors, end.exit_code) for end in found] == [
        (4, 1, 0, ExitCode.NOTHING_TO_GRADE)
    ] * 2
    for folder in ("results", "feedback"):
        names = [sorted(path.name for path in (tmp_path / out / folder).iterdir()) for out in ("whole", "out")]
        assert names[0] == names[1]


def test_a_merge_that_was_cut_off_goes_on(graded, merged, place, tmp_path, monkeypatch):
    """What was copied stays, and the rest comes along."""
    for number in (1, 2):
        graded(place, f"share-{number}", share=(number, 2))
    graded(place, "whole")
    kept = []

    def cut(self, grading, what):
        if kept:
            raise KeyboardInterrupt
        kept.append(what)
        return keep(self, grading, what)

    from backend_katas.batch.journal import Journal

    keep = Journal.keep
    with monkeypatch.context() as patched:
        patched.setattr(Journal, "keep", cut)
        with pytest.raises(KeyboardInterrupt):
            merged("out", "share-1", "share-2")

    merged("out", "share-1", "share-2")

    assert (tmp_path / "out" / "marks.csv").read_bytes() == (tmp_path / "whole" / "marks.csv").read_bytes()


@pytest.mark.parametrize("copied", [0, 1, 2])
def test_a_merge_that_was_killed_goes_on(graded, mini, place, tmp_path, copied):
    """By the command, at any moment; the marks are those of one batch."""
    for number in (1, 2):
        graded(place, f"share-{number}", share=(number, 2))
    graded(place, "whole")
    out = tmp_path / "out"
    line = [sys.executable, "-m", "backend_katas", "--pack", str(mini.root), "merge", str(out)]
    line += [str(tmp_path / f"share-{number}") for number in (1, 2)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while process.poll() is None and copied_to(out) < copied + 1:
            pass
        process.kill()

    done = subprocess.run(line, capture_output=True, text=True, check=False)

    assert done.returncode == ExitCode.NOTHING_TO_GRADE
    assert "4 of 5 submissions graded, in 2 shares; 1 cannot be graded" in done.stdout
    assert done.stderr == ""
    assert (out / "marks.csv").read_bytes() == (tmp_path / "whole" / "marks.csv").read_bytes()


def copied_to(out) -> int:
    """How far a merge is: 0 without a journal, 1 with one, then one more for each submission in it."""
    if not (out / JOURNAL).exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{out / JOURNAL}?mode=ro", uri=True)) as database:
            return 1 + database.execute("SELECT count(*) FROM standings").fetchone()[0]
    except sqlite3.Error:
        return 1


def test_the_odd_share_is_named(graded, merged, place):
    """One that was graded with another seed, or nothing at all."""
    for number, seed in ((1, 6), (2, 5), (3, 5)):
        graded(place, f"share-{number}", share=(number, 3), only=(NAMES[number],), seed=seed)

    with pytest.raises(KatasError, match=r"share-1` has the marks of another seed: `6`, .* of `5`") as refused:
        merged("out", "share-1", "share-2", "share-3")
    assert "--seed" in refused.value.hint
    assert refused.value.exit_code is ExitCode.USAGE

    with pytest.raises(KatasError, match=r"no marks in `.*share-4`"):
        merged("out", "share-2", "share-4")


def test_another_kata_is_named(graded, merged, place, submission):
    """It is not mixed with what is there."""
    shout = submission(kata="shout", name="fay", more="cli: ./shout\n")
    shutil.move(shout, place / "fay")
    graded(place, "share-1", only=("bob",))
    graded(place, "share-2", only=("fay",), kata="shout")

    with pytest.raises(KatasError, match="another kata: `shout`, and the others of `greeter`"):
        merged("out", "share-1", "share-2")


def test_what_is_missing_is_told(graded, merged, place, tmp_path):
    """A share that is not there, and who has not been graded in one."""
    for number in (1, 2):
        graded(place, f"share-{number}", share=(number, 3))
    with sqlite3.connect(tmp_path / "share-1" / JOURNAL) as database:
        database.execute("DELETE FROM standings WHERE submission = 'dora'")
    database.close()
    told = []

    found = merged("out", "share-1", "share-2", tell=told.append)

    assert "`--index 3/3` is missing" in told[0]
    assert "share-1` is not whole: `dora` has not been graded yet" in told[1]
    assert found.exit_code is ExitCode.OUR_FAULT


def test_who_has_gone_is_left_out(graded, merged, place, row):
    """As by a batch of them all."""
    for number in (1, 2):
        graded(place, f"share-{number}", share=(number, 2))
    merged("out", "share-1", "share-2")
    shutil.rmtree(place / "eva")
    for number in (1, 2):
        graded(place, f"share-{number}", share=(number, 2))

    merged("out", "share-1", "share-2")

    assert (row("out", "eva"), row("out", "bob")["status"]) == (None, "failed")


def test_two_results_of_one_content_are_told(graded, merged, place, row, tmp_path):
    """Neither counts until it is graded where they are merged; then that does, also when it is merged again."""
    for number in (1, 2):
        graded(place, f"share-{number}", only=("bob",))
    forged(tmp_path / "share-1" / JOURNAL, "bob", earned=9)
    told = []

    found = merged("out", "share-1", "share-2", tell=told.append)

    assert "`bob`: it has different results in" in told[0]
    assert (found.errors, found.exit_code) == (1, ExitCode.OUR_FAULT)
    assert (row("out", "bob")["status"], row("out", "bob")["mark"]) == ("error", "")
    assert merged("out", "share-2", "share-1", tell=told.append).errors == 1

    graded(place, "out", only=("bob",))
    assert merged("out", "share-1", "share-2", tell=told.append).errors == 0
    assert row("out", "bob")["mark"] == "0"
    assert "the mark that is there already counts" in told[-1]


def test_the_newer_of_two_contents_counts(graded, merged, place, row):
    """That of the share that knows the other one; where none does, nobody can tell."""
    graded(place, "share-1", only=("bob",))
    graded(place, "share-2", only=("bob",))
    (place / "bob" / "more.txt").write_text("")
    graded(place, "share-2", only=("bob",))
    graded(place, "share-3", only=("bob",))

    merged("out", "share-1", "share-2")
    assert row("out", "bob")["attempt"] == "2"

    assert merged("other", "share-1", "share-3", tell=lambda _: None).errors == 1


def test_an_error_gives_way_to_a_mark(graded, merged, place, row, tmp_path):
    """And alone it is written with its log."""
    for number in (1, 2):
        graded(place, f"share-{number}", only=("bob",))
    with opened(tmp_path / "share-1" / JOURNAL, tell=never) as journal:
        grading = journal.grading(State.CURRENT)
        (standing,) = journal.standings(grading)
        journal.stand(grading, replace(standing, key="", problem="broken", ours=True), log="Traceback of it")

    merged("alone", "share-1")
    merged("out", "share-1", "share-2")

    assert "Traceback of it" in (tmp_path / "alone" / "errors" / "bob.txt").read_text()
    assert row("alone", "bob")["mark"] == ""
    assert row("out", "bob")["mark"] == "0"


def test_two_courses_are_not_guessed_between(graded, merged, place, course, row):
    """One has to be named, and holds for all."""
    graded(place, "share-1", only=("bob",), course=course)
    graded(place, "share-2", only=("ann",))

    with pytest.raises(KatasError, match="by another course"):
        merged("out", "share-1", "share-2")

    merged("out", "share-1", "share-2", course=course)
    assert "late" in row("out", "ann")["why"]


def test_a_share_that_is_being_graded_is_waited_for(graded, merged, place, tmp_path):
    """Nothing is read that is being written."""
    graded(place, "share-1", only=("bob",))

    with reopened(tmp_path / "share-1" / JOURNAL), pytest.raises(KatasError, match="another batch is writing"):
        merged("out", "share-1")


def test_nothing_is_merged_into_itself(graded, merged, place):
    """It has all that it has."""
    graded(place, "share-1", only=("bob",))

    with pytest.raises(KatasError, match="into itself"):
        merged("share-1", "share-1")

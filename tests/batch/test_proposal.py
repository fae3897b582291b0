"""A regrade changes nothing until somebody has seen what it would change, and has said so."""

from __future__ import annotations

import csv
import shutil

import click
import pytest

from backend_katas.batch.grading import Order, grade_class
from backend_katas.batch.proposal import differences, drop, take
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Pack
from backend_katas.runner import OPEN


def never(text: str) -> None:
    """Fail when something unusual is told."""
    raise AssertionError(text)


@pytest.fixture
def pack(mini, tmp_path):
    """A copy of the mini pack, whose checks may be changed."""
    root = shutil.copytree(mini.root, tmp_path / "pack", ignore=shutil.ignore_patterns("__pycache__"))
    return Pack(name="mini", version="0", root=root)


@pytest.fixture
def stricter(pack):
    """Make a check of the pack fail for everybody."""

    def change():
        module = pack.root / "graders" / "greeter" / "test_hello.py"
        text = module.read_text()
        head, found, rest = text.partition("    assert ")
        assert found
        module.write_text(f'{head}    assert False, "stricter now"\n{found}{rest}')

    return change


@pytest.fixture
def graded(pack, tmp_path):
    """Grade a folder into `out`."""

    def call(place, **more):
        order = Order(place=place, kata="greeter", out=tmp_path / "out", jobs=2, isolation=OPEN, **more)
        return grade_class(order, [pack], tell=never)

    return call


@pytest.fixture
def out(tmp_path):
    """Where the marks are."""
    return tmp_path / "out"


def scores(folder):
    """The scores in a marks.csv."""
    with (folder / "marks.csv").open(newline="", encoding="utf-8") as file:
        return {row["submission"]: row["score"] for row in csv.DictReader(file)}


@pytest.fixture
def regraded(graded, classroom, stricter):
    """A class of which one submission would come out otherwise."""
    place = classroom(ann=None, bob="raise SystemExit(3)\n")
    graded(place)
    stricter()
    graded(place, regrade=True)
    return place


def test_a_changed_kata_asks_for_a_regrade(graded, classroom, stricter, out):
    """Marks never change by themselves."""
    place = classroom(ann=None)
    graded(place)
    stricter()

    with pytest.raises(KatasError, match="the kata has changed since the marks"):
        graded(place)

    assert scores(out) == {"ann": "100"}


def test_a_regrade_stands_beside(regraded, out):
    """The marks that count are what they were."""
    assert scores(out)["ann"] == "100"
    assert int(scores(out / "proposed")["ann"]) < 100


def test_the_difference_is_told(regraded, out):
    """By submission and check, with what the check now says; who comes out the same is not mentioned."""
    said = click.unstyle(differences(out, tell=never))

    assert "ann  100 of 100 -> " in said
    assert "test_hello.py::" in said
    assert "stricter now" in said
    assert "bob" not in said
    assert "1 of 2 submissions would come out otherwise" in said


def test_a_regrade_can_be_taken(regraded, graded, out):
    """The new marks count, and the next batch goes on with them."""
    proposed = scores(out / "proposed")

    take(out, tell=never)

    assert scores(out) == proposed
    assert not (out / "proposed").exists()
    assert graded(regraded).known == 2
    with pytest.raises(KatasError, match="nothing is proposed"):
        take(out, tell=never)


def test_a_regrade_can_be_dropped(regraded, out):
    """All is as it was."""
    drop(out, tell=never)

    assert scores(out)["ann"] == "100"
    assert not (out / "proposed").exists()
    with pytest.raises(KatasError, match="nothing is proposed") as refused:
        differences(out, tell=never)
    assert refused.value.exit_code is ExitCode.NOTHING_TO_GRADE


def test_an_unfinished_regrade_cannot_be_taken(graded, classroom, stricter, out):
    """Somebody would have no mark."""
    place = classroom(ann=None, bob=None)
    graded(place)
    stricter()
    graded(place, regrade=True, only=("ann",))

    with pytest.raises(KatasError, match="`bob` has no mark in it yet"):
        take(out, tell=never)

    assert "bob  100 of 100 -> not graded yet" in click.unstyle(differences(out, tell=never))
    assert graded(place, regrade=True).known == 1
    take(out, tell=never)


def test_a_regrade_that_changes_nothing_says_so(graded, classroom, out):
    """Another seed, the same marks."""
    place = classroom(ann=None)
    graded(place, seed=1)
    graded(place, seed=2, regrade=True)

    assert "nothing would change" in differences(out, tell=never)


def test_a_folder_without_marks_is_told(tmp_path):
    """And no journal is made there."""
    with pytest.raises(KatasError, match=r"no marks in .*: there is no `journal.sqlite`"):
        differences(tmp_path, tell=never)

    assert not list(tmp_path.iterdir())


def marks(folder):
    """The marks in a marks.csv."""
    with (folder / "marks.csv").open(newline="", encoding="utf-8") as file:
        return {row["submission"]: row["mark"] for row in csv.DictReader(file)}


def test_what_a_course_makes_of_it_is_told(graded, classroom, greeter, out, tmp_path):
    """Where the best attempt is not in the folder any more, the mark would be another one, and that is said."""
    course = tmp_path / "course.yaml"
    course.write_text("attempts: {most: 2, counts: best}\n")
    place = classroom(ann=None)
    graded(place, seed=1, course=course)
    (place / "ann" / "server.py").write_text("raise SystemExit(3)\n")
    graded(place)
    graded(place, seed=2, regrade=True)

    said = click.unstyle(differences(out, tell=never))

    assert "mark 100 % -> 0 % (attempt 1 was not graded with this version of the kata and this seed)" in said
    assert marks(out) == {"ann": "100"}


def test_nobody_loses_a_mark_by_a_regrade(graded, classroom, greeter, out, tmp_path):
    """An attempt too many is not graded, and the one that counts has to be in the folder to be graded anew."""
    course = tmp_path / "course.yaml"
    course.write_text("attempts: {most: 1}\n")
    place = classroom(ann=None)
    graded(place, seed=1, course=course)
    (place / "ann" / "server.py").write_text(f"{greeter}\n")
    graded(place)
    graded(place, seed=2, regrade=True)

    with pytest.raises(KatasError, match="`ann` has a mark, and would have none") as refused:
        take(out, tell=never)

    assert "attempt 1 counts: put it into the folder" in refused.value.hint
    assert marks(out) == {"ann": "100"}
    (place / "ann" / "server.py").write_text(greeter)
    graded(place, seed=2, regrade=True)
    take(out, tell=never)
    assert marks(out) == {"ann": "100"}

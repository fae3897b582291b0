"""Who has which variant is read from a table, and a grading that has marks keeps to it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from backend_katas.batch.assignment import hold_to, read_assignment
from backend_katas.batch.attempts import Attempt
from backend_katas.batch.grading import Order, grade_class
from backend_katas.batch.journal import Graded, State, opened
from backend_katas.batch.merging import merge
from backend_katas.catalogue import find_kata
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Result
from backend_katas.runner import OPEN
from backend_katas.variants import drawn

SEEDS = {"ann": 1, "bob": 2, "cem": 3}


def never(text: str) -> None:
    """Fail when something unusual is told."""
    raise AssertionError(text)


@pytest.fixture
def table(tmp_path):
    """Write a table, from its text or from seeds by name."""

    def write(content, name="variants.csv"):
        lines = content if isinstance(content, str) else "".join(f"{who},{seed}\r\n" for who, seed in content.items())
        text = lines if isinstance(content, str) else f"submission,variant\r\n{lines}"
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
        return tmp_path / name

    return write


@pytest.fixture
def journal(tmp_path):
    """An open journal."""
    with opened(tmp_path / "journal.sqlite", tell=never) as journal:
        yield journal


@pytest.fixture
def handed_in(varied, parrot):
    """A class, each with a program that is right for the variant of their own."""
    kata = find_kata("parrot", [varied])
    for name, seed in SEEDS.items():
        made = parrot(name=f"handed-in/{name}", **drawn("parrot", kata.choices, seed).values)
    return made.parent


@pytest.fixture
def order(handed_in, tmp_path):
    """Make an order for that class."""

    def make(**more):
        return Order(
            **{"place": handed_in, "kata": "parrot", "out": tmp_path / "out", "jobs": 2, "isolation": OPEN, **more}
        )

    return make


@pytest.fixture
def graded(order, varied, tmp_path):
    """Grade that class; return how it came out, and the rows of `marks.csv` by name."""

    def call(**more):
        found = grade_class(order(**more), [varied], tell=never)
        marks = tmp_path / "out" / ("proposed" if more.get("regrade") else "") / "marks.csv"
        with marks.open(newline="", encoding="utf-8") as file:
            return found, {row["submission"]: row for row in csv.DictReader(file)}

    return call


def _result() -> Result:
    facts = {"pack": {}, "submission": "ann", "seed": 1, "services": {}, "isolation": "none", "started_at": ""}
    return Result(kata="parrot", seconds=0.0, levels=(), checks=(), **facts)


def _mark(journal, grading, name):
    mark = Graded(submission=name, key=f"key of {name}", attempts=1, result=_result())
    attempt = Attempt(submission=name, content=name, seen=datetime.now(UTC))
    journal.add(grading, mark, seconds=0.0, attempt=attempt)


def test_a_table_is_read_by_the_names_of_its_columns(table):
    """Other columns are passed over, and a name that was made harmless for spreadsheets is what it was."""
    path = table("\ufeffvalues,variant,submission\r\nx, 17 ,ann\r\n\r\ny,0,'=bob\r\nz,23,'cem\r\n")

    assert read_assignment(path) == {"ann": 17, "=bob": 0, "'cem": 23}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("submission,variant\r\nann,x1\r\n", 2, "`x1` is no variant"),
        ("submission,variant\r\nann,-1\r\n", 2, "`-1` is no variant"),
        ("submission,variant\r\nann,\r\n", 2, "`` is no variant"),
        (f"submission,variant\r\nann,{'9' * 31}\r\n", 2, "is no variant"),
        ("submission,variant\r\nann,\u0661\r\n", 2, "is no variant"),
        ("submission,variant\r\nann,1\r\nann,1\r\n", 3, "`ann` is in the table twice"),
        ("submission,varaint\r\nann,1\r\n", 1, "no column `variant`"),
        ("", 1, "no column `submission`"),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_line(table, text, line, told):
    """File and line come first."""
    path = table(text)

    with pytest.raises(KatasError) as caught:
        read_assignment(path)

    assert caught.value.message.startswith(f"{path}:{line}: ")
    assert told in caught.value.message
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_grading_keeps_its_table(journal):
    """Who names none later gets the same; one that was begun without has none."""
    grading = journal.begin(State.CURRENT, version="v", seed=1)

    assert hold_to(None, journal, grading) is None
    assert hold_to(SEEDS, journal, grading) == SEEDS
    assert hold_to(None, journal, grading) == SEEDS


def test_a_table_may_grow(journal):
    """Also for somebody who has no mark yet it may change."""
    grading = journal.begin(State.CURRENT, version="v", seed=1)
    hold_to({"ann": 1, "bob": 2}, journal, grading)
    _mark(journal, grading, "ann")

    assert hold_to({"ann": 1, "bob": 7, "dee": 4}, journal, grading)["bob"] == 7


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"ann": 1}, {"ann": 2}, "made for variant 1, and the table has variant 2"),
        ({"ann": 1}, {"bob": 2}, "made for variant 1, and the table has no variant of the table"),
        (None, {"ann": 2}, "made for no variant of the table, and the table has variant 2"),
    ],
)
def test_a_mark_is_not_changed_by_another_table(journal, before, after, told):
    """The table that holds stays; only a regrade may bring other marks."""
    grading = journal.begin(State.CURRENT, version="v", seed=1)
    hold_to(before, journal, grading)
    _mark(journal, grading, "ann")

    with pytest.raises(KatasError) as caught:
        hold_to(after, journal, grading)

    assert told in caught.value.message
    assert "--regrade" in caught.value.hint
    assert hold_to(None, journal, grading) == before


def test_a_regrade_begins_with_the_table_of_the_marks(journal):
    """And may have another one, which leaves that of the marks alone."""
    current = journal.begin(State.CURRENT, version="v", seed=1)
    hold_to(SEEDS, journal, current)
    _mark(journal, current, "ann")
    proposed = journal.begin(State.PROPOSED, version="v", seed=1)

    assert hold_to(None, journal, proposed) == SEEDS
    assert hold_to({"ann": 9}, journal, proposed) == {"ann": 9}
    assert hold_to(None, journal, current) == SEEDS


def test_each_is_graded_by_the_variant_of_the_table(graded, table, tmp_path):
    """Whatever `kata.yaml` says or leaves out; the table, the results and the marks name it."""
    found, marks = graded(variants=table(SEEDS))

    assert found.exit_code is ExitCode.PASSED
    assert {name: (row["score"], row["variant"]) for name, row in marks.items()} == {
        name: ("100", f"{seed}") for name, seed in SEEDS.items()
    }
    kept = Result.from_json((tmp_path / "out" / "results" / "ann.json").read_text())
    assert kept.variant
    assert kept.variant.seed == 1


def test_the_table_holds_for_whoever_goes_on(graded, table, parrot):
    """Without the option nothing is graded again, and nobody's mark changes."""
    _, before = graded(variants=table(SEEDS))

    found, after = graded()

    assert found.known == 3
    assert after == before


def test_a_copied_program_earns_what_is_alike(graded, table, handed_in):
    """Bob's is right for variant 1, and his is 2."""
    for name in ("parrot.py", "kata.yaml"):
        (handed_in / "bob" / name).write_bytes((handed_in / "ann" / name).read_bytes())

    _, marks = graded(variants=table(SEEDS))

    assert marks["ann"]["score"] == "100"
    assert int(marks["bob"]["score"]) < 100


def test_who_claims_another_variant_is_not_graded(graded, table, handed_in):
    """It is told with both numbers; nor is graded whom the table does not name."""
    manifest = handed_in / "bob" / "kata.yaml"
    manifest.write_text(f"{manifest.read_text()}variant: {{seed: 1}}\n")

    found, marks = graded(variants=table({"ann": 1, "bob": 2}))

    assert found.exit_code is ExitCode.NOTHING_TO_GRADE
    assert {name: row["status"] for name, row in marks.items()} == {
        "ann": "passed",
        "bob": "not graded",
        "cem": "not graded",
    }
    assert "made for variant 1 of `parrot`, and its learner's is 2" in marks["bob"]["message"]
    assert marks["cem"]["message"] == "the table of variants does not name it"


def test_without_a_table_the_word_of_a_submission_counts(graded, handed_in):
    """It is told in the marks, so that somebody can look."""
    manifest = handed_in / "bob" / "kata.yaml"
    manifest.write_text(f"{manifest.read_text()}variant: {{seed: 2}}\n")

    _, marks = graded(only=("bob",))

    assert (marks["bob"]["score"], marks["bob"]["variant"]) == ("100", "2")


def test_another_table_needs_a_regrade(graded, table):
    """The marks stay, and the other ones are made beside them."""
    _, before = graded(variants=table(SEEDS))
    other = table({**SEEDS, "ann": 2}, name="other.csv")

    with pytest.raises(KatasError, match="the mark of `ann` was made for variant 1, and the table has variant 2"):
        graded(variants=other)
    _, proposed = graded(variants=other, regrade=True)
    _, after = graded()

    assert after == before
    assert (proposed["ann"]["variant"], proposed["bob"]["score"]) == ("2", "100")
    assert int(proposed["ann"]["score"]) < 100


def test_a_kata_without_variants_takes_no_table(mini, table, handed_in, tmp_path):
    """It is said before anything is made."""
    order = Order(place=handed_in, kata="greeter", out=tmp_path / "out", isolation=OPEN, variants=table({"ann": 1}))

    with pytest.raises(KatasError, match="`greeter` is the same for everybody"):
        grade_class(order, [mini], tell=never)

    assert not (tmp_path / "out").exists()


def test_shares_are_merged_with_their_table(order, graded, table, varied, tmp_path):
    """Whoever goes on in the merged folder needs not name it again, and nobody's mark changes."""
    shares = [tmp_path / f"share-{number}" for number in (1, 2)]
    for number, out in enumerate(shares, start=1):
        grade_class(order(out=out, share=(number, 2), seed=1, variants=table(SEEDS)), [varied], tell=never)

    merge(tmp_path / "out", shares, [varied], tell=never)
    found, marks = graded()

    assert found.known == 3
    assert {name: row["variant"] for name, row in marks.items()} == {name: f"{seed}" for name, seed in SEEDS.items()}


def test_shares_of_two_tables_are_not_merged(order, table, varied, tmp_path):
    """The odd one is told."""
    for number in (1, 2):
        seeds = table({**SEEDS, "ann": number})
        grade_class(
            order(out=tmp_path / f"share-{number}", share=(number, 2), seed=1, variants=seeds), [varied], tell=never
        )

    with pytest.raises(KatasError, match="has the marks of another table of variants"):
        merge(tmp_path / "out", [tmp_path / "share-1", tmp_path / "share-2"], [varied], tell=never)


def test_a_table_may_grow_between_merges(order, graded, table, varied, tmp_path):
    """As a class does; but nobody who has a mark gets another variant."""
    first = dict(list(SEEDS.items())[:2])
    for seeds in (first, SEEDS):
        grade_class(order(out=tmp_path / "share", seed=1, variants=table(seeds)), [varied], tell=never)
        merge(tmp_path / "out", [tmp_path / "share"], [varied], tell=never)

    assert graded()[0].known == 3
    other = table({name: seed + 1 for name, seed in SEEDS.items()})
    grade_class(order(out=tmp_path / "other", seed=1, variants=other), [varied], tell=never)
    with pytest.raises(KatasError, match="was made for variant"):
        merge(tmp_path / "out", [tmp_path / "other"], [varied], tell=never)

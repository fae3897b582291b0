"""The benchmarks of batches: the class is the same each time, figures are of what they say, and faults are noticed."""

from __future__ import annotations

import csv
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend_katas.catalogue import find_kata, find_packs

ROOT = Path(__file__).parents[1]
OPEN = ("--isolation", "none", "--trust-submission")


@pytest.fixture
def module(monkeypatch):
    """Import a module of the benchmarks, which are not installed."""
    monkeypatch.syspath_prepend(ROOT)
    yield lambda name: import_module(f"benchmarks.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        del sys.modules[name]


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder."""
    return {f"{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_class_of_a_hundred_has_everything(module):
    """Each reference, mutant and starter of the kata is in it, and all that is broken; the same for the same seed."""
    classroom, broken = module("batch.classroom"), module("batch.broken")
    kata = find_kata("auth-system", find_packs({}))

    drawn = classroom.members(kata, of=100, seed=1)

    kinds = Counter(member.kind for member in drawn)
    what = {(member.kind, member.what) for member in drawn}
    assert kinds == {"reference": 30, "mutant": 45, "starter": 12, "broken": 13}
    assert {name for kind, name in what if kind == "broken"} == set(broken.BROKEN)
    assert {name for kind, name in what if kind == "mutant"} == {patch.stem for patch in classroom.patches(kata)}
    assert {name for kind, name in what if kind == "reference"} == {"java-spring", "python-fastapi"}
    assert len({member.name for member in drawn}) == 100
    assert drawn == classroom.members(kata, of=100, seed=1) != classroom.members(kata, of=100, seed=2)


def test_a_class_is_made_of_the_same_bytes(module, tmp_path):
    """Archives too; so a mark is that of the same content wherever the class was made."""
    classroom, plan = module("batch.classroom"), module("batch.plan")
    drawn = classroom.members(plan.small_kata(plan.SMALL), of=10, seed=1)

    made = [classroom.make(tmp_path / name, drawn) for name in ("one", "two")]

    assert contents(made[0]) == contents(made[1])
    assert {path.suffix for path in made[0].iterdir()} == {"", ".zip", ".gz"}


def test_a_renamed_class_hands_in_the_same(module, tmp_path):
    """Folders and archives have other names and what they had in them."""
    classroom, plan = module("batch.classroom"), module("batch.plan")
    drawn = classroom.members(plan.small_kata(plan.SMALL), of=5, seed=1)
    handed_in = classroom.make(tmp_path, drawn)
    names = {member.name: f"pupil-{member.name}" for member in drawn}

    other = classroom.renamed(handed_in, tmp_path / "other", names)

    before, after = contents(handed_in), contents(other)
    assert {f"pupil-{name}": content for name, content in before.items()} == after


def test_what_is_broken_is_told_as_that(module, tmp_path):
    """Each way to be broken gets the verdict that its learner deserves."""
    batches, plan = module("batch.batches"), module("batch.plan")
    classroom, broken = module("batch.classroom"), module("batch.broken")
    (right,) = (case for _, case in classroom.cases(plan.small_kata(plan.SMALL), (), ())["reference"])
    breaks = [name for name in broken.BROKEN if name not in {"never ready", "hangs"}]  # which take their time
    members = [classroom.Member(name=name.replace(" ", "-"), kind="broken", what=name, case=right) for name in breaks]
    handed_in = classroom.make(tmp_path / "class", members)
    task = batches.Task(handed_in=handed_in, out=tmp_path / "out", kata=plan.SMALL, pack=plan.PACK, more=OPEN)

    ran = batches.run(task)

    assert {name: (mark["status"], mark["score"]) for name, mark in batches.marks(task.out).items()} == {
        "no-kata.yaml": ("not graded", ""),
        "kata.yaml-cannot-be-read": ("not graded", ""),
        "does-not-build": ("failed", "0"),
        "ends-at-once": ("failed", "0"),
        "syntax-error": ("failed", "0"),
    }
    assert ran.peak > 1 << 20
    assert ran.processor > ran.itself > 0


def test_a_verdict_that_differs_is_named(module):
    """One that is missing is another one too."""
    other = module("batch.batches").other
    one = {"ann": {"status": "failed", "a": ("passed", 60)}, "bob": {"status": "passed"}}

    assert other(one, one) == []
    assert other(one, {"ann": {"status": "failed", "a": ("failed", 0)}}) == [
        "ann: a: ('passed', 60) and ('failed', 0)",
        "bob: status: passed and None",
    ]


def test_processor_time_of_whom_nobody_waits_for_is_counted(module):
    """A child that its parent left alone is on the account."""
    account = module("batch.account")
    busy = "import os, time\nif os.fork() == 0:\n    while time.process_time() < 0.3: pass"
    with account.account() as counted:
        if not counted.grouped:
            pytest.skip("no control group counts apart here")
        subprocess.run([*counted.prefix, sys.executable, "-c", busy], check=True)
        group = Path(counted.prefix[3])
        while group.read_text():
            os.sched_yield()

        used = counted.used

    assert used >= 0.3
    assert not group.exists()


def test_each_line_has_rows_of_its_own(module):
    """A figure is found by its row's name."""
    main, plan = module("batch.__main__"), module("batch.plan")
    small = plan.Plan(
        folder=Path(), kata=plan.small_kata(plan.SMALL), seed=1, jobs=1, stacks=(), more=(), of=1, growth=(1, 2, 3),
        again=1, loop=1, flagship_loop=1, cluster=1, page=1, no_docker="none",
    )  # fmt: skip

    names = [row.name for rows, _ in main.LINES.values() for row in rows(small)]

    assert len(set(names)) == len(names) > 20


def test_a_folder_that_is_kept_has_to_be_new(module, tmp_path):
    """What an earlier run left there would be measured."""
    done = CliRunner().invoke(module("batch.__main__").main, ["--only", "growth", "--keep", f"{tmp_path}"])

    assert done.exit_code == 2
    assert "is there already" in done.output


def test_a_class_is_made_by_a_command(module, tmp_path, monkeypatch):
    """For whoever wants to look at one; a list beside it says who is what."""
    monkeypatch.setenv("KATAS_PACKS", f"{ROOT / 'benchmarks' / 'pack'}")
    options = ["class", f"{tmp_path / 'class'}", "--of", "4", "--kata", "one-answer"]

    done = CliRunner().invoke(module("batch.__main__").main, options, catch_exceptions=False)

    assert done.exit_code == 0
    with (tmp_path / "class" / "class.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(list((tmp_path / "class" / "handed-in").iterdir())) == 4


def test_figures_that_have_to_be_exact(module):
    """None is too few as well as too many."""
    target = module("table").Target(limit=0, exactly=True)

    assert f"{target}" == "= 0"
    assert [target.met(value) for value in (0.0, 1.0, -1.0)] == [True, False, False]


def test_moments_are_spread_over_the_whole_life(module, monkeypatch):
    """The first and the last part are never missed, and the other half is aimed."""
    moments, slept = module("moments"), []
    life = moments.Life(commits=(1.0, 2.0), reports=9.0, end=10.0)
    drawn = list(moments.moments(40, life, module("kills").random.Random(1)))
    monkeypatch.setattr("time.sleep", slept.append)

    for moment in drawn:
        if moment.aim == moments.ANYWHERE:
            moment.until(None, None)

    assert Counter(moment.aim for moment in drawn) == {moments.ANYWHERE: 20, moments.COMMIT: 10, moments.REPORTS: 10}
    assert [int(seconds / 0.5) for seconds in sorted(slept)] == list(range(20))


def test_a_campaign_kills_and_compares(module, tmp_path):
    """A few kills of a small class, each gone on with."""
    options = ["--kills", "4", "--size", "3", "--seed", "1"]

    done = CliRunner().invoke(module("kills").main, options, catch_exceptions=False)

    rows = dict(line.strip("| ").split("|") for line in done.stdout.splitlines() if line.startswith("| "))
    found = {name.strip(): int(number) for name, number in rows.items()}
    assert done.exit_code == 0
    assert found["kills in all"] == 4
    assert found["batches finished after that"] > 0
    assert [found[fault] for fault in module("kills").FAULTS] == [0] * 7


def test_a_campaign_notices_what_is_lost_changed_and_left(module, tmp_path, monkeypatch):
    """A journal that somebody tampers with after a kill, and a file that nobody removes."""
    kills, moments = module("kills"), module("moments")
    monkeypatch.setattr(kills, "_GONE_WITHIN", 0.5)
    class_ = kills.undisturbed(tmp_path, 3, kills.WALLS["none"])
    tally = kills.Tally()
    batch = kills.Batch(class_, tmp_path / "batch", tally)

    batch.strike(moments.Moment(aim=moments.ANYWHERE, until=lambda process, _: process.wait()))
    with closing(sqlite3.connect(tmp_path / "batch" / "out" / "journal.sqlite")) as journal:
        (lost,), (changed,) = journal.execute("SELECT submission FROM results LIMIT 2")
        journal.execute("DELETE FROM results WHERE submission = ?", (lost,))
        journal.execute("UPDATE results SET seconds = 0 WHERE submission = ?", (changed,))
        journal.commit()
    (tmp_path / "batch" / "tmp" / "left").touch()
    batch.finish()

    assert tally.phases == {"it had ended": 1}
    assert tally.faults[kills.TWICE] == 3  # one is graded again, so that its row is another, and the other's is too
    assert tally.faults[kills.LEFT] == 1
    assert tally.faults[kills.LOST] == tally.faults[kills.OTHER] == 0


def test_a_line_that_fails_spoils_no_other(module, monkeypatch):
    """Its rows say why, and what it said is told."""
    main, commands = module("batch.__main__"), module("commands")
    row = module("table").Row("a figure", "s")

    def fails(plan):
        raise commands.CommandFailed("`katas batch` ended with 2:\n  no such option")

    monkeypatch.setitem(main.LINES, "growth", (lambda plan: (row,), fails))
    monkeypatch.setitem(
        main.LINES, "dask", (lambda plan: (module("table").Row("another", "s"),), lambda plan: {"another": 1.5})
    )

    done = CliRunner().invoke(main.main, ["--only", "growth", "--only", "dask"], catch_exceptions=False)

    assert "no such option" in done.stderr
    assert [line.split("|")[1].strip() for line in done.stdout.splitlines()[-2:]] == ["a figure", "another"]
    assert "not measured: `katas batch` ended with 2:" in done.stdout
    assert "1.50" in done.stdout

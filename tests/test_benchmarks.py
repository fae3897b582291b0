"""The arithmetic of the benchmarks: moments are counted once, and a table tells what could not be measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch):
    """Import a module of the benchmarks, which are not installed."""
    monkeypatch.syspath_prepend(ROOT)

    def load(name: str) -> ModuleType:
        return import_module(f"benchmarks.{name}")

    yield load
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("given", "covered"),
    [
        ([], []),
        ([(1, 3), (2, 5)], [(1, 5)]),
        ([(4, 6), (1, 2)], [(1, 2), (4, 6)]),
        ([(1, 9), (2, 3), (9, 10)], [(1, 10)]),
        ([(2, 2), (5, 4)], []),
    ],
)
def test_overlapping_intervals_are_one(module, given, covered):
    """A union is disjoint and in order, and what is empty is not in it."""
    intervals = module("intervals")

    assert intervals.union(intervals.Interval(*each) for each in given) == covered


def test_overlaps_count_once(module):
    """A burst of answers at the same moment is waited for once."""
    intervals = module("intervals")

    assert intervals.length([intervals.Interval(0, 2), intervals.Interval(1, 4), intervals.Interval(6, 7)]) == 5


@pytest.mark.parametrize(
    ("given", "taken", "left"),
    [
        ([(0, 10)], [(2, 3), (5, 6)], [(0, 2), (3, 5), (6, 10)]),
        ([(0, 2), (4, 8)], [(1, 5)], [(0, 1), (5, 8)]),
        ([(1, 2)], [(0, 3)], []),
        ([(1, 2)], [(2, 3)], [(1, 2)]),
    ],
)
def test_what_is_taken_is_not_left(module, given, taken, left):
    """Taking intervals away cuts those that they overlap."""
    intervals = module("intervals")
    first, second = ([intervals.Interval(*each) for each in list_] for list_ in (given, taken))

    assert intervals.without(first, second) == left


def test_each_moment_belongs_to_the_first_who_claims_it(module):
    """The shares add up to the whole, whoever overlaps whom, and nothing outside of it counts."""
    intervals = module("intervals")
    whole = intervals.Interval(0, 10)
    claims = {"boot": [intervals.Interval(1, 4)], "answers": [intervals.Interval(3, 6), intervals.Interval(9, 12)]}

    owned = intervals.attribute(whole, claims)

    assert owned == {"boot": [(1, 4)], "answers": [(4, 6), (9, 10)], "": [(0, 1), (6, 9)]}
    assert sum(map(intervals.length, owned.values())) == 10


def test_the_engines_own_share_is_all_but_boots_and_answers(module):
    """Waits for lifetimes, services and pytest's own start stand in rows of their own and are not hidden."""
    grade, watched, interval = module("full_grade"), module("watched"), module("intervals").Interval
    notes = grade.Notes(
        first_check=10,
        last_check=90,
        intervals={
            watched.BOOT: [interval(10, 40)],
            watched.ANSWER: [interval(35, 60), interval(50, 70)],
            watched.LIFETIME: [interval(70, 75)],
            watched.SERVICES: [interval(80, 82)],
        },
        cpu=[(0, 0), (40, 5), (70, 8), (100, 20)],
        cpu_in_all=20,
        peak=0,
    )

    found = grade.times(interval(0, 100), notes)

    assert found[grade.OWN] == 40
    assert found[grade.OWN_WITHOUT_LIFETIMES] == 35
    assert found[grade.WORK] == 3
    assert {kind: found[name] for kind, name in grade.PARTS.items()} == {
        watched.BOOT: 30,
        "waits": 30,
        watched.LIFETIME: 5,
        watched.PYTEST: 20,
        watched.SERVICES: 2,
        watched.DATABASE: 0,
        "": 13,
    }


def test_the_watched_pytest_replaces_the_real_one_and_nothing_else(module):
    """Options stay as the engine gave them; a command that is not pytest is left alone."""
    graded = module("graded")

    assert graded.instead(["python", "-P", "-m", "pytest", "-c", "ini"], "notes") == [
        "python", "-P", str(ROOT / "benchmarks" / "watched.py"), "notes", "-c", "ini"
    ]  # fmt: skip
    assert graded.instead(["postgres", "-D", "data"], "notes") == ["postgres", "-D", "data"]


def test_a_grade_is_watched(module, submission, with_mini, tmp_path):
    """The entry points that are wrapped are the engine's, and a real grade under watch ends as it does without."""
    watched = module("watched")
    notes, result = tmp_path / "notes.json", tmp_path / "result.json"
    own = ("--isolation", "none", "--trust-submission")
    command = [sys.executable, "-m", "benchmarks.graded", notes, "grade", submission(), *own]

    subprocess.run([*command, "--format", "json", "--output", result], cwd=ROOT, check=True, timeout=120)

    seen = json.loads(notes.read_text())
    first, last = seen["checks"]
    boots, answers = seen["intervals"][watched.BOOT], seen["intervals"][watched.ANSWER]
    assert json.loads(result.read_text())["score"] == 100
    assert 0 < first < boots[0][0] < answers[-1][1] < last
    assert seen["peak"] > 1 << 20


def test_sleeps_of_graders_wait_for_lifetimes_or_for_the_program(module, monkeypatch, tmp_path):
    """What the engine sleeps is its own; a grader's sleep is asked for by the kata, its nap is between two looks."""
    watched = module("watched")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    notes = watched.Notes()
    watched.wrap_sleep(notes)

    time.sleep(3)
    engine = dict(notes.intervals)
    source = "import time; time.sleep(3); time.sleep(0.05); time.sleep(0.05)"
    exec(compile(source, str(tmp_path / "graders" / "test_level.py"), "exec"))  # noqa: S102 - code with a path

    assert engine == {}
    assert {kind: len(noted) for kind, noted in notes.intervals.items()} == {watched.LIFETIME: 1, watched.EVENTUALLY: 2}


def test_a_context_manager_is_noted_when_it_is_entered_and_left(module):
    """The block between is not the manager's time, and a failure in it gets through."""
    watched = module("watched")
    notes = watched.Notes()
    left = []

    @contextmanager
    def maker():
        try:
            yield "held"
        finally:
            left.append(True)

    def use():
        with notes.entered("services", maker)() as held:
            assert held == "held"
            assert len(notes.intervals["services"]) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        use()

    assert left == [True]
    assert len(notes.intervals["services"]) == 2


def test_a_row_that_was_not_measured_says_why(module):
    """Without a Docker engine the table is whole, and its rows tell the reason."""
    table = module("table")
    rows = [table.Row("by hand", "s"), table.Row("ratio", "times", table.Target(limit=4, at_least=True))]
    found = {row.name: table.Missing("no engine answers") for row in rows}

    lines = table.render(rows, [found, found]).splitlines()

    assert len(lines) == 4
    assert len({len(line) for line in lines}) == 1
    assert [line.count("not measured: no engine answers") for line in lines] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("values", "at_least", "verdict"),
    [((0.5, 0.9, 7.0), False, "met"), ((1.0,), False, "MISSED"), ((1.0,), True, "met"), ((0.5, 0.9), True, "MISSED")],
)
def test_the_median_is_judged(module, values, at_least, verdict):
    """One slow run of three is the machine's; a limit itself is not below the limit."""
    table = module("table")
    row = table.Row("cold start", "s", table.Target(limit=1.0, at_least=at_least))

    text = table.render([row], [{"cold start": value} for value in values])

    assert text.splitlines()[-1].split("|")[-2].strip() == verdict


def test_memory_is_counted_of_a_living_process(module):
    """A look at this process finds what it holds."""
    memory = module("memory")
    census = memory.Census(os.getpid())

    census.look()

    assert census.alone[memory.COMMAND] > 1 << 20
    assert census.grader >= census.together[memory.COMMAND] > 1 << 20


def test_no_two_rows_have_one_name(module):
    """A figure is found by its row's name."""
    names = [row.name for row in module("__main__").ROWS]

    assert len(set(names)) == len(names)


def test_what_walls_cost_is_measured_on_the_same_program(module, needs_bwrap, monkeypatch, tmp_path):
    """From the start of the command, and for each request; without bubblewrap the rows say that it is missing."""
    cost, pack = module("isolation_cost"), tmp_path / "pack"
    monkeypatch.setattr(cost, "REQUESTS", 3)
    cost.new_kata(cost.KATA, kind="http", folder=pack)
    made = module("bench").Bench(folder=tmp_path, runs=1, pairs=1, no_docker="")
    made.tiny.mkdir()

    ((walled, plain),) = cost.pairs(made, pack, pack / "solutions" / cost.KATA / "python-stdlib")
    cost.main([str(pack), str(tmp_path / "each")])
    monkeypatch.setattr("shutil.which", lambda name: None)

    assert walled > 0
    assert plain > 0
    assert isinstance(json.loads((tmp_path / "each").read_text()), float)
    assert {missing.reason for missing in cost.measure(made).values()} == {"there is no `bwrap`"}

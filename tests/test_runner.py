"""The runner starts a pytest of its own, can be stopped, and tells which checks a run would have."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from backend_katas.catalogue import find_kata
from backend_katas.grader import eventually
from backend_katas.grading import grade
from backend_katas.inventory import Flaw, Inventory
from backend_katas.model import Kata, Pack
from backend_katas.runner import collect


@pytest.fixture
def kata(mini, tmp_path) -> Kata:
    """A copy of `greeter` whose graders may be spoilt."""
    root = Path(shutil.copytree(mini.root, tmp_path / "pack", ignore=shutil.ignore_patterns("__pycache__")))
    return find_kata("greeter", [Pack(name="pack", version="0", root=root)])


def _strict(kata: Kata, text: str) -> Path:
    path = kata.graders / "test_be_strict.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_checks_are_those_of_a_run(mini, submission):
    """Ids, levels, points, clauses and titles are the ones that a run reports, in its order."""
    entries = collect(find_kata("greeter", [mini])).entries
    checks = grade(submission(), [mini]).checks

    assert [(entry.id, entry.level, entry.points, entry.clause, entry.title) for entry in entries] == [
        (check.id, check.level, check.points, check.clause, check.title) for check in checks
    ]


def test_a_check_is_told_with_its_place(kata):
    """File and line are where its definition begins."""
    entry = collect(kata).entries[0]

    assert entry.file == kata.graders / "test_hello.py"
    assert "test_a_name_is_greeted" in "".join(entry.file.read_text().splitlines()[entry.line - 1 : entry.line + 1])


def test_a_module_that_cannot_be_read_is_a_flaw_and_hides_no_other(kata):
    """A syntax error is told with file and line; the other module's checks are there."""
    path = _strict(kata, '"""A level."""\n\ndef test_it(:\n    pass\n')

    inventory = collect(kata)

    assert inventory.flaws == (Flaw(file=path, line=3, problem="syntax error: invalid syntax"),)
    assert {entry.level for entry in inventory.entries} == {"hello"}


def test_a_module_that_breaks_is_told_at_its_own_line(kata):
    """Not at the line of a library in which the exception was raised."""
    path = _strict(kata, '"""A level."""\n\nimport json\n\nDATA = json.loads("")\n')

    (flaw,) = collect(kata).flaws

    assert (flaw.file, flaw.line) == (path, 5)
    assert flaw.problem.startswith("cannot be collected: json.decoder.JSONDecodeError")


def test_fixtures_that_break_are_a_flaw_of_their_module(kata):
    """The checks are collected all the same."""
    path = kata.graders / "fixtures.py"
    path.write_text("import nowhere\n", encoding="utf-8")

    inventory = collect(kata)

    assert [(flaw.file, flaw.line) for flaw in inventory.flaws] == [(path, 1)]
    assert "No module named 'nowhere'" in inventory.flaws[0].problem
    assert len(inventory.entries) == 4


def test_what_is_missing_in_a_check_is_empty(kata):
    """Neither points, rule nor docstring hinder the collection."""
    _strict(kata, "def test_bare(api):\n    api.get('/')\n")

    entry = collect(kata).entries[-1]

    assert (entry.id, entry.points, entry.clause, entry.title) == ("test_be_strict.py::test_bare", 0, "", "")


def test_an_inventory_crosses_a_process_boundary(kata):
    """What was written is read back as it was."""
    inventory = collect(kata)

    assert Inventory.from_json(inventory.to_json()) == inventory


def test_another_thread_can_stop_a_run(submission, mini, tmp_path, greeter):
    """It ends as after Ctrl-C, with its program."""
    started = tmp_path / "started"
    source = f"open({str(started)!r}, 'w').close()\nimport time; time.sleep(600)\n{greeter}"
    stop = threading.Event()
    raised: list[BaseException] = []

    def work() -> None:
        try:
            grade(submission(source=source), [mini], stop=stop)
        except KeyboardInterrupt as problem:
            raised.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    eventually(started.exists, within=30, what="the start")
    stop.set()
    thread.join(timeout=30)

    assert len(raised) == 1

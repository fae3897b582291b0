"""A class is graded once, whole, and goes on wherever it was cut off."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime

import pytest

from backend_katas.batch.grading import Order, grade_class
from backend_katas.errors import ExitCode, KatasError
from backend_katas.runner import OPEN

WRONG = "raise SystemExit(3)\n"


def never(text: str) -> None:
    """Fail when something unusual is told."""
    raise AssertionError(text)


@pytest.fixture
def graded(mini, tmp_path):
    """Grade a folder into `out` by the mini pack."""

    def call(place, **more):
        order = Order(
            **{"place": place, "kata": "greeter", "out": tmp_path / "out", "jobs": 2, "isolation": OPEN, **more}
        )
        return grade_class(order, [mini], tell=never)

    return call


@pytest.fixture
def marks(tmp_path):
    """Read marks.csv: a row for each submission."""

    def read(out="out"):
        with (tmp_path / out / "marks.csv").open(newline="", encoding="utf-8") as file:
            return {row["submission"]: row for row in csv.DictReader(file)}

    return read


def test_each_submission_has_its_mark(graded, classroom, marks, tmp_path):
    """Right and wrong ones, and one that cannot be graded."""
    place = classroom(ann=None, bob=WRONG)
    (place / "cem").mkdir()

    found = graded(place)

    rows = marks()
    assert [rows[name]["score"] for name in ("ann", "bob", "cem")] == ["100", "0", ""]
    assert "no `kata.yaml`" in rows["cem"]["message"]
    assert found.exit_code is ExitCode.NOTHING_TO_GRADE
    assert json.loads((tmp_path / "out" / "results" / "ann.json").read_text())["score"] == 100
    assert "did not start" in (tmp_path / "out" / "feedback" / "bob.txt").read_text()


def test_who_takes_too_long_has_a_mark_of_its_own_kind(graded, classroom, marks, tmp_path, capfd):
    """What was judged by then is earned, and all are told what was waited for; it is graded, and not again."""
    place = classroom(ann=None, slow=None)
    (place / "slow" / "kata.yaml").write_text("kata: greeter\nbuild: sleep 60\nprocesses:\n  web: python3 server.py\n")

    found = graded(place, time_limit=6.0)

    told = "the time limit of 6 s was reached while waiting for the build, `sleep 60`"
    rows = marks()
    assert (rows["ann"]["status"], rows["ann"]["score"]) == ("passed", "100")
    assert (rows["slow"]["status"], rows["slow"]["score"], rows["slow"]["max_score"]) == ("time was up", "0", "100")
    assert rows["slow"]["message"] == told
    assert told in (tmp_path / "out" / "feedback" / "slow.txt").read_text()
    assert json.loads((tmp_path / "out" / "results" / "slow.json").read_text())["time_limit"]["seconds"] == 6.0
    assert "slow  0 of 100, time was up" in capfd.readouterr().err
    assert found.exit_code is ExitCode.PASSED
    assert graded(place, time_limit=6.0).known == 2


def test_a_class_that_was_graded_is_a_pass(graded, classroom):
    """Whatever its marks."""
    assert graded(classroom(ann=None, bob=WRONG)).exit_code is ExitCode.PASSED


def test_nothing_is_graded_twice(graded, classroom, marks):
    """Only what is new or has changed; all learners of a class get the same values, today and tomorrow."""
    place = classroom(ann=None, bob=WRONG)
    graded(place)
    first = marks()
    (place / "bob" / "more.txt").write_text("")
    classroom(cem=None)

    found = graded(place)

    assert found.known == 1
    assert found.keys.keys() == {"ann", "bob", "cem"}
    assert {row["seed"] for row in marks().values()} == {first["ann"]["seed"]}


def test_hostile_words_are_inert(graded, classroom, marks, capfd):
    """What a stranger wrote into a manifest, or called a folder, moves no terminal and commands no CI."""
    place = classroom(ann=None)
    (place / "ann" / "kata.yaml").write_text('kata: "\\e]52;c;aGk=\\a"\n')
    (place / "bob\x1b[2J").mkdir()

    found = graded(place)

    told = capfd.readouterr()
    assert len(found.refused) == 2
    assert "\x1b" not in told.err + told.out + "".join(found.refused.values())
    assert "\x1b" not in "".join(word for row in marks().values() for word in row.values())


def test_shares_and_names_choose(graded, classroom, marks):
    """What is not meant is not graded; what was graded before stays in the reports."""
    place = classroom(ann=None, bob=WRONG, cem=WRONG)

    graded(place, share=(2, 2))
    assert list(marks()) == ["bob"]

    graded(place, only=("ann",))
    assert list(marks()) == ["ann", "bob"]


def test_who_has_gone_is_left_out(graded, classroom, marks, tmp_path):
    """And is there again with the mark of before who comes back."""
    place = classroom(ann=None, bob=WRONG)
    graded(place)
    (place / "bob").rename(tmp_path / "bob")
    graded(place)
    assert list(marks()) == ["ann"]

    (tmp_path / "bob").rename(place / "bob")

    assert graded(place).known == 2
    assert list(marks()) == ["ann", "bob"]


def test_marks_of_two_versions_are_not_mixed(graded, classroom, mini, tmp_path):
    """Neither of a kata nor of a seed: that is a regrade."""
    place = classroom(ann=None)
    graded(place, seed=5)

    with pytest.raises(KatasError, match="were made with seed 5, not 6") as refused:
        graded(place, seed=6)

    assert "--regrade" in refused.value.hint
    assert graded(place).known == 1


def test_our_error_is_no_mark(graded, classroom, marks):
    """It is told apart, and tried again by the next run."""
    place = classroom(ann=None)
    manifest = place / "ann" / "kata.yaml"
    manifest.write_text(manifest.read_text().replace("greeter", "broken"))

    found = graded(place, kata="broken")

    assert found.exit_code is ExitCode.OUR_FAULT
    assert (marks()["ann"]["status"], marks()["ann"]["score"]) == ("error", "")
    assert graded(place, kata="broken").known == 0


def test_another_kata_needs_another_folder(graded, classroom):
    """Marks of two katas are never mixed."""
    place = classroom(ann=None)
    graded(place)

    with pytest.raises(KatasError, match="the marks of another kata: `greeter`, not `shout`"):
        graded(place, kata="shout")


def command(place, out, *more) -> list[str]:
    """The command line of a batch."""
    given = ["--pack", os.environ["KATAS_MINI"], "batch", str(place), "--kata", "greeter", "--out", str(out)]
    # Python itself may lie in a home, which no confined program sees.
    trusted = ["--isolation", "none", "--trust-submission"]
    return [sys.executable, "-m", "backend_katas", *given, *trusted, *more]


def until(process: subprocess.Popen[str], words: str) -> str:
    """Read what a batch says until it has said some words."""
    said = ""
    while words not in said:
        line = process.stderr.readline()
        assert line, f"it ended and said: {said}"
        said += line
    return said


@pytest.fixture
def run(mini, monkeypatch, tmp_path):
    """Start a batch as a process of its own."""
    monkeypatch.setenv("KATAS_MINI", str(mini.root))

    def start(place, *more, out="out"):
        line = command(place, tmp_path / out, *more)
        return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return start


@pytest.mark.parametrize("pause", [0.0, 0.4, 1.1])
def test_who_is_killed_loses_nothing(run, classroom, marks, pause):
    """What was told as graded is known to the next run, which grades the rest; the marks are those of a quiet run."""
    place = classroom(ann=None, bob=WRONG, cem=None, dora=WRONG)
    with run(place, "--seed", "5", out="quiet") as quiet:
        assert quiet.wait() == 0
    with run(place, "--seed", "5", "--jobs", "1") as process:
        said = until(process, "1 of 4")
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        said += process.stderr.read()
    told = {line.split("  ")[2] for line in said.splitlines() if " of 4  " in line}

    with run(place, "--seed", "5") as process:
        end = process.stderr.read()
        assert process.wait() == 0

    known = {line.split("  ")[2] for line in end.splitlines() if "graded before" in line}
    assert told <= known
    assert len(known) < 4
    wanted = ("submission", "status", "score", "seed", "message")
    assert [[row[name] for name in wanted] for row in marks().values()] == [
        [row[name] for name in wanted] for row in marks("quiet").values()
    ]


def test_ctrl_c_finishes_what_runs(run, classroom, marks):
    """It begins nothing else, writes the reports, and the next run goes on."""
    place = classroom(ann=None, bob=None, cem=None, dora=None)
    with run(place, "--jobs", "1") as process:
        until(process, "1 of 4")
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        out = process.stdout.read()

    assert process.returncode == ExitCode.INTERRUPTED
    assert "Ctrl-C once more stops at once" in said
    assert "not begun" in out
    assert 1 <= len(marks()) < 4
    with run(place) as process:
        assert process.wait() == 0
    assert len(marks()) == 4


def test_ctrl_c_twice_stops_now(run, classroom):
    """A program that would never answer is not waited for, and nothing of it is left."""
    sleeper = "import time\nprint('sleeping', flush=True)\ntime.sleep(600)\n"
    place = classroom(ann=None, bob=sleeper)
    with run(place, "--jobs", "1") as process:
        until(process, "1 of 2")
        process.send_signal(signal.SIGINT)
        until(process, "Ctrl-C once more")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert process.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in said


def course_file(tmp_path, text: str):
    """A course's file with this text."""
    path = tmp_path / "course.yaml"
    path.write_text(text)
    return path


def handed_in(place, name: str, when: str) -> None:
    """Let a submission have been handed in at a time."""
    time = datetime.fromisoformat(when).timestamp()
    os.utime(place / name, (time, time))


@pytest.fixture
def half(greeter):
    """The source of a program that does one level of two."""
    return greeter.replace('("/healthz", "/hello")', '("/healthz", "/hello", url.path)')


def test_a_course_makes_marks_of_results(graded, classroom, half, marks, tmp_path):
    """They are late, and rounded; the results stay what they are, and who has no mark gets no zero."""
    place = classroom(ann=None, bob=half)
    (place / "cem").mkdir()
    for name, when in (("ann", "2026-11-30T23:00+01:00"), ("bob", "2026-12-02T00:00+01:00")):
        handed_in(place, name, when)
    file = course_file(
        tmp_path, "due: 2026-11-30T23:59+01:00\nlate: {per_day: 12.5}\nrounding: {to: 1}\npassed_at: 50\n"
    )

    graded(place, course=file)

    rows = marks()
    facts = ("score", "mark", "passed", "why", "attempt", "handed_in", "time_from", "late")
    assert [rows["ann"][fact] for fact in facts] == [
        "100",
        "100",
        "yes",
        "",
        "1",
        "2026-11-30T23:00:00+01:00",
        "file",
        "",
    ]
    assert [rows["bob"][fact] for fact in facts] == [
        "60", "45", "no", "2 days late, 25 % off", "1", "2026-12-02T00:00:00+01:00", "file", "1d1m",
    ]  # fmt: skip
    assert [rows["cem"][fact] for fact in facts] == [""] * len(facts)
    assert json.loads((tmp_path / "out" / "results" / "bob.json").read_text())["score"] == 60
    assert "your mark: 45 % (2 days late, 25 % off)" in (tmp_path / "out" / "feedback" / "bob.txt").read_text()
    assert "not graded: no `kata.yaml`" in (tmp_path / "out" / "feedback" / "cem.txt").read_text()


def test_a_course_holds_until_another_is_named(graded, classroom, marks, tmp_path):
    """It needs not be named each time, and nothing is graded anew for it."""
    place = classroom(ann=None)
    handed_in(place, "ann", "2026-12-02T00:00+01:00")
    graded(place, course=course_file(tmp_path, "due: 2026-11-30T23:59+01:00\nlate: {per_day: 10}\n"))
    assert marks()["ann"]["mark"] == "80"

    assert graded(place).known == 1
    assert marks()["ann"]["mark"] == "80"

    assert graded(place, no_course=True).known == 1
    assert marks()["ann"]["mark"] == "100"


def test_only_so_many_attempts_are_graded(graded, classroom, half, greeter, marks, tmp_path):
    """The best of them counts; one too many is told and changes nothing."""
    file = course_file(tmp_path, "attempts: {most: 2, counts: best}\n")
    place = classroom(ann=half)
    graded(place, course=file)
    for source in (greeter, WRONG):
        (place / "ann" / "server.py").write_text(source)
        found = graded(place)

    assert found.beyond == {"ann": "it would be attempt 3, and 2 are the most"}
    assert found.exit_code is ExitCode.PASSED
    row = marks()["ann"]
    assert (row["status"], row["mark"], row["attempt"]) == ("passed", "100", "2")
    assert row["why"] == (
        "attempt 2 counts; what was handed in last does not: it would be attempt 3, and 2 are the most"
    )


def test_learners_are_not_told_of_hidden_levels(graded, classroom, half, tmp_path):
    """But for points and how many checks there are; the instructor's reports are whole."""
    place = classroom(ann=half, bob=WRONG)

    graded(place, course=course_file(tmp_path, "hidden: [be-strict]\n"))

    out = tmp_path / "out"
    told, other = (out / "feedback" / f"{name}.txt" for name in ("ann", "bob"))
    result = json.loads((out / "results" / "ann.json").read_text())
    missed = [check for check in result["checks"] if check["status"] == "failed"]
    assert {check["level"] for check in missed} == {"be-strict"}
    for check in missed:
        for secret in (check["id"], check["title"], *check["message"].splitlines()):
            assert secret not in told.read_text()
            assert secret.encode() in (out / "checks.csv").read_bytes().replace(b'""', b'"')
    assert "level be-strict: 1 check is hidden" in told.read_text()
    assert re.search(r"be-strict +0 of 40", told.read_text())
    assert "did not start" in other.read_text()


def test_the_log_of_our_error_is_written(graded, classroom, marks, tmp_path):
    """Until there is a mark; what is not there any more is not left behind."""
    place = classroom(ann=None)
    manifest = place / "ann" / "kata.yaml"
    manifest.write_text(manifest.read_text().replace("greeter", "broken"))

    graded(place, kata="broken")

    log = tmp_path / "out" / "errors" / "ann.txt"
    assert "try 2:" in log.read_text()
    assert "Traceback" in log.read_text() or "Error" in log.read_text()
    assert "see `errors/ann.txt`" in marks()["ann"]["message"]
    assert "the fault is ours" in (tmp_path / "out" / "feedback" / "ann.txt").read_text()
    shutil.rmtree(place / "ann")
    (place / "bob").mkdir()
    graded(place, kata="broken")
    assert not log.parent.exists()


def test_a_course_is_named_on_the_command_line(run, classroom, marks, tmp_path):
    """A mistake in it stops the batch before anything is graded; one and none at once cannot be meant."""
    place = classroom(ann=WRONG)
    file = course_file(tmp_path, "pased_at: 50\n")

    with run(place, "--course", str(file)) as process:
        said = process.stderr.read()

    assert process.returncode == ExitCode.USAGE
    assert f"{file}:1: unknown key `pased_at`\nhint: did you mean `passed_at`?" in said
    assert not (tmp_path / "out").exists()
    with run(place, "--course", str(file), "--no-course") as process:
        assert process.wait() == ExitCode.USAGE
    file.write_text("passed_at: 50\n")
    with run(place, "--course", str(file)) as process:
        assert "--no-course" not in process.stdout.read()
    with run(place) as process:
        assert "the course that was named before holds; `--no-course` lets it go" in process.stdout.read()
    assert marks()["ann"]["passed"] == "no"


def test_a_name_that_nobody_bears_is_told(classroom, mini, tmp_path):
    """Somebody was to have more time, and would not get it."""
    file = course_file(tmp_path, "due: 2026-11-30T23:59Z\nextensions: {anne: 3d, ann: 3d}\n")
    told = []
    order = Order(place=classroom(ann=WRONG), kata="greeter", out=tmp_path / "out", isolation=OPEN, course=file)

    grade_class(order, [mini], tell=told.append)

    assert told == ["the course gives more time to `anne`, and no submission is called so; did you mean `ann`?"]

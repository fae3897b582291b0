"""The `katas` command as a user types it: output, exit codes, and one clear message for each mistake."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from backend_katas.catalogue import PACKS_VARIABLE, as_variant, find_kata
from backend_katas.cli import katas
from backend_katas.console import run
from backend_katas.errors import ExitCode
from backend_katas.grader import eventually

pytestmark = pytest.mark.usefixtures("with_mini")
OWN = ("--isolation", "none", "--trust-submission")


@pytest.fixture
def command(capsys, monkeypatch, tmp_path):
    """Run `katas` in an empty folder; return its exit code, what it printed and what it said on the side."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(katas, [str(argument) for argument in arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_the_list_shows_katas_along_the_roadmap(command):
    """Every stage is named in order; a kata stands below its stage with its points."""
    code, out, _ = command("list")

    assert code == 0
    assert out.index("Programming Fundamentals") < out.index("Internet Fundamentals") < out.index("greeter ")
    assert "100 points  Greets whoever asks" in out


def test_the_list_is_a_document_for_programs(command):
    """--json prints one document and nothing else."""
    code, out, err = command("list", "--json")

    document = json.loads(out)
    assert (code, err, document["schema"]) == (0, "", 1)
    assert {"greeter", "broken"} <= {kata["id"] for kata in document["katas"]}
    assert len(document["stages"]) == 25


def test_the_list_tells_what_it_lacks(command, mini, monkeypatch, tmp_path):
    """A pack with one kata that cannot be read shows the others; a warning on the side has file and line."""
    copy = shutil.copytree(mini.root, tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / "exercises" / "greeter" / "exercise.yaml"
    path.write_text(path.read_text().replace("format: 1", "format: 2"))
    monkeypatch.setenv(PACKS_VARIABLE, str(copy))

    code, out, err = command("list")
    document = json.loads(command("list", "--json")[1])

    assert code == 0
    assert "copy/shout " in out
    assert "greeter" not in out
    assert err.startswith(f"warning: `copy/greeter` cannot be read: {path}:1: `format` is `2`, expected `1`")
    assert [(problem["pack"], problem["kata"]) for problem in document["problems"]] == [("copy", "greeter")]


def test_a_start_keeps_apart_what_two_packs_call_by_one_name(command, mini, monkeypatch, tmp_path):
    """Where the id alone means a kata of an earlier pack, kata.yaml names the pack too."""
    copy = shutil.copytree(mini.root, tmp_path / "other", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv(PACKS_VARIABLE, f"{mini.root}{os.pathsep}{copy}")

    command("start", "greeter", "first")
    command("start", "other/greeter", "second")

    first, second = ((tmp_path / name / "kata.yaml").read_text() for name in ("first", "second"))
    assert first.startswith("kata: greeter\n")
    assert second == first.replace("kata: greeter", "kata: other/greeter")


def test_a_kata_is_shown(command):
    """Levels with points, services, starters, and the command that begins."""
    code, out, _ = command("show", "greeter")

    assert code == 0
    assert "60  hello" in out
    assert "python-stdlib" in out
    assert "next: katas start mini/greeter" in out


def test_a_kata_is_shown_with_what_its_checks_prove(command):
    """--checks has the rule of each check; --json the same for programs, and without it the kata of the catalogue."""
    text = command("show", "greeter", "--checks")[1]
    checks = json.loads(command("show", "greeter", "--checks", "--json")[1])
    kata = json.loads(command("show", "greeter", "--json")[1])

    assert "be-strict-1  Any other path answers 404." in text
    assert [check["clause"] for check in checks["checks"]] == ["hello-1", "hello-2", "hello-1", "be-strict-1"]
    assert kata in json.loads(command("list", "--json")[1])["katas"]


def test_a_check_without_a_rule_is_told_with_its_place(command):
    """The grader is to be mended, so it is our fault."""
    code, out, err = command("show", "broken", "--checks")

    assert (code, out) == (ExitCode.OUR_FAULT, "")
    assert "test_not_here.py:8: `test_needs_another_machine` names no rule of the brief" in err


def test_a_new_kata_says_what_comes_next(command, tmp_path):
    """The pack may be named before the command or behind it; a draft is proved, shown and started, but not listed."""
    before = command("--pack", "mine", "new", "guest-book", "--kind", "cli")
    behind = command("new", "phone-book", "--kind", "http", "--stage", "apis", "--pack", "mine")

    listed = command("--pack", "mine", "list")[1]
    document = json.loads(command("--pack", "mine", "list", "--json")[1])
    shown = command("--pack", "mine", "show", "phone-book")[1]
    started = command("--pack", "mine", "start", "phone-book")

    assert (before[0], behind[0]) == (0, 0)
    assert "next: katas --pack mine verify guest-book\n" in before[1]
    assert "next: katas --pack mine verify phone-book\n" in behind[1]
    assert listed.endswith("left out as drafts: mine/guest-book, mine/phone-book\n")
    assert not {"guest-book", "phone-book"} & {kata["id"] for kata in document["katas"]}
    assert "draft         `katas list` leaves it out" in shown
    assert started[1].endswith(f"next: cd phone-book && katas --pack {tmp_path / 'mine'} test\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["guest-book", "--kind", "htp"], "'htp' is not one of 'http', 'cli'"),
        (["guest-book"], "Missing option '--kind'"),
        (["Guest", "--kind", "cli"], "error: a kata cannot be called `Guest`"),
        (
            ["guest-book", "--kind", "cli", "--stage", "apps"],
            "error: the roadmap has no stage `apps`\nhint: did you mean",
        ),
    ],
)
def test_a_new_kata_that_cannot_be_is_wrong_usage(command, tmp_path, arguments, told):
    """One clear error, and nothing is written."""
    code, out, err = command("new", *arguments, "--pack", "mine")

    assert (code, out) == (ExitCode.USAGE, "")
    assert told in err
    assert list(tmp_path.iterdir()) == []


def test_graders_are_proved(command, monkeypatch, tmp_path):
    """The table goes to stdout, the bar beside it; --json prints one document; what is to be mended is exit code 1."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    code, out, _ = command("verify", "greeter", "--only", "mutant", "--only", "reference", "--jobs", "2")
    spoilt, told, _ = command("verify", "broken", "--json")

    assert code == 0
    assert out.count("1 of 1") == 5
    assert out.endswith("1 of 1 kata proved: 4 of 4 cases as they have to be, 0 flaws\n")
    assert (spoilt, json.loads(told)["holds"]) == (ExitCode.FAILED, False)


@pytest.mark.parametrize("options", [["--only", "mutant"], ["--runs", "2"], ["--whole"]])
def test_faults_by_machine_are_tried_alone_and_once(command, options):
    """What would mean nothing with them is refused."""
    code, out, err = command("verify", "greeter", "--mutate", "3", *options)

    assert (code, out) == (ExitCode.USAGE, "")
    assert "`--mutate` tries references" in err


def test_an_unknown_kata_is_told_with_its_neighbour(command):
    """There is nothing to grade, and the nearest name is said."""
    code, out, err = command("show", "greter")

    assert (code, out) == (ExitCode.NOTHING_TO_GRADE, "")
    assert err == "error: no kata called `greter` in 2 packs\nhint: did you mean `greeter`?\n"


def test_an_unknown_command_is_told_with_its_neighbour(command):
    """A mistyped command is wrong usage."""
    code, _, err = command("strat")

    assert code == ExitCode.USAGE
    assert err == "error: no command called `strat`\nhint: did you mean `start`?\n"


def test_an_unknown_option_is_wrong_usage(command):
    """The usage message of click names the option."""
    code, _, err = command("list", "--jsno")

    assert code == ExitCode.USAGE
    assert "--jsno" in err


@pytest.mark.parametrize("name", sorted(katas.commands))
def test_every_command_explains_itself_with_an_example(command, name):
    """--help shows at least one line that can be typed."""
    code, out, _ = command(name, "--help")

    assert code == 0
    assert "Example:\n" in out
    assert f"  katas {name}" in out


def test_a_start_says_what_comes_next(command, tmp_path):
    """The folder is made, and the next command is printed."""
    code, out, _ = command("start", "greeter")

    assert code == 0
    assert (tmp_path / "greeter" / "kata.yaml").is_file()
    assert out.endswith("next: cd greeter && katas test\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "the starter is `python-stdlib`; `--stack` takes another: go, java, node"),
        (("--stack", "go"), "the starter is `go`; `--stack` takes another: python-stdlib, java, node"),
    ],
)
def test_a_start_tells_which_other_starters_there_are(command, options, told):
    """Whoever names none learns that there is a choice."""
    code, out, _ = command("start", "contact-book", *options)

    assert code == ExitCode.PASSED
    assert told in out.splitlines()


def test_a_second_start_overwrites_nothing(command, tmp_path):
    """The files in the way are named, and stay as they are."""
    command("start", "greeter")
    (tmp_path / "greeter" / "server.py").write_text("mine")

    code, _, err = command("start", "greeter")

    assert code == ExitCode.USAGE
    assert "nothing was written" in err
    assert (tmp_path / "greeter" / "server.py").read_text() == "mine"


def test_a_grade_is_a_mark(command, submission):
    """A right program earns 100 of 100 and exit code 0; JSON goes to stdout, the score beside it."""
    code, out, err = command("grade", submission(), *OWN, "--format", "json", "--seed", "3")

    document = json.loads(out)
    assert (code, document["score"], document["max_score"], document["seed"]) == (0, 100, 100, 3)
    assert err == "100 of 100 points\n"


def test_a_report_goes_to_a_file_without_colour(command, submission, monkeypatch, tmp_path):
    """--output writes the whole report, plain even where colour is forced."""
    monkeypatch.setenv("FORCE_COLOR", "1")

    folder = submission(source="import sys; sys.exit('oh')")
    code, out, _ = command("grade", folder, *OWN, "--output", tmp_path / "r.txt")

    assert (code, out) == (ExitCode.DID_NOT_START, "")
    report = (tmp_path / "r.txt").read_text()
    assert "oh" in report
    assert "\x1b" not in report


def test_an_output_that_cannot_be_written_is_one_message(command, submission, tmp_path):
    """The path is named and nothing half-written stays."""
    code, _, err = command("grade", submission(), *OWN, "--output", tmp_path / "nowhere" / "r.txt")

    assert code == ExitCode.OUR_FAULT
    assert "cannot write" in err


def test_a_grade_has_a_time_limit(command, submission):
    """What is not judged by then is not earned, which is no error; a limit that cannot be meant is refused."""
    folder = submission(more="build: sleep 60\n")

    code, out, err = command("grade", folder, *OWN, "--time-limit", "2")
    wrong, _, _ = command("grade", folder, *OWN, "--time-limit", "0")

    assert (code, err) == (ExitCode.FAILED, "0 of 100 points\n")
    assert (
        "the time limit of 2 s was reached while waiting for the build, `sleep 60`; 3 checks were not judged\n" in out
    )
    assert wrong == ExitCode.USAGE


def test_a_folder_without_manifest_is_nothing_to_grade(command, tmp_path):
    """An empty folder is exit code 5, with the command that makes a better one."""
    code, _, err = command("grade", tmp_path)

    assert code == ExitCode.NOTHING_TO_GRADE
    assert "katas start" in err


def test_hints_come_one_at_a_time(command, submission, monkeypatch):
    """Each call gives one more."""
    monkeypatch.chdir(submission())

    first, second = command("hint"), command("hint")

    assert first[1].startswith("level hello, hint 1 of 2")
    assert second[1].startswith("level hello, hint 2 of 2")


def test_a_test_run_ends_with_the_same_codes(submission):
    """`katas test` becomes pytest in the learner's folder; its exit code is ours, options go through."""
    done = subprocess.run(
        [sys.executable, "-m", "backend_katas", "test", str(submission()), "--level", "hello", "-p", "no:valkey", "-v"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_a_name_is_greeted PASSED" in done.stdout
    assert "be-strict" not in done.stdout


@pytest.mark.parametrize(("variable", "coloured"), [("NO_COLOR", False), ("FORCE_COLOR", True)])
def test_colour_obeys_the_environment(command, monkeypatch, variable, coloured):
    """NO_COLOR forbids colour and FORCE_COLOR asks for it; without either a pipe gets none."""
    plain = command("list")[1]
    monkeypatch.setenv(variable, "1")

    assert "\x1b" not in plain
    assert ("\x1b" in command("list")[1]) is coloured


def test_the_doctor_proves_the_isolation(command, monkeypatch):
    """A line for each property where there can be a cell; where bubblewrap is missing, how to get it."""
    here = shutil.which("bwrap") is not None
    code, out, _ = command("doctor", "--isolation")
    monkeypatch.setattr("shutil.which", lambda name, **options: None)
    without, told, _ = command("doctor", "--isolation")

    assert ("✓ system calls  system calls are filtered" in out) == here
    assert code in ((0, 3) if here else (3,))
    assert without == 3
    assert "there is no `bwrap`" in told
    assert "do: `apt-get install bubblewrap`" in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--isolation", "none"], "with `--isolation none` the program can do whatever you can"),
        (["--in-place"], "it goes with `--isolation none --trust-submission`"),
        (["--in-place", "--trust-submission"], "it goes with `--isolation none --trust-submission`"),
        (["--trust-submission"], "under `bwrap` nothing has to be trusted"),
        (["--isolation", "bwarp"], "'bwarp' is not one of"),
    ],
)
def test_walls_are_left_out_in_so_many_words_only(command, submission, options, told):
    """Whoever trusts a submission says so, and nothing else is taken for it; nothing is run."""
    code, out, err = command("grade", submission(web="touch ran"), *options)

    assert (code, out) == (ExitCode.USAGE, "")
    assert told in err


def test_the_doctor_starts_what_it_reports(command):
    """PostgreSQL is really started, and the finding says where it came from."""
    code, out, _ = command("doctor")

    assert code == 0, out
    assert "postgres" in out
    assert "started" in out


def test_a_program_can_be_tried_by_hand(submission, tmp_path):
    """`katas run` starts it on the port that is asked for, shows its log, and ends with Ctrl-C leaving nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (tmp_path / "told").open("w+") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend_katas", "run", str(submission()), "--port", str(port)],
            stdout=told,
            stderr=told,
            start_new_session=True,
        )
        try:
            answer = eventually(lambda: _asked(port), within=30, what="an answer")
            eventually(lambda: "answers on" in (tmp_path / "told").read_text(), within=30, what="the address")
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(timeout=30)
        told.seek(0)
        text = told.read()

    assert json.loads(answer) == {"greeting": "Hello, Ada"}
    assert code == ExitCode.INTERRUPTED
    assert f"greeter answers on http://127.0.0.1:{port}" in text
    assert _asked(port) is None


def test_a_command_line_program_is_not_served(command, tmp_path):
    """`katas run` builds it and says how to call it; the line can be pasted."""
    (tmp_path / "kata.yaml").write_text("kata: shout\nbuild: touch built\ncli: ls built && echo $BOOK\n")

    code, out, _ = command("run", str(tmp_path))
    pasted = "\n".join(line for line in out.splitlines() if line.startswith("  "))
    said = subprocess.run(
        ["/bin/sh", "-c", f"{pasted} two; rmdir $SCRATCH"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert code == 0
    assert "shout is a command-line program: there is nothing to serve" in out
    assert re.fullmatch(r"built\n/.+/book\.txt two\n", said.stdout)


def _asked(port: int) -> str | None:
    try:
        with urlopen(f"http://127.0.0.1:{port}/hello?name=Ada", timeout=60) as answer:
            return answer.read().decode()
    except OSError:
        return None


def test_a_class_is_graded(command, submission, tmp_path):
    """`katas batch` writes the marks of all, and says where they are."""
    place = tmp_path / "handed-in"
    place.mkdir()
    for name in ("ann", "bob"):
        submission(name=name).rename(place / name)

    code, out, err = command("batch", "handed-in", "--kata", "greeter", "--out", "marks", "--jobs", "2", *OWN)

    assert code == 0
    assert "2 of 2  " in err
    assert "2 of 2 submissions graded\nmarks: marks/marks.csv\nas a page: marks/index.html\n" in out
    rows = (tmp_path / "marks" / "marks.csv").read_text().splitlines()[1:]
    assert [row.split(",")[:3] for row in rows] == [["ann", "passed", "100"], ["bob", "passed", "100"]]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere"], ExitCode.NOTHING_TO_GRADE, "no folder `nowhere`"),
        (["."], ExitCode.NOTHING_TO_GRADE, "no submission in `.`"),
        ([".", "--kata", "greter"], ExitCode.NOTHING_TO_GRADE, "greter"),
        ([".", "--index", "two"], ExitCode.USAGE, "`--index two` is no share"),
        ([".", "--jobs", "-1"], ExitCode.USAGE, "-1"),
    ],
)
def test_a_batch_that_cannot_be_meant_is_told(command, arguments, code, words):
    """One message, and nothing is left behind."""
    found, _, err = command("batch", "--kata", "greeter", "--out", "marks", *OWN, *arguments)

    assert (found, words in err) == (code, True)
    assert not Path("marks").exists()


@pytest.mark.parametrize(
    ("form", "words"), [("csv", "submission,kata,level"), ("junit", "<testsuites"), ("html", "<!doctype html>")]
)
def test_a_grade_is_written_for_other_programs(command, submission, form, words):
    """As a table, or as CI services read it."""
    code, out, _ = command("grade", submission(), "--format", form, *OWN)

    assert (code, words in out) == (0, True)


@pytest.fixture
def with_varied(with_mini, varied, monkeypatch):
    """Let the command find the pack of tests/packs/varied as well."""
    monkeypatch.setenv(PACKS_VARIABLE, f"{os.environ[PACKS_VARIABLE]}{os.pathsep}{varied.root}")


@pytest.mark.usefixtures("with_varied")
def test_a_variant_is_started_graded_and_hinted(command, parrot, varied, tmp_path, monkeypatch):
    """Each command takes the variant of the folder's own `kata.yaml`, and tells it."""
    kata = as_variant(find_kata("parrot", [varied]), 1)
    times = kata.variant.values["times"]
    code, _, _ = command("start", "parrot", "mine", "--variant", "1")
    made = parrot(**kata.variant.values, name="program") / "parrot.py"
    shutil.copy(made, tmp_path / "mine")

    graded, out, _ = command("grade", "mine", *OWN)
    monkeypatch.chdir(tmp_path / "mine")
    command("hint", "say")
    _, hint, _ = command("hint", "say")

    assert (code, graded) == (ExitCode.PASSED, ExitCode.PASSED)
    assert f"variant: {{seed: {kata.variant.seed}}}" in (tmp_path / "mine" / "kata.yaml").read_text()
    assert f"prints the word {times} times" in (tmp_path / "mine" / "BRIEF.md").read_text()
    assert "100 of 100 points   parrot, variant 1, seed " in out
    assert hint.endswith(f"Print it {times} times.\n")


@pytest.mark.usefixtures("with_varied")
def test_another_learner_s_variant_is_not_graded(command):
    """The word of whoever grades outweighs that of the folder."""
    command("start", "parrot", "mine", "--variant", "1")

    code, _, err = command("grade", "mine", "--variant", "2", *OWN)

    assert code == ExitCode.NOTHING_TO_GRADE
    assert err.startswith("error: it was made for variant 1 of `parrot`, and its learner's is 2\nhint: ")


@pytest.mark.usefixtures("with_varied")
def test_a_class_is_handed_out(command, varied, tmp_path):
    """From names and a file of them; the next command stands at the end."""
    (tmp_path / "class.txt").write_text("bob\n\n  eve öst \r\n", encoding="utf-8-sig")

    code, out, _ = command("--pack", varied.root, "variants", "parrot", "ann", "--names", "class.txt", "--out", "out")
    again, more, _ = command("variants", "parrot", "ann", "--out", "out")

    assert (code, again) == (ExitCode.PASSED, ExitCode.PASSED)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"ann", "bob", "eve öst", "variants.csv"}
    assert out.startswith("3 made in `out`\n")
    line = f"katas --pack {varied.root} batch HANDED-IN --kata parrot --variants out/variants.csv --out MARKS"
    assert out.endswith(f"  {line}\n")
    assert more.startswith("0 made in `out`; 1 were there and were left as they are\n")


def test_nobody_and_nothing_are_handed_out(command):
    """A list without names, and a kata that is the same for everybody."""
    nobody, _, told = command("variants", "greeter", "--out", "out")
    same, _, why = command("variants", "greeter", "ann", "--out", "out")

    assert (nobody, same) == (ExitCode.USAGE, ExitCode.USAGE)
    assert "nobody is named" in told
    assert "`greeter` is the same for everybody: it offers no variants" in why


@pytest.mark.usefixtures("with_varied")
def test_what_a_kata_varies_is_shown(command):
    """`katas show` names the choices, and nothing where there are none."""
    assert "variants in   times, option" in command("show", "parrot")[1]
    assert "variants" not in command("show", "auth-system")[1]

"""`pytest --kata` on a command-line kata: every way a program can be wrong is told as what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend_katas.catalogue import as_variant, find_kata
from backend_katas.model import Reason, Result, Status

pytestmark = pytest.mark.usefixtures("with_mini")

SHOUT = """#!/usr/bin/env python3
import os, sys

if not sys.argv[1:]:
    print("usage: shout WORD...", file=sys.stderr)
    sys.exit(2)
line = " ".join(sys.argv[1:]).upper() + os.environ["MARK"]
with open(os.environ["BOOK"], "a", encoding="utf-8") as book:
    book.write(line + "\\n")
print(line)
"""
FORGETS = SHOUT.replace('"a"', '"w"')


@pytest.fixture
def shout(tmp_path):
    """Make a submission of `shout`: a right program unless `source` or the lines of `kata.yaml` say otherwise."""

    def make(source: str = SHOUT, *, mode: int = 0o755, cli: str = "./shout", more: str = "") -> Path:
        folder = tmp_path / "mine"
        folder.mkdir()
        (folder / "shout").write_text(source)
        (folder / "shout").chmod(mode)
        (folder / "kata.yaml").write_text(f"kata: shout\ncli: {cli}\n{more}")
        return folder

    return make


def _failed(result: Result) -> dict[str, str]:
    failed = [check for check in result.checks if check.status is Status.FAILED]
    return {check.id.partition("::")[2]: check.message for check in failed}


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_a_right_program_earns_everything(judged, shout, options):
    """In one process and with two workers."""
    process, result = judged(shout(), *options)

    assert process.returncode == 0, process.stdout
    assert (result.score, result.status, len(result.checks)) == (100, Status.PASSED, 5)


def test_a_wrong_program_is_told_with_what_was_called(judged, shout):
    """The report has expected beside seen, the line that was run, how it ended and what it wrote."""
    process, result = judged(shout(SHOUT.replace('+ os.environ["MARK"]', '+ "!"')), "-v")

    assert process.returncode == 1
    assert list(_failed(result)) == ["test_the_mark_is_configurable"]
    told = process.stdout
    assert "expected  `WHO?`\n  seen      `WHO!`" in told
    assert """  command\n    MARK='?' BOOK="$SCRATCH"/book.txt ./shout who\n  ended with exit code 0\n""" in told
    assert "  stdout\n    WHO!\n  stderr nothing\n" in told
    assert "after `SCRATCH=$(mktemp -d)` the commands above can be run in your folder" in told
    assert "curl" not in told


def test_a_lost_line_is_met_by_the_check_for_it(judged, shout):
    """A program that keeps only its last line fails where it should remember, and nowhere else."""
    _, result = judged(shout(FORGETS))

    assert list(_failed(result)) == ["test_what_was_said_is_in_the_book", "test_nothing_is_lost_when_all_shout"]


@pytest.mark.parametrize(
    ("source", "check", "told", "ended"),
    [
        (SHOUT.replace("sys.exit(2)", "sys.exit(1)"), "nothing_to_shout", "expected  2\nseen      1", 1),
        (SHOUT.replace("line =", "line = 1 / 0 or"), "words_are_shouted", "expected  0\nseen      1", 1),
        (SHOUT.replace("line =", "while True: pass\nline ="), "mark", "did not end within 3 s", None),
        (SHOUT.replace("line =", "while True: print('x' * 9999)\nline ="), "mark", "wrote more than 1 MiB", None),
        (SHOUT.replace("print(line)", "sys.stdout.buffer.write(b'\\xff')"), "mark", "stdout is not text in UTF-8", 0),
    ],
    ids=["wrong exit code", "traceback", "hangs", "floods", "no text"],
)
def test_what_a_program_does_wrong_is_its_failure(judged, shout, source, check, told, ended):
    """It is told in a sentence, and never an error of ours."""
    process, result = judged(shout(source), "-k", check)

    (failure,) = result.checks
    assert process.returncode == 1, process.stdout
    assert failure.status is Status.FAILED
    assert told in failure.message
    assert failure.commands[-1].exit_code == ended


def test_a_traceback_is_shown(judged, shout):
    """What the program wrote to standard error stands in the report, to its end."""
    process, _ = judged(shout(SHOUT.replace("line =", "line = 1 / 0 or")), "-k", "shouted")

    assert "ended with exit code 1\n  stdout nothing\n  stderr\n    Traceback" in process.stdout
    assert "    ZeroDivisionError: division by zero" in process.stdout


@pytest.mark.parametrize(
    ("options", "given", "told"),
    [
        ((), {"cli": "./nothing"}, "likely cause: there is no `./nothing`"),
        ((), {"mode": 0o644}, "likely cause: `./shout` is not executable"),
        ((), {"cli": "python3 gone.py"}, "likely cause: there is no `gone.py`"),
        ((), {"source": "#!/usr/bin/env python3\nimport nowhere\n"}, "a dependency is missing: `nowhere`"),
        (("-n", "2"), {"cli": "./nothing"}, "likely cause: there is no `./nothing`"),
    ],
    ids=["no file", "not executable", "no script", "no module", "two workers"],
)
def test_a_program_that_cannot_be_called_is_one_failure(judged, shout, options, given, told):
    """One check tells why; all others are skipped for it and nothing is earned."""
    process, result = judged(shout(**given), *options)

    assert process.returncode == 4
    assert sorted(check.status for check in result.checks) == ["failed"] + ["skipped"] * 4
    assert (result.score, result.max_score, result.stopped_by()) == (0, 100, Reason.START)
    assert process.stdout.count(told) == 1
    assert "next: make the program start" in process.stdout


def test_a_build_that_fails_is_one_failure(judged, shout):
    """As for a server."""
    process, result = judged(shout(more="build: echo nothing compiles today && exit 7\n"))

    assert process.returncode == 4
    assert result.stopped_by() is Reason.BUILD


def test_what_build_and_release_make_is_there(judged, shout):
    """The program is built first; `release` is run before it is called."""
    more = "build: cp shout built\nprocesses:\n  release: cp built released\n"

    process, result = judged(shout(cli="./released", more=more))

    assert process.returncode == 0, process.stdout
    assert result.score == 100


def test_a_seed_repeats_what_is_called(judged, shout):
    """Two runs of one seed make the same calls, on two workers too, though their folders are others."""
    folder = shout(SHOUT.replace("+ os.environ", "+ '.' + os.environ"))

    def calls(*options: str) -> set[tuple[object, ...]]:
        _, result = judged(folder, *options)
        commands = [command for check in result.checks for command in check.commands]
        return {(command.arguments, tuple(command.environment.items()), command.stdout) for command in commands}

    first = calls("--kata-seed=5")
    assert len(first) > 8
    assert calls("--kata-seed=5", "-n", "2") == first
    assert calls("--kata-seed=6") != first


def test_how_to_call_the_program_has_to_be_said(judged, shout):
    """Without a line `cli` nothing is run, whatever else the folder has."""
    folder = shout()
    (folder / "kata.yaml").write_text("kata: mini/shout\nprocesses: {web: ./shout}\n")

    process, result = judged(folder)

    assert process.returncode == pytest.ExitCode.USAGE_ERROR
    assert result is None
    assert "does not say how to call the program" in process.stderr
    assert "such as `cli: ./shout`" in process.stderr


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_the_variant_of_the_folder_is_judged(judged, parrot, varied, options):
    """In one process and with two workers; the header names it, and the result has what it draws."""
    variant = as_variant(find_kata("parrot", [varied]), 1).variant
    folder = parrot(**variant.values, more="variant: {seed: 1}\n")

    process, result = judged(folder, f"--kata-pack={varied.root}", *options)

    assert process.returncode == 0, process.stdout
    assert (result.score, result.variant) == (100, variant)
    assert "kata: parrot (100 points), variant 1, seed " in process.stdout


def test_another_variant_than_the_folder_s_is_a_mistake(judged, parrot, varied):
    """It is told before anything runs."""
    folder = parrot(more="variant: {seed: 1}\n")

    process, result = judged(folder, f"--kata-pack={varied.root}", "--kata-variant=2")

    assert process.returncode == pytest.ExitCode.USAGE_ERROR
    assert result is None
    assert "made for variant 1 of `parrot`, and its learner's is 2" in process.stderr


def test_a_variant_of_a_kata_that_has_none_is_a_mistake(judged, shout):
    """Nobody is judged by another brief than they believe."""
    process, result = judged(shout(more="variant: {seed: 1}\n"))

    assert process.returncode == pytest.ExitCode.USAGE_ERROR
    assert result is None
    assert "`shout` is the same for everybody: it offers no variants" in process.stderr

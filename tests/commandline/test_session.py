"""A command-line program is called with exactly what a check says, and nothing it does outlasts or harms a check."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend_katas.commandline import CommandLine
from backend_katas.errors import KatasError, ProgramFault
from backend_katas.exchange import shell_line
from backend_katas.isolation import ISOLATIONS, Cell
from backend_katas.model import Command
from backend_katas.supervisor import Supervisor

Make = Callable[..., CommandLine]

REPEATS = "import json, sys; print(json.dumps(sys.argv[1:]), end='')"
# Waits until as many as it was told are there, and says how many came.
MEETS = """
import os, sys, time
place, number, everybody = sys.argv[1:]
open(os.path.join(place, number), "w").close()
deadline = time.monotonic() + 60
while len(os.listdir(place)) < int(everybody) and time.monotonic() < deadline:
    time.sleep(0.01)
print(len(os.listdir(place)), end="")
"""
BEGINS = """
import sys, time
print("begun", flush=True)
open(sys.argv[1], "w").close()
time.sleep(300)
"""
LEAVES_A_DAEMON = """
import os, sys, time
if not os.fork():
    os.setsid()
    open(sys.argv[1], "w").write(str(os.getpid()))
    time.sleep(300)
while not os.path.exists(sys.argv[1]) or not open(sys.argv[1]).read():
    time.sleep(0.01)
if sys.argv[2:]:
    time.sleep(300)
"""


@pytest.fixture
def cell() -> Iterator[Cell]:
    """A cell of the isolation `none`."""
    with Supervisor() as supervisor, ISOLATIONS["none"](supervisor) as cell:
        yield cell


@pytest.fixture
def record() -> list[Command]:
    """What the command lines of a test have recorded."""
    return []


@pytest.fixture
def program(cell: Cell, tmp_path: Path, record: list[Command]) -> Make:
    """Make the command line of a shell command, or of a Python program."""

    def make(command: str = "", *, python: str = "", **variables: str) -> CommandLine:
        for name in ("submission", "scratch", "outputs"):
            (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / "submission" / "program.py").write_text(python)
        return CommandLine(
            command or f"{shlex.quote(sys.executable)} program.py",
            cell=cell,
            folder=tmp_path / "submission",
            environment={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables},
            recorder=record,
            scratch=tmp_path / "scratch",
            outputs=tmp_path / "outputs",
            shown=set(variables),
        )

    return make


def gone(pid: int) -> bool:
    """Say whether a process has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_call_ends_with_what_the_program_says(program: Make) -> None:
    """Exit code, standard output and standard error come back apart, exactly."""
    run = program("echo one; echo two >&2; printf three; exit 3; :")()

    assert (run.exit_code, run.stdout, run.stderr) == (3, "one\nthree", "two\n")
    assert (run.stdout_bytes, run.stderr_bytes) == (b"one\nthree", b"two\n")
    assert run.lines == ["one", "three"]


def test_arguments_arrive_as_they_are(program: Make) -> None:
    """Nothing a shell would understand is understood: blanks, quotes, dollars, newlines, nothing at all."""
    words = ["José 漢", "", "two\nlines", "it's", '"$HOME"', "`id`", "*", "-x", "--", "a\\b", "; exit 7", "\t", "🎉"]

    assert program(python=REPEATS)(*words).json() == words


def test_an_argument_may_be_any_value(program: Make, tmp_path: Path) -> None:
    """A number of a JSON answer, a path and bytes that are no text can be given without ado."""
    run = program(python="import os, sys; sys.stdout.buffer.write(b' '.join(map(os.fsencode, sys.argv[1:])))")(
        7, tmp_path, b"\xff"
    )

    assert run.stdout_bytes == f"7 {tmp_path} ".encode() + b"\xff"


def test_what_no_process_can_be_given_is_the_programs_fault(program: Make) -> None:
    """A NUL or a megabyte can only come from an output, so a check need not look for them."""
    cli = program("true")

    with pytest.raises(ProgramFault, match=r"^`a\\u0000b` cannot be an argument: it has a NUL character$"):
        cli("a\0b")
    with pytest.raises(ProgramFault, match="too long for any program"):
        cli("x" * 4_000_000)


@pytest.mark.parametrize(("stdin", "seen"), [(b"", ""), ("é\n\n", "é\n\n"), (b"a\x00b", "a\x00b")])
def test_standard_input_is_what_the_check_gives(program: Make, stdin: str | bytes, seen: str) -> None:
    """Text goes as UTF-8, bytes as they are, and nothing is an end of file at once."""
    assert program("cat")(stdin=stdin).stdout == seen


def test_a_command_may_be_a_script(program: Make) -> None:
    """The line of `kata.yaml` is a shell's; arguments go to the end of it."""
    run = program("cd / && PLACE=$(pwd) && echo $PLACE")("a  b")

    assert run.stdout == "/ a  b\n"


def test_a_call_has_its_environment_and_no_other(program: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of one call are added, changed or taken away; the grader's own never arrive."""
    monkeypatch.setenv("GRADERS_OWN", "secret")
    cli = program("echo $BOOK-$MARK-$GRADERS_OWN", BOOK="a", MARK="!")

    assert cli(environment={"MARK": 5}).stdout == "a-5-\n"
    assert cli(environment={"BOOK": None}).stdout == "-!-\n"
    assert cli().stdout == "a-!-\n"


def test_a_signal_is_told_as_a_shell_does(program: Make) -> None:
    """Whether a shell stands between or not, SIGSEGV is 139."""
    direct, behind_a_shell = program("kill -SEGV $$ #")(), program("sh -c 'kill -SEGV $$'; exit $?; :")()

    assert (direct.exit_code, behind_a_shell.exit_code) == (139, 139)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_is_the_programs_fault(program: Make, stream: str) -> None:
    """A program that writes without end is ended; one that ended by itself has written too much all the same."""
    endless = program(f"yes >&{2 if stream == 'stderr' else 1}; :")
    much = program(python=f"import sys; sys.{stream}.write('x' * ((1 << 20) + 1))")

    for cli in (endless, much):
        with pytest.raises(ProgramFault, match=f"^the program wrote more than 1 MiB to {stream}$"):
            cli()


def test_a_mebibyte_is_no_flood(program: Make) -> None:
    """The limit itself may be reached."""
    assert len(program("head -c 1048576 /dev/zero; :")().stdout_bytes) == 1 << 20


def test_a_program_that_hangs_is_ended_with_its_family(program: Make, tmp_path: Path) -> None:
    """After the deadline nothing of it is left, not even what left its session; what it wrote is on record."""
    cli = program(python=LEAVES_A_DAEMON)

    with pytest.raises(ProgramFault, match=r"^the program did not end within 3 s$"):
        cli(tmp_path / "pid", "hang", deadline=3)

    assert gone(int((tmp_path / "pid").read_text()))


def test_what_a_call_leaves_behind_is_ended(program: Make, tmp_path: Path) -> None:
    """A daemon does not outlast the call that started it."""
    run = program(python=LEAVES_A_DAEMON)(tmp_path / "pid")

    assert run.exit_code == 0
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_call_can_be_killed_in_the_middle(program: Make, tmp_path: Path) -> None:
    """SIGKILL to the whole family; the run says that it was this, and what had been written."""
    cli = program(python=BEGINS)
    running = cli.start(tmp_path / "begun")
    deadline = time.monotonic() + 60
    while not (tmp_path / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.01)

    assert running.running
    run = running.kill()
    assert (run.exit_code, run.stdout) == (128 + signal.SIGKILL, "begun\n")
    assert not running.running
    assert running.wait() == run


def test_a_call_that_had_ended_is_not_killed(program: Make) -> None:
    """The exit code says whether the kill met it at work."""
    running = program("exit 4; :").start()
    first = running.wait()

    assert first.exit_code == 4
    assert running.kill() == first


def test_a_call_that_nobody_waited_for_ends_with_the_block(program: Make, tmp_path: Path, record) -> None:
    """Nothing runs on into the next check; the record has it."""
    with program(python=LEAVES_A_DAEMON) as cli:
        cli.start(tmp_path / "pid", "hang")
        deadline = time.monotonic() + 60
        while not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text()) and time.monotonic() < deadline:
            time.sleep(0.01)

    assert gone(int((tmp_path / "pid").read_text()))
    assert (record[0].exit_code, record[0].problem) == (None, "was not waited for by the check")


def test_calls_made_together_run_together(program: Make, tmp_path: Path) -> None:
    """All processes are there at the same time, and their runs come in the order of the calls."""
    (tmp_path / "meeting").mkdir()

    runs = program(python=MEETS).together([(tmp_path / "meeting", number, 6) for number in range(6)], deadline=30)

    assert [run.stdout for run in runs] == ["6"] * 6
    assert program("echo").together([]) == []
    assert [run.stdout for run in program("echo").together([("a",), ("b", "c")])] == ["a\n", "b c\n"]


def test_one_fault_among_many_is_raised_when_all_have_ended(program: Make, tmp_path: Path, record) -> None:
    """The others end as they should and are on record."""
    cli = program('f() { test "$1" != hang || sleep 300; touch "$2"; }; f')
    calls = [("hang", tmp_path / "no"), ("go", tmp_path / "one"), ("go", tmp_path / "two")]

    with pytest.raises(ProgramFault, match=r"^the program did not end within 3 s$"):
        cli.together(calls, deadline=3)

    assert (tmp_path / "one").exists()
    assert [entry.exit_code for entry in record] == [None, 0, 0]
    assert record[0].problem == "did not end within 3 s"


def test_a_call_is_on_record(program: Make, record: list[Command], tmp_path: Path) -> None:
    """The record has what a learner needs to make the call again, with `$SCRATCH` for a folder that will be gone."""
    cli = program("sh -c 'cat; echo \"$1 $BOOK\" >&2; exit 3' x", BOOK=f"{tmp_path}/scratch/book")
    cli(cli.scratch / "a b", stdin="in\n", environment={"MORE": "1"})

    (entry,) = record
    assert (entry.exit_code, entry.stdout, entry.stderr) == (3, "in\n", "$SCRATCH/a b $SCRATCH/book\n")
    assert entry.arguments == ("$SCRATCH/a b",)
    assert dict(entry.environment) == {"BOOK": "$SCRATCH/book", "MORE": "1"}
    assert entry.seconds > 0


def test_a_line_of_the_record_makes_the_same_call(program: Make, record: list[Command], tmp_path: Path) -> None:
    """Pasted into a shell, `$SCRATCH` set, it does what the check did."""
    cli = program('cat && printf "%s|" "$BOOK" "$@" "$#" #', BOOK=str(tmp_path / "scratch" / "it's"))
    run = cli("it's", "", "two\nlines", "$(id)", tmp_path / "scratch" / "a b", stdin="one\n'two'")
    again = subprocess.run(
        ["/bin/sh", "-c", shell_line(record[0])],
        cwd=tmp_path / "submission",
        env={"PATH": os.environ["PATH"], "SCRATCH": str(cli.scratch)},
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert run.exit_code == 0
    assert (again.returncode, again.stdout) == (run.exit_code, run.stdout_bytes)


def test_output_on_record_is_safe_and_short(program: Make, record: list[Command]) -> None:
    """Of standard output the beginning is kept, of standard error the end; nothing in it commands a terminal."""
    program(python="import sys; print('\\x1b[2J' + 'a' * 5000); print('b' * 5000 + 'ValueError', file=sys.stderr)")()

    entry = record[0]
    assert entry.stdout.startswith("\\u001b[2Jaaa")
    assert entry.stdout.endswith(" … [5005 characters in all]")
    assert entry.stderr.startswith("[3011 characters before this] … bbb")
    assert entry.stderr.endswith("bbbValueError\n")


def test_a_folder_that_is_gone_is_not_the_programs_fault(program: Make, tmp_path: Path) -> None:
    """What the engine cannot start is its own error."""
    cli = program("true")
    (tmp_path / "submission" / "program.py").unlink()
    (tmp_path / "submission").rmdir()

    with pytest.raises(KatasError, match="could not be called: no such file or directory"):
        cli()

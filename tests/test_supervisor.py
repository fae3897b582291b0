"""The supervisor ends everything it was asked to start, however its owner ends, and nothing else."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from backend_katas.errors import KatasError
from backend_katas.supervisor import Child, Supervisor

MARK = "KATAS_TEST_MARK"

# One family of every kind that outlives a plain kill: each ignores SIGTERM and SIGHUP.
STRAGGLERS = """
import os, signal, subprocess, sys, time

for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)

def linger():
    time.sleep(300)
    os._exit(0)

def escapee():
    os.setsid()
    linger()

def daemon():
    os.setsid()
    if os.fork():
        os._exit(0)
    linger()

def respawner():
    while True:
        child = os.fork()
        if not child:
            os.setsid()
            time.sleep(0.02)
            os._exit(0)
        os.waitpid(child, 0)

def churner(pause=0.002):
    for _ in range(50000):
        if os.fork():
            os._exit(0)
        time.sleep(pause)

def fast_churner():
    churner(0)

for kind in (linger, escapee, daemon, respawner, churner, fast_churner):
    if not os.fork():
        kind()
        os._exit(0)
print("ready", flush=True)
linger()
"""

# What a grader does all day; killed at any moment it must leave nothing.
GRADER = """
import os, sys, subprocess
from pathlib import Path
from backend_katas.supervisor import Supervisor

place, family, bystander_mark = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
subprocess.Popen(["/bin/sleep", "60"], env={"KATAS_TEST_MARK": bystander_mark})
subprocess.Popen(["/bin/sleep", "60"], env={"KATAS_TEST_MARK": bystander_mark}, start_new_session=True)
with Supervisor() as supervisor:
    number = 0
    while True:
        number += 1
        with supervisor.folder("dossier é ", parent=place) as folder, supervisor.folder("b", parent=place):
            (folder / "data").write_text("x")
            child = supervisor.spawn(
                [sys.executable, "-c", family, "é"], cwd=folder, environment=dict(os.environ), log=place.parent / "log"
            )
            if number % 3 == 0:
                child.stop(grace=0.01)
            if sys.argv[4:] == ["end"] and number == 3:
                break
"""


def marked(mark: str) -> list[psutil.Process]:
    """Return the running processes that carry a mark in their environment."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def eventually(look: Callable[[], bool], *, within: float = 10.0) -> bool:
    """Return the first true value, or the last one when the time is over."""
    deadline = time.monotonic() + within
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return seen


@pytest.fixture
def mark() -> str:
    """A text no other test's processes carry."""
    return secrets.token_hex(8)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder whose name nobody expects."""
    folder = tmp_path / "un dossier à côté 'x'"
    folder.mkdir()
    return folder


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    """A running supervisor."""
    with Supervisor() as running:
        yield running


@pytest.fixture
def bystanders() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that no supervisor started: in our group, in a group of their own, in a session of their own."""
    started = [
        subprocess.Popen(["/bin/sleep", "120"]),
        subprocess.Popen(["/bin/sleep", "120"], process_group=0),
        subprocess.Popen(["/bin/sleep", "120"], start_new_session=True),
    ]
    yield started
    for process in started:
        process.kill()
        process.wait(5)


def python(supervisor: Supervisor, code: str, place: Path, *, mark: str = "", **options: int | Path | None) -> Child:
    """Start a Python program; its log is `log` in `place`."""
    return supervisor.spawn(
        [sys.executable, "-c", code],
        cwd=place,
        environment={"PATH": os.environ["PATH"], MARK: mark},
        log=place / "log",
        **options,  # pyright: ignore[reportArgumentType]
    )


def logged(place: Path, text: str) -> bool:
    """Say whether the log in `place` holds a text by now."""
    log = place / "log"
    return eventually(lambda: log.exists() and text in log.read_text())


@contextmanager
def grader(place: Path, mark: str, *arguments: str, code: str = GRADER) -> Iterator[subprocess.Popen[bytes]]:
    """Run a grader-like process; the bystanders it starts itself carry the mark with `-bystander` behind."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(place), STRAGGLERS, f"{mark}-bystander", *arguments],
        env={**os.environ, MARK: mark},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)
        for bystander in marked(f"{mark}-bystander"):
            bystander.kill()


def test_a_return_code_is_that_of_the_process(supervisor: Supervisor, place: Path) -> None:
    """An exit code comes back as it is, a signal as its negative number."""
    codes = [
        python(supervisor, "raise SystemExit(3)", place).wait(10),
        python(supervisor, "pass", place).wait(10),
        python(supervisor, "import os; os.kill(os.getpid(), 9)", place).wait(10),
    ]

    assert codes == [3, 0, -9]


def test_waiting_has_a_limit(supervisor: Supervisor, place: Path) -> None:
    """`wait` raises TimeoutExpired while the process runs, and `poll` answers None."""
    child = python(supervisor, "import time; time.sleep(60)", place)

    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.05)
    assert child.poll() is None


def test_stop_is_polite_first(supervisor: Supervisor, place: Path) -> None:
    """A program that obeys SIGTERM ends by its own exit code."""
    code = "import signal, sys; signal.signal(15, lambda *_: sys.exit(7)); print('ready', flush=True); signal.pause()"
    child = python(supervisor, code, place)
    assert logged(place, "ready")

    assert child.stop() == 7
    assert not child.defied


def test_stop_waits_for_a_server_behind_a_shell(supervisor: Supervisor, place: Path) -> None:
    """The shell of a compound command dies of SIGTERM at once; the server it runs still gets its grace."""
    server = "import signal, sys, time\nsignal.signal(15, lambda *_: (time.sleep(0.3), print('bye'), sys.exit()))\n"
    (place / "server.py").write_text(server + "print('ready', flush=True)\nsignal.pause()")
    child = supervisor.spawn(
        ["/bin/sh", "-c", f"'{sys.executable}' server.py; true"], cwd=place, environment={}, log=place / "log"
    )
    assert logged(place, "ready")

    assert child.stop() == -signal.SIGTERM
    assert (place / "log").read_text() == "ready\nbye\n"
    assert not child.defied


def test_stop_ends_what_ignores_sigterm(supervisor: Supervisor, place: Path, mark: str) -> None:
    """After the grace, a family of escapees, daemons and respawners is gone when `stop` returns."""
    child = python(supervisor, STRAGGLERS, place, mark=mark)
    assert logged(place, "ready")
    # Not all at any moment: a respawner is gone between two of its lives.
    assert eventually(lambda: len(marked(mark)) > 4)

    assert child.stop(grace=0.1) == -signal.SIGKILL
    assert child.defied
    assert marked(mark) == []
    assert child.poll() == -signal.SIGKILL
    assert child.stop() == -signal.SIGKILL
    assert not child.defied


def test_what_a_finished_process_left_is_stopped_too(supervisor: Supervisor, place: Path, mark: str) -> None:
    """The child may exit by itself; the daemon it left belongs to it, until `stop`."""
    code = "import os, time\nif not os.fork():\n    os.setsid()\n    time.sleep(300)"
    child = python(supervisor, code, place, mark=mark)
    assert child.wait(10) == 0
    assert len(marked(mark)) == 1

    assert child.stop() == 0
    assert marked(mark) == []


def test_the_log_is_appended(supervisor: Supervisor, place: Path) -> None:
    """Standard output and standard error of one process after the other end up in one file."""
    (place / "log").write_text("before\n")
    for code in ("print('one')", "import sys; print('two', file=sys.stderr)"):
        python(supervisor, code, place).wait(10)

    assert (place / "log").read_text() == "before\none\ntwo\n"


def test_standard_input_is_a_file_or_empty(supervisor: Supervisor, place: Path) -> None:
    """A process reads the file it is given, and nothing otherwise."""
    (place / "entrée").write_text("hello")
    for stdin in (place / "entrée", None):
        python(supervisor, "import sys; print(repr(sys.stdin.read()))", place, stdin=stdin).wait(10)

    assert (place / "log").read_text() == "'hello'\n''\n"


def test_standard_error_may_have_a_file_of_its_own(supervisor: Supervisor, place: Path) -> None:
    """With `errors` the two outputs of a process are told apart; each is appended."""
    (place / "fehler").write_text("before\n")
    python(supervisor, "import sys; print('one'); print('two', file=sys.stderr)", place, errors=place / "fehler").wait(
        10
    )

    assert (place / "log").read_text() == "one\n"
    assert (place / "fehler").read_text() == "before\ntwo\n"


@pytest.mark.parametrize("missing", ["command", "cwd", "log", "errors", "stdin"])
def test_what_does_not_exist_is_an_ordinary_error(supervisor: Supervisor, place: Path, missing: str) -> None:
    """A command, folder or log that cannot be used raises OSError and names it; the supervisor goes on."""
    absent = place / "pas là" / "x"
    with pytest.raises(FileNotFoundError, match="pas là"):
        supervisor.spawn(
            [str(absent) if missing == "command" else "/bin/true"],
            cwd=absent if missing == "cwd" else place,
            environment={},
            log=absent if missing == "log" else place / "log",
            errors=absent if missing == "errors" else None,
            stdin=absent if missing == "stdin" else None,
        )

    assert python(supervisor, "pass", place).wait(10) == 0


def test_a_command_with_a_nul_byte_is_an_ordinary_error(supervisor: Supervisor, place: Path) -> None:
    """What the system cannot express raises ValueError and nothing dies."""
    with pytest.raises(ValueError, match="null byte"):
        supervisor.spawn(["/bin/echo", "a\0b"], cwd=place, environment={}, log=place / "log")

    assert python(supervisor, "pass", place).wait(10) == 0


@pytest.mark.skipif(os.getuid() != 0, reason="only root may start processes as somebody else")
def test_a_process_can_run_as_somebody_else(supervisor: Supervisor, place: Path) -> None:
    """User and group are changed, supplementary groups are dropped."""
    code = "import os; print(os.getuid(), os.getgid(), os.getgroups())"
    child = supervisor.spawn(
        ["/usr/bin/env", "python3", "-c", code],
        cwd=Path("/"),
        environment={"PATH": "/usr/bin:/bin"},
        log=place / "log",
        user=65534,
        group=65534,
    )

    assert child.wait(10) == 0
    assert (place / "log").read_text() == "65534 65534 []\n"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads what Linux tells about a process")
def test_a_child_starts_from_a_clean_slate(place: Path) -> None:
    """It inherits no descriptor but the standard three, and no ignored or blocked signal of its grandparents."""
    code = """
import signal, sys
from pathlib import Path
from backend_katas.supervisor import Supervisor

for number in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
with Supervisor() as supervisor, open("/dev/null"):
    command = ["/bin/sh", "-c", "ls /proc/$$/fd; sed -En '/Sig(Ign|Blk)/p' /proc/self/status"]
    child = supervisor.spawn(command, cwd=Path("/"), environment={"PATH": "/bin:/usr/bin"}, log=Path(sys.argv[1]))
    child.wait(10)
"""
    subprocess.run([sys.executable, "-c", code, str(place / "log")], check=True, timeout=30)

    *descriptors, _, blocked, _, ignored = (place / "log").read_text().split()
    # Signals 32 and 33 belong to the C library, which lets nobody change them; some shells' ancestors ignore them.
    of_the_c_library = 1 << 31 | 1 << 32
    assert descriptors == ["0", "1", "2"]
    assert int(blocked, 16) & ~of_the_c_library == 0
    assert int(ignored, 16) & ~of_the_c_library == 0


def test_what_was_written_into_pipes_is_complete_at_the_end(supervisor: Supervisor, place: Path) -> None:
    """Both logs have every byte when the exit code is known, though a daemon holds the pipes open."""
    code = (
        "import os, sys, time; print('one ' * 50_000 + 'end'); print('two', file=sys.stderr)\n"
        "sys.stdout.flush()\nif not os.fork(): time.sleep(60)"
    )
    child = python(supervisor, code, place, errors=place / "errors", piped=True)

    assert child.wait(20) == 0
    assert (place / "log").read_text() == "one " * 50_000 + "end\n"
    assert (place / "errors").read_text() == "two\n"


def test_what_went_into_a_pipe_cannot_be_taken_back(supervisor: Supervisor, place: Path) -> None:
    """Whoever opens its own output again opens the pipe, not the log; with a file the log would be empty."""
    code = "import os; os.write(1, b'one\\n'); open('/proc/self/fd/1', 'w').close(); os.write(1, b'two\\n')"
    for piped in (True, False):
        python(supervisor, code, place, piped=piped).wait(20)
        written = (place / "log").read_text()
        (place / "log").unlink()

        assert written == ("one\ntwo\n" if piped else "two\n")


@pytest.mark.parametrize("piped", [False, True])
def test_a_flooded_log_ends_the_process(supervisor: Supervisor, place: Path, *, piped: bool) -> None:
    """A program that writes without end is killed, says so, and its log is cut to the limit."""
    child = python(supervisor, "while True: print('x' * 1000)", place, log_limit=100_000, piped=piped)

    assert child.wait(20) == -signal.SIGKILL
    assert child.stop() == -signal.SIGKILL
    assert child.flooded
    assert (place / "log").stat().st_size == 100_000


def test_flooded_errors_end_the_process(supervisor: Supervisor, place: Path) -> None:
    """The limit holds for standard error alone too, and the log is left as it is."""
    code = "import sys; print('one', flush=True)\nwhile True: print('x' * 1000, file=sys.stderr)"
    child = python(supervisor, code, place, errors=place / "errors", log_limit=100_000)

    assert child.wait(20) == -signal.SIGKILL
    assert child.stop() == -signal.SIGKILL
    assert child.flooded
    assert (place / "errors").stat().st_size == 100_000
    assert (place / "log").read_text() == "one\n"


def test_the_end_of_the_block_ends_everything(place: Path, mark: str) -> None:
    """Leaving the block kills every family and removes folders that are still open."""
    with Supervisor() as supervisor:
        folder = supervisor.folder("x", parent=place)
        (folder.__enter__() / "deep").mkdir()
        child = python(supervisor, STRAGGLERS, place, mark=mark)
        assert logged(place, "ready")

    assert marked(mark) == []
    assert child.poll() == -signal.SIGKILL
    assert [entry.name for entry in place.iterdir()] == ["log"]


def test_a_folder_is_removed_whatever_is_in_it(supervisor: Supervisor, place: Path) -> None:
    """Read-only directories, as Go makes them, and odd names do not keep a folder from going away."""
    with supervisor.folder("é è", parent=place) as folder:
        (folder / "-rf" / "lu seul").mkdir(parents=True)
        (folder / "-rf" / "lu seul" / "file\n").write_text("x")
        (folder / "-rf" / "lu seul").chmod(0o500)
        assert folder.name.startswith("é è")
        assert folder.stat().st_mode & 0o777 == 0o700

    assert not folder.exists()
    assert place.exists()


def test_several_threads_may_use_it(supervisor: Supervisor, place: Path) -> None:
    """Processes and folders that eight threads ask for at once do not get mixed up."""
    codes: dict[int, list[int]] = {}

    def work(number: int) -> None:
        with supervisor.folder(f"{number}-", parent=place) as folder:
            children = [
                supervisor.spawn(
                    ["/bin/sh", "-c", f"test -d '{folder.name}' && exit {number}"],
                    cwd=place,
                    environment={},
                    log=place / "log",
                )
                for _ in range(5)
            ]
            codes[number] = [child.wait(20) for child in children]

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert codes == {number: [number] * 5 for number in range(8)}


def test_a_dead_supervisor_is_noticed(place: Path, mark: str) -> None:
    """When the supervisor itself is killed, its children go with it, and the next call says what happened."""
    supervisor = Supervisor().__enter__()
    child = python(supervisor, STRAGGLERS, place, mark=mark)
    assert logged(place, "ready")
    psutil.Process(child.keeper).parent().kill()

    with pytest.raises(KatasError, match=r"the supervisor of `.*` died"):
        child.wait(10)
    with pytest.raises(KatasError, match="the supervisor of all processes died"):
        python(supervisor, "pass", place)
    with pytest.raises(KatasError, match="processes or folders may be left behind"):
        supervisor.__exit__(None, None, None)
    assert eventually(lambda: not marked(mark))


def test_unstarted_is_a_clear_error(place: Path) -> None:
    """Without a `with` block there is nobody to ask."""
    with pytest.raises(KatasError, match="`with` block"):
        python(Supervisor(), "pass", place)


@pytest.mark.parametrize("attempt", range(10))
def test_nothing_is_left_of_a_killed_grader(place: Path, mark: str, attempt: int) -> None:
    """`kill -9` at a random moment: every process and every folder of the run goes away."""
    with grader(place, mark) as process:
        eventually(lambda: len(marked(mark)) > 1)
        time.sleep(random.Random(attempt).uniform(0, 0.5))
        process.kill()
        process.wait(10)

        assert eventually(lambda: not marked(mark))
        assert eventually(lambda: not list(place.iterdir()))
        assert len(marked(f"{mark}-bystander")) == 2


def test_nothing_is_left_of_a_killed_grader_of_a_grader(place: Path, mark: str) -> None:
    """A supervisor below a supervisor cleans up its own folders before the upper one kills what is left."""
    outer = """
import os, sys
from pathlib import Path
from backend_katas.supervisor import Supervisor

with Supervisor() as supervisor:
    command = [sys.executable, "-c", sys.argv[4], *sys.argv[1:4]]
    log = Path(sys.argv[1]).parent / "log"
    supervisor.spawn(command, cwd=Path("/"), environment=dict(os.environ), log=log).wait(60)
"""
    with grader(place, mark, GRADER, code=outer) as process:
        assert eventually(lambda: len(list(place.iterdir())) == 2)
        process.kill()
        process.wait(10)

        assert eventually(lambda: not marked(mark))
        assert eventually(lambda: not list(place.iterdir()))


def test_a_service_gets_its_last_signal(place: Path, mark: str) -> None:
    """When the grader is killed, a child with a `last_signal` may shut down in its own way before it is killed."""
    code = '''
import os, sys
from pathlib import Path
from backend_katas.supervisor import Supervisor

service = """
import signal
signal.signal(signal.SIGINT, lambda *_: exit(print('shut down')))
print('ready', flush=True)
signal.pause()
"""
with Supervisor() as supervisor:
    place = Path(sys.argv[1])
    command = [sys.executable, "-c", service]
    supervisor.spawn(command, cwd=place, environment=dict(os.environ), log=place / "log", last_signal=2).wait(60)
'''
    with grader(place, mark, code=code) as process:
        assert logged(place, "ready")
        process.kill()
        process.wait(10)

        assert logged(place, "shut down")
        assert eventually(lambda: not marked(mark))


@pytest.mark.parametrize("ending", ["leaves", "is killed", "is interrupted", "loses its supervisor"])
def test_bystanders_survive_a_grader(
    place: Path, mark: str, ending: str, bystanders: list[subprocess.Popen[bytes]]
) -> None:
    """However a grader ends, processes that its supervisor did not start go on, even those it started itself."""
    with grader(place, mark, *(["end"] if ending == "leaves" else [])) as process:
        assert eventually(lambda: len(marked(mark)) > 3)
        if ending == "is killed":
            process.kill()
        elif ending == "is interrupted":
            process.send_signal(signal.SIGINT)
        elif ending == "loses its supervisor":
            children = psutil.Process(process.pid).children()
            next(child for child in children if "_supervisor_process" in " ".join(child.cmdline())).kill()
        process.wait(30)

        assert eventually(lambda: not marked(mark))
        assert [bystander.poll() for bystander in bystanders] == [None, None, None]
        assert len(marked(f"{mark}-bystander")) == 2


@pytest.mark.parametrize("ending", ["stops", "floods", "exits", "vanishes"])
def test_bystanders_survive_a_child(
    supervisor: Supervisor, place: Path, mark: str, ending: str, bystanders: list[subprocess.Popen[bytes]]
) -> None:
    """However a child ends, its neighbours and everybody else go on."""
    neighbour = supervisor.spawn(["/bin/sleep", "120"], cwd=place, environment={}, log=place / "neighbour's log")
    code = {"floods": "while True: print('x' * 1000)", "exits": "pass"}.get(ending, STRAGGLERS)
    child = python(supervisor, code, place, mark=mark, log_limit=100_000)
    if ending == "vanishes":
        assert logged(place, "ready")
        os.kill(child.pid, signal.SIGKILL)
    if ending != "stops":
        child.wait(20)
    child.signal(signal.SIGTERM)
    child.stop(grace=0.1)

    assert marked(mark) == []
    assert neighbour.poll() is None
    assert [bystander.poll() for bystander in bystanders] == [None, None, None]

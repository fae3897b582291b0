"""A program is started, found ready or explained, and stopped with everything it started."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backend_katas.errors import ExitCode, KatasError, ProgramFault
from backend_katas.isolation import ISOLATIONS, Cell
from backend_katas.program import DidNotStart, Program, run_to_completion, try_out
from backend_katas.supervisor import Supervisor

Make = Callable[..., Program]

SERVER = """
import http.server, os, signal, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({status})
        self.end_headers()
        self.wfile.write({body})

server = http.server.ThreadingHTTPServer(({host}, {port}), Handler)
print("serving", os.getpid(), flush=True)
{then}
server.serve_forever()
"""


def serving(
    *,
    host: str = "'127.0.0.1'",
    port: str = "int(os.environ['PORT'])",
    status: int = 200,
    body: str = "b''",
    then: str = "",
) -> str:
    """Return the source of a small HTTP server."""
    return SERVER.format(host=host, port=port, status=status, body=body, then=then)


ACCEPTING = """
import os, socket, time
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
while True:
    connection, _ = server.accept()
    {then}
"""


@pytest.fixture
def cell() -> Iterator[Cell]:
    """A cell of the isolation `none`."""
    with Supervisor() as supervisor, ISOLATIONS["none"](supervisor) as cell:
        yield cell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A submission's folder with a space and an accent in its name."""
    folder = tmp_path / "mon numéro 1"
    folder.mkdir()
    return folder


@pytest.fixture
def make(cell: Cell, folder: Path, tmp_path: Path) -> Make:
    """Make a program from Python source, or from a command."""

    def make(source: str = "", *, command: str = "", start_timeout: float = 10.0, name: str = "web") -> Program:
        (folder / f"{name}.py").write_text(source)
        return Program(
            name,
            command or f"exec '{sys.executable}' {name}.py",
            cell=cell,
            folder=folder,
            environment={"PATH": os.environ["PATH"], "HOST": "127.0.0.1"},
            log=tmp_path / f"{name}.log",
            start_timeout=start_timeout,
        )

    return make


def refused(program: Program) -> DidNotStart:
    """Return the error with which a program does not start."""
    with pytest.raises(DidNotStart) as caught:
        program.start()
    assert not program.running
    assert caught.value.exit_code is ExitCode.DID_NOT_START
    return caught.value


def test_a_program_is_ready_at_its_first_good_answer(make: Make, cell: Cell) -> None:
    """After `start` the program answers on its port and runs; after `stop` it does neither."""
    program = make(serving())
    program.start()

    assert program.running
    cell.connect(program.port, timeout=60).close()
    assert program.stop() == -signal.SIGTERM
    assert not program.running
    with pytest.raises(ConnectionRefusedError):
        cell.connect(program.port, timeout=60)
    assert program.stop() == -signal.SIGTERM


def test_a_slow_start_is_waited_for(make: Make) -> None:
    """An answer other than 200 means not yet: the program may still be preparing its database."""
    unready = "statuses = iter([503, 503])\n" + serving().replace(
        "self.send_response(200)", "self.send_response(next(statuses, 200))"
    )
    program = make(unready)
    program.start()

    assert program.running
    assert program.log_since(0).count('"GET /healthz HTTP/1.1" 503') == 2


def test_never_started(make: Make) -> None:
    """To stop or kill what was never started is harmless."""
    program = make(serving())
    program.kill()

    assert program.stop() == 0
    assert not program.running
    assert program.log_since(program.log_position()) == ""


def test_ignores_sigterm(make: Make) -> None:
    """A program that ignores SIGTERM is killed after the grace."""
    program = make(serving(then="signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)"))
    program.start()

    assert program.stop(grace=0.2) == -signal.SIGKILL


def test_kill_gives_no_warning(make: Make) -> None:
    """`kill` is a power cut: the program cannot run its own shutdown."""
    program = make(serving(then="signal.signal(signal.SIGTERM, lambda *_: print('goodbye', flush=True))"))
    program.start()
    program.kill()

    assert not program.running
    assert "goodbye" not in program.log_since(0)


def test_restart_keeps_the_port_and_the_log(make: Make) -> None:
    """A restarted program is another process on the same port; its log goes on."""
    program = make(serving())
    program.start()
    port = program.port
    position = program.log_position()
    program.restart()

    assert program.port == port
    assert program.running
    assert program.log_since(0).count("serving") == 2
    assert program.log_since(position).count("serving") == 1


DEAF = serving(then="signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)")


@pytest.mark.parametrize("command", ["", f"'{sys.executable}' web.py; exit $?"])
def test_a_restart_tells_that_sigterm_was_ignored(make: Make, command: str) -> None:
    """The program itself or, behind a shell that ends at once, its server: it is killed and runs again all the same."""
    program = make(DEAF, command=command)
    program.start()

    with pytest.raises(ProgramFault, match=r"still ran 0\.2 s after SIGTERM and had to be killed"):
        program.restart(grace=0.2)

    assert program.running
    assert len(set(re.findall(r"serving (\d+)", program.log_since(0)))) == 2


def test_a_restart_of_a_program_that_had_ended_is_no_fault(make: Make) -> None:
    """Nobody had to kill it."""
    program = make(DEAF)
    program.start()
    program.kill()
    program.restart(grace=0.2)

    assert program.running


LEAVES_ITS_SESSION = """
import os, time
heard, told = os.pipe()
if os.fork() == 0:
    os.setsid()
    print("escaped", os.getpid(), flush=True)
    os.write(told, b"x")
    time.sleep(300)
os.read(heard, 1)
"""


def test_a_crash_spares_nobody_and_gives_no_warning(make: Make) -> None:
    """The family is killed, those too that left its session; then another process has the same port and log."""
    polite = serving(then="signal.signal(signal.SIGTERM, lambda *_: print('goodbye', flush=True))")
    program = make(LEAVES_ITS_SESSION + polite)
    program.start()
    port = program.port
    escaped = int(program.log_since(0).split("escaped ")[1].split()[0])
    program.crash()

    assert program.port == port
    assert program.running
    assert not psutil.pid_exists(escaped)
    assert program.log_since(0).count("serving") == 2
    assert "goodbye" not in program.log_since(0)


def test_a_program_that_does_not_start_again_is_told_so(make: Make, tmp_path: Path) -> None:
    """After a crash it is judged as at its first start, by what it wrote since."""
    once = f"import pathlib; mark = pathlib.Path({str(tmp_path / 'mark')!r})\n"
    program = make(once + "if mark.exists(): raise SystemExit('my lock file is still there')\nmark.touch()" + serving())
    program.start()

    with pytest.raises(DidNotStart, match="my lock file is still there"):
        program.crash()
    assert not program.running


def test_a_log_slice_is_harmless_and_bounded(make: Make) -> None:
    """What a program writes cannot move a cursor, and of much only the last is shown."""
    program = make(
        serving(then="print('\\x1b[31mred\\x1b[0m \\x07bell \\u202eesrever'); print('x' * 100 + '\\nlast', flush=True)")
    )
    program.start()
    program.stop()

    assert "red \ufffdbell \ufffdesrever" in program.log_since(0)
    assert len(program.log_since(0, limit=50)) < 100
    assert "bytes before this are left out" in program.log_since(0, limit=50)


def test_two_instances_run_side_by_side(make: Make) -> None:
    """Each instance has a port and a log of its own."""
    first, second = make(serving()), make(serving(), name="web-2")
    first.start()
    second.start()

    assert first.port != second.port
    assert first.running
    assert second.running


def test_exits_at_once(make: Make) -> None:
    """The message has the exit code, the last twenty lines and the place of the log."""
    error = refused(make("for n in range(100): print('line', n)\nraise SystemExit(7)"))

    assert "`web` did not start: it exited with code 7" in error.message
    assert "    line 99" in error.message
    assert "    line 80" in error.message
    assert "line 79" not in error.message
    assert "web.log`" in error.message


def test_exits_without_a_word(make: Make) -> None:
    """A program that ends well is told that a server has to stay."""
    error = refused(make("pass"))

    assert "exited with code 0" in error.message
    assert "it wrote nothing" in error.message
    assert "keep running in the foreground" in error.hint


def test_dies_of_a_signal(make: Make) -> None:
    """A signal has its name, whether a shell stands between or not."""
    source = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    direct = refused(make(source))
    behind_a_shell = refused(make(source, command=f"'{sys.executable}' web.py; exit $?"))

    assert "it was ended by SIGSEGV" in direct.message
    assert "it exited with code 139 (SIGSEGV)" in behind_a_shell.message


def test_hangs(make: Make) -> None:
    """A program that accepts and never answers is told apart from one that does not listen."""
    error = refused(make(ACCEPTING.format(then="time.sleep(60)"), start_timeout=0.5))

    assert "did not answer `GET /healthz` within 2 s" in error.message
    assert "accepts connections on port" in error.message


def test_closes_connections(make: Make) -> None:
    """A program that hangs up without a word is told so."""
    error = refused(make(ACCEPTING.format(then="connection.close()"), start_timeout=0.5))

    assert "closes connections on port" in error.message


def test_listens_elsewhere(make: Make) -> None:
    """A fixed port is the most frequent mistake: it is found without waiting for the whole time limit."""
    program = make(serving(port="0", then="print('port', server.server_port, flush=True)"), start_timeout=60)
    error = refused(program)
    port = program.log_since(0).split("port ")[1].split()[0]

    assert f"your program listens on 127.0.0.1:{port}, but `PORT` is {program.port}" in error.message
    assert "environment variable `PORT`" in error.hint


def test_listens_on_another_address(make: Make) -> None:
    """A program that listens on IPv6 only is told so."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    source = serving(host="'::1'").replace("server =", "http.server.HTTPServer.address_family = 10\nserver =")
    program = make(source, start_timeout=1)
    error = refused(program)

    assert f"your program listens on [::1]:{program.port} only" in error.message
    assert "`HOST`" in error.hint


def test_answers_garbage(make: Make) -> None:
    """What is not HTTP is quoted, harmlessly."""
    error = refused(make(ACCEPTING.format(then="connection.sendall(b'\\x1b[2JHELO you\\n'); connection.close()")))

    assert "is not HTTP: `HELO you`" in error.message


def test_answers_not_found(make: Make) -> None:
    """Without a `/healthz` the status and the first line of the body are shown, before the time limit."""
    error = refused(make(serving(status=404, body="b'<h1>nothing here</h1>\\nmore'"), start_timeout=60))

    assert "`GET /healthz` answered 404 Not Found, not 200: `<h1>nothing here</h1>`" in error.message
    assert "no route `GET /healthz`" in error.message


def test_stays_unready(make: Make) -> None:
    """A program whose health check keeps failing is told what it answered."""
    error = refused(make(serving(status=503, body="b'no database'"), start_timeout=0.5))

    assert "answered 503 Service Unavailable, not 200: `no database`" in error.message


def test_never_listens(make: Make) -> None:
    """A program that runs and does not listen is told so after `start_timeout`."""
    error = refused(make("import time; time.sleep(60)", start_timeout=0.3))

    assert "it runs, but listens on no port at all" in error.message


def test_floods_log(make: Make) -> None:
    """A program that writes without end is stopped and told why."""
    error = refused(make("while True: print('x' * 10000)", start_timeout=60))

    assert "wrote its log without end" in error.message
    assert max(map(len, error.message.splitlines())) < 1000


@pytest.mark.parametrize("command", ["", f"'{sys.executable}' -m fastapi_that_is_not_there"])
def test_needs_missing_module(make: Make, command: str) -> None:
    """A missing dependency is named."""
    error = refused(make("import fastapi_that_is_not_there", command=command))

    assert "a dependency is missing: `fastapi_that_is_not_there`" in error.message
    assert "`requirements.txt`" in error.hint


def test_needs_missing_file(make: Make) -> None:
    """A file that is not there is named as the learner knows it."""
    error = refused(make(command=f"'{sys.executable}' nope.py"))

    assert "there is no `nope.py`" in error.message


@pytest.mark.parametrize(
    ("command", "cause"),
    [
        ("wrong-command --port $PORT", "the command `wrong-command` is not installed"),
        (".venv/bin/uvicorn app:app", "there is no `.venv/bin/uvicorn`"),
        ("./moved", "the interpreter that its first line names does not"),
        ("./plain", "`./plain` is not executable"),
    ],
)
def test_wrong_command(make: Make, folder: Path, command: str, cause: str) -> None:
    """A command that cannot be run is named, with what to do about it."""
    (folder / "moved").write_text("#!/nowhere/python\n")
    (folder / "moved").chmod(0o755)
    (folder / "plain").write_text("x")
    error = refused(make(command=command))

    assert cause in error.message
    assert error.hint


def test_wants_a_port_in_use(make: Make) -> None:
    """A fixed port that somebody else has is told apart from a lost race, and not tried again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        source = f"print('tried', flush=True)\nraise SystemExit('bind: address already in use: 127.0.0.1:{number}')"
        program = make(source)
        error = refused(program)

    assert f"it wants port {number}, which is in use, but `PORT` is {program.port}" in error.message
    assert program.log_since(0).count("tried") == 1


def test_a_lost_race_for_the_port_is_run_again(make: Make, tmp_path: Path) -> None:
    """Somebody may take the port between our look and the program's: two more are tried."""
    once = f"""
import os, pathlib, socket
marks = pathlib.Path({str(tmp_path / "marks")!r})
marks.write_text((marks.read_text() if marks.exists() else "") + os.environ["PORT"] + " ")
if len(marks.read_text().split()) < 3:
    taken = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
    {serving().strip().splitlines()[0]}
    http.server.HTTPServer(taken.getsockname(), None)
"""
    program = make(once + serving())
    program.start()

    assert program.running
    assert len(set((tmp_path / "marks").read_text().split())) == 3


def test_a_folder_that_is_not_there(make: Make, folder: Path) -> None:
    """A folder that went away is a clear error, not a crash."""
    program = make(serving())
    (folder / "web.py").unlink()
    folder.rmdir()

    with pytest.raises(KatasError, match="`web` could not be started: no such file or directory"):
        program.start()


def test_run_to_completion(cell: Cell, folder: Path, tmp_path: Path) -> None:
    """A release process runs to its end, in the program's folder and environment."""
    run_to_completion(
        "release", "echo $GREETING > out", cell=cell, folder=folder, environment={"GREETING": "hi"},
        log=tmp_path / "log", timeout=60,
    )  # fmt: skip

    assert (folder / "out").read_text() == "hi\n"


@pytest.mark.parametrize(
    ("command", "symptom"),
    [("echo broken; exit 3", "exited with code 3"), ("echo broken; sleep 60", "did not end within")],
)
def test_a_release_that_fails(cell: Cell, folder: Path, tmp_path: Path, command: str, symptom: str) -> None:
    """A release process that fails or hangs is explained like a program that does not start."""
    with pytest.raises(DidNotStart, match=symptom) as caught:
        run_to_completion(
            "release", command, cell=cell, folder=folder, environment={}, log=tmp_path / "log", timeout=0.5
        )

    assert "    broken" in caught.value.message


@pytest.mark.parametrize(
    ("command", "cause"),
    [
        ("./gone", "there is no `./gone`"),
        ("./web.py", "`./web.py` is not executable"),
        (f"'{sys.executable}' gone.py", "there is no `gone.py`"),
        (f"'{sys.executable}' -c 'import gone_too'", "a dependency is missing: `gone_too`"),
    ],
)
def test_what_cannot_be_run_at_all(cell: Cell, folder: Path, tmp_path: Path, command: str, cause: str) -> None:
    """A command that is not there, or lacks a part, did not start, and the message says why."""
    (folder / "web.py").write_text("")
    with pytest.raises(DidNotStart, match=f"likely cause: {cause}") as caught:
        try_out("cli", command, cell=cell, folder=folder, environment={}, log=tmp_path / "log", timeout=60)

    assert caught.value.message.startswith("`cli` did not start: it exited with code ")


@pytest.mark.parametrize("command", ["true", "echo usage >&2; exit 2", "kill -SEGV $$", "sleep 60", "cat"])
def test_what_can_be_run_is_not_judged(cell: Cell, folder: Path, tmp_path: Path, command: str) -> None:
    """Whether it wants arguments, crashes or goes on for ever is for the checks to find."""
    environment = {"PATH": os.environ["PATH"]}

    try_out("cli", command, cell=cell, folder=folder, environment=environment, log=tmp_path / "log", timeout=0.5)

    assert (tmp_path / "log").exists()

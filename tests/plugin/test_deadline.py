"""A run whose time is up ends with what it has found, and with what it was waiting for."""

from __future__ import annotations

import shutil

import psutil
import pytest

from backend_katas.confirmation import doubtful
from backend_katas.errors import ExitCode, KatasError
from backend_katas.grading import grade, grade_copy
from backend_katas.model import Pack, Reason, Result, Status, TimeLimit
from backend_katas.runner import Isolation

LIMIT = 4.0
HANGS = """
import json, os, time
from http.server import BaseHTTPRequestHandler, HTTPServer

class Hanging(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/hello") or self.path == "/healthz":
            self.send_response(200)
            self.end_headers()
            greeting = os.environ["GREETING"] + ", " + self.path.partition("name=")[2]
            self.wfile.write(json.dumps({"greeting": greeting}).encode())
        else:
            print("it hangs", flush=True)
            time.sleep(600)

HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Hanging).serve_forever()
"""
STRICT = '''
"""It refuses."""

from backend_katas.client import Call
from backend_katas.grader import chancy, eventually, points


@chancy
@points(20)
def test_first(api, request):
    """It refuses what is not there."""
    {act}


@points(20)
def test_second(api):
    """It refuses everything."""
    assert api.get("/nothing", deadline=600).status_code == 404
'''
PENDING = {
    "a request": ('api.get("/no thing", deadline=600)', "the answer to `GET /no thing`"),
    "a burst": (
        'api.burst([Call("GET", "/nothing", deadline=600)] * 3)',
        "the answers to 3 requests at the same moment",
    ),
    "something": ('eventually(lambda: None, within=600, what="the end of time")', "the end of time"),
    "itself": ("import time; time.sleep(600)", "the check `test_first`"),
}

SWALLOWS = """
    import time
    while True:
        try: time.sleep(1)
        except BaseException: pass
"""
SWALLOWS_ONCE = """
    import time
    try: time.sleep(600)
    except BaseException: time.sleep(600)
"""
KILLS_THE_DATABASE = """
    import os, psycopg, signal
    postgres = request.getfixturevalue("postgres")
    with psycopg.connect(postgres.endpoint.admin_url) as connection:
        (told,) = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    os.kill(int(told.splitlines()[0]), signal.SIGKILL)
    api.get("/nothing", deadline=600)
"""
SLOW_SERVICE = '''

@pytest.fixture(autouse=True)
def slow_service():
    """A server that does not come up."""
    import time
    from backend_katas.waiting import waiting_for
    with waiting_for("postgres", ours=True):
        time.sleep(600)
'''
HANGS_THE_SECOND_TIME = """
    import os, time
    from pathlib import Path
    told = Path(os.environ["TOLD"])
    before = told.read_text() if told.exists() else ""
    told.write_text(before + "x")
    if before: time.sleep(600)
    assert False, "too late"
"""


@pytest.fixture
def pack(mini, tmp_path):
    """Make a pack whose second level does something first."""

    def make(act: str = PENDING["a request"][0]) -> Pack:
        root = shutil.copytree(mini.root, tmp_path / "pack", ignore=shutil.ignore_patterns("__pycache__"))
        (root / "graders" / "greeter" / "test_be_strict.py").write_text(STRICT.replace("{act}", act))
        return Pack(name="pack", version="0", root=root)

    return make


@pytest.fixture
def left(tmp_path, monkeypatch):
    """Have temporary files made in a folder of their own; says what of it is in use, and what lies there."""
    place = tmp_path / "temporary"
    place.mkdir(mode=0o755)
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr("tempfile.tempdir", None)

    def found() -> list[object]:
        commands = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
        return [*(command for command in commands if str(place) in command), *place.iterdir()]

    return found


def _of(result: Result, name: str):
    return next(check for check in result.checks if check.id.endswith(f"::{name}"))


@pytest.mark.parametrize(("act", "waiting_for"), PENDING.values(), ids=PENDING)
def test_what_was_judged_counts_and_what_was_waited_for_is_told(pack, submission, act, waiting_for):
    """One check has failed for it, those after it were not judged, and none of the three is an error of ours."""
    result = grade(submission(source=HANGS), [pack(act)], time_limit=LIMIT)

    told = f"the time limit of 4 s was reached while waiting for {waiting_for}"
    assert result.time_limit == TimeLimit(seconds=LIMIT, waiting_for=waiting_for)
    assert [check.status for check in result.checks] == [*[Status.PASSED] * 3, Status.FAILED, Status.SKIPPED]
    first, second = result.checks[-2:]
    assert (first.message, first.reason) == (told, Reason.TIME)
    assert (second.message, second.reason) == ("not judged: the time limit of 4 s was reached", Reason.TIME)
    assert (result.status, result.score, result.max_score) == (Status.FAILED, 60, 100)
    assert result.exit_code is ExitCode.FAILED
    assert len(first.exchanges) == act.count("nothing") * 3 + act.count("no thing")
    assert doubtful(result) == ()
    assert Result.from_json(result.to_json()) == result


def test_what_it_saw_is_told(pack, submission):
    """The request without an answer stands on the record, with what the program wrote meanwhile."""
    check = _of(grade(submission(source=HANGS), [pack()], time_limit=LIMIT), "test_first")

    assert [(exchange.path, exchange.status) for exchange in check.exchanges] == [("/no%20thing", None)]
    assert check.exchanges[0].problem == "the time limit of the whole run was reached before all was answered"
    assert "it hangs" in check.log
    assert check.seconds > 0


@pytest.mark.parametrize("isolation", ["none", "bwrap"])
def test_nothing_is_left_running(pack, submission, left, request, isolation):
    """Programs, services and folders are gone, as after any other run; the limits in force are told."""
    if isolation == "bwrap":
        request.getfixturevalue("needs_bwrap")
    folder = submission(source=HANGS, web="exec python3 server.py")
    walls = Isolation(name=isolation, soft_memory=True)

    result = grade_copy(folder, [pack()], isolation=walls, time_limit=LIMIT, tell=print)

    assert result.time_limit is not None
    assert result.score == 60
    assert bool(result.limits) == (isolation == "bwrap")
    assert left() == []


@pytest.mark.parametrize(
    ("more", "waiting_for"),
    [
        ({"more": "build: sleep 600\n"}, "the build, `sleep 600`"),
        ({"source": "import time; time.sleep(600)"}, "`web` to start"),
        ({"more": "  release: sleep 600\n"}, "`release` to end"),
    ],
    ids=["build", "start", "release"],
)
def test_a_program_that_takes_too_long_to_come_up_is_told_by_its_command(pack, submission, left, more, waiting_for):
    """All checks count, and none is earned."""
    result = grade(submission(**more), [pack()], traceless=True, time_limit=2.0)

    assert result.time_limit == TimeLimit(seconds=2.0, waiting_for=waiting_for)
    assert [check.status for check in result.checks] == [Status.FAILED, *[Status.SKIPPED] * 4]
    assert (result.score, result.max_score, result.stopped_by()) == (0, 100, None)
    assert left() == []


def test_where_a_service_hung_the_error_is_ours(pack, submission):
    """The program had no say in it: there is no mark, and whoever grades reads why."""
    one = pack()
    own = one.root / "graders" / "greeter" / "fixtures.py"
    own.write_text(own.read_text() + SLOW_SERVICE)

    result = grade(submission(), [one], time_limit=LIMIT)

    assert result.time_limit == TimeLimit(seconds=LIMIT, waiting_for="postgres", ours=True)
    assert (result.checks[0].status, result.checks[0].reason) == (Status.ERROR, None)
    assert result.exit_code is ExitCode.OUR_FAULT


def test_where_a_service_died_the_error_is_ours_too(pack, submission):
    """The program may be slow for want of it."""
    one = pack(KILLS_THE_DATABASE)
    manifest = one.root / "exercises" / "greeter" / "exercise.yaml"
    manifest.write_text(manifest.read_text() + "services: [postgres]\n")

    result = grade(submission(source=HANGS), [one], time_limit=8.0)

    assert result.time_limit == TimeLimit(seconds=8.0, waiting_for="the answer to `GET /nothing`", ours=True)
    assert _of(result, "test_first").message.startswith("postgres died during the run\nthe time limit of 8 s")
    assert result.status is Status.ERROR


def test_a_call_that_did_not_end_is_told(submission, mini):
    """With what it had written by then."""
    source = "import sys, time; print('so far', flush=True); time.sleep(600) if sys.argv[1:] else sys.exit(2)"
    folder = submission(kata="shout", source=source)
    (folder / "kata.yaml").write_text("kata: shout\ncli: python3 server.py\n")

    result = grade(folder, [mini], time_limit=3.0)

    (call,) = result.checks[0].commands
    assert result.time_limit == TimeLimit(seconds=3.0, waiting_for="a call of the program to end")
    assert (call.exit_code, call.stdout) == (None, "so far\n")
    assert call.problem == "was still at work when the time limit of the whole run was reached"


def test_a_limit_before_the_first_check_is_told_as_any_other(pack, submission):
    """However short it is, there is a result."""
    result = grade(submission(), [pack()], time_limit=0.001)

    assert result.time_limit is not None
    assert len(result.checks) == 5


def test_a_limit_that_is_not_reached_changes_nothing(submission, mini):
    """The result does not speak of it."""
    result = grade(submission(), [mini], time_limit=120.0)

    assert (result.score, result.time_limit) == (100, None)
    assert "time_limit" not in result.to_json()


def test_a_grader_that_does_not_listen_is_stopped_and_our_error(pack, submission, left, monkeypatch):
    """No learner is blamed for a check that swallows the end of its run."""
    monkeypatch.setattr("backend_katas.runner._GRACE", 1.0)
    monkeypatch.setattr("backend_katas.runner._LEAVE", 1.0)

    with pytest.raises(KatasError, match="the grader did not end within 3 s and was stopped") as caught:
        grade(submission(), [pack(SWALLOWS)], traceless=True, time_limit=2.0)

    assert caught.value.exit_code is ExitCode.OUR_FAULT
    assert left() == []


def test_the_end_is_told_again_where_it_was_swallowed_once(pack, submission):
    """A clean-up may raise something else in its place."""
    result = grade(submission(), [pack(SWALLOWS_ONCE)], time_limit=LIMIT)

    assert result.time_limit == TimeLimit(seconds=LIMIT, waiting_for="the check `test_first`")


def test_a_second_run_has_the_time_that_is_left(pack, submission, tmp_path, monkeypatch):
    """It takes what remains of the limit, and where that is not enough the first run's failure stands."""
    monkeypatch.setenv("TOLD", f"{tmp_path / 'told'}")

    result = grade(submission(), [pack(HANGS_THE_SECOND_TIME)], time_limit=12.0)

    check = _of(result, "test_first")
    assert result.time_limit == TimeLimit(seconds=12.0, waiting_for="the check `test_first`")
    assert (check.status, check.reason, check.earlier) == (Status.FAILED, None, None)
    assert check.message.startswith("too late\nit was to be run once more, but the time limit of 12 s was reached")
    assert (tmp_path / "told").read_text() == "xx"


def test_without_time_no_second_run_is_begun(pack, submission, tmp_path, monkeypatch):
    """It could not say anything."""
    monkeypatch.setenv("TOLD", f"{tmp_path / 'told'}")
    monkeypatch.setattr("backend_katas.runner._LEAST", 600.0)

    result = grade(submission(), [pack(HANGS_THE_SECOND_TIME)], time_limit=60.0)

    assert result.time_limit == TimeLimit(seconds=60.0, waiting_for="a second run of what had failed")
    assert (tmp_path / "told").read_text() == "x"
    assert result.score == 80


def test_workers_have_no_time_limit(judged, submission, with_mini):
    """Each would have its own clock, and nobody the whole."""
    process, result = judged(submission(), "--kata-time-limit=60", "-n", "2")

    assert (process.returncode, result) == (4, None)
    assert "`--kata-time-limit` is for one process, and `-n` asks for several" in process.stderr

"""`pytest --kata` in a learner's folder: what is collected, judged, reported and left alone."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from backend_katas.model import Reason, Result, Status

pytestmark = pytest.mark.usefixtures("with_mini")

LOSES_ITS_DATABASE = """
import os, signal
import psycopg
from backend_katas.grader import points

@points(100)
def test_lost(api, postgres):
    '''It goes on.'''
    with psycopg.connect(postgres.endpoint.admin_url) as connection:
        (told,) = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    os.kill(int(told.splitlines()[0]), signal.SIGKILL)
    assert api.get("/hello").status_code == 503
"""

TWO_ENVIRONMENTS = """
from backend_katas.grader import environment, points

pytestmark = environment(GREETING="Ciao", MORE="of the module")

@environment(GREETING="Salve")
@points(100)
def test_both(api, deployment):
    '''It greets in Latin.'''
    assert api.get("/hello").json()["greeting"] == "Salve, nobody"
    assert deployment.environment["MORE"] == "of the module"
"""


COMES_FROM_NOWHERE = """
from backend_katas.grader import points

@points(50)
def test_itself(deployment):
    '''It answers an address that is nobody's (RFC 5737).'''
    deployment.client(source="192.0.2.1").get("/hello")

@points(50)
def test_beside(api):
    '''It answers.'''
    assert api.get("/hello").status_code == 200
"""

LENT = """
from backend_katas.grader import environment, eventually, points

@environment(GREETING="Ciao")
@points(30)
def test_one(deployment, seen):
    '''It runs.'''
    seen["ciao"] = deployment

@environment(GREETING="Ciao")
@points(30)
def test_other(deployment, seen):
    '''The same runs.'''
    assert deployment is seen["ciao"]

@points(40)
def test_afterwards(deployment, seen):
    '''That one does not run any more.'''
    eventually(lambda: not seen["ciao"].web.running, what="the end of a program that nobody needs")
"""
REMEMBERS = """
import pytest

@pytest.fixture(scope="session")
def seen():
    return {}
"""
EARLY = """
import pytest
from backend_katas.grader import make_early
from backend_katas.ageing import Cellar

made = []

@pytest.fixture
def greeting(request, api):
    make_early(request, "cellar", wanted_by="aged")
    return list(made)

@pytest.fixture(scope="session")
def cellar(host):
    made.append("cellar")
    with Cellar(host.shared({"GREETING": "Ciao", "PORT_OF": "another"})) as cellar:
        cellar.keep("hello", lambda: cellar.api.get("/hello").object())
        cellar.keep("nothing", lambda: cellar.api.get("/nothing").object())
        yield cellar

@pytest.fixture
def aged(request, deployment):
    return request.getfixturevalue("cellar").opened_for(deployment)
"""
TAKES = """
from backend_katas.grader import points

@points(20)
def test_first(greeting):
    '''What a later check wants is made before the first.'''
    assert greeting == ["cellar"]

@points(40)
def test_well(aged):
    '''It was greeted.'''
    assert aged["hello"]["greeting"] == "Ciao, nobody"

@points(40)
def test_wrong(aged):
    '''It was not answered in JSON.'''
    assert aged["nothing"]
"""
NEEDS_GREETING = """
import os
if os.environ["GREETING"] == "Ciao":
    raise SystemExit("no Italian here")
"""

COMPARED_ELSEWHERE = """
import threading
from backend_katas.grader import points

def compare():
    try:
        assert "theirs" == "something else"
    except AssertionError:
        pass

@points(100)
def test_own(api):
    '''It is compared.'''
    try:
        assert 1 == 2
    except AssertionError as fault:
        thread = threading.Thread(target=compare)
        thread.start()
        thread.join()
        raise fault
"""


def _statuses(result: Result) -> dict[str, Status]:
    return {check.id.partition("::")[2]: check.status for check in result.checks}


def test_a_right_program_earns_everything(judged, submission):
    """All checks of all levels pass, in the order of the levels, and pytest ends with 0."""
    process, result = judged(submission())

    assert process.returncode == 0, process.stdout
    assert (result.score, result.max_score, result.status) == (100, 100, Status.PASSED)
    assert [check.level for check in result.checks] == ["hello"] * 3 + ["be-strict"]
    assert "greeter is done: every check passed" in process.stdout


def test_a_wrong_answer_is_told_with_its_request(judged, submission, greeter):
    """The report has the behaviour, expected beside seen, the curl line, the answer and the rule of the brief."""
    source = greeter.replace("f\"{os.environ['GREETING']}, {name}\"", '"Hello"')

    process, result = judged(submission(source=source))

    assert process.returncode == 1
    assert _statuses(result)["test_a_name_is_greeted"] is Status.FAILED
    told = process.stdout
    assert "✗ GET /hello greets the name that was given  (30 points)" in told
    assert "expected  `Hello, " in told
    assert "seen      `Hello`" in told
    assert "curl -i 'http://127.0.0.1:8000/hello?name=" in told
    assert "promised in BRIEF.md, rule hello-1" in told
    assert "Traceback" not in told


def test_a_starter_is_told_what_to_build_next(judged, submission, mini):
    """The first unfinished level comes with its sentence and the command for a hint."""
    starter = mini.root / "exercises" / "greeter" / "starters" / "python-stdlib"

    process, result = judged(submission(source=(starter / "server.py").read_text()))

    assert process.returncode == 1
    assert result.score == 0
    assert "level hello: Say hello\n  Answer `GET /hello` with a greeting." in process.stdout
    assert "next: level hello; `katas hint hello` gives a hint" in process.stdout


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_a_program_that_does_not_start_is_one_failure(judged, submission, options):
    """One check tells it, with the end of the log; all others are skipped for it and nothing is earned."""
    process, result = judged(submission(source="raise SystemExit('no database configured')"), *options)

    assert process.returncode == 4
    assert sorted(check.status for check in result.checks) == ["failed", "skipped", "skipped", "skipped"]
    assert (result.score, result.max_score, result.stopped_by()) == (0, 100, Reason.START)
    assert process.stdout.count("no database configured") == 1


def test_a_build_that_fails_is_one_failure(judged, submission):
    """The build's own words are shown, and the program is never started."""
    process, result = judged(submission(more="build: echo nothing compiles today && exit 7\n"))

    assert process.returncode == 4
    assert result.stopped_by() is Reason.BUILD
    assert process.stdout.count("nothing compiles today") >= 1


def test_a_graders_bug_is_an_error_of_ours(judged, submission):
    """A check that raises is never a learner's failure, and a level that cannot be judged leaves the denominator."""
    process, result = judged(submission(kata="broken"))

    assert process.returncode == 3
    assert _statuses(result) == {
        "test_passes": Status.PASSED,
        "test_raises": Status.ERROR,
        "test_needs_another_machine": Status.SKIPPED,
    }
    assert result.max_score == 50
    assert "error (ours, not yours) in test_grader_raises.py::test_raises" in process.stdout
    (log,) = (check.log for check in result.checks if check.status is Status.ERROR)
    assert "Traceback (most recent call last)" in log
    assert "/ 0\n" in log
    assert "pluggy" not in log


def test_a_level_can_be_judged_alone(judged, submission):
    """--kata-level takes an id or a number, and nothing else is run."""
    by_id, by_number = (judged(submission(name=name), f"--kata-level={level}")[1] for name, level in _LEVELS)

    assert {check.level for check in by_id.checks} == {check.level for check in by_number.checks} == {"be-strict"}


_LEVELS = (("one", "be-strict"), ("two", "2"))


def test_pytests_own_flags_work(judged, submission, tmp_path):
    """-k, -v and --junitxml do what they always do; a check's points stand in the XML."""
    process, result = judged(submission(), "-v", "-k", "unknown_path", f"--junitxml={tmp_path / 'junit.xml'}")

    assert process.returncode == 0, process.stdout
    assert list(_statuses(result)) == ["test_an_unknown_path_is_refused"]
    assert "test_be_strict.py::test_an_unknown_path_is_refused PASSED" in process.stdout
    case = ElementTree.parse(tmp_path / "junit.xml").getroot().find(".//testcase")
    assert {entry.get("name"): entry.get("value") for entry in case.iter("property")}["points"] == "40"


def test_x_stops_at_the_first_failure(judged, submission, mini):
    """-x judges nothing after the first failure."""
    starter = mini.root / "exercises" / "greeter" / "starters" / "python-stdlib"

    _, result = judged(submission(source=(starter / "server.py").read_text()), "-x")

    assert [check.status for check in result.checks] == [Status.FAILED]


def test_lf_runs_what_failed_last(judged, submission, greeter):
    """--lf after a failure runs that check alone."""
    folder = submission(source=greeter.replace('"/hello")', '"/hello") or url.path != "/"'))
    first = judged(folder)[1]

    again = judged(folder, "--lf")[1]

    assert len(first.checks) == 4
    assert list(_statuses(again)) == ["test_an_unknown_path_is_refused"]


def test_two_workers_find_the_same(judged, submission):
    """-n 2 gives each worker a program of its own, and one result."""
    process, result = judged(submission(), "-n", "2")

    assert process.returncode == 0, process.stdout
    assert (result.score, len(result.checks)) == (100, 4)


def test_a_seed_repeats_the_random_values(judged, submission, greeter):
    """Two runs of one seed send the same requests, on two workers too; another seed sends others."""
    folder = submission(source=greeter.replace("Content-Type", "X-Wrong").replace('"greeting"', '"wrong"'))

    def requests(*options: str) -> set[str]:
        _, result = judged(folder, *options)
        return {exchange.path for check in result.checks for exchange in check.exchanges}

    first = requests("--kata-seed=5")
    assert first
    assert requests("--kata-seed=5", "-n", "2") == first
    assert requests("--kata-seed=6") != first


def test_the_learners_conftest_and_tests_stay_out(judged, submission):
    """Neither the learner's conftest nor their own tests run in a kata run."""
    folder = submission()
    (folder / "conftest.py").write_text("raise RuntimeError('conftest was read')")
    (folder / "test_own.py").write_text("def test_own(): assert False")

    process, result = judged(folder)

    assert process.returncode == 0, process.stdout
    assert len(result.checks) == 4


def test_settings_that_hide_checks_are_refused(judged, submission):
    """A run that would miss checks says which setting hides them, instead of giving a mark."""
    folder = submission()
    (folder / "pytest.ini").write_text("[pytest]\npython_functions = check_*\n")

    process, result = judged(folder)

    assert process.returncode == pytest.ExitCode.USAGE_ERROR
    assert result is None
    assert "hello has 0 of 60 points" in process.stderr + process.stdout


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "no `kata.yaml` in"),
        ("kata: greter\n", "did you mean `greeter`?"),
        ("kata: greeter\nbiuld: x\n", "kata.yaml:2: unknown key `biuld`"),
    ],
)
def test_a_wrong_folder_is_one_message(judged, tmp_path, text, told):
    """A usage error without a traceback, and nothing is run."""
    if text:
        (tmp_path / "kata.yaml").write_text(text)

    process, result = judged(tmp_path)

    assert process.returncode == pytest.ExitCode.USAGE_ERROR
    assert result is None
    assert told in process.stderr
    assert "Traceback" not in process.stderr


def test_an_ordinary_run_is_left_alone(pytester):
    """Without --kata nothing of the engine is imported and nothing is changed."""
    pytester.makepyfile(
        """
        import sys

        def test_own():
            heavy = {"requests", "sqlalchemy", "psycopg", "docker", "yaml", "fastjsonschema", "aiosmtpd"}
            ours = {name for name in sys.modules if name.startswith("backend_katas.")}
            assert not heavy & set(sys.modules)
            assert ours == {"backend_katas.plugin"}
        """
    )

    result = pytester.runpytest_subprocess("-p", "no:valkey")

    result.assert_outcomes(passed=1)


def test_the_result_is_a_document_of_schema_1(judged, submission, tmp_path):
    """The file says what was graded, with which seed and services, and how."""
    judged(submission(), "--kata-seed=11")

    document = json.loads((tmp_path / "result.json").read_text())

    assert (document["schema"], document["kata"], document["seed"], document["isolation"]) == (1, "greeter", 11, "none")
    assert [level["earned"] for level in document["levels"]] == [60, 40]


@pytest.fixture
def one_check(tmp_path):
    """Return a function that makes a pack with one kata, `single`, from the source of its only grader module."""

    def make(source: str, *, more: str = "", fixtures: str = "") -> Path:
        pack = tmp_path / "pack"
        (pack / "exercises" / "single").mkdir(parents=True)
        (pack / "graders" / "single").mkdir(parents=True)
        (pack / "exercises" / "single" / "exercise.yaml").write_text(
            "format: 1\nid: single\ntitle: One check\nstage: internet\nkind: http\nsummary: Has one check.\n"
            f"environment: {{GREETING: Hello}}\n{more}"
            "levels:\n  - {id: only, title: Only, points: 100, summary: Nothing.}\n"
        )
        (pack / "graders" / "single" / "test_only.py").write_text(source)
        (pack / "graders" / "single" / "fixtures.py").write_text(fixtures)
        return pack

    return make


def test_a_service_that_dies_is_our_error(judged, submission, one_check):
    """What fails because PostgreSQL was killed under the program is never the learner's failure."""
    pack = one_check(LOSES_ITS_DATABASE, more="services: [postgres]\n")

    process, result = judged(submission(kata="single"), f"--kata-pack={pack}")

    assert process.returncode == 3
    assert result.checks[0].message.startswith("postgres died during the run")


def test_an_address_that_the_machine_lacks_skips_the_check(judged, submission, one_check):
    """The check leaves the total, with a reason; nobody is to blame."""
    pack = one_check(COMES_FROM_NOWHERE)

    process, result = judged(submission(kata="single"), f"--kata-pack={pack}")

    assert process.returncode == 0, process.stdout
    assert _statuses(result) == {"test_itself": Status.SKIPPED, "test_beside": Status.PASSED}
    assert result.checks[0].reason is Reason.UNAVAILABLE
    assert result.checks[0].message == "this machine has no address `192.0.2.1` to connect from"
    assert (result.score, result.max_score) == (50, 50)


def test_a_checks_variables_outweigh_its_modules(judged, submission, one_check):
    """The closest `environment` has the last word; variables that only the module sets stay."""
    pack = one_check(TWO_ENVIRONMENTS)

    process, result = judged(submission(kata="single"), f"--kata-pack={pack}")

    assert process.returncode == 0, process.stdout
    assert result.score == 100


def test_a_deployment_ends_after_the_last_check_that_shares_it(judged, submission, one_check):
    """What nobody needs any more costs neither memory nor a wait at the end."""
    pack = one_check(LENT, fixtures=REMEMBERS)

    process, result = judged(submission(kata="single"), f"--kata-pack={pack}")

    assert process.returncode == 0, process.stdout
    assert result.score == 100


def test_what_has_to_grow_old_is_made_before_the_first_check(judged, submission, one_check):
    """A thing that could not be made fails the check that takes it, with the exchanges of its making."""
    pack = one_check(TAKES, fixtures=EARLY)

    _, result = judged(submission(kata="single"), f"--kata-pack={pack}")

    assert _statuses(result) == {"test_first": Status.PASSED, "test_well": Status.PASSED, "test_wrong": Status.FAILED}
    assert [exchange.path for exchange in result.checks[2].exchanges] == ["/nothing"]


def test_nothing_is_made_early_that_nobody_asks_for(judged, submission, one_check):
    """`-k` leaves the cellar empty."""
    pack = one_check(TAKES, fixtures=EARLY)

    _, result = judged(submission(kata="single"), f"--kata-pack={pack}", "-k", "test_first")

    assert _statuses(result) == {"test_first": Status.FAILED}
    assert "expected  `cellar`\nseen      nothing" in result.checks[0].message


def test_what_another_thread_compares_is_not_told(judged, submission, one_check):
    """Stories are played beside the checks: their assertions are not those of the check that has just failed."""
    pack = one_check(COMPARED_ELSEWHERE)

    _, result = judged(submission(kata="single"), f"--kata-pack={pack}")

    assert result.checks[0].message.splitlines() == ["expected  2", "seen      1"]


def test_a_cellar_that_does_not_start_fails_its_checks_only(judged, submission, one_check, greeter):
    """The program came up, though not with these variables: that is not the end of everything."""
    pack = one_check(TAKES, fixtures=EARLY)

    _, result = judged(submission(kata="single", source=NEEDS_GREETING + greeter), f"--kata-pack={pack}")

    assert _statuses(result) == {"test_first": Status.PASSED, "test_well": Status.FAILED, "test_wrong": Status.FAILED}
    assert result.stopped_by() is None
    assert "no Italian here" in result.checks[1].message

"""A deployment gives a program what its kata lists and nothing else, and shares or separates as it is asked."""

from __future__ import annotations

import json
import smtplib
from dataclasses import replace
from unittest import SkipTest
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from backend_katas.catalogue import find_kata
from backend_katas.grader import eventually
from backend_katas.host import Host, Settings
from backend_katas.manifest import read_submission
from backend_katas.program import DidNotStart

SHOWS_ITS_ENVIRONMENT = """
import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Shows(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

print("it is up", flush=True)
ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Shows).serve_forever()
"""


@pytest.fixture
def host(mini, submission, monkeypatch):
    """A host for a program that answers every request with its environment."""
    monkeypatch.setenv("GITHUB_TOKEN", "a secret of the grader")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.delenv("PYENV_ROOT", raising=False)

    def make(*services: str, **options):
        kata = replace(find_kata("greeter", [mini]), services=services)
        folder = submission(source=SHOWS_ITS_ENVIRONMENT, **options)
        return Host(kata, read_submission(folder), Settings(seed=7))

    return make


def test_a_program_is_given_what_the_kata_lists_and_nothing_else(host):
    """The environment has our variables and the kata's; nothing of the grader's leaks in."""
    with host() as standing:
        seen = standing.shared({"GREETING": "Ciao"}).client().get("/").object()

    allowed = {"PATH", "PORT", "HOST", "APP_ENV", "SECRET_KEY", "TZ", "HOME", "TMPDIR", "LANG", "PYTHONUNBUFFERED"}
    kata = {"GREETING", "NAMES_FILE", "TOKEN"}
    shells = {"PWD", "SHLVL", "_", "OLDPWD", "LC_CTYPE"}
    assert set(seen) - shells == allowed | kata
    assert (seen["GREETING"], seen["TZ"], seen["HOST"]) == ("Ciao", "UTC", "127.0.0.1")


def test_secrets_follow_the_seed(host):
    """One seed gives one secret for each variable, so that a run can be repeated."""
    with host() as standing:
        first = standing.shared({}).environment
    assert first["TOKEN"] != first["SECRET_KEY"]
    assert len(first["TOKEN"]) == 64
    assert standing.settings.seed == 7


def test_files_of_the_kata_are_copied_away_from_the_pack(host, mini):
    """The program reads the kata's files where no grader lies beside them."""
    with host() as standing:
        path = standing.shared({}).environment["NAMES_FILE"]
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123 - a learner's program would do just that
            text = stream.read()

    assert text == "Ada\n"
    assert str(mini.root) not in path


def test_the_same_variables_share_a_program(host):
    """Checks that ask for the same environment meet the same process; others meet another."""
    with host() as standing:
        one, same, other = (standing.shared(variables) for variables in ({}, {}, {"GREETING": "Ciao"}))

        assert one is same
        assert other.web.port != one.web.port


def test_a_private_deployment_ends_with_its_block(host):
    """What one check asked for alone does not run on."""
    with host() as standing:
        with standing.deployed({}) as deployment:
            assert deployment.web.running
        assert not deployment.web.running


def test_a_checks_own_deployment_ends_while_others_go_on(host):
    """Nobody waits for it, and with the session it is gone."""
    with host() as standing:
        with standing.private({}) as deployment:
            assert deployment.client().get("/").status_code == 200
        program = deployment.web
    assert not program.running


def test_what_was_only_lent_ends_when_it_is_given_back(host):
    """Whoever asks for it again gets a new one."""
    with host() as standing:
        lent = standing.lent({})
        assert standing.lent({}) is lent

        standing.give_back({})

        assert standing.lent({}) is not lent
        eventually(lambda: not lent.web.running, what="the end of what was given back")


def test_what_is_shared_for_the_session_cannot_be_given_back(host):
    """A fixture may hold it though no check asks for it any more."""
    with host() as standing:
        lasting = standing.shared({})

        standing.give_back({})

        assert standing.lent({}) is lasting
        assert lasting.client().get("/").status_code == 200


def test_a_second_instance_runs_beside_the_first(host):
    """Two instances have two ports and one environment."""
    with host() as standing:
        deployment = standing.shared({})
        first, second = deployment.client().get("/").object(), deployment.second().get("/").object()

    assert first["PORT"] != second["PORT"]
    assert first["SECRET_KEY"] == second["SECRET_KEY"]


def test_a_restart_keeps_port_and_environment(host):
    """After a restart the same client goes on."""
    with host() as standing:
        deployment = standing.shared({})
        client = deployment.client()
        before = client.get("/").object()
        deployment.restart()

        assert client.get("/").object() == before


def test_a_crash_keeps_port_and_environment(host):
    """After a crash the same client goes on, with another process."""
    with host() as standing:
        deployment = standing.shared({})
        client = deployment.client()
        before, pid = client.get("/").object(), deployment.web.child.pid
        deployment.crash()

        assert client.get("/").object() == before
        assert deployment.web.child.pid != pid


def test_a_client_may_come_from_another_address(host):
    """The program sees where it comes from; what is derived from the client comes from there as well."""
    with host() as standing:
        deployment = standing.shared({})
        client = deployment.client(source="127.0.0.2")
        client.as_bearer("a").get("/")

        assert deployment.web.log_since(0).splitlines()[-1].startswith("127.0.0.2 ")


def test_a_machine_without_the_address_cannot_judge(host):
    """A check that needs it is skipped; 192.0.2.1 is nobody's (RFC 5737)."""
    with host() as standing, pytest.raises(SkipTest, match=r"this machine has no address `192\.0\.2\.1`"):
        standing.shared({}).client(source="192.0.2.1").get("/")


def test_a_watch_sees_what_happened_since(host):
    """Exchanges and log lines belong to the check in which they happened."""
    with host() as standing:
        deployment = standing.shared({})
        early = deployment.watch()
        deployment.client().get("/early")
        late = deployment.watch()
        deployment.client().get("/late")

        assert [exchange.path for exchange in early.exchanges] == ["/early"]
        assert [exchange.path for exchange in late.exchanges] == ["/late"]
        assert "/late" in late.log()
        assert "/early" not in late.log()


def test_services_are_reached_through_what_the_program_is_given(host):
    """DATABASE_URL leads through the relay to a database of the program's own, SMTP_URL to its own mailbox."""
    with host("postgres", "smtp") as standing:
        deployment = standing.shared({})
        given = deployment.environment
        watch = deployment.watch()
        with psycopg.connect(given["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('kata-needle')")
        mail = urlsplit(given["SMTP_URL"])
        with smtplib.SMTP(mail.hostname, mail.port, timeout=60) as post:
            post.sendmail("a@example.com", ["b@example.com"], "Subject: hi\r\n\r\nhello")

        postgres = deployment.services["postgres"]
        assert urlsplit(given["DATABASE_URL"]).port == postgres.relay.address[1]
        assert any("INSERT INTO kept" in text for text in watch.statements())
        assert [str(finding) for finding in postgres.database.find(["kata-needle"])] != []
        assert deployment.services["smtp"].endpoint.mailbox.wait(to="b@example.com")[0].text.strip() == "hello"
        assert standing.services["postgres"].split()[0] in {"embedded", "url", "docker"}


def test_a_probe_of_another_service_is_the_graders_mistake(host):
    """Redis has no tables, PostgreSQL no keys."""
    with host("postgres", "redis") as standing:
        services = standing.shared({}).services

        for asked in (services["redis"].scans, services["redis"].preferring_indexes):
            with pytest.raises(TypeError, match="a redis service has no tables"):
                asked()
        with pytest.raises(TypeError, match="a postgresql service has no keys"):
            _ = services["postgres"].keyspace


def test_reads_are_counted_for_the_programs_role(host):
    """What the program looks up by its URL, through the relay, is what is counted."""
    with host("postgres") as standing:
        deployment = standing.shared({})
        postgres = deployment.services["postgres"]

        def run(*statements: str) -> None:
            with psycopg.connect(deployment.environment["DATABASE_URL"], autocommit=True) as connection:
                for statement in statements:
                    connection.execute(statement)

        run("CREATE TABLE links (code text UNIQUE, url text)", "INSERT INTO links VALUES ('a', '/'), ('b', '/')")
        with postgres.preferring_indexes():
            deployment.restart()
            with postgres.scans() as scans:
                run("SELECT * FROM links WHERE code = 'a'", "SELECT * FROM links WHERE lower(code) = 'a'")

    assert (scans.sequential, scans.by_index, scans.rows) == ({"links": 1}, {"links": 1}, {"links": 3})


def test_keys_are_looked_at_past_the_relay(host):
    """The probe sees what the program keeps by its URL, and the relay nothing of the probe."""
    with host("redis") as standing:
        deployment = standing.shared({})
        held = deployment.services["redis"]
        with redis.Redis.from_url(deployment.environment["REDIS_URL"]) as program:
            program.set("link:a", "https://example.com/")
        seen = len(held.relay.statements)

        assert [key.name for key in held.keyspace] == held.keyspace.find(["example.com"]) == ["link:a"]
        held.keyspace.flush()
        assert held.keyspace.keys() == []
        assert len(held.relay.statements) == seen > 0


def test_two_deployments_share_no_database(host):
    """What one environment's program stores, another's does not see."""
    with host("postgres") as standing:
        urls = [standing.shared(variables).environment["DATABASE_URL"] for variables in ({}, {"GREETING": "Ciao"})]

        assert len({urlsplit(url).path for url in urls}) == 2


@pytest.fixture
def called(mini, tmp_path):
    """A host for a command-line program that says what `BOOK` and `MARK` are."""

    def make(*services: str, cli: str = "echo $BOOK $MARK", **more: str):
        kata = replace(find_kata("shout", [mini]), services=services)
        lines = [f"{name}: {json.dumps(line)}" for name, line in {"cli": cli, **more}.items()]
        (tmp_path / "kata.yaml").write_text("\n".join(["kata: shout", *lines, ""]))
        return Host(kata, read_submission(tmp_path), Settings(seed=7))

    return make


def test_a_command_line_has_a_scratch_folder_of_its_own(called):
    """`{scratch}` in a variable is another, empty folder for each command line, and gone after it."""
    with called() as standing:
        deployment = standing.shared({"MARK": "{scratch}/mark"})
        with deployment.command_line() as one, deployment.command_line() as other:
            told = [cli().stdout for cli in (one, other)]
            (one.scratch / "kept").touch()

            assert told == [f"{cli.scratch}/book.txt {cli.scratch}/mark\n" for cli in (one, other)]
            assert one.environment["BOOK"] == f"{one.scratch}/book.txt"
            assert list(other.scratch.iterdir()) == []
        assert not one.scratch.exists()


def test_calls_belong_to_the_watch_in_which_they_were_made(called):
    """A check shows its own calls, with the kata's variables and those of the check."""
    with called() as standing:
        deployment = standing.shared({"MARK": "?", "MORE": "x"})
        for word in ("early", "late"):
            watch = deployment.watch()
            with deployment.command_line() as cli:
                cli(word)

    (command,) = watch.commands
    assert command.arguments == ("late",)
    assert dict(command.environment) == {"BOOK": "$SCRATCH/book.txt", "MARK": "?", "MORE": "x"}
    assert command.stdout == "$SCRATCH/book.txt ? late\n"


def test_a_command_line_program_may_have_services(called):
    """It is given them as a server is, by way of the relay."""
    with called("postgres", cli="echo $DATABASE_URL") as standing:
        deployment = standing.shared({})
        with deployment.command_line() as cli:
            url = cli().stdout.strip()

        assert urlsplit(url).port == deployment.services["postgres"].relay.address[1]
        assert deployment.lost_services() == deployment.troubles() == []


def test_a_command_line_program_is_tried_out_once(called, tmp_path):
    """Each session learns once whether it can be called; how that call ends is no matter."""
    with called(cli="echo called >> calls; exit 9; :") as standing:
        standing.shared({})
        standing.shared({"MARK": "?"})

    assert (tmp_path / "calls").read_text() == "called\n"


def test_a_program_that_cannot_be_called_did_not_start(called):
    """It is told with the likely cause."""
    with called(cli="./gone") as standing, pytest.raises(DidNotStart, match=r"there is no `\./gone`"):
        standing.shared({})


def test_what_a_kata_is_not_is_the_graders_mistake(host, called):
    """A check that asks a command-line program for its server, or a server for its command line, is broken."""
    with called() as standing:
        deployment = standing.shared({})
        asked = (lambda: deployment.web, deployment.client, deployment.restart, deployment.crash, deployment.second)
        for ask in asked:
            with pytest.raises(TypeError, match="its checks ask for `cli`"):
                ask()
    with host() as standing, pytest.raises(TypeError, match="its checks ask for `api`"):
        standing.shared({}).command_line()


def test_release_runs_before_the_program(host):
    """`release` is run to completion first, with the same environment."""
    with host(more="  release: echo $GREETING > released\n") as standing:
        standing.shared({})

        assert (standing.submission.folder / "released").read_text() == "Hello\n"


def test_a_release_that_fails_is_told_with_its_log(host):
    """A program whose migration fails did not start."""
    with host(more="  release: echo no such table && exit 3\n") as standing, pytest.raises(DidNotStart) as caught:
        standing.shared({})

    assert "no such table" in caught.value.message

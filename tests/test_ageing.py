"""A cellar makes things early, each on its own, and tells the check that takes one how it was made."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from backend_katas.ageing import Cellar
from backend_katas.catalogue import find_kata
from backend_katas.errors import ProgramFault
from backend_katas.host import Host, Settings
from backend_katas.manifest import read_submission

AGE = 0.3
LOUD = """
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Loud(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Loud).serve_forever()
"""


@pytest.fixture
def host(mini, submission):
    """A host for a program that answers everything, and logs what it was asked."""
    with Host(find_kata("greeter", [mini]), read_submission(submission(source=LOUD)), Settings(seed=7)) as standing:
        yield standing


@pytest.fixture
def deployment(host):
    """The deployment of a check."""
    deployment = host.shared({})
    deployment.watch()
    return deployment


@pytest.fixture
def cellar(host):
    """A cellar in another deployment than the check's."""
    with Cellar(host.shared({"GREETING": "Ciao"})) as cellar:
        yield cellar


def _paths(deployment) -> list[str]:
    return [exchange.path for exchange in deployment.client().recorder]


def test_who_takes_a_thing_gets_its_making_on_record(cellar, deployment):
    """Requests and log lines of the making belong to the check that takes the thing, once, and to no other."""
    cellar.keep("letter", lambda: cellar.api.get("/letter").status_code)
    cellar.keep("parcel", lambda: cellar.api.get("/parcel").status_code)
    aged = cellar.opened_for(deployment)

    assert (aged["letter"], aged["letter"]) == (200, 200)
    assert _paths(deployment) == ["/letter"]
    assert deployment.watch().log() == ""


def test_the_log_of_the_making_is_on_record_too(cellar, deployment):
    """A failed check shows what the program wrote when the thing was made, though that was another program."""
    watch = deployment.watch()
    cellar.keep("letter", lambda: cellar.api.get("/letter"))

    cellar.take("letter", deployment)

    assert "GET /letter" in watch.log()


def test_what_is_done_with_a_thing_is_on_record(cellar, deployment):
    """A check goes on with the cellar's program, by a client of its own."""
    aged = cellar.opened_for(deployment)

    aged.api.get("/afterwards")

    assert _paths(deployment) == ["/afterwards"]
    assert aged.api.host != deployment.client().host


def test_what_went_wrong_is_told_to_each_who_takes_it(cellar, deployment):
    """A fault of one thing is raised as it was, as often as it is asked for, and leaves the others alone."""

    def fail() -> None:
        cellar.api.get("/fails")
        raise ProgramFault("the program did not send a letter")

    assert not cellar.keep("letter", fail)
    assert cellar.keep("parcel", lambda: "here")

    for _ in range(2):
        with pytest.raises(ProgramFault, match="did not send a letter"):
            cellar.take("letter", deployment)
    assert _paths(deployment) == ["/fails"]
    assert cellar.take("parcel", deployment) == "here"
    assert (cellar.holds("letter"), cellar.holds("parcel")) == (False, True)


def test_nobody_gets_a_thing_that_is_too_young(cellar, deployment):
    """The age counts from the end of the making."""
    cellar.keep("wine", time.monotonic, age=AGE)

    made = cellar.take("wine", deployment)

    assert time.monotonic() - made >= AGE


def test_ripening_waits_for_everything(cellar):
    """Afterwards all that is kept is old enough, also what a story has yet to make."""
    ready = threading.Event()

    def story() -> None:
        ready.wait(10)
        cellar.keep("wine", lambda: made.append(time.monotonic()), age=AGE)

    made: list[float] = []
    cellar.play(story)
    ready.set()
    cellar.ripen()

    assert time.monotonic() - made[0] >= AGE


def test_who_takes_a_part_waits_until_it_was_played(cellar, deployment):
    """A story goes on beside the checks, and a part of it is there when it has been kept."""
    ready = threading.Event()

    def story() -> None:
        ready.wait(10)
        cellar.keep("first", lambda: 1)
        cellar.keep("second", lambda: 2)

    cellar.play(story)
    threading.Timer(0.1, ready.set).start()

    assert cellar.take("second", deployment) == 2
    assert cellar.take("first", deployment) == 1
    with pytest.raises(KeyError, match="third"):
        cellar.take("third", deployment)


def test_a_story_ends_when_the_cellar_is_closed(host, deployment):
    """Nobody waits for what nobody will take; what has to follow the story follows."""
    over = []

    def story() -> None:
        cellar.keep("wine", lambda: cellar.pause(600))

    with Cellar(deployment) as cellar:
        cellar.play(story, then=lambda: over.append(True))

    assert over == [True]


def test_a_broken_story_is_told(deployment):
    """A mistake in a story is raised for who takes what it has not kept, and when the cellar is closed."""

    def story() -> None:
        cellar.keep("first", lambda: 1)
        raise RuntimeError("the author's mistake")

    stack = ExitStack()
    cellar = stack.enter_context(Cellar(deployment))
    cellar.play(story)

    assert cellar.take("first", deployment) == 1
    with pytest.raises(RuntimeError, match="the author's mistake"):
        cellar.take("second", deployment)
    with pytest.raises(RuntimeError, match="the author's mistake"):
        stack.close()

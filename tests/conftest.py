"""What tests of several modules share: the pack of tiny katas and a way to make submissions for it."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backend_katas.catalogue import PACKS_VARIABLE
from backend_katas.errors import KatasError
from backend_katas.model import Pack
from backend_katas.services.container import find_engine

pytest_plugins = ["pytester"]
# The graders of test packs are run by the engine, not by this suite.
collect_ignore = ["packs"]

MINI = Path(__file__).parent / "packs" / "mini"
VARIED = MINI.with_name("varied")

GREETER = """
import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

class Greeter(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        url = urlsplit(self.path)
        name = parse_qs(url.query).get("name", ["nobody"])[0]
        known = url.path in ("/healthz", "/hello")
        body = json.dumps({"greeting": f"{os.environ['GREETING']}, {name}"}).encode() if known else b""
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Greeter).serve_forever()
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take what `make redteam` asks of tests/redteam; without it a share is run, and every test says which."""
    group = parser.getgroup("red team")
    group.addoption("--isolation", action="append", default=[], metavar="NAME", help="Only this one; repeatable.")
    group.addoption("--honest", type=int, default=0, metavar="N", help="Mix all attacks with N honest programs.")
    group.addoption("--each", action="store_true", help="Every innocent program by itself.")
    group.addoption("--record", metavar="FILE", help="Append what came of each program, a JSON document a line.")


def pytest_configure() -> None:
    """Let Ctrl-C be tested also where the suite itself runs in a shell's background, which ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a Docker engine where none runs, and say so."""
    if item.get_closest_marker("docker"):
        try:
            find_engine(os.environ)
        except KatasError as problem:
            pytest.skip(problem.message)


@pytest.fixture(scope="session")
def needs_bwrap() -> None:
    """Skip what needs bubblewrap where it is not, but never where it has to be."""
    if shutil.which("bwrap"):
        return
    if os.environ.get("CI"):
        pytest.fail("`bwrap` is not here, and in CI it has to be: `apt-get install bubblewrap`")
    pytest.skip("`bwrap` is not here: `apt-get install bubblewrap`")


@pytest.fixture
def greeter() -> str:
    """The source of a program that does all that `greeter` asks."""
    return GREETER


@pytest.fixture
def mini() -> Pack:
    """The pack of tests/packs/mini."""
    return Pack(name="mini", version="0", root=MINI)


@pytest.fixture
def varied() -> Pack:
    """The pack of tests/packs/varied, with a kata that offers variants: `parrot`."""
    return Pack(name="varied", version="0", root=VARIED)


@pytest.fixture
def parrot(tmp_path: Path) -> Callable[..., Path]:
    """Make a submission of `parrot` that is right for these values; `more` are further lines of its `kata.yaml`."""

    def make(*, times: object = 2, option: object = "loud", more: str = "", name: str = "mine") -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        program = (VARIED / "solutions" / "parrot" / "python-stdlib" / "parrot.py").read_text(encoding="utf-8")
        program = program.replace("TIMES = 2", f"TIMES = {times}").replace("--loud", f"--{option}")
        (folder / "parrot.py").write_text(program, encoding="utf-8")
        (folder / "kata.yaml").write_text(f"kata: parrot\ncli: {shlex.quote(sys.executable)} parrot.py\n{more}")
        return folder

    return make


@pytest.fixture
def with_mini(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the plugin and the command find the pack of tests/packs/mini."""
    monkeypatch.setenv(PACKS_VARIABLE, str(MINI))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture
def submission(tmp_path: Path) -> Callable[..., Path]:
    """Make a submission of `greeter`: a right program unless `source` or `web` say otherwise."""

    def make(
        *,
        kata: str = "greeter",
        source: str = GREETER,
        web: str = f"{shlex.quote(sys.executable)} server.py",
        more: str = "",
        name: str = "mine",
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "server.py").write_text(source)
        (folder / "kata.yaml").write_text(f"kata: {kata}\nprocesses:\n  web: {web}\n{more}")
        return folder

    return make

"""Where attacks take place: canaries round about, a grader, and witnesses who look from outside."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import random
import re
import secrets
import shutil
import socket
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Event, Thread
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from backend_katas.errors import KatasError
from backend_katas.grading import grade_copy
from backend_katas.isolation import ISOLATIONS, Premises
from backend_katas.isolation.container_engine import IMAGE_VARIABLE, usable_engine, usable_image
from backend_katas.model import Pack, Result
from backend_katas.runner import Isolation

HERE = Path(__file__).parent
PACKS = HERE.parent / "packs"
ATTACKS = sorted(path.name for path in HERE.glob("RT-*"))
COMPANY = 6  # innocent programs that are one: all of them have to be up within five seconds
ROTATION = datetime.now(UTC).timetuple().tm_yday % 3
PYTHON = "/usr/bin/python3"


def expected_of(attack: str) -> dict[str, Any]:
    """Return what is to come of an attack."""
    return tomllib.loads((HERE / attack / "expect.toml").read_text())


def traps_of(attack: str) -> ModuleType | None:
    """Return what lays the traps of an attack that no file in a repository can be."""
    path = HERE / attack / "traps.py"
    spec = spec_from_file_location(f"traps_{attack[:5].replace('-', '_')}", path) if path.exists() else None
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hostiles(attack: str) -> list[str]:
    """Return the programs of an attack."""
    return sorted(path.stem for path in (HERE / attack).glob("hostile*.py"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try each attack under each isolation: all under bubblewrap, and a third under Docker by the day of the year.

    `program`, `victim`, `traps`, `twin` or `company` among a test's arguments say which attacks it is about.
    """
    if "isolation" not in metafunc.fixturenames:
        return
    asked, each = metafunc.config.getoption("--isolation"), metafunc.config.getoption("--each")
    names, cases = _cases(set(metafunc.fixturenames), each=each)
    chosen = [
        pytest.param(
            isolation, *case, marks=[pytest.mark.docker] if isolation == "docker" else [], id=_id(isolation, case)
        )
        for isolation in asked or ("bwrap", "docker")
        for case in cases
        if asked or isolation != "docker" or _is_due(case)
    ]
    metafunc.parametrize(["isolation", *names], chosen, indirect=["isolation"])


def _cases(wanted: set[str], *, each: bool) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the names of a test's arguments and their values."""
    killed = [attack for attack in ATTACKS if expected_of(attack).get("killed")]
    alone = [attack for attack in ATTACKS if each or _is_alone(attack)]
    company = [attack for attack in ATTACKS if attack not in alone]
    if "program" in wanted:
        return ["attack", "program"], [
            (attack, name) for attack in ATTACKS if attack not in killed for name in hostiles(attack)
        ]
    if "victim" in wanted:
        return ["attack"], [(attack,) for attack in killed]
    if "traps" in wanted:
        return ["attack"], [(attack,) for attack in ATTACKS if hasattr(traps_of(attack), "REFUSED")]
    if "twin" in wanted:
        return ["attack"], [(attack,) for attack in alone]
    if "company" in wanted:
        return ["company"], [(company[at : at + COMPANY],) for at in range(0, len(company), COMPANY)]
    return [], [()]


def _is_alone(attack: str) -> bool:
    """Say whether an innocent program needs a kata or files of its own, or says that it cannot share a process."""
    wanted = expected_of(attack)
    return bool(wanted.keys() & {"kata", "files", "build", "alone", "comment"})


def _id(isolation: str, case: tuple[Any, ...]) -> str:
    parts = ["+".join(attack[:5] for attack in part) if isinstance(part, list) else part for part in case]
    return "-".join([isolation, *parts])


def _is_due(case: tuple[Any, ...]) -> bool:
    """Say whether Docker's turn is today."""
    attacks = [attack for part in case for attack in (part if isinstance(part, list) else [part])][:1]
    return any(int(attack.split("-")[1]) % 3 == ROTATION for attack in attacks)


@pytest.fixture
def expected(attack: str) -> dict[str, Any]:
    """What is to come of an attack."""
    return expected_of(attack)


@pytest.fixture
def traps(attack: str) -> ModuleType | None:
    """What lays the traps of an attack."""
    return traps_of(attack)


@pytest.fixture
def twin(attack: str) -> str:
    """The innocent twin of an attack."""
    return attack


@pytest.fixture
def attacks() -> list[tuple[str, str]]:
    """All attacks, with each of their programs."""
    return [(attack, program) for attack in ATTACKS for program in hostiles(attack)]


@pytest.fixture
def isolation(request: pytest.FixtureRequest) -> Isolation:
    """How strangers are confined; where that cannot be had there is nothing to be tried, which is told."""
    name = request.param
    if name not in ISOLATIONS:
        pytest.skip(f"there is no isolation `{name}` yet")
    if name == "bwrap" and not shutil.which("bwrap"):
        if os.environ.get("CI"):
            pytest.fail("`bwrap` is not here, and in CI it has to be: `apt-get install bubblewrap`")
        pytest.skip("`bwrap` is not here: `apt-get install bubblewrap`")
    if name == "docker":
        _choose_image(request.getfixturevalue("monkeypatch"))
    return Isolation(name=name, soft_memory=name == "bwrap" and os.geteuid() != 0)


def _choose_image(monkeypatch: pytest.MonkeyPatch) -> None:
    image = os.environ.get(IMAGE_VARIABLE) or os.environ.get("KATAS_BASE_IMAGE", "katas-python")
    monkeypatch.setenv(IMAGE_VARIABLE, image)
    try:
        usable_image(usable_engine(os.environ), Premises(environ=dict(os.environ)))
    except KatasError as problem:
        pytest.skip(f"{problem.message}; `KATAS_BASE_IMAGE` names another")


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """What came of one program: its result, or why there is none; `mark` stands in the commands of its processes."""

    mark: str
    result: Result | None
    sight: Sight
    refusal: str = ""
    told: str = ""

    @property
    def verdict(self) -> str:
        """In a word."""
        return f"{self.result.status}" if self.result else "refused"

    @property
    def everything(self) -> str:
        """All that anybody is told."""
        return f"{self.result.to_json() if self.result else ''}\n{self.refusal}\n{self.told}"


class Oracle(BaseHTTPRequestHandler):
    """A canary's voice: a right program for every kata of the red team, which nobody may reach."""

    def do_GET(self) -> None:
        """Answer as an honest program would."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        document = {"greeting": f"Hello, {asked.get('name')}", "word": asked.get("word"), "notes": []}
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", f"{len(body)}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


# Below those that systems give to whoever asks for any: graders poll such, and one may be a canary's by now.
PORTS = range(10_000, 30_000)


class Canary(ThreadingHTTPServer):
    """Listens on all addresses and notes who comes, whatever becomes of it."""

    daemon_threads = True

    def __init__(self, port: int, visitors: list[object]) -> None:
        self._visitors = visitors
        super().__init__(("0.0.0.0", port), Oracle)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Note a visitor."""
        self._visitors.append(client_address)
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let visitors break off as they like: they are noted."""


@dataclass(slots=True)
class Outside:
    """What an attack must neither find nor touch: files, ports, names, and the grader's environment."""

    files: list[Path]
    port: int
    mark: Path
    names: list[str]
    visitors: list[object]

    def target(self) -> str:
        """Return what an attacker is told, as if it had been here before."""
        found = [address.address for addresses in psutil.net_if_addrs().values() for address in addresses]
        addresses = sorted(name.partition("%")[0] for name in found if name.count(".") == 3 or ":" in name)[:8]
        told = {
            "PATHS": [str(path) for path in self.files],
            "HOSTS": list(dict.fromkeys(["127.0.0.1", "::1", *addresses])),
            "PORT": self.port,
            "NAMES": self.names,
            "MARK": f"{self.mark}",
        }
        return "".join(f"{name} = {value!r}\n" for name, value in told.items())

    def digest(self) -> list[tuple[str, str]]:
        """Return what the folders of the canaries hold."""
        folders = sorted({path.parent for path in self.files})
        found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
        return [
            (str(path), hashlib.sha256(path.read_bytes()).hexdigest())
            for path in found
            if "__pycache__" not in path.parts
        ]


@contextlib.contextmanager
def canaries(visitors: list[object]) -> Iterator[tuple[Canary, socket.socket]]:
    """Listen for connections and for datagrams on one port."""
    for port in random.sample(PORTS, 50):
        with contextlib.ExitStack() as stack:
            try:
                server = stack.enter_context(Canary(port, visitors))
                datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                datagrams.bind(("0.0.0.0", port))
            except OSError as problem:
                if problem.errno != errno.EADDRINUSE:
                    raise
                continue
            yield server, datagrams
            return
    raise OSError("no port for a canary")


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """Canaries where attackers look: in the packs, beside the submission, in the environment, on the network."""
    canary = f"CANARY-{secrets.token_hex(8)}"
    files = [tmp_path / "neighbour" / "answers.txt"]
    for pack in ("mini", "redteam"):
        root = shutil.copytree(PACKS / pack, tmp_path / pack, ignore=shutil.ignore_patterns("__pycache__"))
        files += [root / "graders" / "answers.txt", root / "solutions" / "answers.txt"]
    files.append(tmp_path / "mini" / "graders" / "greeter" / "answers.txt")
    for path in files:
        path.parent.mkdir(exist_ok=True)
        path.write_text(canary)
    for name in ("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "DATABASE_PASSWORD", "PIP_PASSWORD"):
        monkeypatch.setenv(name, canary)
    visitors: list[object] = []
    name = str(tmp_path / "canary.sock")[:100]
    with contextlib.ExitStack() as stack:
        server, datagrams = stack.enter_context(canaries(visitors))
        Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        listeners = [datagrams]
        for address in (name, f"\0{name}"):
            with contextlib.suppress(OSError):
                unix = stack.enter_context(socket.socket(socket.AF_UNIX))
                unix.bind(address)
                unix.listen()
                listeners.append(unix)
        for each in listeners:
            Thread(target=_watch, args=(each, visitors), daemon=True).start()
        names = [name, "/run/docker.sock", "/var/run/docker.sock"]
        yield Outside(files=files, port=server.server_port, mark=tmp_path / "ran", names=names, visitors=visitors)


def _watch(listener: socket.socket, visitors: list[object]) -> None:
    with contextlib.suppress(OSError):
        while True:
            visitors.append(listener.recvfrom(9) if listener.type == socket.SOCK_DGRAM else listener.accept()[1])


@pytest.fixture
def arena(tmp_path: Path, place: Path, outside: Outside, isolation: Isolation) -> Arena:
    """Where programs are made and graded; their temporary files lie in a place of their own."""
    packs = [Pack(name=name, version="0", root=tmp_path / name) for name in ("mini", "redteam")]
    return Arena(tmp_path=tmp_path, isolation=isolation, packs=packs, outside=outside)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for temporary files in which nobody else has any, and which a lent user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="redteam-", dir="/tmp"))
    folder.chmod(0o711)
    monkeypatch.setenv("TMPDIR", f"{folder}")
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class Arena:
    """Makes submissions of the programs, and has them graded as any other."""

    tmp_path: Path
    isolation: Isolation
    packs: list[Pack]
    outside: Outside

    def submission(self, attack: str, program: str, *, kata: str = "") -> tuple[Path, str]:
        """Make a submission of a program; gives its folder, and the word by which its processes are known."""
        wanted, mark = expected_of(attack), secrets.token_hex(8)
        kata = kata or ("shout" if program == "hostile_cli" else wanted.get("kata", "greeter"))
        folder = self._folder(mark, program, HERE / attack)
        for name, text in wanted.get("files", {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text.replace("@MARK@", str(self.outside.mark)))
        command = f"{PYTHON} {program}.py {mark}"
        comment = f" #{wanted['comment']}" if "comment" in wanted else ""
        self._manifest(folder, kata, command, comment, build=wanted.get("build", False))
        traps = traps_of(attack) if program != "innocent" or attack.startswith("RT-38") else None
        if traps:
            traps.lay(folder, self.outside)
        return folder, mark

    def honest(self, kata: str) -> tuple[Path, str]:
        """Make a submission that is right, and means no harm."""
        mark = secrets.token_hex(8)
        folder = self._folder(mark, "honest", None)
        whole = {"vault": "vault; vault.keep()", "gauntlet": "raw; raw.serve([])"}.get(kata, "honest; honest.serve()")
        (folder / "program.py").write_text(f"import {whole}\n")
        self._manifest(folder, kata, f"{PYTHON} program.py {mark}", "", build=False)
        return folder, mark

    def together(self, attacks: list[str]) -> tuple[Path, str]:
        """Make one submission that does what the innocent programs of several attacks do, one after the other."""
        mark = secrets.token_hex(8)
        folder = self._folder(mark, "innocents", None)
        names = [f"innocent_{attack.split('-')[1]}" for attack in attacks]
        for attack, name in zip(attacks, names, strict=True):
            shutil.copy(HERE / attack / "innocent.py", folder / f"{name}.py")
        lines = ["import honest", "serve, honest.serve = honest.serve, lambda *_: None"]
        lines += [*(f"import {name}" for name in names), "serve()"]
        (folder / "program.py").write_text("\n".join(lines) + "\n")
        self._manifest(folder, "greeter", f"{PYTHON} program.py {mark}", "", build=False)
        return folder, mark

    def grade(self, folder: Path, mark: str) -> Graded:
        """Grade a submission, and see how much memory that takes."""
        told: list[str] = []
        with watched(mark) as sight:
            try:
                result = grade_copy(folder, self.packs, isolation=self.isolation, tell=told.append)
            except KatasError as problem:
                return Graded(mark=mark, result=None, refusal=str(problem), told="\n".join(told), sight=sight)
        return Graded(mark=mark, result=result, told="\n".join(told), sight=sight)

    def _folder(self, mark: str, name: str, source: Path | None) -> Path:
        folder = self.tmp_path / mark / f"{mark}-{name}"
        shutil.copytree(HERE / "common", folder, ignore=shutil.ignore_patterns("__pycache__"))
        for path in source.glob("*.py") if source else ():
            if path.name != "traps.py":
                shutil.copy(path, folder)
        (folder / "target.py").write_text(self.outside.target())
        return folder

    @staticmethod
    def _manifest(folder: Path, kata: str, command: str, comment: str, *, build: bool) -> None:
        runs = {"cli": command} if kata == "shout" else {"processes": {"web": f"exec {command}{comment}"}}
        document = {"kata": kata, **({"build": f"{command} build"} if build else {}), **runs}
        (folder / "kata.yaml").write_text(json.dumps(document))  # JSON is YAML, and writes every character

    @contextlib.contextmanager
    def watched(self, mark: str) -> Iterator[Graded]:
        """Look at a grader that somebody else starts, as if it were to have a result."""
        with watched(mark) as sight:
            yield Graded(mark=mark, result=None, sight=sight)

    def left(self, mark: str) -> list[psutil.Process]:
        """Return the processes that belong to a submission, those that grade it too."""
        return left(mark)

    def gone(self, condition: Callable[[], object], *, within: float) -> float:
        """Return after how many seconds there was nothing any more; AssertionError with what there is."""
        return gone(condition, within=within)

    def remains(self, *graded: Graded) -> list[str]:
        """Return the places that graders have made and not removed: temporary folders, control groups."""
        seen = [path for each in graded for path in each.sight.places if Path(path).exists()]
        return [*seen, *(f"{path}" for path in Path(tempfile.gettempdir()).glob("katas-*"))]


_IN_MEMORY = re.compile(r"/dev/shm/katas-[^/\s]+")  # noqa: S108


@dataclass(slots=True)
class Sight:
    """What was seen of a grader while it ran: its most memory in MiB, and the places it made outside of `place`."""

    grown: int = 0
    places: set[str] = field(default_factory=set)


@contextlib.contextmanager
def watched(mark: str) -> Iterator[Sight]:
    """Look at the grader of a marked submission now and then, as long as it runs."""
    over, sight = Event(), Sight()

    def look() -> None:
        grader: psutil.Process | None = None
        while not over.wait(0.1):
            if grader is None or not grader.is_running():
                grader = next((process for process in psutil.process_iter() if _grades(process, mark)), None)
            if grader is not None:
                _note(grader, sight)

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield sight
    finally:
        over.set()
        thread.join()


def _note(grader: psutil.Process, sight: Sight) -> None:
    with contextlib.suppress(psutil.Error, OSError, StopIteration, ValueError):
        lines = Path(f"/proc/{grader.pid}/status").read_text().splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM"))
        sight.grown = max(sight.grown, int(peak.split()[1]) >> 10)
        for process in grader.children(recursive=True):
            with contextlib.suppress(psutil.Error, OSError):
                told = " ".join(process.cmdline())
                groups = Path(f"/proc/{process.pid}/cgroup").read_text()
                sight.places |= set(_IN_MEMORY.findall(told))
                for kind, group in re.findall(r"^\d+:([^:]*):/(katas-\S+)$", groups, re.MULTILINE):
                    sight.places |= {f"{path}" for path in Path("/sys/fs/cgroup").glob(f"{kind or '.'}*/{group}")}


def _grades(process: psutil.Process, mark: str) -> bool:
    with contextlib.suppress(psutil.Error):
        words = process.cmdline()
        return any(word.startswith("--kata-submission=") and mark in word for word in words)
    return False


def left(mark: str) -> list[psutil.Process]:
    """Return the processes that belong to a submission, those that grade it too."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and any(mark in word for word in process.cmdline()):
                found.append(process)
    return found


def gone(condition: Callable[[], object], *, within: float) -> float:
    """Return after how many seconds there was nothing any more; AssertionError with what there is."""
    begun = time.monotonic()
    while there := condition():
        assert time.monotonic() < begun + within, f"left over: {there}"
        time.sleep(0.02)
    return time.monotonic() - begun


@pytest.fixture
def record(request: pytest.FixtureRequest, isolation: Isolation) -> Iterator[dict[str, Any]]:
    """What is written down of a program for the table, however its test ends."""
    entry: dict[str, Any] = {"isolation": isolation.name, "user": "root" if os.geteuid() == 0 else "user"}
    yield entry
    path = request.config.getoption("--record")
    if path and "attack" in entry:
        report = getattr(request.node, "report", None)
        entry["held"] = bool(report and report.passed)
        with Path(path).open("a") as file:
            file.write(json.dumps(entry) + "\n")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let a fixture know how its test ended."""
    report = yield
    if call.when == "call":
        item.report = report  # pyright: ignore[reportAttributeAccessIssue]
    return report

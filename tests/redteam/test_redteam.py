"""Hostile submissions gain, see and harm nothing; innocent ones that do something alike earn everything.

Each folder `RT-NN-name` has a hostile program, an innocent twin, and what comes of the hostile one. They are ordinary
submissions, graded as any other. What an attack finds it carries off in a wrong answer, so that it is in the report;
whether it found or changed something is also looked at from outside, by canaries.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import socket
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from backend_katas.grading import grade_copy
from backend_katas.model import Pack
from backend_katas.runner import Isolation

HERE = Path(__file__).parent
MINI = HERE.parent / "packs" / "mini"
ATTACKS = sorted(path.name for path in HERE.glob("RT-*"))
GONE_WITHIN = 5.0  # seconds, on a machine that is busy with other tests


@dataclass(slots=True)
class Outside:
    """What an attack must neither find nor touch: files, ports, names, and the grader's environment."""

    pack: Pack
    files: list[Path]
    port: int
    mark: Path
    names: list[str]
    visitors: list[object] = field(default_factory=list)

    def target(self) -> str:
        """Return what an attacker is told, as if it had been here before."""
        hosts = ["127.0.0.1", "::1", *_addresses()]
        paths = [str(path) for path in self.files]
        return f"PATHS = {paths!r}\nHOSTS = {hosts!r}\nPORT = {self.port}\nNAMES = {self.names!r}\n"

    def digest(self) -> list[tuple[str, str]]:
        """Return what the folders of the canaries hold."""
        folders = sorted({path.parent for path in self.files})
        found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
        return [
            (str(path), hashlib.sha256(path.read_bytes()).hexdigest())
            for path in found
            if "__pycache__" not in path.parts
        ]


def _addresses() -> list[str]:
    found = [address.address for addresses in psutil.net_if_addrs().values() for address in addresses]
    return sorted(address.partition("%")[0] for address in found if address.count(".") == 3 or ":" in address)[:8]


@pytest.fixture(scope="session")
def isolation() -> Isolation:
    """How strangers are confined here; where bubblewrap is missing there is nothing to be tried."""
    if not shutil.which("bwrap"):
        if os.environ.get("CI"):
            pytest.fail("`bwrap` is not here, and in CI it has to be: `apt-get install bubblewrap`")
        pytest.skip("`bwrap` is not here: `apt-get install bubblewrap`")
    return Isolation(name="bwrap", soft_memory=os.geteuid() != 0)


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """Canaries where attackers look: in the pack, beside the submission, in the environment, on the network."""
    canary = f"CANARY-{secrets.token_hex(8)}"
    root = shutil.copytree(MINI, tmp_path / "pack", ignore=shutil.ignore_patterns("__pycache__"))
    hidden = [root / "graders" / "greeter" / "answers.txt", root / "solutions" / "greeter" / "answers.txt"]
    neighbour = tmp_path / "neighbour" / "answers.txt"
    neighbour.parent.mkdir()
    for path in (*hidden, neighbour):
        path.write_text(canary)
    for name in ("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "DATABASE_PASSWORD", "PIP_PASSWORD"):
        monkeypatch.setenv(name, canary)
    name = str(tmp_path / "canary.sock")[:100]
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("0.0.0.0", 0)))
        made = Outside(
            pack=Pack(name="mini", version="0", root=root),
            files=[*hidden, neighbour],
            port=listener.getsockname()[1],
            mark=tmp_path / "ran",
            names=[name, "/run/docker.sock", "/var/run/docker.sock"],
        )
        datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        datagrams.bind(("0.0.0.0", made.port))
        listeners = [listener, datagrams]
        for address in (name, f"\0{name}"):
            with contextlib.suppress(OSError):
                unix = stack.enter_context(socket.socket(socket.AF_UNIX))
                unix.bind(address)
                unix.listen()
                listeners.append(unix)
        for each in listeners:
            threading.Thread(target=_watch, args=(each, made.visitors), daemon=True).start()
        yield made


def _watch(listener: socket.socket, visitors: list[object]) -> None:
    with contextlib.suppress(OSError):
        while True:
            visitors.append(listener.recvfrom(9) if listener.type == socket.SOCK_DGRAM else listener.accept()[1])


@pytest.fixture
def submit(tmp_path, outside, isolation):
    """Grade one of the programs of a folder; gives its result and the word by which its processes are known."""

    def submit(attack: str, kind: str):
        mark = secrets.token_hex(8)
        folder = tmp_path / mark / kind
        shutil.copytree(HERE / "common", folder, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(HERE / attack / f"{kind}.py", folder)
        (folder / "target.py").write_text(outside.target())
        for name, text in _expected(attack).get("files", {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text.replace("@MARK@", str(outside.mark)))
        command = f"/usr/bin/python3 {kind}.py {mark}"
        build = f"build: {command} build\n" if _expected(attack).get("build") else ""
        (folder / "kata.yaml").write_text(f"kata: greeter\n{build}processes:\n  web: exec {command}\n")
        return grade_copy(folder, [outside.pack], isolation=isolation, tell=print), mark

    return submit


def _expected(attack: str) -> dict:
    return tomllib.loads((HERE / attack / "expect.toml").read_text())


def _left(mark: str) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if mark in process.cmdline():
                found.append(process)
    return found


def _gone(mark: str) -> bool:
    deadline = time.monotonic() + GONE_WITHIN
    while _left(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _left(mark)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_comes_to_nothing(attack, outside, submit):
    """Its verdict is the one foreseen, no canary was read, reached or changed, and nothing of it is left."""
    expected = _expected(attack)
    before, free = outside.digest(), shutil.disk_usage("/").free

    for _ in range(expected.get("times", 1)):
        result, mark = submit(attack, "hostile")

    assert result.status == expected["verdict"], expected["why"]
    assert result.score <= expected["most"], [(check.title, check.message) for check in result.checks]
    assert "CANARY" not in result.to_json()
    assert result.isolation.startswith("bwrap")
    assert outside.visitors == []
    assert not outside.mark.exists(), "code of the submission ran outside of the cell"
    assert outside.digest() == before
    assert _gone(mark)
    assert free - shutil.disk_usage("/").free < 1 << 30, "the disk filled up meanwhile"


@pytest.mark.parametrize("attack", ATTACKS)
def test_its_innocent_twin_passes(attack, submit):
    """What is alike, but honest, earns everything."""
    result, mark = submit(attack, "innocent")

    assert [(check.title, check.message, check.log) for check in result.checks if check.earned != check.points] == []
    assert result.score == 100
    assert _gone(mark)

"""What a person sees and what is left behind when a program is judged through a front door."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from backend_katas.catalogue import PACKS_VARIABLE
from backend_katas.model import Result

collect_ignore = ["packs", "programs", "nursery.py"]

HERE = Path(__file__).parent
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at, not written to
AT_ONCE = 4  # judged at the same time: most of it is waiting for programs that do nothing
_LEFT_ALONE = {".katas", ".pytest_cache"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip all of it where orphans cannot be counted."""
    if sys.platform != "linux":
        for item in items:
            if item.path.is_relative_to(HERE):
                item.add_marker(pytest.mark.skip(reason="only Linux has subreapers, by which orphans are counted"))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Outcome:
    """One command: its exit code, what stood on the screen, the result where it was asked for, and what it left.

    `left` are processes and temporary folders, `changed` are files of the learner's. The command took so many seconds,
    and so many more until nothing of it was left; `late` were still there after one.
    """

    door: str
    code: int | None
    told: str
    result: Result | None
    left: tuple[str, ...]
    changed: tuple[str, ...]
    took: float
    seconds: float
    late: tuple[str, ...]

    def __repr__(self) -> str:
        traces = f"left {self.left} after {self.seconds:.3f} s (late: {self.late}), changed {self.changed}"
        return f"`{self.door}` ended with {self.code}, {traces}\n{self.told}"


class Run:
    """A command that runs under the eyes of a nursery, in a copy of a submission, with temporary files of its own."""

    def __init__(
        self,
        door: str,
        folder: Path,
        command: Sequence[str],
        environment: Mapping[str, str],
        ending: Mapping[str, float | str],
    ) -> None:
        self.door = door
        self.folder = folder
        self.place = folder.parent
        self.temporary = self.place / "temporary"
        self.temporary.mkdir()
        self._content_before = _content(folder)
        self._shared_before = _shared_memory()
        self._screen = self.place / "screen"
        with self._screen.open("wb") as screen:
            self._nursery = subprocess.Popen(
                [sys.executable, str(HERE / "nursery.py"), str(self.place / "report"), json.dumps(ending), *command],
                cwd=folder,
                env={"TMPDIR": str(self.temporary), **environment},
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
            )

    def outcome(self) -> Outcome:
        """Wait for the end, and for all to be gone or patience to run out; after that nothing of it runs any more."""
        assert self._nursery.wait(180) == 0, f"the nursery itself failed\n{self._screen.read_text()}"
        report = json.loads((self.place / "report").read_text())
        # With `-n` pytest makes a folder of its own, of which it keeps those of the last three runs.
        folders = [str(path) for path in self.temporary.iterdir() if not _is_not_ours(path)]
        left = (*report["left"], *folders, *_left_in_shared_memory(self._shared_before))
        before, after = self._content_before, _content(self.folder)
        changed = tuple(name for name in before | after if before.get(name) != after.get(name))
        shutil.rmtree(self.folder)  # some programs have written long logs
        return Outcome(
            door=self.door,
            code=report["code"],
            told=self._screen.read_text(errors="surrogateescape"),
            result=_result(self.place / "result.json"),
            left=left,
            changed=changed,
            took=report["took"],
            seconds=report["seconds"],
            late=tuple(report["late"]),
        )


class Stage:
    """Puts submissions before the front doors: `grade`, `test` and `start` of `katas`, and `pytest --kata`."""

    def __init__(self, place: Path, cache: Path) -> None:
        self._place = place
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "KATAS", "DOCKER"))},
            PACKS_VARIABLE: str(HERE / "packs" / "hard"),
            "XDG_CACHE_HOME": str(cache),
        }

    def start(
        self,
        door: str,
        *,
        program: str = "well",
        arguments: Sequence[str] = (),
        kata: str = "lone",
        web: str = "",
        more: str = "",
        manifest: str | None = None,
        name: str = "mine",
        services: str = "",
        options: Sequence[str] = (),
        environment: Mapping[str, str | None] | None = None,
        wrap: str = "",
        ending: Mapping[str, float | str] | None = None,
    ) -> Run:
        """Begin to judge a submission.

        `program` is one of the folder `programs`, unless `web` is another command; `more` is added to `kata.yaml`, and
        `manifest` replaces it; `services` says where services come from. `environment` adds variables, or takes those
        away that are None. `wrap` is a shell
        script that ends in `exec "$@"`. `ending` is a signal and its moment, as in `nursery.py`.
        """
        folder = self._place / f"{door}-{len(list(self._place.iterdir()))}-{os.urandom(3).hex()}" / name
        folder.mkdir(parents=True)
        for file in {"well.py", f"{program}.py"}:
            shutil.copy(HERE / "programs" / file, folder)
        command = web or shlex.join([sys.executable, "-B", f"{program}.py", *arguments])
        text = f"kata: {kata}\nprocesses:\n  web: {json.dumps(command)}\n{more}" if manifest is None else manifest
        (folder / "kata.yaml").write_text(text)
        given = {**self.environment, **(environment or {})}
        whole = [*(["sh", "-c", wrap, "sh"] if wrap else []), *_command(door, folder, services), *options]
        return Run(
            door, folder, whole, {name: value for name, value in given.items() if value is not None}, ending or {}
        )

    def judge(self, door: str, **situation: Any) -> Outcome:
        """Judge a submission from beginning to end."""
        return self.start(door, **situation).outcome()


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Give the place where submissions are judged, with one cache, as a learner has one."""
    return Stage(tmp_path_factory.mktemp("stage"), tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def judged(request: pytest.FixtureRequest, stage: Stage) -> Iterator[Mapping[str, Sequence[Future[Outcome]]]]:
    """Judge the `situation` of every test that has one, several at a time, and give what comes of it by test."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found: dict[str, list[Future[Outcome]]] = {}
        for item in request.session.items:
            parameters = item.callspec.params if hasattr(item, "callspec") else {}
            if "situation" in parameters:
                situation = {name: value for name, value in parameters["situation"].items() if name != "id"}
                doors = situation.pop("doors", ("grade",))
                found[item.nodeid] = [pool.submit(stage.judge, door, **situation) for door in doors]
        yield found
        pool.shutdown(cancel_futures=True)


@pytest.fixture
def outcomes(
    request: pytest.FixtureRequest, judged: Mapping[str, Sequence[Future[Outcome]]], situation: Mapping[str, Any]
) -> list[Outcome]:
    """What came of this test's situation at each front door; nothing was left, changed or torn open by any."""
    found = [future.result() for future in judged[request.node.nodeid]]
    for outcome in found:
        assert_traceless(outcome)
        assert "Traceback" not in outcome.told, outcome
        assert "INTERNALERROR" not in outcome.told, outcome
    return found


@pytest.fixture
def traceless() -> Callable[[Outcome], None]:
    """Prove that nothing was left behind and nothing of the learner's was changed."""
    return assert_traceless


def assert_traceless(outcome: Outcome) -> None:
    """Prove that no process or temporary folder was left, and that nothing of the learner's was changed."""
    assert not outcome.left, outcome
    assert not outcome.changed, outcome


def _command(door: str, folder: Path, services: str) -> list[str]:
    python = [sys.executable, "-P", "-m"]
    without_others = ["-p", "no:valkey"]
    commands = {
        "start": [*python, "backend_katas", "start", "greeter", "mine"],
        # They are run by the Python of these tests, which may lie where no stranger's program looks.
        "grade": [*python, "backend_katas", "grade", str(folder), "--isolation", "none", "--trust-submission"],
        "test": [*python, "backend_katas", "test", str(folder), *without_others],
        "pytest": [*python, "pytest", "--kata", f"--kata-result={folder.parent / 'result.json'}", *without_others],
    }
    option = "--kata-services" if door == "pytest" else "--services"
    return [*commands[door], *([f"{option}={services}"] if services else [])]


def _result(path: Path) -> Result | None:
    with suppress(OSError, ValueError, KeyError):
        return Result.from_json(path.read_text())
    return None


def _content(folder: Path) -> dict[str, tuple[int, str]]:
    """Return mode and digest of each of the learner's own files."""
    paths = [path for path in folder.rglob("*") if not _LEFT_ALONE.intersection(path.relative_to(folder).parts)]
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mode,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in paths
    }


def _shared_memory() -> set[str]:
    return {path.name for path in SHARED_MEMORY.glob("katas-*")} if SHARED_MEMORY.is_dir() else set()


def _is_not_ours(path: Path) -> bool:
    """Tell pytest's own folder, and the file by which Python's `tempfile` tries out a folder, killed within it."""
    probe = path.is_file() and len(path.name) == 8 and path.read_bytes() in (b"", b"blat")
    return probe or path.name.startswith("pytest-of-")


def _left_in_shared_memory(before: set[str]) -> set[str]:
    """Return new folders that no living process works in; others may run graders here at the same time."""
    deadline = time.monotonic() + 60
    while (new := _shared_memory() - before) and (orphans := _without_owner(new)):
        if time.monotonic() > deadline:
            return orphans
        time.sleep(0.05)
    return set()


def _without_owner(names: set[str]) -> set[str]:
    orphans = set(names)
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            known = f"{process.cwd()} {' '.join(process.cmdline())}"
            orphans -= {name for name in orphans if name in known}
    return {name for name in orphans if (SHARED_MEMORY / name).exists()}

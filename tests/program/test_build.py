"""A submission is built once for every change of what its build reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from backend_katas.errors import ExitCode, KatasError
from backend_katas.isolation import ISOLATIONS, Cell
from backend_katas.model import Submission
from backend_katas.program import DidNotBuild, build, clean_environment
from backend_katas.supervisor import Supervisor

Build = Callable[..., bool]
COUNT = "echo built >> .venv/count"  # in a folder that is known to be made by builds


@pytest.fixture
def cell() -> Iterator[Cell]:
    """A cell of the isolation `none`."""
    with Supervisor() as supervisor, ISOLATIONS["none"](supervisor) as cell:
        yield cell


@pytest.fixture
def submission(tmp_path: Path) -> Submission:
    """A submission whose build writes into `.venv`."""
    folder = tmp_path / "ma solution"
    folder.mkdir()
    (folder / "requirements.txt").write_text("flask\n")
    (folder / "app.py").write_text("pass\n")
    return Submission(folder=folder, kata="auth-system", build=f"mkdir -p .venv && {COUNT}")


@pytest.fixture
def run(cell: Cell) -> Build:
    """Build in the cell with a plain environment."""

    def run(submission: Submission, *, timeout: float = 30) -> bool:
        return build(submission, cell=cell, environment={"PATH": os.environ["PATH"]}, timeout=timeout)

    return run


def builds(submission: Submission) -> int:
    """Return how often the build command ran."""
    return (submission.folder / ".venv" / "count").read_text().count("built")


def test_nothing_to_build(run: Build, submission: Submission) -> None:
    """Without a build command nothing is done and nothing is written."""
    assert not run(replace(submission, build=""))
    assert not (submission.folder / ".katas").exists()


def test_nothing_changed(run: Build, submission: Submission) -> None:
    """The second build of the same files does nothing and says so."""
    assert run(submission)
    assert not run(submission)
    assert builds(submission) == 1
    assert (submission.folder / ".katas" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "app.py").write_text("changed\n"),
        lambda folder: ((folder / "src" / "bin").mkdir(parents=True), (folder / "src" / "bin" / "main.rs").touch()),
        lambda folder: (folder / "app.py").unlink(),
        lambda folder: (folder / "app.py").rename(folder / "main.py"),
        lambda folder: (folder / "link").symlink_to("app.py"),
        lambda folder: (folder / "assets").rmdir(),
    ],
    ids=["changed", "added below bin", "removed", "renamed", "linked", "what the build made is gone"],
)  # fmt: skip
def test_a_change_is_built(run: Build, submission: Submission, change: Callable[[Path], object]) -> None:
    """Any change of a source file is a reason to build, and so is a missing result."""
    submission = replace(submission, build=f"mkdir -p .venv assets && {COUNT}")
    run(submission)
    change(submission.folder)

    assert run(submission)
    assert not run(submission)
    assert builds(submission) == 2


@pytest.mark.parametrize(
    "path",
    [".venv/lib/x.py", "node_modules/x/index.js", "target/debug/app", "app.log", "data.sqlite3", "__pycache__/app.pyc",
     "src/__pycache__/app.pyc", ".git/index", ".katas/logs/web.log", "build/out.js"],
)  # fmt: skip
def test_what_is_no_source_is_no_reason(run: Build, submission: Submission, path: str) -> None:
    """Caches, results of builds and what a running program writes are not looked at."""
    run(submission)
    (submission.folder / path).parent.mkdir(parents=True, exist_ok=True)
    (submission.folder / path).write_text("x")

    assert not run(submission)


def test_what_the_build_wrote_is_no_reason(run: Build, submission: Submission) -> None:
    """A build that compiles into the folder, or writes a lock file, is not run again for that."""
    submission = replace(submission, build=f"{submission.build}; date +%N > server; date +%N > package-lock.json")
    run(submission)

    assert not run(submission)


def test_only_named_inputs_count(run: Build, submission: Submission) -> None:
    """With `build_inputs` other files may change as they like."""
    named = replace(submission, build_inputs=("requirements.txt", "src/**/*.py"))
    run(named)
    (named.folder / "app.py").write_text("changed\n")

    assert not run(named)
    (named.folder / "src" / "deep").mkdir(parents=True)
    (named.folder / "src" / "deep" / "x.py").write_text("x")
    assert run(named)
    (named.folder / "requirements.txt").write_text("django\n")
    assert run(named)


def test_another_command_is_built(run: Build, submission: Submission) -> None:
    """A changed build command is a reason."""
    run(submission)

    assert run(replace(submission, build=f"{submission.build}; true"))


def test_a_moved_folder_is_built(run: Build, submission: Submission) -> None:
    """A virtual environment does not work elsewhere, so the place of the folder counts."""
    run(submission)
    moved = submission.folder.rename(submission.folder.with_name("ailleurs"))

    assert run(replace(submission, folder=moved))


@pytest.mark.parametrize("pattern", ["/etc/*", ""])
def test_a_wrong_pattern_is_explained(run: Build, submission: Submission, pattern: str) -> None:
    """A pattern that cannot name files of the submission is one clear message."""
    with pytest.raises(KatasError, match=r"`build_inputs` of `kata\.yaml`"):
        run(replace(submission, build_inputs=(pattern,)))


def test_inputs_outside_of_the_folder_do_not_count(run: Build, submission: Submission) -> None:
    """A pattern cannot climb out of the submission."""
    outside = replace(submission, build_inputs=("../*",))
    run(outside)
    (submission.folder.parent / "secret").write_text("x")

    assert not run(outside)


def test_a_pipe_among_the_sources_does_not_hang(run: Build, submission: Submission) -> None:
    """Only ordinary files are read."""
    os.mkfifo(submission.folder / "pipe")

    assert run(submission)


def test_a_failing_build_is_explained(run: Build, submission: Submission) -> None:
    """The message has the exit code and the last twenty lines; the next run tries again."""
    failing = replace(submission, build="for n in $(seq 50); do echo line $n; done; exit 9")
    for _ in range(2):
        with pytest.raises(DidNotBuild) as caught:
            run(failing)

        assert "the build exited with code 9" in caught.value.message
        assert "    line 50" in caught.value.message
        assert "line 30\n" not in caught.value.message
        assert "build.log`" in caught.value.message
        assert caught.value.exit_code is ExitCode.DID_NOT_START


def test_a_failed_build_undoes_the_last_one(run: Build, submission: Submission) -> None:
    """After a failure the former success no longer counts, even when the sources go back."""
    run(submission)
    with pytest.raises(DidNotBuild):
        run(replace(submission, build="rm -rf .venv/lib; exit 1"))

    assert run(submission)


@pytest.mark.parametrize(
    ("command", "cause"),
    [
        ("nonexistent-tool install", "`nonexistent-tool` is not installed"),
        ("echo 'Temporary failure in name resolution' >&2; exit 1", "could not be reached over the network"),
        ("echo 'OSError: [Errno 28] No space left on device'; exit 1", "the disk is full"),
    ],
)
def test_a_likely_cause_is_named(run: Build, submission: Submission, command: str, cause: str) -> None:
    """A missing tool, a missing network and a full disk are recognised."""
    with pytest.raises(DidNotBuild) as caught:
        run(replace(submission, build=command))

    assert cause in caught.value.message
    assert caught.value.hint


def test_a_build_has_a_time_limit(run: Build, submission: Submission) -> None:
    """A build that does not end is stopped and told so."""
    with pytest.raises(DidNotBuild, match=r"took longer than 0\.3 s and was stopped"):
        run(replace(submission, build="echo waiting; sleep 60"), timeout=0.3)


def test_several_at_once_build_once(run: Build, submission: Submission) -> None:
    """Of several workers that ask at the same time one builds and the others wait for it."""
    slow = replace(submission, build=f"sleep 0.2; {submission.build}")
    with ThreadPoolExecutor(4) as pool:
        built = list(pool.map(run, [slow] * 4))

    assert sorted(built) == [False, False, False, True]
    assert builds(submission) == 1


def test_a_folder_that_cannot_be_written(run: Build, submission: Submission) -> None:
    """One clear message says which folder, and what to do."""
    (submission.folder / ".katas").write_text("in the way")
    with pytest.raises(KatasError, match="cannot be built") as caught:
        run(submission)

    assert str(submission.folder) in caught.value.message
    assert "writable" in caught.value.hint


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_that_is_built(run: Build, submission: Submission) -> None:
    """What has been built need not be written to; what has not is explained."""
    run(submission)
    for path in (submission.folder, submission.folder / ".katas"):
        path.chmod(0o500)

    assert not run(submission)
    with pytest.raises(KatasError, match="cannot be built"):
        run(replace(submission, build="true"))


def test_a_damaged_stamp_is_built_again(run: Build, submission: Submission) -> None:
    """Half a file of ours is no reason to stop."""
    run(submission)
    (submission.folder / ".katas" / "build.json").write_text('{"format": 1')

    assert run(submission)
    assert not run(submission)


def test_a_build_may_make_a_virtual_environment(cell: Cell, submission: Submission) -> None:
    """`python3 -m venv` works although the grader itself runs in a virtual environment."""
    home = Path(sys.executable).parent
    environ = {
        **os.environ,
        "PATH": f"{home}:{os.environ['PATH']}",
        "VIRTUAL_ENV": str(home.parent),
        "PYTHONHOME": "/x",
    }
    build(
        replace(submission, build="python3 -m venv --without-pip .venv"),
        cell=cell,
        environment=clean_environment(environ),
    )

    python = submission.folder / ".venv" / "bin" / "python"
    shown = subprocess.run([python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True)
    assert Path(shown.stdout.strip()) == submission.folder / ".venv"
    shutil.rmtree(submission.folder / ".venv")

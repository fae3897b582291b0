"""Walls are put up beside the loading of the engine; no run waits for them in vain, and none leaves them standing."""

from __future__ import annotations

import psutil
import pytest

from backend_katas.errors import ExitCode

pytestmark = pytest.mark.usefixtures("with_mini", "needs_bwrap")
WALLS = ("--kata-isolation=bwrap", "--kata-soft-memory")


@pytest.fixture
def traceless(tmp_path, monkeypatch):
    """Have temporary files made in a folder of their own; says what of it is in use, and what lies there."""
    place = tmp_path / "temporary"
    place.mkdir(mode=0o755)
    monkeypatch.setenv("TMPDIR", str(place))

    def left() -> list[object]:
        commands = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
        files = [path for path in place.iterdir() if not path.name.startswith("pytest-of-")]
        return [*(command for command in commands if str(place) in command), *files]

    return left


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_program_is_judged_behind_walls(judged, submission, traceless, workers):
    """By this process, or by workers that each have walls of their own."""
    process, result = judged(submission(web="exec python3 server.py"), *WALLS, *workers)

    assert process.returncode == 0, process.stdout + process.stderr
    assert result.isolation.startswith("bwrap: 2048 MiB memory")
    assert result.versions["bwrap"]
    assert traceless() == []


@pytest.mark.parametrize(
    ("options", "code"),
    [(["-k", "no_such_check"], 5), (["--collect-only", "-q"], 0), (["--kata-level=nowhere"], 4), (["-m", "(("], 4)],
)
def test_walls_that_nobody_asked_for_are_taken_down(judged, submission, traceless, options, code):
    """No check is chosen, or the command line is wrong."""
    process, result = judged(submission(), *WALLS, *options)

    assert (process.returncode, result) == (code, None), process.stdout + process.stderr
    assert traceless() == []


def test_without_walls_the_run_ends_in_one_message(judged, submission):
    """At the first check that asks for the program, with nothing judged."""
    process, result = judged(submission(), "--kata-isolation=bwarp")

    assert (process.returncode, result) == (ExitCode.OUR_FAULT, None)
    assert process.stdout.count("there is no isolation `bwarp`") == 1
    assert "did you mean `bwrap`?" in process.stdout

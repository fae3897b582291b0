"""Mistakes in the folder and lacks of the machine, each met at front doors: one clear message, the right exit code."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from backend_katas.model import Reason, Status

# Scripts that change the machine for the one command they end in, in a private mount namespace.
READ_ONLY = 'mount --bind "$PWD" "$PWD" && mount -o remount,ro,bind "$PWD" && cd "$PWD" && exec "$@"'
FULL = """
mount -t tmpfs -o size=%s none "$TMPDIR" && cp -a . "$TMPDIR/mine" && mount --bind "$TMPDIR/mine" "$PWD" &&
cd "$PWD" && umount "$TMPDIR" && exec "$@"
"""
FILLED = FULL.replace("exec", "{ cat /dev/zero > filler 2> /dev/null; } ; exec")
NO_MEMORY = 'mount -t tmpfs -o size=2m none /dev/shm && mount -t tmpfs -o size=300k none "$TMPDIR" && exec "$@"'
SMALL_TEMPORARY = 'mount -t tmpfs -o size=%s none "$TMPDIR" && exec "$@"'
MINI = Path(__file__).parents[1] / "packs" / "mini"
NO_DOCKER = {"DOCKER_HOST": "unix:///nowhere"}
ALL_DOORS = ("grade", "test", "pytest")
NAMESPACE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]


def situations(*rows):
    """Parametrize a test by named situations and what is told of them, some with the exit code before."""
    names = ("code", "situation", "told")[-len(rows[0]) + 1 :]
    return pytest.mark.parametrize(names, [row[1:] for row in rows], ids=[row[0] for row in rows])


def privately(script: str) -> str:
    """Return the script to run in a mount namespace of its own."""
    return f"exec {' '.join(NAMESPACE)} sh -c '{script}' sh \"$@\""


def broken_manifest(text: str) -> dict:
    """Return a submission with this `kata.yaml`, at all doors."""
    return {"manifest": text, "doors": ALL_DOORS}


needs_mounts = pytest.mark.skipif(
    not shutil.which("unshare")
    or subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode != 0,
    reason="no private mount namespace can be had here: neither root nor user namespaces",
)


@situations(
    ("space_and_accent", {"name": "mein dossier à moi 🎈", "kata": "guestbook"}, ""),
    ("locale", {"environment": {"LANG": "xx_YY.klingon", "LC_ALL": "nonsense"}, "kata": "guestbook"}, ""),
    ("home", {"environment": {"HOME": "/proc/home", "XDG_CACHE_HOME": None}, "kata": "guestbook"}, ""),
    ("path", {"environment": {"PATH": "/proc/bin"}}, ""),
    ("temporary", {"environment": {"TMPDIR": "/proc/tmp"}}, ""),
    ("cache", {"environment": {"XDG_CACHE_HOME": "/proc"}, "kata": "guestbook"}, ""),
)
def test_odd_surroundings_cost_nothing(outcomes, told):
    """A right program earns everything, wherever it lies, and services start there too."""
    for outcome in outcomes:
        assert outcome.code == 0, outcome
        assert "100 of 100 points" in outcome.told, outcome


@situations(
    ("unknown_kata", broken_manifest("kata: lonee\n"), ["no kata called `lonee`", "did you mean `lone`?"]),
    ("unknown_key", broken_manifest("kata: lone\nbiuld: x\n"), ["kata.yaml:2: unknown key `biuld`", "`build`?"]),
    ("no_yaml", broken_manifest("kata: lone\nprocesses: [\n"), ["kata.yaml:3: not YAML: "]),
    ("wrong_type", broken_manifest("kata: lone\nprocesses: 7\n"), ["kata.yaml:2: `processes` is `7`, expected a map"]),
    ("twice", broken_manifest("kata: lone\nkata: lone\n"), ["kata.yaml:2: the key `kata` is given twice"]),
    ("no_command", broken_manifest("kata: lone\n"), ["kata.yaml` does not say how to start `web`"]),
    ("level", {"doors": ("test",), "options": ["--level", "nonsense"]}, ["has no level `nonsense`", "are `answers`"]),
    ("empty", broken_manifest(""), ["kata.yaml:1: the file is empty"]),
)
def test_a_mistake_in_the_manifest_is_one_message(outcomes, told):
    """Wrong usage, or nothing to grade: where, what and what was perhaps meant; nothing was run."""
    for outcome in outcomes:
        nothing_to_grade = "no kata called" in outcome.told
        wanted = pytest.ExitCode.USAGE_ERROR if outcome.door == "pytest" else 5 if nothing_to_grade else 2
        assert outcome.code == wanted, outcome
        assert [outcome.told.count(phrase) for phrase in told] == [1] * len(told), outcome
        assert len(outcome.told.strip().splitlines()) <= 3, outcome


@situations(
    ("fails", {"more": "build: echo nothing compiles today && exit 7\n"}, ["the build exited with code 7"]),
    ("unknown", {"more": "build: no-such-tool --all\n"}, ["`no-such-tool` is not installed, or not on the `PATH`"]),
    ("flood", {"more": "build: yes blah\n"}, ["the build was stopped because it wrote its log without end"]),
)
def test_a_build_that_fails_is_told_once(outcomes, told):
    """Exit code 4, the likely cause and the build's own words; the program is never started."""
    for outcome in outcomes:
        assert outcome.code == 4, outcome
        assert [outcome.told.count(phrase) for phrase in told] == [1] * len(told), outcome
        if outcome.result:
            assert outcome.result.stopped_by() is Reason.BUILD


@situations(
    ("program", {"web": "no-such-server --port $PORT", "kata": "hasty"}, "`no-such-server` is not installed"),
    ("file", {"web": "./server --port $PORT", "kata": "hasty"}, "there is no `./server`"),
    ("denied", {"web": "./well.py", "kata": "hasty"}, "`./well.py` is not executable"),
    ("module", {"web": "python3 -m nothing_of_this_kind", "kata": "hasty"}, "`nothing_of_this_kind`"),
    ("back", {"web": "python3 -B well.py &", "kata": "hasty"}, "goes on in the background"),
)
def test_a_command_that_cannot_run_is_told_with_its_cause(outcomes, told):
    """Exit code 4, and the cause that the shell's words give away."""
    for outcome in outcomes:
        assert outcome.code == 4, outcome
        assert told in outcome.told, outcome
        assert outcome.told.count("`web` did not start") == 1, outcome


@situations(
    (
        "docker",
        {
            "kata": "guestbook",
            "doors": ALL_DOORS,
            "services": "docker",
            "environment": {"DOCKER_HOST": "unix:///nowhere"},
        },
        ["postgres cannot be had by `docker`: no Docker engine answers at `unix:///nowhere`"],
    ),
    (
        "url",
        {
            "kata": "guestbook",
            "services": "url",
            "environment": {"KATAS_POSTGRES_URL": "postgresql://postgres:wrong@127.0.0.1:9/postgres"},
        },
        ["postgres cannot be had by `url`: "],
    ),
    ("no_url", {"kata": "guestbook", "services": "url"}, ["`KATAS_POSTGRES_URL` is not set"]),
)
def test_a_service_that_cannot_be_had_is_told_once(outcomes, told):
    """Our fault and not the learner's: exit code 3, one message with what was tried, told once for all checks."""
    for outcome in outcomes:
        assert outcome.code == 3, outcome
        assert [outcome.told.count(phrase) for phrase in told] == [1] * len(told), outcome
        if outcome.result:
            assert {check.status for check in outcome.result.checks} == {Status.ERROR}


@needs_mounts
@situations(
    ("program", {"program": "well", "wrap": privately(READ_ONLY)}, "100 of 100 points"),
    ("services", {"program": "well", "kata": "guestbook", "wrap": privately(READ_ONLY)}, "100 of 100 points"),
)
def test_a_read_only_folder_is_judged_all_the_same(outcomes, told):
    """Logs and state go elsewhere; a program that needs no build earns everything."""
    for outcome in outcomes:
        assert outcome.code == 0, outcome
        assert told in outcome.told, outcome


@needs_mounts
@situations(
    (
        "read_only",
        {"more": "build: touch built\n", "options": ["--in-place"], "wrap": privately(READ_ONLY)},
        ["cannot be built: read-only file system"],
    ),
)
def test_a_folder_that_cannot_be_built_in_is_told_once(outcomes, told):
    """One message with the reason, and no check blames the learner's program."""
    for outcome in outcomes:
        assert outcome.code == 3, outcome
        assert [outcome.told.count(phrase) for phrase in told] == [1] * len(told), outcome


@situations(
    (
        "grade",
        {"options": ["--output", "/proc/report"]},
        "error: cannot write `/proc/report`: No such file or directory",
    ),
    (
        "pytest",
        {"doors": ("pytest",), "options": ["--kata-result=/proc/result"]},
        "error: cannot write `/proc/result`: No such file or directory",
    ),
)
def test_a_report_that_cannot_be_written_is_told(outcomes, told):
    """Exit code 3 and one line, though every check passed: whoever asked for the file must not miss it."""
    for outcome in outcomes:
        assert outcome.code == 3, outcome
        assert outcome.told.count(told) == 1, outcome


@needs_mounts
@situations(
    (
        "log",
        1,
        {"program": "floods_its_log", "options": ["--in-place"], "wrap": privately(FULL % "300k")},
        "  the disk is full; `df -h` tells",
    ),
    (
        "start",
        4,
        {"kata": "hasty", "options": ["--in-place"], "wrap": privately(FILLED % "300k")},
        "  likely cause: the disk is full",
    ),
    (
        "build",
        4,
        {
            "more": "build: cat /dev/zero > built\n",
            "options": ["--in-place"],
            "wrap": privately(FULL % "300k"),
        },
        "  likely cause: the disk is full",
    ),
    ("copy", 3, {"wrap": privately(SMALL_TEMPORARY % "4k")}, "no space left on device\nhint: is its disk full"),
    (
        "result",
        3,
        {"options": ["--in-place"], "wrap": privately(SMALL_TEMPORARY % "4k")},
        "could not write its result: the disk of `",
    ),
    (
        "services",
        3,
        {"kata": "guestbook", "wrap": privately(NO_MEMORY), "environment": {**NO_DOCKER, "XDG_CACHE_HOME": "/proc"}},
        "No space left on device",
    ),
)
def test_a_full_disk_is_told(outcomes, code, told):
    """The likely cause is named even where the disk has swallowed the program's own words; there is no wrong mark."""
    for outcome in outcomes:
        assert outcome.code == code, outcome
        assert told in outcome.told, outcome
        assert "100 of 100 points" not in outcome.told, outcome


@needs_mounts
@pytest.mark.parametrize("script", [READ_ONLY, FILLED % "64k"], ids=["read_only", "full"])
def test_nothing_is_started_where_nothing_can_be_written(stage, traceless, script):
    """`katas start` says in one message what it could not write, and keeps nothing."""
    outcome = stage.judge("start", wrap=privately(script), environment={"KATAS_PACKS": str(MINI)})

    traceless(outcome)
    assert outcome.code == 3, outcome
    assert outcome.told.startswith("error: cannot write `"), outcome
    assert "nothing was kept" in outcome.told, outcome

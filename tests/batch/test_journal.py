"""The journal keeps what it was given, whatever happens to the process, the disk or the file."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime

import pytest

from backend_katas.batch.attempts import Attempt
from backend_katas.batch.journal import Graded, Standing, State, opened, reopened
from backend_katas.errors import ExitCode, KatasError
from backend_katas.model import Check, Level, Result, Status


def result_of(name: str, earned: int = 3) -> Result:
    """A result with one check."""
    status = Status.PASSED if earned else Status.FAILED
    check = Check(id="test_a.py::test_b", level="a", title="B", status=status, points=3, earned=earned)
    return Result(
        kata="greeter",
        pack={"name": "mini", "version": "0"},
        submission=name,
        seed=1,
        services={},
        isolation="none",
        started_at="2026-11-20T10:00:00+00:00",
        seconds=1.0,
        levels=(Level(id="a", title="A", points=3),),
        checks=(check,),
    )


def mark_of(name: str, key: str = "k", earned: int = 3) -> Graded:
    """A mark."""
    return Graded(submission=name, key=key, attempts=1, result=result_of(name, earned))


def grading_of(journal):
    """The grading that counts, begun if there is none."""
    return journal.grading(State.CURRENT) or journal.begin(State.CURRENT, version="v", seed=1)


def never(text: str) -> None:
    """Fail when something unusual is told."""
    raise AssertionError(text)


@pytest.fixture
def path(tmp_path):
    """Where the journal is."""
    return tmp_path / "out" / "journal.sqlite"


def test_what_was_written_down_is_there_again(path):
    """Marks by submission and key, and facts."""
    with opened(path, tell=never) as journal:
        journal.add(grading_of(journal), mark_of("ann"), seconds=2.0)
        assert journal.fact("seed", "7") == "7"

    with opened(path, tell=never) as journal:
        assert journal.keys(grading_of(journal)) == {"ann": frozenset({"k"})}
        assert journal.graded(grading_of(journal), "ann", "k") == mark_of("ann")
        assert journal.graded(grading_of(journal), "ann", "other") is None
        assert journal.fact("seed", "8") == "7"


def test_a_mark_is_never_replaced(path):
    """The first one of a key stays; another key is another mark."""
    with opened(path, tell=never) as journal:
        for mark in (mark_of("ann"), mark_of("ann", earned=0), mark_of("ann", key="l", earned=0)):
            journal.add(grading_of(journal), mark, seconds=1.0)

        assert journal.graded(grading_of(journal), "ann", "k").result.score == 3
        assert journal.graded(grading_of(journal), "ann", "l").result.score == 0


def test_a_grading_takes_anothers_place(path):
    """The former one is kept with its marks."""
    with opened(path, tell=never) as journal:
        first = grading_of(journal)
        second = journal.begin(State.PROPOSED, version="w", seed=2)
        journal.add(first, mark_of("ann"), seconds=1.0)
        journal.add(second, mark_of("ann", earned=0), seconds=1.0)

        journal.turn(current=State.FORMER, proposed=State.CURRENT)

        assert journal.grading(State.CURRENT).id == second.id
        assert journal.grading(State.FORMER).id == first.id
        assert journal.grading(State.PROPOSED) is None
        assert journal.graded(first, "ann", "k").result.score == 3
        assert journal.graded(second, "ann", "k").result.score == 0


def test_where_a_submission_stands_is_the_last_word(path):
    """A mark, then a problem; and who is not there any more is left out."""
    with opened(path, tell=never) as journal:
        grading = grading_of(journal)
        journal.stand(grading, Standing(submission="bob", key="k"))
        journal.stand(grading, Standing(submission="ann", key="k"))
        journal.stand(grading, Standing(submission="bob", problem="no `kata.yaml`"))
        journal.stand(grading, Standing(submission="cem", key="k"))
        journal.leave_out(grading, "cem")

        assert journal.standings(grading) == (
            Standing(submission="ann", key="k"),
            Standing(submission="bob", problem="no `kata.yaml`"),
        )


def test_one_process_at_a_time(path):
    """A second one is told."""
    with (
        opened(path, tell=never),
        pytest.raises(KatasError, match="another batch is writing"),
        opened(path, tell=never),
    ):
        pass


def test_a_kill_loses_nothing(path):
    """What `add` has returned from is there after SIGKILL, and the file is no wreck."""
    script = (
        "import sys, time; sys.path.insert(0, sys.argv[2]); from pathlib import Path\n"
        "from test_journal import grading_of, mark_of, never, opened\n"
        "with opened(Path(sys.argv[1]), tell=never) as journal:\n"
        "    grading = grading_of(journal)\n"
        "    for number in range(100000):\n"
        "        journal.add(grading, mark_of(f'n{number}'), seconds=1.0); print(number, flush=True)\n"
    )
    command = [sys.executable, "-c", script, str(path), os.path.dirname(__file__)]  # noqa: PTH120
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(50):
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)

    with opened(path, tell=never) as journal:
        assert {f"n{number}" for number in range(last + 1)} <= journal.keys(grading_of(journal)).keys()


@pytest.mark.parametrize("damage", ["no database", "cut", "pages"])
def test_a_corrupt_one_is_kept_aside(path, damage):
    """It is told, nothing is overwritten, and a new one is begun."""
    with opened(path, tell=never) as journal:
        for number in range(100):
            journal.add(grading_of(journal), mark_of(f"n{number}"), seconds=1.0)
    content = path.read_bytes()
    broken = {
        "no database": b"no database" * 1000,
        "cut": content[: len(content) // 2],
        "pages": content[:4096] + os.urandom(len(content) - 4096),
    }[damage]
    path.write_bytes(broken)
    told = []

    with opened(path, tell=told.append) as journal:
        assert not journal.keys(grading_of(journal))
        journal.add(grading_of(journal), mark_of("ann"), seconds=1.0)

    assert path.with_name("journal.sqlite.corrupt-1").read_bytes() == broken
    assert "kept as `journal.sqlite.corrupt-1`" in told[0]
    with opened(path, tell=never) as journal:
        assert "ann" in journal.keys(grading_of(journal))


def test_one_of_a_newer_version_is_left_alone(path):
    """Nothing is written to it."""
    with opened(path, tell=never):
        pass
    with sqlite3.connect(path) as database:
        database.execute("UPDATE facts SET value = '2' WHERE name = 'format'")
    database.close()
    before = path.read_bytes()

    with pytest.raises(KatasError, match=r"another version .* its format is 2"), opened(path, tell=never):
        pass

    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_to_is_told(tmp_path):
    """A file where a folder has to be."""
    (tmp_path / "out").write_text("")

    with pytest.raises(KatasError, match="cannot write to") as refused, opened(tmp_path / "out" / "j", tell=never):
        pass

    assert refused.value.exit_code is ExitCode.USAGE


@pytest.mark.skipif(not shutil.which("prlimit"), reason="a full disk is made of a file limit, by util-linux")
def test_a_full_disk_is_told(path):
    """With what was written down before still there."""
    script = (
        "import signal, sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from test_journal import grading_of, mark_of, never, opened\n"
        "with opened(Path(sys.argv[1]), tell=never) as journal:\n"
        "    grading = grading_of(journal)\n"
        "    for number in range(100000):\n"
        "        journal.add(grading, mark_of(f'n{number}'), seconds=1.0); print(number, flush=True)\n"
    )
    command = ["prlimit", "--fsize=300000", sys.executable, "-c", script, str(path), os.path.dirname(__file__)]  # noqa: PTH120

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert "KatasError: cannot write" in ended.stderr
    assert "start again when there is room" in ended.stderr
    with opened(path, tell=never) as journal:
        assert len(journal.keys(grading_of(journal))) == len(ended.stdout.split())


def attempt_of(name: str, content: str, seen: str = "2026-11-20T10:00:00+00:00", listed: str = "") -> Attempt:
    """An attempt as a batch sees it."""
    return Attempt(
        submission=name,
        content=content,
        seen=datetime.fromisoformat(seen),
        listed=datetime.fromisoformat(listed) if listed else None,
    )


def test_attempts_are_counted_in_the_order_first_seen(path):
    """Each content once, whatever was graded between; who has a mark in this grading has its key."""
    with opened(path, tell=never) as journal:
        first = grading_of(journal)
        for key, content in (("k", "c1"), ("l", "c2")):
            journal.add(first, mark_of("ann", key=key), seconds=1.0, attempt=attempt_of("ann", content))
        journal.add(first, mark_of("bob", key="m"), seconds=1.0, attempt=attempt_of("bob", "c3"))
        journal.saw(attempt_of("ann", "c1"), "k")
        second = journal.begin(State.PROPOSED, version="w", seed=2)
        journal.add(second, mark_of("ann", key="n"), seconds=1.0, attempt=attempt_of("ann", "c2"))

        found = [journal.tried(grading, "ann") for grading in (first, second)]

        assert [[(tried.attempt.number, tried.attempt.content, tried.key) for tried in tries] for tries in found] == [
            [(1, "c1", "k"), (2, "c2", "l")],
            [(1, "c1", ""), (2, "c2", "n")],
        ]
        assert journal.contents() == {"ann": {"c1", "c2"}, "bob": {"c3"}}


def test_the_earliest_time_of_an_attempt_stays(path):
    """Whoever copies the class later makes nobody late; what the list says now is what it says."""
    with opened(path, tell=never) as journal:
        grading = grading_of(journal)
        early, late = "2026-11-20T10:00:00+00:00", "2026-11-21T11:00:00+01:00"
        journal.add(grading, mark_of("ann"), seconds=1.0, attempt=attempt_of("ann", "c", late, late))
        journal.saw(attempt_of("ann", "c", early, early), "k")
        journal.saw(attempt_of("ann", "c", late), "k")

        (tried,) = journal.tried(grading, "ann")

        assert tried.attempt.seen == tried.attempt.listed == datetime.fromisoformat(early)


def test_the_log_of_our_error_goes_with_it(path):
    """It is there as long as the error is."""
    with opened(path, tell=never) as journal:
        grading = grading_of(journal)
        journal.stand(grading, Standing(submission="ann", problem="broken", ours=True), log="Traceback")
        assert journal.log(grading, "ann") == "Traceback"

        journal.stand(grading, Standing(submission="ann", key="k"))

        assert journal.log(grading, "ann") == ""


def test_one_of_before_there_were_attempts_is_opened(path):
    """Its marks are there, and the next attempt is written down."""
    with opened(path, tell=never) as journal:
        journal.add(grading_of(journal), mark_of("ann"), seconds=1.0)
    with sqlite3.connect(path) as database:
        for table in ("attempts", "contents", "logs"):
            database.execute(f"DROP TABLE {table}")
    database.close()

    with opened(path, tell=never) as journal:
        assert journal.graded(grading_of(journal), "ann", "k") == mark_of("ann")
        assert journal.tried(grading_of(journal), "ann") == ()
        journal.saw(attempt_of("ann", "c"), "k")
        assert [tried.key for tried in journal.tried(grading_of(journal), "ann")] == ["k"]


@pytest.mark.parametrize("content", [None, b"no database" * 1000])
def test_one_that_has_to_be_there_is_never_made(path, content):
    """Neither where there is none nor in place of a wreck."""
    path.parent.mkdir()
    if content:
        path.write_bytes(content)

    with pytest.raises(KatasError) as refused, reopened(path):
        pass

    assert refused.value.exit_code is ExitCode.NOTHING_TO_GRADE
    assert (path.read_bytes() if content else path.exists()) == (content or False)

"""An official grade reads nothing of the submission's settings, and is whole or no grade at all."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from backend_katas.catalogue import find_kata
from backend_katas.errors import ExitCode, KatasError
from backend_katas.grading import grade, grade_copy, require_complete
from backend_katas.model import Reason, Result
from backend_katas.variants import drawn

SEED = 1
"""A variant of `parrot` in which nothing is usual."""


@pytest.fixture
def graded(mini):
    """Grade a folder by the mini pack."""
    return lambda folder, **options: grade(folder, [mini], **options)


def test_a_grade_is_whole(graded, submission):
    """Every level is judged, and the result names kata, pack and seed."""
    result = graded(submission(), seed=9)

    assert (result.score, result.max_score, result.seed) == (100, 100, 9)
    assert result.pack == {"name": "mini", "version": "0"}
    assert result.submission == "mine"


def test_the_submissions_settings_are_never_read(graded, submission, tmp_path):
    """Its pytest.ini, conftest and shadowing modules do nothing: their code would leave a mark."""
    folder = submission(source="raise SystemExit(1)")
    mark = tmp_path / "evil-ran"
    evil = f"open({str(mark)!r}, 'w').close()\n"
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p evil\npythonpath = .\n")
    for name in ("evil.py", "conftest.py", "json.py", "sitecustomize.py", "test_hello.py"):
        (folder / name).write_text(evil)

    result = graded(folder)

    assert result.score == 0
    assert not mark.exists()


def test_the_environment_does_not_steer_the_grader(graded, submission, tmp_path, monkeypatch):
    """PYTEST_ADDOPTS and PYTHONPATH of whoever calls are not passed on."""
    (tmp_path / "evil.py").write_text("raise SystemExit('evil ran')")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p evil")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    assert graded(submission()).score == 100


def test_the_first_failure_can_be_the_last_word(graded, submission):
    """That is no mark, so no check is missing in it."""
    result = graded(submission(source="raise SystemExit(1)"), first_failure=True)

    assert [check.reason for check in result.checks] == [Reason.START]


def test_without_a_failure_all_checks_have_to_be_there(graded, submission):
    """Whoever wants to know only whether any check fails is told so of all."""
    result = graded(submission(), first_failure=True)

    assert (result.score, len(result.checks)) == (100, 4)


def test_a_program_can_be_given_less_time_to_start(graded, submission):
    """Less than the kata grants, never more."""
    result = graded(submission(source="import time\ntime.sleep(600)"), first_failure=True, start_timeout=1.0)

    assert "after 1 s" in result.checks[0].message


def test_a_missing_check_is_an_error_and_no_mark(graded, submission, mini):
    """A result with fewer checks than the kata has is refused."""
    result = graded(submission())
    short = replace(result, checks=result.checks[1:])

    with pytest.raises(KatasError, match="level `hello` was judged on 30 of 60 points") as caught:
        require_complete(short, find_kata("greeter", [mini]).levels)

    assert caught.value.exit_code is ExitCode.OUR_FAULT


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A folder of this test's own for temporary files."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    return temporary


def test_nothing_of_a_run_is_left(graded, submission, temporary):
    """Temporary folders of the run are gone when it is over; the logs stay with the submission."""
    folder = submission()

    graded(folder)

    assert list(temporary.iterdir()) == []
    assert {path.name for path in folder.iterdir()} == {"kata.yaml", "server.py", ".katas"}


def test_a_copy_is_built_and_graded(submission, mini, temporary):
    """What was built before does not count, the folder stays as it was, and nothing else is left."""
    folder = submission(web="sh built/run", more="build: mkdir built && printf 'exec python3 server.py' > built/run\n")
    before = {path.name for path in folder.iterdir()}
    (folder / ".katas").mkdir()
    (folder / ".katas" / "build.json").write_text("{}")
    told = []

    result = grade_copy(folder, [mini], tell=told.append)

    assert (result.score, result.submission, told) == (100, "mine", [])
    assert {path.name for path in folder.iterdir()} == {*before, ".katas"}
    assert [path.name for path in (folder / ".katas").iterdir()] == ["build.json"]
    assert list(temporary.iterdir()) == []


def test_an_archive_is_graded_under_its_own_name(submission, mini, temporary, tmp_path):
    """As the folder in it would be; a file that is none is refused before anything is made."""
    folder = submission()
    archive = shutil.make_archive(f"{tmp_path / 'ada'}", "zip", folder.parent, folder.name)

    assert grade_copy(Path(archive), [mini], tell=print).submission == "ada"
    with pytest.raises(KatasError, match=r"`server\.py` is neither a folder nor an archive") as caught:
        grade_copy(folder / "server.py", [mini], tell=print)
    assert caught.value.exit_code is ExitCode.USAGE
    assert list(temporary.iterdir()) == []


def test_the_copys_lack_is_told(submission, mini):
    """A program that needs what lies outside its folder does not get it, and somebody hears why."""
    folder = submission()
    (folder / "server.py").rename(folder.parent / "server.py")
    (folder / "server.py").symlink_to("../server.py")
    told = []

    result = grade_copy(folder, [mini], tell=told.append)

    assert result.score == 0
    assert told == ["not graded: `server.py` (it is a link that leads out of the folder)"]
    failure = next(check.message for check in result.checks if check.message)
    assert "there is no `server.py`" in failure
    assert "all of it" not in failure


def test_mistakes_are_told_of_the_folder_that_was_given(submission, mini):
    """Nobody has ever seen the copy."""
    folder = submission(more="biuld: make\n")

    with pytest.raises(KatasError) as caught:
        grade_copy(folder, [mini], tell=print)

    assert caught.value.message.startswith(f"{folder}/kata.yaml:4: unknown key `biuld`")


def test_a_variant_is_graded_by_its_own_values(varied, parrot):
    """Checks, their titles, the program's files and variables have what the seed draws; the result says so."""
    own = drawn("parrot", find_kata("parrot", [varied]).choices, SEED)
    made = parrot(**own.values, more=f"variant: {{seed: {SEED}}}\n")

    result = grade(made, [varied])

    assert result.score == 100
    assert result.variant == own
    assert Result.from_json(result.to_json()) == result
    assert [check.title for check in result.checks if check.points == 50] == [
        f"The word is said {own.values['times']} times"
    ]
    assert f"Take `--{own.values['option']}`." in {level.summary for level in result.levels}


def test_another_learner_s_program_fails(varied, parrot):
    """What was made for one variant earns nothing for what the other asks differently, whatever its kata.yaml says."""
    theirs = drawn("parrot", find_kata("parrot", [varied]).choices, SEED).values
    assert theirs["times"] != 2
    assert theirs["option"] != "loud"

    usual, claimed = parrot(name="usual"), parrot(name="claimed", more=f"variant: {{seed: {SEED}}}\n")

    assert grade(usual, [varied], variant=SEED).score == 10
    assert grade(claimed, [varied]).score == 10
    assert grade(usual, [varied]).score == 100
    assert grade(usual, [varied]).variant is None


def test_a_program_of_another_variant_than_is_wanted_is_no_mark(varied, parrot):
    """It is told, with both numbers and the folder that was given."""
    made = parrot(more="variant: {seed: 17}\n")

    with pytest.raises(KatasError, match="made for variant 17 of `parrot`, and its learner's is 23") as caught:
        grade_copy(made, [varied], variant=23, tell=lambda _: None)

    assert caught.value.exit_code is ExitCode.NOTHING_TO_GRADE

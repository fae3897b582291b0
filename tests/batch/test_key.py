"""A key changes with what marks depend on, and with nothing else."""

from __future__ import annotations

import os
import shutil

import pytest

from backend_katas.batch.key import digest_of_kata, digest_of_submission, key_of
from backend_katas.catalogue import find_kata
from backend_katas.model import Pack


@pytest.fixture
def folder(tmp_path):
    """A submission with a file, a script and a link."""
    place = tmp_path / "ann"
    (place / "src").mkdir(parents=True)
    (place / "src" / "app.py").write_text("pass\n")
    (place / "run.sh").write_text("true\n")
    (place / "run.sh").chmod(0o755)
    (place / "link").symlink_to("src")
    return place


def test_a_copy_has_the_same_digest(folder, tmp_path):
    """Neither the place nor the time counts."""
    copy = shutil.copytree(folder, tmp_path / "copy", symlinks=True)
    os.utime(copy / "run.sh", (0, 0))

    assert digest_of_submission(copy) == digest_of_submission(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda place: (place / "src" / "app.py").write_text("pass \n"),
        lambda place: (place / "src" / "app.py").rename(place / "src" / "b.py"),
        lambda place: (place / "run.sh").chmod(0o644),
        lambda place: (place / "new").write_text(""),
        lambda place: ((place / "link").unlink(), (place / "link").symlink_to("run.sh")),
        lambda place: ((place / "link").unlink(), (place / "link").write_text("src")),
    ],
)
def test_a_change_is_noticed(folder, change):
    """Content, names, modes, links."""
    before = digest_of_submission(folder)

    change(folder)

    assert digest_of_submission(folder) != before


def test_a_katas_digest_is_that_of_what_judges(mini, tmp_path):
    """A check counts; a sentence of the brief does not."""
    root = shutil.copytree(mini.root, tmp_path / "pack", ignore=shutil.ignore_patterns("__pycache__"))
    kata = find_kata("greeter", [Pack(name="mini", version="0", root=root)])
    before = digest_of_kata(kata)

    (kata.folder / "BRIEF.md").write_text("other words\n")
    same = digest_of_kata(kata)
    with (kata.graders / "test_hello.py").open("a") as file:
        file.write("# stricter\n")

    assert same == before
    assert digest_of_kata(kata) != before


def test_the_seed_is_part_of_the_key():
    """As are the submission and the kata."""
    keys = {key_of("a", "b", 1), key_of("a", "b", 2), key_of("a", "c", 1), key_of("b", "a", 1)}

    assert len(keys) == 4


def test_a_variant_of_whoever_grades_is_in_the_key():
    """And without one the key is what it was before there were any."""
    keys = {key_of("a", "b", 1, variant) for variant in (None, 0, 1, 11)}

    assert len(keys) == 4
    assert key_of("a", "b", 1) == key_of("a", "b", 1, None)
    assert key_of("a", "b", 1) == "7746a3cd018983a1d43a655e7bd67cd4fa6da8d27b97648c58107fac4c621bea"

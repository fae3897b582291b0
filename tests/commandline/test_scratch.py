"""What a program has left in the scratch folder is used without being led anywhere by it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend_katas.commandline import Scratch, scratch
from backend_katas.errors import ProgramFault


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder, itself behind a link as in a cell; beside it lies a secret."""
    (tmp_path / "store").mkdir()
    (tmp_path / "secret").write_text("the grader's")
    (tmp_path / "folder").symlink_to(tmp_path / "store")
    return tmp_path / "folder"


@pytest.fixture
def files(place: Path) -> Scratch:
    """What a grader uses the folder by."""
    return Scratch(place)


def test_plain_files_are_read_written_and_copied(files, place):
    """By whole paths, or from the folder on; bytes, text and modes stay as they are."""
    (place / "deep").mkdir()
    files.write(place / "deep" / "one", b"\r\n\0")
    files.write("deep/one", "zwölf\n")
    (place / "deep" / "run").write_text("exit 0")
    (place / "deep" / "run").chmod(0o755)
    files.copy("deep", place / "copy")

    assert files.read("copy/one") == (place / "deep" / "one").read_bytes() == "zwölf\n".encode()
    assert (place / "copy" / "run").stat().st_mode & 0o777 == 0o755
    assert files.look("deep/one").st_size == 7
    assert set(files.looks("copy")) == {"one", "run"}


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path: path.symlink_to(path.parents[1] / "secret"), "a link, and where it leads nobody looks"),
        (lambda path: path.symlink_to("nowhere"), "a link, and where it leads nobody looks"),
        (os.mkfifo, "a pipe, not a file"),
        (Path.mkdir, "a folder, not a file"),
    ],
    ids=["link", "dangling", "pipe", "folder"],
)
def test_what_is_no_plain_file_is_the_programs_fault(files, place, tmp_path, make, kind):
    """Nobody waits for it, nothing behind it is read, written, or made."""
    make(place / "book")

    for use in (files.read, lambda path: files.write(path, b"x")):
        with pytest.raises(ProgramFault, match=rf"^`\$SCRATCH/book` is {kind}$"):
            use("book")
    assert (tmp_path / "secret").read_text() == "the grader's"
    assert not (place.resolve() / "nowhere").exists()


def test_a_link_is_no_folder(files, place, tmp_path):
    """Not on the way to a file, and not as what is copied or copied to."""
    (place / "way").symlink_to(tmp_path)
    uses = [
        lambda: files.read("way/secret"),
        lambda: files.write("way/secret", b"x"),
        lambda: files.copy("way", "copy"),
        lambda: files.copy("copy", "way/copy"),
        lambda: files.looks("way"),
    ]

    for use in uses:
        with pytest.raises(ProgramFault, match=r"`\$SCRATCH/way` is a link"):
            use()
    assert files.look("way/secret") is None
    assert (tmp_path / "secret").read_text() == "the grader's"


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("/etc/passwd"), os.mkfifo], ids=["link", "pipe"])
def test_a_folder_is_copied_whole_or_not_at_all(files, place, make):
    """What a link leads to does not get into the copy, where the program could read it."""
    (place / "book").mkdir()
    make(place / "book" / "more")

    with pytest.raises(ProgramFault, match=r"`\$SCRATCH/book/more` is a "):
        files.copy("book", "copy")
    assert [path for path in (place / "copy").iterdir() if path.is_file()] == []


def test_what_is_too_much_is_refused(files, place, monkeypatch):
    """A file that would not fit into memory, and more files than anybody needs."""
    monkeypatch.setattr(scratch, "READ_LIMIT", 1 << 20)
    monkeypatch.setattr(scratch, "COPY_LIMIT", 3)
    with (place / "book").open("wb") as file:
        file.truncate((1 << 20) + 1)
    (place / "many").mkdir()
    for number in range(4):
        (place / "many" / f"{number}").touch()

    with pytest.raises(ProgramFault, match=r"`\$SCRATCH/book` is larger than 1 MiB"):
        files.read("book")
    with pytest.raises(ProgramFault, match=r"`\$SCRATCH/many` holds more than 3 files"):
        files.copy("many", "copy")


def test_what_is_not_there_is_told(files):
    """And a path out of the folder is a mistake of the grader's, not the program's fault."""
    with pytest.raises(ProgramFault, match=r"^there is no `\$SCRATCH/book`$"):
        files.read("book")
    assert files.look("book") is None
    with pytest.raises(ValueError, match="leads out of the folder"):
        files.read("../secret")

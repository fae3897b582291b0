"""Of a stranger's folder only what can do no harm comes along, and all of it that an honest program needs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from backend_katas.errors import ExitCode, KatasError
from backend_katas.intake import Caps, TooMuch, take_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stranger's folder with an ordinary program in it."""
    folder = tmp_path / "theirs"
    (folder / "src").mkdir(parents=True)
    (folder / "kata.yaml").write_text("kata: greeter\n")
    (folder / "src" / "server.py").write_text("print('hello')\n")
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where the copy goes."""
    return tmp_path / "ours"


def _all(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_an_ordinary_program_comes_along_whole(folder, copy):
    """Contents, times and the right to be run are kept, and nothing is said to be missing."""
    script = folder / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o700)
    os.utime(script, ns=(5_000_000_000, 7_000_000_000))

    assert take_in(folder, copy) == ()
    assert _all(copy) == {"kata.yaml", "run.sh", "src", "src/server.py"}
    assert (copy / "src" / "server.py").read_text() == "print('hello')\n"
    assert (copy / "run.sh").stat().st_mtime_ns == 7_000_000_000
    assert ((copy / "run.sh").stat().st_mode & 0o777, (copy / "kata.yaml").stat().st_mode & 0o777) == (0o755, 0o644)


def test_a_program_of_another_user_is_not_one_here(folder, copy):
    """The bits that lend the owner's rights, and the right of all to write, do not come along."""
    script = folder / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o6777)

    take_in(folder, copy)

    assert (copy / "run.sh").stat().st_mode & 0o7777 == 0o755


def test_what_is_no_file_stays_behind(folder, copy):
    """Pipes and sockets are not even opened, or this test would not end; they are told by name."""
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))
        left_out = take_in(folder, copy)

    assert [(entry.path, entry.why) for entry in left_out] == [
        ("pipe", "it is neither a file nor a folder"),
        ("socket", "it is neither a file nor a folder"),
    ]
    assert _all(copy) == {"kata.yaml", "src", "src/server.py"}


@pytest.mark.parametrize(
    "target",
    ["/etc/passwd", "/dev/zero", "../secret", "src/../../secret", "src/up/../../secret", "../theirs/kata.yaml"],
)
def test_a_link_that_leads_out_stays_behind(folder, copy, target):
    """Neither is what it leads to copied, nor the link itself."""
    (folder.parent / "secret").write_text("the answers")
    (folder / "link").symlink_to(target)

    left_out = take_in(folder, copy)

    assert [(entry.path, entry.why) for entry in left_out] == [("link", "it is a link that leads out of the folder")]
    assert not os.path.lexists(copy / "link")


def test_links_cannot_help_each_other_out(folder, copy):
    """Behind a name no link may go up: the name may be a link itself, and then up is somewhere else."""
    (folder.parent / "secret").write_text("the answers")
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "top").symlink_to("../..")
    (folder / "out").symlink_to("a/b/top/../secret")

    take_in(folder, copy)

    assert (copy / "a" / "b" / "top").resolve() == copy
    assert not os.path.lexists(copy / "out")


@pytest.mark.parametrize("target", ["server.py", "../kata.yaml", "./../src/server.py", "..", "not-yet-built"])
def test_a_link_within_comes_along(folder, copy, target):
    """Honest folders have such links: to the version in use, or to what the build will make."""
    (folder / "src" / "link").symlink_to(target)

    assert take_in(folder, copy) == ()
    assert (copy / "src" / "link").readlink() == Path(target)


def test_a_loop_of_links_is_walked_once(folder, copy):
    """No link is followed, so none can lead in a circle."""
    (folder / "src" / "again").symlink_to("..")
    (folder / "self").symlink_to("self")

    take_in(folder, copy)

    assert _all(copy) == {"kata.yaml", "self", "src", "src/again", "src/server.py"}


def test_histories_and_what_a_build_made_stay_behind(folder, copy):
    """Histories hold answers and tokens, an environment cannot be moved, and the rest is built anew."""
    for name in (".git", "src/.git", ".katas", "__pycache__", ".venv", "env", "web/node_modules", "target"):
        (folder / name).mkdir(parents=True)
        (folder / name / "content").write_text("x")
    for name in (".venv/pyvenv.cfg", "env/pyvenv.cfg", "web/package.json", "pom.xml"):
        (folder / name).write_text("")

    assert take_in(folder, copy) == ()
    assert _all(copy) == {"kata.yaml", "pom.xml", "src", "src/server.py", "web", "web/package.json"}


def test_a_good_name_is_no_sign_of_a_build(folder, copy):
    """Without the file of a build tool beside it, `target` is a folder like any other."""
    for name in ("target", "env", "node_modules"):
        (folder / name).mkdir()
        (folder / name / "content").write_text("x")

    take_in(folder, copy)

    assert {"target/content", "env/content", "node_modules/content"} < _all(copy)


def test_nothing_in_a_repository_is_run(folder, copy, tmp_path):
    """What its settings name as a helper of git would run at the first look of git's; it is not there afterwards."""
    if not shutil.which("git"):
        pytest.skip("`git` is not here")
    mark = tmp_path / "helper-ran"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run(["git", "init", "-q", folder], check=True, env=environment)
    with (folder / ".git" / "config").open("a") as settings:
        settings.write(f'[core]\n\tfsmonitor = "touch {mark}; false"\n[http]\n\textraheader = "AUTHORIZATION: token"\n')

    take_in(folder, copy)

    assert not mark.exists()
    assert not (copy / ".git").exists()


@pytest.mark.parametrize(
    "name", ["-rf", "a\nb", "\u202egnp.exe", "=1+1", "$(touch x)", os.fsdecode(b"\xff\xfe")], ids=range(6)
)
def test_absurd_names_are_names(folder, copy, name):
    """They come along byte for byte; where one has to be told, it does nothing to a terminal."""
    (folder / name).write_text("content")
    (folder / f"{name}-out").symlink_to("/")

    (left_out,) = take_in(folder, copy)

    assert (copy / name).read_text() == "content"
    assert left_out.path.isprintable()
    left_out.path.encode()


def test_a_huge_file_is_refused_before_it_is_read(folder, copy):
    """A file with a terabyte of holes takes no time to make, and none to refuse."""
    with (folder / "huge").open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(TooMuch, match="larger than 200 MiB: `huge`") as caught:
        take_in(folder, copy)

    assert caught.value.exit_code is ExitCode.NOTHING_TO_GRADE
    assert not (copy / "huge").exists()


def test_many_small_files_are_counted(folder, copy):
    """Folders and links count too: each costs something of whoever copies it."""
    for number in range(5):
        (folder / f"folder-{number}").mkdir()

    with pytest.raises(TooMuch, match="more than 7 files"):
        take_in(folder, copy, caps=Caps(entries=7))
    take_in(folder, copy.with_name("again"), caps=Caps(entries=8))


def test_the_sizes_of_all_files_add_up(folder, copy):
    """It is the whole that has to fit."""
    for number in range(3):
        (folder / f"file-{number}").write_bytes(b"x" * 400)

    with pytest.raises(TooMuch, match="`file-2`"):
        take_in(folder, copy, caps=Caps(size=1000))


def test_folders_nest_only_so_deep(folder, copy):
    """Deeper ones overflow what walks them, or the longest path that there may be."""
    deep = folder
    for _ in range(60):
        deep /= "d"
        deep.mkdir()

    with pytest.raises(TooMuch, match="deeper than 40"):
        take_in(folder, copy)


def test_what_cannot_be_read_is_told(folder, copy):
    """It is the rights of whoever grades that count; root may read all."""
    if os.geteuid() == 0:
        pytest.skip("root may read all")
    (folder / "closed").write_text("x")
    (folder / "closed").chmod(0)

    assert [(entry.path, entry.why) for entry in take_in(folder, copy)] == [("closed", "permission denied")]


def test_a_folder_that_is_not_there_is_named(folder, copy):
    """Whether it is missing or is a file."""
    with pytest.raises(KatasError, match=r"no folder `.*nowhere`"):
        take_in(folder / "nowhere", copy)
    with pytest.raises(KatasError, match=r"`.*kata\.yaml` is a file[^`]*\nhint: .* unpack it"):
        take_in(folder / "kata.yaml", copy)

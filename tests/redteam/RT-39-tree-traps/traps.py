"""Folders that hurt whoever copies them: pipes, devices, links to everywhere, names that no tool expects, no end."""

import os
import socket
from contextlib import suppress


def lay(folder, outside):
    """Put all that may lie in one folder into a submission."""
    links = {
        "zero": "/dev/zero",
        "loop": "loop",
        "up": "..",
        "root": "/",
        "secret": f"{outside.files[0]}",
        "secrets": f"{outside.files[0].parent}",
        "proc": "/proc/self/environ",
        "dangling": "nowhere",
        "sly": "sub/../../secret",
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe")
    with suppress(PermissionError):
        os.mknod(folder / "device", 0o020666, os.makedev(1, 5))
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket may not be long
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("socket")
    finally:
        os.chdir(here)
    (folder / "sub").mkdir()
    (folder / "sub" / "circle").symlink_to("../sub")
    (folder / "setuid").write_text("#!/bin/sh\n")
    (folder / "setuid").chmod(0o6777)
    (folder / "closed").write_text("x")
    (folder / "closed").chmod(0)
    names = [b"\xff\xfe\x80", b"new\nline", b"-rf", b"--help", b"\xe2\x80\xae txt.exe", b"caf\xc3\xa9", b"cafe\xcc\x81"]
    names += [
        b"README",
        b"readme",
        b"\x1b[31mred\x1b]0;title\x07",
        b"::error::no",
        b"$(id)",
        b"`id`",
        b"a" * 255,
        b" ",
        b"*",
    ]
    for name in names:
        with suppress(OSError):  # some file systems do not take all
            with open(os.path.join(os.fsencode(folder), name), "wb") as file:
                file.write(b"x")
    deep = folder
    for _ in range(38):
        deep /= "d"
        deep.mkdir()


def _sparse(folder):
    with open(folder / "sparse", "wb") as file:
        file.truncate(1 << 40)


def _crowd(folder):
    (folder / "crowd").mkdir()
    for number in range(20_001):
        (folder / "crowd" / f"{number}").touch()


def _depth(folder):
    for _ in range(60):
        folder /= "d"
        folder.mkdir()


def _manifest(make):
    def change(folder):
        path = folder / "kata.yaml"
        path.unlink(missing_ok=True)
        make(path)

    return change


def _aliases(path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path.write_text("kata: greeter\nprocesses: {web: x}\n" + "\n".join(lines) + "\n")


def _over(change):
    def lay_over(folder, outside):
        folder.mkdir(parents=True)
        (folder / "kata.yaml").write_text("kata: greeter\nprocesses: {web: 'true'}\n")
        change(folder)
        return folder

    return lay_over


# What `katas grade` is given, by name, and what it says.
REFUSED = {
    "sparse": (_over(_sparse), "larger than 200 MiB"),
    "crowd": (_over(_crowd), "more than 20000 files"),
    "depth": (_over(_depth), "nested deeper than 40"),
    "pipe for a manifest": (_over(_manifest(os.mkfifo)), "no `kata.yaml`"),
    "device for a manifest": (_over(_manifest(lambda path: path.symlink_to("/dev/zero"))), "no `kata.yaml`"),
    "aliases in aliases": (_over(_manifest(_aliases)), "unknown key|aliases"),
    "lists in lists": (_over(_manifest(lambda path: path.write_text("[" * 100_000))), "nested too deeply"),
    "no text": (_over(_manifest(lambda path: path.write_bytes(bytes(range(256))))), "not UTF-8|not YAML"),
    "huge manifest": (_over(_manifest(lambda path: path.write_text("#" * (2 << 20)))), "larger than"),
    "folder for a manifest": (_over(_manifest(lambda path: path.mkdir())), "no `kata.yaml`"),
}

"""What is handed in beside programs that run: a manifest is missing, a program ends, hangs or never starts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from backend_katas.manifest import MANIFEST

_START = re.compile(r"^(processes|cli|build|build_inputs):.*?(?=^\w|\Z)", re.MULTILINE | re.DOTALL)
_BUILD = re.compile(r"^(build|build_inputs):.*?(?=^\w|\Z)", re.MULTILINE | re.DOTALL)
# Healthy, and then silent: each of its answers is waited for until the deadline.
_SILENT = """\
import os, socket, threading, time

def serve(connection):
    if b" /healthz " in connection.recv(65536).partition(b"\\r\\n")[0]:
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
        connection.close()
    else:
        time.sleep(3600)

with socket.create_server((os.environ["HOST"], int(os.environ["PORT"])), backlog=100) as server:
    while True:
        threading.Thread(target=serve, args=[server.accept()[0]], daemon=True).start()
"""


def _no_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def _no_yaml(folder: Path) -> None:
    _change(folder, lambda text: f"{text}processes: [\n")


def _syntax_error(folder: Path) -> None:
    for source in sorted(folder.glob("*.py")):
        source.write_text(f"{source.read_text(encoding='utf-8')}\ndef (:\n", encoding="utf-8")


def _does_not_build(folder: Path) -> None:
    _change(folder, lambda text: _BUILD.sub("", text) + "build: echo 'no such package' >&2; exit 1\n")


def _ends(folder: Path) -> None:
    _started_by(folder, "echo 'cannot find module' >&2; exit 3")


def _never_ready(folder: Path) -> None:
    _started_by(folder, "exec sleep 900")


def _hangs(folder: Path) -> None:
    (folder / "silent.py").write_text(_SILENT, encoding="utf-8")
    _started_by(folder, "exec python3 silent.py")


BROKEN: Mapping[str, Callable[[Path], None]] = {
    "no kata.yaml": _no_manifest,
    "ends at once": _ends,
    "syntax error": _syntax_error,
    "never ready": _never_ready,
    "does not build": _does_not_build,
    "kata.yaml cannot be read": _no_yaml,
    "hangs": _hangs,
}
QUICK = ("no kata.yaml", "ends at once", "syntax error")  # what is told at once, for classes that are graded often
"""What breaks a folder that was right, by the word for it."""


def _started_by(folder: Path, command: str) -> None:
    """Have another command start the program, without a build."""

    def changed(text: str) -> str:
        told = f"cli: {command}\n" if re.search(r"^cli:", text, re.MULTILINE) else f"processes:\n  web: {command}\n"
        return _START.sub("", text) + told

    _change(folder, changed)


def _change(folder: Path, change: Callable[[str], str]) -> None:
    manifest = folder / MANIFEST
    manifest.write_text(change(manifest.read_text(encoding="utf-8")), encoding="utf-8")

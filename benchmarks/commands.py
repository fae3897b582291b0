"""Commands that are measured: each in a session of its own, taken down in order when the benchmark is broken off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from benchmarks.intervals import Interval

ROOT = Path(__file__).parents[1]
PACK = ROOT / "benchmarks" / "pack"
KATAS = (sys.executable, "-m", "backend_katas")
# Without walls, as people grade their own work; what walls cost is measured by itself.
TRUSTED = ("--isolation", "none", "--trust-submission")
# Nothing but the plugin that is measured: one of another package would be on the bill of every variant.
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:valkey")
LIMIT = 600.0
GRACE = 30.0

Watcher = Callable[[int], AbstractContextManager[object]]


class CommandFailed(Exception):  # noqa: N818 - it says what happened
    """A measured command did not do what it had to; the message has the end of what it wrote."""


def timed(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    watcher: Watcher = lambda _: nullcontext(),
) -> Interval:
    """Run a command and return from when to when it took; `watcher` gets its process id. Raises CommandFailed."""
    log = cwd.parent / "command.log"
    with log.open("wb") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches it by us, once, so that it can take its services down
        )
        with process, _taken_down(process), watcher(process.pid):
            code = _exit_code(process)
            ended = time.monotonic()
    if code != 0:
        told = "\n  ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-25:])
        raise CommandFailed(f"`{' '.join(map(str, command))}` ended with {code}:\n  {told}")
    return Interval(began, ended)


def _exit_code(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end. With a time limit `wait` would look every 50 ms, and that is what would be measured."""
    limit = threading.Timer(LIMIT, process.kill)
    limit.start()
    try:
        return process.wait()
    finally:
        limit.cancel()


@contextmanager
def _taken_down(process: subprocess.Popen[bytes]) -> Generator[None]:
    """Interrupt the process if the block is left before it has ended."""
    try:
        yield
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)

"""Stands in for `python -m pytest` in a grade: the same run, with what it waited for written down.

Started as a script, so that nothing of this folder gets on the path of what is measured. The public entry points of the
engine are wrapped here; the engine itself knows nothing of it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

BOOT = "program boots"
ANSWER = "answers"
MAIL = "mail"
EVENTUALLY = "eventually"
LIFETIME = "lifetimes"
SERVICES = "services"
DATABASE = "database"
PYTEST = "pytest"
LONGEST_NAP = 0.1  # seconds


class Notes:
    """Intervals by kind, and how much processor time this process had used at each of their ends."""

    def __init__(self) -> None:
        self.intervals: dict[str, list[tuple[float, float]]] = {}
        self.cpu: list[tuple[float, float]] = []

    @contextmanager
    def during(self, kind: str) -> Generator[None]:
        """Note the block."""
        began = self.moment()
        try:
            yield
        finally:
            self.note(kind, began, self.moment())

    def note(self, kind: str, began: float, ended: float) -> None:
        """Note an interval."""
        self.intervals.setdefault(kind, []).append((began, ended))

    def moment(self) -> float:
        """Return the time, and note the processor time."""
        now = time.monotonic()
        self.cpu.append((now, time.process_time()))
        return now

    def timed(self, kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a function."""

        @wraps(function)
        def wrapper(*arguments: Any, **options: Any) -> Any:
            with self.during(kind):
                return function(*arguments, **options)

        return wrapper

    def entered(self, kind: str, maker: Callable[..., AbstractContextManager[Any]]) -> Callable[..., Any]:
        """Wrap a function that gives a context manager: entering and leaving are noted, not the block."""

        @contextmanager
        def wrapper(*arguments: Any, **options: Any) -> Generator[Any]:
            manager = maker(*arguments, **options)
            with self.during(kind):
                held = manager.__enter__()
            try:
                yield held
            except BaseException as problem:
                with self.during(kind):
                    if not manager.__exit__(type(problem), problem, problem.__traceback__):
                        raise
            else:
                with self.during(kind):
                    manager.__exit__(None, None, None)

        return wrapper


class Server:
    """A server whose endpoints are noted."""

    def __init__(self, server: Any, notes: Notes) -> None:
        self.provider, self.version = server.provider, server.version
        self.endpoint = notes.entered(SERVICES, server.endpoint)


def wrap(notes: Notes) -> None:
    """Put the notes around the engine's entry points."""
    from backend_katas import grader
    from backend_katas.ageing import Cellar
    from backend_katas.client import session
    from backend_katas.isolation.none import OpenCell
    from backend_katas.probes.keyspace import Keyspace
    from backend_katas.program import Program
    from backend_katas.services.mailbox import Mailbox

    for owner, names, kind in (
        (Program, ("start", "restart", "crash", "stop", "kill"), BOOT),
        (session, ("exchange",), ANSWER),
        (OpenCell, ("connect",), ANSWER),
        (Mailbox, ("wait",), MAIL),
        (grader, ("eventually",), EVENTUALLY),
        (Cellar, ("take", "ripen"), LIFETIME),
        (Keyspace, ("keys", "flush", "find"), DATABASE),
    ):
        for name in names:
            setattr(owner, name, notes.timed(kind, getattr(owner, name)))
    wrap_calls(notes)
    wrap_services(notes)
    wrap_sleep(notes)


def wrap_calls(notes: Notes) -> None:
    """Note the life of each call of a command-line program, from its start until somebody has seen its end."""
    from backend_katas.commandline import Running

    begun, begin = {}, Running.__init__

    def begins(call: Any, *arguments: Any, **options: Any) -> None:
        begin(call, *arguments, **options)
        begun[call] = notes.moment()

    def over(end: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(end)
        def wrapper(call: Any, *arguments: Any, **options: Any) -> Any:
            try:
                return end(call, *arguments, **options)
            finally:
                notes.note(ANSWER, begun[call], notes.moment())

        return wrapper

    Running.__init__ = begins  # type: ignore[method-assign]
    for name in ("wait", "kill"):
        setattr(Running, name, over(getattr(Running, name)))


def wrap_services(notes: Notes) -> None:
    """Note the start and the end of servers, and of each program's share of them."""
    from backend_katas.services import SERVICES as ALL

    for service in ALL.values():
        for name, provider in service.providers.items():
            # No module that loads SQLAlchemy is loaded earlier than in a grade that nobody watches.
            then = wrap_database if service.name == "postgres" else None
            service.providers[name] = replace(provider, serve=_served(provider.serve, notes, then))  # type: ignore[index]


def wrap_database(notes: Notes) -> None:
    """Note the look-ups in the program's database."""
    from backend_katas.probes import scans
    from backend_katas.probes.database import Database

    for name in ("__enter__", "__exit__", "find", "password_hashes", "rows", "row_snapshot"):
        setattr(Database, name, notes.timed(DATABASE, getattr(Database, name)))
    for name in ("preferring_indexes", "counted"):
        setattr(scans, name, notes.entered(DATABASE, getattr(scans, name)))


def _served(
    serve: Callable[..., AbstractContextManager[Any]], notes: Notes, then: Callable[[Notes], None] | None
) -> Callable[..., Any]:
    timed = notes.entered(SERVICES, serve)

    @contextmanager
    def wrapper(surroundings: Any) -> Generator[Server]:
        with timed(surroundings) as server:
            if then:
                then(notes)
            yield Server(server, notes)

    return wrapper


def wrap_sleep(notes: Notes) -> None:
    """Note the sleeps of graders; the engine's own are not theirs.

    A long one waits for a lifetime that the kata sets, a short one is between two looks at what the program does.
    """
    sleep = time.sleep

    def watched(seconds: float) -> None:
        if "graders" not in Path(sys._getframe(1).f_code.co_filename).parts:  # noqa: SLF001 - who asks?
            sleep(seconds)
            return
        with notes.during(LIFETIME if seconds > LONGEST_NAP else EVENTUALLY):
            sleep(seconds)

    time.sleep = watched


class Frame:
    """Notes when pytest had its first check to run, and when its last was over."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self.first = self.last = 0.0

    def pytest_runtest_logstart(self) -> None:
        """Note the first check."""
        self.first = self.first or self._notes.moment()

    def pytest_runtest_logfinish(self) -> None:
        """Note the last one."""
        self.last = self._notes.moment()


def peak_memory() -> int:
    """Return the most memory that this process has held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux counts what the parent held before the fork in `ru_maxrss`, here it does not.
        peak = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS: in bytes


def main() -> int:
    """Run pytest with the arguments behind the first, which names the file for the notes."""
    path, *arguments = sys.argv[1:]
    import pytest

    notes = Notes()
    wrap(notes)
    frame = Frame(notes)
    status = pytest.main(arguments, plugins=[frame])
    document = {
        "checks": [frame.first, frame.last],
        "intervals": notes.intervals,
        "cpu": notes.cpu,
        "cpu_in_all": time.process_time(),
        "peak": peak_memory(),
    }
    Path(path).write_text(json.dumps(document), encoding="utf-8")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())

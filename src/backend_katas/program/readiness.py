"""Wait until a program is ready, and observe what it does instead."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass

from backend_katas.isolation import Cell
from backend_katas.program.health import Look, Seen, look
from backend_katas.supervisor import Child

_EAGER = 2.0  # seconds in which we look every 10 ms, then every 50; looks that are answered fill the program's log
_STUBBORN = 3.0  # seconds of the same wrong behaviour after which waiting longer is no help


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What a program did that did not become ready: it ended with `code`, or after `waited` seconds it still ran."""

    port: int
    code: int | None
    flooded: bool
    look: Look
    listening: tuple[tuple[str, int], ...]
    waited: float


def await_readiness(child: Child, *, cell: Cell, port: int, timeout: float) -> Observed | None:
    """Return None as soon as `GET /healthz` answers 200, or what was observed when that has become hopeless."""
    watch = _Watch(child, cell=cell, port=port)
    while True:
        seen = watch.look()
        code = child.poll()
        if seen.ready and code is None:
            return None
        waited = watch.age()
        if code is not None or waited > timeout or watch.hopeless():
            return Observed(
                port=port,
                code=code,
                flooded=child.flooded,
                look=seen,
                listening=cell.listening(child),
                waited=waited,
            )
        _pause(child, watch.interval())


class _Watch:
    """The looks at one program since it was started."""

    def __init__(self, child: Child, *, cell: Cell, port: int) -> None:
        self._child = child
        self._cell = cell
        self._port = port
        self._began = self._right = self._checked = time.monotonic()
        self._last = Look(seen=Seen.REFUSED)

    def age(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self._began

    def look(self) -> Look:
        """Ask the program once more."""
        self._last = self._ask(self._port)
        if not self._mistaken():
            self._right = time.monotonic()
        return self._last

    def _ask(self, port: int) -> Look:
        return look(lambda timeout: self._cell.connect(port, timeout=timeout), port)

    def _mistaken(self) -> bool:
        """Whether the answer is one that no program gives while it is still starting up; 503 would be."""
        return 400 <= self._last.status < 500 or self._last.seen is Seen.NOT_HTTP

    def interval(self) -> float:
        """Return the seconds until the next look."""
        if self._mistaken():
            return 0.5
        return 0.01 if self.age() < _EAGER and self._last.seen is not Seen.ANSWERED else 0.05

    def hopeless(self) -> bool:
        """Whether the program has long been up, but not where or not as it should be."""
        now = time.monotonic()
        if now - self._right > _STUBBORN:
            return True
        if self._last.seen is not Seen.REFUSED or now - self._checked < _STUBBORN:
            return False
        self._checked = now
        return self._answers_elsewhere()

    def _answers_elsewhere(self) -> bool:
        # A debugger's or a metrics port may come up long before the server: only one that speaks HTTP counts.
        others = {port for _, port in self._cell.listening(self._child)} - {self._port}
        return any(self._ask(port).seen is Seen.ANSWERED for port in others)


def _pause(child: Child, seconds: float) -> None:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return

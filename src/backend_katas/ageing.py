"""What has to grow old, or takes long: made early beside other checks, and told to the checks that take it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from backend_katas.deployment import Deployment, Episode, Watch
from backend_katas.waiting import waiting_for


class Over(Exception):  # noqa: N818 - it says what is the matter
    """Nobody takes anything any more; it ends a story that is still being played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    thing: Any
    fault: Exception | None
    traceback: TracebackType | None
    ripe: float
    episode: Episode


class Cellar:
    """Things by name, made on one deployment; a context manager that ends what is still being made.

    Each thing is made on its own. Where that went wrong, the check that takes the thing fails with that fault, and no
    other does. A check that takes a thing also gets on its record how it was made.
    """

    def __init__(self, deployment: Deployment, *, deadline: float = 5.0) -> None:
        self.deployment = deployment
        self.api = deployment.client(deadline=deadline)
        self.api.recorder = []  # not that of the check that happens to be the first
        self._kept: dict[str, _Kept] = {}
        self._changed = threading.Condition()
        self._player: threading.Thread | None = None
        self._playing = False
        self._problem: Exception | None = None
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closed.set()
        if self._player:
            self._player.join()
        if self._problem and not error:
            raise self._problem

    def keep(self, name: str, make: Callable[[], Any], *, age: float = 0.0) -> bool:
        """Make a thing with `api` and keep it, or what went wrong; returns whether it went well.

        Nobody gets the thing before it is `age` seconds old.
        """
        self.pause(0)
        watch, begin = Watch(self.deployment), len(self.api.recorder)
        thing = fault = None
        try:
            thing = make()
        except Over:
            raise
        except Exception as problem:  # noqa: BLE001 - it is raised where the thing is asked for
            fault = problem
        kept = _Kept(
            thing=thing,
            fault=fault,
            traceback=fault and fault.__traceback__,
            ripe=time.monotonic() + age,
            episode=Episode(exchanges=tuple(self.api.recorder[begin:]), log=watch.log(), statements=watch.statements()),
        )
        with self._changed:
            self._kept[name] = kept
            self._changed.notify_all()
        return fault is None

    def pause(self, seconds: float) -> None:
        """Wait, in the midst of making things; raises Over when the cellar is closed meanwhile."""
        if self._closed.wait(seconds):
            raise Over

    def play(self, story: Callable[[], object], *, then: Callable[[], object] = lambda: None) -> None:
        """Call a function that keeps things, beside the checks; who asks for one of these waits until it is there.

        Whatever comes of it, `then` is called after it. What these two raise, but for what goes wrong with a thing, is
        raised when the cellar is closed.
        """
        self._playing = True
        self._player = threading.Thread(target=self._play, args=[story, then], name="cellar", daemon=True)
        self._player.start()

    def holds(self, name: str) -> bool:
        """Return whether a thing was made and nothing went wrong; waits while it may still come."""
        kept = self._when_there(name)
        return kept is not None and kept.fault is None

    def take(self, name: str, taker: Deployment) -> Any:
        """Return a thing when it is old enough, or raise what went wrong; `taker` has its making on record."""
        kept = self._when_there(name)
        if kept is None:
            raise self._problem or KeyError(name)
        taker.include(kept.episode)
        if kept.fault:
            raise kept.fault.with_traceback(kept.traceback)
        _sleep_until(kept.ripe)
        return kept.thing

    def ripen(self) -> None:
        """Wait until every thing is there and old enough to be taken."""
        with self._changed:
            self._changed.wait_for(lambda: not self._playing)
            kept = list(self._kept.values())
        _sleep_until(max((each.ripe for each in kept if not each.fault), default=0.0))

    def opened_for(self, taker: Deployment) -> Aged:
        """Return the things as the check sees them that `taker` is the deployment of."""
        return Aged(self, taker)

    def _play(self, story: Callable[[], object], then: Callable[[], object]) -> None:
        try:
            try:
                story()
            finally:
                then()
        except Over:
            pass
        except Exception as problem:  # noqa: BLE001 - it is raised where somebody can see it
            self._problem = problem
        finally:
            with self._changed:
                self._playing = False
                self._changed.notify_all()

    def _when_there(self, name: str) -> _Kept | None:
        with waiting_for(f"`{name}`, which is made beside the checks"), self._changed:
            self._changed.wait_for(lambda: name in self._kept or not self._playing)
            return self._kept.get(name)


class Aged:
    """A cellar as one check sees it: what it takes, and what it does by `api` then, stands on its record."""

    def __init__(self, cellar: Cellar, taker: Deployment) -> None:
        self.api = cellar.deployment.client()
        self.api.recorder = taker.client().recorder
        self._cellar = cellar
        self._taker = taker

    def __getitem__(self, name: str) -> Any:
        """Return a thing by its name."""
        return self._cellar.take(name, self._taker)

    def holds(self, name: str) -> bool:
        """Return whether a thing was made and nothing went wrong."""
        return self._cellar.holds(name)


def _sleep_until(moment: float) -> None:
    time.sleep(max(moment - time.monotonic(), 0))
